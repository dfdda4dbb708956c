import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { exampleEdge, exampleScore } from "../gallery/attention.js";
import { exampleCard, exampleState, HOSTILE, type Options } from "../gallery/example.js";
import { type FakeModel, fakeModel, type Message, type Reply } from "../gallery/fake_model.js";
import type { Question } from "../src/attention/state.js";
import explorer from "../src/explorer.js";
import type { ExplorerTraits, GraphTrait } from "../src/model/traits.js";
import { fakeBrowser, settle } from "./setup.js";

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
const all = <E extends Element = HTMLElement>(selector: string) => [...el.querySelectorAll<E>(selector)];
const text = (selector: string) => q(selector).textContent ?? "";
const press = (target: Element, key: string) =>
  target.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
/** A number as the widget writes it. */
const read = (written: string | null | undefined) => {
  const plain = (written ?? "").replace("−", "-").replace("·", "0");
  return Number(plain.replace("+", ""));
};

function kernel(graph: GraphTrait) {
  return (message: Message, reply: Reply) => {
    if (message.type === "card") return reply({ card: exampleCard("transcoder.0", 7) });
    if (message.type === "feature_card") return reply({ card: exampleCard("transcoder.0", 77, HOSTILE) });
    if (message.type === "edge_heads") {
      return reply({ edge: exampleEdge(graph, String(message.source), String(message.target)) });
    }
    if (message.type === "explain_head") {
      const { score, buffers } = exampleScore(graph, message as unknown as Question);
      return reply({ score }, buffers);
    }
    return reply({ error: { message: "no", cure: "none" } });
  };
}

type Fake = FakeModel<ExplorerTraits>;

/** An Explorer with a feature selected that others act on. */
async function mount(
  options: Options = {},
  answer?: (message: Message, reply: Reply) => void,
): Promise<Fake> {
  const state = exampleState(options);
  const graph = state.graph as GraphTrait;
  const fake = fakeModel({ ...state, selected: target(graph) }, answer ?? kernel(graph));
  explorer.render({ model: fake.model, el });
  await settle();
  return fake;
}

/** A feature of the last layer that a feature of another token acts on most. */
function target(graph: GraphTrait): string {
  const layers = new Int16Array(graph.nodes.layer.buffer as ArrayBuffer);
  const kinds = new Uint8Array(graph.nodes.kind.buffer as ArrayBuffer);
  const row = layers.findIndex((layer, at) => layer === 3 && kinds[at] === 0);
  return graph.nodes.id[row] ?? "";
}

const asked = ({ sent }: Fake, type: string) => sent.filter((message) => message.type === type);

/** Opens the first input that comes through heads. */
async function openEdge(fake: Fake): Promise<Message> {
  for (const button of all(".saec-side-inputs .saec-edge-heads")) {
    button.click();
    await settle();
    if (all(".saec-route-head").length > 2) break;
  }
  const [last] = asked(fake, "edge_heads").slice(-1);
  if (!last) throw new Error("no edge was asked for");
  return last;
}

async function explainFirst(fake: Fake): Promise<Message> {
  await openEdge(fake);
  q(".saec-route-head").click();
  await settle();
  const [last] = asked(fake, "explain_head").slice(-1);
  if (!last) throw new Error("no head was asked for");
  return last;
}

