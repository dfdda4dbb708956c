"""The shapes that stand in the signatures hold, from the prompt to the file.

A process of its own imports the package with every annotation checked (jaxtyping, beartype) and goes the whole way.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import beartype

CHECKED = """
import warnings

import beartype
import torch
from jaxtyping import TypeCheckError, install_import_hook

torch.set_num_threads(1)
import tests.attribution.test_shapes  # holds the checker, and imports nothing of the package

warnings.simplefilter("error")
parts = ("attribution", "circuit", "dictionaries", "interventions", "replacement", "subject")
install_import_hook([f"saecircuits.{{part}}" for part in parts], "tests.attribution.test_shapes.with_numbers")

from saecircuits.attribution import Continuation, Difference, Direct, Direction, TopTokens, attribute_direct, check
from saecircuits.circuit import Circuit, influence
from saecircuits.interventions import Ablate, AllFeatures, Patch, Set, generate, intervene
from saecircuits.sites import Site
from tests.attribution.models import PROMPT, replacement, wired

for name, layers in (("gpt2", (0, 1, 2)), ("llama", (1,))):
    model = replacement(name, layers=layers)
    whole = attribute_direct(model, PROMPT, TopTokens(most=2))
    feature = whole.top(1)[0].feature
    attribute_direct(model, PROMPT, Difference("w3", "w5"))
    circuit = whole.prune()
    circuit.inputs(circuit.nodes.ids[-1]), circuit.books(), circuit.to_networkx()
    Circuit.load(circuit.save("{folder}/a.circuit"))
    check(model, whole, n=2)
    edits = [Ablate(feature), Set(feature, 2.0, positions=2), Patch(AllFeatures(feature.dictionary), "w9 w8 w7")]
    for options in ({{}}, {{"frozen": True}}, {{"frozen": True, "direct": True}}):
        intervene(model, PROMPT, edits, **options).table()
    generate(model, PROMPT, edits, max_new_tokens=2)

for wiring in ("cross-layer, skip", "crosscoder", "crosscoder ahead"):
    model = wired("gemma2", wiring)
    direction = Direction(Site("attn_out", 1), torch.ones(32))
    attribute_direct(model, PROMPT, direction, Direct(max_features=9, edge_share=0.9))
    attribute_direct(model, PROMPT, Continuation("w2 w7"), Direct(block=5))

try:
    influence(whole.adjacency, torch.zeros(3))
except TypeCheckError:
    print("every shape was checked")
"""


def with_numbers(function):
    """Beartype, for which a whole number is a float too, as Python's own typing has it."""
    return beartype.beartype(conf=beartype.BeartypeConf(is_pep484_tower=True))(function)


def test_shapes_hold(tmp_path: Path) -> None:
    code = CHECKED.format(folder=tmp_path)
    root = Path(__file__).parents[2]
    out = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=root, timeout=300, check=False
    )
    assert out.returncode == 0, out.stderr[-3000:]
    assert out.stdout.splitlines()[-1] == "every shape was checked"
