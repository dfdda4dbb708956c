"""The weights that the explicit sweep needs, in one layout for every architecture."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn

from .architectures import Architecture, option
from .norms import HeadNorm, Norm
from .projections import KEY, QUERY, AttentionWeights, QueryKeyWeights, at_least_single, linear


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
        self._config: Any = model.config
        self._architecture = architecture
        self._blocks: Any = model.get_submodule(architecture.blocks)

    @property
    def dtype(self) -> torch.dtype:
        """The precision in which the model computes."""
        return self._model.get_submodule(self._architecture.token_embedding).get_parameter("weight").dtype

    @property
    def token_embedding(self) -> Float[Tensor, "vocabulary d_model"]:
        """The rows as stored, before `embedding_scale`."""
        return self._parameter(self._architecture.token_embedding)

    @property
    def embedding_scale(self) -> float:
        """What the model multiplies token embeddings with before the first block."""
        embedding = self._at(self._architecture.token_embedding)
        scale = option(embedding, self._architecture.embedding_scale)
        return 1.0 if scale is None else float(scale.to(self.dtype))  # rounded as the model rounds it

    @property
    def position_embedding(self) -> Float[Tensor, "position d_model"] | None:
        """None for rotary models."""
        path = self._architecture.position_embedding
        return None if path is None else self._parameter(path)[self._architecture.first_position :]

    @property
    def n_tokens(self) -> int:
        """Number of logits."""
        model: Any = self._model
        return len(model.get_output_embeddings().weight)

    @property
    def unembed(self) -> Float[Tensor, "vocabulary d_model"]:
        """One row a token."""
        return at_least_single(self._unembedding.weight)

    @property
    def unembed_bias(self) -> Float[Tensor, " vocabulary"]:
        """Zero where the model has none."""
        bias = self._unembedding.bias
        return self.unembed.new_zeros(len(self.unembed)) if bias is None else at_least_single(bias)

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
        return self._architecture.projections.attention(self._attention(layer), self._config.num_attention_heads)

    def query_key(self, layer: int) -> QueryKeyWeights:
        """What makes the attention scores of one layer."""
        row, attention, heads = self._architecture, self._attention(layer), self._config.num_attention_heads
        query, query_bias = row.projections.part(attention, QUERY, heads)
        key, key_bias = row.projections.part(attention, KEY, heads)
        if row.neighbours_turn is not None:
            order = _neighbours_apart(query.shape[-1], row.neighbours_turn(attention))
            query, query_bias, key, key_bias = (values[..., order] for values in (query, query_bias, key, key_bias))
        return QueryKeyWeights(
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
        return linear(self._mlp_down(layer))[0]

    def mlp_down_bias(self, layer: int) -> Float[Tensor, " d_model"]:
        """The bias of the MLP's last matrix, zero where the model has none."""
        return linear(self._mlp_down(layer))[1]

    @property
    def _unembedding(self) -> Any:
        model: Any = self._model
        return self._at_hand(model.get_output_embeddings())  # transformers know it; some families have renamed it

    def _attention(self, layer: int) -> Any:
        return self._at_hand(self._blocks[layer].get_submodule(self._architecture.attention))

    def _parameter(self, path: str) -> Tensor:
        return at_least_single(self._at(path).get_parameter("weight"))

    def _at(self, path: str) -> nn.Module:
        return self._at_hand(self._model.get_submodule(path))

    def _at_hand(self, module: nn.Module) -> nn.Module:
        if self._bring is not None:
            self._bring(module)
        return module

    def _mlp_down(self, layer: int) -> Any:
        return self._at_hand(self._blocks[layer].get_submodule(self._architecture.mlp_hidden.path))

    def _head_norm(self, attention: nn.Module, path: str | None) -> HeadNorm | None:
        norm = self._norm_at(attention, path)
        return None if norm is None else HeadNorm(norm, self._config.num_attention_heads)

    def _no_norm(self) -> Norm:
        dtype = torch.float64 if self.dtype == torch.float64 else torch.float32
        embedding = self._model.get_submodule(self._architecture.token_embedding).get_parameter("weight")
        device = "cpu" if embedding.is_meta else embedding.device  # what is fetched of a remote model arrives there
        gain = torch.ones(self._config.hidden_size, dtype=dtype, device=device)
        return Norm("none", gain, torch.zeros_like(gain), 0.0, None)

    def _norm_at(self, parent: nn.Module, path: str | None) -> Norm | None:
        return None if path is None else self._norm(parent.get_submodule(path))

    def _norm(self, module: nn.Module) -> Norm:
        row, parameters = self._architecture, dict(self._at_hand(module).named_parameters())
        gain = at_least_single(parameters["weight"])
        bias = at_least_single(parameters["bias"]) if "bias" in parameters else torch.zeros_like(gain)
        gain = gain + row.gain_offset if row.gain_offset else gain
        return Norm(row.norm, gain, bias, getattr(module, row.epsilon), module)


def _neighbours_apart(width: int, turned: int) -> list[int]:
    """An order of columns in which those that turn with their neighbour lie half of the turned ones apart."""
    return [*range(0, turned, 2), *range(1, turned, 2), *range(turned, width)]