describe("an edge by its heads", () => {
  test("a click beside a connection asks for it, and the shares add up to the edge", async () => {
    const fake = await mount();
    expect(q(".saec-attention").hidden).toBe(true);
    const message = await openEdge(fake);
    expect(message.target).toBe(fake.model.get("selected"));
    expect(q(".saec-attention").hidden).toBe(false);
    const weight = read(text(".saec-attention-title .saec-number"));
    const lists = all(".saec-route-list");
    expect(lists.map((list) => list.querySelector("h5")?.textContent)).toEqual(["Arriving", "Leaving"]);
    for (const list of lists) {
      const values = [...list.querySelectorAll(".saec-route:not(.saec-route-sum) .saec-route-value")];
      const total = values.reduce((sum, value) => sum + read(value.textContent), 0);
      expect(total).toBeCloseTo(weight, 1); // each line is rounded to two digits
      expect(read(list.querySelector(".saec-route-sum .saec-route-value")?.textContent)).toBeCloseTo(
        weight,
        2,
      );
    }
    expect(text(".saec-code-text")).toBe(`lab.edge_heads(circuit, "${message.source}", "${message.target}")`);
  });

  test("bars go right for what pushes up and left for what pushes down, the longest to the end", async () => {
    await openEdge(await mount());
    const fills = all(".saec-route-fill");
    for (const fill of fills) {
      const down = fill.classList.contains("saec-bar-negative");
      expect([fill.style.left, fill.style.right]).toEqual(down ? ["", "50%"] : ["50%", ""]);
    }
    expect(Math.max(...fills.map((fill) => Number.parseFloat(fill.style.width)))).toBe(50);
  });

  test("more heads than there is room for are added up, and shown on demand", async () => {
    await mount();
    for (const button of all(".saec-side-inputs .saec-edge-heads")) {
      button.click();
      await settle();
      if (el.querySelector(".saec-route-more")) break;
    }
    const before = all(".saec-route-head").length;
    const sums = all(".saec-route-sum").map(({ textContent }) => textContent);
    q(".saec-route-more").click();
    expect(all(".saec-route-head").length).toBeGreaterThan(before);
    expect(all(".saec-route-sum").map(({ textContent }) => textContent)).toEqual(sums);
  });

  test("h on a row does the same; Escape closes and gives the focus back", async () => {
    const fake = await mount();
    const row = q<HTMLButtonElement>(".saec-side-inputs .saec-row");
    row.focus();
    press(row, "h");
    await settle();
    expect(asked(fake, "edge_heads")).toHaveLength(1);
    expect(document.activeElement).toBe(q(".saec-attention-title"));
    press(q(".saec-attention-title"), "Escape");
    expect(q(".saec-attention").hidden).toBe(true);
    expect(document.activeElement).toBe(row);
  });

  test("outputs are asked for from the selected node", async () => {
    const fake = await mount();
    q(".saec-side-outputs .saec-edge-heads").click();
    await settle();
    expect(asked(fake, "edge_heads")[0]?.source).toBe(fake.model.get("selected"));
  });

  test("both ends can be selected from the title", async () => {
    const fake = await mount();
    const { source } = await openEdge(fake);
    all<HTMLButtonElement>(".saec-attention-end")[0]?.click();
    expect(fake.model.get("selected")).toBe(source);
    expect(q(".saec-attention").hidden).toBe(false);
  });

  test("what goes wrong is said in the panel", async () => {
    await mount({}, (message, reply) => {
      if (message.type === "edge_heads")
        reply({ error: { message: "By another method.", cure: "Use Direct." } });
    });
    q(".saec-edge-heads").click();
    await settle();
    expect(text(".saec-attention-status")).toBe("By another method. Use Direct.");
    expect(q(".saec-error").hidden).toBe(true);
  });

  test("an edge that passes no head says so", async () => {
    const none = { layer: -1, head: -1, value: 2.5, key: null, query: null };
    const edge = { source: "a", target: "b", weight: 2.5, straight: 2.5, arriving: [none], leaving: [none] };
    const rest = { arriving_rest: { count: 0, value: 0 }, leaving_rest: { count: 0, value: 0 }, layers: [] };
    await mount({}, (message, reply) => {
      if (message.type === "edge_heads") reply({ edge: { ...edge, ...rest } });
    });
    q(".saec-edge-heads").click();
    await settle();
    expect(text(".saec-attention")).toContain("It passes no head");
    expect(all(".saec-route-head")).toHaveLength(0);
    expect(all(".saec-route-sum .saec-route-value").map(({ textContent }) => textContent)).toEqual([
      "+2.50",
      "+2.50",
    ]);
  });

  test("circuits that are looked at only say why, and nothing is asked", async () => {
    const fake = await mount({ only: "merged" });
    q(".saec-edge-heads").click();
    await settle();
    expect(text(".saec-attention-status")).toContain("the mean of 2 prompts");
    expect(asked(fake, "edge_heads")).toEqual([]);
  });

  test("a newer edge takes the place of an older one, whatever comes late", async () => {
    const replies: Reply[] = [];
    const fake = await mount({}, (message, reply) => {
      if (message.type === "edge_heads") replies.push(reply);
    });
    const graph = fake.model.get("graph") as GraphTrait;
    const [first, second] = all<HTMLButtonElement>(".saec-side-inputs .saec-edge-heads");
    first?.click();
    second?.click();
    const [one, two] = asked(fake, "edge_heads");
    expect(asked(fake, "cancel").map(({ of }) => of)).toEqual([one?.id]);
    replies[0]?.({ edge: exampleEdge(graph, String(one?.source), String(one?.target)) });
    await settle();
    expect(all(".saec-route")).toHaveLength(0);
    replies[1]?.({ edge: exampleEdge(graph, String(two?.source), String(two?.target)) });
    await settle();
    expect(all(".saec-route").length).toBeGreaterThan(1);
  });

  test("another circuit closes it", async () => {
    const fake = await mount();
    await openEdge(fake);
    fake.model.set("graph", { ...(fake.model.get("graph") as GraphTrait), prompt: "another" });
    expect(q(".saec-attention").hidden).toBe(true);
  });
});

