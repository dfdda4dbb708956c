"""One dictionary of a plan while it is trained, with the places of its sites."""

from __future__ import annotations

from copy import deepcopy

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from saecircuits.dictionaries import Dictionary, Preactivations, activation_from_spec

from .forward import Part, part_of
from .plan import TrainingPlan
from .scaling import Scaling
from .wiring import Wiring


class Member:
    """One dictionary of a plan.

    Args:
        plan: all of it.
        wiring: the dictionary's own.
        scaling: of the plan's sites.

    Attributes:
        dictionary: in scaled units.
        columns: which of the plan's written sites it writes.
        is_home: for each of these, whether it is the last to write there; the site's centre becomes its bias.
    """

    def __init__(self, plan: TrainingPlan, wiring: Wiring, scaling: Scaling) -> None:
        last = {site: each for each in plan.wirings for site in each.writes}
        self.is_home = [last[site] is wiring for site in wiring.writes]
        self.columns = [plan.writes.index(site) for site in wiring.writes]
        self._scaling = scaling
        self._read_columns = [plan.sites.index(site) for site in wiring.reads]
        self._site_columns = [plan.sites.index(site) for site in wiring.writes]
        self._read_scales = scaling.scales(self._read_columns)
        self._memory: Tensor | None = None
        self.dictionary = _empty(plan, wiring, scaling.centre)

    def reads(self, used: Float[Tensor, "token site d_model"]) -> Float[Tensor, "token read d_model"]:
        """What it reads of a batch, scaled."""
        return self._scaling.apply(used, self._read_columns, self._read_scales)

    def part(self, used: Float[Tensor, "token site d_model"], dead: Bool[Tensor, " feature"], low: bool) -> Part:
        """Run it on a batch."""
        x, weights = self.reads(used), self.dictionary.W_enc.flatten(1)
        if self._memory is not None and len(self._memory) != len(x):
            self._memory = None
        pre = Preactivations(x.flatten(1), weights, self.dictionary.b_enc, low, self._memory)
        self._memory = pre.memory
        return part_of(self.dictionary, x, dead, self.columns, pre)

    @torch.no_grad()
    def finished(self, write_scales: Float[Tensor, " write"]) -> Dictionary:
        """A copy that takes raw activations."""
        dictionary = deepcopy(self.dictionary).fold_scales(self._read_scales, write_scales[self.columns])
        dictionary.b_in.copy_(self._scaling.centre[self._read_columns])
        home = torch.tensor(self.is_home, device=dictionary.b_dec.device)
        dictionary.b_dec.add_(self._scaling.centre[self._site_columns] * home[:, None])
        return dictionary.for_inference()


def _empty(plan: TrainingPlan, wiring: Wiring, centre: Float[Tensor, "site d_model"]) -> Dictionary:
    activation = activation_from_spec(dict(plan.activation))
    activation.widen(plan.n_features)
    dictionary = Dictionary(
        wiring.name, wiring.reads, wiring.writes, plan.n_features, centre.shape[1], activation, skip=wiring.skip
    ).to(centre.device)
    if centre.dtype == torch.float64:
        dictionary.double()
    dictionary.b_in.requires_grad_(False)  # b_enc can do all that b_in can
    return dictionary
