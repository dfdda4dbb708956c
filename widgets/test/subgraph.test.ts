import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { exampleGraph, exampleState, HOSTILE } from "../gallery/example.js";
import { type FakeModel, fakeModel, type Message, type Reply } from "../gallery/fake_model.js";
import explorer from "../src/explorer.js";
import { decodeGraph } from "../src/model/decode.js";
import { grouped, proposeName, readPlaces } from "../src/model/groups.js";
import type { ExplorerTraits, Supernode } from "../src/model/traits.js";
import { MOST_CARDS, makeCards } from "../src/subgraph/cards.js";
import { fitted } from "../src/subgraph/fit.js";
import { neighbour } from "../src/subgraph/keys.js";
import { arrange, crossings } from "../src/subgraph/layout.js";
import { cardLinks } from "../src/subgraph/links.js";
import { fakeBrowser, settle } from "./setup.js";
import { tinyGraph, tinyTrait } from "./tiny.js";

describe("cards and links", () => {
  test("supernodes stand for their members, and lose what the graph does not have", () => {
    const { cards } = makeCards(
      tinyGraph(),
      ["f0", "f1", "y", "gone"],
      [{ name: "both", members: ["f0", "f1", "x"] }],
    );
    expect(cards.map(({ key, name, note, group }) => [key, name, note, group])).toEqual([
      ["f0", "both", "2 nodes", "both"],
      ["y", "x − y", "out · ␣b", null],
    ]);
  });

  test("no more than can be read", () => {
    const graph = decodeGraph(exampleGraph({ crowd: 6 }));
    const { cards, left } = makeCards(graph, graph.id, []);
    expect([cards.length, left]).toEqual([MOST_CARDS, graph.size - MOST_CARDS]);
  });

  test("a link is a part of what comes from outside: worked out by hand", () => {
    const graph = tinyGraph();
    const shares = (supernodes: Supernode[]) =>
      cardLinks(graph, makeCards(graph, graph.id, supernodes).cards).map(({ from, to, weight, share }) => {
        const { cards } = makeCards(graph, graph.id, supernodes);
        return [cards[from]?.key, cards[to]?.key, weight, Math.round(1000 * share) / 1000];
      });
    expect(shares([])).toContainEqual(["f1", "y", -1, -0.2]);
    expect(shares([{ name: "both", members: ["f0", "f1"] }])).toEqual([
      ["e", "y", 0.5, 0.1],
      ["t1", "y", 0.5, 0.1],
      ["t0", "f0", 1, 0.333],
      ["f0", "y", 2, 0.4],
      ["t1", "f0", 2, 0.667],
    ]);
    // f0 → y is within the card, so it counts in no link and in no sum.
    expect(shares([{ name: "both", members: ["f0", "y"] }])).toContainEqual(["f1", "f0", -1, -0.333]);
  });
});

