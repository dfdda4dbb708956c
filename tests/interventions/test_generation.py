"""Generating with edits, against a loop that runs the whole text anew for every token, by plain hooks."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor

from saecircuits.circuit import Feature
from saecircuits.errors import InputError, Stopped
from saecircuits.interventions import Ablate, Add, AllFeatures, Edit, Patch, Scale, Set, generate, intervene
from saecircuits.interventions.generation import Generation, generate_step_by_step
from saecircuits.progress import listening
from saecircuits.replacement import Replacement
from tests.attribution.models import ARCHITECTURES, PROMPT, replacement, wired
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


def by_hand(model: Replacement, ids: list[int], editor: Editor, place: int) -> list[tuple[str, float]]:
    """The five likeliest tokens at a place of a text, by a plain pass over what stands before it."""
    logits, _ = edited_run(model, torch.tensor(ids[:place]), editor)
    values, found = logits.softmax(-1).topk(5)
    return [(model.subject.tokenizer.decode([i]), p) for i, p in zip(found.tolist(), values.tolist(), strict=True)]


@pytest.mark.parametrize("which", EDITS)
def test_it_tells_what_else_could_have_come(model: Replacement, which: str) -> None:
    edits, editor = EDITS[which]
    told = generate_step_by_step(model, PROMPT, edits, max_new_tokens=NEW)
    ids = told.ids.tolist()
    assert told.text == generate(model, PROMPT, edits, max_new_tokens=NEW)
    assert " ".join(told.tokens) == told.text  # the tokenizer of the tiny models: one word a token
    assert len(told.prompt) == LENGTH
    for number, top in enumerate(told.top):
        expected = by_hand(model, ids, editor, LENGTH + number)
        assert [token for token, _ in top] == [token for token, _ in expected]
        assert [p for _, p in top] == pytest.approx([p for _, p in expected], abs=1e-6)  # softmax in float32
        assert told.probabilities[number] == pytest.approx(expected[0][1], abs=1e-6)  # greedy: the likeliest


def test_positions_beyond_the_prompt_are_those_of_new_tokens(model: Replacement) -> None:
    later = [LENGTH, LENGTH + 2]

    def editor(name: str, z: Tensor) -> None:
        if name == B.dictionary:
            z[[p for p in (3, *later) if p < len(z)], B.index] = 60

    edits = [Set(B, 60.0, positions=[3, *later])]
    expected = text_of(model, step_by_step(model, editor))
    assert generate(model, PROMPT, edits, max_new_tokens=NEW) == expected
    assert generate_step_by_step(model, PROMPT, edits, max_new_tokens=NEW).text == expected
    assert expected != generate(model, PROMPT, [Set(B, 60.0, positions=3)], max_new_tokens=NEW)
    with pytest.raises(InputError, match=r"Positions \[13\] are not all in the text, which has at most 13 tokens"):
        generate_step_by_step(model, PROMPT, [Set(B, 60.0, positions=LENGTH + NEW)], max_new_tokens=NEW)
    with pytest.raises(InputError, match="nothing says what new tokens are to take"):
        generate_step_by_step(model, PROMPT, [Patch(B, SOURCE, positions=LENGTH)], max_new_tokens=NEW)


def test_draws_follow_the_seed_and_leave_the_global_one_alone(model: Replacement) -> None:
    def drawn(seed: int, edits: tuple[Edit, ...] = ()) -> Generation:
        return generate_step_by_step(model, PROMPT, edits, max_new_tokens=NEW, temperature=1.5, seed=seed)

    before = torch.get_rng_state()
    assert drawn(0).text == drawn(0).text
    assert len({drawn(seed).text for seed in range(6)}) > 1
    assert drawn(1, (Scale(B, 1.0),)).text == drawn(1).text  # an edit that changes no odds changes no draw
    assert torch.equal(torch.get_rng_state(), before)
    cold = generate_step_by_step(model, PROMPT, max_new_tokens=NEW, temperature=1e-4)
    assert cold.text == generate(model, PROMPT, max_new_tokens=NEW)


def test_draws_have_the_odds_of_the_model(model: Replacement) -> None:
    """300 first tokens against their probabilities: the share of the likeliest lies within four standard errors."""
    told = [generate_step_by_step(model, PROMPT, max_new_tokens=1, temperature=0.3, seed=seed) for seed in range(300)]
    logits, _ = edited_run(model, model.subject.tokenize(PROMPT).ids[0], lambda *_: None)
    odds = (logits / 0.3).softmax(-1)
    likeliest, best = float(odds.max()), model.subject.tokenizer.decode([int(odds.argmax())])
    share = sum(each.tokens == (best,) for each in told) / len(told)
    assert abs(share - likeliest) < 4 * (likeliest * (1 - likeliest) / len(told)) ** 0.5


def test_attention_is_held_at_that_of_the_same_text_without_edits(model: Replacement) -> None:
    """Against a run in which the softmax of every layer gives the unedited pattern."""
    subject, edits = model.subject, [Set(A, 40.0)]
    free = generate_step_by_step(model, PROMPT, edits, max_new_tokens=1)
    held = generate_step_by_step(model, PROMPT, edits, max_new_tokens=1, hold_attention=True)
    assert held.top != free.top
    plain = generate_step_by_step(model, PROMPT, max_new_tokens=NEW)
    for same in ([], [Scale(A, 1.0)]):
        assert generate_step_by_step(model, PROMPT, same, max_new_tokens=NEW, hold_attention=True).text == plain.text
    assert held.top[0][0][1] == pytest.approx(_held_by_hand(model), abs=1e-6)
    assert subject.module.config._attn_implementation != "saecircuits_held"


def _held_by_hand(model: Replacement) -> float:
    """The highest probability with attention's own patterns written over by those of the unedited prompt."""
    module: Any = model.subject.module
    ids = model.subject.tokenize(PROMPT).ids
    before = module.config._attn_implementation
    module.set_attn_implementation("eager")
    try:
        with torch.no_grad():
            patterns = list(module(input_ids=ids, output_attentions=True).attentions)
        softmax, calls = torch.nn.functional.softmax, iter(patterns)
        torch.nn.functional.softmax = lambda *_, **__: next(calls)  # one call a layer, in order
        try:
            logits, _ = edited_run(model, ids[0], _set_a)
        finally:
            torch.nn.functional.softmax = softmax
    finally:
        module.set_attn_implementation(before)
    return float(logits.softmax(-1).max())


