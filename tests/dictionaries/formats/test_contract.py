"""Every checkpoint that an owner's code wrote computes here what it computes there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import pytest
import torch
from torch import Tensor

from saecircuits.dictionaries import FORMATS, Dictionary, load_dictionaries
from saecircuits.dictionaries.formats.folder import Folder
from tests.dictionaries.formats.cases import CASES, DATA, UNIT_LATENTS, expected

CLOSE = {"atol": 1e-5, "rtol": 1e-5}  # float32 sums of a few dozen products, in another order


def computed(dictionaries: Sequence[Dictionary], x: Tensor) -> tuple[Tensor, Tensor]:
    """Latents of each dictionary, and what all of them together write, at the sites in their order.

    Args:
        x: `[token, site, d]` at all sites that are read, or `[token, d]` at one.
    """
    x = x[:, None] if x.ndim == 2 else x
    sites = sorted({site for d in dictionaries for site in d.reads}) if len(dictionaries) > 1 else dictionaries[0].reads
    at = {site: x[:, number] for number, site in enumerate(sites)}
    latents, written = [], defaultdict(list)
    for dictionary in dictionaries:
        read = torch.stack([at[site] for site in dictionary.reads], 1)
        latents.append(dictionary.encode(read))
        for site, value in zip(dictionary.writes, dictionary(read).unbind(1), strict=True):
            written[site].append(value)
    order = sorted(written) if len(dictionaries) > 1 else dictionaries[0].writes
    return torch.stack(latents, 1), torch.stack([sum(written[site], torch.zeros(())) for site in order], 1)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.filterwarnings("default:.*lets negative ones fire.*")
def test_numbers_are_the_owners(case: str) -> None:
    what, numbers = CASES[case], expected(case)
    dictionaries = load_dictionaries(DATA / case, **what.options)
    assert tuple(d.name for d in dictionaries) == what.names
    assert not any(p.requires_grad for d in dictionaries for p in d.parameters())
    latents, out = computed(dictionaries, numbers["x"])
    wanted = numbers["latents"].view_as(latents)
    if case in UNIT_LATENTS:
        assert torch.equal(latents > 0, wanted > 0)
        norms = dictionaries[0].W_dec.norm(dim=(1, 2))
        torch.testing.assert_close(norms, norms[:1].expand(16))
    else:
        torch.testing.assert_close(latents, wanted, **CLOSE)
    torch.testing.assert_close(out, numbers["out"].view_as(out), **CLOSE)


@pytest.mark.parametrize("case", CASES)
def test_one_format_recognises_a_checkpoint(case: str) -> None:
    folders = [path for path in (DATA / case, *(DATA / case).rglob("*")) if path.is_dir()]
    found = {kind.name for folder in folders for kind in FORMATS.values() if kind.recognise(Folder(folder))}
    assert found == {CASES[case].format}


@pytest.mark.parametrize("case", CASES)
def test_a_format_may_be_named(case: str) -> None:
    loaded = load_dictionaries(DATA / case, format=CASES[case].format, **CASES[case].options)
    assert len(loaded) == len(CASES[case].names)


def test_every_format_of_others_has_a_checkpoint() -> None:
    assert {case.format for case in CASES.values()} == set(FORMATS) - {"saecircuits"}
