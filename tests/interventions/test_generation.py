"""Generating with edits, against a loop that runs the whole text anew for every token, by plain hooks."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from saecircuits.circuit import Feature
from saecircuits.errors import InputError
from saecircuits.interventions import Ablate, Add, AllFeatures, Edit, Patch, Scale, Set, generate
from saecircuits.replacement import Replacement
from tests.attribution.models import ARCHITECTURES, PROMPT, replacement
from tests.interventions.plain import Editor, edited_run, hooked, latents_of

NEW = 6
LENGTH = 7
SOURCE = "w9 w8 w1 w30 w2"


@pytest.fixture(params=ARCHITECTURES)
def model(request: pytest.FixtureRequest) -> Replacement:
    """In float64: no near-tie between two tokens is decided by rounding."""
    return replacement(request.param, dtype=torch.float64)


def step_by_step(model: Replacement, editor: Editor, stop: int | None = None) -> list[int]:
    ids = model.subject.tokenize(PROMPT).ids[0]
    stop = model.subject.tokenizer.eos_token_id if stop is None else stop
    for _ in range(NEW):
        logits, _ = edited_run(model, ids, editor)
        ids = torch.cat([ids, logits.argmax()[None]])
        if int(ids[-1]) == stop:
            break
    return ids[LENGTH:].tolist()


def text_of(model: Replacement, ids: list[int]) -> str:
    return model.subject.tokenizer.decode(ids, skip_special_tokens=True)


def test_without_edits_it_is_the_model(model: Replacement) -> None:
    tokens = model.subject.tokenize(PROMPT)
    with torch.no_grad():
        ids = model.subject.module.generate(**tokens.inputs(), max_new_tokens=NEW, do_sample=False)
    assert generate(model, PROMPT, max_new_tokens=NEW) == text_of(model, ids[0, LENGTH:].tolist())
    assert generate(model, PROMPT, max_new_tokens=NEW) == text_of(model, step_by_step(model, lambda *_: None))


EDITS: dict[str, tuple[list[Edit], Editor]] = {}


def case(name: str, *edits: Edit):
    def add(editor: Editor) -> Editor:
        EDITS[name] = (list(edits), editor)
        return editor

    return add


A, B = Feature("transcoder.0", 2), Feature("transcoder.2", 5)


@case("set everywhere", Set(B, 60.0))
def _set_everywhere(name: str, z: Tensor) -> None:
    if name == B.dictionary:
        z[1:, B.index] = 60


@case("add at one place of the prompt", Add(A, 40.0, positions=-1))
def _add_once(name: str, z: Tensor) -> None:
    if name == A.dictionary:
        z[LENGTH - 1, A.index] += 40


@case("in order", Set(A, 20.0), Scale(A, -2.0), Add(B, 30.0))
def _in_order(name: str, z: Tensor) -> None:
    if name == A.dictionary:
        z[1:, A.index] = -40
    if name == B.dictionary:
        z[1:, B.index] += 30


@case("everywhere and at one place", Set(B, 60.0), Ablate(B, positions=(2, -1)))
def _mixed(name: str, z: Tensor) -> None:
    if name == B.dictionary:
        z[1:, B.index] = 60
        z[[2, LENGTH - 1], B.index] = 0


@case("all features of two layers", Ablate(AllFeatures("transcoder.0")), Scale(AllFeatures("transcoder.1"), 9.0))
def _two_layers(name: str, z: Tensor) -> None:
    if name == "transcoder.0":
        z[1:] = 0
    if name == "transcoder.1":
        z[1:] *= 9


@pytest.mark.parametrize("which", EDITS)
def test_edits_act_on_every_step(model: Replacement, which: str) -> None:
    edits, editor = EDITS[which]
    expected = text_of(model, step_by_step(model, editor))
    assert generate(model, PROMPT, edits, max_new_tokens=NEW) == expected
    if which != "all features of two layers":
        assert expected != text_of(model, step_by_step(model, lambda *_: None))  # the edit does something


@pytest.mark.parametrize("positions", [None, (-1, 3)])
def test_a_patch_holds_the_sources_last_value_on_new_tokens(
    model: Replacement, positions: tuple[int, ...] | None
) -> None:
    source = latents_of(model, SOURCE)["transcoder.1"]
    where = [2, 3, 4, 5, 6] if positions is None else [6, 3]

    def editor(name: str, z: Tensor) -> None:
        if name == "transcoder.1":
            z[where] = source[[p - 1 for p in where]]
            if positions is None:
                z[LENGTH:] = source[-1]

    edits = [Patch(AllFeatures("transcoder.1"), SOURCE, positions=positions), Scale(AllFeatures("transcoder.1"), 30.0)]

    def louder(name: str, z: Tensor) -> None:
        editor(name, z)
        if name == "transcoder.1":
            z[1:] *= 30

    assert generate(model, PROMPT, edits, max_new_tokens=NEW) == text_of(model, step_by_step(model, louder))


def test_it_stops_where_the_model_stops(model: Replacement) -> None:
    """Fewer steps than asked for: the loop over steps ends with the text."""
    edits, editor = EDITS["in order"]
    ids = step_by_step(model, editor, stop=-1)
    for stop in dict.fromkeys(ids):
        expected = step_by_step(model, editor, stop)
        assert generate(model, PROMPT, edits, max_new_tokens=NEW, eos_token_id=stop) == text_of(model, expected)


def test_every_beam_is_edited(model: Replacement) -> None:
    edits, editor = EDITS["set everywhere"]
    tokens = model.subject.tokenize(PROMPT)

    def on_this_step(name: str, z: Tensor) -> None:
        if len(z) == LENGTH:
            editor(name, z)
        elif name == B.dictionary:  # the newest token alone, the others lie in the cache
            z[:, B.index] = 60

    with hooked(model, on_this_step):
        ids = model.subject.module.generate(**tokens.inputs(), max_new_tokens=NEW, do_sample=False, num_beams=3)
    expected = text_of(model, ids[0, LENGTH:].tolist())
    assert generate(model, PROMPT, edits, max_new_tokens=NEW, num_beams=3) == expected


def test_sampling_follows_the_seed(model: Replacement) -> None:
    def sample(seed: int) -> str:
        torch.manual_seed(seed)
        return generate(model, PROMPT, [Set(B, 1.0)], max_new_tokens=NEW, do_sample=True)

    assert sample(0) == sample(0)
    assert len({sample(seed) for seed in range(6)}) > 1


@pytest.mark.parametrize("number", [0, -1, 58, 10**9])
def test_more_tokens_than_the_context_holds_are_refused(model: Replacement, number: int) -> None:
    with pytest.raises(InputError, match=r"context of 64.*Ask for 1 to 57"):
        generate(model, PROMPT, max_new_tokens=number)
