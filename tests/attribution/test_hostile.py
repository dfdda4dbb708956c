"""Hostile input: each a clear error with its cure, after which everything still works."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.numpy import save_file

from saecircuits.attribution import Direction, FeatureAt, TopTokens, attribute_direct
from saecircuits.circuit import Circuit, Feature, NodeKind
from saecircuits.dictionaries import Dictionary, TopK
from saecircuits.errors import FileFormatError, InputError
from saecircuits.interventions import Ablate, generate, intervene
from saecircuits.replacement import Replacement
from saecircuits.sites import Site
from tests.attribution.models import FAMILIES, PROMPT, wired, with_dictionaries
from tests.tiny import tiny_subject

TARGET = TopTokens(most=2)
FIRST = Feature("transcoder.0", 0)


def model(name: str = "llama", wiring: str = "transcoders") -> Replacement:
    """A model of its own, that may be damaged."""
    return with_dictionaries(tiny_subject(name), wiring)


@contextmanager
def damaged(parameter: torch.Tensor, value: float, where: Any = ...) -> Iterator[None]:
    kept = parameter.detach().clone()
    with torch.no_grad():
        parameter[where] = value
    try:
        yield
    finally:
        with torch.no_grad():
            parameter.copy_(kept)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
@pytest.mark.parametrize("part", ["embed", "attn.c_proj", "o_proj", "attention.dense", "mlp", "norm", "lm_head"])
@pytest.mark.parametrize("name", FAMILIES)
def test_a_model_with_weights_that_are_not_finite(name: str, part: str, value: float) -> None:
    hurt = model(name)
    before = attribute_direct(hurt, PROMPT, TARGET).adjacency.toarray()
    found = [p for path, p in hurt.subject.module.named_parameters() if part in path]
    for parameter in found[-1:]:
        with damaged(parameter, value):
            with pytest.raises(InputError, match=f"tiny {name} (is|are) not finite|of tiny {name} .*Check its weights"):
                attribute_direct(hurt, PROMPT, TARGET)
            for frozen in (False, True):
                with pytest.raises(InputError, match=f"of tiny {name} .*not finite.*Check its weights"):
                    intervene(hurt, PROMPT, [Ablate(FIRST)], frozen=frozen)
    np.testing.assert_array_equal(attribute_direct(hurt, PROMPT, TARGET).adjacency.toarray(), before)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
@pytest.mark.parametrize("wiring", ["transcoders, skip", "cross-layer", "crosscoder ahead"])
def test_a_dictionary_with_weights_that_are_not_finite(wiring: str, value: float) -> None:
    whole = model("llama", wiring)
    for name, parameter in whole.replacers[0].named_parameters():
        with damaged(parameter, value), pytest.raises(InputError, match=r"weights that are not finite.*Train it again"):
            Replacement(whole.subject, list(whole.dictionaries.values()))
        if name in ("W_dec", "b_dec", "W_skip"):  # what fires may hide a damage to the encoder that comes later
            with damaged(parameter, value), pytest.raises(InputError, match=r"writes is not finite.*Check its weights"):
                attribute_direct(whole, PROMPT, TARGET)
    assert np.nanmax(attribute_direct(whole, PROMPT, TARGET).books()) < 1e-4


def dictionary(reads: list[str], writes: list[str], d_model: int = 32) -> Dictionary:
    made = Dictionary("d", list(map(Site.parse, reads)), list(map(Site.parse, writes)), 8, d_model, TopK(2))
    return made.initialise(torch.Generator().manual_seed(0))


@pytest.mark.parametrize("name", FAMILIES)
@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (dictionary(["mlp_in.0"], ["mlp_out.0"], 31), "'d' is 31 wide, tiny .* is 32 wide.*trained on this model"),
        (dictionary(["mlp_in.0"], ["mlp_out.0", "mlp_out.1"], 64), "'d' is 64 wide"),
        (dictionary(["mlp_in.3"], ["mlp_out.3"]), r"no site mlp_in\.3: .* layers 0 to 2.*Choose a layer"),
        (dictionary(["mlp_in.2"], ["mlp_out.2", "mlp_out.3"]), r"no site mlp_out\.3: .* layers 0 to 2"),
        (dictionary(["mlp_in.0", "mlp_in.9"], ["mlp_out.0"]), r"no site mlp_in\.9"),
        (dictionary(["tuned:mlp_in.0"], ["mlp_out.0"]), r"tuned:mlp_in\.0, of another model than tiny"),
    ],
    ids=["width", "width of a clt", "layer", "layer of a clt", "layer of a crosscoder", "model"],
)
def test_what_does_not_belong_together(name: str, made: Dictionary, reason: str) -> None:
    whole = wired(name)
    with pytest.raises(InputError, match=reason):
        Replacement(whole.subject, [made])
    assert len(attribute_direct(whole, PROMPT, TARGET)) > 0  # the model is as it was


@pytest.mark.parametrize("wiring", ["transcoders", "cross-layer", "crosscoder ahead"])
@pytest.mark.parametrize("index", [24, 10**9, 10**30])
def test_a_feature_out_of_range(wiring: str, index: int) -> None:
    whole = wired("llama", wiring)
    beyond = Feature(whole.names[0], index)
    for act in (
        lambda: attribute_direct(whole, PROMPT, FeatureAt(beyond, 2)),
        lambda: intervene(whole, PROMPT, [Ablate(beyond)]),
        lambda: intervene(whole, PROMPT, [Ablate(beyond)], frozen=True, direct=True),
        lambda: generate(whole, PROMPT, [Ablate(beyond)]),
    ):
        with pytest.raises(InputError, match=rf"features 0 to 23, not {index}.*Choose an index"):
            act()
    with pytest.raises(InputError, match="whole number from 0"):
        Feature(whole.names[0], -1)


@pytest.mark.parametrize("vector", [[], [0.0] * 32, [float("nan")] * 32, [[1.0] * 32], [1.0] * 31], ids=len)
def test_a_direction_that_is_none(vector: Any) -> None:
    with pytest.raises(InputError, match=r"The direction has .*(Give one finite vector|is 32 wide)"):
        attribute_direct(wired("llama"), PROMPT, Direction(Site("resid_mid", 1), vector))
    with pytest.raises(InputError, match=r"no site resid_pre\.7.*layers 0 to 2"):
        attribute_direct(wired("llama"), PROMPT, Direction(Site("resid_pre", 7), [1.0] * 32))


@pytest.mark.parametrize(
    "prompt",
    ["", "  \n", torch.tensor([], dtype=torch.long), torch.tensor([999]), torch.tensor([-1]), None, 5, "w1 " * 100],
    ids=lambda value: repr(value)[:20],
)
def test_a_prompt_that_is_none(prompt: Any) -> None:
    whole = wired("llama")
    acts: list[tuple[Any, Any]] = [(attribute_direct, TARGET), (intervene, []), (generate, [])]
    for act, what in acts:
        with pytest.raises(InputError) as caught:
            act(whole, prompt, what)
        assert len(str(caught.value)) > 20
    assert len(attribute_direct(whole, PROMPT, TARGET)) > 0


@pytest.mark.parametrize("wiring", ["transcoders, skip", "cross-layer", "crosscoder ahead"])
@pytest.mark.parametrize("name", FAMILIES)
def test_a_prompt_of_one_token(name: str, wiring: str) -> None:
    """Nothing is replaced there: embeddings, errors and biases alone, and the books balance."""
    circuit = attribute_direct(wired(name, wiring), torch.tensor([7]), TARGET)
    assert not circuit.nodes.is_kind(NodeKind.FEATURE).any()
    assert np.nanmax(circuit.books()) < 1e-4
    effect = intervene(wired(name, wiring), torch.tensor([7]), [])
    torch.testing.assert_close(effect.before.logits, effect.after.logits, atol=0, rtol=0)


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    circuit = attribute_direct(wired("llama", "crosscoder ahead"), PROMPT, TARGET)
    return circuit.save(tmp_path_factory.mktemp("circuits") / "whole.circuit")


def test_a_circuit_with_cycles_survives_its_file(saved: Path) -> None:
    """A crosscoder's features may act on each other both ways."""
    circuit = Circuit.load(saved)
    assert (circuit.adjacency.tocoo().row <= circuit.adjacency.tocoo().col).any()
    assert np.isfinite(circuit.influence).all()
    np.testing.assert_allclose(circuit.influence[circuit.nodes.is_kind(NodeKind.TARGET)], 0)


