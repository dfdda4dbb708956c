"""The PatchBoard: two prompts, and what features of one do in the run of the other, by layer, position and feature.

Cells, features and patches are measured in threads, and may end in any order: what belongs to prompts or to a direction
that are no longer shown changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from typing import Any

import numpy as np
import traitlets
from jaxtyping import Float

from saecircuits.errors import InputError, Stopped
from saecircuits.interventions import Edit, Effect

from .base import Widget
from .messages import Answer, Handler, describe, text_field
from .patch_bench import Bench, PatchLab, Question, question_of


class PatchBoard(Widget):
    """What moves the answer of one prompt towards that of another.

    Each cell of the picture is one dictionary at one token: the share of the gap between the two prompts that goes when
    all of its features there come from the other prompt. 0 is nothing, 1 all of it. A cell opens its single features.

    Args:
        lab: model and dictionaries.
        clean, corrupted: two prompts, best of as many tokens; else they are matched by how they begin and end.
        target: the next token whose logit is measured; by default what the model says on the clean prompt.
        against: measure above the logit of this token; by default, without a target, what it says on the corrupted
            prompt; with a target, the mean over the vocabulary.

    Attributes:
        noising: features of the corrupted prompt go into the clean run; if False, those of the clean prompt into the
            corrupted run.
        cell: the cell that is looked into, as `"transcoder.0@7"`, or None.
        features: its single features, as columns.
        ticked: what is patched together: cells, and features as `"transcoder.0/12@7"`.
        effect: what the ticked patches do to the output.
        feature: the selected feature, as `"transcoder.0/12"`, or None.

    Raises:
        InputError: for prompts that cannot be matched, a target that is not one token, or that both prompts agree on.
    """

    bundle = "patch_board"
    height = 760
    beside = frozenset({"features", "patch"})

    question = traitlets.Dict().tag(sync=True)
    board = traitlets.Dict().tag(sync=True)
    noising = traitlets.Bool(True).tag(sync=True)
    measured = traitlets.Bytes().tag(sync=True)
    cell = traitlets.Unicode(None, allow_none=True).tag(sync=True)
    features = traitlets.Dict(None, allow_none=True).tag(sync=True)
    ticked = traitlets.List(traitlets.Unicode()).tag(sync=True)
    effect = traitlets.Dict(None, allow_none=True).tag(sync=True)
    feature = traitlets.Unicode(None, allow_none=True).tag(sync=True)

    def __init__(
        self,
        lab: PatchLab,
        clean: str,
        corrupted: str,
        target: str | None = None,
        against: str | None = None,
        **traits: Any,
    ) -> None:
        self._lab = lab
        self._bench: Any = None
        super().__init__(**{"features": None, "effect": None, **traits})
        self.show(clean, corrupted, target, against)

    @property
    def cells(self) -> Float[np.ndarray, "dictionary place"]:
        """Shares of the gap, a row for each of `rows`; NaN where nothing is measured (`wait` until all is)."""
        return np.frombuffer(self.measured, "<f4").reshape(len(self.rows), -1).copy()

    @property
    def rows(self) -> tuple[str, ...]:
        """The dictionaries of `cells`, in the order of the forward pass."""
        return self._bench.patching.names

    @property
    def prompt(self) -> str:
        """The prompt that is run: the clean one, or with `noising=False` the corrupted one."""
        return self._bench.prompt

    @property
    def edits(self) -> list[Edit]:
        """The ticked patches, for `lab.intervene(board.prompt, board.edits)`."""
        return self._bench.edits(self.ticked)

    def show(self, clean: str, corrupted: str, target: str | None = None, against: str | None = None) -> None:
        """Compare two other prompts; cells are measured in the background. Raises as the class does."""
        question = Question(clean, corrupted, target or "", against or "")
        bench = self._open(Bench.of(self._lab, question, self.noising))
        self._start("measure", lambda: self._measure(bench))

    def apply(self, ticked: Sequence[str]) -> Effect:
        """Patch several cells and features at once, as ticking them would.

        Args:
            ticked: cells such as `"transcoder.0@7"`, features such as `"transcoder.0/12@7"`.

        Raises:
            InputError: for what does not exist, or stands where nothing can be patched.
        """
        return self._patch(self._bench, list(ticked))

    def _long(self) -> Mapping[str, Handler]:
        return {"measure": self._answer_measure, "features": self._answer_features, "patch": self._answer_patch}

    def _open(self, bench: Bench) -> Bench:
        """Show a bench that nothing is measured on yet."""
        board, (_, effect) = bench.board(), bench.patched([])
        with self.hold_sync():
            self._bench = bench
            self.error, self.features, self.cell = None, None, None
            self.question, self.noising = asdict(bench.question), bench.noising
            self.board, self.measured = board, bench.unmeasured().tobytes()
            self.effect = effect  # before the ticks: their observer compares with it
            self.ticked = []
        return bench

    def _measure(self, bench: Bench) -> None:
        for shares in bench.cells():
            with self._still(bench):
                self.measured = shares.tobytes()

    def _look_into(self, bench: Bench, cell: str) -> None:
        for state in bench.features(cell):
            with self._still(bench):
                self.features, self.cell = state, cell

    def _patch(self, bench: Bench, ticked: list[str]) -> Effect:
        effect, state = bench.patched(ticked)
        with suppress(Stopped), self._still(bench):
            self.error, self.effect = None, state
            self.ticked = ticked
        return effect

    @contextmanager
    def _still(self, bench: Bench) -> Iterator[None]:
        """Set traits together, of a bench that is still shown."""
        with self.hold_sync():
            if bench is not self._bench:
                raise Stopped("Other prompts are shown.")
            yield

    def _start(self, kind: str, run: Callable[[], None]) -> None:
        """Work that Python asked for, in the thread of the requests; what goes wrong is shown in the widget."""

        def handler(_: Mapping[str, Any]) -> Answer:
            try:
                run()
            except Stopped:
                raise
            except Exception as error:
                self.error = describe(error)
            return {}, []

        self._desks[kind in self.beside].submit({"id": f"own-{kind}", "type": kind}, handler)

    def _answer_measure(self, message: Mapping[str, Any]) -> Answer:
        self._measure(self._open(Bench.of(self._lab, question_of(message), bool(message.get("noising", True)))))
        return {}, []

    def _answer_features(self, message: Mapping[str, Any]) -> Answer:
        self._look_into(self._bench, text_field(message, "cell"))
        return {}, []

    def _answer_patch(self, message: Mapping[str, Any]) -> Answer:
        ticked = message.get("ticked")
        if not isinstance(ticked, list) or not all(isinstance(each, str) for each in ticked):
            raise InputError(f"What is ticked comes as a list of texts, not {ticked!r}.")
        self._patch(self._bench, ticked)
        return {}, []

    @traitlets.observe("noising")
    def _turned_from_outside(self, change: Any) -> None:
        if self._bench is None or change["new"] == self._bench.noising:
            return
        question = self._bench.question
        self._start("measure", lambda: self._measure(self._open(Bench.of(self._lab, question, change["new"]))))

    @traitlets.observe("cell")
    def _cell_set_from_outside(self, change: Any) -> None:
        shown = None if self.features is None else self.features.get("cell")
        if self._bench is not None and change["new"] not in (None, shown):
            bench = self._bench
            self._start("features", lambda: self._look_into(bench, change["new"]))

    @traitlets.observe("ticked")
    def _ticked_from_outside(self, change: Any) -> None:
        """Ticks that Python or a restored state set without `apply`; if they cannot be run, they are taken back."""
        known = self.effect.get("ticked", []) if self.effect else []
        if self._bench is None or change["new"] == known:
            return
        try:
            self.apply(change["new"])
        except Exception as error:
            self.error = describe(error)
            self.ticked = known
