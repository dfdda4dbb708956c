"""Circuits for others: one format a file."""

from .circuit_tracer import write_circuit_tracer
from .circuit_tracer_read import read_circuit_tracer
from .formats import TEXT_FORMATS, export, to_html
from .graphml import to_graphml
from .json_format import to_json
from .neuronpedia import to_neuronpedia
from .neuronpedia_read import read_neuronpedia
from .page import standalone_page
from .picture import draw, show_token
from .read import read_graph
from .state import graph_state, page_state, supernode_records

__all__ = [
    "TEXT_FORMATS",
    "draw",
    "export",
    "graph_state",
    "page_state",
    "read_circuit_tracer",
    "read_graph",
    "read_neuronpedia",
    "show_token",
    "standalone_page",
    "supernode_records",
    "to_graphml",
    "to_html",
    "to_json",
    "to_neuronpedia",
    "write_circuit_tracer",
]
