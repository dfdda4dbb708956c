"""A way through a model inside a trace: its places are read and written in the order of the forward pass.

1. `begin` opens a forward pass.
2. `read` and `write` take a place after the model has reached it; the model does not go back, so whatever is owed to
   places before it is paid first.
3. `settle` pays the rest at the end.

What is owed comes from writing `resid_mid`. What reads it in the model is the MLP's norm, and the residual stream runs
past that; so the change is added to the block's output too.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import torch
from jaxtyping import Float
from nnsight import TransformersModel
from torch import Tensor

from saecircuits.sites import Site

from .architecture import Access, Architecture
from .stored import device_of
from .weights import Weights

Values = Float[Tensor, "batch position width"]


@dataclass
class _Met:
    """What a forward pass has met.

    Attributes:
        batch: number of prompts.
        entered: `resid_pre` by layer, of a parallel model.
        owed: by layer, what has been added to `resid_mid` and not yet to the block's output.
    """

    batch: int = 1
    entered: dict[int, Tensor] = field(default_factory=dict)
    owed: dict[int, Tensor] = field(default_factory=dict)


class Passage:
    """Goes through a traced model, pass after pass.

    Args:
        traced: the model, as nnsight has it open.
        architecture: its row of the table.
        parallel: attention and MLP both read `resid_pre`.
        weights: of the model; values are written in their precision, and handed out where they lie.
    """

    def __init__(self, traced: TransformersModel, architecture: Architecture, parallel: bool, weights: Weights) -> None:
        self._traced, self._architecture, self._parallel, self._weights = traced, architecture, parallel, weights
        model: Any = traced._module
        self._blocks: Any = model.get_submodule(architecture.blocks)
        out = model.get_output_embeddings()
        self._unembed = next(path for path, module in model.named_modules() if module is out)
        places = {device_of(part) for part in (*self._blocks, out)} - {torch.device("meta")}
        self._apart = next(model.parameters()).is_meta  # the modules are empty, and values come as copies
        self._spread = self._apart or not places <= {weights.device}
        self._met = _Met()

    def begin(self, batch: int) -> None:
        """A forward pass of some prompts begins."""
        self._met = _Met(batch)

    def get(self, site: Site) -> Values:
        """The value of a site."""
        self._reach(site)
        if site.kind == "resid_mid" and self._parallel:  # the model never makes it
            return self.get(Site("attn_out", site.layer)) + self._here(self._met.entered[site.layer])
        return self._here(self._read(site.layer, self._architecture.access(site)))

    def set(self, site: Site, value: Values) -> None:
        """Replace the value of a site."""
        self._reach(site)
        access = self._architecture.access(site)
        if site.kind == "resid_mid":
            before = self._read(site.layer, access)
            self._met.owed[site.layer] = self._there(site.layer, value, before) - before
        self._write(site.layer, access, value)

    def read(self, near: Site, access: Access) -> Tensor:
        """A place inside a block that the model reaches when it reaches a site."""
        self._reach(near)
        return self._here(self._read(near.layer, access))

    def write(self, near: Site, access: Access, value: Tensor) -> None:
        """Replace what is at such a place."""
        self._reach(near)
        self._write(near.layer, access, value)

    def final_input(self) -> Values:
        """What the last norm reads."""
        self.settle()
        return self._here(self._traced.get(self._architecture.final_norm).input)

    def unembedded(self) -> Values:
        """The logits before a soft cap."""
        self.settle()
        return self._here(self._traced.get(self._unembed).output)

    def logits(self) -> Values:
        """The logits."""
        self.settle()
        return self._here(self._traced.output.logits)

    def settle(self, before: Site | None = None) -> None:
        """Pay what is owed to the residual stream, up to the place that is touched next.

        A block's output that is itself replaced gets nothing more.
        """
        for layer in sorted(self._met.owed):
            out = Site("resid_post", layer)
            if before is None or not before < out:
                access, owed = self._architecture.access(out), self._met.owed.pop(layer)
                self._write(layer, access, self._read(layer, access) + owed)

    def _reach(self, site: Site) -> None:
        self.settle(site)
        if self._parallel and site.kind in ("attn_out", "resid_mid") and site.layer not in self._met.entered:
            entrance = self._architecture.access(Site("resid_pre", site.layer))
            self._met.entered[site.layer] = self._read(site.layer, entrance)

    def _here(self, value: Tensor) -> Tensor:
        """A value of the model where all values are handed out."""
        return value.to(self._weights.device) if self._spread else value

    def _there(self, layer: int, value: Tensor, before: Tensor | None) -> Tensor:
        """A value as a layer takes it, in the place of another; empty modules tell neither precision nor device."""
        if self._apart and before is not None:
            return value.to(before)
        value = value.to(self._weights.dtype)
        return value.to(device_of(self._blocks[layer])) if self._spread else value

    def _read(self, layer: int, access: Access) -> Tensor:
        value = getattr(self._module_at(layer, access), access.end)
        value = value if access.item is None or isinstance(value, Tensor) else value[access.item]
        return value.unflatten(0, (self._met.batch, -1)) if access.flat else value

    def _write(self, layer: int, access: Access, value: Tensor) -> None:
        module = self._module_at(layer, access)
        whole: Any = getattr(module, access.end) if access.item is not None or self._apart else None
        item = access.item if isinstance(whole, tuple) else None
        before: Any = whole if item is None else whole[item]
        value = self._there(layer, value, before)
        value = value.flatten(0, 1) if access.flat else value
        setattr(module, access.end, value if item is None else (*whole[:item], value, *whole[item + 1 :]))

    def _module_at(self, layer: int, access: Access) -> Any:
        block = self._traced.get(self._architecture.blocks)[layer]
        return block.get(access.path) if access.path else block
