/** Python gone, silent, slow or stopped: what the Explorer says, and what still works. */

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { exampleCard, exampleEffect, exampleState } from "../gallery/example.js";
import { fakeModel, type Message, type Reply } from "../gallery/fake_model.js";
import explorer from "../src/explorer.js";
import { AskError, createAsk, Superseded } from "../src/model/ask.js";
import { NO_KERNEL, SILENT } from "../src/model/kernel.js";
import { createStopping } from "../src/model/stopping.js";
import type { Edit, ExplorerTraits, GraphTrait } from "../src/model/traits.js";
import { fakeBrowser, settle } from "./setup.js";
import { tinyTrait } from "./tiny.js";

const MARK = "jupyter-widgets-disconnected";
let el: HTMLElement;
beforeEach(() => {
  fakeBrowser();
  el = document.createElement("div");
  document.body.replaceChildren(el);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const q = <E extends HTMLElement>(selector: string) => {
  const found = el.querySelector<E>(selector);
  if (!found) throw new Error(`nothing matches ${selector}`);
  return found;
};

/** Answers edits and cards; keeps the rest. */
function mount(state: ExplorerTraits, kept: { message: Message; reply: Reply }[] = [], keep = ["check"]) {
  const fake = fakeModel(state, (message, reply) => {
    if (keep.includes(message.type)) kept.push({ message, reply });
    else if (message.type === "ping") reply({});
    else if (message.type === "card") reply({ card: exampleCard("transcoder.0", 7) });
    else if (message.type === "edit") {
      const { before, after, node_value, ...effect } = exampleEffect(
        state.graph as GraphTrait,
        message.edits as Edit[],
      );
      reply({ effect }, [before, after, node_value]);
    }
  });
  const clean = explorer.render({ model: fake.model, el });
  return { ...fake, clean };
}
const tiny = (): ExplorerTraits => ({ ...exampleState(), prune: 1, graph: tinyTrait() });

describe("without a kernel", () => {
  test("a widget that was saved says so, shows its circuit, and offers nothing that needs Python", async () => {
    el.classList.add(MARK);
    const fake = mount({ ...tiny(), selected: "f0" });
    await settle();
    expect(q(".saec-gone").textContent).toBe(`${NO_KERNEL.message} ${NO_KERNEL.cure}`);
    expect(q(".saec-node-title").textContent).toContain("plural");
    for (const hidden of [".saec-ask", ".saec-edit"]) expect(q(hidden).hidden, hidden).toBe(true);
    expect(q(".saec-trust-button").getAttribute("aria-disabled")).toBe("true");
    expect(q<HTMLInputElement>(".saec-input-prompt").readOnly).toBe(true);
    expect(fake.sent).toEqual([]);
  });

  test("it is said when the kernel dies, and taken back when it comes again; looking goes on", async () => {
    const fake = mount(tiny());
    expect(q(".saec-gone").hidden).toBe(true);
    el.classList.add(MARK);
    fake.emit("comm_live_update");
    await settle();
    expect(q(".saec-gone").hidden).toBe(false);
    q(".saec-strongest .saec-row").click();
    expect(q(".saec-node-title").textContent).toContain("plural");
    q(".saec-pin").click();
    expect(fake.state.pinned).toEqual(["f0"]);
    q<HTMLInputElement>(".saec-search").value = "plural";
    q<HTMLInputElement>(".saec-search").dispatchEvent(new Event("input", { bubbles: true }));
    expect(q(".saec-node").textContent).toContain("plural");
    expect(fake.sent).toEqual([]);
    el.classList.remove(MARK);
    fake.emit("comm_live_update");
    await settle();
    await settle();
    expect(q(".saec-gone").hidden).toBe(true);
    expect(q(".saec-edit").hidden).toBe(false);
    expect(q<HTMLInputElement>(".saec-input-prompt").readOnly).toBe(false);
  });

  test("a host that tells of its kernel is heard, and let go", async () => {
    const slots = new Set<(sender: unknown, status: string) => void>();
    const signal = { connect: slots.add.bind(slots), disconnect: slots.delete.bind(slots) };
    const fake = fakeModel(tiny());
    Object.assign(fake.model, { widget_manager: { kernel: { statusChanged: signal, disposed: signal } } });
    const clean = explorer.render({ model: fake.model, el });
    const tell = (status: string) => {
      for (const slot of [...slots].slice(0, 1)) slot(null, status);
    };
    for (const status of ["busy", "idle", "unknown", "connecting"]) tell(status);
    expect(q(".saec-gone").hidden).toBe(true);
    tell("autorestarting");
    fake.emit("comm_live_update");
    tell("idle");
    await settle();
    expect(q(".saec-gone").hidden).toBe(false);
    clean();
    expect(slots.size).toBe(0);
  });

  test("what was awaited when it died is given up, with the cure", async () => {
    const kept: { message: Message; reply: Reply }[] = [];
    const fake = mount(tiny(), kept);
    q(".saec-trust-button").click();
    expect(kept).toHaveLength(1);
    el.classList.add(MARK);
    fake.emit("comm_live_update");
    await settle();
    expect(q(".saec-progress-pill").closest(".saec-progress-on")).toBeNull();
    expect(q(".saec-trust-button").textContent).toBe("Check");
  });
});

describe("a silent Python", () => {
  test("is asked after two seconds, and declared gone after five more; any answer brings it back", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const fake = fakeModel({});
    const { ask, kernel, close } = createAsk(fake.model);
    const answer = ask("edit");
    const pings = () => fake.sent.filter(({ type }) => type === "ping");
    vi.advanceTimersByTime(1900);
    expect(pings()).toHaveLength(0);
    vi.advanceTimersByTime(200);
    expect(pings()).toHaveLength(1);
    vi.advanceTimersByTime(5000);
    expect(kernel.gone()).toBe(SILENT);
    await expect(ask("card")).rejects.toThrow(SILENT.message);
    vi.advanceTimersByTime(5000);
    expect(pings()).toHaveLength(3);
    fake.emit("msg:custom", { id: pings()[0]?.id }, []);
    expect(kernel.gone()).toBeNull();
    fake.emit("msg:custom", { id: fake.sent[0]?.id, late: true }, []);
    await expect(answer).resolves.toMatchObject({ body: { late: true } });
    close();
    vi.advanceTimersByTime(60_000);
    expect(pings()).toHaveLength(3);
  });

  test("while it answers at all, long work is waited for as long as it takes", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const fake = fakeModel({}, (message, reply) => message.type === "ping" && reply({}));
    const { ask, kernel, close } = createAsk(fake.model, 10_000);
    const answer = ask("check");
    for (let second = 0; second < 600; second++) await vi.advanceTimersByTimeAsync(1000);
    expect(kernel.gone()).toBeNull();
    fake.emit("msg:custom", { id: fake.sent[0]?.id, done: true }, []);
    await expect(answer).resolves.toMatchObject({ body: { done: true } });
    expect(fake.sent.length).toBeLessThan(310);
    close();
  });

  test("nothing is sent while nothing is awaited", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const fake = fakeModel({}, (_, reply) => reply({}));
    const { ask, close } = createAsk(fake.model);
    await ask("card");
    await vi.advanceTimersByTimeAsync(600_000);
    expect(fake.sent).toHaveLength(1);
    close();
  });
});

