"""What is known of features: where they fire, how strongly, and which tokens they promote."""

from .bands import Band, bands, texts_of
from .card import Context, FeatureCard, FeatureHistogram
from .collect import EvidenceCollector, collect_evidence
from .contrast import ContrastingFeature, contrast
from .evidence import ContextColumns, Evidence
from .label_book import LabelBook
from .labels import NEVER_FIRES, automatic_label
from .neighbours import neighbours
from .promotion import Promotion, promotion
from .search import find_features
from .sparsity import Cells, Level, SparsityMap, sparsity_map

__all__ = [
    "NEVER_FIRES",
    "Band",
    "Cells",
    "Context",
    "ContextColumns",
    "ContrastingFeature",
    "Evidence",
    "EvidenceCollector",
    "FeatureCard",
    "FeatureHistogram",
    "LabelBook",
    "Level",
    "Promotion",
    "SparsityMap",
    "automatic_label",
    "bands",
    "collect_evidence",
    "contrast",
    "find_features",
    "neighbours",
    "promotion",
    "sparsity_map",
    "texts_of",
]
