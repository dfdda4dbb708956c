"""Names of places in a model, as other libraries write them, and ours.

TransformerLens writes `blocks.3.hook_mlp_out`, Hugging Face and nnsight the path of a module, `model.layers.3.mlp`,
of which the input or the output is meant. `mlp_out` and `attn_out` are what is added to the residual stream. In
families with norms behind their sublayers (Gemma 2 and 3, OLMo 2) that is `hook_mlp_out` in TransformerLens, but not
the output of the module `mlp`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from saecircuits.errors import InputError
from saecircuits.sites import Site

NORMALISED = "ln2.hook_normalized"
"""What the MLP's norm makes of its input before it multiplies with its gain: `mlp_in` divided by the gain."""

_HOOKS = {
    "hook_resid_pre": "resid_pre",
    "hook_attn_out": "attn_out",
    "hook_resid_mid": "resid_mid",
    "hook_mlp_in": "resid_mid",  # in TransformerLens this lies before the norm
    "mlp.hook_in": "mlp_in",
    "hook_mlp_out": "mlp_out",
    "hook_resid_post": "resid_post",
    "hook_in": "resid_pre",  # of a block, as TransformerLens calls its ends from version 3 on
    "hook_out": "resid_post",
}
_SITE_HOOKS = {kind: hook for hook, kind in _HOOKS.items() if hook not in ("hook_mlp_in", "hook_in", "hook_out")}
_ELSEWHERE = {
    "attn.hook_z": "the heads' outputs before they are mixed",
    "mlp.hook_post": "an MLP's neurons",
    "mlp.hook_pre": "an MLP's neurons",
    "mlp.hook_out": "an MLP's output before a norm behind it",
    "attn.hook_out": "attention's output before a norm behind it",
    "ln1.hook_normalized": "what attention reads",
    "hook_embed": "the embeddings",
    NORMALISED: "the MLP's input before its norm's gain",
}

_BLOCK = re.compile(r"^(?:[A-Za-z_]+\.)*(?:layers|h|blocks)\.(\d+)(?:\.([A-Za-z_.]+))?$")
_MODULES = {
    ("", "input"): "resid_pre",
    ("", "output"): "resid_post",
    ("mlp", "input"): "mlp_in",
    ("mlp", "output"): "mlp_out",
    ("self_attn", "output"): "attn_out",
    ("attn", "output"): "attn_out",
    ("attention", "output"): "attn_out",
    ("pre_feedforward_layernorm", "input"): "resid_mid",
    ("pre_feedforward_layernorm", "output"): "mlp_in",
    ("post_feedforward_layernorm", "output"): "mlp_out",
}
_GEMMA_3_ENDS = {
    "output": "resid_post",
    "post_feedforward_layernorm.output": "mlp_out",
    "pre_feedforward_layernorm.output": "mlp_in",
    "post_attention_layernorm.output": "attn_out",
}
_MODULE_NAMES = {"resid_post": "", "mlp_in": "mlp", "mlp_out": "mlp", "attn_out": "self_attn"}
_POST_NORMED = re.compile(r"gemma-?[23]|olmo-?2", re.IGNORECASE)


@dataclass(frozen=True)
class Place:
    """Where a dictionary reads or writes.

    Attributes:
        site: ours.
        normalised: it reads `mlp_in` before the norm's gain, which has to be folded into its encoder.
    """

    site: Site
    normalised: bool = False


def site_of_hook(hook: str, layer: int | None = None) -> Site:
    """Our site for a hook of TransformerLens.

    Args:
        hook: with its block (`"blocks.3.hook_mlp_out"`), or without (`"hook_mlp_out"`) and `layer`.
        layer: of a hook without its block.

    Raises:
        InputError: for a place that is none of our sites.
    """
    place = place_of_hook(hook, layer)
    if place.normalised:
        raise InputError(f"{hook!r} is {_ELSEWHERE[NORMALISED]}, and none of our sites.", "mlp_in is after the gain.")
    return place.site


def place_of_hook(hook: str, layer: int | None = None) -> Place:
    """The same, where `ln2.hook_normalized` stands for `mlp_in` before the norm's gain."""
    blocked = re.match(r"^blocks\.(\d+)\.(.+)$", hook)
    number, bare = (int(blocked[1]), blocked[2]) if blocked else (layer, hook)
    if number is not None and bare == NORMALISED:
        return Place(Site("mlp_in", number), normalised=True)
    if bare in _ELSEWHERE:
        raise InputError(
            f"{hook!r} is {_ELSEWHERE[bare]}, and none of our sites.",
            "Dictionaries there cannot be used; give site= only if the activations are those of a site after all.",
        )
    if number is None or bare not in _HOOKS:
        raise InputError(
            f"{hook!r} is not a hook that has a site.",
            f"Known are blocks.<layer>. and {', '.join(sorted(_HOOKS))}; give site= to say what is meant.",
        )
    return Place(Site(_HOOKS[bare], number))


def hook_of_site(site: Site, blocked: bool = True) -> str:
    """The hook of TransformerLens for a site, with or without its block."""
    hook = _SITE_HOOKS[site.kind]
    return f"blocks.{site.layer}.{hook}" if blocked else hook


def site_of_module(path: str, end: str = "output", model: str = "") -> Site:
    """Our site for a module's input or output.

    Args:
        path: from the model or from its base, `"model.layers.3.mlp"`, `"layers.3"`, `"transformer.h.3"`.
        end: `"input"` or `"output"`.
        model: the model's name, if known: where a family has norms behind its sublayers, a sublayer's output is no
            site.

    Raises:
        InputError: for a place that is none of our sites.
    """
    block = _BLOCK.match(path)
    kind = _MODULES.get((block[2] or "", end)) if block else None
    if block is None or kind is None:
        raise InputError(
            f"The {end} of the module {path!r} is none of our sites.",
            "Known are blocks (layers.3, transformer.h.3), their mlp and their attention; give site= to say what is "
            "meant.",
        )
    behind = (block[2] or "") in ("mlp", "self_attn", "attn", "attention") and end == "output"
    if behind and _POST_NORMED.search(model):
        raise InputError(
            f"The output of {path!r} in {model} is not what is added to the residual stream: a norm lies behind it.",
            "Dictionaries there cannot be used; give site= only if the activations are those of a site after all.",
        )
    return Site(kind, int(block[1]))


def module_of_site(site: Site) -> str:
    """The module below the base model whose input (`mlp_in`) or output (all others) is the site.

    Raises:
        InputError: for sites that are neither (`resid_pre`, `resid_mid`).
    """
    if site.kind not in _MODULE_NAMES:
        raise InputError(f"No module's output is {site}.", f"Such formats have {', '.join(_MODULE_NAMES)}.")
    name = _MODULE_NAMES[site.kind]
    return f"layers.{site.layer}.{name}" if name else f"layers.{site.layer}"


def site_of_gemma_3(end: str) -> Site:
    """Our site for an end of a module of Gemma 3, such as `model.layers.3.pre_feedforward_layernorm.output`.

    Raises:
        InputError: for a place that is none of our sites.
    """
    found = re.match(r"^(?:\w+\.)*layers\.(\d+)\.(.+)$", end)
    kind = _GEMMA_3_ENDS.get(found[2]) if found else None
    if found is None or kind is None:
        raise InputError(
            f"{end!r} is none of our sites.",
            f"Known are model.layers.<layer>. and {', '.join(_GEMMA_3_ENDS)}; give site= to say what is meant.",
        )
    return Site(kind, int(found[1]))
