"""Sets that were trained here are written in circuit-tracer's layout, loaded by it, and attributed there: edges equal
ours.

Needs circuit-tracer in an environment of its own, see `test_owners_read_ours`.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import numpy as np
import pytest

import saecircuits as sc
from saecircuits.attribution import Direct, TopTokens, attribute_direct
from saecircuits.circuit import Circuit
from saecircuits.replacement import Replacement
from saecircuits.world.files import world_folder
from tests.dictionaries.formats.test_owners_read_ours import PEERS_CT, ROOT

PROMPT = "the capital of the country containing Gdansk is"


def their_circuit(transcoders: Path, ids: list[int], out: Path) -> Circuit:
    python = PEERS_CT / "bin" / "python"
    if not python.exists():
        pytest.skip(f"no environment with circuit-tracer at {PEERS_CT}")
    module = "tests.dictionaries.formats.owners.trace"
    arguments = [world_folder() / "model", transcoders, ",".join(map(str, ids)), out]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    command = list(map(str, [python, "-m", module, *arguments]))
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    return sc.read_graph(out)


@pytest.mark.parametrize(("name", "to"), [("transcoders", "circuit_tracer"), ("clt", "circuit_tracer_clt")])
def test_edges_are_equal(name: str, to: str, tmp_path: Path) -> None:
    subject = sc.load_model()
    dictionaries = sc.load_dictionaries(f"world/{name}", name="transcoder")  # what graphs of theirs call them
    (folder,) = sc.convert(dictionaries, tmp_path / "set", to=to, model_name="world")
    tokens = subject.tokenize_one(PROMPT)
    theirs = their_circuit(folder, tokens.ids[0].tolist(), tmp_path / "graph.pt")
    model = Replacement(subject, dictionaries)
    ours = attribute_direct(model, tokens, TopTokens(share=0.9, most=5), Direct())
    words = {f"target.w{i}": f"target.{subject.token_texts([i])[0]}" for i in range(len(subject.weights.unembed))}
    rows = [ours.nodes.rows[words.get(each, each)] for each in theirs.nodes.ids]
    assert len(rows) > 100
    first = theirs.nodes.position == 0  # where theirs have errors and no features, and the norms of both are huge
    mine, other = ours.adjacency[rows][:, rows].toarray()[:, ~first], theirs.adjacency.toarray()[:, ~first]
    assert np.count_nonzero(other) > 1000
    largest = np.maximum(1, np.abs(other).max(1, keepdims=True))  # into each node; sums of such sizes are rounded
    assert (np.abs(mine - other) / largest).max() < 1e-5
