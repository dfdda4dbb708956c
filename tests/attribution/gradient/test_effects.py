"""Total effects against torch hooks on the model itself: gradients, paths, ablation; baselines; neurons; targets."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch
from torch import Tensor

from saecircuits.attribution import Continuation, Difference, Direction, FeatureAt, NextTokens, TopTokens
from saecircuits.attribution.gradient import (
    Ablation,
    Gradient,
    GradientMethod,
    IntegratedGradients,
    NodeEffects,
    RelP,
    attribute_gradient,
    effects,
)
from saecircuits.circuit import Feature, NodeKind
from saecircuits.errors import InputError
from saecircuits.replacement import Replacement
from saecircuits.sites import Site
from tests.attribution.gradient.plain import (
    ARCHITECTURES,
    OTHER,
    PROMPT,
    SETS,
    Known,
    Plain,
    replacement,
    written_sites,
)
from tests.tiny import tiny_subject

TARGET = Difference("w5", "w9")
METHODS = (Gradient(), IntegratedGradients(steps=2), RelP(), RelP(hold_attention=True), Ablation())
EXACT = 1e-9  # float64; what is compared differs by the order of sums alone

SINGLE = 1e-5  # Llama's norms work in float32, whatever the model


def value(known: Known, scores: Tensor) -> Tensor:
    token, against = (known.model.subject.token_id(text) for text in ("w5", "w9"))
    return scores[..., -1, token] - scores[..., -1, against]


def close(found: Tensor, expected: Tensor, tolerance: float = EXACT) -> None:
    assert expected.abs().max() > 1e-3  # else nothing is compared
    torch.testing.assert_close(found, expected, rtol=tolerance, atol=tolerance * float(expected.abs().max()))


def gradients(known: Known, embedding: bool = False) -> dict[Site, Tensor]:
    """Of the metric at each written site, by a zero that is added there."""
    sites = written_sites(known.model)
    zeros = {site: torch.zeros_like(known.values[site]).requires_grad_() for site in sites}
    _, scores = known.plain.run(sites, lambda site, x: x + zeros[site])
    found = torch.autograd.grad(value(known, scores).sum(), [zeros[site] for site in sites])
    return {site: gradient[0] for site, gradient in zip(sites, found, strict=True)}


@pytest.mark.parametrize("kind", SETS)
@pytest.mark.parametrize("name", ARCHITECTURES)
def test_gradient_effects_equal_autograd_through_plain_hooks(name: str, kind: str) -> None:
    known = Known(replacement(name, kind), PROMPT)
    found, at = effects(known.model, [PROMPT], TARGET, Gradient()), gradients(known)
    for dictionary in known.model.dictionaries.values():
        along = sum(at[site] @ dictionary.W_dec[:, w].T for w, site in enumerate(dictionary.writes))
        assert isinstance(along, Tensor)
        close(found.features[dictionary.name].to_dense()[0], known.latents[dictionary.name] * along)
    for site, error in known.errors.items():
        close(found.errors[site][0], (at[site] * error).sum(-1))


@pytest.mark.parametrize("kind", SETS)
@pytest.mark.parametrize("name", ARCHITECTURES)
def test_ablation_removes_one_node_at_a_time(name: str, kind: str) -> None:
    known = Known(replacement(name, kind), PROMPT)
    found = effects(known.model, [PROMPT], TARGET, Ablation(batch=7))
    sites, whole = written_sites(known.model), value(known, known.scores)

    def loss(shifts: dict[Site, Tensor]) -> float:
        with torch.no_grad():
            _, scores = known.plain.run(sites, lambda site, x: x - shifts[site] if site in shifts else x)
        return float(whole - value(known, scores))

    for dictionary in known.model.dictionaries.values():
        z = known.latents[dictionary.name]
        for position, index in z.nonzero()[::9].tolist():
            shifts = {site: torch.zeros_like(known.values[site]) for site in dictionary.writes}
            for w, site in enumerate(dictionary.writes):
                shifts[site][0, position] = z[position, index] * dictionary.W_dec[index, w]
            effect = float(found.features[dictionary.name].to_dense()[0, position, index])
            assert effect == pytest.approx(loss(shifts), abs=EXACT)
    for site in sites:
        shift = torch.zeros_like(known.values[site])
        shift[0, 2] = known.errors[site][2]
        assert float(found.errors[site][0, 2]) == pytest.approx(loss({site: shift}), abs=EXACT)


@pytest.mark.parametrize("baseline", [None, OTHER])
@pytest.mark.parametrize("name", ARCHITECTURES)
def test_integrated_effects_of_a_site_add_up_to_what_the_site_is_worth(name: str, baseline: str | None) -> None:
    known = Known(replacement(name, "saes"), PROMPT)
    found = effects(known.model, [PROMPT], TARGET, IntegratedGradients(steps=400, baseline=baseline))
    for dictionary in known.model.dictionaries.values():
        (site,) = dictionary.writes
        if baseline is None:  # latents and errors at zero leave the bias; the first token stays
            bare, start = dictionary.b_dec.expand_as(known.values[site]).clone(), 1
            bare[:, 0] = known.values[site][:, 0]
        else:
            bare, start = Known(known.model, baseline).values[site], 0
        with torch.no_grad():
            _, scores = known.plain.run([site], lambda _, x, bare=bare: bare)
        total = found.features[dictionary.name].to_dense()[0, start:].sum() + found.errors[site][0, start:].sum()
        worth = float(value(known, known.scores) - value(known, scores))
        assert float(total) == pytest.approx(worth, rel=1e-3, abs=1e-3), str(site)  # 400 midpoints on a curved path


@pytest.mark.parametrize("method", [Gradient(), IntegratedGradients(steps=3)])
def test_all_methods_are_exact_where_the_target_is_linear_in_a_node(method: GradientMethod) -> None:
    model = replacement("llama", "mixed")
    vector = torch.randn(32, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    target = Direction(Site("resid_post", 2), vector.tolist())
    found, truth = (effects(model, [PROMPT], target, m) for m in (method, Ablation()))
    close(found.features["transcoder.2"].to_dense(), truth.features["transcoder.2"].to_dense())
    last = {site: errors for site, errors in truth.errors.items() if site == Site("mlp_out", 2)}
    close(found.errors[Site("mlp_out", 2)], last[Site("mlp_out", 2)])


@pytest.mark.parametrize("name", ["llama", "gpt2"])
def test_path_and_gradient_agree_with_ablation_on_random_models(name: str) -> None:
    """Far from one on such curved models, and far from zero, where a wrong sign or site would bring it."""
    model = replacement(name, "mixed")
    truth = flat(effects(model, [PROMPT], TARGET, Ablation()))
    for method in (Gradient(), IntegratedGradients()):
        found = flat(effects(model, [PROMPT], TARGET, method))
        assert np.corrcoef(found, truth)[0, 1] > 0.6, method.name


def flat(found: NodeEffects) -> np.ndarray:
    """Of features."""
    return torch.cat([found.features[name].coalesce().values() for name in found.names]).numpy()


@pytest.mark.parametrize("method", METHODS)
def test_a_batch_gives_what_its_prompts_give_alone(method: GradientMethod) -> None:
    model = replacement("llama", "saes")
    targets = [TARGET, TopTokens(most=3)]
    both = effects(model, [PROMPT, OTHER], targets, method)
    for row, prompt in enumerate((PROMPT, OTHER)):
        alone = effects(model, [prompt], targets[row], method)
        for name in alone.names:
            close(both.features[name].to_dense()[row], alone.features[name].to_dense()[0], SINGLE)
        for site, errors in alone.errors.items():
            close(both.errors[site][row], errors[0], SINGLE)
        close(both.tokens[row], alone.tokens[0], SINGLE)


def test_a_baseline_prompt_counts_features_that_fire_in_either() -> None:
    model = replacement("gpt2", "saes")
    known, other = Known(model, PROMPT), Known(model, OTHER)
    found, at = effects(model, [PROMPT], TARGET, Gradient(), baselines=[OTHER]), gradients(known)
    for dictionary in model.dictionaries.values():
        (site,) = dictionary.writes
        delta = known.latents[dictionary.name] - other.latents[dictionary.name]
        close(found.features[dictionary.name].to_dense()[0], delta * (at[site] @ dictionary.W_dec[:, 0].T))
        close(found.errors[site][0], (at[site] * (known.errors[site] - other.errors[site])).sum(-1))
    circuit = attribute_gradient(model, PROMPT, TARGET, Gradient(baseline=OTHER, max_nodes=None))
    silent = circuit.nodes.is_kind(NodeKind.FEATURE) & (circuit.nodes.value == 0)
    assert silent.any() and (circuit.effect[silent] != 0).all()
    assert circuit.adjacency[silent].nnz == 0  # what does not fire has no inputs


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_neurons_equal_autograd_at_the_last_matrix_of_each_mlp(name: str) -> None:
    model = replacement(name, "saes")
    subject, tokens = model.subject, model.subject.tokenize_one(PROMPT)
    blocks = subject.module.get_submodule(subject.architecture.blocks)
    hidden: list[Tensor] = []

    def before(_: torch.nn.Module, inputs: tuple[Tensor, ...]) -> Tensor:
        hidden.append(inputs[0].detach().requires_grad_() if not hidden else inputs[0] + 0)
        return hidden[-1]

    hooks = [
        block.get_submodule(subject.architecture.mlp_down).register_forward_pre_hook(before)
        for block in blocks  # type: ignore[union-attr]
    ]
    _, scores = Plain(subject, tokens.ids).run([], lambda _, x: x)
    for hook in hooks:
        hook.remove()
    at = torch.autograd.grad(value(Known(model, PROMPT), scores).sum(), hidden)
    found = effects(model, [PROMPT], TARGET, Gradient(nodes="neurons"))
    assert found.names == ("neurons.0", "neurons.1", "neurons.2")
    for layer, (gradient, h) in enumerate(zip(at, hidden, strict=True)):
        close(found.features[f"neurons.{layer}"].to_dense()[0, 1:], (gradient * h)[0, 1:].detach())
        torch.testing.assert_close(found.errors[Site("mlp_out", layer)][0, 0], (gradient * h)[0, 0].sum().detach())
        assert not found.features[f"neurons.{layer}"].to_dense()[0, 0].any()
        torch.testing.assert_close(found.errors[Site("mlp_out", layer)][0, 1:], torch.zeros(len(h[0]) - 1).double())


def test_token_effects_are_those_of_the_embeddings() -> None:
    known = Known(replacement("gpt2", "mixed"), PROMPT)
    leaf = known.embedding[None].detach().requires_grad_()
    _, scores = known.plain.run([], lambda _, x: x, lambda _: leaf)
    (at,) = torch.autograd.grad(value(known, scores).sum(), leaf)
    close(effects(known.model, [PROMPT], TARGET, Gradient()).tokens, (at * leaf).sum(-1).detach())


@pytest.mark.parametrize("kind", SETS)
def test_every_target_has_a_circuit(kind: str) -> None:
    model = replacement("llama", kind)
    known = Known(model, PROMPT)
    name = model.names[-1]
    position, index = known.latents[name].nonzero()[-1].tolist()
    site = Site("resid_post", 1)
    for target in (
        TopTokens(),
        NextTokens(("w5", "w9")),
        Direction(site, [1.0] * 32, 3),
        FeatureAt(Feature(name, index), position),
        Continuation("w3 w4"),
    ):
        circuit = attribute_gradient(model, PROMPT, target, Gradient())
        assert circuit.weights.sum() == pytest.approx(1)
        assert np.abs(np.nan_to_num(circuit.effect)).max() > 0
        assert circuit.adjacency[circuit.target_rows].nnz > 0
        assert len(circuit.provenance.tokens) == 6 + 2 * isinstance(target, Continuation)
    assert circuit.target_value < 0  # a mean of log-probabilities


def test_the_value_of_a_feature_target_is_its_activation() -> None:
    model = replacement("gpt2", "saes")
    known = Known(model, PROMPT)
    position, index = known.latents["sae.resid_post.2"].nonzero()[-1].tolist()
    feature = Feature("sae.resid_post.2", index)
    circuit = attribute_gradient(model, PROMPT, FeatureAt(feature, position), Gradient())
    assert circuit.target_value == pytest.approx(float(known.latents["sae.resid_post.2"][position, index]), rel=1e-6)
    own = [
        row for row in range(len(circuit)) if circuit.nodes.feature(row) and "resid_post.2" in circuit.nodes.ids[row]
    ]
    assert not own  # a dictionary reads its site before its features act there


def test_nodes_are_the_strongest() -> None:
    model = replacement("llama", "saes")
    every = attribute_gradient(model, PROMPT, TARGET, Gradient(max_nodes=None, edges=False))
    best = attribute_gradient(model, PROMPT, TARGET, Gradient(max_nodes=20, edges=False))
    strong = attribute_gradient(model, PROMPT, TARGET, Gradient(max_nodes=None, threshold=0.5, edges=False))
    competing = every.nodes.is_kind(NodeKind.FEATURE, NodeKind.ERROR)
    size = np.sort(np.abs(every.effect[competing]))[::-1]
    kept = best.nodes.is_kind(NodeKind.FEATURE, NodeKind.ERROR)
    np.testing.assert_array_equal(np.sort(np.abs(best.effect[kept]))[::-1], size[:20])
    assert best.nodes.is_kind(NodeKind.ERROR).any() and best.nodes.is_kind(NodeKind.TOKEN).sum() == 6
    assert strong.nodes.is_kind(NodeKind.FEATURE, NodeKind.ERROR).sum() == (size >= 0.5).sum()
    assert best.pruned and best.adjacency.nnz == 0


@pytest.mark.parametrize("method", METHODS)
def test_a_model_in_half_precision_gives_nearly_the_same(method: GradientMethod) -> None:
    found = []
    for dtype in (torch.float32, torch.bfloat16):
        subject = tiny_subject("llama", dtype=dtype)
        dictionaries = [copy.deepcopy(d).float() for d in replacement("llama", "mixed").dictionaries.values()]
        found.append(attribute_gradient(Replacement(subject, dictionaries), PROMPT, TARGET, method))
    single, half = found
    shared = [name for name in single.nodes.ids if name in half.nodes.ids]
    assert len(shared) > 0.9 * len(single)
    effect = [[c.effect[c.row(name)] for name in shared if "target" not in name] for c in found]
    assert np.corrcoef(effect)[0, 1] > 0.99  # eight bits of mantissa
    assert half.target_value == pytest.approx(single.target_value, abs=0.1)


def test_what_cannot_be_used_is_refused() -> None:
    model = replacement("llama", "saes")
    for message, attempt in {
        "same length": lambda: attribute_gradient(model, PROMPT, TARGET, Gradient(baseline="w1 w2")),
        "one length": lambda: effects(model, [PROMPT, "w1"], TARGET, Gradient()),
        "for 1 prompts": lambda: effects(model, [PROMPT], [TARGET, TARGET], Gradient()),
        "baselines came": lambda: effects(model, [PROMPT], TARGET, Gradient(), baselines=[PROMPT, OTHER]),
        "continuation": lambda: effects(model, [PROMPT], Continuation("w1"), Gradient()),
        "no feature": lambda: effects(model, [PROMPT], FeatureAt(Feature("sae.attn_out.0", 999)), Gradient()),
        "does not fire": lambda: effects(model, [PROMPT], FeatureAt(Feature("sae.attn_out.0", 0), 0), Gradient()),
        "no position": lambda: effects(model, [PROMPT], FeatureAt(Feature("sae.attn_out.0", 0), 9), Gradient()),
        "no site": lambda: effects(model, [PROMPT], Direction(Site("mlp_out", 7), [1.0] * 32), Gradient()),
        "no dictionaries": lambda: effects(Replacement(model.subject, []), [PROMPT], TARGET, Gradient()),
        "steps": lambda: IntegratedGradients(steps=0),
        "nodes is": lambda: Gradient(nodes="heads"),
        "max_nodes": lambda: RelP(max_nodes=0),
        "threshold": lambda: Ablation(threshold=float("nan")),
    }.items():
        with pytest.raises(InputError, match=message):
            attempt()
