"""Groups of features that are looked at as one: found automatically, made by hand, kept under names.

Automatically: two features are near if their connections are (cosine of the effects that come in and go out, each
scaled to its own size), if a given similarity says so (of decoders, or of labels), and if they stand at the same token.
The weighted mean of the three is a nearness, and scikit-learn's clustering does the rest.

Every function returns a new circuit. A node is in one group at the most.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from jaxtyping import Float, Int
from scipy import sparse
from sklearn.cluster import AgglomerativeClustering, SpectralClustering
from sklearn.metrics.pairwise import cosine_similarity
from sklearn.preprocessing import normalize

from saecircuits.atomic import replace_file
from saecircuits.errors import FileFormatError, InputError

from .circuit import Circuit
from .nodes import Feature, NodeKind

METHODS = ("agglomerative", "spectral")
"""The clustering algorithms."""
FORMAT, VERSION = "saecircuits.supernodes", 1
_WORD = re.compile(r"[^\W\d_]\w*")


@dataclass(frozen=True)
class Nearness:
    """What counts how much for two features to be near; only the proportions matter.

    Attributes:
        connections: of effects in and out.
        evidence: of the similarity that is handed in; not used without one.
        position: of standing at the same token.
    """

    connections: float = 1.0
    evidence: float = 1.0
    position: float = 0.5

    def __post_init__(self) -> None:
        weights = self.connections, self.evidence, self.position
        if min(weights) < 0 or not sum(weights) > 0:
            raise InputError(f"Weights {weights} came.", "Give numbers from 0, at least one of them above.")


def group_automatically(
    circuit: Circuit,
    n_groups: int | None = None,
    similarity: Float[np.ndarray, "feature feature"] | None = None,
    nearness: Nearness | None = None,
    method: str = "agglomerative",
) -> Circuit:
    """Group the features of a circuit by clustering; features that are near no other stay alone.

    Args:
        circuit: best pruned to what is to be looked at.
        n_groups: number of clusters; default the root of the number of features.
        similarity: of the features in the order of `feature_rows`, 1 for equal ones; `label_similarity`, or a cosine of
            decoder rows.
        nearness: what counts how much.
        method: one of `METHODS`.

    Returns:
        The circuit with its clusters of two or more features as supernodes, named after their labels; groups that it
        had are gone.

    Raises:
        InputError: for an unknown method, a number of groups that cannot be, or a similarity of another shape.
    """
    if method not in METHODS:
        raise InputError(f"method is {method!r}.", f"Use one of {', '.join(METHODS)}.")
    rows = feature_rows(circuit)
    count = max(round(len(rows) ** 0.5), 1) if n_groups is None else n_groups
    if not 1 <= count <= len(rows):
        raise InputError(f"{len(rows)} features cannot be in {count} groups.", "Choose from 1 to their number.")
    near = _nearness(circuit, rows, similarity, nearness or Nearness())
    found = _cluster(near, count, method)
    circuit = replace(circuit, supernodes={})
    for number in range(count):
        members = [circuit.nodes.ids[row] for row in rows[found == number]]
        if len(members) > 1:
            circuit = group(circuit, propose_name(circuit, members), members)
    return circuit


def group(circuit: Circuit, name: str, ids: Sequence[str]) -> Circuit:
    """Put nodes into a group; they leave the groups that they are in, and a group of that name is replaced.

    Raises:
        InputError: for an empty name, no nodes, or a node that is not in the circuit.
    """
    if not name.strip() or not ids:
        raise InputError(f"A group {name!r} of {len(ids)} nodes came.", "Give it a name and at least one node.")
    members = tuple(dict.fromkeys(circuit.nodes.ids[circuit.row(identifier)] for identifier in ids))
    others = {
        other: tuple(m for m in own if m not in members) for other, own in circuit.supernodes.items() if other != name
    }
    return replace(circuit, supernodes={other: own for other, own in others.items() if own} | {name: members})


def ungroup(circuit: Circuit, name: str) -> Circuit:
    """Dissolve a group; `InputError` if there is none of that name."""
    if name not in circuit.supernodes:
        known = ", ".join(map(repr, circuit.supernodes)) or "none"
        raise InputError(f"There is no group {name!r}.", f"Known are {known}.")
    return replace(circuit, supernodes={other: own for other, own in circuit.supernodes.items() if other != name})


def propose_name(circuit: Circuit, ids: Sequence[str]) -> str:
    """A name for nodes: the words that their labels share most, weighted by influence; unique in the circuit."""
    weights: dict[str, float] = defaultdict(float)
    for identifier in ids:
        row = circuit.row(identifier)
        for word in dict.fromkeys(_WORD.findall(_label(circuit, row))):
            weights[word] += float(circuit.influence[row]) + 1e-12  # without influence, by number
    words = sorted(weights, key=lambda word: -weights[word])[:3]
    name = ", ".join(words) or circuit.provenance.tokens[circuit.nodes.position[circuit.row(ids[0])]].strip() or "group"
    taken, number = name, 2
    while taken in circuit.supernodes:
        taken, number = f"{name} ({number})", number + 1
    return taken


def feature_rows(circuit: Circuit) -> Int[np.ndarray, " feature"]:
    """Rows of the features."""
    return np.flatnonzero(circuit.nodes.is_kind(NodeKind.FEATURE))


def label_similarity(circuit: Circuit) -> Float[np.ndarray, "feature feature"]:
    """How many words the labels of features share: the cosine of their sets of words, 0 for features without label."""
    words = [set(_WORD.findall(_label(circuit, int(row)).lower())) for row in feature_rows(circuit)]
    known = sorted(set().union(*words))
    column = {word: number for number, word in enumerate(known)}
    table = np.zeros((len(words), max(len(known), 1)))
    for row, own in enumerate(words):
        table[row, [column[word] for word in own]] = 1
    return cosine_similarity(table)


def save_names(circuit: Circuit, path: str | Path) -> Path:
    """Write the groups as JSON, by feature and place, so that other circuits can be grouped in the same way."""
    length = len(circuit.provenance.tokens)
    groups = {
        name: [
            {"feature": str(feature), "position": int(circuit.nodes.position[row]) - length}
            for row in map(circuit.row, members)
            if (feature := circuit.nodes.feature(row)) is not None
        ]
        for name, members in circuit.supernodes.items()
    }
    text = json.dumps({"format": FORMAT, "version": VERSION, "supernodes": groups}, ensure_ascii=False, indent=1)
    return replace_file(Path(path), lambda beside: beside.write_text(text + "\n", encoding="utf-8"))


def load_names(circuit: Circuit, path: str | Path, positions: bool = False) -> Circuit:
    """Group a circuit as another one was when `save_names` wrote its groups.

    Args:
        circuit: of the same dictionaries; features that are in no saved group stay as they are.
        path: the file.
        positions: only at the same place, counted from the last token; else wherever the feature fires. A feature
            that is in several saved groups goes, at other places, with the first of them.

    Raises:
        InputError: if there is no such file.
        FileFormatError: if it holds no groups.
    """
    exact, anywhere = _read_names(Path(path))
    length = len(circuit.provenance.tokens)
    found: dict[str, list[str]] = {}
    for row in feature_rows(circuit):
        feature = circuit.nodes.feature(int(row))
        assert feature is not None  # the rows are those of features
        name = exact.get((feature, int(circuit.nodes.position[row]) - length))
        name = anywhere.get(feature) if name is None and not positions else name
        if name is not None:
            found.setdefault(name, []).append(circuit.nodes.ids[row])
    for name, members in found.items():
        circuit = group(circuit, name, members)
    return circuit


def _read_names(path: Path) -> tuple[dict[tuple[Feature, int], str], dict[Feature, str]]:
    if not path.is_file():
        raise InputError(f"There is no file {str(path)!r}.")
    exact: dict[tuple[Feature, int], str] = {}
    anywhere: dict[Feature, str] = {}
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
        if (read["format"], read["version"]) != (FORMAT, VERSION):
            raise ValueError(f"format {read['format']!r}, version {read['version']!r}")
        for name, members in read["supernodes"].items():
            for member in members:
                feature = Feature.parse(member["feature"])
                exact[feature, int(member["position"])] = name
                anywhere.setdefault(feature, name)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise FileFormatError(f"{path} holds no groups: {error!r}.", "Write it again with save_names.") from error
    return exact, anywhere


def _nearness(
    circuit: Circuit, rows: np.ndarray, similarity: np.ndarray | None, weight: Nearness
) -> Float[np.ndarray, "feature feature"]:
    """Between 0 and 1, 1 for features that cannot be told apart."""
    position = circuit.nodes.position[rows]
    parts = [
        (weight.connections, (1 + _connections(circuit, rows)) / 2),
        (weight.position, (position[:, None] == position[None]).astype(float)),
    ]
    if similarity is not None:
        similarity = np.asarray(similarity, dtype=float)
        if similarity.shape != (len(rows), len(rows)) or not np.isfinite(similarity).all():
            raise InputError(
                f"similarity has shape {similarity.shape}, or holds what is no number.",
                f"Give finite numbers of shape {(len(rows), len(rows))}, in the order of feature_rows(circuit).",
            )
        parts.append((weight.evidence, similarity.clip(0, 1)))
    total = sum(size for size, _ in parts)
    if not total > 0:
        raise InputError("All that counts is a similarity, and none came.", "Give one, or weigh something else.")
    return sum((size * part for size, part in parts), np.zeros((len(rows), len(rows)))) / total


def _connections(circuit: Circuit, rows: np.ndarray) -> Float[np.ndarray, "feature feature"]:
    """Cosine of what comes in and what goes out, with equal weight."""
    into, out = circuit.adjacency[rows], circuit.adjacency[:, rows].T.tocsr()
    return cosine_similarity(sparse.hstack([normalize(into), normalize(out)]))


def _cluster(near: np.ndarray, n_groups: int, method: str) -> Int[np.ndarray, " feature"]:
    if n_groups == 1 or len(near) == n_groups:
        return np.zeros(len(near), dtype=int) if n_groups == 1 else np.arange(len(near))
    if method == "spectral":
        near = (near + near.T) / 2 + 1e-6  # spectral clustering wants everything to hang together
        return SpectralClustering(n_groups, affinity="precomputed", random_state=0).fit_predict(near)
    distance = np.maximum(1 - (near + near.T) / 2, 0)
    np.fill_diagonal(distance, 0)
    return AgglomerativeClustering(n_groups, metric="precomputed", linkage="average").fit_predict(distance)


def _label(circuit: Circuit, row: int) -> str:
    """What is known of a feature; nothing where its label is only its name."""
    feature = circuit.nodes.feature(row)
    label = circuit.label(row)
    return "" if feature is not None and label == str(feature) else label
