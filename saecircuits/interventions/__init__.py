"""Edits of features, and what they do to the model's output."""

from .edits import Ablate, Add, AllFeatures, Edit, Patch, Scale, Set
from .effect import Effect, Outcome, TokenChange, intervene
from .generation import generate
from .resolve import Change, resolve
from .run import EditedRun, run_frozen, run_live

__all__ = [
    "Ablate",
    "Add",
    "AllFeatures",
    "Change",
    "Edit",
    "EditedRun",
    "Effect",
    "Outcome",
    "Patch",
    "Scale",
    "Set",
    "TokenChange",
    "generate",
    "intervene",
    "resolve",
    "run_frozen",
    "run_live",
]
