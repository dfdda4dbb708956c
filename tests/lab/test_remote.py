"""Every kind of use with a model on a server, against the same with the model here.

The server is a process of its own, in which this package, jaxtyping and the like cannot be imported: what a pass needs
has to come with it, and what it gives has to come back. Numbers are the same but for the last bits.
"""

from __future__ import annotations

import pickletools
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
import pytest
import torch
import zstandard
from scipy import sparse

import saecircuits as sc
from saecircuits.attribution.gradient import effects
from saecircuits.interventions import generate_step_by_step
from saecircuits.interventions.masked import mean_latents_and_errors, run_masked
from saecircuits.lab import ReplacementModel
from saecircuits.sites import SITE_KINDS, Site
from saecircuits.subject import Subject
from saecircuits.training.harvest import stream
from saecircuits.widgets.patch_effects import Patching, Reading
from saecircuits.widgets.patch_pair import pair_of
from tests.attribution.models import PROMPT, replacement, with_dictionaries
from tests.ndif import Server, pair, served

OTHER = "w1 w20 w3 w9 w1 w6"
SLOW = ("gpt2", "gpt_neox", "gptj", "opt", "olmo2", "qwen3", "phi3", "gemma3_text")
NEAR: dict[str, Any] = {"atol": 1e-5, "rtol": 1e-4}  # float32, other processes


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """One process for all tests: it takes seconds to start."""
    server = Server()
    with served(server):
        yield server
    server.close()


@pytest.fixture(scope="module", params=["gemma2", *(pytest.param(name, marks=pytest.mark.slow) for name in SLOW)])
def labs(
    request: pytest.FixtureRequest, server: Server, tmp_path_factory: pytest.TempPathFactory
) -> tuple[ReplacementModel, ReplacementModel]:
    """A laboratory whose model is here, and the same with the model on the server."""
    here, there = pair(request.param, tmp_path_factory.mktemp("models") / request.param)
    dictionaries = list(replacement(request.param).dictionaries.values())
    return ReplacementModel(here, dictionaries), ReplacementModel(there, dictionaries)


Labs = tuple[ReplacementModel, ReplacementModel]


def both(labs: Labs, ask: Callable[[ReplacementModel], Any]) -> tuple[Any, Any]:
    """What is found here, and there."""
    return ask(labs[0]), ask(labs[1])


def firing(lab: ReplacementModel, layer: int) -> sc.Feature:
    """A feature that fires in the middle of the prompt."""
    found = [each for each in lab.features(PROMPT) if each.feature.dictionary == f"transcoder.{layer}"]
    return max(found, key=lambda each: (each.activation, each.feature.index)).feature


def assert_agree(here: Any, there: Any) -> None:
    """Two results, number by number and name by name."""
    assert type(here) is type(there)
    if isinstance(here, torch.Tensor | np.ndarray | float):
        here, there = (torch.as_tensor(each, dtype=torch.float64).cpu() for each in (here, there))
        torch.testing.assert_close(there, here, equal_nan=True, **NEAR)
    elif (parts := _parts(here)) is not None:
        for left, right in zip(parts, _parts(there) or (), strict=True):
            assert_agree(left, right)
    elif not isinstance(here, ReplacementModel | Subject):  # the one here, and the one there
        assert here == there


def _parts(value: Any) -> list[Any] | None:
    if sparse.issparse(value):
        return [value.toarray()]
    if is_dataclass(value):
        return [getattr(value, field.name) for field in fields(value)]
    if isinstance(value, Mapping):
        return [*map(str, value), *value.values()]
    return list(value) if isinstance(value, Iterable) and not isinstance(value, str) else None


def test_nothing_of_the_weights_is_here(labs: Labs) -> None:
    assert (labs[0].subject.remote, labs[1].subject.remote) == (False, True)
    assert all(value.is_meta for value in labs[1].subject.module.parameters())


def test_sites_are_read(labs: Labs) -> None:
    sites = [sc.Site(kind, layer) for layer in range(3) for kind in SITE_KINDS]
    here, there = both(labs, lambda lab: lab.subject.read([PROMPT, "w5 w6"], sites))
    assert list(here) == list(there)
    for site in sites:
        torch.testing.assert_close(there[site], here[site], **NEAR)


def test_the_next_token_is_predicted(labs: Labs) -> None:
    here, there = both(labs, lambda lab: lab.predict(PROMPT))
    torch.testing.assert_close(there.logits, here.logits, **NEAR)
    assert here.answer == there.answer


def test_features_are_told(labs: Labs) -> None:
    here, there = both(labs, lambda lab: [(f.feature, f.position) for f in lab.features(PROMPT)])
    assert here == there
    assert len(here) > 20


