"""What each node of a graph in Neuronpedia's JSON is, from its type and its id."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from saecircuits.circuit import NodeKind
from saecircuits.errors import FileFormatError
from saecircuits.sites import SITE_KINDS

from .neuronpedia_schema import AGAIN, ERROR_ID, ERROR_WORDS, FEATURE_ID, FEATURE_TYPES, Document, FileNode, unpaired

_SITE_OF = {word: site for site, word in ERROR_WORDS.items()}


@dataclass(frozen=True)
class FileRole:
    """What a node of the file is.

    Attributes:
        kind: its kind.
        layer: -1 for embeddings.
        dictionary, index: of features.
        site: of errors.
    """

    kind: NodeKind
    layer: int
    dictionary: str = ""
    index: int = -1
    site: str = ""


def role_of(path: Path, document: Document, number: int) -> FileRole:
    """What the node of this number is.

    Raises:
        FileFormatError: if its fields do not say it, or say what cannot be.
    """
    node = document.nodes[number]
    kind = FEATURE_TYPES.get(node.feature_type)
    length = len(document.metadata.prompt_tokens)
    field = f"{path}: nodes.{number}"
    if kind is None:
        raise FileFormatError(
            f"{field}.feature_type is {node.feature_type!r}.", f"Known are {', '.join(FEATURE_TYPES)}."
        )
    if node.ctx_idx >= length:
        raise FileFormatError(f"{field}.ctx_idx is {node.ctx_idx}; the prompt has {length} tokens.", AGAIN)
    layer = -1 if node.layer == "E" else _whole(f"{field}.layer", node.layer)
    match kind:
        case NodeKind.FEATURE:
            return _feature(field, document, node, layer)
        case NodeKind.ERROR:
            return FileRole(kind, layer, site=_error_site(field, node))
        case _:
            return FileRole(kind, layer)


def _feature(field: str, document: Document, node: FileNode, layer: int) -> FileRole:
    """A feature: its index from its id or, where that has another layout, from its number."""
    listed = document.metadata.transcoder_list
    found = FEATURE_ID.fullmatch(node.node_id)
    if found:
        index, word = int(found["index"]), found["word"] or ""
    elif node.feature is None or node.feature < 0:
        raise FileFormatError(
            f"{field}.feature is {node.feature}, and node_id {node.node_id!r} does not say which.", AGAIN
        )
    else:
        index, word = unpaired(node.feature)[1] if document.metadata.schema_version == 1 else node.feature, ""
    marked = re.fullmatch(r"d(\d+)", word)
    if marked and int(marked[1]) < len(listed):
        return FileRole(NodeKind.FEATURE, layer, listed[int(marked[1])], index)
    if node.feature_type == "lorsa":
        return FileRole(NodeKind.FEATURE, layer, f"lorsa.{layer}", index)
    return FileRole(NodeKind.FEATURE, layer, _dictionary(document, layer), index)


def _dictionary(document: Document, layer: int) -> str:
    """The listed dictionary that ends in the layer's number, in our files the one without a number; else a new name."""
    listed = dict.fromkeys(document.metadata.transcoder_list)
    ending = [name for name in listed if re.search(rf"(?<!\d){layer}$", name)]
    if not ending and document.metadata.is_ours:
        ending = [name for name in listed if not re.search(r"\d$", name)]
    return ending[0] if len(ending) == 1 else f"transcoder.{layer}"


def _error_site(field: str, node: FileNode) -> str:
    found = ERROR_ID.fullmatch(node.node_id)
    word = found["site"] if found else "attn" if node.feature_type == "lorsa error" else "mlp"
    site = _SITE_OF.get(word, word)
    if site not in SITE_KINDS:
        raise FileFormatError(f"{field}.node_id {node.node_id!r} names no site.", f"Known are {', '.join(SITE_KINDS)}.")
    return site


def _whole(field: str, text: str | int) -> int:
    if isinstance(text, str) and not text.isdecimal():
        raise FileFormatError(f"{field} is {text!r}; a number or 'E' was expected.", AGAIN)
    number = int(text)
    if number < 0:
        raise FileFormatError(f"{field} is {number}; layers are counted from 0.", AGAIN)
    return number


def count_layers(read: Sequence[FileRole]) -> int:
    """circuit-tracer and we write targets two above the last layer, others one above."""
    inner = max((what.layer for what in read if what.kind in (NodeKind.FEATURE, NodeKind.ERROR)), default=-1)
    target = max(what.layer for what in read if what.kind is NodeKind.TARGET)
    return max(target - 1 if target - 1 > inner else inner + 1, 1)
