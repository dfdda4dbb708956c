"""Supernodes and the other ways of looking at a circuit that the Explorer keeps: places, filter, direction.

Groups travel as records `{"name", "members"}`. Here they become a circuit with supernodes again, by the same functions
that anybody may call: `group`, `ungroup`, `group_automatically`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import traitlets

from saecircuits.circuit import Circuit, NodeKind, group, group_automatically, label_similarity, ungroup
from saecircuits.errors import InputError
from saecircuits.exports import supernode_records
from saecircuits.features import Evidence

from .messages import Answer


class Grouping(traitlets.HasTraits):
    """The part of the Explorer that groups nodes, and keeps how they are looked at.

    Attributes:
        pinned: ids of the pinned nodes.
        supernodes: groups of nodes, as records; a node is in one at the most.
        places: where a person has put cards of the subgraph: x and y in pixels, by the id of a card's first node.
        flow: which way the layers of the subgraph go, `"across"` or `"up"`.
        filter: what is looked for, any of `layers` (from, to), `token` (position), `kinds`, `sign` (`"+"` or `"-"`)
            with `of` (`"target"` or `"selected"`), `densest` (share of tokens), and `hide`, to leave out the rest.
    """

    pinned = traitlets.List(traitlets.Unicode()).tag(sync=True)
    supernodes = traitlets.List(traitlets.Dict()).tag(sync=True)
    places = traitlets.Dict().tag(sync=True)
    flow = traitlets.Enum(("across", "up"), "across").tag(sync=True)
    filter = traitlets.Dict().tag(sync=True)

    @property
    def circuit(self) -> Circuit:
        """The circuit that is shown."""
        raise NotImplementedError

    @property
    def grouped(self) -> Circuit:
        """The circuit that is shown, with groups and pins as they are now.

        Raises:
            InputError: for what is no group.
        """
        circuit = with_groups(self.circuit, self.supernodes)
        settings = dict(circuit.provenance.settings)
        if self.pinned or "pins" in settings:
            settings["pins"] = list(self.pinned)
        return replace(circuit, provenance=replace(circuit.provenance, settings=settings))

    def group(self, name: str, ids: Sequence[str]) -> None:
        """Put nodes into a group, as a person would; see `sc.group`."""
        self.supernodes = supernode_records(group(self.grouped, name, ids))

    def ungroup(self, name: str) -> None:
        """Dissolve a group; see `sc.ungroup`."""
        self.supernodes = supernode_records(ungroup(self.grouped, name))

    def group_automatically(self, n_groups: int | None = None, ids: Sequence[str] | None = None) -> None:
        """Find groups of features that belong together, beside the groups that there are; see `propose_groups`."""
        self.supernodes = supernode_records(propose_groups(self.grouped, n_groups, ids))

    def _answer_group(self, message: Mapping[str, Any]) -> Answer:
        count, nodes = message.get("count"), message.get("nodes")
        if not isinstance(count, int) or isinstance(count, bool):
            raise InputError(f"The request has no number 'count': it is {count!r}.")
        if not isinstance(nodes, list) or not all(isinstance(node, str) for node in nodes):
            raise InputError("The request has no list of ids 'nodes'.")
        found = propose_groups(replace(self.circuit, supernodes={}), count, nodes)
        return {"supernodes": supernode_records(found)}, []


def with_groups(circuit: Circuit, records: Sequence[Mapping[str, Any]]) -> Circuit:
    """A circuit with exactly these groups; members that it does not have are left out, and so are groups of none.

    Raises:
        InputError: for what is no record of a group.
    """
    circuit = replace(circuit, supernodes={})
    for record in records:
        name, members = record.get("name"), record.get("members")
        if not isinstance(name, str) or not isinstance(members, list | tuple):
            raise InputError(f"{record!r} is no group.", 'A group is {"name": text, "members": [ids]}.')
        known = [member for member in members if member in circuit.nodes.rows]
        circuit = group(circuit, name, known) if known else circuit
    return circuit


def propose_groups(circuit: Circuit, n_groups: int | None = None, ids: Sequence[str] | None = None) -> Circuit:
    """Groups of features found by clustering, beside those that the circuit has.

    Features are near each other by their connections with one another and with tokens, errors, biases and targets, by
    the words of their labels, and by standing at one token.

    Args:
        circuit: best pruned to what is looked at.
        n_groups: number of clusters; those of one feature become no group. Default the root of their number.
        ids: the features to group; default all. Those that are in a group already are left out.

    Raises:
        InputError: for a node that is not in the circuit, or a number of groups that cannot be.
    """
    taken = {member for members in circuit.supernodes.values() for member in members}
    chosen = circuit.nodes.ids if ids is None else ids
    wanted = np.zeros(len(circuit), dtype=bool)
    wanted[[circuit.row(identifier) for identifier in chosen if identifier not in taken]] = True
    features = circuit.nodes.is_kind(NodeKind.FEATURE)
    if not (features & wanted).any():
        raise InputError("No feature is left to group.", "Choose features that are in no group yet.")
    part = _part(circuit, np.flatnonzero(~features | wanted))
    found = group_automatically(part, n_groups, label_similarity(part)).supernodes
    for name, members in found.items():
        circuit = group(circuit, _free(name, circuit.supernodes), members)
    return circuit


def firing_rates(circuit: Circuit, evidence: Mapping[str, Evidence]) -> np.ndarray:
    """The share of tokens at which each feature fires, NaN where that is not known and for other nodes, `[node]`."""
    nodes = circuit.nodes
    rates = np.full(len(nodes), np.nan)
    for row, name in enumerate(nodes.dictionaries):
        known = evidence.get(name)
        if known is not None:
            own = nodes.dictionary == row
            rates[own] = known.firings[nodes.index[own]] / max(known.tokens, 1)
    return rates


def _part(circuit: Circuit, rows: np.ndarray) -> Circuit:
    """The circuit of some rows, without groups."""
    return replace(
        circuit,
        nodes=circuit.nodes.take(rows),
        adjacency=circuit.adjacency[rows][:, rows].tocsr(),
        weights=circuit.weights[rows],
        influence=circuit.influence[rows],
        effect=circuit.effect[rows],
        supernodes={},
    )


def _free(name: str, taken: Mapping[str, Any]) -> str:
    candidate, number = name, 2
    while candidate in taken:
        candidate, number = f"{name} ({number})", number + 1
    return candidate