def _set_a(name: str, z: Tensor) -> None:
    if name == A.dictionary:
        z[1:, A.index] = 40


def test_it_ends_where_the_model_ends_and_says_so(model: Replacement, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = generate_step_by_step(model, PROMPT, max_new_tokens=NEW)
    assert not plain.ended
    stop = int(plain.ids[LENGTH + 2])
    for ends in (stop, [stop, 0]):
        monkeypatch.setattr(model.subject.module.generation_config, "eos_token_id", ends)
        told = generate_step_by_step(model, PROMPT, max_new_tokens=NEW)
        first = plain.ids[LENGTH:].tolist().index(stop)
        assert told.ended
        assert told.tokens == plain.tokens[:first]


def test_it_can_be_stopped_between_two_tokens(model: Replacement) -> None:
    seen: list[tuple[str, int, int]] = []

    def heard(what: str, done: int, total: int) -> None:
        seen.append((what, done, total))
        if done == 2:
            raise Stopped("This was stopped.")

    with listening(heard), pytest.raises(Stopped):
        generate_step_by_step(model, PROMPT, max_new_tokens=NEW)
    assert seen == [("writing", done, NEW) for done in range(3)]
    assert generate_step_by_step(model, PROMPT, max_new_tokens=NEW).text == generate(model, PROMPT, max_new_tokens=NEW)


@pytest.mark.parametrize("temperature", [-1.0, float("nan"), float("inf")])
def test_a_temperature_that_is_none_is_refused(model: Replacement, temperature: float) -> None:
    with pytest.raises(InputError, match="The temperature is"):
        generate_step_by_step(model, PROMPT, temperature=temperature)


def test_one_edit_is_no_list(model: Replacement) -> None:
    with pytest.raises(InputError, match="Give a list"):
        generate_step_by_step(model, PROMPT, Ablate(A))  # type: ignore[arg-type]


def test_dictionaries_that_read_ahead_generate_too() -> None:
    model = wired("llama", "crosscoder ahead", torch.float64)
    edits = [Set(Feature("crosscoder", 3), 30.0)]
    with pytest.raises(InputError, match=r"read ahead.*lab.generation"):
        generate(model, PROMPT, edits)
    told = generate_step_by_step(model, PROMPT, edits, max_new_tokens=1)
    expected = intervene(model, PROMPT, edits).after.probabilities.max()
    assert told.top[0][0][1] == pytest.approx(float(expected), abs=1e-6)
