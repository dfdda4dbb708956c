"""Sums over the steps of the current stretch of the log, and the stretches that are over."""

from __future__ import annotations

import torch
from torch import Tensor

from .watch import LogEntry


class Stretch:
    """Accumulates on the device with `add`; reads back only when a stretch is closed."""

    def __init__(self, device: torch.device) -> None:
        self._sums = torch.zeros(6, dtype=torch.float64, device=device)
        self.log: list[LogEntry] = []

    def add(self, tokens: int, loss: Tensor, fired: Tensor, error: Tensor, variance: Tensor) -> None:
        """One step: the loss, pairs that fired, squared errors, squared distances from the centre."""
        one, count = torch.ones_like(loss), torch.full_like(loss, tokens)
        self._sums += torch.stack([one, loss, count, fired.to(loss.dtype), error, variance]).double()

    def close(self, tokens: int, dead: float) -> LogEntry:
        """End the stretch.

        Args:
            tokens: seen in all.
            dead: share of features that have not fired for long.
        """
        steps, loss, counted, fired, error, variance = self._sums.tolist()
        self._sums.zero_()
        entry = LogEntry(tokens, loss / steps, fired / counted, 1 - error / max(variance, 1e-30), dead)
        self.log.append(entry)
        return entry

    def state(self) -> Tensor:
        """The sums, and below them the closed entries."""
        rows = [self._sums.cpu(), *(torch.tensor([*_values(entry), 0.0], dtype=torch.float64) for entry in self.log)]
        return torch.stack(rows)

    def restore(self, state: Tensor) -> None:
        """Go on from what `state` gave."""
        self._sums.copy_(state[0])
        self.log = [LogEntry(int(tokens), *rest) for tokens, *rest, _ in state[1:].tolist()]


def _values(entry: LogEntry) -> list[float]:
    return [entry.tokens, entry.loss, entry.l0, entry.variance_explained, entry.dead]
