"""Masked runs against plain torch hooks, against single edits, and against the model itself."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from saecircuits.circuit import Feature
from saecircuits.errors import InputError
from saecircuits.interventions import Ablate, intervene
from saecircuits.interventions.masked import (
    ERRORS,
    Means,
    by_length,
    looks_ahead,
    mean_latents_and_errors,
    places,
    run_masked,
)
from saecircuits.interventions.masked_activations import (
    coordinates,
    mean_activations,
    neurons,
    run_activations_masked,
)
from saecircuits.replacement import Replacement
from saecircuits.sites import Site
from tests.interventions.wirings import N_FEATURES, SITES, hooked_run, modules, wired

PROMPT, SHORTER = "w1 w20 w3 w4 w1 w6", "w9 w8 w1 w30"
LENGTH = 7
# float64, but Llama's norms round their denominators to float32: 6e-8 each.
SAME = dict(atol=1e-6, rtol=1e-6)


def own_logits(model: Replacement, prompt: str = PROMPT) -> Tensor:
    with torch.no_grad():
        return model.subject.module(input_ids=model.subject.tokenize(prompt).ids).logits[0, -1]


def random_masks(model: Replacement, seed: int, share: float = 0.5) -> dict[str, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    return {p: torch.rand(LENGTH, width, generator=generator) < share for p, width in places(model).items()}


def random_means(model: Replacement, seed: int) -> dict[str, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    widths = {p: 32 if p.startswith("error") else width for p, width in places(model).items()}
    return {p: torch.randn(LENGTH, width, generator=generator, dtype=torch.float64) for p, width in widths.items()}


@pytest.mark.parametrize("errors", ["kept", "chosen"])
@pytest.mark.parametrize("wiring", SITES)
@pytest.mark.parametrize("name", ["llama", "gpt2"])
def test_with_everything_kept_it_is_the_model(wiring: str, name: str, errors: str) -> None:
    model = wired(wiring, name)
    keep = {place: torch.ones(1, 1, 1, dtype=torch.bool) for place in places(model)}
    out = run_masked(model, model.subject.tokenize(PROMPT), keep, errors=errors)
    torch.testing.assert_close(out[0], own_logits(model), **SAME)


@pytest.mark.parametrize("mean", [False, True], ids=["zero", "mean"])
@pytest.mark.parametrize("errors", ERRORS)
@pytest.mark.parametrize("wiring", SITES)
@pytest.mark.parametrize("name", ["llama", "gpt2"])
def test_masks_against_hooks(wiring: str, name: str, errors: str, mean: bool) -> None:
    """Nothing kept, and half of it kept, in one batch."""
    model = wired(wiring, name)
    tokens = model.subject.tokenize([PROMPT] * 2)
    masks = [random_masks(model, 0, 0.0), random_masks(model, 1)]
    rest = random_means(model, 2)
    if not mean:
        rest = {place: torch.zeros_like(value) for place, value in rest.items()}
    means = Means({place: value[0] for place, value in rest.items()}, rest) if mean else None
    together = {place: torch.stack([masks[0][place], masks[1][place]]) for place in masks[0]}
    out = run_masked(model, tokens, together, means, errors)
    for row in range(2):
        expected = hooked_run(model, tokens.ids[row], masks[row], rest, errors)
        torch.testing.assert_close(out[row], expected, **SAME)
        assert (expected - own_logits(model)).abs().max() > 1e-3  # the masks do something


def test_the_choice_of_errors_makes_a_difference() -> None:
    """Or the comparison with hooks could agree on nothing."""
    model = wired("transcoder")
    tokens, masks = model.subject.tokenize(PROMPT), random_masks(model, 1)
    outs = [run_masked(model, tokens, masks, errors=errors)[0] for errors in ERRORS]
    assert (outs[0] - outs[1]).abs().max() > 1e-3
    assert (outs[1] - outs[2]).abs().max() > 1e-3


@pytest.mark.parametrize("wiring", ["transcoder", "skip", "clt", "sae"])
@pytest.mark.parametrize("name", ["llama", "gpt2"])
def test_one_missing_feature_is_a_live_ablation(name: str, wiring: str) -> None:
    model = wired(wiring, name)
    tokens = model.subject.tokenize(PROMPT)
    for dictionary in model.dictionaries.values():
        read = model.subject.read(tokens, dictionary.reads)
        z = dictionary.encode(torch.stack([read[site] for site in dictionary.reads], -2))[0]
        position, index = LENGTH - 1, int(z[-1].argmax())  # the last layer acts on its own token alone
        keep = {place: torch.ones(1, LENGTH, N_FEATURES, dtype=torch.bool) for place in model.names}
        keep[dictionary.name][0, position, index] = False
        expected = intervene(model, PROMPT, [Ablate(Feature(dictionary.name, index), positions=position)])
        torch.testing.assert_close(run_masked(model, tokens, keep)[0], expected.after.logits, **SAME)
        assert (expected.after.logits - expected.before.logits).abs().max() > 1e-3


def test_the_first_token_is_left_as_it_is() -> None:
    model = wired("transcoder")
    tokens = model.subject.tokenize(PROMPT)
    keep = {place: torch.ones(1, LENGTH, 1, dtype=torch.bool) for place in places(model)}
    for mask in keep.values():
        mask[:, 0] = False
    torch.testing.assert_close(run_masked(model, tokens, keep, errors="chosen")[0], own_logits(model), **SAME)


@pytest.mark.parametrize("wiring", ["transcoder", "crosscoder"])
def test_prompts_of_two_lengths_are_aligned_at_the_end(wiring: str) -> None:
    """Llama has relative positions, so padding changes nothing."""
    model = wired(wiring)
    masks, rest = random_masks(model, 3), random_means(model, 4)
    means = Means({place: value[0] for place, value in rest.items()}, rest)
    keep = {place: mask[None] for place, mask in masks.items()}
    out = run_masked(model, model.subject.tokenize([PROMPT, SHORTER]), keep, means, "chosen")
    end = {place: mask[-5:] for place, mask in masks.items()}, {place: value[-5:] for place, value in rest.items()}
    short = hooked_run(model, model.subject.tokenize(SHORTER).ids[0], *end, "chosen")
    whole = hooked_run(model, model.subject.tokenize(PROMPT).ids[0], masks, rest, "chosen")
    torch.testing.assert_close(out, torch.stack([whole, short]), **SAME)


def test_only_crosscoders_look_ahead() -> None:
    ahead = {w: [looks_ahead(d) for d in wired(w).dictionaries.values()] for w in SITES}
    assert ahead["crosscoder"] == [True, False]
    assert ahead["mlp crosscoder"] == [True]
    assert not any(any(ahead[wiring]) for wiring in ("transcoder", "skip", "clt", "sae"))


@pytest.mark.parametrize("wiring", ["transcoder", "clt", "crosscoder"])
def test_means_of_latents_and_errors(wiring: str) -> None:
    """By position from the end, over the prompts that reach there, the first token left out."""
    model = wired(wiring)
    prompts = [PROMPT, SHORTER, "w5 w6 w7 w8"]
    means = mean_latents_and_errors(model, model.subject.tokenize(prompts))
    values: dict[str, list[Tensor]] = {}
    for prompt in prompts:
        sites = [site for d in model.dictionaries.values() for site in (*d.reads, *d.writes)]
        read = {site: value[0] for site, value in model.subject.read(prompt, sites).items()}
        errors = {site: read[site].clone() for d in model.dictionaries.values() for site in d.writes}
        for d in model.dictionaries.values():
            x = torch.stack([read[site] for site in d.reads], -2)
            values.setdefault(d.name, []).append(d.encode(x)[1:])
            for w, site in enumerate(d.writes):
                errors[site] -= d(x)[:, w]
        for site, error in errors.items():
            values.setdefault(f"error.{site}", []).append(error[1:])
    for place, rows in values.items():
        torch.testing.assert_close(means.overall[place], torch.cat(rows).mean(0), **SAME)
        expected = torch.stack([torch.stack([r[-n] for r in rows if len(r) >= n]).mean(0) for n in range(6, 0, -1)])
        torch.testing.assert_close(means.aligned[place], expected, **SAME)
        # one position more than any reference prompt: the overall mean stands in
        torch.testing.assert_close(means.at(place, 8)[:2], means.overall[place].expand(2, -1), **SAME)
        torch.testing.assert_close(means.at(place, 8)[2:], expected, **SAME)
        torch.testing.assert_close(means.at(place, 3), expected[-3:], **SAME)
    flat = mean_latents_and_errors(model, model.subject.tokenize(prompts), aligned=False)
    assert flat.at("d0", 5).shape == (1, N_FEATURES)


def test_by_length_gives_every_prompt_once_without_padding() -> None:
    tokens = wired("transcoder").subject.tokenize([PROMPT, SHORTER, "w2", SHORTER, PROMPT, PROMPT])
    seen = []
    for rows, part in by_length(tokens, rows=2):
        assert part.mask.all()
        assert len(rows) <= 2
        for row, ids in zip(rows.tolist(), part.ids, strict=True):
            assert ids.tolist() == tokens.ids[row][tokens.mask[row]].tolist()
            seen.append(row)
    assert sorted(seen) == list(range(6))


@pytest.mark.parametrize("basis", ["neurons", "coordinates"])
@pytest.mark.parametrize("name", ["llama", "gpt2"])
def test_masked_activations_against_hooks(name: str, basis: str) -> None:
    model = wired("transcoder", name)
    subject, spots = model.subject, neurons(model.subject) if basis == "neurons" else coordinates(model)
    tokens = subject.tokenize(PROMPT)
    whole = {spot.place: torch.ones(1, 1, 1, dtype=torch.bool) for spot in spots}
    torch.testing.assert_close(run_activations_masked(subject, spots, tokens, whole)[0], own_logits(model), **SAME)

    generator = torch.Generator().manual_seed(0)
    masks = {s.place: torch.rand(LENGTH, s.width, generator=generator) < 0.5 for s in spots}
    means = mean_activations(subject, spots, subject.tokenize([PROMPT, SHORTER]))
    handles = []
    for layer, spot in enumerate(spots):
        rest, mask = means.at(spot.place, LENGTH), masks[spot.place].clone()
        mask[0] = True

        def before(_, inputs, mask=mask, rest=rest):
            return (torch.where(mask, inputs[0], rest),)

        def after(_, inputs, out, mask=mask, rest=rest):
            return torch.where(mask, out, rest)

        parts = modules(model, layer)
        handles.append(
            parts["down"].register_forward_pre_hook(before)
            if basis == "neurons"
            else parts["mlp"].register_forward_hook(after)
        )
    expected = own_logits(model)
    for handle in handles:
        handle.remove()
    out = run_activations_masked(subject, spots, tokens, {p: m[None] for p, m in masks.items()}, means)
    torch.testing.assert_close(out[0], expected, **SAME)
    assert (expected - own_logits(model)).abs().max() > 1e-3


def test_means_of_neurons() -> None:
    model = wired("transcoder")
    seen: list[Tensor] = []
    handle = modules(model, 1)["down"].register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0][0, 1:]))
    own_logits(model), own_logits(model, SHORTER)
    handle.remove()
    subject = model.subject
    means = mean_activations(subject, neurons(subject), subject.tokenize([PROMPT, SHORTER]))
    torch.testing.assert_close(means.overall["neurons.1"], torch.cat(seen).mean(0), **SAME)
    torch.testing.assert_close(means.aligned["neurons.1"][-1], (seen[0][-1] + seen[1][-1]) / 2, **SAME)


def test_sites_of_coordinates_are_those_that_are_written() -> None:
    assert [spot.place for spot in coordinates(wired("sae"))] == [
        f"coordinates.{Site.parse(site)}" for site in ("resid_post.0", "attn_out.1", "mlp_out.1", "resid_post.2")
    ]


def test_what_cannot_be() -> None:
    model = wired("transcoder")
    tokens = model.subject.tokenize(PROMPT)
    with pytest.raises(InputError, match=r"errors is 'some'.*kept, removed, chosen"):
        run_masked(model, tokens, {}, errors="some")
    with pytest.raises(InputError, match=r"Masks of transcoder.7"):
        run_masked(model, tokens, {"transcoder.7": torch.ones(1, 1, 1, dtype=torch.bool)})
    with pytest.raises(InputError, match=r"Masks of neurons.9"):
        run_activations_masked(model.subject, neurons(model.subject), tokens, {"neurons.9": torch.ones(1, 1, 1)})
    with pytest.raises(InputError, match=r"no means of 'd0'"):
        run_masked(model, tokens, {}, Means({}, {}))
    with pytest.raises(InputError, match="no token after the first"):
        mean_latents_and_errors(model, model.subject.tokenize(torch.tensor([[2]])))
