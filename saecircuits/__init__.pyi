"""The public names of saecircuits, each with its home; read by type checkers, and at run time for lazy loading."""

from .attribution import (
    CheckReport as CheckReport,
    Difference as Difference,
    FeatureAt as FeatureAt,
    NextTokens as NextTokens,
    TopTokens as TopTokens,
)
from .circuit import Circuit as Circuit, Feature as Feature, Node as Node, NodeKind as NodeKind
from .dictionaries import (
    BatchTopK as BatchTopK,
    Dictionary as Dictionary,
    JumpReLU as JumpReLU,
    ReLU as ReLU,
    TopK as TopK,
    load_dictionaries as load_dictionaries,
    load_dictionary as load_dictionary,
    save_dictionary as save_dictionary,
)
from .errors import (
    FileFormatError as FileFormatError,
    InputError as InputError,
    NotAttachedError as NotAttachedError,
    SaeCircuitsError as SaeCircuitsError,
    TrainingError as TrainingError,
    UnsupportedModelError as UnsupportedModelError,
)
from .evaluation import evaluate as evaluate
from .exports import export as export
from .features import Evidence as Evidence, collect_evidence as collect_evidence
from .interventions import (
    Ablate as Ablate,
    Add as Add,
    AllFeatures as AllFeatures,
    Effect as Effect,
    Patch as Patch,
    Scale as Scale,
    Set as Set,
)
from .lab import ReplacementModel as ReplacementModel, load as load, load_model as load_model
from .sites import Site as Site
from .subject import Subject as Subject
from .training import Corpus as Corpus, TrainingPlan as TrainingPlan, TrainingRun as TrainingRun, train as train
from .version import __version__ as __version__
from .widgets import Explorer as Explorer, FeatureCard as FeatureCard

__all__ = [
    "Ablate",
    "Add",
    "AllFeatures",
    "BatchTopK",
    "CheckReport",
    "Circuit",
    "Corpus",
    "Dictionary",
    "Difference",
    "Effect",
    "Evidence",
    "Explorer",
    "Feature",
    "FeatureAt",
    "FeatureCard",
    "FileFormatError",
    "InputError",
    "JumpReLU",
    "NextTokens",
    "Node",
    "NodeKind",
    "NotAttachedError",
    "Patch",
    "ReLU",
    "ReplacementModel",
    "SaeCircuitsError",
    "Scale",
    "Set",
    "Site",
    "Subject",
    "TopK",
    "TopTokens",
    "TrainingError",
    "TrainingPlan",
    "TrainingRun",
    "UnsupportedModelError",
    "__version__",
    "collect_evidence",
    "evaluate",
    "export",
    "load",
    "load_dictionaries",
    "load_dictionary",
    "load_model",
    "save_dictionary",
    "train",
]