describe("layout", () => {
  const graph = decodeGraph(exampleGraph());
  const { cards } = makeCards(
    graph,
    graph.id.filter((_, row) => row % 3 === 0),
    [{ name: "one", members: graph.id.slice(30, 36) }],
  );
  const links = cardLinks(graph, cards);

  test.each(["across", "up"] as const)("layers go %s, and no card lies on another", (flow) => {
    const places = arrange(cards, links, flow);
    for (const [a, one] of cards.entries()) {
      for (const [b, other] of cards.entries()) {
        const [p, q] = [places[a], places[b]];
        if (!p || !q || a === b) continue;
        const apart =
          p.x + one.width <= q.x ||
          q.x + other.width <= p.x ||
          p.y + one.height <= q.y ||
          q.y + other.height <= p.y;
        expect(apart).toBe(true);
        if (Math.round(one.layer) < Math.round(other.layer))
          expect(flow === "across" ? p.x < q.x : p.y > q.y).toBe(true);
      }
    }
  });

  test("fewer links cross than in the order of the tokens, and that order stands where none would", () => {
    const card = (key: string, layer: number, position: number) => ({
      ...{ key, name: key, note: "", members: [], group: null, width: 10, height: 10 },
      ...{ layer, position },
    });
    const four = [card("a", 0, 0), card("b", 0, 1), card("c", 1, 0), card("d", 1, 1)];
    const link = (from: number, to: number) => ({ from, to, weight: 1, share: 0.5 });
    expect(
      crossings(
        [
          [0, 1],
          [2, 3],
        ],
        [link(0, 3), link(1, 2)],
      ),
    ).toBeCloseTo(0.25);
    const crossed = arrange(four, [link(0, 3), link(1, 2)], "across");
    const y = (at: number) => crossed[at]?.y ?? 0;
    expect((y(0) - y(1)) * (y(3) - y(2))).toBeGreaterThan(0);
    const straight = arrange(four, [link(0, 2), link(1, 3)], "across");
    expect(straight[0]?.y).toBeLessThan(straight[1]?.y ?? 0);
    expect(straight[2]?.y).toBeLessThan(straight[3]?.y ?? 0);
  });

  test("a place that a person chose is kept, odd ones are not", () => {
    const [first, second, third] = cards.map(({ key }) => key);
    const chosen = { [first ?? ""]: [7, 9], [second ?? ""]: "x", [third ?? ""]: [1] } as never;
    const places = arrange(cards, links, "across", chosen);
    expect(places[0]).toEqual({ x: 7, y: 9 });
    expect(places.slice(1)).toEqual(arrange(cards, links, "across").slice(1));
  });

  test("two hundred cards within a frame or two", () => {
    const large = decodeGraph(exampleGraph({ crowd: 6 }));
    const many = makeCards(large, large.id, []).cards;
    const found = cardLinks(large, many);
    arrange(many, found, "across");
    const start = performance.now();
    arrange(many, found, "across");
    expect(performance.now() - start).toBeLessThan(250); // a slow machine under load
  });

  test("what is shown fits, as long as it can be read", () => {
    const box = (x: number, y: number) => ({
      ...(cards[0] as (typeof cards)[0]),
      x,
      y,
      width: 100,
      height: 40,
    });
    expect(fitted([box(0, 0)], 700, 400)).toEqual({ k: 1, x: 300, y: 26, height: 92 });
    expect(fitted([box(0, 0), box(1244, 0)], 700, 400).k).toBeCloseTo(0.55);
    expect(fitted([box(0, 0), box(0, 500)], 700, 760).k).toBe(1);
    expect(fitted([], 700, 400).height).toBeGreaterThan(0);
  });

  test("arrow keys go to the next card", () => {
    const at = [
      { x: 0, y: 0 },
      { x: 0, y: 50 },
      { x: 200, y: 10 },
    ];
    expect(neighbour(at, 0, "right")).toBe(2);
    expect(neighbour(at, 0, "down")).toBe(1);
    expect(neighbour(at, 0, "left")).toBe(0);
    expect(neighbour(at, 2, "left")).toBe(0);
  });
});

describe("groups", () => {
  test("as sc.group: members leave their groups, one of that name is replaced, empty ones go", () => {
    const before = [
      { name: "a", members: ["1", "2"] },
      { name: "b", members: ["3"] },
    ];
    expect(grouped(before, "c", ["2", "3", "3"])).toEqual([
      { name: "a", members: ["1"] },
      { name: "c", members: ["2", "3"] },
    ]);
    expect(grouped(before, "a", ["5"])).toEqual([before[1], { name: "a", members: ["5"] }]);
    expect(grouped(before, "a", [])).toEqual([before[1]]);
  });

  test("what is no place is passed over", () => {
    expect(readPlaces({ a: [1, 2], b: null, c: [1], d: ["x", 1], e: [Number.NaN, 0] })).toEqual({
      a: [1, 2],
    });
    expect(readPlaces(null)).toEqual({});
  });

  test("a name from the labels, else from the token, never twice", () => {
    expect(proposeName(tinyGraph(), ["f0", "f1"], [])).toBe("plural, verbs");
    expect(proposeName(tinyGraph(), ["f0", "f1"], ["plural, verbs"])).toBe("plural, verbs (2)");
    expect(proposeName(tinyGraph(), ["t1"], [])).toBe("b");
  });
});

