"""The sources of attention scores: the columns of a captured prompt, and whole sublayers where nothing is traced.

Whole sublayers have numbers too: after the columns, one a layer and position for what attention puts out, then one for
what goes past the features of the dictionaries that write the layer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from saecircuits.attribution.direct.sources import Group, Sources
from saecircuits.circuit import Feature, NodeKind, NodeTable, NodeTableBuilder
from saecircuits.dictionaries import Dictionary
from saecircuits.replacement import FIRST_REPLACED
from saecircuits.sites import SITE_KINDS

SUBLAYERS = ("attention", "skip")


@dataclass(frozen=True)
class Source:
    """Something that writes the residual stream.

    Attributes:
        id: the id that a circuit gives such a node; `attention.3@5` and `skip.3@5` stand for all that the attention of
            a layer, or the skip connections of its dictionaries, put out at a position.
        kind: `"feature"`, `"error"`, `"token"`, `"bias"`, `"attention"` or `"skip"`.
        layer: -1 for embeddings.
        position: token position, counted from 0.
        token: text of the token there.
        feature: the feature, for features.
    """

    id: str
    kind: str
    layer: int
    position: int
    token: str
    feature: Feature | None = None


@dataclass(frozen=True)
class LocalPart:
    """Something that sources wrote at some positions.

    Attributes:
        source: numbers of the sources.
        position: where each wrote it.
        vector: what.
    """

    source: Int[Tensor, " part"]
    position: Int[Tensor, " part"]
    vector: Float[Tensor, "part d_model"]


def n_sources(sources: Sources) -> int:
    """How many numbers there are, whole sublayers included."""
    return sources.size + len(SUBLAYERS) * sources.top * sources.captured.length


def local_parts(sources: Sources, positions: Int[Tensor, " place"]) -> Iterator[LocalPart]:
    """All that was written at some positions, untraced: together it is the stream before the layer `sources.top`."""
    for group, vectors in sources.embedded():
        yield LocalPart(group.columns.start + positions, positions, vectors[positions])
    for layer in range(sources.top):
        groups, constants = sources.constants(layer)
        for group, vectors in zip(groups, constants.unbind(1), strict=True):
            yield LocalPart(group.columns.start + positions, positions, vectors[positions])
        for kind, vectors in _sublayers(sources, layer).items():
            number = (SUBLAYERS.index(kind) * sources.top + layer) * sources.captured.length
            yield LocalPart(sources.size + number + positions, positions, vectors[positions])
        for dictionary, write in sources.replacement.writers(layer):
            yield _of_features(sources, dictionary, write, positions)


def name_sources(sources: Sources, tokens: tuple[str, ...], numbers: Int[np.ndarray, " source"]) -> tuple[Source, ...]:
    """The sources of some increasing numbers; `tokens` are the texts of the prompt's tokens."""
    columns, whole = numbers[numbers < sources.size], numbers[numbers >= sources.size]
    named = _columns(sources, tokens, columns) if len(columns) else []
    for number in (whole - sources.size).tolist():
        row, position = divmod(number, sources.captured.length)
        kind, layer = SUBLAYERS[row // sources.top], row % sources.top
        named.append(Source(f"{kind}.{layer}@{position}", kind, layer, position, tokens[position]))
    return tuple(named)


def _columns(sources: Sources, tokens: tuple[str, ...], columns: Int[np.ndarray, " source"]) -> list[Source]:
    builder = NodeTableBuilder(sources.replacement.names)
    for group in sources.groups:
        here = columns[(columns >= group.columns.start) & (columns < group.columns.stop)] - group.columns.start
        if len(here):
            values = sources.node_columns(group)
            if group.kind == NodeKind.ERROR:
                values["site"] = SITE_KINDS.index("mlp_out")
            chosen = {name: value[here] if np.ndim(value) else value for name, value in values.items()}
            builder.add(group.kind, group.layer, group.position.numpy(force=True)[here], **chosen)
    table, order = builder.build()
    rows = np.argsort(order)  # of the table, in the order of the columns
    return [_node(table, row, tokens) for row in rows.tolist()]


def _node(table: NodeTable, row: int, tokens: tuple[str, ...]) -> Source:
    kind, layer, position = NodeKind(table.kind[row]), int(table.layer[row]), int(table.position[row])
    return Source(table.ids[row], kind.name.lower(), layer, position, tokens[position], table.feature(row))


def _of_features(sources: Sources, dictionary: Dictionary, write: int, positions: Tensor) -> LocalPart:
    """What a dictionary's active features wrote at one of its sites."""
    active, group = sources.captured.active[dictionary.name], _group(sources, dictionary)
    here = torch.nonzero(torch.isin(active.position, positions)).flatten()
    rows = dictionary.decoder_rows(active.index[here], write) * active.value[here, None]
    return LocalPart(group.columns.start + here, active.position[here], rows)


def _group(sources: Sources, dictionary: Dictionary) -> Group:
    return next(group for group in sources.groups if group.dictionary == dictionary.name)


def _sublayers(sources: Sources, layer: int) -> dict[str, Float[Tensor, "position d_model"]]:
    """What a layer's attention puts out, and what goes past the features of the dictionaries that write the layer."""
    replacement, captured = sources.replacement, sources.captured
    found, skip = {"attention": captured.attn_out[layer]}, torch.zeros_like(captured.embedding)
    for dictionary, write in replacement.writers(layer):
        if dictionary.W_skip is not None:
            norms = [replacement.subject.weights.mlp_norm(site.layer).bias for site in dictionary.reads]
            read = [captured.mlp_in[site.layer] - bias for site, bias in zip(dictionary.reads, norms, strict=True)]
            skip = skip + torch.einsum("prd,erd->pe", torch.stack(read, 1), dictionary.W_skip[write])
            found["skip"] = skip
    skip[:FIRST_REPLACED] = 0
    return found
