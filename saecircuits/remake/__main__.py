"""`python -m saecircuits.remake`: makes everything under `data/world`, with fixed seeds.

1. The language model is trained on fresh rows of the closed world.
2. Its known-answer prompts are written.
3. Its dictionaries are trained in one pass: transcoders, sparse autoencoders, cross-layer transcoder, crosscoder.
4. Evidence of all transcoder features is collected.
5. All of it is measured, and the figures go into the README beside it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import torch
import typer

from saecircuits.lab import load, load_dictionaries
from saecircuits.world.files import repository_world_folder
from saecircuits.world.prompts import read_prompts, write_prompts

from .dictionaries import SETS, train_dictionaries
from .evidence import make_evidence
from .figures import CIRCUITS, measure
from .language_model import train_language_model
from .readme import write_readme


def _readme(folder: Path) -> None:
    lab = load(folder)
    others = {name: load_dictionaries(folder / "dictionaries" / name) for name in SETS if name != "transcoders"}
    write_readme(folder, lab, measure(lab, read_prompts(folder / "prompts.jsonl"), others), CIRCUITS)


STEPS: dict[str, Callable[[Path], object]] = {
    "model": lambda folder: train_language_model(folder / "model"),
    "prompts": lambda folder: write_prompts(folder / "prompts.jsonl"),
    "dictionaries": train_dictionaries,
    "evidence": make_evidence,
    "readme": _readme,
}
"""What is made, in order; each step needs those before it."""


def main(
    folder: Annotated[Path | None, typer.Option(help="Where to write; default data/world of this checkout.")] = None,
    only: Annotated[list[str] | None, typer.Option(help=f"Make only these steps: {', '.join(STEPS)}.")] = None,
) -> None:
    """Remake the embedded world.

    Example: python -m saecircuits.remake --only evidence --only readme
    """
    unknown = set(only or ()) - set(STEPS)
    if unknown:
        raise typer.BadParameter(f"there is no step {', '.join(sorted(unknown))}; known are {', '.join(STEPS)}")
    torch.set_num_threads(1)  # two are no faster on models this small, and many times slower on a busy machine
    target = folder or repository_world_folder()
    target.mkdir(parents=True, exist_ok=True)
    for name, make in STEPS.items():
        if only and name not in only:
            continue
        started = time.perf_counter()
        print(f"== {name}", flush=True)
        make(target)
        print(f"== {name}: {time.perf_counter() - started:.0f} s", flush=True)


if __name__ == "__main__":
    typer.run(main)
