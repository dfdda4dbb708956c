"""GraphML, for networkx, Gephi, Cytoscape and yEd."""

from __future__ import annotations

import re
from io import BytesIO

import networkx as nx

from saecircuits.circuit import Circuit

_NOT_XML = re.compile("[^\t\n\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def to_graphml(circuit: Circuit) -> str:
    """The circuit as GraphML text; characters that XML cannot hold, or reads as others, are written as `\\u0000`."""
    graph = circuit.to_networkx()
    clean = nx.relabel_nodes(graph, {node: _xml(node) for node in graph})
    for attributes in (clean.graph, *clean.nodes.values()):
        attributes.update({name: _xml(value) for name, value in attributes.items() if isinstance(value, str)})
    buffer = BytesIO()
    nx.write_graphml(clean, buffer, named_key_ids=True)
    return buffer.getvalue().decode("utf-8")


def _xml(text: str) -> str:
    return _NOT_XML.sub(lambda found: f"\\u{ord(found.group()):04x}", text)
