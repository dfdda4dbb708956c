"""What an edit takes, and what it refuses before and when it meets a prompt."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from saecircuits.circuit import Feature
from saecircuits.dictionaries import Dictionary, TopK
from saecircuits.errors import InputError
from saecircuits.interventions import Ablate, Add, AllFeatures, Edit, Patch, Scale, Set, generate, intervene, resolve
from saecircuits.replacement import Replacement
from saecircuits.sites import Site
from tests.attribution.models import ARCHITECTURES, PROMPT, replacement

F = Feature("transcoder.1", 3)


@pytest.mark.parametrize(
    ("edit", "text"),
    [
        (Ablate(F), 'Ablate(feature=sc.Feature("transcoder.1", 3), positions=None)'),
        (Scale("transcoder.1/3", 2, positions=-1), 'Scale(feature=sc.Feature("transcoder.1", 3), positions=(-1,)'),
        (Set(AllFeatures("transcoder.1"), 0.5, positions=[1, 2]), 'Set(feature=sc.AllFeatures("transcoder.1")'),
    ],
    ids=["ablate", "scale", "set"],
)
def test_edits_read_as_the_python_that_makes_them(edit: Edit, text: str) -> None:
    assert repr(edit).startswith(text)


def test_positions_become_a_tuple_of_ints() -> None:
    assert Ablate(F, positions=3).positions == (3,)
    assert Ablate(F, positions=[1, -1]).positions == (1, -1)
    numbers = Ablate(F, positions=np.flatnonzero([0, 1, 1])).positions  # type: ignore[arg-type]
    assert numbers == (1, 2)
    assert all(type(number) is int for number in numbers)  # type: ignore[union-attr]
    assert Ablate(F, positions=np.int32(2)).positions == (2,)  # type: ignore[arg-type]


@pytest.mark.parametrize("positions", [[], (), 1.5, "3", [1, None], [True], False, [1.0], {"a": 1}], ids=repr)
def test_positions_that_are_no_whole_numbers_are_refused(positions: Any) -> None:
    with pytest.raises(InputError, match="Positions are whole numbers"):
        Ablate(F, positions=positions)


@pytest.mark.parametrize(
    "number", [float("nan"), float("inf"), -float("inf"), "2", None, True, 1j, 10**400], ids=lambda n: repr(n)[:9]
)
@pytest.mark.parametrize(("kind", "name"), [(Scale, "factor"), (Set, "value"), (Add, "amount")])
def test_numbers_that_are_not_finite_are_refused(kind: type, name: str, number: Any) -> None:
    with pytest.raises(InputError, match=f"{name} is .*finite number"):
        kind(F, number)


def test_numbers_of_other_libraries_are_taken() -> None:
    numbers = [Set(F, number).value for number in (2, np.float32(2), torch.tensor(2.0))]  # type: ignore[arg-type]
    assert numbers == [2.0, 2.0, 2.0]
    assert all(type(number) is float for number in numbers)


@pytest.mark.parametrize("feature", [None, 3, ("transcoder.1", 3), ["transcoder.1/3"]], ids=repr)
def test_what_is_no_feature_is_refused(feature: Any) -> None:
    with pytest.raises(InputError, match="An edit changes a feature, not"):
        Ablate(feature)


@pytest.mark.parametrize("source", ["", "  \n", None, 3], ids=repr)
def test_a_patch_needs_a_source(source: Any) -> None:
    with pytest.raises(InputError, match="needs another prompt"):
        Patch(F, source)


@pytest.mark.parametrize("positions", [None, 1, (1, 2, 3)], ids=repr)
def test_source_positions_pair_with_positions(positions: Any) -> None:
    with pytest.raises(InputError, match="Give as many of each"):
        Patch(F, PROMPT, positions=positions, source_positions=(1, 2))


@pytest.mark.parametrize("position", [0, -7, (1, 0), (-7, 3)], ids=repr)
@pytest.mark.parametrize("frozen", [False, True])
def test_the_first_token_is_not_edited(position: Any, frozen: bool) -> None:
    with pytest.raises(InputError, match=r"do not replace the first token.*Start at position 1"):
        intervene(replacement("llama"), PROMPT, [Ablate(F, positions=position)], frozen=frozen)


@pytest.mark.parametrize("position", [7, -8, (1, 99), 10**30, -(10**30)], ids=repr)
def test_positions_outside_the_prompt_are_refused(position: Any) -> None:
    with pytest.raises(InputError, match="are not all in the prompt, which has 7 tokens"):
        intervene(replacement("llama"), PROMPT, [Set(F, 1.0, positions=position)])


@pytest.mark.parametrize(
    ("patch", "reason"),
    [
        (Patch(F, "w1 w2", positions=2), r"has 3 tokens.*no counterpart of positions \[2\].*source_positions"),
        (Patch(F, "w1 w2", positions=(-1, 4)), r"no counterpart of positions \[4\]"),
        (Patch(F, "w1 w2", positions=1, source_positions=3), "are not all in the source prompt, which has 3 tokens"),
        (Patch(F, "w1 w2", positions=1, source_positions=0), "first token"),
        (Patch(F, "w1 " * 64), "context holds 64"),
    ],
    ids=["too short", "one too short", "outside", "first token", "too long"],
)
def test_patches_without_a_counterpart_are_refused(patch: Patch, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        intervene(replacement("llama"), PROMPT, [patch])


def test_a_source_of_a_single_token_has_nothing_to_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Models without a beginning-of-text token have such prompts."""
    model = replacement("gpt2")
    whole = model.subject.tokenizer
    monkeypatch.setattr(model.subject, "tokenizer", _WithoutBeginning(whole))
    for act in (intervene, generate):
        with pytest.raises(InputError, match="source prompt has 1 token"):
            act(model, PROMPT, [Patch(F, "w1")])


