"""Reading a graph in Neuronpedia's JSON: its own, circuit-tracer's `create_graph_files`', and ours.

1. Check the fields (`neuronpedia_schema`); the first wrong one is named.
2. Find out what each node is, from its type and its id.
3. Find the ends of the links; where an error bears the id of a feature, as circuit-tracer writes them, their order
   tells which one is meant (`neuronpedia_links`).
4. Build the circuit, with pins, supernodes and labels.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from math import nan
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import ValidationError

from saecircuits.circuit import Circuit, Feature, NodeKind, Scores
from saecircuits.errors import FileFormatError, InputError
from saecircuits.sites import SITE_KINDS

from .neuronpedia_links import Ends
from .neuronpedia_nodes import FileRole, count_layers, role_of
from .neuronpedia_schema import LOGIT_TEXT, SG_FIELDS, TOKEN_ID, Document, FileNode
from .read_nodes import FileNodes, origin, readout, unique_labels


def read_neuronpedia(path: str | Path) -> Circuit:
    """Read a graph in Neuronpedia's JSON.

    Pins are kept as node ids in `provenance.settings["pins"]`, what a viewer keeps beside them in
    `provenance.settings["viewer"]`. The file holds no norms of errors (they are given as 1) and no values of targets
    (given as the sum of their inputs, like activations that are missing). Influence is worked out anew from the links.
    Scores that a file does not hold are NaN if it says that it was pruned.
    `provenance.settings["ambiguous_links"]` counts links of which it could not be told whether they come from a feature
    or from an error with the same id; they were taken to come from the feature.

    Raises:
        InputError: if there is no such file.
        FileFormatError: if it is not such a graph; the field is named.
    """
    path = Path(path)
    document = _checked(path)
    roles = [role_of(path, document, number) for number in range(len(document.nodes))]
    targets = [node for node, role in zip(document.nodes, roles, strict=True) if role.kind is NodeKind.TARGET]
    if not targets:
        raise FileFormatError(
            f"{path} has no logit among its nodes, so nothing is explained.", "Export it with its logits."
        )
    n_layers = count_layers(roles)
    labels = unique_labels([_logit_label(node) for node in targets], [_token(node) for node in targets])
    nodes = FileNodes(path, _dictionaries(document, roles))
    _add_nodes(nodes, document, roles, labels, n_layers)
    ends = Ends(path, document, roles)
    edges = ends.edges()
    provenance = origin(
        document.metadata.scan,
        document.metadata.prompt,
        list(zip(_token_ids(document, roles), document.metadata.prompt_tokens, strict=True)),
        n_layers,
        labels,
        source="neuronpedia",
        file=path.name,
        target="NextTokens",
        readouts=[readout(_token(node), node.ctx_idx) for node in targets],
        slug=document.metadata.slug,
        ambiguous_links=ends.ambiguous,
    )
    weights = np.array([node.token_prob for node in targets])
    circuit = nodes.circuit(edges, weights, provenance, labels=_labels(path, document, roles), pruned=True)
    return _with_view(_with_scores(circuit, document), document, _Names(circuit, nodes, ends))


def _checked(path: Path) -> Document:
    if not path.is_file():
        raise InputError(f"There is no graph file {str(path)!r}.", "Check its name and its folder.")
    try:
        return Document.model_validate_json(path.read_bytes())
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        raise FileFormatError(
            f"{path} is no graph for Neuronpedia's viewer: {where}: {first['msg']}.", "Export it again."
        ) from error


def _add_nodes(
    nodes: FileNodes, document: Document, roles: Sequence[FileRole], labels: Sequence[str], n_layers: int
) -> None:
    """All nodes, in the file's order, stretches of one kind together."""
    left, names = iter(labels), _dictionaries(document, roles)
    for kind, stretch in groupby(range(len(roles)), key=lambda number: roles[number].kind):
        rows = list(stretch)
        if kind is NodeKind.TARGET:
            for row in rows:
                file_node = document.nodes[row]
                nodes.add_target(next(left), n_layers, file_node.ctx_idx, file_node.token_prob)
            continue
        layers = np.array([roles[row].layer for row in rows])
        positions = np.array([document.nodes[row].ctx_idx for row in rows])
        columns: dict[str, np.ndarray] = {}
        if kind is NodeKind.FEATURE:
            given = [document.nodes[row].activation for row in rows]
            columns["value"] = np.array([np.nan if value is None else value for value in given])
            columns["dictionary"] = np.array([names.index(roles[row].dictionary) for row in rows])
            columns["index"] = np.array([roles[row].index for row in rows])
        if kind is NodeKind.ERROR:
            columns["site"] = np.array([SITE_KINDS.index(roles[row].site) for row in rows])
        nodes.add(kind, layers, positions, **columns)


