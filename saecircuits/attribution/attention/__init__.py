"""Attention explained: scores as pairs of sources, edges by the heads that they pass."""

from .explain import explain_head, explain_score
from .heads import HeadShares, edge_heads
from .query_key import HeadExplanation, QueryKeyExplanation

__all__ = ["HeadExplanation", "HeadShares", "QueryKeyExplanation", "edge_heads", "explain_head", "explain_score"]
