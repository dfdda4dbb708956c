"""Fits the dictionaries of one plan to batches of activations: accumulates with `step`, freezes with `result`.

1. Activations are centred and scaled (`scaling`).
2. A step is fused Adam on the sum of the plan's losses. Decoder rows stay unit vectors, unless the plan lets them
   free: their gradient loses the part along the row, and they are brought back to norm 1 after the step.
3. From time to time dead features are revived.
4. `result` folds the scales into the weights, so that the dictionaries take raw activations.

`state` and `restore` carry everything over that the next step depends on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from saecircuits.dictionaries import Dictionary
from saecircuits.errors import TrainingError
from saecircuits.sites import Site

from .forward import ForwardPass
from .member import Member
from .plan import TrainingPlan
from .precision import chooses_in_bfloat16
from .scaling import Scaling
from .stretch import Stretch
from .watch import LogEntry

_HUGE = 1e6
"""Scaled activations beyond this are no longer a matter of the learning rate."""


@dataclass(frozen=True)
class TrainingResult:
    """What came of a plan.

    Attributes:
        plan: how it was trained.
        dictionaries: as they are used at inference, taking raw activations; a cross-layer transcoder has one a layer.
        log: one entry a stretch of steps.
        tokens: number trained on.
        seconds: of the whole pass, all plans together.
    """

    plan: TrainingPlan
    dictionaries: tuple[Dictionary, ...]
    log: tuple[LogEntry, ...] = field(repr=False)
    tokens: int
    seconds: float

    @property
    def dictionary(self) -> Dictionary:
        """The dictionary of a plan that has only one."""
        (only,) = self.dictionaries
        return only


class Fit:
    """The dictionaries of a plan while they are being trained.

    Args:
        plan: what to train.
        scaling: of the plan's sites.
        sites: the order of the sites in every batch.
        seed: of the first weights and of revivals.
        precision: as in `TrainingRun`.
    """

    def __init__(
        self, plan: TrainingPlan, scaling: Scaling, sites: Sequence[Site], seed: int, precision: str = "auto"
    ) -> None:
        self.plan = plan
        self._used = [sites.index(site) for site in plan.sites]
        self._scaling = scaling
        self._random = torch.Generator().manual_seed(seed)
        self._write_columns = [plan.sites.index(site) for site in plan.writes]
        self._write_scales = scaling.scales(self._write_columns)
        device = scaling.centre.device
        self._members = [Member(plan, wiring, scaling) for wiring in plan.wirings]
        self.dictionaries = [member.dictionary for member in self._members]
        self._trained = [p for each in self.dictionaries for p in each.parameters() if p.requires_grad]
        rate, betas = plan.optimizer.learning_rate, plan.optimizer.betas
        self._optimizer = torch.optim.Adam(self._trained, lr=rate, betas=betas, fused=True)
        self._silent_for = torch.zeros(len(plan.wirings), plan.n_features, dtype=torch.long, device=device)
        self._low_precision = chooses_in_bfloat16(self.dictionaries[0], precision)
        self._stretch = Stretch(device)
        self.tokens = 0
        self.stopped = False

    @classmethod
    def begin(
        cls,
        plan: TrainingPlan,
        sample: Float[Tensor, "token site d_model"],
        sites: Sequence[Site],
        seed: int,
        precision: str = "auto",
    ) -> Fit:
        """A fit with its first weights, made from a sample of raw activations.

        Raises:
            InputError: if the activations are the same at every token.
        """
        used = sample[:, [sites.index(site) for site in plan.sites]]
        fit = cls(plan, Scaling.of(used, plan.centre, plan.name), sites, seed + plan.seed, precision)
        target = fit._target(used)
        for member in fit._members:
            # What several write is left to the last of them at first: in a CLT, each layer begins with its own MLP.
            own = target[:, member.columns].clone()
            own[:, [not home for home in member.is_home]] = 0
            with torch.no_grad():
                plan.start(member.dictionary, member.reads(used), own, fit._random)
        return fit

    @classmethod
    def resume(
        cls,
        plan: TrainingPlan,
        state: Mapping[str, Tensor],
        sites: Sequence[Site],
        precision: str = "auto",
        device: torch.device | str = "cpu",
    ) -> Fit:
        """A fit that goes on from what `state` gave."""
        there = {name: value.to(device, copy=True) for name, value in state.items()}
        fit = cls(plan, Scaling(there["centre"], there["size"]), sites, 0, precision)
        fit.tokens, fit.stopped = int(state["tokens"][0]), bool(state["tokens"][1])
        fit._silent_for = there["silent_for"]
        fit._random.set_state(state["random"].cpu())
        fit._stretch.restore(state["log"].cpu())
        for number, dictionary in enumerate(fit.dictionaries):
            dictionary.load_state_dict(_below(there, f"{number}."))
        for number, parameter in enumerate(fit._trained):
            if moments := _below(there, f"adam.{number}."):
                fit._optimizer.state[parameter] = moments
        return fit

    def state(self) -> dict[str, Tensor]:
        """A copy of everything that the next step depends on."""
        state = {"tokens": torch.tensor([self.tokens, self.stopped]), "silent_for": self._silent_for}
        state |= {"random": self._random.get_state(), "log": self._stretch.state()}
        state |= {"centre": self._scaling.centre, "size": self._scaling.size}
        for number, dictionary in enumerate(self.dictionaries):
            state |= {f"{number}.{name}": value for name, value in dictionary.state_dict().items()}
        for number, parameter in enumerate(self._trained):
            moments = self._optimizer.state[parameter].items()
            state |= {f"adam.{number}.{name}": value for name, value in moments}
        return {name: value.detach().clone() for name, value in state.items()}

    @property
    def dictionary(self) -> Dictionary:
        """The dictionary of a plan that has only one."""
        (only,) = self.dictionaries
        return only

    @property
    def dead(self) -> Bool[Tensor, "dictionary feature"]:
        """Features that have not fired for long."""
        return self._silent_for >= self.plan.dead_after

    def step(self, batch: Float[Tensor, "token site d_model"], rate: float, penalty: float = 1.0) -> None:
        """Learn from one batch of raw activations.

        Args:
            batch: all sites.
            rate: share of the learning rate.
            penalty: share of the coefficients of penalties on latents.

        Raises:
            TrainingError: if the loss or its gradient is not finite; the weights are as they were.
        """
        forward = self.forward(batch, penalty)
        loss = torch.stack([term(forward) for term in self.plan.losses]).sum()
        self._optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)  # nnsight puts its own in the place of Tensor.backward
        size = self._clipped()
        if not torch.isfinite(loss + size):
            raise self._broken(forward, loss.item())
        self._update(rate)
        self._observe(forward, loss.detach())
        if rate == 1:
            self._revive(forward)

    def forward(self, batch: Float[Tensor, "token site d_model"], penalty: float = 1.0) -> ForwardPass:
        """The dictionaries on one batch of raw activations, in scaled units."""
        used = batch if self._used == list(range(batch.shape[1])) else batch[:, self._used]
        dead = self.dead
        parts = [member.part(used, dead[number], self._low_precision) for number, member in enumerate(self._members)]
        shares = sorted({share for loss in self.plan.losses for share in loss.prefixes} | {1.0})
        prefixes = tuple(max(1, round(share * self.plan.n_features)) for share in shares)
        return ForwardPass(self._target(used), tuple(parts), prefixes, penalty)

    def close_entry(self) -> LogEntry:
        """End the current stretch of the log."""
        return self._stretch.close(self.tokens, self.dead.float().mean().item())

    def result(self, seconds: float) -> TrainingResult:
        """The dictionaries as they are; the fit may go on."""
        finished = tuple(member.finished(self._write_scales) for member in self._members)
        return TrainingResult(self.plan, finished, tuple(self._stretch.log), self.tokens, seconds)

    def _target(self, used: Tensor) -> Tensor:
        return self._scaling.apply(used, self._write_columns, self._write_scales)

    @torch.no_grad()
    def _clipped(self) -> Tensor:
        """Take what would change the norms of decoder rows out of the gradient, and shorten it; its norm before."""
        for row in self._unit_rows:
            if row.grad is not None:
                along = (row.grad * row).sum((1, 2), keepdim=True)
                row.grad.addcmul_(row, along, value=-1)
        return torch.nn.utils.clip_grad_norm_(self._trained, self.plan.optimizer.clip)

    @torch.no_grad()
    def _update(self, rate: float) -> None:
        for group in self._optimizer.param_groups:
            group["lr"] = self.plan.optimizer.learning_rate * rate
        self._optimizer.step()
        for row in self._unit_rows:
            row.div_(row.flatten(1).norm(dim=1)[:, None, None])

    @property
    def _unit_rows(self) -> list[Tensor]:
        """Decoders whose rows stay at norm 1."""
        return [dictionary.W_dec for dictionary in self.dictionaries] if self.plan.optimizer.unit_rows else []

    @torch.no_grad()
    def _observe(self, forward: ForwardPass, loss: Tensor) -> None:
        """Count what fired, move what is learned beside the gradient, and add to the log."""
        tokens, fired = len(forward.target), []
        for number, part in enumerate(forward.parts):
            fires = part.latents > 0
            alive = torch.zeros_like(part.dead)
            alive[part.firing.feature[fires]] = True
            self._silent_for[number] = torch.where(alive, 0, self._silent_for[number] + tokens)
            part.dictionary.activation.after_step(part.latents)
            fired.append(fires.sum())
        self.tokens += tokens
        error, variance = forward.residual.pow(2).sum(), forward.target.pow(2).sum()
        self._stretch.add(tokens, loss, torch.stack(fired).sum(), error, variance)

    def _revive(self, forward: ForwardPass) -> None:
        """Revive dead features when it is time, and let the optimizer forget what it knew of them."""
        revival, tokens = self.plan.revival, len(forward.target)
        if revival is None or self.tokens // revival.every == (self.tokens - tokens) // revival.every:
            return
        for number, part in enumerate(forward.parts):
            residual, target = forward.residual[:, part.columns].detach(), forward.target[:, part.columns]
            revived = revival(replace(part, dead=self.dead[number]), residual, target, self._random)
            self._silent_for[number, revived] = 0
            dictionary = part.dictionary
            dictionary.activation.reset(revived)
            for parameter in (
                dictionary.W_enc,
                dictionary.b_enc,
                dictionary.W_dec,
                *dictionary.activation.parameters(),
            ):
                for moment in ("exp_avg", "exp_avg_sq"):
                    self._optimizer.state[parameter][moment][revived] = 0

    def _broken(self, forward: ForwardPass, loss: float) -> TrainingError:
        """What to say when the loss is not finite: the sites whose activations or reconstructions are not."""
        plan = self.plan
        error = forward.residual.detach().pow(2).sum((0, 2))
        where = [str(site) for site, value in zip(plan.writes, error, strict=True) if not torch.isfinite(value)]
        huge = [
            str(site)
            for site, value in zip(plan.writes, forward.target.abs().amax((0, 2)), strict=True)
            if not value < _HUGE
        ]
        cure = (
            f"The activations at {', '.join(huge)} are too large or not finite: load the model in float32 or bfloat16."
            if huge
            else f"Lower its learning rate ({plan.optimizer.learning_rate:g}), or lengthen the warm-up."
        )
        place = f" at {', '.join(where)}" if where else ""
        what = f"loss of {plan.name!r} is {loss}" if loss - loss != 0 else f"gradient of {plan.name!r} is not finite"
        return TrainingError(f"The {what}{place} after {self.tokens} tokens.", cure)


def _below(state: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): value for name, value in state.items() if name.startswith(prefix)}