def test_a_file_cut_short(saved: Path, tmp_path: Path) -> None:
    content, cut = saved.read_bytes(), tmp_path / "cut.circuit"
    for length in np.linspace(0, len(content) - 1, 25).astype(int):
        cut.write_bytes(content[:length])
        with pytest.raises(FileFormatError, match=r"cut\.circuit"):
            Circuit.load(cut)
    assert len(Circuit.load(saved)) > 0


def rewritten(saved: Path, path: Path, **arrays: np.ndarray) -> Path:
    with safe_open(saved, framework="numpy") as file:
        whole = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        metadata = file.metadata()
    save_file({**whole, **arrays}, path, metadata)
    return path


def edges_of(saved: Path) -> tuple[np.ndarray, np.ndarray, int]:
    circuit = Circuit.load(saved)
    return circuit.adjacency.indices.copy(), circuit.adjacency.indptr.copy(), len(circuit)


@pytest.mark.parametrize("place", [0, -1])
@pytest.mark.parametrize("source", ["beyond", "negative", "far"])
def test_edges_from_no_row(saved: Path, tmp_path: Path, source: str, place: int) -> None:
    sources, _, size = edges_of(saved)
    sources[place] = {"beyond": size, "negative": -1, "far": np.iinfo(sources.dtype).max}[source]
    with pytest.raises(FileFormatError, match=r"not a whole circuit.*an edge"):
        Circuit.load(rewritten(saved, tmp_path / "a.circuit", edge_source=sources))


def test_edges_out_of_a_target(saved: Path, tmp_path: Path) -> None:
    """A cycle over a target: what is explained explains nothing."""
    sources, _, size = edges_of(saved)
    sources[0] = size - 1
    with pytest.raises(FileFormatError, match=r"not a whole circuit.*target"):
        Circuit.load(rewritten(saved, tmp_path / "a.circuit", edge_source=sources))


def test_edges_into_a_token(saved: Path, tmp_path: Path) -> None:
    """A cycle over a token: what is given has no inputs."""
    _, offsets, _ = edges_of(saved)
    offsets[1 : np.flatnonzero(offsets > 0)[0]] = 1
    with pytest.raises(FileFormatError, match=r"not a whole circuit.*input"):
        Circuit.load(rewritten(saved, tmp_path / "a.circuit", edge_offset=offsets))
