"""A laboratory on a server that keeps the model apart from the code of its users, as NDIF does for keys not trusted.

Passes run here, on a model of which the bodies see empty modules alone.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nnsight
import pytest
import torch
from torch import Tensor

import saecircuits as sc
from saecircuits.errors import InputError
from saecircuits.lab import ReplacementModel
from saecircuits.replacement import capture
from saecircuits.subject import Subject, load_model
from saecircuits.subject.loading import without_weights
from saecircuits.subject.remote import Remote
from saecircuits.subject.remote.calls import given, packed
from saecircuits.subject.remote.host import performed
from tests.attribution.models import PROMPT, replacement
from tests.ndif import saved_model
from tests.tiny import tiny_tokenizer

EDITS = [sc.Ablate(sc.Feature("transcoder.0", 5)), sc.Add(sc.Feature("transcoder.1", 3), 2.0, positions=-1)]


class Empty:
    """What the code of such a key has of the model: values pass through it, and its modules are empty."""

    def __init__(self, modules: Any, traced: Any) -> None:
        self._module, self._traced = modules, traced

    def __getattr__(self, name: str) -> Any:
        return getattr(self._traced, name)


class Apart(Remote):
    """Runs passes on a model that is open here.

    Attributes:
        passes: how many there were.
    """

    def __init__(self, model: Subject, modules: Any) -> None:
        super().__init__(True)
        self._model, self._modules, self.passes = model, modules, 0

    def run(self, subject: Any, inputs: dict[str, Tensor], asked: tuple[Any, Any, bool], stop: bool) -> Any:
        """One pass."""
        self.passes += 1
        request, model = packed(subject, (*asked, tuple(subject.around)), len(inputs["input_ids"])), self._model.traced
        with torch.no_grad(), model.trace(inputs) as tracer:
            out = nnsight.save(performed(request, Empty(self._modules, model)))
            if stop:
                tracer.stop()
        return given(subject, out)


Labs = tuple[ReplacementModel, ReplacementModel, Apart]


@pytest.fixture(scope="module")
def labs(tmp_path_factory: pytest.TempPathFactory) -> Labs:
    """A laboratory whose model is here, the same with the model apart, and its server."""
    folder: Path = saved_model("gemma2", tmp_path_factory.mktemp("models") / "gemma2")
    here, empty = load_model(folder, tiny_tokenizer()), without_weights(str(folder), tiny_tokenizer(), "gemma2")
    server = Apart(here, without_weights(str(folder), tiny_tokenizer(), "gemma2").module)
    there = Subject(empty.module, empty.tokenizer, "gemma2", traced=empty.traced, server=server)
    dictionaries = list(replacement("gemma2").dictionaries.values())
    return ReplacementModel(here, dictionaries), ReplacementModel(there, dictionaries), server


def test_what_fires_is_told_in_one_pass(labs: Labs) -> None:
    before = labs[2].passes
    here, there = ([(f.feature, f.position, f.activation) for f in lab.features(PROMPT)] for lab in labs[:2])
    assert labs[2].passes == before + 1
    assert [each[:2] for each in there] == [each[:2] for each in here]
    torch.testing.assert_close(torch.tensor([f[2] for f in there]), torch.tensor([f[2] for f in here]))
    assert sorted(each[:2] for each in here) == sorted(
        (feature, position) for feature, position, _ in capture(labs[0].replacement, PROMPT).firing()
    )


def test_edits_act_live(labs: Labs) -> None:
    here, there = (lab.intervene(PROMPT, EDITS).after.logits for lab in labs[:2])
    torch.testing.assert_close(there, here)


def test_evidence_is_refused_before_the_corpus_is_read(labs: Labs) -> None:
    corpus, before = sc.Corpus.texts([PROMPT, "w5 w6 w7 w8"] * 200, name="words"), labs[2].passes
    with pytest.raises(InputError, match="apart from the model, so there are no weights"):
        sc.collect_evidence(labs[1], corpus, progress=False)
    assert labs[2].passes == before + 1


@pytest.mark.parametrize("what", ["capture", "gradients", "frozen"])
def test_what_needs_the_model_is_refused(labs: Labs, what: str) -> None:
    with pytest.raises(InputError, match="runs passes of this key apart from the model"):
        if what == "capture":
            capture(labs[1].replacement, PROMPT)
        elif what == "gradients":
            labs[1].attribute(PROMPT, "w7", method=sc.Gradient())
        else:
            labs[1].intervene(PROMPT, EDITS, frozen=True)
