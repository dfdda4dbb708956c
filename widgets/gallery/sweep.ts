/** A made-up sweep on fixed numbers: curves for the TrainingMonitor, points for the ParetoPlot. */

import { METRICS } from "../src/monitor/curves.js";
import type { MonitorTraits, RunState } from "../src/monitor/traits.js";
import type { ParetoTraits, PointTrait } from "../src/pareto/traits.js";
import { HOSTILE, random } from "./example.js";

const KINDS = ["topk", "batchtopk", "jumprelu", "relu", "gated"];
const SPARSITY = [8, 16, 32, 64, 128];
const WIDTHS = [1024, 2048, 4096, 8192];
const STEPS = 3907;
const BATCH = 1024;
const RECENT = 40;
const MOST = 400;

export interface SweepOptions {
  runs?: number;
  /** Log entries so far, of how many. */
  entries?: number;
  total?: number;
  hostile?: boolean;
  state?: MonitorTraits["state"];
}

export function exampleSweep(options: SweepOptions = {}): MonitorTraits {
  const { runs = 6, total = 400, entries = 240, hostile = false, state = "running" } = options;
  const stopped = runs > 3 ? 2 : -1;
  const rows = Array.from({ length: Math.min(entries, MOST) }, (_, i) =>
    row(((i + 1) * entries) / Math.min(entries, MOST) / total, runs, stopped),
  );
  const ended: RunState = state === "failed" ? "failed" : state === "finished" ? "finished" : "running";
  const share = entries / total;
  return {
    state,
    runs: Array.from({ length: runs }, (_, i) => ({
      name: hostile && i === 1 ? HOSTILE : `${kind(i)}-${sparsity(i)}`,
      recipe: `${kind(i)}, k ${sparsity(i)} · 2,048 features · mlp_in.${i % 4} → mlp_out.${i % 4}`,
    })),
    states: Array.from({ length: runs }, (_, i) => (i === stopped ? "stopped" : ended)),
    progress: {
      step: Math.round(share * STEPS),
      steps: STEPS,
      tokens: Math.round(share * STEPS) * BATCH,
      total: STEPS * BATCH,
      seconds: 310 * share,
      tokens_per_second: 12_900,
    },
    past: bytes(rows.slice(0, -RECENT)),
    recent: bytes(rows.slice(-RECENT)),
    latest: bytes(Array.from({ length: runs }, (_, run) => latest(rows, run))),
    error:
      state === "failed"
        ? {
            message: `The loss of '${hostile ? HOSTILE : "relu-64"}' is nan after 2458624 tokens.`,
            cure: "Lower its learning rate (0.002), or lengthen the warm-up.",
          }
        : null,
  };
}

const kind = (run: number) => KINDS[run % KINDS.length] ?? "";
const sparsity = (run: number) => SPARSITY[Math.floor(run / KINDS.length + run) % SPARSITY.length] ?? 8;

/** All curves where this share of the training is done. */
function row(share: number, runs: number, stopped: number): number[] {
  const noise = random(Math.round(share * 1e6));
  const values = Array.from({ length: runs }, (_, run) => {
    if (run === stopped && share > 0.4) return METRICS.map(() => Number.NaN);
    const k = sparsity(run);
    const rough = 1 + 0.06 * (noise() - 0.5);
    const loss = (0.9 * Math.exp(-22 * share) + 0.35 * Math.exp(-4 * share) + 1.1 / k) * rough;
    const learned = run % 5 === 2 || run % 5 === 3;
    const l0 = learned ? k * (1 + 14 * Math.exp(-18 * share)) * rough : k * (1 - 0.1 * noise());
    const dead = 0.32 * Math.exp(-((share - 0.22) ** 2) / 0.012) * (0.4 + 0.13 * run) + 0.02 * run * share;
    return [loss, l0, 1 - 0.8 * loss - 0.02 * noise(), Math.min(1, dead)];
  });
  return [share * STEPS * BATCH, ...values.flat()];
}

function latest(rows: number[][], run: number): number[] {
  const at = 1 + METRICS.length * run;
  const last = rows.findLast((each) => Number.isFinite(each[at])) ?? [];
  return [last[0] ?? Number.NaN, ...last.slice(at, at + METRICS.length)];
}

function bytes(rows: number[][]): DataView {
  return new DataView(Float32Array.from(rows.flat()).buffer);
}

export function exampleParetoPoints(hostile = false): PointTrait[] {
  const noise = random(7);
  return KINDS.slice(0, 4).flatMap((group, g) =>
    SPARSITY.flatMap((k, i) =>
      WIDTHS.slice(0, g === 3 ? 1 : 3).map((width, w) => {
        const l0 = k * (1 + 0.25 * (noise() - 0.5));
        const fvu = (0.9 + 0.22 * g) * (1.35 - 0.16 * w) * l0 ** -0.62 * (1 + 0.12 * (noise() - 0.5));
        const scores: Record<string, number> = {
          l0,
          variance_explained: 1 - fvu,
          dead: Math.max(0, 0.04 * w + 0.05 * g + 0.05 * (noise() - 0.5)),
          loss: fvu,
        };
        if (g < 2) scores.loss_recovered = 1 - 0.4 * fvu;
        return {
          name: hostile && i === 1 && w === 0 ? `${HOSTILE}${g}` : `${group}-${k}-${width}`,
          scores,
          group: hostile && g === 1 ? HOSTILE : group,
          width,
          recipe: `${group}, k ${k} · ${width.toLocaleString("en-GB")} features · mlp_in.2 → mlp_out.2`,
          folder: g === 0 ? `sweep/${group}-${k}-${width}` : "",
        };
      }),
    ),
  );
}

export function examplePareto(hostile = false): ParetoTraits {
  return {
    points: exampleParetoPoints(hostile),
    x: "l0",
    y: "variance_explained",
    selected: null,
    lower_is_better: ["l0", "loss", "dead"],
  };
}