describe("a head explained", () => {
  test("a click on a head explains where it carries most", async () => {
    const fake = await mount();
    const message = await explainFirst(fake);
    const ends = asked(fake, "edge_heads").at(-1);
    const graph = fake.model.get("graph") as GraphTrait;
    const edge = exampleEdge(graph, String(ends?.source), String(ends?.target));
    const [head] = edge.arriving.filter(({ layer }) => layer >= 0);
    expect(message).toMatchObject({
      layer: head?.layer,
      head: head?.head,
      query: head?.query,
      key: head?.key,
      against: false,
      traced: false,
    });
    expect(text(".saec-qk-title")).toContain(`Head ${head?.layer}.${head?.head}: why `);
    expect(q(".saec-route-head").getAttribute("aria-pressed")).toBe("true");
    expect(text(".saec-code-text")).toBe(
      `lab.explain_head(circuit.prompt, layer=${head?.layer}, head=${head?.head}, query=${head?.query}).at(${head?.key})`,
    );
  });

  test("the matrix adds up: rows, columns, and the score in the corner", async () => {
    const fake = await mount();
    const message = await explainFirst(fake);
    const { score, buffers } = exampleScore(
      fake.model.get("graph") as GraphTrait,
      message as unknown as Question,
    );
    const parts = new Float32Array(buffers[2]?.buffer as ArrayBuffer);
    const rows = all<HTMLTableRowElement>(".saec-qk-table tbody tr").map((row) =>
      [...row.querySelectorAll("td")].map((cell) => read(cell.textContent)),
    );
    expect(rows).toHaveLength(10);
    const body = rows.slice(0, 9);
    for (const [at, row] of body.entries()) {
      const exact = [...parts.slice(9 * at, 9 * at + 9)];
      for (const [column, value] of exact.entries()) expect(row[column]).toBeCloseTo(value, 0.9);
      expect(row[9]).toBeCloseTo(
        exact.reduce((sum, value) => sum + value, 0),
        0.9,
      ); // one decimal is shown
    }
    expect(rows[9]?.[9]).toBeCloseTo(score.score, 0.9);
    expect(all(".saec-qk-pair")).toHaveLength(14);
    expect(all(".saec-qk-table tbody th").map(({ textContent }) => textContent)).toMatchSnapshot();
  });

  test("tokens show the pattern, those that the query does not see are off", async () => {
    const fake = await mount();
    const message = await explainFirst(fake);
    const tokens = all<HTMLButtonElement>(".saec-qk-token");
    const query = Number(message.query);
    expect(tokens).toHaveLength((fake.model.get("graph") as GraphTrait).tokens.length);
    expect(tokens.map(({ disabled }) => disabled)).toEqual(tokens.map((_, position) => position > query));
    const heat = tokens.map((token) => Number.parseFloat(token.style.getPropertyValue("--saec-heat-share")));
    expect(heat.reduce((sum, share) => sum + share, 0)).toBeGreaterThan(70);
    expect(tokens.findIndex((token) => token.getAttribute("aria-pressed") === "true")).toBe(message.key);
    expect(tokens[0]?.getAttribute("aria-label")).toMatch(/pattern .* %, score/);
  });

  test("another key, another query, and how it is compared", async () => {
    const fake = await mount();
    const { query } = await explainFirst(fake);
    all<HTMLButtonElement>(".saec-qk-token")[1]?.click();
    await settle();
    expect(asked(fake, "explain_head").at(-1)).toMatchObject({ key: 1, query });
    const [against, traced] = all<HTMLInputElement>(".saec-qk-options input");
    against?.click();
    await settle();
    expect(asked(fake, "explain_head").at(-1)).toMatchObject({ key: 1, against: true, traced: false });
    expect(text(".saec-qk-facts")).toContain("above the mean");
    expect(text(".saec-code-text")).toContain('against="mean").at(1)');
    traced?.click();
    await settle();
    expect(text(".saec-code-text")).toContain('against="mean", traced=True)');
    const select = q<HTMLSelectElement>(".saec-qk-query");
    select.value = "4";
    select.dispatchEvent(new Event("change"));
    await settle();
    expect(asked(fake, "explain_head").at(-1)).toMatchObject({ query: 4, key: null, against: true });
    expect(all(".saec-qk-token").filter((token) => token.dataset.query !== undefined)).toHaveLength(1);
    all(".saec-route-head").at(-1)?.click();
    await settle();
    expect(asked(fake, "explain_head").at(-1)).toMatchObject({ against: true, traced: true });
  });

  test("sources are clicked: nodes are selected, others show their card, sublayers are text", async () => {
    const fake = await mount();
    await explainFirst(fake);
    const inside = q<HTMLButtonElement>(".saec-qk .saec-source-chip[data-node]");
    inside.click();
    const graph = fake.model.get("graph") as GraphTrait;
    expect(fake.model.get("selected")).toBe(graph.nodes.id[Number(inside.dataset.node)]);
    expect(q(".saec-qk").hidden).toBe(false);
    q(".saec-source-outside").click();
    await settle();
    expect(asked(fake, "feature_card").at(-1)).toMatchObject({ feature: "transcoder.0/77" });
    expect(text(".saec-qk-card")).toContain("not in this circuit");
    expect(el.querySelector("img")).toBeNull();
    expect(text(".saec-qk-card-head")).toContain(HOSTILE);
    q(".saec-qk-card button").click();
    expect(q(".saec-qk-card").hidden).toBe(true);
    for (const plain of all(".saec-source-plain")) expect(plain.tagName).toBe("SPAN");
  });

  test("a head that cannot be explained says why, and the edge stays", async () => {
    const state = exampleState();
    const answer = kernel(state.graph as GraphTrait);
    const fake = await mount({}, (message, reply) =>
      message.type === "explain_head"
        ? reply({ error: { message: "No such head.", cure: "Take another." } })
        : answer(message, reply),
    );
    await openEdge(fake);
    q(".saec-route-head").click();
    await settle();
    expect(text(".saec-attention-status")).toBe("No such head. Take another.");
    expect(q(".saec-routes").hidden).toBe(false);
  });

  test("every control keeps Jupyter's shortcuts away and has a name", async () => {
    await explainFirst(await mount({ hostile: true }));
    const controls = all(".saec-attention button, .saec-attention input, .saec-attention select");
    expect(controls.length).toBeGreaterThan(30);
    for (const control of controls) {
      expect(control.hasAttribute("data-lm-suppress-shortcuts")).toBe(true);
      const name = control.getAttribute("aria-label") ?? control.textContent ?? "";
      expect(name !== "" || control.closest("label")?.textContent).toBeTruthy();
    }
    expect(el.querySelector("img")).toBeNull();
  });
});
