"""The Hugging Face model, run by plain hooks with attention patterns, norm denominators and MLP outputs held.

What is added anywhere then moves linearly, so the part that one source or one path plays is the difference that it
makes to a run. Queries and keys are taken as the model hands them to its attention function: after its own rotary
embedding and its own norms. A gate says which heads let the difference pass, from which key to which query.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from transformers import AttentionInterface
from transformers.masking_utils import AttentionMaskInterface, eager_mask

from saecircuits.replacement import Replacement
from saecircuits.sites import Site
from saecircuits.subject import attention_implementation

NAME = "held_run"
_RUN: list[HeldRun] = []


def _attention(
    module: Any, query: Tensor, key: Tensor, value: Tensor, mask: Tensor, scaling: float | None = None, **options: Any
) -> tuple[Tensor, Tensor]:
    groups = query.shape[1] // key.shape[1]
    key, value = key.repeat_interleave(groups, 1), value.repeat_interleave(groups, 1)
    scaling = query.shape[-1] ** -0.5 if scaling is None else scaling
    out, pattern = _RUN[-1].attend(module.layer_idx, query, key, value, mask, scaling, options.get("softcap"))
    return out.transpose(1, 2).contiguous(), pattern


def _attend(
    layer: int, scaling: float, own: Any, query: Tensor, key: Tensor, value: Tensor, mask: Tensor
) -> tuple[Tensor, Tensor]:
    seen = own(query, key, value, mask)[1] > 0  # some families know by themselves what a query does not see
    mask = torch.zeros_like(seen, dtype=query.dtype).masked_fill(~seen, -torch.inf)
    return _RUN[-1].attend(layer, query, key, value, mask, scaling, None)


AttentionInterface.register(NAME, _attention)
AttentionMaskInterface.register(NAME, eager_mask)


class HeldRun:
    """Runs of one prompt; the first, with nothing added, is what the others are held at.

    Args:
        replacement: model and dictionaries, best in float64.
        ids: token ids `[position]`.

    Attributes:
        base: what the first run held, `[1, …]`, by `(name, layer)`: `query`
            (with the factor of the scores), `key`, `scores` (before the cap),
            `pattern`, `value`, `resid_pre`, `attn_out`, `mlp_in`, `mlp_out`, and `("final", 0)`.
    """

    def __init__(self, replacement: Replacement, ids: Tensor) -> None:
        self.replacement = replacement
        self.subject = replacement.subject
        self.ids = ids
        self.base: dict[tuple[str, int], Tensor] = {}
        self._scales: dict[nn.Module, Tensor] = {}
        self._holding = False
        self.base = self.run({})
        self._holding = True

    @torch.no_grad()
    def run(
        self, added: Mapping[Site, Tensor], gates: Mapping[int, Tensor] | None = None
    ) -> dict[tuple[str, int], Tensor]:
        """One run a row of what is added.

        Args:
            added: `[run, position, d_model]`, by `resid_pre`, `attn_out` or `mlp_out` site.
            gates: `[run, head, query, key]` of ones and zeros by layer; all ones where a layer is missing.
        """
        sizes = {len(value) for value in (*added.values(), *(gates or {}).values())} or {1}
        self._added, self._gates, self._found, self._size = added, gates or {}, {}, max(sizes)
        _RUN.append(self)
        with self._hooks(), attention_implementation(self.subject, NAME):
            self.subject.module(input_ids=self.ids.expand(max(sizes), -1))
        _RUN.pop()
        return self._found

    def attend(
        self, layer: int, query: Tensor, key: Tensor, value: Tensor, mask: Tensor, scaling: float, cap: float | None
    ) -> tuple[Tensor, Tensor]:
        scores = query @ key.mT * scaling
        self._keep(layer, query=query * scaling, key=key, value=value, scores=scores)
        if not self._holding:
            capped = scores if cap is None else cap * torch.tanh(scores / cap)
            self._keep(layer, pattern=(capped + mask).softmax(-1))
            return self._found["pattern", layer] @ value, self._found["pattern", layer]
        pattern, held = self.base["pattern", layer], self.base["value", layer]
        return pattern @ held + (pattern * self._gates.get(layer, 1)) @ (value - held), pattern

    def _keep(self, layer: int, **found: Tensor) -> None:
        self._found.update({(name, layer): value for name, value in found.items()})

    @contextmanager
    def _hooks(self) -> Iterator[None]:
        row, model = self.subject.architecture, self.subject.module
        blocks: Any = model.get_submodule(row.blocks)
        with ExitStack() as stack:
            for norm in self._norms().values():
                _hook(stack, norm.module, self._norm_hook(norm))
            _hook(stack, model.get_submodule(row.final_norm), self._final)
            _hook(stack, model.get_submodule(row.token_embedding), lambda x: self._plus(Site("resid_pre", 0), x))
            for layer, block in enumerate(blocks):
                stack.callback(block.register_forward_pre_hook(self._block_hook(layer)).remove)
                first = block.get_submodule(row.access(Site("mlp_in", layer)).path)
                stack.callback(first.register_forward_pre_hook(self._mlp_in_hook(layer)).remove)
                if row.attend is not None:  # a family that does not ask for an attention function
                    module = self.subject.attention_module(layer)
                    own = getattr(module, row.attend)
                    setattr(module, row.attend, partial(_attend, layer, row.score_scale(module), own))
                    stack.callback(delattr, module, row.attend)
                attention, mlp = (row.access(Site(kind, layer)).path for kind in ("attn_out", "mlp_out"))
                _hook(stack, block.get_submodule(attention), self._attention_hook(layer))
                _hook(stack, block.get_submodule(mlp), self._mlp_hook(layer))
            yield

    def _norms(self) -> dict[nn.Module, Any]:
        """By module, since attention and MLP may share one."""
        weights, norms = self.subject.weights, [self.subject.weights.final_norm]
        for layer in range(self.subject.n_layers):
            norms += [weights.attention_norm(layer), weights.attention_post_norm(layer)]
            norms += [weights.mlp_norm(layer), weights.mlp_post_norm(layer)]
            heads = [weights.query_key(layer).query_norm, weights.query_key(layer).key_norm]
            norms += [norm and norm.norm for norm in heads]
        return {norm.module: norm for norm in norms if norm is not None and norm.module is not None}

    def _norm_hook(self, norm: Any) -> Callable[..., Tensor]:
        def hook(module: nn.Module, inputs: tuple[Tensor, ...], _: Tensor) -> Tensor:
            x = self._batched(inputs[0])
            if not self._holding:
                self._scales[module] = norm.scale(x)
            return norm.apply(x, self._scales[module]).view_as(inputs[0])

        return hook

    def _batched(self, x: Tensor) -> Tensor:
        """Some families lay batch and position on one axis around their MLPs."""
        return x.unflatten(0, (self._size, -1)) if x.ndim == 2 else x

    def _plus(self, site: Site, x: Tensor) -> Tensor:
        return x + self._added.get(site, 0)

    def _final(self, out: Tensor) -> Tensor:
        self._keep(0, final=out)
        return out

    def _block_hook(self, layer: int) -> Callable[..., Any]:
        def hook(_: nn.Module, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
            x = inputs[0] if layer == 0 else self._plus(Site("resid_pre", layer), inputs[0])
            self._keep(layer, resid_pre=x)
            return (x, *inputs[1:])

        return hook

    def _mlp_in_hook(self, layer: int) -> Callable[..., None]:
        return lambda _, inputs: self._keep(layer, mlp_in=self._batched(inputs[0]))

    def _attention_hook(self, layer: int) -> Callable[[Any], Any]:
        def hook(out: Any) -> Any:
            first = self._plus(Site("attn_out", layer), out[0] if isinstance(out, tuple) else out)
            self._keep(layer, attn_out=first)
            return (first, *out[1:]) if isinstance(out, tuple) else first

        return hook

    def _mlp_hook(self, layer: int) -> Callable[[Tensor], Tensor]:
        def hook(made: Tensor) -> Tensor:
            out = self._batched(made)
            if self._holding:
                out = self._plus(Site("mlp_out", layer), self.base["mlp_out", layer]) + self._past_features(layer)
                out = out.expand(self._size, -1, -1)
            self._keep(layer, mlp_out=out)
            return out.reshape(made.shape)

        return hook

    def _past_features(self, layer: int) -> Tensor | float:
        """What the skip connections make of the difference at what they read; the first token is left as it is."""
        total: Tensor | float = 0.0
        for dictionary, write in self.replacement.writers(layer):
            for read, site in enumerate(dictionary.reads) if dictionary.W_skip is not None else ():
                moved = (self._found["mlp_in", site.layer] - self.base["mlp_in", site.layer]).clone()
                moved[:, 0] = 0
                total = total + moved @ dictionary.W_skip[write, :, read].T
        return total


def _hook(stack: ExitStack, module: nn.Module, change: Callable[..., Any]) -> None:
    """Put what `change` makes of the output, or of module, inputs and output, in its place."""
    if change.__code__.co_argcount >= 3:
        stack.callback(module.register_forward_hook(change).remove)
    else:
        stack.callback(module.register_forward_hook(lambda _, __, out: change(out)).remove)
