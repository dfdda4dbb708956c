"""Fits one dictionary to batches of activations: accumulates with `step`, freezes with `result`.

1. Activations are centred and scaled: the data's mean goes into `b_in` and `b_dec`, and the mean squared norm about it
   becomes 1, for what is read and for what is written.
2. A step is Adam on the sum of the plan's losses. Decoder rows stay unit vectors: their gradient loses the part along
   the row, and they are brought back to norm 1 after the step.
3. From time to time dead features are revived.
4. `result` folds the scales into the weights, so that the dictionary takes raw activations.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import torch
from jaxtyping import Float
from torch import Tensor

from saecircuits.dictionaries import BatchTopK, Dictionary, activation_from_spec
from saecircuits.errors import InputError, TrainingError
from saecircuits.sites import Site

from .losses import ForwardPass
from .plan import TrainingPlan
from .revival import Revival


@dataclass(frozen=True)
class LogEntry:
    """What a stretch of steps was like.

    Attributes:
        tokens: seen at its end.
        loss: mean of the sum of all terms.
        l0: features that fire on a token.
        variance_explained: 1 - FVU, about the mean of the written activations.
        dead: share of features that have not fired for `dead_after` tokens.
    """

    tokens: int
    loss: float
    l0: float
    variance_explained: float
    dead: float


@dataclass(frozen=True)
class TrainingResult:
    """A trained dictionary.

    Attributes:
        plan: how it was trained.
        dictionary: as it is used at inference, taking raw activations.
        log: one entry a stretch of steps.
        tokens: number trained on.
        seconds: of the whole pass, all plans together.
    """

    plan: TrainingPlan
    dictionary: Dictionary
    log: tuple[LogEntry, ...] = field(repr=False)
    tokens: int
    seconds: float


class Fit:
    """A dictionary while it is being trained.

    Args:
        plan: what to train.
        sample: activations that mean and scale are taken from.
        sites: the order of the sites in `sample` and in every batch.
        seed: of the first weights.
    """

    def __init__(
        self, plan: TrainingPlan, sample: Float[Tensor, "token site d_model"], sites: Sequence[Site], seed: int
    ) -> None:
        self.plan = plan
        self._reads = [sites.index(site) for site in plan.reads]
        self._writes = [sites.index(site) for site in plan.writes]
        mean = sample.mean(0)
        self._read_scale = _scale(sample[:, self._reads] - mean[self._reads], plan.name)
        self._write_scale = _scale(sample[:, self._writes] - mean[self._writes], plan.name)
        self._random = torch.Generator().manual_seed(seed)
        self.dictionary = self._start(sample - mean, mean)
        self._mean = self.dictionary.b_dec.detach().clone()
        self._trained = [p for p in self.dictionary.parameters() if p.requires_grad]
        self._optimizer = torch.optim.Adam(self._trained, lr=plan.learning_rate, betas=(0.9, 0.99), fused=True)
        self._silent_for = torch.zeros(plan.n_features, dtype=torch.long, device=sample.device)
        self._tokens = 0
        self._sums: dict[str, float] = {}
        self._log: list[LogEntry] = []

    @property
    def dead(self) -> Tensor:
        """Features that have not fired for long, `[feature]`."""
        return self._silent_for >= self.plan.dead_after

    def step(self, batch: Float[Tensor, "token site d_model"], rate: float) -> None:
        """Learn from one batch of raw activations, at a share `rate` of the learning rate.

        Raises:
            TrainingError: if the loss is not finite.
        """
        forward = self.forward(batch)
        loss = torch.stack([term(self.dictionary, forward) for term in self.plan.losses]).sum()
        if not torch.isfinite(loss):
            raise TrainingError(
                f"The loss of {self.plan.name!r} is {loss.item()} after {self._tokens} tokens.",
                f"Lower its learning rate ({self.plan.learning_rate:g}), or lengthen the warm-up.",
            )
        self._optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self._update(rate)
        self._observe(forward, loss.item())
        if rate == 1 and self.plan.revival is not None:
            self._revive(self.plan.revival, batch, forward)

    def forward(self, batch: Float[Tensor, "token site d_model"]) -> ForwardPass:
        """The dictionary on one batch of raw activations, in scaled units."""
        pre = self.dictionary.preactivations(batch[:, self._reads] / self._read_scale)
        latents = self.dictionary.activation(pre)
        target = batch[:, self._writes] / self._write_scale
        return ForwardPass(target, pre, latents, self.dictionary.decode(latents), self.dead)

    def close_entry(self) -> LogEntry:
        """End the current stretch of the log."""
        sums, self._sums = self._sums, {}
        entry = LogEntry(
            tokens=self._tokens,
            loss=sums["loss"] / sums["steps"],
            l0=sums["fired"] / sums["tokens"],
            variance_explained=1 - sums["error"] / max(sums["variance"], 1e-30),
            dead=self.dead.float().mean().item(),
        )
        self._log.append(entry)
        return entry

    def result(self, seconds: float) -> TrainingResult:
        """The finished dictionary; the fit cannot go on after this."""
        dictionary = self.dictionary.requires_grad_(False)
        dictionary.fold_scales(self._read_scale, self._write_scale)
        dictionary.activation = dictionary.activation.for_inference()
        return TrainingResult(self.plan, dictionary.eval(), tuple(self._log), self._tokens, seconds)

    @torch.no_grad()
    def _start(self, centred: Float[Tensor, "token site d_model"], mean: Float[Tensor, "site d_model"]) -> Dictionary:
        plan, activation = self.plan, activation_from_spec(dict(self.plan.activation))
        d_model, device = centred.shape[-1], centred.device
        dictionary = Dictionary(plan.name, plan.reads, plan.writes, plan.n_features, d_model, activation).to(device)
        x, y = centred[:, self._reads] / self._read_scale, centred[:, self._writes] / self._write_scale
        plan.start(dictionary, x, y, self._random)
        dictionary.b_in.copy_(mean[self._reads] / self._read_scale)
        dictionary.b_dec.copy_(mean[self._writes] / self._write_scale)
        dictionary.b_in.requires_grad_(False)  # b_enc can do all that b_in can
        return dictionary

    @torch.no_grad()
    def _revive(self, revival: Revival, batch: Tensor, forward: ForwardPass) -> None:
        """Revive dead features when it is time, and let the optimizer forget what it knew of them."""
        if self._tokens // revival.every == (self._tokens - len(batch)) // revival.every:
            return
        x = batch[:, self._reads] / self._read_scale
        revived = revival(self.dictionary, x, replace(forward, dead=self.dead), self._random)
        self._silent_for[revived] = 0
        for parameter in (self.dictionary.W_enc, self.dictionary.b_enc, self.dictionary.W_dec):
            for moment in ("exp_avg", "exp_avg_sq"):
                self._optimizer.state[parameter][moment][revived] = 0

    def _update(self, rate: float) -> None:
        rows, gradient = self.dictionary.W_dec, self.dictionary.W_dec.grad
        if gradient is not None:
            gradient.sub_(rows.detach() * (gradient * rows.detach()).sum((1, 2), keepdim=True))
        torch.nn.utils.clip_grad_norm_(self._trained, self.plan.gradient_clip)
        for group in self._optimizer.param_groups:
            group["lr"] = self.plan.learning_rate * rate
        self._optimizer.step()
        with torch.no_grad():
            rows.div_(rows.flatten(1).norm(dim=1)[:, None, None])

    @torch.no_grad()
    def _observe(self, forward: ForwardPass, loss: float) -> None:
        """Count what fired, move a learned threshold, and add to the log."""
        if isinstance(self.dictionary.activation, BatchTopK):
            self.dictionary.activation.observe(forward.latents)
        fired = forward.latents > 0
        tokens = len(fired)
        self._tokens += tokens
        self._silent_for = torch.where(fired.any(0), 0, self._silent_for + tokens)
        added = {
            "loss": loss,
            "steps": 1,
            "tokens": tokens,
            "fired": int(fired.sum()),
            "error": float(forward.residual.pow(2).sum()),
            "variance": float((forward.target - self._mean).pow(2).sum()),
        }
        self._sums = {name: self._sums.get(name, 0) + value for name, value in added.items()}


def _scale(centred: Float[Tensor, "token site d_model"], name: str) -> float:
    """The root of the mean squared norm."""
    scale = centred.flatten(1).pow(2).sum(1).mean().sqrt().item()
    if scale == 0:
        raise InputError(
            f"The activations for {name!r} are the same at every token.", "Choose other sites or a larger corpus."
        )
    return scale
