"""The frozen model is linear: what is held, what responds, and that effects add up."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from saecircuits.circuit import Feature
from saecircuits.interventions import Ablate, Add, AllFeatures, Edit, Patch, Scale, Set, intervene, resolve, run_frozen
from saecircuits.replacement import Replacement, capture
from saecircuits.sites import Site
from tests.attribution.models import ARCHITECTURES, PROMPT, replacement
from tests.interventions.plain import latents_of

# float64, but norm denominators and activations that are held were rounded to float32 on the way in Llama's norms
SAME = dict(atol=1e-6, rtol=1e-6)


@pytest.fixture(params=ARCHITECTURES)
def model(request: pytest.FixtureRequest) -> Replacement:
    return replacement(request.param, dtype=torch.float64)


def firing(model: Replacement, layer: int) -> tuple[Feature, int, float]:
    z = latents_of(model, PROMPT)[f"transcoder.{layer}"][1:]
    position, index = divmod(int(z.argmax()), z.shape[1])
    return Feature(f"transcoder.{layer}", index), position + 1, float(z.max())


def change_of(model: Replacement, edits: list[Edit], direct: bool = False) -> Tensor:
    effect = intervene(model, PROMPT, edits, frozen=True, direct=direct)
    return effect.after.logits - effect.before.logits


@pytest.mark.parametrize("direct", [False, True])
def test_effects_are_proportional_to_the_edit(model: Replacement, direct: bool) -> None:
    feature, position, value = firing(model, 0)
    gone = change_of(model, [Ablate(feature, positions=position)], direct)
    assert gone.abs().max() > 1e-3
    half = change_of(model, [Scale(feature, 0.5, positions=position)], direct)
    doubled = change_of(model, [Add(feature, value, positions=position)], direct)
    tenfold = change_of(model, [Set(feature, 10 * value, positions=position)], direct)
    torch.testing.assert_close(half, gone / 2, **SAME)
    torch.testing.assert_close(doubled, -gone, **SAME)
    torch.testing.assert_close(tenfold, -9 * gone, **SAME)


@pytest.mark.parametrize("direct", [False, True])
def test_effects_of_several_edits_add_up(model: Replacement, direct: bool) -> None:
    """Only where neither acts on the other: two features of one layer, or direct effects."""
    (first, where, _), (second, _, _) = firing(model, 1), firing(model, 2 if direct else 1)
    edits: list[Edit] = [Add(first, 1.0, positions=where), Add(second, -2.0, positions=-1)]
    apart = change_of(model, edits[:1], direct) + change_of(model, edits[1:], direct)
    torch.testing.assert_close(change_of(model, edits, direct), apart, **SAME)


def test_direct_effects_hold_the_other_features(model: Replacement) -> None:
    """Held features report their pre-activations; what is decoded stays, so layer 2 passes nothing on."""
    feature, position, _ = firing(model, 0)
    edits: list[Edit] = [Ablate(feature, positions=position)]
    held = intervene(model, PROMPT, edits, frozen=True, direct=True)
    free = intervene(model, PROMPT, edits, frozen=True)
    assert not torch.allclose(held.after.logits, free.after.logits, atol=1e-4)
    moved = (held.edited.latents["transcoder.1"] - held.unedited.latents["transcoder.1"]).abs()
    assert moved[position:].max() > 1e-4
    # the layer just above is reached directly only, so there both agree
    torch.testing.assert_close(held.edited.latents["transcoder.1"], free.edited.latents["transcoder.1"], **SAME)
    assert not torch.allclose(held.edited.latents["transcoder.2"], free.edited.latents["transcoder.2"], atol=1e-5)
    # the edited feature itself reports the value that its inputs give it
    assert held.value(feature, position)[1] == pytest.approx(held.value(feature, position)[0], rel=1e-6)
    assert free.value(feature, position)[1] == 0


def test_the_active_set_is_held(model: Replacement) -> None:
    """However strong the push, no feature starts to fire, and none that fires is stopped at zero."""
    feature, position, _ = firing(model, 0)
    effect = intervene(model, PROMPT, [Set(feature, 500.0, positions=position)], frozen=True)
    for name in ("transcoder.1", "transcoder.2"):
        silent = effect.unedited.latents[name] == 0
        assert not effect.edited.latents[name][silent].any()
    assert effect.edited.latents["transcoder.1"].min() < 0


def test_a_silent_feature_can_be_set(model: Replacement) -> None:
    """It writes its decoder row, as if that were added to the MLP's output."""
    z = latents_of(model, PROMPT)["transcoder.1"]
    index = int((z[3] == 0).nonzero()[0])
    captured = capture(model, PROMPT)
    changes = resolve(model, captured.tokens, [Set(Feature("transcoder.1", index), 7.0, positions=3)])
    row = 7.0 * model.dictionaries["transcoder.1"].W_dec[index, 0]
    by_edit = run_frozen(model, captured, changes)
    by_hand = run_frozen(model, captured, {}, shifts={(Site("mlp_out", 1), 3): row})
    torch.testing.assert_close(by_edit.logits, by_hand.logits, **SAME)
    assert not torch.allclose(by_edit.logits, run_frozen(model, captured, {}).logits, atol=1e-4)


def test_replacing_a_feature_by_its_row_changes_nothing(model: Replacement) -> None:
    feature, position, value = firing(model, 1)
    captured = capture(model, PROMPT)
    changes = resolve(model, captured.tokens, [Ablate(feature, positions=position)])
    row = value * model.dictionaries[feature.dictionary].W_dec[feature.index, 0]
    run = run_frozen(model, captured, changes, shifts={(Site("mlp_out", 1), position): row})
    torch.testing.assert_close(run.logits, captured.logits, **SAME)


def test_everything_patched_from_another_prompt(model: Replacement) -> None:
    """Latents become the source's, whatever was held."""
    source = "w9 w8 w1 w30 w2 w2"
    effect = intervene(model, PROMPT, [Patch(AllFeatures("transcoder.1"), source)], frozen=True)
    expected = latents_of(model, source)["transcoder.1"]
    torch.testing.assert_close(effect.edited.latents["transcoder.1"][1:], expected[1:], **SAME)


def test_attention_and_norms_do_not_move(model: Replacement) -> None:
    """A huge edit at a middle token reaches other positions only in proportion: live attention would turn away."""
    feature, position, value = firing(model, 0)
    small, large = (change_of(model, [Set(feature, value * f, positions=position)]) for f in (2, 1001))
    torch.testing.assert_close(1000 * small, large, atol=1e-3, rtol=1e-6)  # rounding grows with the factor
    live = intervene(model, PROMPT, [Set(feature, value * 1001, positions=position)])
    assert not torch.allclose(live.after.logits - live.before.logits, large, rtol=0.1)
