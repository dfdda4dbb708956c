"""How long a training lasts and how its steps are paced: what all plans of one pass over the model share."""

from __future__ import annotations

from dataclasses import dataclass

from saecircuits.errors import InputError

from .checks import refuse_not_positive

PRECISIONS = ("auto", "float32", "bfloat16")
"""What the pre-activations that features are chosen from may be worked out in."""


@dataclass(frozen=True)
class TrainingRun:
    """What all plans of one pass over the model share.

    Args:
        tokens: to train on; the last batch is whole.
        batch: tokens of a step.
        rows: rows of text that the model reads at once; default as many as make some 4,096 tokens.
        pool: tokens that are held and shuffled.
        warm_up, decay: shares of the steps in which the learning rate rises from 0 and falls to 0, linearly.
        sparsity_warm_up: share of the steps in which penalties on latents rise from 0 to their coefficients.
        log_every: steps that one entry of the log covers.
        save_every: steps between two checkpoints, where a folder is given.
        precision: `"bfloat16"` chooses features by pre-activations in bfloat16 and works in float32 from there on, with
            the same features chosen but for ties; `"auto"` does so where the machine has units for it and it pays.
        seed: of the first weights and of the order of the tokens.
    """

    tokens: int = 4_000_000
    batch: int = 1024
    rows: int | None = None
    pool: int = 32_768
    warm_up: float = 0.02
    decay: float = 0.4
    sparsity_warm_up: float = 0.1
    log_every: int = 50
    save_every: int = 1000
    precision: str = "auto"
    seed: int = 0

    def __post_init__(self) -> None:
        refuse_not_positive(
            "The training run",
            tokens=self.tokens,
            batch=self.batch,
            rows=1 if self.rows is None else self.rows,
            pool=self.pool,
            log_every=self.log_every,
            save_every=self.save_every,
        )
        if not (self.warm_up >= 0 and self.decay >= 0 and self.warm_up + self.decay <= 1):
            raise InputError(
                f"Warm-up {self.warm_up} and decay {self.decay} have to be shares of one training.",
                "Give two numbers of 0 or more whose sum is at most 1.",
            )
        if not 0 <= self.sparsity_warm_up <= 1:
            raise InputError(f"The warm-up of sparsity is {self.sparsity_warm_up}.", "Give a share of the run, 0 to 1.")
        if self.precision not in PRECISIONS:
            raise InputError(f"There is no precision {self.precision!r}.", f"Known are {', '.join(PRECISIONS)}.")

    @property
    def steps(self) -> int:
        """Number of steps."""
        return -(-self.tokens // self.batch)

    def rate(self, step: int) -> float:
        """Learning rate of a step (counted from 0) as a share of its peak."""
        done, left = (step + 1) / self.steps, (self.steps - step) / self.steps
        rise = min(1.0, done / self.warm_up) if self.warm_up else 1.0
        return rise * (min(1.0, left / self.decay) if self.decay else 1.0)

    def penalty(self, step: int) -> float:
        """Penalties on latents of a step (counted from 0) as a share of their coefficients."""
        return min(1.0, (step + 1) / self.steps / self.sparsity_warm_up) if self.sparsity_warm_up else 1.0
