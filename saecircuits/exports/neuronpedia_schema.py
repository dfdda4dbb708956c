"""The fields that are read of a graph in Neuronpedia's JSON, and what its node ids mean.

Two layouts of ids are about. circuit-tracer writes `{layer}_{feature}_{position}` for features and
`0_{layer}_{position}` for errors, so an error can bear the id of a feature of layer 0. Here, and in other tools, errors
are `{layer}_error_{site}_{position}`, biases `{layer}_bias_{kind}_{position}`, and a feature whose id would be another
one's has a word before its index.
"""

from __future__ import annotations

import re
from math import isqrt
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from saecircuits.circuit import NodeKind

AGAIN = "Copy it again, or check the tool that wrote it."
"""The cure for files whose parts contradict each other."""
FEATURE_TYPES = {
    "cross layer transcoder": NodeKind.FEATURE,
    "lorsa": NodeKind.FEATURE,
    "mlp reconstruction error": NodeKind.ERROR,
    "lorsa error": NodeKind.ERROR,
    "embedding": NodeKind.TOKEN,
    "bias": NodeKind.BIAS,
    "logit": NodeKind.TARGET,
}
"""What each `feature_type` is among our kinds."""
ERROR_WORDS = {"mlp_out": "mlp", "attn_out": "attn"}
"""The word for a site in an error's id, where it is not the site's own name."""
SG_FIELDS = ("linkType", "clickedId", "sg_pos")
"""What a viewer keeps of its state beside pins, supernodes and labels."""

FEATURE_ID = re.compile(r"\d+_(?:(?P<word>[a-z]+\d*)_)?(?P<index>\d+)_\d+")
ERROR_ID = re.compile(r"\d+_error_(?P<site>\w+)_\d+")
TOKEN_ID = re.compile(r"E_(?P<token>\d+)_\d+")
LOGIT_TEXT = re.compile(r'Output "(?P<text>.*)" \(p=[^()]*\)', re.DOTALL)

_FOREIGN = ConfigDict(extra="ignore", frozen=True, allow_inf_nan=False)


class Metadata(BaseModel):
    """What the graph is of."""

    model_config = _FOREIGN

    slug: str = ""
    scan: str = ""
    transcoder_list: list[str] = []
    prompt_tokens: list[str] = Field(min_length=1)
    prompt: str = ""
    schema_version: int | None = None
    replacement_score: float | None = None
    completeness_score: float | None = None
    node_threshold: float | None = None
    pruning_settings: Any = None
    info: Any = None

    @property
    def is_part(self) -> bool:
        """Whether the file says that nodes were pruned away: circuit-tracer in one place, Neuronpedia in another."""
        settings = self.pruning_settings if isinstance(self.pruning_settings, dict) else {}
        shares = [self.node_threshold, settings.get("node_threshold")]
        return any(isinstance(share, int | float) and share < 1 for share in shares)

    @property
    def is_ours(self) -> bool:
        """Whether this package wrote the file."""
        generator = self.info.get("generator") if isinstance(self.info, dict) else None
        return isinstance(generator, dict) and generator.get("name") == "saecircuits"


class QParams(BaseModel):
    """What a viewer shows of it: pins, groups, labels."""

    model_config = _FOREIGN

    pinnedIds: list[str] = []
    supernodes: list[list[str]] = []
    linkType: str | None = None
    clickedId: str | None = None
    sg_pos: str | None = None
    clerps: str | list[Any] | None = None


class FileNode(BaseModel):
    """One node."""

    model_config = _FOREIGN

    node_id: str
    feature: int | None
    layer: str | int
    ctx_idx: int = Field(ge=0)
    feature_type: str
    token_prob: float = Field(default=0.0, ge=0)
    clerp: str | None = ""
    activation: float | None = None


class Link(BaseModel):
    """One edge."""

    model_config = _FOREIGN

    source: str
    target: str
    weight: float


class Document(BaseModel):
    """The whole file."""

    model_config = _FOREIGN

    metadata: Metadata
    qParams: QParams = QParams()
    nodes: list[FileNode] = Field(min_length=1)
    links: list[Link]


def paired(layer: int, index: int) -> int:
    """Cantor's pairing of a layer and an index, the `feature` of schema version 1."""
    return (layer + index) * (layer + index + 1) // 2 + index


def unpaired(number: int) -> tuple[int, int]:
    """Layer and index again."""
    diagonal = (isqrt(8 * number + 1) - 1) // 2
    index = number - diagonal * (diagonal + 1) // 2
    return diagonal - index, index