describe("in the Explorer", () => {
  let el: HTMLElement;
  beforeEach(() => {
    fakeBrowser();
    el = document.createElement("div");
    document.body.append(el);
  });
  afterEach(() => {
    el.remove();
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
  const key = (target: Element, name: string, more: KeyboardEventInit = {}, type = "keydown") =>
    target.dispatchEvent(new KeyboardEvent(type, { key: name, bubbles: true, cancelable: true, ...more }));
  const click = (target: Element, more: MouseEventInit = {}) =>
    target.dispatchEvent(new MouseEvent("click", { bubbles: true, ...more }));
  const card = (id: string) => q(`[data-key="${id}"]`);
  const main = (id: string) => q(`[data-key="${id}"] .saec-box-main`);
  const pointer = (target: Element, type: string, x: number, y: number) =>
    target.dispatchEvent(new MouseEvent(type, { bubbles: true, clientX: x, clientY: y, button: 0 }));
  const tiny = (more: Partial<ExplorerTraits> = {}): ExplorerTraits => ({
    ...{ ...exampleState(), prune: 1, graph: tinyTrait(), pinned: ["f0", "f1", "y"] },
    ...more,
  });
  async function mount(
    state: ExplorerTraits,
    answer: (message: Message, reply: Reply) => void = () => {},
  ): Promise<FakeModel<ExplorerTraits>> {
    const fake = fakeModel(state, answer);
    explorer.render({ model: fake.model, el });
    await settle();
    return fake;
  }

  test("pins become cards with their links, signed by colour and dashes, wide by weight", async () => {
    await mount(tiny());
    expect(all(".saec-box")).toHaveLength(3);
    expect(all(".saec-sub-link.saec-line-positive")).toHaveLength(1);
    expect(all(".saec-sub-link.saec-line-negative")).toHaveLength(1);
    const [weak, strong] = all(".saec-sub-link").map((link) => Number(link.getAttribute("stroke-width")));
    expect(weak).toBeLessThan(strong ?? 0);
    expect(all(".saec-sub-link title").map((title) => title.textContent)).toContain(
      "verbs → x − y: −1.00, 20 % of what comes into it",
    );
  });

  test("a tiny subgraph looks as it did", async () => {
    await mount(
      tiny({ pinned: ["t0", "f0", "f1", "y"], supernodes: [{ name: "words", members: ["f0", "f1"] }] }),
    );
    expect(q(".saec-sheet").outerHTML.replaceAll("><", ">\n<")).toMatchSnapshot();
  });

  test("a click selects, Ctrl-click unpins, hovering lights the links of a card", async () => {
    const fake = await mount(tiny());
    click(main("f0"));
    expect(fake.model.get("selected")).toBe("f0");
    expect(card("f0").classList.contains("saec-box-chosen")).toBe(true);
    expect(main("f0").getAttribute("aria-pressed")).toBe("true");
    pointer(main("y"), "pointerover", 0, 0);
    expect(all(".saec-sub-link.saec-lit")).toHaveLength(2);
    expect(card("f0").querySelector(".saec-box-sign")?.textContent).toBe("+60 %");
    expect(card("f1").querySelector(".saec-box-sign")?.textContent).toBe("−20 %");
    pointer(main("f1"), "pointerover", 0, 0);
    expect(all(".saec-sub-link.saec-lit")).toHaveLength(1);
    click(main("f1"), { ctrlKey: true });
    expect(fake.model.get("pinned")).toEqual(["f0", "y"]);
    click(q('[data-key="f0"] .saec-box-remove'));
    expect(fake.model.get("pinned")).toEqual(["y"]);
  });

  test("a link between two nodes opens its heads; one of a group does not", async () => {
    const fake = await mount(tiny());
    click(q(".saec-sub-link.saec-line-negative"));
    expect(fake.sent.at(-1)).toMatchObject({ type: "edge_heads", source: "f1", target: "y" });
    const asked = fake.sent.length;
    fake.model.set("supernodes", [{ name: "both", members: ["f0", "f1"] }]);
    click(q(".saec-sub-link"));
    expect(fake.sent).toHaveLength(asked);
  });

  test("a card that is dragged stays, until Tidy or Undo", async () => {
    const fake = await mount(tiny());
    const before = card("f0").getAttribute("transform");
    pointer(main("f0"), "pointerdown", 10, 10);
    pointer(main("f0"), "pointermove", 40, 30);
    pointer(main("f0"), "pointerup", 40, 30);
    click(main("f0"));
    expect(fake.model.get("selected")).toBeNull();
    const [x = 0, y = 0] = fake.model.get("places").f0 ?? [];
    expect(card("f0").getAttribute("transform")).toBe(`translate(${x} ${y})`);
    expect(card("f0").getAttribute("transform")).not.toBe(before);
    expect(text(".saec-code-text")).toBe(`explorer.places = {"f0": [${x}, ${y}]}`);
    q(".saec-tidy").click();
    expect(card("f0").getAttribute("transform")).toBe(before);
    q(".saec-undo").click();
    expect(fake.model.get("places")).toEqual({ f0: [x, y] });
    q(".saec-undo").click();
    expect(fake.model.get("places")).toEqual({});
    fake.model.set("places", { f1: [5, 6] });
    expect(card("f1").getAttribute("transform")).toBe("translate(5 6)");
  });

  test("the layers may go upwards; the ground is panned and zoomed", async () => {
    const fake = await mount(tiny({ places: { f0: [900, 9] } }));
    const at = (id: string) => /translate\((\S+) (\S+)\)/.exec(card(id).getAttribute("transform") ?? "");
    q(".saec-flow").click();
    expect(fake.model.get("flow")).toBe("up");
    expect(fake.model.get("places")).toEqual({});
    expect(text(".saec-code-text")).toBe('explorer.flow = "up"; explorer.places = {}');
    expect(Number(at("y")?.[2])).toBeLessThan(Number(at("f0")?.[2]));
    const ground = q(".saec-sheet > g");
    const before = ground.getAttribute("transform");
    pointer(q(".saec-sheet"), "pointerdown", 0, 0);
    pointer(q(".saec-sheet"), "pointermove", 25, 5);
    pointer(q(".saec-sheet"), "pointerup", 25, 5);
    const panned = ground.getAttribute("transform");
    expect(panned).not.toBe(before);
    q('.saec-pinned-tools [aria-label="Zoom in"]').click();
    expect(ground.getAttribute("transform")).not.toBe(panned);
    q('.saec-pinned-tools [aria-label="Show all"]').click();
    expect(ground.getAttribute("transform")).toBe(before);
  });

  test("g is held, nodes are clicked, g is let go: a group, whose name can be typed at once", async () => {
    const fake = await mount(tiny());
    const stage = q(".saec-stage");
    key(stage, "g");
    expect(q(".saec-mode").hidden).toBe(false);
    click(main("f0"));
    key(stage, "g", { repeat: true });
    click(main("f1"));
    expect(text(".saec-mode-words")).toBe("2 nodes marked.");
    expect(fake.model.get("selected")).toBeNull();
    key(stage, "g", {}, "keyup");
    expect(fake.model.get("supernodes")).toEqual([{ name: "plural, verbs", members: ["f0", "f1"] }]);
    expect(text(".saec-code-text")).toBe('explorer.group("plural, verbs", ["f0", "f1"])');
    const name = q<HTMLInputElement>(".saec-sub-rename");
    expect(document.activeElement).toBe(name);
    name.value = "words";
    key(name, "Enter");
    expect(fake.model.get("supernodes")).toEqual([{ name: "words", members: ["f0", "f1"] }]);
    expect(document.activeElement).toBe(main("f0"));
    key(main("f0"), "F2");
    name.value = "other";
    key(name, "Escape");
    expect(fake.model.get("supernodes")[0]?.name).toBe("words");
    q(".saec-undo").click();
    expect(fake.model.get("supernodes")[0]?.name).toBe("plural, verbs");
    q(".saec-undo").click();
    expect(fake.model.get("supernodes")).toEqual([]);
    q(".saec-redo").click();
    q(".saec-redo").click();
    expect(fake.model.get("supernodes")[0]?.name).toBe("words");
  });

  test("by button and rows; Escape leaves; letting go of g with nothing marked stays in the mode", async () => {
    const fake = await mount(tiny({ pinned: [] }));
    q(".saec-group-mode").click();
    expect(q(".saec-group-mode").getAttribute("aria-pressed")).toBe("true");
    expect(q<HTMLButtonElement>(".saec-make-group").disabled).toBe(true);
    for (const row of all(".saec-strongest .saec-row")) row.click();
    q(".saec-make-group").click();
    key(q(".saec-sub-rename"), "Escape");
    expect(fake.model.get("supernodes")).toEqual([{ name: "plural, verbs", members: ["f0", "f1"] }]);
    key(q(".saec-stage"), "g");
    key(q(".saec-stage"), "g", {}, "keyup");
    expect(q(".saec-mode").hidden).toBe(false);
    key(q(".saec-stage"), "Escape");
    expect(q(".saec-mode").hidden).toBe(true);
    key(q(".saec-search"), "g");
    expect(q(".saec-mode").hidden).toBe(true);
  });

  test("by keys alone: the stage marks with Space, Enter makes", async () => {
    const fake = await mount(tiny({ pinned: [], selected: "f1" }));
    const stage = q(".saec-stage");
    key(stage, "g");
    key(stage, "g", {}, "keyup");
    key(stage, " ");
    key(stage, "Enter");
    expect(fake.model.get("supernodes")).toEqual([{ name: "verbs", members: ["f1"] }]);
    key(q(".saec-sub-rename"), "Enter");
    key(main("f1"), "Delete");
    expect(fake.model.get("supernodes")).toEqual([]);
    expect(text(".saec-code-text")).toBe('explorer.ungroup("verbs")');
  });

  test("nodes join a group that is marked with them, and may leave it again", async () => {
    const groups = [{ name: "mine", members: ["f0"] }];
    const fake = await mount(tiny({ supernodes: groups, selected: "f1" }));
    q(".saec-group-mode").click();
    click(main("f0"));
    click(main("f1"));
    q(".saec-make-group").click();
    expect(fake.model.get("supernodes")).toEqual([{ name: "mine", members: ["f0", "f1"] }]);
    expect(text(".saec-membership")).toContain("mine");
    q(".saec-membership .saec-chip-remove").click();
    expect(fake.model.get("supernodes")).toEqual([{ name: "mine", members: ["f0"] }]);
    const join = q<HTMLSelectElement>(".saec-join");
    join.value = "0";
    join.dispatchEvent(new Event("change"));
    expect(fake.model.get("supernodes")[0]?.members).toEqual(["f0", "f1"]);
    expect(all(".saec-member")).toHaveLength(2);
    click(all(".saec-member")[0] as Element);
    expect(fake.model.get("selected")).toBe("f0");
    key(main("f0"), "Enter");
    expect(fake.model.get("selected")).toBe("f1");
    click(q(".saec-box-remove"));
    expect(fake.model.get("supernodes")).toEqual([]);
  });

  test("the picture is saved as it is seen, without buttons and without style sheets", async () => {
    await mount(tiny({ supernodes: [{ name: HOSTILE, members: ["f0"] }] }));
    const made: Blob[] = [];
    vi.stubGlobal("URL", { createObjectURL: (blob: Blob) => made.push(blob) && "", revokeObjectURL() {} });
    q(".saec-save-sheet").click();
    const file = await new Promise<string>((done) => {
      const reader = new FileReader();
      reader.onload = () => done(String(reader.result));
      reader.readAsText(made[0] as Blob);
    });
    const svg = new DOMParser().parseFromString(file, "image/svg+xml");
    expect(svg.querySelector("parsererror")).toBeNull();
    expect(svg.querySelectorAll("path")).toHaveLength(2);
    expect(svg.documentElement.textContent).toContain("<img");
    expect(svg.documentElement.textContent).not.toContain("✕");
    expect(file).not.toMatch(/class=|data-|tabindex|style=/);
  });

  test("more members than fit are counted", async () => {
    const graph = exampleGraph();
    await mount({
      ...exampleState(),
      supernodes: [{ name: HOSTILE, members: graph.nodes.id.slice(10, 17) }],
    });
    expect(all(".saec-member")).toHaveLength(4);
    expect(text(".saec-box-group")).toContain("+3");
    expect(text(".saec-box-group")).toContain("<img");
  });

  test("Python proposes groups; they can be asked for anew, undone and kept", async () => {
    const replies = [
      [{ name: "mine", members: ["f1"] }],
      [
        { name: "a", members: ["f1"] },
        { name: "b", members: ["e"] },
      ],
    ];
    const mine = { name: "mine", members: ["f0"] };
    const fake = await mount(
      tiny({ supernodes: [mine], graph: { ...tinyTrait(), kernel: true } }),
      (message, reply) => {
        if (message.type === "group") reply({ supernodes: replies.shift() });
      },
    );
    q(".saec-auto-group").click();
    expect(q<HTMLSelectElement>(".saec-group-scope").value).toBe("pinned");
    const count = q<HTMLInputElement>(".saec-group-count");
    count.value = "1";
    key(count, "Enter");
    expect(fake.sent.at(-1)).toMatchObject({ type: "group", count: 1, nodes: ["f1"] });
    await settle();
    expect(fake.model.get("supernodes")).toEqual([mine, { name: "mine (2)", members: ["f1"] }]);
    expect(text(".saec-popover-line .saec-hint")).toBe("1 group proposed.");
    q(".saec-propose").click();
    await settle();
    expect(fake.model.get("supernodes").map(({ name }) => name)).toEqual(["mine", "a", "b"]);
    q(".saec-unpropose").click();
    expect(fake.model.get("supernodes")).toEqual([mine]);
    q(".saec-redo").click();
    expect(fake.model.get("supernodes")).toHaveLength(3);
  });

  test("scores follow every pin and the slider", async () => {
    const fake = await mount(tiny({ pinned: [] }));
    const value = (what: string) =>
      Number(q(`.saec-score-replacement [data-of="${what}"]`).getAttribute("data-value"));
    expect(value("on show")).toBeCloseTo(0.9, 6);
    expect(all('[data-of="pinned"]')).toHaveLength(0);
    fake.model.set("pinned", ["f0"]);
    await settle();
    expect(value("pinned")).toBeCloseTo(0.875, 6);
    fake.model.set("pinned", []);
    fake.model.set("prune", 0);
    await settle();
    expect(value("on show")).toBeCloseTo(0.5 / 4, 6); // f0 3, f1 and the error −1 + 0.5, t1 0.5
  });

  test("the filter: chips say what is set, clear it, and undo brings it back", async () => {
    const fake = await mount(tiny({ pinned: [] }));
    q(".saec-filter").click();
    expect(q(".saec-filter").getAttribute("aria-expanded")).toBe("true");
    expect(document.activeElement).toBe(q(".saec-filter-from"));
    all(".saec-kind")[0]?.click();
    const token = q<HTMLSelectElement>(".saec-filter-token");
    token.value = "1";
    token.dispatchEvent(new Event("change"));
    expect(fake.model.get("filter")).toEqual({ token: 1, kinds: ["feature"] });
    expect(all(".saec-filter-chip").map((chip) => chip.textContent)).toEqual(["at “␣b” (1)✕", "features✕"]);
    expect(text(".saec-hits")).toBe("1 node");
    expect(text(".saec-strongest")).toContain("verbs");
    const hide = q<HTMLInputElement>(".saec-filter-hide");
    hide.click();
    expect(text(".saec-counts")).toContain("2 of 6 nodes");
    key(hide, "Escape");
    expect(q(".saec-filter").getAttribute("aria-expanded")).toBe("false");
    q(".saec-filter-chip .saec-chip-remove").click();
    expect(fake.model.get("filter")).toEqual({ kinds: ["feature"], hide: true });
    expect(text(".saec-code-text")).toBe('explorer.filter = {"kinds": ["feature"], "hide": True}');
    q(".saec-undo").click();
    expect(fake.model.get("filter")).toEqual({ token: 1, kinds: ["feature"], hide: true });
    fake.model.set("filter", {});
    expect(all(".saec-filter-chip")).toHaveLength(0);
    expect(q(".saec-hits").textContent).toBe("");
  });

  test("the density slider is one action, and is told to Python when it is let go", async () => {
    const fake = await mount(exampleState());
    const slider = q<HTMLInputElement>(".saec-density");
    for (const at of [80, 60, 40]) {
      slider.value = String(at);
      slider.dispatchEvent(new Event("input"));
    }
    expect(fake.model.get("filter")).toEqual({});
    slider.dispatchEvent(new Event("change"));
    expect(fake.model.get("filter").densest).toBeGreaterThan(0);
    expect(text(".saec-filter-chip")).toContain("fires on ≤");
    q(".saec-undo").click();
    expect(fake.model.get("filter")).toEqual({});
    expect(q<HTMLButtonElement>(".saec-undo").disabled).toBe(true);
  });

  test("rows: Ctrl-click and p pin, up and down go through them; thousands are made as they are seen", async () => {
    const crowd = exampleGraph({ crowd: 12 });
    const target = crowd.nodes.id.at(-1) ?? "";
    const fake = await mount({ ...exampleState(), graph: crowd, selected: target, prune: 1 });
    const more = all(".saec-more")[0];
    const hidden = Number(/\d+/.exec(more?.textContent ?? "")?.[0]);
    expect(hidden).toBeGreaterThan(100);
    more?.click();
    const rows = () => all(".saec-long .saec-row");
    expect(rows().length).toBeLessThan(60);
    const long = q(".saec-long");
    long.scrollTop = 23 * 90;
    long.dispatchEvent(new Event("scroll"));
    expect(all(".saec-long-inner > *")[0]?.style.top).toBe(`${23 * 82}px`);
    const [first, second] = rows();
    first?.focus();
    key(first as Element, "ArrowDown");
    expect(document.activeElement).toBe(second);
    key(second as Element, "p");
    expect(fake.model.get("pinned")).toHaveLength(1);
    click(rows()[3] as Element, { ctrlKey: true });
    expect(fake.model.get("pinned")).toHaveLength(2);
    expect(fake.model.get("selected")).toBe(target);
  });

  test("all labels on show, by token and layer; what is pointed at in the graph is lit in the list", async () => {
    const fake = await mount(tiny({ pinned: [] }));
    const [strongest, places] = all(".saec-order");
    expect(strongest?.getAttribute("aria-pressed")).toBe("true");
    places?.click();
    expect(all(".saec-node-list > *").map((line) => line.textContent)).toEqual([
      "a0",
      expect.stringContaining("plural"),
      "␣b1",
      expect.stringContaining("verbs"),
    ]);
    all(".saec-strongest .saec-row")[1]?.dispatchEvent(new Event("pointerenter"));
    expect(all(".saec-row-lit").map((row) => row.getAttribute("data-row"))).toEqual(["3"]);
    fake.model.set("prune", 0);
    expect(text(".saec-strongest .saec-hint")).toBe("Nothing is on show.");
    const search = q<HTMLInputElement>(".saec-search");
    search.value = "plural";
    search.dispatchEvent(new Event("input"));
    expect(all(".saec-strongest .saec-row")).toHaveLength(1);
    expect(text(".saec-order")).toBe("Found");
  });

  test("an arrow says where an effect comes from", async () => {
    await mount(tiny({ selected: "y" }));
    const places = all(".saec-side-inputs .saec-row-place").map((place) => place.textContent);
    expect(places).toContain("L0 ← a");
    expect(places).toContain("L0 · ␣b");
  });
});
