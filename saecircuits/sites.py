"""Names of the places in a model where activations live.

`attn_out` and `mlp_out` are what is *added* to the residual stream (after a post-norm where the architecture has
one), so `resid_pre + attn_out + mlp_out = resid_post` holds in every architecture; `mlp_in` is what the MLP reads,
after its norm.
"""

from __future__ import annotations

from dataclasses import dataclass

from saecircuits.errors import InputError

SITE_KINDS = ("resid_pre", "attn_out", "resid_mid", "mlp_in", "mlp_out", "resid_post")
"""The kinds of site, in the order in which a forward pass meets them."""


@dataclass(frozen=True)
class Site:
    """A place in a model: a kind and a layer, written `mlp_out.3`.

    Where several models are looked at side by side, the name of the site's model stands before it:
    `tuned:mlp_out.3`.

    Raises:
        InputError: for a kind that is not in `SITE_KINDS` or a negative layer.
    """

    kind: str
    layer: int
    model: str = ""

    def __post_init__(self) -> None:
        if self.kind not in SITE_KINDS:
            raise InputError(f"There is no site kind {self.kind!r}.", f"Use one of {', '.join(SITE_KINDS)}.")
        if self.layer < 0:
            raise InputError(f"A site's layer is counted from 0, not {self.layer}.")

    @classmethod
    def parse(cls, text: str | Site) -> Site:
        """Read `"mlp_out.3"` or `"tuned:mlp_out.3"`; a `Site` is returned as it is."""
        if isinstance(text, Site):
            return text
        model, _, place = text.rpartition(":")
        kind, dot, layer = place.rpartition(".")
        if not dot or not layer.isdecimal():
            raise InputError(f"{text!r} is not a site.", 'Write a kind, a dot and a layer: "mlp_out.3".')
        return cls(kind, int(layer), model)

    def __str__(self) -> str:
        return f"{self.model}:{self.bare}" if self.model else f"{self.kind}.{self.layer}"

    def __lt__(self, other: Site) -> bool:
        """Order of the forward pass: by layer, then by place within the layer."""
        return self.order < other.order

    @property
    def bare(self) -> Site:
        """The same place, whatever the model."""
        return Site(self.kind, self.layer)

    @property
    def order(self) -> tuple[str, int, int]:
        """The key that sorts sites by model, and within a model as a forward pass meets them."""
        return self.model, self.layer, SITE_KINDS.index(self.kind)