class _WithoutBeginning:
    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer

    def __call__(self, text: str, **options: Any) -> Any:
        return self._tokenizer(text, **{**options, "add_special_tokens": False})

    def __len__(self) -> int:
        return len(self._tokenizer)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._tokenizer, name)


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        (Ablate(Feature("nobody", 0)), "no dictionary 'nobody'.*Known are transcoder.0"),
        (Ablate(AllFeatures("nobody")), "no dictionary 'nobody'"),
        (Ablate(Feature("transcoder.1", 40)), "0 to 39, not 40"),
        (Ablate(Feature("transcoder.1", 10**30)), "0 to 39"),
        (Edit(F), "Edit is not an edit.*Use Ablate, Scale"),
        (F, "Feature is not an edit.*Use Ablate, Scale"),
        ("transcoder.1/3", "str is not an edit"),
        (None, "NoneType is not an edit"),
    ],
    ids=lambda value: str(value)[:24],
)
@pytest.mark.parametrize("act", [intervene, generate])
def test_edits_of_what_does_not_exist_are_refused(act: Any, edit: Any, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        act(replacement("llama"), PROMPT, [edit])


def test_a_lone_edit_is_refused_with_its_cure() -> None:
    with pytest.raises(InputError, match="Give a list"):
        intervene(replacement("llama"), PROMPT, Ablate(F))  # type: ignore[arg-type]


@pytest.mark.parametrize("direct", [False, True])
def test_only_features_that_replace_mlps_are_edited_in_the_frozen_model(direct: bool) -> None:
    model = replacement("gpt2")
    sae = Dictionary("sae", [Site("resid_post", 1)], [Site("resid_post", 1)], 8, 32, TopK(2))
    mixed = Replacement(model.subject, [*model.replacers, sae])
    with pytest.raises(InputError, match=r"'sae' does not replace an MLP.*Leave frozen out"):
        intervene(mixed, PROMPT, [Ablate(Feature("sae", 0))], frozen=True, direct=direct)
    intervene(mixed, PROMPT, [Ablate(F)], frozen=True, direct=direct)  # the others can be


def test_what_reads_ahead_is_edited_live_or_alone() -> None:
    """No frozen pass runs through a crosscoder that reads layers beyond those that it writes."""
    reads, writes = ([Site(kind, layer) for layer in range(3)] for kind in ("mlp_in", "mlp_out"))
    ahead = Dictionary("ahead", reads, writes, 8, 32, TopK(2)).initialise(torch.Generator().manual_seed(0))
    model, edits = Replacement(replacement("gpt2").subject, [ahead]), [Set(Feature("ahead", 0), 1.0)]
    with pytest.raises(InputError, match=r"\['ahead'\] read layers beyond.*direct=True, or leave frozen out"):
        intervene(model, PROMPT, edits, frozen=True)
    with pytest.raises(InputError, match=r"\['ahead'\] read ahead of what they write.*Use lab.generation"):
        generate(model, PROMPT, edits)
    for options in ({}, {"frozen": True, "direct": True}):
        effect = intervene(model, PROMPT, edits, **options)
        assert not torch.allclose(effect.before.logits, effect.after.logits)


def test_only_frozen_models_have_direct_effects() -> None:
    with pytest.raises(InputError, match="frozen=True, direct=True"):
        intervene(replacement("gpt2"), PROMPT, [Ablate(F)], direct=True)


@pytest.mark.parametrize("act", [intervene, generate])
def test_several_prompts_are_refused(act: Any) -> None:
    with pytest.raises(InputError, match="2 prompts came, one was expected"):
        act(replacement("gpt2"), ["w1 w2", "w3"], [Ablate(F)])


def test_changes_keep_the_order_of_the_edits_of_a_dictionary() -> None:
    model = replacement("gpt2")
    edits = [Set(F, 1.0), Ablate(Feature("transcoder.0", 1)), Scale(F, 2.0, positions=2)]
    changes = resolve(model, model.subject.tokenize(PROMPT), edits)
    assert {name: len(found) for name, found in changes.items()} == {"transcoder.0": 1, "transcoder.1": 2}
    found = changes["transcoder.1"]
    assert [change.everywhere for change in found] == [True, False]
    assert found[0].positions.tolist() == [1, 2, 3, 4, 5, 6]
    assert found[1].positions.tolist() == [2]


@pytest.mark.parametrize("name", ARCHITECTURES)
@pytest.mark.parametrize("edit", [Set(F, 1e300), Add(F, -1e39)], ids=["set", "add"])
def test_numbers_too_large_for_the_model_are_refused(name: str, edit: Edit) -> None:
    """Infinite or undefined logits would say nothing, and no JSON could hold them."""
    with pytest.raises(InputError, match=r"not finite.*smaller"):
        intervene(replacement(name), PROMPT, [edit])
