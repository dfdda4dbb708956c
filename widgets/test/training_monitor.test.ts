import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { HOSTILE } from "../gallery/example.js";
import { type FakeModel, fakeModel, type Message, type Reply } from "../gallery/fake_model.js";
import { exampleSweep } from "../gallery/sweep.js";
import { decodeCurves, decodeLatest, nearestRow } from "../src/monitor/curves.js";
import type { MonitorTraits } from "../src/monitor/traits.js";
import monitor from "../src/training_monitor.js";
import { fakeBrowser, settle, view } from "./setup.js";

let el: HTMLElement;
beforeEach(() => {
  fakeBrowser();
  el = document.createElement("div");
  document.body.append(el);
});
afterEach(() => {
  el.remove();
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

const q = <E extends Element = HTMLElement>(selector: string) => {
  const found = el.querySelector<E>(selector);
  if (!found) throw new Error(`nothing matches ${selector}`);
  return found;
};
const all = (selector: string) => [...el.querySelectorAll<HTMLElement>(selector)];
const text = (selector: string) => q(selector).textContent ?? "";
const press = (key: string, target: Element = q(".saec-charts")) =>
  target.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));

/** Two runs, three rows by hand; the second run ends after the second row. */
function small(): MonitorTraits {
  const nan = Number.NaN;
  return {
    state: "running",
    runs: [
      { name: "a", recipe: "topk" },
      { name: "b", recipe: "relu" },
    ],
    states: ["running", "stopped"],
    progress: { step: 30, steps: 40, tokens: 3000, total: 4000, seconds: 60, tokens_per_second: 50 },
    past: view(
      Float32Array.from([1000, 1, 8, 0.2, 0, 2, 9, 0.1, 0.5, 2000, 0.5, 8, 0.6, 0, 1.5, 7, 0.3, 0.25]),
    ),
    recent: view(Float32Array.from([3000, 0.25, 8, 0.8, 0, nan, nan, nan, nan])),
    latest: view(Float32Array.from([3000, 0.25, 8, 0.8, 0, 2000, 1.5, 7, 0.3, 0.25])),
    error: null,
  };
}

function mount(
  state: MonitorTraits,
  answer: (message: Message, reply: Reply) => void = (_, reply) => reply({}),
) {
  const fake = fakeModel(state, answer);
  const clean = monitor.render({ model: fake.model, el });
  return { ...fake, clean };
}

const cells = (run: number) =>
  [...(all("tbody tr")[run]?.querySelectorAll("td.saec-cell") ?? [])].map((c) => c.textContent);

describe("curves", () => {
  test("are read from bytes that begin anywhere", () => {
    const { past, recent, latest } = small();
    const bytes = new Uint8Array(past.byteLength + 3);
    bytes.set(new Uint8Array(past.buffer as ArrayBuffer), 3);
    const curves = decodeCurves(new DataView(bytes.buffer, 3), recent, 2);
    expect([curves.rows, curves.tokens(2), curves.value(1, 1, 3)]).toEqual([3, 3000, 0.25]);
    expect(curves.value(2, 1, 0)).toBeNaN();
    expect([900, 1400, 1600, 9000].map((tokens) => nearestRow(curves, tokens))).toEqual([0, 0, 1, 2]);
    expect(nearestRow(decodeCurves(null, null, 2), 5)).toBeNull();
    expect(decodeLatest(latest, 2)[1]?.[0]).toBe(2000);
  });

  test("a line a run in each of four panels, and a mark where a run was stopped", () => {
    mount(small());
    expect(all(".saec-chart-panel")).toHaveLength(4);
    expect(all(".saec-plot .saec-line")).toHaveLength(8);
    const lines = [...q(".saec-chart-panel").querySelectorAll(".saec-line")];
    expect(lines.map((line) => line.getAttribute("d")?.split("L").length)).toEqual([3, 2]);
    expect(all(".saec-end")).toHaveLength(4);
    expect(all(".saec-chart-panel")[3]?.textContent).toContain("%");
  });

  test("grow when Python adds points, all in one frame", async () => {
    const { model } = mount(small());
    const { recent } = small();
    const more = Float32Array.from([
      ...new Float32Array(recent.buffer as ArrayBuffer),
      4000,
      0.2,
      8,
      0.9,
      0,
      1,
      1,
      1,
      1,
    ]);
    model.set("recent", view(more));
    model.set("progress", { ...small().progress, step: 40, tokens: 4000 });
    model.set("state", "finished");
    expect(text(".saec-sweep-state")).toBe("Training");
    await settle();
    expect(q(".saec-line").getAttribute("d")?.split("L")).toHaveLength(4);
    expect(text(".saec-sweep-state")).toBe("Finished");
  });

  test("many points are thinned to what can be seen", () => {
    mount(exampleSweep({ runs: 50, entries: 400 }));
    const most = Math.max(
      ...all(".saec-plot .saec-line").map((line) => line.getAttribute("d")?.split("L").length ?? 0),
    );
    expect(most).toBeLessThan(110);
    expect(all(".saec-plot .saec-line")).toHaveLength(200);
  });
});

