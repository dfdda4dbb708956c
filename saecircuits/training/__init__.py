"""Training of dictionaries by streaming activations out of a model."""

from .corpus import Corpus
from .fit import Fit, LogEntry, TrainingResult
from .harvest import Activations, ShuffledTokens, enough, stream
from .loop import train
from .losses import LOSSES, AuxK, ForwardPass, Loss, Reconstruction
from .plan import TRAINABLE, TrainingPlan, TrainingRun
from .revival import REVIVALS, Resample, Revival
from .starts import STARTS, RandomRows, Rows, Start, TokenRows, rows_of_tokens

__all__ = [
    "LOSSES",
    "REVIVALS",
    "STARTS",
    "TRAINABLE",
    "Activations",
    "AuxK",
    "Corpus",
    "Fit",
    "ForwardPass",
    "LogEntry",
    "Loss",
    "RandomRows",
    "Reconstruction",
    "Resample",
    "Revival",
    "Rows",
    "ShuffledTokens",
    "Start",
    "TokenRows",
    "TrainingPlan",
    "TrainingResult",
    "TrainingRun",
    "enough",
    "rows_of_tokens",
    "stream",
    "train",
]
