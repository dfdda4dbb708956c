"""The command line, run in this process: `main` as the console script calls it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import networkx as nx
import pytest

import saecircuits as sc
from saecircuits.cli.commands import DEMO_FORMATS, DEMO_PROMPT
from saecircuits.cli.doctor import LIBRARIES
from saecircuits.dictionaries.stored import Extent
from tests.circuit.graphs import random_circuit
from tests.exports.pages import Page

PROMPT = "the capital of the country containing Gdansk is"


def test_the_demo_shows_and_writes_everything(run, tmp_path: Path) -> None:
    result = run("demo", "--out", tmp_path / "demo")
    assert result.code == 0
    assert DEMO_PROMPT in result.out
    assert "answer" in result.out
    assert "strongest features" in result.out
    assert "predicted" in result.out
    assert "frozen" in result.out
    assert {path.name for path in (tmp_path / "demo").iterdir()} == set(DEMO_FORMATS)
    assert all(str(tmp_path / "demo" / name) in result.out for name in DEMO_FORMATS)  # not broken over lines
    folder = tmp_path / "demo"
    circuit = json.loads((folder / "circuit.json").read_text("utf-8"))
    assert circuit["provenance"]["prompt"] == DEMO_PROMPT
    graph = nx.read_graphml(folder / "circuit.graphml")
    assert set(graph.nodes) == {node["id"] for node in circuit["nodes"]}
    assert len(json.loads((folder / "circuit.neuronpedia.json").read_text("utf-8"))["nodes"]) == len(graph)
    assert (folder / "circuit.png").read_bytes().startswith(b"\x89PNG")
    page = Page((folder / "circuit.html").read_text("utf-8"))
    assert page.state["graph"]["prompt"] == DEMO_PROMPT
    for node in sc.load().attribute(DEMO_PROMPT, "are", "is").prune().top(10):
        assert str(node.feature) in result.out  # in full, however narrow the terminal


def test_attribute_writes_what_is_asked_for(run, tmp_path: Path) -> None:
    page, own = tmp_path / "a.html", tmp_path / "a.circuit"
    result = run(
        "attribute",
        PROMPT,
        "--target",
        "Warsaw",
        "--against",
        "Paris",
        "--top",
        "3",
        "--out",
        page,
        "--out",
        own,
        "--check",
    )
    assert result.code == 0
    assert "Warsaw − Paris" in result.out
    assert "ablated one by one" in result.out
    circuit = sc.Circuit.load(own)
    assert circuit.provenance.target == "Warsaw − Paris"
    assert page.stat().st_size > 50_000
    top = [str(node.feature) for node in circuit.top(4)]
    assert all(name in result.out for name in top[:3])


def test_attribute_prunes_as_asked(run, tmp_path: Path) -> None:
    sizes = []
    for share in ("0.3", "0.9"):
        run("attribute", DEMO_PROMPT, "--target", "are", "--node-share", share, "--out", tmp_path / f"{share}.circuit")
        sizes.append(len(sc.Circuit.load(tmp_path / f"{share}.circuit")))
    assert sizes[0] < sizes[1]


@pytest.mark.parametrize(("method", "named"), [("relp", "relp"), (None, "integrated gradients")])
def test_attribute_takes_other_dictionaries_and_methods(
    run, tmp_path: Path, method: str | None, named: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, read = tmp_path / "saes.circuit", []
    mapped = Extent.mapped
    monkeypatch.setattr(Extent, "mapped", lambda self: read.append(self.name) or mapped(self))
    chosen = [] if method is None else ["--lazy", "--method", method]
    result = run("attribute", PROMPT, "--target", "Warsaw", "--dictionaries", "world/saes", "--out", path, *chosen)
    assert result.code == 0
    assert set(read) == (set() if method is None else {"W_enc", "W_dec"})
    circuit = sc.Circuit.load(path)
    assert circuit.provenance.method == named
    assert {node.feature.dictionary.partition(".")[0] for node in circuit.top(5)} == {"sae"}


def test_others_graphs_are_exported_too(run, tmp_path: Path) -> None:
    fixture = Path(__file__).parents[1] / "exports" / "data" / "whole.pt"
    result = run("export", fixture, tmp_path / "theirs.circuit")
    assert result.code == 0
    assert len(sc.Circuit.load(tmp_path / "theirs.circuit")) == len(sc.read_graph(fixture))


def test_export_needs_no_model(run, tmp_path: Path) -> None:
    source = random_circuit(0).save(tmp_path / "a.circuit")
    names = ["a.html", "a.json", "a.graphml", "a.neuronpedia.json", "a.png", "a.svg", "a.pdf"]
    result = run("export", source, *(tmp_path / name for name in names))
    assert result.code == 0
    assert all((tmp_path / name).stat().st_size > 1000 for name in names)
    assert result.out.count("wrote") == len(names)


def test_export_with_its_model_has_cards(run, tmp_path: Path) -> None:
    circuit = sc.load().attribute(DEMO_PROMPT, "are", "is").prune(0.4, 0.8)
    source = circuit.save(tmp_path / "a.circuit")
    assert run("export", source, tmp_path / "bare.html").code == 0
    assert run("export", source, tmp_path / "full.html", "--model", "world").code == 0
    bare, full = (Page((tmp_path / name).read_text("utf-8")).state["cards"] for name in ("bare.html", "full.html"))
    assert bare == {}
    assert full and all(name.startswith("transcoder.") for name in full)


def test_the_doctor_finds_everything(run) -> None:
    result = run("doctor")
    assert result.code == 0
    assert result.out.count("✓") == 3 + len(LIBRARIES)
    assert "✗" not in result.out
    for library in ("torch", "nnsight", "transformers", sc.__version__):
        assert library in result.out


def test_the_doctor_says_what_is_wrong(run, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise sc.FileFormatError("weights.safetensors [bold]cannot[/bold] be read.", "Copy it again.")

    monkeypatch.setattr(sc, "load", broken)
    result = run("doctor")
    assert result.code == 1
    assert result.out.count("✗") == 2
    assert "FileFormatError: weights.safetensors [bold]cannot[/bold] be read. Copy it again." in " ".join(
        result.out.split()
    )


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["attribute", ""], "Prompt 0 is empty"),
        (["attribute", "the farmers zzzz"], "does not know 'zzzz'"),
        (["attribute", "the farmers " * 999], "context holds"),
        (["attribute", DEMO_PROMPT, "--target", "zzzz"], "'zzzz' is not one token"),
        (["attribute", DEMO_PROMPT, "--against", "is"], "is no target"),
        (["attribute", DEMO_PROMPT, "--target", "are", "--against", "are"], "itself is zero"),
        (["attribute", DEMO_PROMPT, "--node-share", "0"], "node_share is 0.0"),
        (["attribute", DEMO_PROMPT, "--model", "nowhere"], "no model in 'nowhere'"),
        (["attribute", DEMO_PROMPT, "--method", "magic"], "no method 'magic'"),
        (["attribute", DEMO_PROMPT, "--out", "a.docx"], "'a.docx' says no format"),
        (["export", "missing.circuit", "a.html"], "no graph file 'missing.circuit'"),
        (["export", "text.circuit", "a.html"], "text.circuit is no graph that can be read"),
        (["export", "good.circuit", "a.docx"], "'a.docx' says no format"),
        (["export", "good.circuit", "folder.json"], "folder.json"),
        (["export", "good.circuit", "a.html", "--model", "lab"], "do not fit its config.json"),
        (["export", "good.circuit", "[bold]a.docx"], "[bold]a.docx"),
    ],
    ids=lambda value: " ".join(value)[:44] if isinstance(value, list) else "",
)
def test_bad_input_ends_with_one_line(
    run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, arguments: list[str], reason: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("text.circuit").write_text("some text")
    Path("folder.json").mkdir()
    random_circuit(0).save("good.circuit")
    if "lab" in arguments:
        _misfit(Path("lab"))
    result = run(*arguments)
    assert result.code == 2
    assert len(result.lines) == 1
    assert result.lines[0].startswith("saecircuits: ")
    assert reason in result.lines[0]
    assert "Traceback" not in result.err + result.out


def _misfit(folder: Path) -> None:
    """A laboratory whose dictionary has the weights of another, which several lines of torch complain about."""
    dictionaries = sc.load().dictionaries
    small = sc.Dictionary("transcoder.0", [sc.Site("mlp_in", 0)], [sc.Site("mlp_out", 0)], 4, 8, sc.TopK(2))
    sc.save_dictionary(small, folder / "other")
    sc.save_dictionary(next(iter(dictionaries.values())), folder / "dictionaries" / "transcoder.0")
    (folder / "other" / "weights.safetensors").replace(folder / "dictionaries" / "transcoder.0" / "weights.safetensors")
    (folder / "model").symlink_to(Path(sc.__file__).parent.parent / "data" / "world" / "model")


@pytest.mark.parametrize("arguments", [["attribute"], ["explode"], ["attribute", "x", "--top", "0"], ["demo", "--no"]])
def test_bad_usage_ends_with_status_two(run, arguments: list[str]) -> None:
    result = run(*arguments)
    assert result.code == 2
    assert "Usage" in result.err
    assert "Traceback" not in result.err


@pytest.mark.parametrize("command", ["demo", "attribute", "export", "doctor"])
def test_help_shows_an_example(run, command: str) -> None:
    result = run(command, "--help")
    assert result.code == 0
    assert f"Example: saecircuits {command}" in " ".join(result.out.split())


def test_help_lists_the_commands(run) -> None:
    result = run("--help")
    assert result.code == 0
    for command in ("demo", "attribute", "export", "doctor"):
        assert command in result.out


def test_an_interrupt_ends_quietly(run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(sc, "load", interrupted)
    result = run("demo")
    assert result.code == 130
    assert "Traceback" not in result.err
    assert len(result.lines) <= 1


def test_python_dash_m_is_the_same_program() -> None:
    command = [sys.executable, "-m", "saecircuits", "--help"]
    out = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300)
    assert "Usage: python -m saecircuits" in out.stdout
    assert "attribute" in out.stdout
