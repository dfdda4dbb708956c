"""Live edits against plain torch hooks on the MLPs."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from saecircuits.circuit import Feature
from saecircuits.dictionaries import Dictionary, TopK
from saecircuits.interventions import Ablate, Add, AllFeatures, Edit, Patch, Scale, Set, intervene
from saecircuits.replacement import Replacement
from saecircuits.sites import SITE_KINDS, Site
from tests.attribution.models import ARCHITECTURES, PROMPT, replacement
from tests.interventions.plain import edited_run, latents_of
from tests.subject.plain import hooked, logits_with, read
from tests.tiny import NEAR_CONFIGS, TINY_CONFIGS, tiny_subject

SOURCE = "w9 w8 w1 w30 w2"
"""One token shorter than `PROMPT`: six tokens with the first, counted from the end."""
LENGTH = 7
F = Feature("transcoder.1", 3)


@pytest.fixture(params=ARCHITECTURES)
def model(request: pytest.FixtureRequest) -> Replacement:
    return replacement(request.param, dtype=torch.float64)


# float64, but Llama's norms round their denominators to float32: 6e-8 each, where a sum in another order flips a bit.
SAME = dict(atol=1e-6, rtol=1e-6)


def assert_same_run(model: Replacement, edits: list[Edit], change: Callable[[str, Tensor], None]) -> None:
    effect = intervene(model, PROMPT, edits)
    ids = model.subject.tokenize(PROMPT).ids[0]
    logits, latents = edited_run(model, ids, change)
    before, _ = edited_run(model, ids, lambda *_: None)
    torch.testing.assert_close(effect.before.logits, before, **SAME)
    torch.testing.assert_close(effect.after.logits, logits, **SAME)
    assert (logits - before).abs().max() > 1e-3  # the edit does something
    for name, expected in latents.items():
        # position 0 is not replaced and counts as silent
        torch.testing.assert_close(effect.edited.latents[name][1:], expected[1:], **SAME)
        assert not effect.edited.latents[name][0].any()


def firing(model: Replacement, layer: int = 1) -> tuple[Feature, int]:
    """A feature that fires strongly at a position after the first."""
    z = latents_of(model, PROMPT)[f"transcoder.{layer}"][1:]
    position, index = divmod(int(z.argmax()), z.shape[1])
    return Feature(f"transcoder.{layer}", index), position + 1


@pytest.mark.parametrize("positions", ["its own", "negative", "several", "all"])
@pytest.mark.parametrize("kind", ["ablate", "scale", "set", "add"])
def test_one_feature(model: Replacement, kind: str, positions: str) -> None:
    feature, own = firing(model)
    given = {"its own": own, "negative": own - LENGTH, "several": (1, own, -1), "all": None}[positions]
    where = {"its own": [own], "negative": [own], "several": sorted({1, own, 6}), "all": list(range(1, LENGTH))}
    edit = {
        "ablate": Ablate(feature, positions=given),
        "scale": Scale(feature, -2.5, positions=given),
        "set": Set(feature, 4.0, positions=given),
        "add": Add(feature, 3, positions=given),
    }[kind]

    def change(name: str, z: Tensor) -> None:
        if name == feature.dictionary:
            old = z[where[positions], feature.index]
            new = {"ablate": 0 * old, "scale": -2.5 * old, "set": 0 * old + 4, "add": old + 3}[kind]
            z[where[positions], feature.index] = new

    assert_same_run(model, [edit], change)


def test_edits_of_several_layers_respond_to_each_other(model: Replacement) -> None:
    """The scale of layer 2 acts on what layer 2 becomes after the edit of layer 0."""
    low, _ = firing(model, 0)
    high, _ = firing(model, 2)

    def change(name: str, z: Tensor) -> None:
        if name == low.dictionary:
            z[1:, low.index] = 5
        if name == high.dictionary:
            z[1:, high.index] *= 3

    assert_same_run(model, [Scale(high, 3), Set(low, 5)], change)


@pytest.mark.parametrize(("edits", "expected"), [((Set, Scale), 8.0), ((Scale, Set), 4.0)], ids=["set first", "last"])
def test_edits_of_one_feature_act_in_order(model: Replacement, edits: tuple[type, ...], expected: float) -> None:
    made = [kind(F, {Set: 4.0, Scale: 2.0}[kind], positions=2) for kind in edits]

    def change(name: str, z: Tensor) -> None:
        if name == F.dictionary:
            z[2, F.index] = expected

    assert_same_run(model, made, change)
    assert intervene(model, PROMPT, made).value(F, 2)[1] == expected


def test_all_features_of_a_dictionary(model: Replacement) -> None:
    def change(name: str, z: Tensor) -> None:
        if name == "transcoder.1":
            z[[2, 3]] = 0

    assert_same_run(model, [Ablate(AllFeatures("transcoder.1"), positions=(2, 3))], change)


def test_a_patch_takes_the_same_place_counted_from_the_end(model: Replacement) -> None:
    source, own = (latents_of(model, text)["transcoder.1"] for text in (SOURCE, PROMPT))
    index = int((source[4] - own[5]).abs().argmax())  # 5 of 7 tokens is 4 of 6

    def change(name: str, z: Tensor) -> None:
        if name == "transcoder.1":
            z[5, index] = source[4, index]

    assert_same_run(model, [Patch(Feature("transcoder.1", index), SOURCE, positions=5)], change)


@pytest.mark.parametrize("positions", [None, (-1, 2), 3])
def test_all_features_are_patched(model: Replacement, positions: tuple[int, ...] | int | None) -> None:
    """Without positions: wherever the source has a counterpart, its first token left out."""
    where = {None: [2, 3, 4, 5, 6], (-1, 2): [2, 6], 3: [3]}[positions]
    source = latents_of(model, SOURCE)["transcoder.1"]

    def change(name: str, z: Tensor) -> None:
        if name == "transcoder.1":
            z[where] = source[[p - 1 for p in where]]

    assert_same_run(model, [Patch(AllFeatures("transcoder.1"), SOURCE, positions=positions)], change)


def test_source_positions_are_taken_one_by_one(model: Replacement) -> None:
    source = latents_of(model, SOURCE)["transcoder.0"]

    def change(name: str, z: Tensor) -> None:
        if name == "transcoder.0":
            z[3], z[1] = source[5], source[2]

    edit = Patch(AllFeatures("transcoder.0"), SOURCE, positions=(3, 1), source_positions=(-1, 2))
    assert_same_run(model, [edit], change)


@pytest.mark.parametrize(
    "edits",
    [
        [],
        [Scale(F, 1.0)],
        [Add(F, 0.0)],
        [Patch(AllFeatures("transcoder.0"), PROMPT), Patch(AllFeatures("transcoder.2"), PROMPT)],
        [Patch(F, PROMPT, positions=(2, 3), source_positions=(2, 3))],
    ],
    ids=["nothing", "scale by one", "add zero", "patch all from itself", "patch from itself"],
)
@pytest.mark.parametrize("frozen", [False, True])
def test_edits_that_change_nothing(model: Replacement, edits: list[Edit], frozen: bool) -> None:
    effect = intervene(model, PROMPT, edits, frozen=frozen)
    # a patch's value was computed in another batch of products than the one it replaces
    torch.testing.assert_close(effect.after.logits, effect.before.logits, **SAME)
    assert (effect.before.answer, effect.frozen) == (effect.after.answer, frozen)


def test_the_unedited_output_is_the_models_own(model: Replacement) -> None:
    with torch.no_grad():
        expected = model.subject.module(input_ids=model.subject.tokenize(PROMPT).ids).logits[0, -1]
    for frozen in (False, True):
        effect = intervene(model, PROMPT, [Ablate(F)], frozen=frozen)
        torch.testing.assert_close(effect.before.logits, expected, **SAME)


def test_edits_leave_no_trace_on_the_model(model: Replacement) -> None:
    first = intervene(model, PROMPT, [])
    for frozen in (False, True):
        intervene(model, PROMPT, [Set(F, 30.0)], frozen=frozen)
    torch.testing.assert_close(intervene(model, PROMPT, []).after.logits, first.after.logits, atol=0, rtol=0)


@pytest.mark.parametrize("name", sorted(TINY_CONFIGS | NEAR_CONFIGS))
@pytest.mark.parametrize("kind", SITE_KINDS)
def test_an_sae_at_any_site_is_edited_as_by_a_plain_hook(name: str, kind: str) -> None:
    subject, site = tiny_subject(name, dtype=torch.float64), Site(kind, 1)
    if kind == "resid_mid" and subject.parallel:
        pytest.skip("nothing reads it there, so it cannot be replaced")
    model = Replacement(subject, [random_dictionary([site], [site])])
    sae, ids = model.dictionary("random"), subject.tokenize(PROMPT).ids
    value = read(subject, ids, [site])[0][site]
    z = sae.encode(value[0, 5][None])
    index = int(z.argmax())
    changed = value.clone()
    changed[0, 5] += (9.0 - z[index]) * sae.W_dec[index, 0]
    effect = intervene(model, PROMPT, [Set(Feature("random", index), 9.0, positions=5)])
    torch.testing.assert_close(effect.after.logits, logits_with(subject, ids, site, changed)[0, -1], **SAME)
    assert not torch.allclose(effect.after.logits, effect.before.logits, atol=1e-3)
    assert effect.value(Feature("random", index), 5) == (pytest.approx(float(z[index])), 9.0)


@pytest.mark.parametrize("name", sorted(TINY_CONFIGS | NEAR_CONFIGS))
def test_a_crosscoder_that_reads_ahead_is_edited_by_the_unedited_latents(name: str) -> None:
    """What it changes at its first site would change what it reads at its second."""
    subject, sites = tiny_subject(name, dtype=torch.float64), [Site("resid_post", layer) for layer in (0, 1)]
    model = Replacement(subject, [random_dictionary(sites, sites)])
    crosscoder, ids = model.dictionary("random"), subject.tokenize(PROMPT).ids
    found = read(subject, ids, sites)[0]
    z = crosscoder.encode(torch.stack([found[site][0, 5] for site in sites]))
    index = int(z.argmax())
    edit = Ablate(Feature("random", index), positions=5)

    def minus(write: int) -> Callable[[Tensor], Tensor]:
        def act(value: Tensor) -> Tensor:
            value = value.clone()
            value[0, 5] -= z[index] * crosscoder.W_dec[index, write]
            return value

        return act

    with torch.no_grad(), hooked(subject, sites[0], minus(0)), hooked(subject, sites[1], minus(1)):
        expected = subject.module(input_ids=ids).logits[0, -1]
    torch.testing.assert_close(intervene(model, PROMPT, [edit]).after.logits, expected, **SAME)


def random_dictionary(reads: list[Site], writes: list[Site]) -> Dictionary:
    made = Dictionary("random", reads, writes, 24, 32, TopK(5)).initialise(torch.Generator().manual_seed(0))
    return made.double().requires_grad_(False)


def test_a_model_in_another_precision_is_edited_in_it() -> None:
    model = replacement("llama", dtype=torch.bfloat16)
    effect = intervene(model, PROMPT, [Set(F, 8.0)])
    assert effect.after.logits.dtype == torch.bfloat16
    assert not torch.equal(effect.after.logits, effect.before.logits)
    assert effect.after.probabilities.dtype == torch.float32
