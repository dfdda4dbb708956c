/** The state of one view of the ParetoPlot: the traits, what follows from them, and what only this view knows. */

import type { Look } from "../chart/series.js";
import { look } from "../chart/series.js";
import type { Store } from "../model/store.js";
import type { Model } from "../model/traits.js";
import { type Aim, type Place, paretoFront } from "./front.js";
import type { ParetoTraits, PointTrait } from "./traits.js";

export interface State {
  points: PointTrait[];
  /** Names of all scores, in the order in which they are met. */
  scores: string[];
  groups: string[];
  x: string;
  y: string;
  lower: ReadonlySet<string>;
  /** Points that have both scores, and those of them that no other beats. */
  places: Place[];
  front: Place[];
  selected: string | null;
  /** Number of the point that is looked at. */
  hovered: number | null;
  /** A group that is emphasised. */
  group: string | null;
  /** The Python of the last action. */
  code: string;
}

export type ParetoStore = Store<State>;

export function initialState(): State {
  return {
    points: [],
    scores: [],
    groups: [],
    x: "",
    y: "",
    lower: new Set(),
    places: [],
    front: [],
    selected: null,
    hovered: null,
    group: null,
    code: "",
  };
}

export function aim({ lower, x, y }: Readonly<State>): Aim {
  return { lessX: lower.has(x), lessY: lower.has(y) };
}

export function lookOf({ groups }: Readonly<State>, point: PointTrait): Look {
  return look(Math.max(0, groups.indexOf(point.group)));
}

/** Radius of a point: its area grows with the logarithm of the width. */
export function radius({ points }: Readonly<State>, { width }: PointTrait): number {
  const widths = points.map((point) => point.width).filter((each) => each > 0);
  const [low, high] = [Math.min(...widths), Math.max(...widths)];
  if (!(width > 0) || !(high > low)) return 5.5;
  return 4 + (4.5 * Math.log(width / low)) / Math.log(high / low);
}

export function selectedPoint({ points, selected }: Readonly<State>): PointTrait | null {
  return points.find((point) => point.name === selected) ?? null;
}

/** Traits → state, a block per trait. */
export function followTraits(model: Model<ParetoTraits>, store: ParetoStore): () => void {
  const derive = () => {
    const { points, x, y } = store.get();
    const places = points.flatMap(({ scores }, point) => {
      const [across, up] = [scores[x], scores[y]];
      return across === undefined || up === undefined ? [] : [{ point, x: across, y: up }];
    });
    store.set({ places, front: paretoFront(places, aim(store.get())) });
  };
  const blocks: Record<keyof ParetoTraits, () => void> = {
    points() {
      const points = model.get("points") ?? [];
      const scores = [...new Set(points.flatMap((point) => Object.keys(point.scores)))];
      const groups = [...new Set(points.map((point) => point.group))];
      store.set({ points, scores, groups, hovered: null, group: null });
      derive();
    },
    x() {
      store.set({ x: model.get("x") ?? "" });
      derive();
    },
    y() {
      store.set({ y: model.get("y") ?? "" });
      derive();
    },
    lower_is_better() {
      store.set({ lower: new Set(model.get("lower_is_better") ?? []) });
      derive();
    },
    selected: () => store.set({ selected: model.get("selected") ?? null }),
  };
  const entries = Object.entries(blocks);
  const followed = entries.map(([name, block]) => {
    const run = () => store.attempt(block, block);
    run();
    model.on(`change:${name}`, run);
    return () => model.off(`change:${name}`, run);
  });
  return () => {
    for (const end of followed) end();
  };
}
