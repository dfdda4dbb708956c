"""Names of sites."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from saecircuits.errors import InputError
from saecircuits.sites import SITE_KINDS, Site

sites = st.builds(Site, st.sampled_from(SITE_KINDS), st.integers(0, 200))


@given(sites)
def test_a_site_is_read_from_what_it_prints(site: Site) -> None:
    assert Site.parse(str(site)) == site
    assert Site.parse(site) is site


@given(st.lists(sites))
def test_sites_sort_as_a_forward_pass_meets_them(some: list[Site]) -> None:
    keys = [(site.layer, SITE_KINDS.index(site.kind)) for site in sorted(some)]
    assert keys == sorted(keys)


@pytest.mark.parametrize("text", ["mlp_out", "mlp_out.", ".3", "mlp_out.-1", "mlp_out.1.5", "mlp_out.x", "", "mlp.3"])
def test_text_that_is_no_site_is_refused(text: str) -> None:
    with pytest.raises(InputError, match=r"is not a site|no site kind.*resid_pre, attn_out"):
        Site.parse(text)


def test_layers_are_counted_from_zero() -> None:
    with pytest.raises(InputError, match="counted from 0, not -1"):
        Site("mlp_out", -1)
