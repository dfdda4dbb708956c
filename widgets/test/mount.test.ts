import { describe, expect, it, vi } from "vitest";
import { fakeModel, type Message, type Reply } from "../gallery/fake_model.js";
import { Superseded } from "../src/model/ask.js";
import { type CommonTraits, mount, type Stand } from "../src/mount.js";
import { type Status, statusLine } from "../src/status.js";

interface Traits extends CommonTraits {
  count: number;
}

const traits = (): Traits => ({ error: null, busy: "", progress: null, count: 1 });

function open(answer: (message: Message, reply: Reply) => void = () => {}) {
  const fake = fakeModel(traits(), answer);
  const parts: { stand?: Stand<Traits>; status?: Status } = {};
  const widget = mount<Traits>((stand) => {
    parts.stand = stand;
    parts.status = statusLine(stand);
    stand.root.append(parts.status.element);
  }, "saec-tried");
  const el = document.createElement("div");
  document.body.append(el);
  const clean = widget.render({ model: fake.model, el });
  return { ...fake, el, clean, stand: parts.stand as Stand<Traits>, status: parts.status as Status };
}

const text = (el: Element, name: string) => el.querySelector(name)?.textContent;
const hidden = (el: Element, name: string) => el.querySelector(name)?.closest("[hidden]") !== null;

describe("the frame of a widget", () => {
  it("follows traits until it is cleaned up, and leaves nothing behind", () => {
    const { stand, model, emit, clean, listeners, el } = open();
    const seen: number[] = [];
    stand.follow(["count"], () => seen.push(model.get("count")));
    model.set("count", 2);
    clean();
    emit("change:count");
    expect(seen).toEqual([1, 2]);
    expect(listeners()).toBe(0);
    expect(el.children).toHaveLength(0);
  });

  it("saves a trait here and in Python", () => {
    const { stand, saved } = open();
    stand.save("count", 5);
    expect(saved).toEqual([{ count: 5 }]);
  });

  it("keeps plain keys from the notebook, and lets its shortcuts through", () => {
    const { stand } = open();
    const above = vi.fn();
    document.body.addEventListener("keydown", above);
    stand.root.dispatchEvent(new KeyboardEvent("keydown", { key: "x", bubbles: true }));
    expect(above).not.toHaveBeenCalled();
    stand.root.dispatchEvent(new KeyboardEvent("keydown", { key: "s", ctrlKey: true, bubbles: true }));
    expect(above).toHaveBeenCalledOnce();
    document.body.removeEventListener("keydown", above);
  });
});

describe("the status line", () => {
  it("shows what runs until the answer is there", async () => {
    let reply: Reply = () => {};
    const { status, el, model } = open((_, answer) => {
      reply = answer;
    });
    const done = status.run<{ n: number }>("counting", "count");
    expect(text(el, ".saec-status-text")).toBe("counting …");
    model.set("busy", "counting sheep");
    model.set("progress", 0.25);
    expect(text(el, ".saec-status-text")).toBe("counting sheep … 25 %");
    model.set("busy", "");
    reply({ n: 7 });
    expect((await done)?.body.n).toBe(7);
    expect(hidden(el, ".saec-status-text")).toBe(true);
  });

  it("shows an error with its cure, until it is dismissed", async () => {
    const { status, el } = open((_, reply) => reply({ error: { message: "<b>No</b>", cure: "Try yes." } }));
    expect(await status.run("asking", "ask")).toBeNull();
    expect(text(el, ".saec-error-message")).toBe("<b>No</b>");
    expect(text(el, ".saec-error-cure")).toBe("Try yes.");
    el.querySelector<HTMLElement>(".saec-dismiss")?.click();
    expect(hidden(el, ".saec-error-message")).toBe(true);
  });

  it("stops what runs, and tells Python", async () => {
    const { status, el, sent } = open();
    const done = status.run("counting", "count");
    el.querySelector<HTMLElement>(".saec-stop")?.click();
    expect(await done).toBeNull();
    expect(sent.map(({ type }) => type)).toEqual(["count", "cancel"]);
    expect(sent[1]?.of).toBe(sent[0]?.id);
    expect(hidden(el, ".saec-error-message")).toBe(true);
  });

  it("lets a newer request take the place of an older one", async () => {
    const replies: Reply[] = [];
    const { status } = open(({ type }, reply) => type === "count" && replies.push(reply));
    const first = status.run("counting", "count");
    const second = status.run<{ n: number }>("counting", "count");
    replies[0]?.({ n: 1 });
    replies[1]?.({ n: 2 });
    expect(await first).toBeNull();
    expect((await second)?.body.n).toBe(2);
  });
});

describe("asking", () => {
  it("is refused without a word when Python says that it was superseded", async () => {
    const { stand } = open((_, reply) => reply({ superseded: true }));
    await expect(stand.ask("count")).rejects.toBeInstanceOf(Superseded);
  });

  it("asks nothing when it is stopped before it begins", async () => {
    const { stand, sent } = open();
    await expect(stand.ask("count", {}, { signal: AbortSignal.abort() })).rejects.toBeInstanceOf(Superseded);
    expect(sent).toEqual([]);
  });
});
