"""Measures of dictionaries and of circuits."""

from .dictionaries import DictionaryScores, Evaluation, ReplacedScores, evaluate
from .replaced import Replacer, by_dictionaries, by_means, replaced_logits

__all__ = [
    "DictionaryScores",
    "Evaluation",
    "ReplacedScores",
    "Replacer",
    "by_dictionaries",
    "by_means",
    "evaluate",
    "replaced_logits",
]