@pytest.mark.parametrize("layer", [0, pytest.param(2, marks=pytest.mark.slow)])
def test_edits_act_live(labs: Labs, layer: int) -> None:
    feature = firing(labs[0], layer)
    edits = [sc.Ablate(feature), sc.Add(sc.Feature("transcoder.1", 3), 2.0, positions=-1)]
    watch = [sc.Site("resid_post", 1)]
    here, there = both(labs, lambda lab: lab.intervene(PROMPT, edits, watch=watch))
    torch.testing.assert_close(there.after.logits, here.after.logits, **NEAR)
    assert not torch.allclose(here.before.logits, here.after.logits, atol=1e-3)
    assert_agree(here.edited.latents, there.edited.latents)
    assert_agree(here.edited.watched, there.edited.watched)


def test_edits_act_frozen(labs: Labs) -> None:
    feature = firing(labs[0], 0)
    here, there = both(labs, lambda lab: lab.intervene(PROMPT, [sc.Ablate(feature)], frozen=True))
    torch.testing.assert_close(there.after.logits, here.after.logits, **NEAR)
    assert not torch.allclose(here.before.logits, here.after.logits, atol=1e-3)


def test_text_is_written_with_edits(labs: Labs) -> None:
    edits = [sc.Add(sc.Feature("transcoder.1", 3), 9.0)]
    plain, same = both(labs, lambda lab: lab.generate(PROMPT, max_new_tokens=6))
    assert plain == same
    here, there = both(labs, lambda lab: lab.generate(PROMPT, edits, max_new_tokens=6))
    assert here == there
    assert here != plain


@pytest.mark.slow
@pytest.mark.parametrize("hold", [False, True])
def test_text_is_written_step_by_step(labs: Labs, hold: bool) -> None:
    edits = [sc.Add(sc.Feature("transcoder.1", 3), 9.0)]
    here, there = both(labs, lambda lab: generate_step_by_step(lab.replacement, PROMPT, edits, 3, hold_attention=hold))
    assert here.tokens == there.tokens
    torch.testing.assert_close(torch.tensor(there.probabilities), torch.tensor(here.probabilities), **NEAR)


METHODS = [
    sc.RelP(),
    *(
        pytest.param(method, marks=pytest.mark.slow)
        for method in (
            sc.Gradient(),
            sc.Gradient(baseline=OTHER, edges=False),
            sc.Gradient(nodes="neurons", edges=False),
            sc.IntegratedGradients(steps=2),
            sc.RelP(hold_attention=True, edges=False),
            sc.Ablation(max_nodes=10, edges=False),
        )
    ),
]


@pytest.mark.parametrize("method", METHODS, ids=lambda m: f"{m.name} {m.nodes} {m.edges}")
def test_gradients_make_the_same_circuit(labs: Labs, method: Any) -> None:
    here, there = both(labs, lambda lab: lab.attribute(PROMPT, "w7", method=method))
    assert len(here.nodes) > 10
    assert_agree(here, there)


def test_what_goes_past_the_features_makes_the_same_circuit(labs: Labs) -> None:
    dictionaries = list(with_dictionaries(labs[0].subject, "transcoders, skip").dictionaries.values())
    skipping = ReplacementModel(labs[0].subject, dictionaries), ReplacementModel(labs[1].subject, dictionaries)
    assert_agree(*both(skipping, lambda lab: lab.attribute(PROMPT, "w7", method=sc.Gradient())))


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["feature", "direction", "continuation", "difference"])
def test_targets_of_every_kind(labs: Labs, kind: str) -> None:
    fires = max(labs[0].features(PROMPT), key=lambda each: (each.feature.dictionary, each.activation))
    target = {
        "feature": sc.FeatureAt(fires.feature, fires.position),
        "direction": sc.Direction(sc.Site("mlp_in", 2), tuple(range(32)), -1),
        "continuation": sc.Continuation("w8 w9"),
        "difference": sc.Difference("w8", "w9"),
    }[kind]
    assert_agree(*both(labs, lambda lab: lab.attribute(PROMPT, target, method=sc.Gradient(edges=kind == "feature"))))


@pytest.mark.slow
def test_effects_of_a_batch(labs: Labs) -> None:
    here, there = both(
        labs, lambda lab: effects(lab.replacement, [PROMPT, OTHER], sc.NextTokens(("w7", "w8")), sc.Gradient())
    )
    for name in here.names:
        assert_agree(here.features[name].to_dense(), there.features[name].to_dense())


def test_the_direct_method_fetches_the_weights(labs: Labs) -> None:
    assert_agree(*both(labs, lambda lab: lab.attribute(PROMPT, "w7")))


@pytest.mark.slow
def test_circuits_are_checked(labs: Labs) -> None:
    def checked(lab: ReplacementModel) -> Any:
        return lab.check(lab.attribute(PROMPT, "w7", method=sc.Gradient(max_nodes=20)), n=2, curve=False)

    here, there = both(labs, checked)
    assert len(here.rows) == 2
    assert_agree(here, there)


