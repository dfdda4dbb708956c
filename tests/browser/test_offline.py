"""Work that is stopped, a kernel that dies, and notebooks that are read without one: the Explorer stays of use."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

import saecircuits as sc

from .chromium import ARTEFACTS, needs_chromium, page
from .jupyter import jupyter_lab, open_and_run, run_python, wait_idle, write_notebook

pytestmark = [pytest.mark.browser, needs_chromium]

LOAD = "import time\nimport saecircuits as sc\nfrom saecircuits.progress import report\nlab = sc.load('world')"
SHOW = "explorer = lab.explore('the farmers near the cat', 'are', 'is')\nexplorer"
SLOW = """
def slow(circuit):
    for done in range(600):
        report("checking slowly", done, 600)
        time.sleep(0.05)
quick, lab.check = lab.check, slow
"""
WITHOUT_STATE = "--ClearMetadataPreprocessor.enabled=True"


@pytest.fixture(scope="module")
def notebooks(tmp_path_factory) -> dict[str, Path]:
    """One notebook that was run: with the state of its widgets, and as JupyterLab saves it by default, without."""
    folder = tmp_path_factory.mktemp("saved")
    saved = {name: folder / f"{name}.ipynb" for name in ("stateful", "plain")}
    notebook = nbformat.read(write_notebook(saved["stateful"], LOAD, SHOW), 4)
    NotebookClient(notebook, timeout=120, kernel_name="python3", store_widget_state=True).execute()
    nbformat.write(notebook, saved["stateful"])
    del notebook.metadata["widgets"]
    nbformat.write(notebook, saved["plain"])
    return saved


@pytest.fixture(scope="module")
def opened(tmp_path_factory, notebooks):
    folder = tmp_path_factory.mktemp("lab")
    live = write_notebook(folder / "live.ipynb", LOAD, SHOW)
    trusting = {**os.environ, "JUPYTER_DATA_DIR": str(folder / "data")}
    with jupyter_lab(folder, live, notebooks["stateful"]) as lab, page(viewport={"width": 1400, "height": 1100}) as tab:
        command = [sys.executable, "-m", "jupyter", "trust", str(lab.root / "stateful.ipynb")]
        subprocess.run(command, check=True, env=trusting, capture_output=True)
        tab.lab = lab
        tab.context.grant_permissions(["clipboard-read", "clipboard-write"])
        open_and_run(tab, lab, "live.ipynb")
        tab.evaluate("jupyterapp.shell.collapseLeft()")
        yield tab


@pytest.fixture
def explorer(opened):
    run_python(opened, "explorer.apply([]); explorer.selected = None; explorer.pinned = []; explorer.prune = 0.8")
    widget = opened.locator(".saec").first
    widget.scroll_into_view_if_needed()
    return widget


def keep(what, name: str) -> None:
    ARTEFACTS.mkdir(exist_ok=True)
    what.screenshot(path=ARTEFACTS / f"{name}.png")


def test_long_work_shows_how_far_it_is_leaves_the_rest_free_and_can_be_stopped(opened, explorer):
    run_python(opened, SLOW)
    explorer.locator(".saec-trust-button").click()
    said = explorer.locator(".saec-progress-text")
    opened.wait_for_function(f"text => {_said} !== text", arg="")
    opened.wait_for_function(f"() => {_said}.includes('%')")
    assert said.inner_text().startswith("checking slowly")
    explorer.locator(".saec-strongest .saec-row").first.click()
    explorer.locator(".saec-ablate").click()
    explorer.locator(".saec-verdict-target").wait_for()
    opened.wait_for_timeout(700)  # the words fade in
    keep(explorer, "explorer_stop")
    explorer.locator(".saec-progress-stop").click()
    explorer.locator(".saec-progress-stop").wait_for(state="hidden")
    assert not explorer.locator(".saec-error").is_visible()
    told = run_python(opened, "explorer.wait(); print(explorer.busy == '', explorer.report, len(explorer.edits))")
    assert told.strip() == "True None 1"
    run_python(opened, "lab.check = quick")


def test_a_cell_that_runs_does_not_keep_the_widget_from_answering(opened, explorer):
    kernel = "jupyterapp.shell.currentWidget.sessionContext.session.kernel"
    code = "begun = time.monotonic(); time.sleep(8); slept = time.monotonic()"
    opened.evaluate(f"() => {{ {kernel}.requestExecute({{ code: '{code}' }}) }}")
    opened.wait_for_function(f"() => {kernel}.status === 'busy'")
    explorer.locator(".saec-strongest .saec-row").nth(2).click()
    explorer.locator(".saec-ablate").click()
    explorer.locator(".saec-verdict-target").wait_for(timeout=6_000)  # the cell takes longer
    assert not explorer.locator(".saec-gone").is_visible()
    assert run_python(opened, "print(slept - begun > 8, len(explorer.edits))").strip() == "True 1"


_said = "(document.querySelector('.saec-progress-on .saec-progress-text')?.textContent ?? '')"


def test_copy_all_does_the_same_in_a_fresh_kernel(opened, explorer, tmp_path):
    """Pins, group, prune, selection, edits and their effect, some of them undone, some of them made by Python."""
    rows = explorer.locator(".saec-strongest .saec-row")
    for number in (0, 1):
        rows.nth(number).click()
        explorer.locator(".saec-pin").click()
        opened.keyboard.press("Escape")
        explorer.locator(".saec-stage").focus()
        opened.keyboard.press("Escape")
    rows.first.click()
    explorer.locator(".saec-ablate").click()
    explorer.locator(".saec-verdict-target").wait_for()
    slider = explorer.locator(".saec-prune")
    slider.focus()
    for _ in range(3):
        opened.keyboard.press("ArrowLeft")
    explorer.locator(".saec-undo").click()  # the slider
    wait_idle(opened)
    run_python(opened, "explorer.group('both', explorer.pinned); explorer.prune = 0.65")
    wait_idle(opened)
    explorer.get_by_text("Copy all").click()
    script = opened.evaluate("navigator.clipboard.readText()")
    keep(explorer, "explorer_replayed")
    names = ("selected", "pinned", "supernodes", "prune", "edits", "frozen")
    look = f"print([getattr(explorer, name) for name in {names}], explorer.effect['target_after'])"
    wanted = run_python(opened, look)
    path = tmp_path / "replay.py"
    path.write_text(script + look, "utf-8")
    done = subprocess.run([sys.executable, path], capture_output=True, text=True, timeout=120)
    assert done.stdout == wanted, script + done.stderr
    assert "sc.Ablate" in script
    assert "'both'" in wanted


@pytest.mark.parametrize("name", ["circuit", "html", "png", "svg", "json", "graphml", "neuronpedia"])
def test_export_from_the_toolbar(opened, explorer, tmp_path, name):
    words = {"circuit": "load back", "html": "Web page", "neuronpedia": "Neuronpedia"}
    explorer.locator(".saec-export").click()
    with opened.expect_download() as download:
        explorer.locator(".saec-menu-item", has_text=words.get(name, f"(.{name})")).first.click()
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    assert path.stat().st_size > 1000
    if name == "circuit":
        same = f"print(explorer.circuit.nodes.ids == sc.Circuit.load({str(path)!r}).nodes.ids)"
        assert run_python(opened, same).strip() == "True"


def test_a_kernel_that_dies_is_said_so_and_the_circuit_can_still_be_looked_at(opened, explorer):
    kernel = "jupyterapp.shell.currentWidget.sessionContext.session.kernel"
    start = time.monotonic()
    opened.evaluate(f"() => {{ {kernel}.requestExecute({{ code: 'import os; os.kill(os.getpid(), 9)' }}) }}")
    explorer.locator(".saec-gone").wait_for(timeout=20_000)
    assert time.monotonic() - start < 10  # most of it is what the server takes to see it
    opened.locator(".jp-Dialog .jp-mod-accept").click()
    assert "Run the cell of this widget again" in explorer.locator(".saec-gone").inner_text()
    explorer.locator(".saec-strongest .saec-row").first.click()
    explorer.locator(".saec-context").first.wait_for()
    explorer.locator(".saec-pin").click()
    assert not explorer.locator(".saec-ablate").is_visible()
    assert not explorer.locator(".saec-ask").is_visible()
    assert explorer.locator(".saec-trust-button").get_attribute("aria-disabled") == "true"
    keep(explorer, "explorer_kernel_died")


def test_a_saved_notebook_shows_circuit_and_cards_though_nothing_was_run(opened):
    """With the state of its widgets stored, and trusted. JupyterLab itself restores no widget without any kernel."""
    opened.goto(opened.lab.url("stateful.ipynb"))
    widget = opened.locator(".saec").first
    widget.locator(".saec-stage").wait_for()
    wait_idle(opened)
    assert run_python(opened, "print('lab' in globals())").strip() == "False"
    opened.evaluate("jupyterapp.shell.collapseLeft()")
    widget.locator(".saec-gone").wait_for()
    widget.locator(".saec-strongest .saec-row").first.click()
    widget.locator(".saec-context").first.wait_for()
    assert widget.locator(".saec-context").count() >= 3
    keep(opened, "restored_without_kernel")


def converted(path: Path, *flags: str) -> str:
    command = [sys.executable, "-m", "jupyter", "nbconvert", "--to", "html", *flags, path.name]
    subprocess.run(command, check=True, cwd=path.parent, capture_output=True)
    return path.with_suffix(".html").as_uri()


@pytest.mark.parametrize(("name", "flags"), [("plain", ()), ("stateful", (WITHOUT_STATE,))])
def test_nbconvert_gives_a_page_that_works_with_the_network_off(opened, notebooks, name, flags):
    tab = opened.context.browser.new_context(offline=True, viewport={"width": 1400, "height": 1300}).new_page()
    tab.goto(converted(notebooks[name], *flags), wait_until="domcontentloaded")
    frame = tab.frame_locator("iframe").first
    frame.locator(".saec-strongest .saec-row").first.click()
    frame.locator(".saec-context").first.wait_for()
    assert frame.locator(".saec-context").count() >= 3
    tab.locator("iframe").scroll_into_view_if_needed()
    keep(tab, f"nbconvert_{name}")
    tab.context.close()


def test_what_a_saved_notebook_grows_by(notebooks):
    (cell,) = nbformat.read(notebooks["plain"], 4).cells[1:]
    assert len(cell.outputs[0].data["text/html"]) < 165_000
    assert sc.Explorer.__name__ in cell.outputs[0].data["text/html"]
