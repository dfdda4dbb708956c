"""The TrainingMonitor in a real JupyterLab: curves grow while a run goes on, and a click stops one of them."""

from __future__ import annotations

import pytest

from .chromium import ARTEFACTS, needs_chromium, page
from .jupyter import open_and_run, run_python, wait_idle, write_notebook

pytestmark = [pytest.mark.browser, needs_chromium]

BACKGROUND = """
import saecircuits as sc
lab = sc.load("world")
plans = [
    sc.TrainingPlan.transcoder(1, name=f"topk-{k}", n_features=256, activation={"kind": "topk", "k": k})
    for k in (4, 8, 16)
]
run = sc.TrainingRun(tokens=40_000_000, batch=512, rows=16, pool=8192, log_every=2)
monitor = sc.TrainingMonitor()
monitor.train(lab.subject, sc.Corpus.world(), plans, run)
"""
IN_A_CELL = """
held = sc.TrainingMonitor()
display(held)
"""
BLOCKING = """
kept = sc.train(lab.subject, sc.Corpus.world(), plans[:2], run, watch=[held], progress=False)
"""


@pytest.fixture(scope="module")
def opened(lab):
    notebook = write_notebook(lab.root / "monitor.ipynb", BACKGROUND, IN_A_CELL)
    with page(viewport={"width": 1400, "height": 1500}) as opened:
        open_and_run(opened, lab, notebook.name)
        yield opened


def test_a_click_stops_one_run_and_the_others_go_on(opened):
    monitor = opened.locator(".saec-monitor").first
    _wait_for_steps(opened, "monitor", 6)
    assert monitor.locator("tbody tr").count() == 3
    assert run_python(opened, "print(monitor.states)").strip() == "['running', 'running', 'running']"
    opened.wait_for_function("() => (document.querySelector('.saec-line').getAttribute('d') ?? '').includes('L')")

    stop = monitor.locator(".saec-stop").nth(1)
    stop.click()
    stop.click()
    monitor.locator("tr[data-state='stopped']").wait_for()
    states = run_python(opened, "print(monitor.states)").strip()
    assert states == "['running', 'stopped', 'running']"
    assert monitor.locator(".saec-code-text").inner_text() == 'monitor.stop("topk-8")'
    step = int(run_python(opened, "print(monitor.progress['step'])"))
    _wait_for_steps(opened, "monitor", step + 6)
    ARTEFACTS.mkdir(exist_ok=True)
    monitor.screenshot(path=ARTEFACTS / "training_monitor.png")

    everything = monitor.locator(".saec-stop-all")
    everything.click()
    everything.click()
    monitor.locator(".saec-sweep-state[data-state='finished'], .saec-sweep-state[data-state='stopped']").wait_for()
    assert run_python(opened, "results = monitor.results(60); print(monitor.state)").strip() == "stopped"
    assert run_python(opened, "print(results[1].tokens < results[0].tokens == results[2].tokens)").strip() == "True"
    assert opened.errors == []
    assert opened.foreign == []


def test_a_run_in_a_cell_can_be_stopped_while_it_runs(opened):
    """The kernel hears the widget in a subshell: ipykernel 7 with JupyterLab 4.4 or later."""
    wait_idle(opened)
    opened.evaluate(
        "code => { jupyterapp.shell.currentWidget.sessionContext.session.kernel.requestExecute({ code }) }", BLOCKING
    )
    held = opened.locator(".saec-monitor").nth(1)
    held.locator(".saec-sweep-state[data-state='running']").wait_for()
    held.scroll_into_view_if_needed()
    everything = held.locator(".saec-stop-all")
    everything.click()
    everything.click()
    held.locator(".saec-sweep-state[data-state='stopped']").wait_for()
    wait_idle(opened)
    assert run_python(opened, "print(len(kept), held.state)").strip() == "2 stopped"


def test_a_view_that_is_opened_later_shows_the_curves(opened):
    before = opened.locator(".saec-monitor").count()
    run_python(opened, "from IPython.display import display")
    opened.evaluate("jupyterapp.commands.execute('notebook:insert-cell-below')")
    opened.evaluate(
        "jupyterapp.shell.currentWidget.content.activeCell.model.sharedModel.setSource('monitor')",
    )
    opened.evaluate("jupyterapp.commands.execute('notebook:run-cell')")
    opened.wait_for_function("count => document.querySelectorAll('.saec-monitor').length > count", arg=before)
    last = opened.locator(".saec-monitor").last
    last.locator("tbody tr").first.wait_for()
    assert last.locator(".saec-plot .saec-line").count() >= 12


def _wait_for_steps(opened, name: str, step: int) -> None:
    for _ in range(600):
        if int(run_python(opened, f"print({name}.progress.get('step', 0))")) >= step:
            return
        opened.wait_for_timeout(200)
    raise AssertionError(f"{name} never came to step {step}")
