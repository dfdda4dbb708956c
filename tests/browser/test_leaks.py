"""Widgets that are opened, closed and opened again leave nothing behind: no listener, no element, no memory."""

from __future__ import annotations

from typing import Any

import pytest

from .chromium import needs_chromium, page
from .gallery import build_gallery, needs_node, open_gallery, show
from .jupyter import jupyter_lab, open_and_run, run_python, wait_idle, write_notebook

pytestmark = [pytest.mark.browser, needs_chromium]

WARM, ROUNDS = 6, 50
MEGABYTE = 1e6
OPEN_AND_CLOSE = """
async rounds => {
    const frame = () => new Promise(requestAnimationFrame);
    for (let round = 0; round < rounds; round++) {
        const closed = gallery.names.map(name => {
            const place = document.createElement('div');
            document.body.append(place);
            const close = gallery.open(name, place);
            return () => { close(); place.remove(); };
        });
        await frame();
        for (const close of closed) close();
    }
    await frame();
}
"""


@pytest.mark.node
@needs_node
def test_opened_and_closed_fifty_times(tmp_path):
    with open_gallery(build_gallery(tmp_path)) as opened:
        show(opened, tmp_path / "gallery.html", only="none")
        opened.evaluate("gallery.names.push(...gallery.all)")
        opened.evaluate(OPEN_AND_CLOSE, WARM)  # what is made once and kept: fonts, styles, compiled code
        before = measure(opened)
        opened.evaluate(OPEN_AND_CLOSE, ROUNDS)
        after = measure(opened)
        assert opened.errors == []
    assert after["JSEventListeners"] <= before["JSEventListeners"]
    assert after["Nodes"] <= before["Nodes"] + 5
    assert after["JSHeapUsedSize"] - before["JSHeapUsedSize"] < 2 * MEGABYTE


def measure(opened: Any) -> dict[str, float]:
    """What the page holds when all that can go has gone."""
    session = opened.context.new_cdp_session(opened)
    session.send("Performance.enable")
    for _ in range(3):
        session.send("HeapProfiler.collectGarbage")
        opened.wait_for_timeout(100)
    metrics = session.send("Performance.getMetrics")["metrics"]
    session.detach()
    return {each["name"]: each["value"] for each in metrics}


IMPORTS = """
import gc, threading
import ipywidgets, comm
import saecircuits as sc
from IPython.display import display
lab = sc.load("world")
circuit = lab.attribute("the farmers near the king", "are", "is").prune()
def ten():
    explorers = [lab.explore(circuit) for _ in range(6)]
    cards = [lab.feature_card("transcoder.0/12") for _ in range(2)]
    plots = [sc.ParetoPlot({"a": {"l0": 3, "fvu": 0.2}, "b": {"l0": 30, "fvu": 0.1}}), sc.TrainingMonitor()]
    return explorers + cards + plots
def held():
    gc.collect()
    widgets = len(ipywidgets.widget._instances)
    return widgets, len(comm.get_comm_manager().comms), threading.active_count(), len(gc.get_objects())
"""
OPEN = "shown = ten(); display(*shown)"
CLOSE = """
for each in shown:
    each.layout.close(); each.close()
shown = each = None
"""


@pytest.fixture(scope="module")
def rounds(tmp_path_factory):
    """What page and kernel hold before and after ten widgets were opened, closed and run again fifty times."""
    folder = tmp_path_factory.mktemp("leaks")
    notebook = write_notebook(folder / "leaks.ipynb", IMPORTS, OPEN)
    with jupyter_lab(folder / "lab", notebook) as lab, page(viewport={"width": 1300, "height": 1000}) as opened:
        open_and_run(opened, lab, notebook.name)
        _run_again(opened, WARM)
        before = measure(opened), _held(opened)
        _run_again(opened, ROUNDS)
        yield before, (measure(opened), _held(opened))


@pytest.mark.slow
def test_the_kernel_holds_no_closed_widget(rounds):
    (_, before), (_, after) = rounds
    assert after[:3] == before[:3]
    assert after[3] - before[3] < 5000  # objects; fifty rounds of closed widgets would be hundreds of thousands


@pytest.mark.slow
def test_the_notebook_holds_no_listener_or_element_of_a_closed_widget(rounds):
    (before, _), (after, _) = rounds
    assert after["JSEventListeners"] <= before["JSEventListeners"] + 50
    # Each display leaves two elements in JupyterLab, whatever the widget; one Explorer has hundreds.
    assert after["Nodes"] <= before["Nodes"] + 30 * ROUNDS


@pytest.mark.slow
def test_the_notebook_holds_no_memory_of_a_closed_widget(rounds):
    (before, _), (after, _) = rounds
    # JupyterLab keeps the empty model of every closed widget: some 20 kB each.
    assert after["JSHeapUsedSize"] - before["JSHeapUsedSize"] < 20 * MEGABYTE


def _run_again(opened: Any, rounds: int) -> None:
    """Close what the last cell shows, and run it again."""
    for _ in range(rounds):
        run_python(opened, CLOSE)
        opened.evaluate("jupyterapp.shell.currentWidget.content.activeCellIndex = 1")
        opened.evaluate("jupyterapp.commands.execute('notebook:run-cell')")
        wait_idle(opened)
        opened.locator(".saec-stage canvas").nth(5).wait_for(state="attached")
    run_python(opened, CLOSE)
    opened.evaluate("jupyterapp.commands.execute('notebook:clear-all-cell-outputs')")
    wait_idle(opened)


def _held(opened: Any) -> tuple[int, ...]:
    return tuple(map(int, run_python(opened, "print(*held())").split()))