test("what is larger than a notebook server takes is refused here", async () => {
  const fake = fakeModel({});
  const { ask, close } = createAsk(fake.model);
  await expect(ask("edit", { edits: "x".repeat(8_000_000) })).rejects.toThrow(AskError);
  expect(fake.sent).toEqual([]);
  close();
});

describe("stopping", () => {
  test("the Stop button cancels what runs and nothing is said to have failed", async () => {
    const kept: { message: Message; reply: Reply }[] = [];
    const fake = mount({ ...tiny(), busy: "checking the circuit", progress: 0.4 }, kept);
    expect(q(".saec-progress-stop").hidden).toBe(true);
    q(".saec-trust-button").click();
    expect(q(".saec-progress-text").textContent).toBe("checking the circuit … 40 %");
    q(".saec-progress-stop").click();
    await settle();
    expect(fake.sent.at(-1)).toMatchObject({ type: "cancel", of: kept[0]?.message.id });
    expect(q(".saec-error").hidden).toBe(true);
    expect(q(".saec-trust-button").textContent).toBe("Check");
    expect(q(".saec-progress-stop").hidden).toBe(true);
  });

  test("a stopped edit goes back to the edits that Python has", async () => {
    const kept: { message: Message; reply: Reply }[] = [];
    const fake = mount({ ...tiny(), selected: "f0" }, kept, ["edit"]);
    await settle();
    q(".saec-ablate").click();
    expect(el.querySelectorAll(".saec-chip-edit")).toHaveLength(1);
    kept[0]?.reply({ superseded: true });
    await settle();
    expect(el.querySelectorAll(".saec-chip-edit")).toHaveLength(0);
    expect(q(".saec-error").hidden).toBe(true);
    expect(fake.state.edits).toEqual([]);
  });

  test("an edit that gave way to one made in Python shows that one", async () => {
    const kept: { message: Message; reply: Reply }[] = [];
    const state: ExplorerTraits = { ...tiny(), selected: "f0" };
    const fake = mount(state, kept, ["edit"]);
    await settle();
    q(".saec-ablate").click();
    const edits = kept[0]?.message.edits as Edit[];
    const scaled = edits.map((edit) => ({ ...edit, op: "scale" as const, value: 2 }));
    fake.model.set("effect", exampleEffect(state.graph as GraphTrait, scaled));
    fake.model.set("edits", scaled);
    kept[0]?.reply({ superseded: true });
    await settle();
    expect(q(".saec-chip-edit").textContent).toContain("× 2");
  });

  test("cards are not worth a button, and one request may be ended by its own signal", async () => {
    const fake = fakeModel({});
    const { ask: plain, close } = createAsk(fake.model);
    const open: number[] = [];
    const { ask, stop } = createStopping(plain, (count) => open.push(count));
    void ask("card").catch(() => {});
    expect(open).toEqual([]);
    const own = new AbortController();
    const first = ask("edit", {}, { signal: own.signal });
    const second = ask("export");
    own.abort();
    await expect(first).rejects.toThrow(Superseded);
    stop();
    await expect(second).rejects.toThrow(Superseded);
    expect(open).toEqual([1, 2, 1, 0]);
    close();
  });
});

test("edits that were saved stay on show beside their effect, and cannot be changed", async () => {
  const edits = [
    {
      op: "ablate" as const,
      dictionary: "transcoder.0",
      feature: 7,
      positions: [0],
      value: null,
      source: null,
      source_position: null,
    },
  ];
  const graph = { ...tinyTrait(), live: false, kernel: false };
  mount({ ...tiny(), graph, edits, frozen: true, effect: exampleEffect(graph, edits) });
  await settle();
  expect(q(".saec-chip-edit").textContent).toContain("ablate");
  expect(q(".saec-chip-remove").hidden).toBe(true);
  expect(q<HTMLInputElement>(".saec-edit-tools input").disabled).toBe(true);
  expect(q(".saec-verdict-target").textContent).toContain("→");
});
