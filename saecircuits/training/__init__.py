"""Training of dictionaries by streaming activations out of a model."""

from .corpus import Corpus
from .dead_losses import AuxK, GhostGradients
from .fit import Fit, TrainingResult
from .harvest import Activations, Stream, enough, stream
from .loop import train, train_on
from .losses import L0, L1, GateLoss, Loss, Matryoshka, PreActivation, Reconstruction, Tanh
from .parts import LOSSES, USUAL_LOSSES
from .plan import Adam, TrainingPlan
from .revival import REVIVALS, Resample, Revival
from .run import TrainingRun
from .saving import save_results
from .shuffle import Chunks, ShuffledTokens, TensorChunks
from .starts import STARTS, RandomRows, Rows, Start, TokenRows, rows_of_tokens
from .store import ActivationStore
from .watch import LogEntry, Progress, Watcher
from .watchers import JsonLog, ProgressBar, TensorBoard
from .wiring import Wiring

__all__ = [
    "L0",
    "L1",
    "LOSSES",
    "REVIVALS",
    "STARTS",
    "USUAL_LOSSES",
    "ActivationStore",
    "Activations",
    "Adam",
    "AuxK",
    "Chunks",
    "Corpus",
    "Fit",
    "GateLoss",
    "GhostGradients",
    "JsonLog",
    "LogEntry",
    "Loss",
    "Matryoshka",
    "PreActivation",
    "Progress",
    "ProgressBar",
    "RandomRows",
    "Reconstruction",
    "Resample",
    "Revival",
    "Rows",
    "ShuffledTokens",
    "Start",
    "Stream",
    "Tanh",
    "TensorBoard",
    "TensorChunks",
    "TokenRows",
    "TrainingPlan",
    "TrainingResult",
    "TrainingRun",
    "Watcher",
    "Wiring",
    "enough",
    "rows_of_tokens",
    "save_results",
    "stream",
    "train",
    "train_on",
]
