/** A report in words and numbers. */

import type { CheckRow, Report } from "../model/traits.js";
import { format, percent, visible } from "../text.js";

/** A number that may be missing. */
export const known = (value: number | null | undefined): number => value ?? Number.NaN;

/** How far the prediction of a feature lies from the live measurement. */
export function gap({ predicted, live }: CheckRow): number {
  return Math.abs(known(predicted) - known(live));
}

/** The row whose prediction lies furthest off; -1 if nothing was measured. */
export function worst(rows: readonly CheckRow[]): number {
  const most = Math.max(...rows.map(gap).filter(Number.isFinite));
  return rows.findIndex((row) => gap(row) === most);
}

export interface Fact {
  name: string;
  text: string;
  tip: string;
}

export function facts(report: Report): Fact[] {
  const { scores, curve } = report;
  const found: (Fact & { value: number })[] = [
    part(
      "replacement",
      scores.replacement,
      "Of all paths that start at a token or an error, the part that starts at a token.",
    ),
    part(
      "completeness",
      scores.completeness,
      "Of the input of the nodes, the part that comes from features and tokens.",
    ),
    part(
      "error share",
      scores.error_share,
      "What the dictionaries cannot reconstruct adds this directly to the target, as a share of its value. 0 is best.",
    ),
    {
      name: "correlation, live",
      value: known(report.live_correlation),
      text: format(known(report.live_correlation)),
      tip: "Of predicted and measured changes when a feature is ablated in the live model. 1 is best.",
    },
    part(
      "largest gap, live",
      report.live_error,
      "Between prediction and live measurement, as a part of the largest measurement. 0 is best.",
    ),
    part(
      "largest gap, frozen",
      report.frozen_error,
      "The same with attention and norms held: 0 for a whole graph, since there the graph is exact.",
    ),
  ];
  if (curve) {
    const text = report.enough === null ? "not reached" : `${report.enough} nodes`;
    const tip = `From this number of nodes on, the circuit alone gives at least 90 % of the target. There are ${curve.total}.`;
    found.push({ name: "90 % faithful", value: 1, text, tip });
  }
  return found.filter(({ value }) => Number.isFinite(value));
}

function part(name: string, share: number | null, tip: string): Fact & { value: number } {
  return { name, value: known(share), text: percent(known(share)), tip };
}

/** What has to be known to read the numbers. */
export function remarks(report: Report): string[] {
  const found: string[] = [];
  if (report.rows.length === 0) found.push("The circuit has no features, so nothing was ablated.");
  if (!report.whole)
    found.push("The graph was pruned: it predicts only what runs through the nodes that were kept.");
  if (report.rows.length > 0 && report.frozen_error === null)
    found.push(
      "Nothing is measured with attention and norms held: predictions are the method's total effects.",
    );
  if (report.curve === null && report.rows.length > 0)
    found.push("There is no faithfulness curve: the target is not a next token.");
  return found;
}

/** One sentence for screen readers. */
export function announce(report: Report): string {
  const said = facts(report).map(({ name, text }) => `${name} ${text}`);
  return `Checked ${report.rows.length} features: ${said.join(", ")}.`;
}

/** A feature of the report, on one line. */
export function rowName({ label, token, node }: CheckRow): string {
  return `${visible(label) || node} at “${visible(token)}”`;
}
