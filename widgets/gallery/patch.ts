/** A made-up PatchBoard: two prompts about capitals, on fixed numbers. */

import type { FeaturesTrait, PatchEffectTrait, PatchTraits, QuestionTrait } from "../src/patch/traits.js";
import patchBoard from "../src/patch_board.js";
import { HOSTILE, random } from "./example.js";
import { exhibit, later, refuse } from "./exhibit.js";

const ROWS = ["transcoder.0", "transcoder.1", "transcoder.2", "transcoder.3"];
const CLEAN = ["<bos>", "the", "capital", "of", "the", "country", "containing", "Gdansk", "is"];
const LABELS = [
  "Poland · Norway …",
  "Italy · Austria …",
  "cities of Europe",
  "→ Warsaw",
  "→ Rome, Milan",
  "of · in",
  "is",
];

const bytes = (values: readonly number[]) => new DataView(Float32Array.from(values).buffer);

export interface PatchOptions {
  hostile?: boolean;
  /** More tokens than there is room for. */
  long?: boolean;
  /** How many cells are measured; all of them if it is not said. */
  measured?: number;
}

export function examplePatch(options: PatchOptions = {}): PatchTraits {
  const { hostile = false, long = false } = options;
  const clean = long ? [...CLEAN.slice(0, -1), ...Array(21).fill("and"), "is"] : [...CLEAN];
  const at = CLEAN.length - 2;
  const corrupted = clean.with(at, hostile ? HOSTILE : "Florence");
  const rows = hostile ? ROWS.with(1, HOSTILE) : ROWS;
  return {
    error: null,
    busy: "",
    progress: null,
    question: {
      clean: clean.slice(1).join(" "),
      corrupted: corrupted.slice(1).join(" "),
      target: "",
      against: "",
    },
    board: {
      rows: [...rows],
      clean,
      corrupted,
      differ: clean.map((_, place) => place === at),
      editable: clean.map((_, place) => place > 0),
      positions: clean.map((_, place) => [place, place]),
      note: hostile ? `Matched at the first ${HOSTILE}` : "",
      target: hostile ? `Warsaw − ${HOSTILE}` : "Warsaw − Rome",
      values: [23.3, -20.1],
      answers: [
        ["Warsaw", 0.9993],
        [hostile ? HOSTILE : "Rome", 0.9991],
      ],
    },
    noising: true,
    measured: bytes(exampleShares(rows.length, clean.length, at, options.measured)),
    cell: null,
    features: null,
    ticked: [],
    effect: exampleEffect([], hostile),
    feature: null,
  };
}

function exampleShares(rows: number, places: number, at: number, measured = rows * places): number[] {
  const noise = random(3);
  return Array.from({ length: rows * places }, (_, i) => {
    const [row, place] = [Math.floor(i / places), i % places];
    const small = 0.05 * (noise() - 0.5);
    if (place === 0 || i >= measured) return Number.NaN;
    if (place < at) return 0;
    if (place === at) return [0.97, 0.31, -0.12, small][row] ?? 0;
    return place === places - 1 ? ([small, 0.06, 0.22, 0.84][row] ?? 0) : small;
  });
}

export function exampleFeatures(cell: string, hostile = false): FeaturesTrait {
  const noise = random(5);
  const shares = [0.46, 0.21, -0.14, 0.09, 0.03, -0.02, 0.004];
  return {
    cell,
    index: new DataView(Int32Array.from(LABELS.map((_, i) => 12 + 31 * i)).buffer),
    was: bytes(shares.map((share) => (share > 0 ? 40 * share : 0))),
    becomes: bytes(shares.map((share) => (share > 0 ? 0 : -30 * share))),
    estimate: bytes(shares.map((share) => share * (0.5 + 0.4 * noise()))),
    share: bytes(shares),
    labels: hostile ? LABELS.with(0, HOSTILE) : [...LABELS],
    total: LABELS.length + 4,
    done: true,
  };
}

export function exampleEffect(ticked: readonly string[], hostile = false): PatchEffectTrait {
  const some = ticked.length > 0;
  const share = some ? Math.min(1, 0.3 + 0.4 * ticked.length) : null;
  const moved = share ?? 1;
  return {
    tokens: ["Warsaw", hostile ? HOSTILE : "Rome", "Madrid", "Paris", "Oslo", "Polish"],
    before: bytes([0.9993, 0, 0, 0, 0.0002, 0.0001]),
    after: bytes([1 - moved, 0.95 * moved, 0.03 * moved, 0.01 * moved, 0, 0]),
    target_before: 23.3,
    target_after: 23.3 - 43.4 * moved,
    share,
    top_before: "Warsaw",
    top_after: moved > 0.5 ? "Rome" : "Warsaw",
    ticked: [...ticked],
    milliseconds: 11,
  };
}

export const patchExhibit = exhibit<PatchTraits>({
  name: "patch_board",
  title: "PatchBoard",
  says: "Two prompts: which features, put from one into the other, change the answer.",
  widget: patchBoard,
  state: (options) =>
    examplePatch({ hostile: options.get("hostile") === "1", long: options.get("long") === "1" }),
  answer(message, reply, { model }, options) {
    const hostile = options.get("hostile") === "1";
    if (message.type === "features") {
      return later(options, 60, () => {
        model.set("features", exampleFeatures(String(message.cell), hostile));
        model.set("cell", String(message.cell));
        reply({});
      });
    }
    if (message.type === "patch") {
      const ticked = message.ticked as string[];
      return later(options, 40, () => {
        model.set("effect", exampleEffect(ticked, hostile));
        model.set("ticked", ticked);
        reply({});
      });
    }
    if (message.type !== "measure") return refuse(message, reply);
    const { clean, corrupted, target, against } = message as unknown as QuestionTrait;
    return later(options, 200, () => {
      model.set("question", { clean, corrupted, target, against });
      model.set("noising", message.noising as boolean);
      reply({});
    });
  },
});
