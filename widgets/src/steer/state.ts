/** The state of one view of the SteeringPanel, and what a person can do. */

import type { Ask } from "../model/ask.js";
import { Superseded } from "../model/ask.js";
import { asFailure } from "../model/failure.js";
import { literal } from "../model/python.js";
import { createStore, type Store } from "../model/store.js";
import type { Model } from "../model/traits.js";
import type { Stand } from "../mount.js";
import type { Status } from "../status.js";
import { generateCall, rowCall } from "./python.js";
import type {
  At,
  FoundTrait,
  KnownTrait,
  OptionsTrait,
  RowTrait,
  SteeringTraits,
  TextTrait,
} from "./traits.js";

export const DELAY_MS = 300;

export interface State {
  prompt: string;
  tokens: string[];
  rows: readonly RowTrait[];
  known: Record<string, KnownTrait>;
  options: OptionsTrait;
  plain: TextTrait | null;
  edited: TextTrait | null;
  feature: string | null;
  /** What a search found; null while none is open. */
  found: FoundTrait[] | null;
  waiting: boolean;
  code: string;
}

export type SteerStore = Store<State>;

export interface SteerActions {
  ask(prompt: string): void;
  setOptions(options: Partial<OptionsTrait>): void;
  setStrength(row: number, strength: number): void;
  toggleAblation(row: number): void;
  setPlace(row: number, at: At): void;
  add(found: FoundTrait): void;
  remove(row: number): void;
  choose(feature: string): void;
  search(text: string): void;
  closeSearch(): void;
}

const DEFAULTS: OptionsTrait = { tokens: 16, temperature: 0, seed: 0, hold: false };

function optionsOf(model: Model<SteeringTraits>): OptionsTrait {
  return { ...DEFAULTS, ...model.get("options") };
}

export function createSteerStore(stand: Stand<SteeringTraits>): SteerStore {
  const { model, follow, onClean, attempt } = stand;
  const store = createStore<State>(
    {
      prompt: "",
      tokens: [],
      rows: [],
      known: {},
      options: DEFAULTS,
      plain: null,
      edited: null,
      feature: null,
      found: null,
      waiting: false,
      code: "",
    },
    attempt,
  );
  onClean(store.close);
  follow(["prompt"], () => store.set({ prompt: model.get("prompt") ?? "" }));
  follow(["tokens"], () => store.set({ tokens: model.get("tokens") ?? [] }));
  follow(["known"], () => store.set({ known: { ...store.get().known, ...model.get("known") } }));
  // While an answer is awaited, what stands here is newer than what comes from Python.
  follow(["rows"], () => store.get().waiting || store.set({ rows: model.get("rows") ?? [] }));
  follow(["options"], () => store.get().waiting || store.set({ options: optionsOf(model) }));
  follow(["plain"], () => store.set({ plain: model.get("plain") ?? null }));
  follow(["edited"], () => store.set({ edited: model.get("edited") ?? null }));
  follow(["feature"], () => store.set({ feature: model.get("feature") ?? null }));
  store.watch(["prompt", "rows", "options", "tokens", "known"], (state) =>
    store.set({ code: codeOf(state) }),
  );
  return store;
}

function codeOf({ prompt, rows, options, tokens, known }: Readonly<State>): string {
  const calls = rows.map((row) => rowCall(row, known[row.feature], tokens.length, options));
  return generateCall(prompt, calls, options);
}

/** The widget itself, as it stands. */
export function panelCode({ prompt, rows }: Readonly<State>): string {
  const features = rows.map(({ feature }) => literal(feature)).join(", ");
  return `panel = lab.steering_panel(${literal(prompt)}, [${features}])`;
}

export function createActions(stand: Stand<SteeringTraits>, store: SteerStore, status: Status): SteerActions {
  const { ask, model, save, onClean } = stand;
  let timer: ReturnType<typeof setTimeout> | null = null;
  let asked = 0;
  const search = searcher(ask, store, status);
  onClean(() => timer !== null && clearTimeout(timer));

  /** Writes the texts anew, now or when nothing has moved for a while. */
  function write(delay: number, prompt = store.get().prompt): void {
    if (timer !== null) clearTimeout(timer);
    store.set({ waiting: true });
    timer = setTimeout(() => void send(prompt), delay);
  }

  async function send(prompt: string): Promise<void> {
    timer = null;
    const mine = ++asked;
    const { rows, options } = store.get();
    const answer = await status.run("writing", "steer", { prompt, rows, options });
    if (mine !== asked || timer !== null) return;
    store.set({ waiting: false });
    // Refused or stopped: what Python holds is what the texts were written for.
    if (!answer)
      store.set({
        prompt: model.get("prompt") ?? "",
        rows: model.get("rows") ?? [],
        options: optionsOf(model),
      });
  }

  function change(number: number, part: Partial<RowTrait>, delay = 0): void {
    const { rows } = store.get();
    store.set({ rows: rows.map((row, i) => (i === number ? { ...row, ...part } : row)) });
    write(delay);
  }

  return {
    ask: (prompt) => write(0, prompt),
    setOptions(options) {
      store.set({ options: { ...store.get().options, ...options } });
      write(DELAY_MS);
    },
    setStrength: (row, strength) => change(row, { strength, ablate: false }, DELAY_MS),
    toggleAblation: (row) => change(row, { ablate: !store.get().rows[row]?.ablate }),
    setPlace: (row, at) => change(row, { at }),
    add({ feature, ...known }) {
      const { rows, known: before } = store.get();
      store.set({ found: null, known: { ...before, [feature]: known } });
      if (rows.some((row) => row.feature === feature)) return;
      store.set({ rows: [...rows, { feature, strength: 1, ablate: false, at: "all" }] });
      write(0);
    },
    remove(number) {
      store.set({ rows: store.get().rows.filter((_, i) => i !== number) });
      write(0);
    },
    choose(feature) {
      store.set({ feature });
      save("feature", feature);
    },
    search,
    closeSearch: () => store.set({ found: null }),
  };
}

/** The newest search counts. */
function searcher(ask: Ask, store: SteerStore, status: Status): (text: string) => void {
  let newest = 0;
  return async (text) => {
    const mine = ++newest;
    try {
      const { body } = await ask<{ found?: FoundTrait[] }>("search", { text });
      if (mine === newest) store.set({ found: body.found ?? [] });
    } catch (error) {
      if (mine === newest && !(error instanceof Superseded)) status.fail(asFailure(error));
    }
  };
}
