"""Edits of features, and what they do to the model's output."""

from .edits import Ablate, Add, AllFeatures, Edit, Patch, Scale, Set
from .effect import Effect, Outcome, TokenChange, intervene
from .generation import Generation, generate, generate_step_by_step
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
    "Generation",
    "Outcome",
    "Patch",
    "Scale",
    "Set",
    "TokenChange",
    "generate",
    "generate_step_by_step",
    "intervene",
    "resolve",
    "run_frozen",
    "run_live",
]
