/** Values → pixels, with round ticks. */

import { compact } from "../text.js";

export interface Tick {
  value: number;
  text: string;
}

export interface Scale {
  /** Pixel of a value. */
  at(value: number): number;
  /** Value at a pixel. */
  value(pixel: number): number;
  ticks: Tick[];
  log: boolean;
}

export interface Range {
  low: number;
  high: number;
}

/** A linear scale from `range` to the pixels `from`…`to`, with about `count` ticks. */
export function linear({ low, high }: Range, from: number, to: number, count: number): Scale {
  const span = high - low || 1;
  return {
    at: (value) => from + ((value - low) / span) * (to - from),
    value: (pixel) => low + ((pixel - from) / (to - from)) * span,
    ticks: linearTicks({ low, high }, count),
    log: false,
  };
}

/** A logarithmic scale; `range` has to be above 0. */
export function logarithmic(range: Range, from: number, to: number, count: number): Scale {
  const inner = linear({ low: Math.log(range.low), high: Math.log(range.high) }, from, to, count);
  return {
    at: (value) => inner.at(Math.log(value)),
    value: (pixel) => Math.exp(inner.value(pixel)),
    ticks: logTicks(range, count),
    log: true,
  };
}

/** The range of finite values with some air around it; one value alone gets a range around it. */
export function rangeOf(values: Iterable<number>, log: boolean, air = 0.06): Range {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (!Number.isFinite(value) || (log && value <= 0)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low > high) return log ? { low: 1, high: 10 } : { low: 0, high: 1 };
  if (log) {
    const factor = Math.max(1.12, (high / low) ** air);
    return { low: low / factor, high: high * factor };
  }
  const margin = high > low ? air * (high - low) : 0.1 * Math.abs(high) || 0.1;
  return { low: low - margin, high: high + margin };
}

/** Multiples of 1, 2 or 5 times a power of ten within the range. */
export function linearTicks({ low, high }: Range, count: number): Tick[] {
  const rough = (high - low) / Math.max(1, count);
  if (!(rough > 0) || !Number.isFinite(rough)) return [];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= rough * 0.999) ?? 10) * power;
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => {
    const value = Number(((first + i) * step).toFixed(decimals));
    return { value, text: step >= 1000 || value >= 10_000 ? compact(value) : minus(value.toFixed(decimals)) };
  });
}

/** Powers of ten, with 2 and 5 times each where there is room; a range below one power of ten gets linear ticks. */
export function logTicks(range: Range, count: number): Tick[] {
  const lowest = Math.floor(Math.log10(range.low));
  const highest = Math.ceil(Math.log10(range.high));
  const within = (factors: readonly number[]) => {
    const values: number[] = [];
    for (let power = lowest; power <= highest; power++)
      for (const factor of factors) values.push(Number((factor * 10 ** power).toPrecision(1)));
    return values.filter((value) => value >= range.low && value <= range.high);
  };
  const fitting = [[1, 2, 5], [1, 3], [1]].map(within).find((values) => values.length <= count * 1.5);
  let values = fitting ?? within([1]);
  if (values.length < 2) return linearTicks(range, Math.max(2, count - 1));
  const skip = Math.ceil(values.length / (count * 1.5));
  values = values.filter((_, i) => i % skip === 0);
  return values.map((value) => ({ value, text: value >= 1000 ? compact(value) : String(value) }));
}

const minus = (text: string) => text.replace("-", "−");
