"""Direct effects by autograd: a slow, independent way to every edge, by plain hooks on the Hugging Face model.

Attention patterns and the norms' denominators are computed as usual and detached. Every MLP output, every token
embedding and every position embedding becomes a leaf. A reading (a pre-activation, a logit) is then a linear function
of the leaves, and a source's direct effect is the gradient of the reading times the source's vector.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from transformers import AttentionInterface
from transformers.masking_utils import AttentionMaskInterface, eager_mask

from saecircuits.replacement import Replacement

PARTS = {
    "gpt2": ("transformer.h", "attn", "ln_1", "ln_2", "transformer.ln_f", "transformer.wte", "transformer.wpe"),
    "llama": (
        "model.layers",
        "self_attn",
        "input_layernorm",
        "post_attention_layernorm",
        "model.norm",
        "model.embed_tokens",
        None,
    ),
}


def _detached_attention(
    module: Any, query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None, scaling: float | None = None, **_: Any
) -> tuple[Tensor, Tensor]:
    groups = query.shape[1] // key.shape[1]
    key, value = key.repeat_interleave(groups, 1), value.repeat_interleave(groups, 1)
    length = query.shape[2]
    factor = query.shape[-1] ** -0.5 if scaling is None else scaling
    causal = torch.full((length, length), float("-inf"), dtype=query.dtype).triu(1)
    pattern = (query @ key.mT * factor + causal).softmax(-1).detach()
    return (pattern @ value).transpose(1, 2).contiguous(), pattern


AttentionInterface.register("oracle_detached", _detached_attention)
AttentionMaskInterface.register("oracle_detached", eager_mask)


class Oracle:
    """Every edge of a circuit of a prompt, one autograd pass a reading.

    Args:
        replacement: model and dictionaries, best in float64.
        ids: token ids `[position]`.
    """

    def __init__(self, replacement: Replacement, ids: Tensor) -> None:
        self.model: Any = replacement.subject.module
        self.dictionaries = {d.reads[0].layer: d for d in replacement.replacers}
        self.ids = ids
        self.names = PARTS[self.model.config.model_type]
        self.blocks: Any = self.model.get_submodule(self.names[0])
        self.mlp_out: dict[int, Tensor] = {}
        self.mlp_in: dict[int, Tensor] = {}
        self.attention: dict[int, Tensor] = {}
        self.embeddings: dict[str, Tensor] = {}
        with self._hooks():
            self.logits = self.model(input_ids=ids[None]).logits[0, -1]

    def effects(self, reading: Tensor) -> dict[str, float]:
        """Direct effect of every source, by node id, on a reading; constants of the reading itself left out."""
        groups = {f"{name}@": leaf for name, leaf in self.embeddings.items()}
        groups |= {f"attention.{layer}": leaf for layer, leaf in self.attention.items()}
        groups |= {f"mlp.{layer}": leaf for layer, leaf in self.mlp_out.items()}
        grads = torch.autograd.grad(reading, list(groups.values()), retain_graph=True, allow_unused=True)
        gradient = {
            name: torch.zeros_like(leaf) if g is None else g
            for (name, leaf), g in zip(groups.items(), grads, strict=True)
        }
        out: dict[str, float] = {}
        for name, leaf in self.embeddings.items():
            for position in range(len(self.ids)):
                out[f"{name}@{position}"] = float(gradient[f"{name}@"][0, position] @ leaf[0, position].detach())
        for layer in range(len(self.blocks)):
            self._layer_effects(layer, gradient, out)
        return out

    @torch.no_grad()
    def _layer_effects(self, layer: int, gradient: dict[str, Tensor], out: dict[str, float]) -> None:
        dictionary, written = self.dictionaries.get(layer), self.mlp_out[layer][0].detach()
        constant = self._attention_constant(layer)
        for position in range(len(self.ids)):
            at_mlp, bias = gradient[f"mlp.{layer}"][0, position], gradient[f"attention.{layer}"][0, position] @ constant
            rest = written[position].clone()
            if dictionary is not None and position >= 1:  # dictionaries leave the first token as it is
                z = dictionary.encode(self.mlp_in[layer][0, position, None])
                for index in z.nonzero().flatten().tolist():
                    vector = z[index] * dictionary.W_dec[index, 0]
                    out[f"{dictionary.name}/{index}@{position}"] = float(at_mlp @ vector)
                    rest -= vector
                bias += at_mlp @ dictionary.b_dec[0]
                rest -= dictionary.b_dec[0]
            out[f"error.mlp_out.{layer}@{position}"] = float(at_mlp @ rest)
            out[f"bias.{layer}@{position}"] = float(bias)

    def preactivation(self, layer: int, index: int, position: int) -> tuple[Tensor, float]:
        """A feature's pre-activation, and the part of it that does not depend on the residual stream."""
        dictionary = self.dictionaries[layer]
        norm = self.blocks[layer].get_submodule(self.names[3])
        with torch.no_grad():
            constant = dictionary.preactivations(_bias(norm)[None])[index]
        return dictionary.preactivations(self.mlp_in[layer][0, position, None])[index], float(constant)

    def logit(self, direction: Tensor) -> tuple[Tensor, float]:
        """A combination of logits `[vocabulary]`, and the part that does not depend on the residual stream."""
        with torch.no_grad():
            constant = direction @ self.model.lm_head(_bias(self.model.get_submodule(self.names[4])))
        return direction @ self.logits, float(constant)

    def _attention_constant(self, layer: int) -> Tensor:
        """What attention adds at every position whatever it reads: a pattern's row adds up to one."""
        attention = self.blocks[layer].get_submodule(self.names[1])
        read = _bias(self.blocks[layer].get_submodule(self.names[2]))
        if self.model.config.model_type == "gpt2":
            return attention.c_proj(attention.c_attn(read)[-len(read) :])
        heads = attention.v_proj(read).unflatten(0, (-1, attention.head_dim))
        return attention.o_proj(heads.repeat_interleave(attention.num_key_value_groups, 0).flatten())

    @contextmanager
    def _hooks(self) -> Iterator[None]:
        _, attention, first, second, final, token, position = self.names
        with ExitStack() as stack:

            def hook(module: nn.Module, function: Any) -> None:
                stack.callback(module.register_forward_hook(function).remove)

            for name, path in (("token", token), ("position", position)):
                if path is not None:
                    hook(self.model.get_submodule(path), self._leaf(self.embeddings, name))
            hook(self.model.get_submodule(final), _detached_norm)
            for layer, block in enumerate(self.blocks):
                hook(block.get_submodule(first), _detached_norm)
                hook(block.get_submodule(second), _detached_norm)
                hook(block.get_submodule(attention), self._plus_zero(layer))
                hook(block.mlp, self._keep_input(layer))
                hook(block.mlp, self._leaf(self.mlp_out, layer))
            before = self.model.config._attn_implementation
            self.model.set_attn_implementation("oracle_detached")
            stack.callback(self.model.set_attn_implementation, before)
            yield

    def _leaf(self, kept: dict[Any, Tensor], key: Any) -> Any:
        def hook(_: nn.Module, __: Any, out: Tensor) -> Tensor:
            kept[key] = out.detach().clone().requires_grad_()
            return kept[key]

        return hook

    def _keep_input(self, layer: int) -> Any:
        def hook(_: nn.Module, inputs: tuple[Tensor, ...], __: Tensor) -> None:
            self.mlp_in[layer] = inputs[0]

        return hook

    def _plus_zero(self, layer: int) -> Any:
        def hook(_: nn.Module, __: Any, out: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
            self.attention[layer] = torch.zeros_like(out[0]).requires_grad_()
            return out[0] + self.attention[layer], *out[1:]

        return hook


def _bias(norm: nn.Module) -> Tensor:
    bias = getattr(norm, "bias", None)
    return torch.zeros_like(norm.weight) if bias is None else bias  # type: ignore[arg-type]


def _detached_norm(norm: Any, inputs: tuple[Tensor, ...], _: Tensor) -> Tensor:
    x = inputs[0]
    if isinstance(norm, nn.LayerNorm):
        x, epsilon = x - x.mean(-1, keepdim=True), norm.eps
    else:
        epsilon = norm.variance_epsilon
    return x / (x.pow(2).mean(-1, keepdim=True) + epsilon).sqrt().detach() * norm.weight + _bias(norm)
