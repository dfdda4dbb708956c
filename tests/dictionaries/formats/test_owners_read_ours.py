"""What is written here is loaded by the owner's library with equal numbers.

Needs environments with those libraries: `.peers` and `.peers-ct` as `make bench-peers` and `make bench-circuit-tracer`
make them, or what SAECIRCUITS_PEERS and SAECIRCUITS_PEERS_CT name. Skipped, and said so, where there are none.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from saecircuits.dictionaries import Dictionary, convert
from saecircuits.sites import Site
from tests.dictionaries.formats.test_contract import computed
from tests.dictionaries.formats.test_writers import CAN, PARTS, D, M, cross_layer, make, shaken

ROOT = Path(__file__).resolve().parents[3]
PEERS = Path(os.environ.get("SAECIRCUITS_PEERS", ROOT / ".peers"))
PEERS_CT = Path(os.environ.get("SAECIRCUITS_PEERS_CT", ROOT / ".peers-ct"))

ONES = [case for case in CAN if case[0] in ("sae_lens", "dictionary_learning", "sparsify")]
SETS = [("circuit_tracer", "relu", False), ("circuit_tracer", "jumprelu", True)]


def check(to: str, written: Sequence[Dictionary], x: torch.Tensor, folder: Path) -> None:
    home = PEERS_CT if to.startswith("circuit_tracer") else PEERS
    python = home / "bin" / "python"
    if not python.exists():
        pytest.skip(f"no environment with {to}'s library at {home}")
    convert(written, folder / "out", to=to, model_name="gpt2")
    latents, out = computed(written, x)
    if x.ndim == 2:
        latents, out = latents[:, 0], out[:, 0]
    save_file({"x": x, "latents": latents.contiguous(), "out": out.contiguous()}, folder / "expected.safetensors")
    module = "tests.dictionaries.formats.owners.read_back"
    command = [python, "-m", module, to, folder / "out", folder / "expected.safetensors"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(list(map(str, command)), cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]


def tokens(*sites: int) -> torch.Tensor:
    return 2 * torch.randn(7, *sites, D, generator=torch.Generator().manual_seed(5)) + 0.5


@pytest.mark.parametrize(("to", "wiring", "part", "skip"), ONES)
def test_one_dictionary(to: str, wiring: str, part: str, skip: bool, tmp_path: Path) -> None:
    check(to, [make(wiring, part, skip)], tokens(), tmp_path)


@pytest.mark.parametrize(("to", "part", "skip"), SETS)
def test_a_set_of_transcoders(to: str, part: str, skip: bool, tmp_path: Path) -> None:
    sites = [([Site("mlp_in", layer)], [Site("mlp_out", layer)]) for layer in range(3)]
    made = [
        shaken(Dictionary(f"t.{i}", reads, writes, M, D, PARTS[part](), skip=skip), i)
        for i, (reads, writes) in enumerate(sites)
    ]
    check(to, made, tokens(3), tmp_path)


@pytest.mark.parametrize("part", ["relu", "jumprelu"])
def test_a_cross_layer_transcoder(part: str, tmp_path: Path) -> None:
    check("circuit_tracer_clt", cross_layer(3, part), tokens(3), tmp_path)
