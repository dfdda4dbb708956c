"""The weights that the explicit sweep needs, in one layout for every architecture."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from .architecture import Architecture, option
from .configs import text_config
from .norms import HeadNorm, Norm
from .projections import KEY, QUERY, AttentionWeights, QueryKeyWeights
from .stored import at_least_single, device_of, linear, moved, quantised, stored, table

_TOKENS_AT_ONCE = 2**14
"""Rows of the unembedding that are copied at once."""


class Weights:
    """Reads the weights of a model, in float32 where the model has half precision.

    Nothing is copied before it is asked for.

    Args:
        model: the Hugging Face model.
        architecture: its row of the table.
        bring: fetches the weights of a module that lie elsewhere; None where none do.
    """

    def __init__(
        self, model: nn.Module, architecture: Architecture, bring: Callable[[nn.Module], None] | None = None
    ) -> None:
        self._model, self._bring = model, bring
        self._config: Any = text_config(model)
        self._architecture = architecture
        self._blocks: Any = model.get_submodule(architecture.blocks)

    @property
    def dtype(self) -> torch.dtype:
        """The precision in which the model computes."""
        return self._embedding.get_parameter("weight").dtype

    @property
    def exact(self) -> bool:
        """Whether the model computes in float32 at least, with matrices as they are read here."""
        return self.dtype not in (torch.bfloat16, torch.float16) and not quantised(self._model)

    @property
    def parallel(self) -> bool:
        """Whether attention and MLP both read the block's input."""
        return self._architecture.parallel(self._config)

    @property
    def token_embedding(self) -> Float[Tensor, "vocabulary d_model"]:
        """The rows as stored, before `embedding_scale`."""
        return self._rows(self._embedding)

    @property
    def embedding_scale(self) -> float:
        """What the model multiplies token embeddings with before the first block."""
        scale = option(self._here(self._embedding), self._architecture.embedding_scale)
        return 1.0 if scale is None else float(scale.to(self.dtype))  # rounded as the model rounds it

    def embedded(self, tokens: Int[Tensor, " row"]) -> Float[Tensor, "row d_model"]:
        """What tokens put into the stream, before positions; no rows of others are copied."""
        return self._rows(self._embedding, tokens) * self.embedding_scale

    @property
    def has_positions(self) -> bool:
        """Whether positions have an embedding of their own; rotary models have none."""
        return self._architecture.position_embedding is not None

    @property
    def position_embedding(self) -> Float[Tensor, "position d_model"] | None:
        """None for rotary models."""
        path = self._architecture.position_embedding
        first = self._architecture.first_position
        return None if path is None else self._rows(self._model.get_submodule(path), slice(first, None))

    @property
    def device(self) -> torch.device:
        """Where the token embeddings lie, and all that is read here; where it arrives, if the model lies elsewhere."""
        found = device_of(self._embedding)
        if found.type != "meta":
            return found
        return torch.device("cuda" if self._bring is None and torch.cuda.is_available() else "cpu")

    @property
    def n_tokens(self) -> int:
        """Number of logits."""
        return len(self._unembedding.weight)

    @property
    def unembed(self) -> Float[Tensor, "vocabulary d_model"]:
        """One row a token: all of them at once, in float32 2.4 GB of Gemma 2 2B."""
        return self.unembed_rows(slice(None))[0]

    @property
    def unembed_bias(self) -> Float[Tensor, " vocabulary"]:
        """Zero where the model has none."""
        return self._unembed_bias(slice(None))

    def unembed_rows(
        self, tokens: slice | Int[Tensor, " row"]
    ) -> tuple[Float[Tensor, "row d_model"], Float[Tensor, " row"]]:
        """Rows of some tokens, and their biases; no others are copied."""
        return self._rows(self._unembedding, tokens), self._unembed_bias(tokens)

    def unembed_row(self, token: int) -> tuple[Float[Tensor, " d_model"], Float[Tensor, ""]]:
        """The row of one token, and its bias."""
        rows, bias = self.unembed_rows(slice(token, token + 1))
        return rows[0], bias[0]

    def unembed_mean(
        self, shares: Float[Tensor, " vocabulary"] | None = None
    ) -> tuple[Float[Tensor, " d_model"], Float[Tensor, ""]]:
        """The mean row and bias over the vocabulary, plain or weighted by shares that add up to one."""
        bias = self.unembed_bias
        shares = torch.full_like(bias, 1 / len(bias)) if shares is None else shares
        return torch.stack([shares[part] @ rows for part, rows, _ in self._unembed_parts()]).sum(0), shares @ bias

    def unembedded(self, read: Float[Tensor, "*rows d_model"]) -> Float[Tensor, "*rows vocabulary"]:
        """Logits before a soft cap, from what the unembedding reads (after the last norm)."""
        return torch.cat([read @ rows.T + bias for _, rows, bias in self._unembed_parts()], -1)

    @property
    def logit_cap(self) -> float | None:
        """Logits are `cap * tanh(unembedded / cap)`; None where they are not capped."""
        return option(self._config, self._architecture.logit_cap)

    @property
    def final_norm(self) -> Norm:
        """The norm before the unembedding."""
        return self._norm(self._model.get_submodule(self._architecture.final_norm))

    def attention(self, layer: int) -> AttentionWeights:
        """Value and output projections of one layer; a post-norm is not part of them."""
        found = self._architecture.projections.attention(self._attention(layer), self._config.num_attention_heads)
        return moved(found, self.device)

    def query_key(self, layer: int) -> QueryKeyWeights:
        """What makes the attention scores of one layer."""
        row, attention, heads = self._architecture, self._attention(layer), self._config.num_attention_heads
        query, query_bias = row.projections.part(attention, QUERY, heads)
        key, key_bias = row.projections.part(attention, KEY, heads)
        if row.neighbours_turn is not None:
            order = _neighbours_apart(query.shape[-1], row.neighbours_turn(attention))
            query, query_bias, key, key_bias = (values[..., order] for values in (query, query_bias, key, key_bias))
        found = QueryKeyWeights(
            query=query,
            query_bias=query_bias,
            key=key,
            key_bias=key_bias,
            scale=row.score_scale(attention),
            cap=option(self._config, row.attention_cap),
            window=row.window(attention),
            query_norm=self._head_norm(attention, row.query_norm),
            key_norm=self._head_norm(attention, row.key_norm),
            rotary=None if row.rotary is None else row.rotary(self._model, attention),
        )
        return moved(found, self.device)

    def attention_norm(self, layer: int) -> Norm:
        """The norm that attention reads through; of kind `"none"` where it reads the stream as it is."""
        return self._norm_at(self._blocks[layer], self._architecture.attention_norm) or self._no_norm()

    def attention_post_norm(self, layer: int) -> Norm | None:
        """The norm between attention and the residual stream, where there is one."""
        return self._norm_at(self._blocks[layer], self._architecture.attention_post_norm)

    def mlp_norm(self, layer: int) -> Norm:
        """The norm that the MLP reads through; of kind `"none"` where it reads the stream as it is."""
        return self._norm_at(self._blocks[layer], self._architecture.mlp_norm) or self._no_norm()

    def mlp_post_norm(self, layer: int) -> Norm | None:
        """The norm between the MLP and the residual stream, where there is one."""
        return self._norm_at(self._blocks[layer], self._architecture.mlp_post_norm)

    def mlp_down(self, layer: int) -> Float[Tensor, "hidden d_model"]:
        """The MLP's last matrix, one row a neuron; a post-norm is not part of it."""
        return linear(self._mlp_down(layer))[0].to(self.device)

    def mlp_down_bias(self, layer: int) -> Float[Tensor, " d_model"]:
        """The bias of the MLP's last matrix, zero where the model has none."""
        return linear(self._mlp_down(layer))[1].to(self.device)

    def _unembed_parts(self) -> Iterator[tuple[slice, Tensor, Tensor]]:
        whole, bias = table(self._here(self._unembedding)), self.unembed_bias  # once: they may come from disk
        for start in range(0, len(whole), _TOKENS_AT_ONCE):
            part = slice(start, start + _TOKENS_AT_ONCE)
            yield part, at_least_single(whole[part].to(self.device)), bias[part]

    def _unembed_bias(self, tokens: slice | Tensor) -> Tensor:
        bias = stored(self._here(self._unembedding), "bias")
        if bias is None:
            bias = self._zeros(1).expand(self.n_tokens)
        return _some(bias, tokens, self.device)

    def _rows(self, module: nn.Module, which: slice | Tensor = slice(None)) -> Tensor:
        return _some(table(self._here(module)), which, self.device)

    @property
    def _embedding(self) -> nn.Module:
        return self._model.get_submodule(self._architecture.token_embedding)

    @property
    def _unembedding(self) -> Any:
        model: Any = self._model
        return model.get_output_embeddings()  # transformers know it, and have renamed it in some families

    def _attention(self, layer: int) -> Any:
        return self._here(self._blocks[layer].get_submodule(self._architecture.attention))

    def _here(self, module: nn.Module) -> nn.Module:
        """A module whose weights are to be read: they are fetched where they lie elsewhere."""
        if self._bring is not None:
            self._bring(module)
        return module

    def _mlp_down(self, layer: int) -> Any:
        return self._here(self._blocks[layer].get_submodule(self._architecture.mlp_hidden.path))

    def _head_norm(self, attention: nn.Module, path: str | None) -> HeadNorm | None:
        norm = self._norm_at(attention, path)
        return None if norm is None else HeadNorm(norm, self._config.num_attention_heads)

    def _no_norm(self) -> Norm:
        zeros = self._zeros(self._config.hidden_size)
        return Norm("none", zeros + 1, zeros, 0.0, None)

    def _zeros(self, size: int) -> Tensor:
        dtype = torch.float64 if self.dtype == torch.float64 else torch.float32
        return torch.zeros(size, dtype=dtype, device=self.device)

    def _norm_at(self, parent: nn.Module, path: str | None) -> Norm | None:
        return None if path is None else self._norm(parent.get_submodule(path))

    def _norm(self, module: nn.Module) -> Norm:
        row, module, everywhere = self._architecture, self._here(module), slice(None)
        weight, shift = stored(module, "weight"), stored(module, "bias")
        gain = self._no_norm().gain if weight is None else _some(weight, everywhere, self.device)
        bias = torch.zeros_like(gain) if shift is None else _some(shift, everywhere, self.device)
        gain = gain + row.gain_offset if row.gain_offset else gain
        epsilon = getattr(module, row.epsilon) if isinstance(row.epsilon, str) else row.epsilon
        return Norm(row.norm, gain, bias, epsilon, module)


def _some(kept: Tensor, which: slice | Tensor, device: torch.device) -> Tensor:
    """Some rows on a device, in float32 at least: taken where they lie, so that no others are copied."""
    which = which.to(kept.device) if isinstance(which, Tensor) else which
    return at_least_single(kept[which].to(device))


def _neighbours_apart(width: int, turned: int) -> list[int]:
    """An order of columns in which those that turn with their neighbour lie half of the turned ones apart."""
    return [*range(0, turned, 2), *range(1, turned, 2), *range(turned, width)]
