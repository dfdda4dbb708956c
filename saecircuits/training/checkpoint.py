"""What a run needs to go on after it was cut off: one file, replaced whole, so that the last good one always stays.

The file is a safetensors file: tensors of all fits and of the source's position, and in its header the plans and the
run as text, so that a checkpoint is never continued with other settings.
"""

from __future__ import annotations

import errno
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from saecircuits.atomic import replace_file, sweep
from saecircuits.errors import FileFormatError, InputError, TrainingError

from .fit import Fit
from .plan import TrainingPlan
from .run import TrainingRun

FILE = "checkpoint.safetensors"
FORMAT = "saecircuits.checkpoint"


@dataclass(frozen=True)
class Checkpoint:
    """Where a run stood after some step.

    Attributes:
        step: steps done.
        fits: the state of every plan's `Fit`, by its name.
        source: the position in the activations.
    """

    step: int
    fits: Mapping[str, Mapping[str, Tensor]]
    source: Mapping[str, Tensor]


def recipe_of(plans: Sequence[TrainingPlan], run: TrainingRun, source: str) -> str:
    """All that a run depends on, as text."""
    settings = {"plans": [plan.to_dict() for plan in plans], "run": asdict(run), "source": source}
    return json.dumps(settings, sort_keys=True)


def save_checkpoint(folder: Path, step: int, fits: Sequence[Fit], source: Mapping[str, Tensor], recipe: str) -> None:
    """Write the checkpoint of a run, in the place of the one before.

    Raises:
        TrainingError: if it cannot be written; the one before stays.
    """
    tensors = {f"source/{name}": value for name, value in source.items()}
    for number, fit in enumerate(fits):
        tensors |= {f"{number}/{name}": value for name, value in fit.state().items()}
    plain = {name: value.detach().cpu().contiguous() for name, value in tensors.items()}
    names = json.dumps([fit.plan.name for fit in fits])
    header = {"format": FORMAT, "step": str(step), "names": names, "recipe": recipe}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        replace_file(folder / FILE, lambda path: path.write_bytes(save(plain, header)))
    except OSError as error:
        cure = "Make room on the disk" if error.errno == errno.ENOSPC else "See that the folder can be written to"
        raise TrainingError(
            f"The checkpoint of step {step} could not be written into {str(folder)!r}: {error}.",
            f"{cure} and start again with the same folder: the checkpoint before it is whole.",
        ) from error


def load_checkpoint(folder: Path, recipe: str) -> Checkpoint | None:
    """The checkpoint in a folder, or None if there is none; what a killed run left half-written is removed.

    Args:
        folder: of the run.
        recipe: what is to be trained, see `recipe_of`.

    Raises:
        InputError: if the checkpoint is of a run with other settings.
        FileFormatError: if it cannot be read.
    """
    sweep(folder)
    path = folder / FILE
    if not path.is_file():
        return None
    try:
        with safe_open(path, "pt") as file:
            header: dict[str, Any] = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - not a mapping
    except (SafetensorError, OSError) as error:
        raise FileFormatError(
            f"{path} cannot be read: {error}.", "Delete it to begin the run anew, or restore it from a copy."
        ) from error
    if header.get("format") != FORMAT:
        raise FileFormatError(f"{path} is not a checkpoint of a training.", "Choose another folder.")
    _refuse_other(header["recipe"], recipe, path)
    names = json.loads(header["names"])
    fits = {name: _below(tensors, f"{number}/") for number, name in enumerate(names)}
    return Checkpoint(int(header["step"]), fits, _below(tensors, "source/"))


def _refuse_other(saved: str, asked: str, path: Path) -> None:
    """The recipes have to be the same but for how often it is logged and saved."""
    old, new = json.loads(saved), json.loads(asked)
    for settings in (old, new):
        for free in ("log_every", "save_every"):
            del settings["run"][free]
    if old != new:
        differing = [name for name in old if old[name] != new.get(name)]
        raise InputError(
            f"{path} belongs to a run with other settings: its {' and '.join(differing)} differ.",
            "Give the same plans, run and corpus to go on, or another folder to begin anew.",
        )


def _below(tensors: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}
