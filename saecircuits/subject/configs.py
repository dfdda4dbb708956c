"""What a model's config says, wherever it says it."""

from __future__ import annotations

from typing import Any

from torch import nn


def text_config(model: nn.Module) -> Any:
    """The config of the part that reads and writes text; of most models the only one."""
    config: Any = model.config
    return config.get_text_config(decoder=True)


def model_type(model: nn.Module) -> str:
    """The name by which the table of architectures knows a model."""
    config: Any = model.config
    return config.model_type


def longest_prompt(config: Any) -> int:
    """The longest prompt, in tokens: rotary embeddings that are stretched carry a model past what it began with."""
    own = config.max_position_embeddings
    turned = getattr(config, "rope_parameters", None) or {}
    parts = [turned] if "rope_type" in turned else [part for part in turned.values() if isinstance(part, dict)]
    return max([own, *(_stretched(part, own) for part in parts)])


def _stretched(turned: dict[str, Any], own: int) -> int:
    """Of the fields of one rotary embedding."""
    first = turned.get("original_max_position_embeddings", own if turned["rope_type"] == "dynamic" else 0)
    return int(first * turned.get("factor", 1.0))