@pytest.mark.slow
@pytest.mark.parametrize("basis", ["features", "neurons", "coordinates"])
def test_nodes_are_ranked(labs: Labs, basis: str) -> None:
    if labs[0].subject.config.model_type == "opt":
        pytest.skip("its random model passes no gradient on")
    examples = [sc.Example(PROMPT, "w7", "w8"), sc.Example(OTHER, "w9", "w8")]
    assert_agree(*both(labs, lambda lab: lab.rank_by_gradient(examples, basis=basis, ablation="mean")))


@pytest.mark.slow
def test_nodes_are_masked(labs: Labs) -> None:
    tokens = labs[0].subject.tokenize([PROMPT, OTHER])
    assert_agree(*both(labs, lambda lab: mean_latents_and_errors(lab.replacement, tokens)))
    keep = {"transcoder.1": torch.ones(1, 1, 40, dtype=torch.bool)}
    assert_agree(*both(labs, lambda lab: run_masked(lab.replacement, tokens, keep, errors="removed")))


@pytest.mark.slow
def test_prompts_are_patched(labs: Labs) -> None:
    def patched(lab: ReplacementModel) -> list[Any]:
        patching = Patching(lab.replacement, pair_of(lab.subject, PROMPT, OTHER), Reading(7, 8, "w3 − w4"))
        place = patching.changed("transcoder.1")[0]
        return [list(patching.measure_places("transcoder.1")), patching.candidates("transcoder.1", place)]

    assert_agree(*both(labs, patched))


@pytest.mark.slow
def test_evidence_is_collected(labs: Labs) -> None:
    corpus = sc.Corpus.texts([PROMPT, OTHER, "w5 w6 w7 w8"], name="words")
    assert_agree(*both(labs, lambda lab: sc.collect_evidence(lab, corpus, progress=False)))


@pytest.mark.slow
def test_dictionaries_are_evaluated(labs: Labs) -> None:
    corpus = sc.Corpus.texts([PROMPT, OTHER, "w5 w6 w7 w8"], name="words")
    assert_agree(*both(labs, lambda lab: sc.evaluate(lab, corpus)))


def test_activations_are_harvested(labs: Labs) -> None:
    corpus, sites = sc.Corpus.texts([PROMPT, OTHER, "w5 w6 w7 w8"] * 4, name="words"), [sc.Site("mlp_in", 1)]
    here, there = both(labs, lambda lab: [each.stacked(sites) for each in stream(lab.subject, corpus, sites, 4)])
    assert len(here) > 1
    assert_agree(here, there)


def test_requests_are_small_and_of_any_version_of_python(labs: Labs, server: Server) -> None:
    start = len(server.sent)
    labs[1].intervene(PROMPT, [sc.Ablate(firing(labs[0], 0))])
    assert max(server.sent[start:]) < 80_000
    whole = zstandard.ZstdDecompressor().decompressobj().decompress(server.last)
    named = [arg for _, arg, _ in pickletools.genops(whole)]
    packed = [arg for arg in named if isinstance(arg, bytes) and arg[:2] == b"\x80\x04"]  # header and body
    assert len(packed) == 2
    named += [arg for each in packed for _, arg, _ in pickletools.genops(each)]
    assert any("def performed" in str(arg) for arg in named)  # functions go by their source
    assert not {"CodeType", "_make_function"} & {arg for arg in named if isinstance(arg, str)}  # none by its bytecode


def test_bodies_of_users_take_gradients(labs: Labs) -> None:
    def found(lab: ReplacementModel) -> torch.Tensor:
        model = lab.subject

        def body() -> tuple[torch.Tensor, torch.Tensor]:
            value = model.get(Site("mlp_out", 1)).detach().requires_grad_()
            model.set(Site("mlp_out", 1), value)
            return value, model.logits()[0, -1, 7]

        def gradient(found: tuple[torch.Tensor, torch.Tensor]) -> torch.Tensor:
            value, logit = found
            return torch.autograd.grad(logit, value)[0]

        return model.run(PROMPT, body, grad=True, then=gradient)

    here, there = both(labs, found)
    assert float(here.abs().max()) > 1e-3
    assert_agree(here, there)


@pytest.mark.slow  # hundreds of passes: statistics are taken of many tokens
def test_dictionaries_are_trained(labs: Labs) -> None:
    corpus = sc.Corpus.texts([PROMPT, OTHER, "w5 w6 w7 w8"] * 4, name="words")
    plan, run = sc.TrainingPlan.transcoder(1, n_features=16), sc.TrainingRun(tokens=200, batch=32)
    here, there = both(labs, lambda lab: sc.train(lab.subject, corpus, [plan], run, progress=False))
    assert_agree(dict(here[0].dictionary.named_parameters()), dict(there[0].dictionary.named_parameters()))


@pytest.mark.slow
def test_heads_are_explained(labs: Labs) -> None:
    here, there = both(labs, lambda lab: lab.explain_head(PROMPT, 1, 2).explanations)
    assert_agree(here, there)