describe("the table", () => {
  test("tells the latest numbers, states and progress", () => {
    mount(small());
    expect(cells(0)).toEqual(["0.250", "8.00", "0.8000", "0 %", "3k"]);
    expect(cells(1)).toEqual(["1.50", "7.00", "0.3000", "25 %", "2k"]);
    expect(all("td.saec-run-state").map((cell) => cell.textContent)).toEqual(["running", "stopped"]);
    expect(text(".saec-sweep-facts")).toBe(
      "75 % · 3k of 4k tokens · step 30 of 40 · 50 tokens/s · 20 s left · 1 of 2 runs go on",
    );
    expect(q(".saec-sweep-bar").getAttribute("aria-valuenow")).toBe("75");
  });

  test("keys move along the curves; the table follows, and says it aloud", () => {
    mount(small());
    press("ArrowDown");
    press("ArrowLeft");
    expect(text(".saec-run-head")).toBe("Run · at 2k tokens");
    expect(cells(0)[0]).toBe("0.500");
    expect(text("[aria-live]")).toBe(
      "a, 2000 tokens, Loss 0.500, L0 8.00, Variance explained 0.6000, Dead 0 %",
    );
    expect(q(".saec-line").classList.contains("saec-on")).toBe(true);
    press("Enter");
    press("Escape");
    expect(text(".saec-run-head")).toBe("Run");
    expect(q(".saec-run-name").getAttribute("aria-pressed")).toBe("true");
    expect(q(".saec-plot").classList.contains("saec-some")).toBe(true);
    q(".saec-run-name").click();
    expect(q(".saec-plot").classList.contains("saec-some")).toBe(false);
  });

  test("the pointer finds the nearest point and run", () => {
    mount(small());
    const panel = q(".saec-chart-panel");
    const [x, y] =
      (panel.querySelector(".saec-line")?.getAttribute("d") ?? "").slice(1).split("L")[1]?.split(",") ?? [];
    panel.dispatchEvent(new MouseEvent("pointermove", { clientX: Number(x) + 2, clientY: Number(y) + 2 }));
    expect(text(".saec-run-head")).toBe("Run · at 2k tokens");
    expect(all("tbody tr").map((row) => row.classList.contains("saec-on"))).toEqual([true, false]);
    expect(text(".saec-chart-value")).toBe("0.500");
    panel.dispatchEvent(new MouseEvent("pointerleave"));
    expect(text(".saec-run-head")).toBe("Run");
  });
});

describe("stopping", () => {
  test("asks back, sends the name, and can be copied as Python", async () => {
    const replies: Reply[] = [];
    const fake = mount(exampleSweep(), (_, reply) => replies.push(reply));
    expect(all(".saec-stop").filter((button) => !button.hidden)).toHaveLength(5);
    q(".saec-stop").click();
    expect(fake.sent).toEqual([]);
    expect(text(".saec-stop")).toBe("Stop now?");
    q(".saec-stop").click();
    expect(fake.sent).toMatchObject([{ type: "stop", names: ["topk-8"] }]);
    expect(text(".saec-stop")).toBe("asking …");
    expect(q<HTMLButtonElement>(".saec-stop").disabled).toBe(true);
    expect(text(".saec-code-text")).toBe('monitor.stop("topk-8")');
    fake.model.set("states", fake.model.get("states").with(0, "stopping"));
    replies[0]?.({});
    await settle();
    expect(q(".saec-stop").hidden).toBe(true);
    expect(text("td.saec-run-state")).toBe("stopping …");
  });

  test("is not done where nobody confirms", () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const fake = mount(exampleSweep());
    q(".saec-stop").click();
    vi.advanceTimersByTime(5000);
    expect(text(".saec-stop")).toBe("Stop");
    q(".saec-stop").click();
    press("Escape", q(".saec-stop"));
    q(".saec-stop").click();
    expect(fake.sent).toEqual([]);
  });

  test("all of them", () => {
    const fake = mount(exampleSweep());
    q(".saec-stop-all").click();
    q(".saec-stop-all").click();
    expect(fake.sent).toMatchObject([{ type: "stop", names: [] }]);
    expect(text(".saec-code-text")).toBe("monitor.stop()");
  });

  test("that Python refuses shows the error with its cure", async () => {
    const error = { message: `There is no run ${HOSTILE}.`, cure: "Known are a." };
    mount(exampleSweep(), (_, reply) => reply({ error }));
    q(".saec-stop").click();
    q(".saec-stop").click();
    await settle();
    expect(text(".saec-error")).toContain(`${error.message}${error.cure}`);
    expect(text(".saec-stop")).toBe("Stop");
    q(".saec-dismiss").click();
    expect(q(".saec-error").hidden).toBe(true);
  });

  test("that nobody answers says how to be heard", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    mount(exampleSweep(), () => {});
    q(".saec-stop").click();
    q(".saec-stop").click();
    await vi.advanceTimersByTimeAsync(20_000);
    expect(text(".saec-error-cure")).toContain("monitor.train(");
  });
});

