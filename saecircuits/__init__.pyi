"""The public names of saecircuits, each with its home; read by type checkers, and at run time for lazy loading."""

from .attribution import (
    CheckReport as CheckReport,
)
from .attribution import (
    Difference as Difference,
)
from .attribution import (
    FeatureAt as FeatureAt,
)
from .attribution import (
    Tokens as Tokens,
)
from .attribution import (
    TopTokens as TopTokens,
)
from .circuit import (
    Circuit as Circuit,
)
from .circuit import (
    Feature as Feature,
)
from .circuit import (
    Node as Node,
)
from .circuit import (
    NodeKind as NodeKind,
)
from .dictionaries import (
    BatchTopK as BatchTopK,
)
from .dictionaries import (
    Dictionary as Dictionary,
)
from .dictionaries import (
    JumpReLU as JumpReLU,
)
from .dictionaries import (
    ReLU as ReLU,
)
from .dictionaries import (
    TopK as TopK,
)
from .dictionaries import (
    load_dictionaries as load_dictionaries,
)
from .dictionaries import (
    load_dictionary as load_dictionary,
)
from .dictionaries import (
    save_dictionary as save_dictionary,
)
from .errors import (
    FileFormatError as FileFormatError,
)
from .errors import (
    InputError as InputError,
)
from .errors import (
    NotAttachedError as NotAttachedError,
)
from .errors import (
    SaeCircuitsError as SaeCircuitsError,
)
from .errors import (
    TrainingError as TrainingError,
)
from .errors import (
    UnsupportedModelError as UnsupportedModelError,
)
from .evaluation import (
    evaluate as evaluate,
)
from .exports import (
    export as export,
)
from .features import (
    Evidence as Evidence,
)
from .features import (
    collect_evidence as collect_evidence,
)
from .interventions import (
    Ablate as Ablate,
)
from .interventions import (
    Add as Add,
)
from .interventions import (
    AllFeatures as AllFeatures,
)
from .interventions import (
    Effect as Effect,
)
from .interventions import (
    Patch as Patch,
)
from .interventions import (
    Scale as Scale,
)
from .interventions import (
    Set as Set,
)
from .lab import (
    ReplacementModel as ReplacementModel,
)
from .lab import (
    load as load,
)
from .lab import (
    load_model as load_model,
)
from .sites import (
    Site as Site,
)
from .subject import (
    Subject as Subject,
)
from .training import (
    Corpus as Corpus,
)
from .training import (
    TrainingPlan as TrainingPlan,
)
from .training import (
    train as train,
)
from .version import __version__ as __version__
from .widgets import (
    Explorer as Explorer,
)
from .widgets import (
    FeatureCard as FeatureCard,
)

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
    "Tokens",
    "TopK",
    "TopTokens",
    "TrainingError",
    "TrainingPlan",
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
