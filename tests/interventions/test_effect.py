"""How an effect reads: outcomes, the table of tokens, values of features."""

from __future__ import annotations

import pytest
import torch

from saecircuits.circuit import Feature
from saecircuits.interventions import EditedRun, Effect, Outcome, Set, intervene
from tests.attribution.models import PROMPT, replacement

F = Feature("d", 1)


class Letters:
    """Turns ids into letters."""

    def decode(self, ids: list[int]) -> str:
        return "abcdef<"[ids[0]]


def effect_of(before: list[float], after: list[float]) -> Effect:
    latents = [{"d": torch.tensor([[0.0, 1.0], [2.0, value]])} for value in (3.0, 9.0)]
    logits = [torch.tensor(given) for given in (before, after)]
    runs = [EditedRun(end, end[None], z, {}) for end, z in zip(logits, latents, strict=True)]
    return Effect((Set(F, 9.0),), *[Outcome(end, Letters()) for end in logits], *runs)


def test_outcomes_are_probabilities() -> None:
    outcome = Outcome(torch.tensor([1.0, 3.0, 2.0, -1.0]), Letters())
    torch.testing.assert_close(outcome.probabilities, torch.tensor([1.0, 3.0, 2.0, -1.0]).softmax(-1))
    assert outcome.answer == "b"
    assert [token for token, _ in outcome.top(3)] == ["b", "c", "a"]
    assert len(outcome.top(100)) == 4
    assert sum(p for _, p in outcome.top(4)) == pytest.approx(1)
    assert Outcome(torch.tensor([1.0, 3.0], dtype=torch.bfloat16), Letters()).probabilities.dtype == torch.float32


def test_the_table_holds_what_was_or_became_likely_by_how_much_it_moved() -> None:
    before, after = [5.0, 4.0, 0.0, -9.0, 3.0], [0.0, 4.0, 5.0, -8.0, 3.0]
    effect = effect_of(before, after)
    table = effect.table(2)
    assert [row.token for row in table] == ["a", "c"]  # b moves less than a, which was likely, and c, which became so
    was, became = torch.tensor(before).softmax(-1), torch.tensor(after).softmax(-1)
    assert [row.before for row in table] == pytest.approx([float(was[0]), float(was[2])])
    assert [row.after for row in table] == pytest.approx([float(became[0]), float(became[2])])
    assert [row.logit_change for row in table] == [-5.0, 5.0]
    assert table.title == "'a' → 'c'"
    assert {row.token for row in effect.table(100)} == set("abcde")
    moved = [abs(row.after - row.before) for row in effect.table(100)]
    assert moved == sorted(moved, reverse=True)


def test_values_before_and_after() -> None:
    assert effect_of([0.0], [1.0]).value(F, 1) == (3.0, 9.0)
    assert effect_of([0.0], [1.0]).value(F, -1) == (3.0, 9.0)


def test_an_effect_shows_itself_as_its_table() -> None:
    effect = effect_of([0.0] * 6 + [9.0], [9.0] + [0.0] * 6)
    assert repr(effect).startswith("Effect of 1 edits\n'<' → 'a'")
    assert "&lt;" in effect._repr_html_()
    assert "<</td>" not in effect._repr_html_()


def test_of_a_real_edit() -> None:
    model = replacement("llama")
    effect = intervene(model, PROMPT, [Set(Feature("transcoder.2", 1), 300.0, positions=-1)])
    table = effect.table(5)
    assert 5 <= len(effect.table(100)) <= 60
    first = table[0]
    token = model.subject.token_id(first.token)
    assert first.before == pytest.approx(float(effect.before.probabilities[token]))
    assert first.after == pytest.approx(float(effect.after.probabilities[token]))
    assert effect.value(Feature("transcoder.2", 1), -1)[1] == 300.0