describe("states", () => {
  test("before the training, and when its runs come", async () => {
    const { runs, states, past, recent, latest, progress } = small();
    const none = view(new Float32Array());
    const fake = mount({
      ...small(),
      state: "waiting",
      runs: [],
      states: [],
      past: none,
      recent: none,
      progress: {},
    });
    expect(q(".saec-empty").hidden).toBe(false);
    expect(all("tbody tr")).toHaveLength(0);
    for (const [name, value] of Object.entries({
      runs,
      states,
      past,
      recent,
      latest,
      progress,
      state: "running",
    }))
      fake.model.set(name as "past", value as DataView);
    await settle();
    expect(q(".saec-empty").hidden).toBe(true);
    expect(all("tbody tr")).toHaveLength(2);
  });

  test("broken off, with the error", async () => {
    const fake = mount(small());
    fake.model.set("error", { message: "The loss is nan.", cure: "Lower it." });
    fake.model.set("states", ["failed", "stopped"]);
    fake.model.set("state", "failed");
    await settle();
    expect(text(".saec-error")).toContain("The loss is nan.Lower it.");
    expect(text(".saec-sweep-state")).toBe("Broken off");
    expect(all("td.saec-run-state").map((cell) => cell.textContent)).toEqual(["broken off", "stopped"]);
    expect(all(".saec-stop").every((button) => button.hidden)).toBe(true);
    expect(text(".saec-sweep-facts")).toContain("1 min");
  });

  test("nothing reaches the notebook's shortcuts, and every control keeps them away", () => {
    mount(small());
    const outside = vi.fn();
    el.addEventListener("keydown", outside);
    press("ArrowLeft");
    press("x");
    expect(outside).not.toHaveBeenCalled();
    const focusable = all("button, [tabindex]");
    expect(focusable.length).toBeGreaterThan(4);
    expect(focusable.every((each) => each.dataset.lmSuppressShortcuts === "true")).toBe(true);
    expect(all("[id]")).toHaveLength(0);
  });
});

test("names and errors are never markup", async () => {
  const fake = mount(exampleSweep({ hostile: true, state: "failed" }));
  press("ArrowDown");
  press("ArrowDown");
  fake.model.set("runs", [{ name: HOSTILE, recipe: HOSTILE }]);
  await settle();
  expect(all("img, script")).toHaveLength(0);
  expect(text(".saec-run-text")).toBe(HOSTILE);
  expect(text(".saec-error-message")).toContain(HOSTILE);
  expect((globalThis as { pwned?: number }).pwned).toBeUndefined();
});

describe("clean-up", () => {
  test.each(["returned function", "abort signal"])("by the %s leaves nothing behind", async (way) => {
    const counts = watchListeners();
    const stop = new AbortController();
    const fake: FakeModel<MonitorTraits> = fakeModel(small());
    const clean = monitor.render({ model: fake.model, el, signal: stop.signal });
    expect(fake.listeners()).toBe(10);
    fake.model.set("state", "finished");
    if (way === "abort signal") stop.abort();
    else clean();
    clean();
    expect(fake.listeners()).toBe(0);
    expect(el.children).toHaveLength(0);
    expect([...counts.values()].every((count) => count === 0)).toBe(true);
    await settle();
  });

  test("two views of one model stay apart", async () => {
    const fake = fakeModel(small());
    monitor.render({ model: fake.model, el });
    const other = document.createElement("div");
    el.append(other);
    const clean = monitor.render({ model: fake.model, el: other });
    press("ArrowDown");
    expect(other.querySelector(".saec-run-head")?.textContent).toBe("Run");
    fake.model.set("states", ["stopping", "stopped"]);
    await settle();
    expect(other.querySelector("td.saec-run-state")?.textContent).toBe("stopping …");
    clean();
    expect(fake.listeners()).toBe(10);
  });
});

function watchListeners(): Map<string, number> {
  const added = new Map<string, number>();
  for (const [name, target] of Object.entries({ document, window, body: document.body })) {
    const { addEventListener, removeEventListener } = target;
    const count = (by: number) => added.set(name, (added.get(name) ?? 0) + by);
    vi.spyOn(target, "addEventListener").mockImplementation((...args) => {
      count(1);
      addEventListener.apply(target, args as never);
    });
    vi.spyOn(target, "removeEventListener").mockImplementation((...args) => {
      count(-1);
      removeEventListener.apply(target, args as never);
    });
  }
  return added;
}
