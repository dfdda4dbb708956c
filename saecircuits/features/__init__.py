"""What is known of features: where they fire, how strongly, and which tokens they promote."""

from .card import Context, FeatureCard, FeatureHistogram
from .collect import EvidenceCollector, collect_evidence
from .contrast import ContrastingFeature, contrast
from .evidence import ContextColumns, Evidence
from .labels import NEVER_FIRES, automatic_label
from .promotion import Promotion, promotion

__all__ = [
    "NEVER_FIRES",
    "Context",
    "ContextColumns",
    "ContrastingFeature",
    "Evidence",
    "EvidenceCollector",
    "FeatureCard",
    "FeatureHistogram",
    "Promotion",
    "automatic_label",
    "collect_evidence",
    "contrast",
    "promotion",
]
