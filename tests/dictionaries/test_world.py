"""The embedded world's dictionaries and evidence: as good as they say, small, quick to load, remade by one call."""

from __future__ import annotations

import json
import shutil

import pytest
import torch

from saecircuits.dictionaries import load_dictionary
from saecircuits.errors import InputError
from saecircuits.evaluation import evaluate
from saecircuits.features import Evidence
from saecircuits.lab import load, load_dictionaries, load_model
from saecircuits.remake.dictionaries import DictionaryRecipe, train_dictionaries
from saecircuits.remake.evidence import make_evidence
from saecircuits.replacement import Replacement
from saecircuits.training import Corpus, TrainingPlan, TrainingRun
from saecircuits.world.files import world_folder

FOLDER = world_folder()
SETS = FOLDER / "dictionaries"
OTHERS = ("saes", "clt", "crosscoder")
NAMES = tuple(f"transcoder.{layer}" for layer in range(4))
FRESH_SEED = 4_000
"""A seed of the corpus that neither training, scores nor evidence used."""


@pytest.fixture(scope="module")
def report():
    return evaluate(load(), Corpus.world(FRESH_SEED), tokens=20_000)


@pytest.mark.parametrize("name", NAMES)
def test_each_dictionary_is_as_good_as_its_config_says(report, name):
    found = report.dictionaries[name]
    said = json.loads((SETS / "transcoders" / name / "config.json").read_text("utf-8"))["scores"]
    assert found.fvu < 0.01
    assert found.relative_error < 0.1
    # 20,000 tokens against 131,072: a tenth is the spread seen between seeds
    for key in ("l0", "fvu", "relative_error", "mean_norm"):
        assert getattr(found, key) == pytest.approx(said[key], rel=0.1), key


def test_the_model_stays_itself_with_all_mlps_replaced(report):
    assert report.replaced.loss_recovered > 0.999
    assert report.replaced.kl < 0.01
    assert report.replaced.agreement > 0.95


def test_files_are_small_and_fit_each_other():
    evidence = FOLDER / "evidence"
    assert sum(path.stat().st_size for path in evidence.iterdir()) < 8e6
    assert sum(path.stat().st_size for path in SETS.rglob("*")) < 40e6
    loaded = [Evidence.load(evidence, name) for name in NAMES]
    assert [each.n_features for each in loaded] == [d.n_features for d in load_dictionaries("world/transcoders")]


@pytest.mark.parametrize("name", OTHERS)
def test_the_other_sets_are_as_good_as_they_say(name):
    dictionaries = load_dictionaries(f"world/{name}")
    report = evaluate(Replacement(load_model(), dictionaries), Corpus.world(FRESH_SEED), tokens=10_000)
    assert report.replaced.loss_recovered > 0.99
    for dictionary in dictionaries:
        folder = SETS / name / dictionary.name
        said = json.loads((folder / "config.json").read_text("utf-8"))["scores"]
        found = report.dictionaries[dictionary.name]
        assert found.l0 == pytest.approx(said["l0"], rel=0.1)
        assert said["fvu"] < 0.05
        if dictionary.reads == dictionary.writes:
            assert found.fvu == pytest.approx(said["fvu"], rel=0.15)
        else:
            assert report.sites[str(dictionary.writes[0])] == pytest.approx(said["fvu"], rel=0.15)
        assert "**Limits.**" in (folder / "README.md").read_text("utf-8")


def test_an_unknown_set_is_refused_with_those_that_are_there():
    with pytest.raises(InputError, match=r"no dictionaries 'world/sae'\. Known are world/clt, world/crosscoder"):
        load_dictionaries("world/sae")


@pytest.mark.parametrize("name", NAMES)
def test_every_feature_has_a_card_and_a_label(name):
    evidence = Evidence.load(FOLDER / "evidence", name)
    for feature in range(evidence.n_features):
        card = evidence.card(feature)
        assert card.label
        assert (card.max > 0) == bool(card.contexts)
        for context in card.contexts:
            assert context.activations[context.peak] == pytest.approx(max(context.activations))
            assert context.tokens[context.peak] in dict(card.fired) or len(card.fired) == evidence.fired.ids.shape[1]


def test_evidence_says_what_the_dictionary_does():
    lab = load()
    dictionary, evidence = lab.dictionaries["transcoder.0"], lab.evidence["transcoder.0"]
    for feature in evidence.firings.argsort()[-200::40].tolist():
        context = evidence.card(feature).contexts[0]
        if context.tokens[0] != "<bos>":
            continue  # what stands before the window is not known
        ids = lab.subject.tokenize(" ".join(context.tokens[1:]))
        x = lab.subject.read(ids, dictionary.reads)[dictionary.reads[0]][0]
        latents = dictionary.encode(x[:, None])[:, feature]
        torch.testing.assert_close(
            latents[1:], torch.tensor(context.activations[1:]), rtol=5e-3, atol=1e-3 * context.activations[context.peak]
        )


def test_one_call_each_remakes_them(tmp_path):
    shutil.copytree(FOLDER / "model", tmp_path / "model")
    small = {"n_features": 32, "activation": {"kind": "batchtopk", "k": 4}}
    recipe = DictionaryRecipe(
        run=TrainingRun(tokens=2_000, batch=500, pool=2_000),
        plans={"transcoders": small, "saes": small, "clt": small, "crosscoder": small},
        scored_on=1_000,
    )
    results = train_dictionaries(tmp_path, recipe, progress=False)
    evidence = make_evidence(tmp_path, 1_000, progress=False)
    assert tuple(evidence) == NAMES
    assert sorted(result.plan.name for result in results) == sorted(
        [*NAMES, *(f"sae.resid_post.{layer}" for layer in range(4)), "clt", "crosscoder"]
    )
    for layer, name in enumerate(NAMES):
        dictionary = load_dictionary(tmp_path / "dictionaries" / "transcoders" / name)
        assert (dictionary.n_features, dictionary.replaces_mlps) == (32, True)
        config = json.loads((tmp_path / "dictionaries" / "transcoders" / name / "config.json").read_text("utf-8"))
        assert TrainingPlan.from_dict(config["recipe"]["plan"]) == TrainingPlan.transcoder(layer, **small)
        assert TrainingRun(**config["recipe"]["run"]) == recipe.run
        assert Evidence.load(tmp_path / "evidence", name).n_features == 32
    assert len(load_dictionaries(tmp_path / "dictionaries" / "clt")) == 4
