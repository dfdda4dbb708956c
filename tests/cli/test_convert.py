"""`saecircuits convert`."""

from __future__ import annotations

from pathlib import Path

import torch

import saecircuits as sc
from tests.dictionaries.formats.cases import DATA


def test_sets_of_the_world_become_circuit_tracers_and_come_back(run, tmp_path: Path) -> None:
    for name, to in (("transcoders", "sae_lens"), ("clt", "circuit_tracer_clt")):
        result = run("convert", f"world/{name}", tmp_path / name, "--to", to, "--model-name", "world")
        assert result.code == 0, result.err
        ours, again = sc.load_dictionaries(f"world/{name}"), sc.load_dictionaries(tmp_path / name)
        assert [d.writes for d in again] == [d.writes for d in ours]
        assert all(d.name in result.out for d in ours)
        for one, other in zip(ours, again, strict=True):
            x = torch.randn(5, 1, one.d_model, generator=torch.Generator().manual_seed(0))
            largest = float(one.preactivations(x).abs().max())  # sums of this size are rounded
            torch.testing.assert_close(other.encode(x), one.encode(x), atol=1e-6 * largest, rtol=1e-5)


def test_options_reach_the_reader(run, tmp_path: Path) -> None:
    sites = ("--site", "a:resid_pre.14", "--site", "b:resid_pre.14")
    result = run("convert", DATA / "ckkissane", tmp_path / "ours", *sites, "--scale", "0.25", "--scale", "0.5")
    assert result.code == 0, result.err
    (dictionary,) = sc.load_dictionaries(tmp_path / "ours")
    assert [str(site) for site in dictionary.reads] == ["a:resid_pre.14", "b:resid_pre.14"]


def test_bad_input_is_one_line(run, tmp_path: Path) -> None:
    for arguments, why in (
        ((DATA / "ckkissane", tmp_path / "out"), "scale="),
        ((DATA / "sae_lens_topk", tmp_path / "out", "--to", "parquet"), "cannot be written"),
        ((tmp_path / "nowhere", tmp_path / "out"), "no such folder"),
    ):
        result = run("convert", *arguments)
        assert result.code == 2
        assert len(result.lines) == 1
        assert why in result.err
