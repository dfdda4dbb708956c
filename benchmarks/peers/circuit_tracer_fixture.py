"""Makes the files of `tests/exports/data/`: graphs of a tiny random model, computed and written by circuit-tracer.

    python -m benchmarks.peers.circuit_tracer_fixture tests/exports/data

Run it with the Python of an environment with benchmarks/peers/requirements-circuit-tracer.txt.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import torch
from circuit_tracer.utils.create_graph_files import create_graph_files

from benchmarks.peers.circuit_tracer_problem import Problem, write_problem
from benchmarks.peers.circuit_tracer_theirs import opening

TINY = Problem(layers=3, d_model=16, heads=2, features=10, tokens=6, active=4, vocabulary=30)


def main(folder: Path) -> None:
    """A whole graph, one with fewer feature nodes than fire, and the viewer's files of the whole one."""
    torch.set_num_threads(1)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as made:
        side, ids = opening(write_problem(TINY, Path(made)), "cpu")
        whole = side.graph(ids)
        partial = side.graph(ids, batch_size=8, max_feature_nodes=len(whole.active_features) // 2)
        create_graph_files(whole, "viewer", str(folder), scan="random", node_threshold=1.0, edge_threshold=1.0)
        create_graph_files(whole, "pruned", str(folder), scan="random", node_threshold=0.8, edge_threshold=0.98)
        for graph, name in ((whole, "whole.pt"), (partial, "partial.pt")):
            graph.cfg.tokenizer_name = "random"
            graph.to_pt(str(folder / name))
    (folder / "graph-metadata.json").unlink()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
