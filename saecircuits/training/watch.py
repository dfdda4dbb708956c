"""What is told about a training while it runs, and who is told. Watching changes nothing in what is learned."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from .plan import TrainingPlan
    from .run import TrainingRun


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
class Progress:
    """How far a run has come.

    Attributes:
        step, steps: done, and to do in all.
        tokens: seen.
        seconds: since the run began, or went on from a checkpoint.
        tokens_per_second: over these seconds.
        entries: the latest stretch of every plan that is still running, by its name.
    """

    step: int
    steps: int
    tokens: int
    seconds: float
    tokens_per_second: float
    entries: Mapping[str, LogEntry]


class Watcher(Protocol):
    """Is told what happens, and may ask that a plan be stopped."""

    def started(self, plans: Sequence[TrainingPlan], run: TrainingRun) -> None:
        """The run begins, or goes on from a checkpoint."""
        ...

    def logged(self, progress: Progress) -> None:
        """A stretch of `log_every` steps is over."""
        ...

    def to_stop(self) -> Collection[str]:
        """Names of plans that shall stop with what they have learned; asked after every `logged`."""
        ...

    def finished(self, error: BaseException | None) -> None:
        """The run is over, or was broken off by `error`."""
        ...
