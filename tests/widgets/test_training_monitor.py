"""The TrainingMonitor's Python half, without a browser: told by a made-up run, and by a real one."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings, strategies as st
from ipywidgets.embed import embed_data

from saecircuits.errors import InputError, TrainingError
from saecircuits.training import Corpus, LogEntry, Progress, TrainingPlan, TrainingResult, TrainingRun, train
from saecircuits.widgets import TrainingMonitor
from saecircuits.widgets.history import History, thinned
from tests.tiny import tiny_subject

RUN = TrainingRun(tokens=1000, batch=10, log_every=1)
PLANS = [
    TrainingPlan.transcoder(0, name="a", n_features=16, activation={"kind": "topk", "k": 4}),
    TrainingPlan.transcoder(1, name="b", n_features=24, activation={"kind": "batchtopk", "k": 3}),
]
HOSTILE = "<img src=x onerror=alert(1)>"


def progress(step: int, names: str = "ab", loss: float = 1.0) -> Progress:
    """What a run of a hundred steps says after one of them."""
    entries = {name: LogEntry(10 * step, loss / step, 4.0, 1 - 0.5 / step, 0.25) for name in names}
    return Progress(step, 100, 10 * step, 0.1 * step, 100.0, entries)


@pytest.fixture
def monitor(monkeypatch: pytest.MonkeyPatch) -> Iterator[TrainingMonitor]:
    """A monitor that tells the browser of every step."""
    monkeypatch.setattr("saecircuits.widgets.training_monitor._INTERVAL", 0.0)
    monitor = TrainingMonitor()
    yield monitor
    monitor.close()


@pytest.fixture
def running(monitor: TrainingMonitor) -> TrainingMonitor:
    monitor.started(PLANS, RUN)
    return monitor


def rows(data: bytes, runs: int = 2) -> np.ndarray:
    return np.frombuffer(data, "<f4").reshape(-1, 1 + 4 * runs)


def curves(monitor: TrainingMonitor, runs: int = 2) -> np.ndarray:
    return np.concatenate([rows(monitor.past, runs), rows(monitor.recent, runs)])


def test_before_anything_it_waits(monitor: TrainingMonitor) -> None:
    assert (monitor.state, monitor.runs, monitor.states, monitor.error) == ("waiting", [], [], None)
    assert (monitor.past, monitor.recent, monitor.latest) == (b"", b"", b"")
    monitor.stop()
    with pytest.raises(InputError, match="no run 'a'"):
        monitor.stop("a")


def test_runs_recipes_and_totals_are_told(running: TrainingMonitor) -> None:
    assert running.state == "running"
    assert running.runs == [
        {"name": "a", "recipe": "topk, k 4 · 16 features · mlp_in.0 → mlp_out.0"},
        {"name": "b", "recipe": "batchtopk, k 3 · 24 features · mlp_in.1 → mlp_out.1"},
    ]
    assert running.states == ["running", "running"]
    assert (running.progress["steps"], running.progress["total"]) == (100, 1000)


def test_curves_hold_what_was_logged(running: TrainingMonitor) -> None:
    running.logged(progress(1))
    running.logged(progress(2, "a"))
    found = curves(running)
    np.testing.assert_array_equal(found[0], [10, 1, 4, 0.5, 0.25, 1, 4, 0.5, 0.25])
    np.testing.assert_array_equal(found[1, :5], [20, 0.5, 4, 0.75, 0.25])
    assert np.isnan(found[1, 5:]).all()
    latest = np.frombuffer(running.latest, "<f4").reshape(2, 5)
    np.testing.assert_array_equal(latest, [[20, 0.5, 4, 0.75, 0.25], [10, 1, 4, 0.5, 0.25]])
    assert running.progress | {"seconds": 0} == {
        "step": 2,
        "steps": 100,
        "tokens": 20,
        "total": 1000,
        "seconds": 0,
        "tokens_per_second": 100.0,
    }


def test_a_stopped_run_keeps_its_curve_and_the_rest_goes_on(running: TrainingMonitor) -> None:
    running.logged(progress(1))
    assert running.to_stop() == []
    running.stop("b")
    assert running.states == ["running", "stopping"]
    assert list(running.to_stop()) == ["b"]
    assert running.states == ["running", "stopped"]
    assert running.to_stop() == []
    running.stop("b")  # has ended already
    running.logged(progress(2, "a"))
    running.finished(None)
    assert (running.state, running.states) == ("finished", ["finished", "stopped"])
    assert curves(running)[0, 5] == 1.0
    with pytest.raises(InputError, match=r"no run 'c'.*Known are a, b"):
        running.stop("c")


def test_stopping_all_ends_as_stopped(running: TrainingMonitor) -> None:
    running.logged(progress(1))
    running.stop()
    assert set(running.to_stop()) == {"a", "b"}
    running.finished(None)
    assert (running.state, running.states) == ("stopped", ["stopped", "stopped"])


@pytest.mark.parametrize(
    ("error", "message", "cure"),
    [
        (TrainingError("The loss is nan.", "Lower it."), "The loss is nan.", "Lower it."),
        (ValueError("odd"), "ValueError: odd", "This was not foreseen; the log has the traceback."),
        (KeyboardInterrupt(), "The training was broken off (KeyboardInterrupt).", "If it has a folder"),
    ],
    ids=["ours", "unforeseen", "interrupt"],
)
def test_a_failure_is_shown_with_its_cure(running: TrainingMonitor, error: Any, message: str, cure: str) -> None:
    running.logged(progress(1))
    running.stop("b")
    running.to_stop()
    running.finished(error)
    assert running.error is not None
    assert running.error["message"] == message
    assert running.error["cure"].startswith(cure)
    assert (running.state, running.states) == ("failed", ["failed", "stopped"])
    running.started(PLANS, RUN)
    assert (running.state, running.error, running.states) == ("running", None, ["running", "running"])


def test_going_on_from_a_checkpoint_continues_the_curves(running: TrainingMonitor) -> None:
    for step in range(1, 8):
        running.logged(progress(step, loss=5.0))
    running.finished(KeyboardInterrupt())
    running.started(PLANS, RUN)
    running.logged(progress(5))
    np.testing.assert_array_equal(curves(running)[:, 0], [10, 20, 30, 40, 50])
    assert curves(running)[-1, 1] == np.float32(0.2)
    running.started(PLANS[:1], RUN)
    assert curves(running, 1).shape == (0, 5)


def test_the_browser_is_told_at_most_twice_a_second() -> None:
    monitor = TrainingMonitor()
    sent: list[Any] = []
    monitor.observe(lambda change: sent.append(change), "progress")
    monitor.started(PLANS, RUN)
    begin = time.monotonic()
    for step in range(1, 90):
        monitor.logged(progress(step))
    assert len(sent) <= 1 + (time.monotonic() - begin) / 0.5 + 1
    monitor.finished(None)
    assert monitor.progress["step"] == 89
    assert len(curves(monitor)) == 89


def test_long_runs_stay_small_and_only_the_end_is_sent_again(running: TrainingMonitor) -> None:
    sizes, changes = [], []
    running.observe(lambda change: changes.append(change), "past")
    for step in range(1, 3001):
        running.logged(progress(step))
        sizes.append(len(running.recent))
    row = 4 * (1 + 4 * 2)
    assert max(sizes) <= 64 * row
    assert len(running.past) <= 400 * row
    assert len(changes) <= 3000 / 64 + 1
    tokens = curves(running)[:, 0]
    assert (np.diff(tokens) > 0).all()
    assert tokens[-1] == 30_000


def test_what_is_sent_is_json_and_bytes_and_a_saved_notebook_holds_it(running: TrainingMonitor) -> None:
    running.logged(progress(3))
    state = {k: v for k, v in running.get_state().items() if k in running.traits(sync=True) and k[0] != "_"}
    json.dumps({k: v for k, v in state.items() if not isinstance(v, bytes)} | {"layout": None}, allow_nan=False)
    saved = embed_data(views=[running])["manager_state"]["state"][running.model_id]
    assert {tuple(buffer["path"]) for buffer in saved["buffers"]} >= {("recent",), ("latest",)}
    assert saved["state"]["states"] == ["running", "running"]


class Browser:
    """Sends requests and keeps the answers."""

    def __init__(self, monitor: TrainingMonitor) -> None:
        self.monitor = monitor
        self.answers: list[Any] = []
        monitor.send = lambda content, buffers=None: self.answers.append(content)  # type: ignore[method-assign]

    def ask(self, message: Any) -> Any:
        self.monitor._handle_custom_msg(message, [])
        return self.answers.pop()


def test_the_browser_stops_runs(running: TrainingMonitor) -> None:
    browser = Browser(running)
    assert browser.ask({"id": "1", "type": "stop", "names": ["b"]}) == {"id": "1"}
    assert running.states == ["running", "stopping"]
    assert browser.ask({"id": "2", "type": "stop", "names": []}) == {"id": "2"}
    assert running.states == ["stopping", "stopping"]


@pytest.mark.parametrize("names", [None, "a", [3], {"a": 1}, [HOSTILE]], ids=repr)
def test_what_the_browser_may_not_ask_is_answered(running: TrainingMonitor, names: Any) -> None:
    reply = Browser(running).ask({"id": "1", "type": "stop", "names": names})
    assert reply["error"]["message"]
    assert running.states == ["running", "running"]


def made_up(monitor: TrainingMonitor, release: threading.Event, steps: int = 40) -> list[TrainingResult]:
    """A training that needs no model: watched as a real one is."""
    live = {"a", "b"}
    monitor.started(PLANS, RUN)
    for step in range(1, steps + 1):
        monitor.logged(progress(step, "".join(sorted(live))))
        live -= set(monitor.to_stop())
        if step == 20:
            release.wait(20)
        if not live:
            break
    monitor.finished(None)
    return []


def wait_until(true: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it never became true"
        time.sleep(0.005)


def test_in_the_background_it_returns_at_once_and_can_be_stopped(monitor: TrainingMonitor) -> None:
    release = threading.Event()
    assert monitor.start(lambda: made_up(monitor, release)) is monitor
    wait_until(lambda: monitor.progress.get("step") == 20)
    with pytest.raises(TimeoutError, match=r"within 0.01 s"):
        monitor.results(timeout=0.01)
    with pytest.raises(InputError, match="already"):
        monitor.start(list)
    monitor.stop("a")
    release.set()
    assert monitor.results(timeout=20) == []
    assert (monitor.state, monitor.states) == ("finished", ["stopped", "finished"])
    assert monitor.progress["step"] == 40


def test_an_error_in_the_background_is_shown_once_and_raised(monitor: TrainingMonitor) -> None:
    def broken() -> list[TrainingResult]:
        raise TrainingError("The site is not there.", "Name another.")

    monitor.start(broken)
    with pytest.raises(TrainingError, match="not there"):
        monitor.results(timeout=20)
    assert monitor.state == "failed"
    assert monitor.error == {"message": "The site is not there.", "cure": "Name another."}
    with pytest.raises(InputError, match="Nothing was trained"):
        TrainingMonitor().results()


def _corpus() -> Corpus:
    words = torch.randint(0, 56, (40, 12), generator=torch.Generator().manual_seed(5)).tolist()
    return Corpus.texts([" ".join(f"w{i}" for i in row) for row in words])


def test_a_training_that_tells_nobody_still_ends(monitor: TrainingMonitor) -> None:
    monitor.start(list)
    assert monitor.results(timeout=20) == []
    wait_until(lambda: monitor.state == "finished")


def test_a_closed_widget_does_not_break_the_training(monitor: TrainingMonitor) -> None:
    release = threading.Event()
    monitor.start(lambda: made_up(monitor, release))
    wait_until(lambda: monitor.progress.get("step") == 20)
    monitor.close()
    release.set()
    assert monitor.results(timeout=20) == []
    assert monitor.progress["step"] == 40


SHORT = TrainingRun(tokens=1200, batch=60, rows=4, pool=240, log_every=2)


def test_a_real_training_is_watched_and_not_changed(monitor: TrainingMonitor) -> None:
    model = tiny_subject("llama")
    plain = train(model, _corpus(), PLANS, SHORT, progress=False)
    monitor.train(model, _corpus(), PLANS, SHORT)
    results = monitor.results(timeout=120)
    assert (monitor.state, monitor.states) == ("finished", ["finished", "finished"])
    found = curves(monitor)
    for number, (result, other) in enumerate(zip(results, plain, strict=True)):
        np.testing.assert_array_equal(found[:, 0], [entry.tokens for entry in result.log])
        losses = np.array([entry.loss for entry in result.log], "<f4")
        np.testing.assert_array_equal(found[:, 1 + 4 * number], losses)
        assert torch.equal(result.dictionary.W_dec, other.dictionary.W_dec)


def test_a_real_run_that_is_stopped_keeps_what_it_learned(monitor: TrainingMonitor) -> None:
    monitor.observe(lambda _: monitor.stop("a"), "recent")
    results = train(tiny_subject("llama"), _corpus(), PLANS, SHORT, watch=[monitor], progress=False)
    assert [len(result.log) for result in results] == [1, 10]
    assert results[0].tokens < results[1].tokens
    assert (monitor.state, monitor.states) == ("finished", ["stopped", "finished"])


@given(st.integers(0, 300), st.integers(1, 50))
def test_thinned_rows_are_means_of_neighbours(count: int, most: int) -> None:
    values = np.arange(2 * count, dtype="<f4").reshape(count, 2)
    few = thinned(values, most)
    assert len(few) <= most
    if count:
        assert few[-1, 0] == values[-1, 0]
        size = -(-count // most)
        np.testing.assert_allclose(few[0, 1], values[:size, 1].mean())
        weights = np.array([len(values[i : i + size]) for i in range(0, count, size)])
        np.testing.assert_allclose((few[:, 1] * weights).sum() / count, values[:, 1].mean(), rtol=1e-5)


def test_missing_numbers_are_left_out_of_a_mean() -> None:
    nan = np.nan
    rows_ = np.array([[1, 2, nan], [2, nan, nan], [3, 4, 1], [4, 6, nan]], "<f4")
    np.testing.assert_array_equal(thinned(rows_, 2), np.array([[2, 2, nan], [4, 5, 1]], "<f4"))


@settings(max_examples=60)
@given(st.lists(st.integers(1, 60), max_size=120))
def test_a_history_is_what_a_list_would_be(places: list[int]) -> None:
    """Rows that come again replace the old ones and all after them, wherever the fold between the two parts lies."""
    history, expected = History(2, most=1000, fresh=5), []
    for number, place in enumerate(places):
        history.add([place, number])
        expected = [row for row in expected if row[0] < place] + [[place, number]]
        found = np.concatenate([history.past, history.recent])
        np.testing.assert_array_equal(found, np.array(expected, "<f4").reshape(-1, 2))
        assert len(history.recent) <= 5
