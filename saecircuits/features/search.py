"""Features found by number or by words of their labels."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from saecircuits.circuit import Feature

_NUMBER = re.compile(r"^(?:(?P<dictionary>.*?)[/#\s])?\s*(?P<index>\d{1,9})$")


def find_features(sizes: Mapping[str, int], label: Callable[[Feature], str], text: str, n: int = 20) -> list[Feature]:
    """Features that a text means.

    Args:
        sizes: number of features by dictionary.
        label: of a feature.
        text: `"transcoder.3/203"`, `"3/203"`, `"203"`, or words that its label holds, in any case and order.
        n: how many at the most.

    Returns:
        Those that the text names by number, then those whose label is the text, begins with it, and holds all words.
    """
    text = text.strip()
    if not text:
        return []
    found = list(_numbered(sizes, text))
    words = text.casefold().split()
    ranked = []
    for feature in _all(sizes):
        shown = label(feature).casefold()
        if all(word in shown for word in words):
            rank = 0 if shown == " ".join(words) else 1 if shown.startswith(words[0]) else 2
            ranked.append((rank, feature))
    ranked.sort(key=lambda pair: pair[0])
    return list(dict.fromkeys([*found, *(feature for _, feature in ranked)]))[:n]


def _numbered(sizes: Mapping[str, int], text: str) -> Iterable[Feature]:
    matched = _NUMBER.match(text)
    if matched is None:
        return
    index, wanted = int(matched["index"]), (matched["dictionary"] or "").strip().casefold()
    for name, size in sizes.items():
        known = name.casefold()
        if index < size and (not wanted or known == wanted or known.endswith(f".{wanted}")):
            yield Feature(name, index)


def _all(sizes: Mapping[str, int]) -> Iterable[Feature]:
    return (Feature(name, index) for name, size in sizes.items() for index in range(size))
