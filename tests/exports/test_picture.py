"""Still pictures: they are written, they show something, and no token breaks them."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import matplotlib as mpl
import matplotlib.image
import pytest

from saecircuits.attribution import TopTokens, attribute_direct
from saecircuits.exports import draw, show_token
from tests.attribution.models import ARCHITECTURES, PROMPT, replacement
from tests.circuit.graphs import hand_circuit, random_circuit
from tests.exports.hostile import TOKENS, hostile_circuit

SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_a_png_shows_something(tmp_path: Path, name: str) -> None:
    circuit = attribute_direct(replacement(name), PROMPT, TopTokens(most=3)).prune()
    path = draw(circuit, tmp_path / "a.png", dpi=100)
    pixels = matplotlib.image.imread(path)[..., :3]
    assert min(pixels.shape[:2]) > 200
    ink = (pixels < 0.9).any(-1)
    assert 0.01 < ink.mean() < 0.6  # neither blank nor black
    warmth = pixels[..., 0] - pixels[..., 2]
    assert (warmth < -0.2).any()  # blue: positive edges
    assert (warmth > 0.2).any()  # vermilion: negative edges


def test_an_svg_holds_nodes_and_edges(tmp_path: Path) -> None:
    one, other = (draw(circuit, tmp_path / f"{len(circuit)}.svg") for circuit in (hand_circuit(), random_circuit(0)))
    for path in (one, other):
        assert ElementTree.parse(path).getroot().tag == f"{SVG}svg"
    paths = [len(list(ElementTree.parse(path).iter(f"{SVG}path"))) for path in (one, other)]
    assert 20 < paths[0] < paths[1]
    assert one.stat().st_size > 5000


def test_a_pdf_is_written(tmp_path: Path) -> None:
    assert draw(hand_circuit(), tmp_path / "a.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize("token", TOKENS)
def test_no_token_breaks_the_picture(tmp_path: Path, token: str) -> None:
    with mpl.rc_context({"svg.fonttype": "none"}):  # letters as text, not as outlines
        path = draw(hostile_circuit(("w1", token)), tmp_path / "a.svg")
    elements = list(ElementTree.parse(path).iter())
    assert not [e.tag for e in elements if "script" in e.tag or "image" in e.tag]
    texts = ["".join(element.itertext()) for element in elements if element.tag == f"{SVG}text"]
    assert show_token(token) in texts


@pytest.mark.parametrize(
    ("token", "shown"),
    [
        ("\n", "↵"),
        ("\t", "⇥"),
        ("a\x00b", "a\\u0000b"),
        ("\u202eabc", "\\u202eabc"),
        ("\u2028", "\\u2028"),
        (" the", " the"),
        ("日本", "日本"),
        ("<b>", "<b>"),
    ],
    ids=repr,
)
def test_what_cannot_be_seen_is_shown(token: str, shown: str) -> None:
    assert show_token(token) == shown
    assert show_token(token).isprintable()
