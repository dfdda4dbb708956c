/** The state of one view of the PatchBoard, and what a person can do. */

import { failureOf } from "../model/failure.js";
import type { Store } from "../model/store.js";
import { createStore } from "../model/store.js";
import type { Stand } from "../mount.js";
import type { Status } from "../status.js";
import { type Board, type CellFeatures, decodeBoard, decodeFeatures } from "./cells.js";
import { boardCall, chooseFeature, lookInto, patchCall, turn } from "./python.js";
import type { BoardTrait, PatchEffectTrait, PatchTraits, QuestionTrait } from "./traits.js";

export interface State {
  question: QuestionTrait;
  /** Null until Python has sent it. */
  board: Board | null;
  noising: boolean;
  /** The cell that is looked into, and its features once they are known. */
  cell: string | null;
  features: CellFeatures | null;
  ticked: readonly string[];
  effect: PatchEffectTrait | null;
  feature: string | null;
  /** Row and place of the cell under the pointer or the keys. */
  cursor: { row: number; place: number } | null;
  /** Whether an answer about the output is awaited. */
  waiting: boolean;
  /** What Python is at, in words. */
  busy: string;
  /** How many measurements were asked for here and are not answered yet. */
  asking: number;
  /** The Python of the last action. */
  code: string;
}

/** The id of a measurement that no browser asked for. */
const OWN_MEASURING = "own-measure";

export type PatchStore = Store<State>;

export interface PatchActions {
  /** Measures two prompts, or the same ones the other way round. */
  ask(question: QuestionTrait, noising: boolean): void;
  look(cursor: State["cursor"]): void;
  lookInto(cell: string | null): void;
  tick(id: string): void;
  clear(): void;
  /** Ends the measuring that Python began by itself. */
  stop(): void;
  choose(feature: string): void;
}

const NOTHING: QuestionTrait = { clean: "", corrupted: "", target: "", against: "" };

export function createPatchStore(stand: Stand<PatchTraits>): PatchStore {
  const { model, follow, onClean, attempt } = stand;
  const store = createStore<State>(
    {
      question: NOTHING,
      board: null,
      noising: true,
      cell: null,
      features: null,
      ticked: [],
      effect: null,
      feature: null,
      cursor: null,
      waiting: false,
      busy: "",
      asking: 0,
      code: "",
    },
    attempt,
  );
  onClean(store.close);
  follow(["question"], () => {
    const question = { ...NOTHING, ...model.get("question") };
    store.set({ question, code: boardCall(question) });
  });
  follow(["board", "measured"], () => {
    const board = model.get("board");
    if (board && "rows" in board)
      store.set({ board: decodeBoard(board as BoardTrait, model.get("measured")) });
  });
  follow(["noising"], () => store.set({ noising: model.get("noising") ?? true }));
  follow(["cell"], () => store.set({ cell: model.get("cell") ?? null }));
  follow(["features"], () => {
    const features = model.get("features");
    store.set({ features: features ? decodeFeatures(features) : null });
  });
  follow(["ticked"], () => store.set({ ticked: model.get("ticked") ?? [] }));
  follow(["effect"], () => store.set({ effect: model.get("effect") ?? null }));
  follow(["busy"], () => store.set({ busy: model.get("busy") ?? "" }));
  follow(["feature"], () => store.set({ feature: model.get("feature") ?? null }));
  return store;
}

export function createActions(
  { ask, save }: Stand<PatchTraits>,
  store: PatchStore,
  status: Status,
): PatchActions {
  let asked = 0;

  async function patch(ticked: readonly string[]): Promise<void> {
    const mine = ++asked;
    const before = store.get().ticked;
    const { question, board, noising } = store.get();
    const code = board ? patchCall(question, board, noising, ticked) : "";
    store.set({ ticked, waiting: true, code });
    const answer = await status.run("patching", "patch", { ticked });
    if (mine !== asked) return;
    store.set({ waiting: false, ...(answer ? {} : { ticked: before }) });
  }

  return {
    ask(question, noising) {
      const other = noising !== store.get().noising;
      store.set({ code: other ? turn(noising) : boardCall(question) });
      store.set({ asking: store.get().asking + 1 });
      const answered = () => store.set({ asking: store.get().asking - 1 });
      void status.run("running both prompts", "measure", { ...question, noising }).then(answered);
    },
    look(cursor) {
      const { cursor: now } = store.get();
      if (cursor?.row !== now?.row || cursor?.place !== now?.place) store.set({ cursor });
    },
    lookInto(cell) {
      store.set({ cell, code: lookInto(cell), features: null });
      if (cell === null) save("cell", null);
      else void status.run("measuring features", "features", { cell });
    },
    tick(id) {
      const { ticked } = store.get();
      void patch(ticked.includes(id) ? ticked.filter((each) => each !== id) : [...ticked, id]);
    },
    clear: () => void patch([]),
    stop: () => void ask("cancel", { of: OWN_MEASURING }).catch((error) => status.fail(failureOf(error))),
    choose(feature) {
      store.set({ feature, code: chooseFeature(feature) });
      save("feature", feature);
    },
  };
}
