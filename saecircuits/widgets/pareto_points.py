"""Dictionaries as points: their scores, and where they can be loaded from."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from saecircuits.dictionaries import Dictionary, load_dictionary
from saecircuits.dictionaries.files import FORMAT
from saecircuits.errors import FileFormatError, InputError, NotAttachedError
from saecircuits.training import TrainingResult

from .recipes import recipe, variant


@dataclass(frozen=True)
class ParetoPoint:
    """One dictionary of a sweep.

    Args:
        name: tells it from the others.
        scores: what it reaches, by the name of the score.
        group: what its colour and shape tell, such as the kind of its activation function.
        width: number of features, told by the size of the point; 0 where it is not known.
        recipe: how it was made, in one line.
        source: the dictionary, the training that gave it, or the folder that it is saved in.
    """

    name: str
    scores: Mapping[str, float]
    group: str = ""
    width: int = 0
    recipe: str = ""
    source: Dictionary | TrainingResult | Path | None = None

    @property
    def dictionaries(self) -> tuple[Dictionary, ...]:
        """Its dictionaries, read from their folder if they have to be; a cross-layer transcoder has one a layer.

        Raises:
            NotAttachedError: if the point was made of scores alone.
            FileFormatError: if a file cannot be read.
        """
        match self.source:
            case Path():
                return (load_dictionary(self.source),)
            case TrainingResult():
                return self.source.dictionaries
            case Dictionary():
                return (self.source,)
            case _:
                raise NotAttachedError(
                    f"The point {self.name!r} has scores, but no dictionary.",
                    "Make the plot from training results, or with ParetoPlot.from_folder(folder).",
                )

    def record(self) -> dict[str, Any]:
        """What the browser needs to know; scores that are not finite are left out."""
        scores = {name: float(value) for name, value in self.scores.items() if math.isfinite(value)}
        folder = str(self.source) if isinstance(self.source, Path) else ""
        return {
            "name": self.name,
            "scores": scores,
            "group": self.group,
            "width": self.width,
            "recipe": self.recipe,
            "folder": folder,
        }


Points = Sequence[TrainingResult | ParetoPoint] | Mapping[str, Mapping[str, float]]


def points_of(things: Points, group: Callable[[ParetoPoint], str] | None = None) -> list[ParetoPoint]:
    """Points of training results, of scores by name, or as they are.

    Raises:
        InputError: if there is none, one is something else, or two share a name.
    """
    if isinstance(things, Mapping):
        points = [ParetoPoint(name, scores) for name, scores in things.items()]
    else:
        points = [_point(thing) for thing in things]
    names = [point.name for point in points]
    if not names:
        raise InputError("There is no dictionary to show.", "Give training results, or scores by name.")
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise InputError(f"Two dictionaries are called {twice!r}.", "Give each its own name.")
    return points if group is None else [replace(point, group=group(point)) for point in points]


def points_in(folder: str | Path) -> list[ParetoPoint]:
    """The dictionaries that are saved in a folder, at any depth, named by their place in it.

    Raises:
        InputError: if there is none.
        FileFormatError: if a config cannot be read.
    """
    root = Path(folder)
    points = [point for path in sorted(root.rglob("config.json")) if (point := _saved(path, root)) is not None]
    if not points:
        raise InputError(f"There is no dictionary in {str(folder)!r}.", "Give a folder of saved dictionaries.")
    return points


def _point(thing: Any) -> ParetoPoint:
    match thing:
        case ParetoPoint():
            return thing
        case TrainingResult(plan=plan, log=log):
            scores = {name: getattr(log[-1], name) for name in _LOGGED} if log else {}
            how = recipe(plan.activation, plan.n_features, plan.reads, plan.writes)
            group = variant(str(plan.activation["kind"]), [loss.kind for loss in plan.losses])
            return ParetoPoint(plan.name, scores, group, plan.n_features, how, thing)
        case _:
            raise InputError(
                f"A {type(thing).__name__} is no point of the plot.",
                "Give results of a training, ParetoPoint objects, or a mapping of names to scores.",
            )


_LOGGED = ("l0", "variance_explained", "dead", "loss")


def _saved(path: Path, root: Path) -> ParetoPoint | None:
    """The point of one config file, or None where it is that of something else."""
    try:
        config = json.loads(path.read_bytes())
        if not isinstance(config, dict) or config.get("format") != FORMAT:
            return None
        name = str(path.parent.relative_to(root)) if path.parent != root else str(config["name"])
        return ParetoPoint(
            name=name,
            scores=_with_variance_explained(config.get("scores", {})),
            group=variant(str(_activation(config)["kind"]), _losses(config)),
            width=int(config["n_features"]),
            recipe=recipe(_activation(config), config["n_features"], config["reads"], config["writes"]),
            source=path.parent,
        )
    except (KeyError, TypeError, ValueError) as error:
        cure = "Save the dictionary again."
        raise FileFormatError(f"{path} is not a dictionary's config: {error!r}.", cure) from error


def _activation(config: dict[str, Any]) -> dict[str, Any]:
    """The activation function that it was trained with, where its recipe says so; at inference it may be another."""
    return config.get("recipe", {}).get("plan", {}).get("activation", config["activation"])


def _losses(config: Mapping[str, Any]) -> list[str]:
    """Kinds of the losses that it was trained with, where its recipe says so."""
    return [str(loss["kind"]) for loss in config.get("recipe", {}).get("plan", {}).get("losses", [])]


def _with_variance_explained(scores: Mapping[str, float]) -> dict[str, float]:
    """FVU is the fraction of variance that is not explained."""
    return ({"variance_explained": 1 - scores["fvu"]} if "fvu" in scores else {}) | dict(scores)


def known_scores(points: Iterable[ParetoPoint]) -> list[str]:
    """Every score that some point has, in the order in which they are met."""
    return list(dict.fromkeys(name for point in points for name in point.scores))
