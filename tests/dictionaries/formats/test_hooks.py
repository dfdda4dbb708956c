"""Names of places, ours and others', both ways."""

from __future__ import annotations

import pytest

from saecircuits.dictionaries.formats import hook_of_site, module_of_site, site_of_hook, site_of_module
from saecircuits.dictionaries.formats.hooks import place_of_hook, site_of_gemma_3
from saecircuits.errors import InputError
from saecircuits.sites import SITE_KINDS, Site


@pytest.mark.parametrize("kind", SITE_KINDS)
def test_every_site_has_a_hook_and_comes_back(kind: str) -> None:
    site = Site(kind, 3)
    assert site_of_hook(hook_of_site(site)) == site
    assert site_of_hook(hook_of_site(site, blocked=False), 3) == site


@pytest.mark.parametrize("kind", ["resid_post", "mlp_in", "mlp_out", "attn_out"])
def test_modules_come_back(kind: str) -> None:
    site = Site(kind, 11)
    assert site_of_module(module_of_site(site), "input" if kind == "mlp_in" else "output") == site


@pytest.mark.parametrize(
    ("hook", "site"),
    [
        ("blocks.3.hook_mlp_out", "mlp_out.3"),
        ("blocks.3.mlp.hook_in", "mlp_in.3"),
        ("blocks.12.hook_resid_pre", "resid_pre.12"),
        ("blocks.0.hook_attn_out", "attn_out.0"),
        ("blocks.3.hook_mlp_in", "resid_mid.3"),
        ("blocks.3.hook_in", "resid_pre.3"),
        ("blocks.3.hook_out", "resid_post.3"),
    ],
)
def test_hooks(hook: str, site: str) -> None:
    assert str(site_of_hook(hook)) == site


@pytest.mark.parametrize(
    ("path", "end", "site"),
    [
        ("model.layers.3.mlp", "output", "mlp_out.3"),
        ("model.layers.3.mlp", "input", "mlp_in.3"),
        ("model.layers.3", "output", "resid_post.3"),
        ("model.layers.3", "input", "resid_pre.3"),
        ("layers.10", "output", "resid_post.10"),
        ("transformer.h.3.attn", "output", "attn_out.3"),
        ("h.3", "output", "resid_post.3"),
        ("gpt_neox.layers.3.attention", "output", "attn_out.3"),
        ("model.language_model.layers.3.self_attn", "output", "attn_out.3"),
        ("model.layers.3.post_feedforward_layernorm", "output", "mlp_out.3"),
    ],
)
def test_modules(path: str, end: str, site: str) -> None:
    assert str(site_of_module(path, end)) == site


@pytest.mark.parametrize(
    "hook",
    [
        "blocks.3.attn.hook_z",
        "blocks.3.attn.hook_out",
        "blocks.3.ln2.hook_normalized",
        "blocks.3.ln1_post.hook_normalized",
        "hook_embed",
        "hook_pos_embed",
        "ln_final.hook_normalized",
        "hook_mlp_out",
        "blocks.x.hook_z",
        "",
    ],
)
def test_hooks_that_have_no_site(hook: str) -> None:
    with pytest.raises(InputError) as caught:
        site_of_hook(hook)
    assert caught.value.cure


@pytest.mark.parametrize(
    "path", ["lm_head", "model.layers.3.mlp.gate_proj", "model.norm", "model.layers", "layers.-1", ""]
)
def test_modules_that_have_no_site(path: str) -> None:
    with pytest.raises(InputError, match="none of our sites"):
        site_of_module(path)


@pytest.mark.parametrize("model", ["google/gemma-2-2b", "gemma-3-1b-pt", "allenai/OLMo-2-1124-7B"])
def test_where_a_norm_lies_behind_a_sublayer(model: str) -> None:
    with pytest.raises(InputError, match="norm lies behind"):
        site_of_module("model.layers.3.mlp", "output", model)
    assert str(site_of_module("model.layers.3", "output", model)) == "resid_post.3"
    assert str(site_of_module("model.layers.3.mlp", "input", model)) == "mlp_in.3"


def test_what_lies_inside_the_norm_is_told_apart() -> None:
    assert place_of_hook("blocks.3.ln2.hook_normalized").normalised
    assert not place_of_hook("blocks.3.mlp.hook_in").normalised


@pytest.mark.parametrize("kind", ["resid_pre", "resid_mid"])
def test_sites_that_are_no_modules_output(kind: str) -> None:
    with pytest.raises(InputError, match="No module"):
        module_of_site(Site(kind, 0))


def test_ends_of_gemma_3() -> None:
    assert str(site_of_gemma_3("model.layers.7.pre_feedforward_layernorm.output")) == "mlp_in.7"
    for end in ("model.layers.7.mlp.output", "model.layers.7.self_attn.o_proj.input", "", "output"):
        with pytest.raises(InputError, match="none of our sites"):
            site_of_gemma_3(end)
