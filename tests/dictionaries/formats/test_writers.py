"""What is written in the formats of others: it loads again with equal numbers, here and in the owner's library."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
import torch

from saecircuits.dictionaries import FORMATS, Dictionary, JumpReLU, ReLU, TopK, convert, load_dictionaries
from saecircuits.dictionaries.formats import writable
from saecircuits.errors import InputError
from saecircuits.sites import Site
from tests.dictionaries.formats.cases import CASES, DATA

CLOSE = {"atol": 1e-5, "rtol": 1e-5}
D, M = 8, 16
SITES = {
    "sae": (["resid_post.3"], ["resid_post.3"]),
    "transcoder": (["mlp_in.0"], ["mlp_out.0"]),
    "mid": (["resid_mid.0"], ["mlp_out.0"]),
    "crosscoder": (["resid_post.1", "resid_post.2"], ["resid_post.1", "resid_post.2"]),
    "of models": (["base:resid_post.1", "tuned:resid_post.1"], ["base:resid_post.1", "tuned:resid_post.1"]),
}
PARTS = {
    "relu": ReLU,
    "topk": lambda: TopK(3),
    "jumprelu": lambda: JumpReLU(torch.rand(M, generator=torch.Generator().manual_seed(2))),
    "one threshold": lambda: JumpReLU(0.7),
}


def make(wiring: str, part: str, skip: bool = False, seed: int = 0) -> Dictionary:
    """A random dictionary whose two biases differ, so that subtracting the wrong one is seen."""
    reads, writes = (list(map(Site.parse, sites)) for sites in SITES[wiring])
    return shaken(Dictionary(wiring, reads, writes, M, D, PARTS[part](), skip=skip), seed)


def shaken(dictionary: Dictionary, seed: int) -> Dictionary:
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, value in dictionary.named_parameters():
            if not name.startswith("activation"):
                value.copy_(0.5 * torch.randn(value.shape, generator=generator))
    return dictionary.requires_grad_(False)


def cross_layer(n: int, part: str, features: int = M) -> list[Dictionary]:
    return [
        shaken(
            Dictionary(
                f"clt.{i}", [Site("mlp_in", i)], [Site("mlp_out", j) for j in range(i, n)], features, D, PARTS[part]()
            ),
            seed=i,
        )
        for i in range(n)
    ]


def tokens(dictionary: Dictionary) -> torch.Tensor:
    return 2 * torch.randn(7, len(dictionary.reads), D, generator=torch.Generator().manual_seed(5)) + 0.5


def assert_same(written: Sequence[Dictionary], read: Sequence[Dictionary]) -> None:
    assert [(d.reads, d.writes) for d in read] == [(d.reads, d.writes) for d in written]
    for before, after in zip(written, read, strict=True):
        x = tokens(before)
        torch.testing.assert_close(after.encode(x), before.encode(x), **CLOSE)
        torch.testing.assert_close(after(x), before(x), **CLOSE)


CAN = [
    ("saecircuits", "sae", "relu", False),
    ("saecircuits", "crosscoder", "topk", True),
    ("sae_lens", "sae", "relu", False),
    ("sae_lens", "sae", "topk", False),
    ("sae_lens", "sae", "jumprelu", False),
    ("sae_lens", "sae", "one threshold", False),
    ("sae_lens", "transcoder", "relu", False),
    ("sae_lens", "transcoder", "relu", True),
    ("sae_lens", "transcoder", "jumprelu", False),
    ("sae_lens", "transcoder", "jumprelu", True),
    ("dictionary_learning", "sae", "relu", False),
    ("dictionary_learning", "sae", "topk", False),
    ("dictionary_learning", "sae", "jumprelu", False),
    ("sparsify", "sae", "topk", False),
    ("sparsify", "sae", "topk", True),
    ("sparsify", "transcoder", "topk", False),
    ("sparsify", "transcoder", "topk", True),
    ("circuit_tracer", "transcoder", "relu", True),
    ("circuit_tracer", "transcoder", "jumprelu", False),
    ("circuit_tracer", "mid", "relu", False),
    ("science_of_finetuning", "crosscoder", "relu", False),
    ("science_of_finetuning", "of models", "one threshold", False),
]


@pytest.mark.parametrize(("to", "wiring", "part", "skip"), CAN)
def test_what_is_written_loads_again(to: str, wiring: str, part: str, skip: bool, tmp_path: Path) -> None:
    dictionary = make(wiring, part, skip)
    before = {name: value.clone() for name, value in dictionary.state_dict().items()}
    (folder,) = convert(dictionary, tmp_path / "out", to=to, model_name="gpt2")
    assert_same([dictionary], load_dictionaries(folder))
    assert_same([dictionary], load_dictionaries(folder, format=to))
    for name, value in dictionary.state_dict().items():  # what was handed in stays as it was
        assert torch.equal(value, before[name])


@pytest.mark.parametrize("norm", ["crosscoder", "none"])
def test_one_threshold_of_latents_times_their_norms_comes_back(norm: str, tmp_path: Path) -> None:
    """As BatchTopK crosscoders of that library have it, whether they take norms or not."""
    case = f"science_of_finetuning_batchtopk_{norm}"
    (read,) = load_dictionaries(DATA / case)
    convert(read, tmp_path / "out", to="science_of_finetuning")
    held = torch.load(tmp_path / "out" / "ae.pt", weights_only=True)
    assert int(held["code_normalization_id"]) == {"crosscoder": 1, "none": 4}[norm]
    assert float(held["threshold"]) == pytest.approx(6.0)
    assert_same([read], load_dictionaries(tmp_path / "out"))


@pytest.mark.parametrize("part", ["relu", "jumprelu"])
def test_a_cross_layer_transcoder_loads_again(part: str, tmp_path: Path) -> None:
    """Biases of later layers are added up, so only sums over dictionaries are equal."""
    written = cross_layer(3, part)
    (folder,) = convert(written, tmp_path, to="circuit_tracer_clt")
    read = load_dictionaries(folder)
    assert [d.name for d in read] == ["clt.0", "clt.1", "clt.2"]
    for before, after in zip(written, read, strict=True):
        torch.testing.assert_close(after.encode(tokens(before)), before.encode(tokens(before)), **CLOSE)
    for layer in range(3):
        sums = [sum(d(tokens(d))[:, layer - i] for i, d in enumerate(ds[: layer + 1])) for ds in (written, read)]
        torch.testing.assert_close(*sums, **CLOSE)


def test_a_set_loads_again(tmp_path: Path) -> None:
    ones = [
        shaken(Dictionary(f"t.{i}", [Site("mlp_in", i)], [Site("mlp_out", i)], M, D, PARTS["jumprelu"]()), i)
        for i in range(3)
    ]
    for to, count in (("circuit_tracer", 1), ("sae_lens", 3), ("saecircuits", 3)):
        assert len(convert(ones[::-1], tmp_path / to, to=to)) == count
        assert_same(ones, load_dictionaries(tmp_path / to))


@pytest.mark.parametrize("case", CASES)
@pytest.mark.filterwarnings("default:.*lets negative ones fire.*")
def test_others_files_become_ours(case: str, tmp_path: Path) -> None:
    read = load_dictionaries(DATA / case, **CASES[case].options)
    convert(DATA / case, tmp_path / "ours", **CASES[case].options)
    again = load_dictionaries(tmp_path / "ours")
    assert_same(read, again)
    assert [d.name for d in again] == [d.name for d in read]


CANNOT = [
    ("sae_lens", make("crosscoder", "relu"), "one of each"),
    ("sae_lens", make("transcoder", "topk"), "TopK transcoder"),
    ("dictionary_learning", make("transcoder", "relu"), "not an SAE"),
    ("sparsify", make("sae", "relu"), "are TopK"),
    ("sparsify", make("mid", "topk"), "MLP's input"),
    ("circuit_tracer", make("transcoder", "topk"), "ReLU and JumpReLU"),
    ("circuit_tracer", make("sae", "relu"), "not the transcoder of layer 0"),
    ("circuit_tracer_clt", make("sae", "relu"), r"writes the layers \[3\]"),
    ("circuit_tracer_clt", cross_layer(3, "relu")[1:], "writes 0 to 1"),
    ("circuit_tracer_clt", [*cross_layer(2, "relu")[:1], *cross_layer(2, "relu", M + 1)[1:]], "alike"),
    ("circuit_tracer_clt", make("transcoder", "relu", skip=True), "linear path"),
    ("science_of_finetuning", make("sae", "relu"), "no crosscoder"),
    ("science_of_finetuning", make("crosscoder", "topk"), "no crosscoder"),
    ("science_of_finetuning", make("crosscoder", "jumprelu"), "one for all"),
    ("gemma_scope", make("sae", "relu"), "cannot be written as"),
    ("parquet", make("sae", "relu"), "cannot be written as"),
    ("sae_lens", [], "no dictionary to write"),
]


@pytest.mark.parametrize(("to", "given", "why"), CANNOT)
def test_what_a_format_cannot_express_is_refused(to: str, given: object, why: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=why) as caught:
        convert(given, tmp_path / "out", to=to)  # type: ignore[arg-type]
    assert caught.value.cure
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_the_formats_that_can_be_written() -> None:
    wanted = ["saecircuits", "sae_lens", "dictionary_learning", "sparsify", "circuit_tracer", "circuit_tracer_clt"]
    wanted.append("science_of_finetuning")
    assert writable() == wanted
    assert {to for to, *_ in CAN} | {"circuit_tracer_clt"} == set(wanted) <= set(FORMATS)