def _token(node: FileNode) -> int:
    """Vocabulary id of a target, -1 if it has none."""
    return node.feature if node.feature is not None and node.feature >= 0 else -1


def _logit_label(node: FileNode) -> str:
    found = LOGIT_TEXT.fullmatch(node.clerp or "")
    return found["text"] if found else node.clerp or ""


def _token_ids(document: Document, roles: Sequence[FileRole]) -> list[int]:
    """Vocabulary ids of the prompt, from the embeddings' ids; -1 where there is none."""
    ids = [-1] * len(document.metadata.prompt_tokens)
    for node, role in zip(document.nodes, roles, strict=True):
        found = TOKEN_ID.fullmatch(node.node_id) if role.kind is NodeKind.TOKEN else None
        if found:
            ids[node.ctx_idx] = int(found["token"])
    return ids


def _dictionaries(document: Document, roles: Sequence[FileRole]) -> tuple[str, ...]:
    """Names of the dictionaries whose features are there, listed ones first."""
    used = dict.fromkeys(role.dictionary for role in roles if role.kind is NodeKind.FEATURE)
    listed = [name for name in dict.fromkeys(document.metadata.transcoder_list) if name in used]
    return tuple(dict.fromkeys([*listed, *used]))


def _labels(path: Path, document: Document, roles: Sequence[FileRole]) -> dict[Feature, str]:
    """Labels of features: those of the nodes, and over them those that were edited in a viewer."""
    labels, numbered = {}, {}
    for node, role in zip(document.nodes, roles, strict=True):
        if role.kind is NodeKind.FEATURE:
            feature = Feature(role.dictionary, role.index)
            numbered[str(node.feature)] = feature
            if node.clerp and node.clerp != str(feature):
                labels[feature] = node.clerp
    edited = _edited_labels(path, document.qParams.clerps)
    return labels | {numbered[number]: text for number, text in edited.items() if number in numbered}


def _edited_labels(path: Path, clerps: str | list[Any] | None) -> dict[str, str]:
    """Pairs of a feature's number and a label; viewers keep the list as text."""
    try:
        pairs = json.loads(clerps or "[]") if not isinstance(clerps, list) else clerps
        return {str(number): str(label) for number, label in pairs}
    except (TypeError, ValueError, RecursionError) as error:
        raise FileFormatError(
            f"{path}: qParams.clerps is no list of pairs of feature and label.", "Correct it, or leave it out."
        ) from error


class _Names:
    """From ids in the file to ids in the circuit."""

    def __init__(self, circuit: Circuit, nodes: FileNodes, ends: Ends) -> None:
        self._ids, self._rows, self._ends = circuit.nodes.ids, nodes.rows(), ends

    def of(self, names: Iterable[str]) -> list[str]:
        """Those that are there, each once."""
        numbers = [self._ends.number(name) for name in names]
        return list(dict.fromkeys(self._ids[self._rows[number]] for number in numbers if number is not None))


def _with_view(circuit: Circuit, document: Document, names: _Names) -> Circuit:
    """With pins, supernodes and what else a viewer keeps; members that are not there are left out."""
    viewer = document.qParams
    groups: dict[str, tuple[str, ...]] = {}
    for group in viewer.supernodes:
        members = names.of(group[1:])
        if members:
            groups[_new_name(group[0], groups)] = tuple(members)
    kept = {name: getattr(viewer, name) for name in SG_FIELDS if getattr(viewer, name)}
    clicked = names.of([viewer.clickedId or ""])
    kept["clickedId"] = clicked[0] if clicked else ""
    settings = {**circuit.provenance.settings, "pins": names.of(viewer.pinnedIds), "viewer": kept}
    return replace(circuit, supernodes=groups, provenance=replace(circuit.provenance, settings=settings))


def _new_name(name: str, taken: Mapping[str, Any]) -> str:
    number = 2
    new = name
    while new in taken:
        new, number = f"{name} {number}", number + 1
    return new


def _with_scores(circuit: Circuit, document: Document) -> Circuit:
    """With the scores of the whole graph, where the file has them; what is left of a graph cannot tell them."""
    given = {"replacement": document.metadata.replacement_score, "completeness": document.metadata.completeness_score}
    known = {name: score for name, score in given.items() if score is not None}
    part = document.metadata.is_part or (document.metadata.is_ours and not known)
    return replace(circuit, scores=replace(Scores(nan, nan, nan) if part else circuit.scores, **known))
