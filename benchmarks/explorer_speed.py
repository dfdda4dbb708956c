"""Claim: the Explorer keeps the screen's own pace with 5,000 nodes and 100,000 links, all of them shown.

Headless Chromium without a GPU draws the same made-up graph twice in one run: by the Explorer as it ships, and the way
the public viewers do (`explorer_speed/theirs.js`: links on one canvas, an SVG element a node, everything made anew at
each change). Every frame brings a step of the hand; what counts is the time between two frames, never below the
screen's 16.7 ms, and the processor time that all processes of the browser take for it.

    python -m benchmarks.explorer_speed                 both sides
    python -m benchmarks.explorer_speed --jupyter       and the round trip in a real JupyterLab: click → edited output
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import statistics
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from tests.browser.chromium import page
from tests.browser.jupyter import jupyter_lab, open_and_run, wait_idle, write_notebook

PAGE = Path(__file__).parent / "explorer_speed"
STATIC = Path(__file__).resolve().parents[1] / "saecircuits" / "widgets" / "static"
LAYERS, TOKENS, TARGETS = 26, 24, 10
SIZE = {"width": 1000, "height": 600}
"""Pixels of the picture, of both sides."""
STEPS = {"pan": 150, "zoom": 120, "hover": 150, "prune": 100}
LIMITS = {"first paint": 1000.0, "pan": 17.0, "hover": 17.0, "prune": 33.0, "round trip": 150.0}
CELLS = (
    "import saecircuits as sc\nlab = sc.load('world')",
    "explorer = lab.explore('the farmers near the cat', 'are', 'is')\nexplorer",
)
HEADER = """<!doctype html><html><head><meta charset="utf-8"><style>{style}
body {{ margin: 0; background: #fff; }} .saec {{ width: {wide}px; }} .saec-stage {{ height: {height}px; flex: none; }}
.node {{ fill: #fff; stroke: #444; }} .linked {{ fill: #bbb; }} .clicked {{ fill: #e0e; }} .hovered {{ stroke: #f0f; }}
</style></head><body><div id="place"></div>
<script id="data" type="application/json">{data}</script>{scripts}</body></html>"""


def main() -> None:
    """Print a line an interaction."""
    options = _options()
    problem = made_up_graph(options.nodes, options.links)
    print(f"{options.nodes:,} nodes, {options.links:,} links, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    columns = ("ms", "ours: median", "p95", "CPU", "theirs: median", "p95", "CPU", "ratio", "of CPU", "limit")
    print(f"| {' | '.join(columns)} |\n{'|---' * len(columns)}|")
    sides = {"ours": Samples(), "theirs": Samples()}
    for _ in range(options.rounds):
        for name, samples in sides.items():
            _measure(name, problem, options, samples)
    for what in ("first paint", "all links", *STEPS):
        print(_line(what, sides["ours"].times[what], sides["theirs"].times.get(what)))
    print(_line("a ring alone", None, sides["theirs"].times["ring"]))
    if options.jupyter:
        print(_line("round trip", (round_trips(), []), None))


Timed = tuple[list[float], list[float]]
"""Milliseconds of each step; and the processor's a step, one number a round."""


class Samples:
    """What one side took in all rounds so far, by interaction."""

    def __init__(self) -> None:
        self.times: dict[str, Timed] = {}

    def add(self, what: str, times: Sequence[float], cpu: float) -> None:
        """Add the steps of one round."""
        mine = self.times.setdefault(what, ([], []))
        mine[0].extend(times)
        mine[1].append(cpu)


def made_up_graph(nodes: int, links: int, seed: int = 0) -> dict[str, Any]:
    """A graph as Python sends it to the Explorer: features crowd at late tokens, a few hubs have hundreds of links."""
    random = np.random.default_rng(seed)
    inner = nodes - TOKENS - TARGETS
    crowd = 1 / np.arange(TOKENS, 0, -1) ** 0.7
    layer = np.concatenate([np.full(TOKENS, -1), np.sort(random.integers(0, LAYERS, inner)), np.full(TARGETS, LAYERS)])
    drawn = random.choice(TOKENS, inner, p=crowd / crowd.sum())
    position = np.concatenate([np.arange(TOKENS), drawn, np.full(TARGETS, TOKENS - 1)])
    kind = np.concatenate([np.full(TOKENS, 2), random.random(inner) < 0.1, np.full(TARGETS, 4)])
    source, target = _pairs(random, layer, position, links)
    weight = random.lognormal(0, 1, links) * np.where(random.random(links) < 0.7, 1, -0.7)
    words = ("cities", "verbs", "plural nouns", "names of rivers", "say a capital", "after a comma")
    feature = np.where(kind == 0, random.integers(0, nodes // 2, nodes), -1)
    columns = {
        "kind": kind.astype(np.uint8),
        "layer": layer.astype(np.int16),
        "position": position.astype(np.uint16),
        "dictionary": np.where(kind == 0, layer, -1).astype(np.int16),
        "feature": feature.astype(np.int32),
        "value": random.gamma(2, 1, nodes).astype(np.float32),
        "influence": _influence(layer, source, target, weight).astype(np.float32),
        "probability": np.where(kind == 4, 1 / TARGETS, np.nan).astype(np.float32),
    }
    label = [f"{words[number % len(words)]} {number}" for number in range(nodes)]
    edges = {
        "source": source.astype(np.uint32),
        "target": target.astype(np.uint32),
        "weight": weight.astype(np.float32),
    }
    return {
        "version": 1,
        "prompt": "a made-up prompt",
        "tokens": [f" token{number}" for number in range(TOKENS)],
        "n_layers": LAYERS,
        "model": "made up",
        "target": {"label": "word", "value": 1.0},
        "scores": {},
        "dictionaries": [f"transcoder.{number}" for number in range(LAYERS)],
        "live": False,
        "nodes": {"id": [f"node/{number}" for number in range(nodes)], "label": label, **_encode(columns)},
        "edges": _encode(edges),
    }


def _pairs(random: np.random.Generator, layer: np.ndarray, position: np.ndarray, count: int) -> tuple[Any, Any]:
    """Different pairs of nodes, upwards and never to an earlier token; the hubs are drawn most often."""
    pull = random.lognormal(0, 0.8, len(layer))
    found = np.empty(0, dtype=np.int64)
    while len(found) < count:
        one, other = random.choice(len(layer), (2, 4 * count), p=pull / pull.sum())
        right = (layer[one] < layer[other]) & (position[one] <= position[other])
        found = np.unique(np.concatenate([found, (one * len(layer) + other)[right]]))
    chosen = random.permutation(found)[:count]
    return chosen // len(layer), chosen % len(layer)


def _influence(layer: np.ndarray, source: np.ndarray, target: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Paths to the targets by absolute weights, each node's inputs summing to one."""
    total = np.bincount(target, np.abs(weight), len(layer))
    share = np.abs(weight) / total[target]
    influence = np.where(layer == LAYERS, 1 / TARGETS, 0.0)
    for row in range(LAYERS, -1, -1):
        here = layer[target] == row
        influence += np.bincount(source[here], share[here] * influence[target[here]], len(layer))
    return influence


def _encode(columns: dict[str, np.ndarray]) -> dict[str, Any]:
    return {name: {"base64": base64.b64encode(column.tobytes()).decode()} for name, column in columns.items()}


def _measure(side: str, problem: dict[str, Any], options: argparse.Namespace, samples: Samples) -> None:
    """One round of every interaction of one side, on a page of its own."""
    with tempfile.TemporaryDirectory() as made, page(viewport={"width": 1400, "height": 1000}) as opened:
        path = Path(made) / "page.html"
        path.write_text(page_of(problem, options.static), "utf-8")
        opened.expose_function("cpuSeconds", _browser_seconds)
        opened.goto(path.as_uri())
        opened.evaluate(f"globalThis.side = sides.{side}; 0")
        opens = opened.evaluate("side.open(document.getElementById('place'))")
        samples.add("first paint", [opens["first"]], opens["firstCpu"])
        samples.add("all links", [opens["whole"]], opens["wholeCpu"])
        for what, steps in {**STEPS, "ring": STEPS["hover"]}.items():
            if not opened.evaluate(f"'{what}' in side"):
                continue
            opened.evaluate("side.settle()")
            # Theirs are slow enough for fewer steps to tell.
            got = opened.evaluate(f"side.{what}({steps if side == 'ours' or what == 'ring' else steps // 8})")
            samples.add(what, got["times"], got["cpu"])
            if options.pictures:
                opened.screenshot(path=Path(options.pictures) / f"speed_{side}_{what}.png")
        if opened.errors:
            raise RuntimeError(f"{side}: {opened.errors}")


def page_of(problem: dict[str, Any], static: Path = STATIC) -> str:
    """A page with both sides and a graph; `sides.ours.open(element)` shows it."""
    bundle = base64.b64encode((static / "explorer.js").read_bytes()).decode()
    data = json.dumps({"graph": problem, "bundle": bundle, "size": SIZE}).replace("<", "\\u003c")
    scripts = "".join(f"<script>{(PAGE / name).read_text()}</script>" for name in ("page.js", "ours.js", "theirs.js"))
    style = (static / "explorer.css").read_text()
    return HEADER.format(style=style, wide=SIZE["width"] + 340, height=SIZE["height"], data=data, scripts=scripts)


def _browser_seconds() -> float:
    """Processor seconds of all of the browser's processes that this process started."""
    parents, seconds = {}, {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            name, _, rest = (entry / "stat").read_text().partition("(")[2].rpartition(")")
        except OSError:
            continue  # ended meanwhile
        fields = rest.split()
        parents[int(entry.name)] = int(fields[1])
        seconds[int(entry.name)] = (int(fields[11]) + int(fields[12])) * ("chrom" in name)
    return sum(ticks for pid, ticks in seconds.items() if _descends(pid, parents)) / os.sysconf("SC_CLK_TCK")


def _descends(pid: int, parents: dict[int, int]) -> bool:
    while pid in parents and pid != os.getpid():
        pid = parents[pid]
    return pid == os.getpid()


def round_trips(count: int = 40) -> list[float]:
    """Milliseconds from the press on Ablate or Restore to the changed text of the output, in a real JupyterLab."""
    with tempfile.TemporaryDirectory() as made, page(viewport={"width": 1500, "height": 1300}) as opened:
        notebook = write_notebook(Path(made) / "round_trip.ipynb", *CELLS)
        with jupyter_lab(Path(made) / "lab", notebook) as lab:
            open_and_run(opened, lab, notebook.name)
            opened.locator(".saec-strongest .saec-row").first.click()
            button = opened.locator(".saec-ablate")
            button.wait_for()
            wait_idle(opened)
            opened.evaluate((PAGE / "round_trip.js").read_text())
            for done in range(1, count + 1):
                button.click()
                opened.wait_for_function("(done) => roundTrips.length >= done", arg=done)
            return opened.evaluate("roundTrips")


def _line(what: str, ours: Timed | None, theirs: Timed | None) -> str:
    cells = [what]
    for side in (ours, theirs):
        if side is None:
            cells += ["", "", ""]
            continue
        times, cpu = side
        cells += [f"{statistics.median(times):.1f}", f"{_quantile(times, 0.95):.1f}"]
        cells.append(f"{statistics.median(cpu):.1f}" if cpu else "")
    for part in (0, 1):  # frames wait for the screen, the processor does not
        both = ours and theirs and f"{statistics.median(theirs[part]) / statistics.median(ours[part]):.1f}×"
        cells.append(both or "")
    cells.append(f"{LIMITS[what]:.0f}" if what in LIMITS else "")
    return "| " + " | ".join(cells) + " |"


def _quantile(values: Sequence[float], share: float) -> float:
    return float(np.quantile(values, share))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nodes", type=int, default=5_000)
    parser.add_argument("--links", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3, help="pages of each side, taking turns")
    parser.add_argument("--jupyter", action="store_true", help="also the round trip")
    parser.add_argument("--static", type=Path, default=STATIC, help="a folder with the bundle")
    parser.add_argument("--pictures", help="a folder for screenshots")
    return parser.parse_args()


if __name__ == "__main__":
    main()
