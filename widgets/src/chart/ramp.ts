/** A ramp of colours from little to much, read from the style sheet as a canvas needs it. */

const FALLBACK = ["#e9f0f6", "#a9cbe2", "#4f9fce", "#0067a5", "#002c49"];
/** Steps that an eye can tell apart; as many sprites are made for points. */
export const STEPS = 24;

/** The ramp of a widget in its theme, in `STEPS` steps. */
export function readRamp(root: Element): string[] {
  const style = root.ownerDocument.defaultView?.getComputedStyle(root);
  const stops = FALLBACK.map((colour, i) => channels(style?.getPropertyValue(`--saec-ramp-${i}`), colour));
  return Array.from({ length: STEPS }, (_, step) => {
    const at = (step / (STEPS - 1)) * (stops.length - 1);
    const low = Math.min(Math.floor(at), stops.length - 2);
    const mixed = [0, 1, 2].map((c) => {
      const [from, to] = [stops[low]?.[c] ?? 0, stops[low + 1]?.[c] ?? 0];
      return Math.round(from + (to - from) * (at - low));
    });
    return `rgb(${mixed.join(", ")})`;
  });
}

/** The step of a share from 0 to 1. */
export function stepOf(share: number): number {
  return Math.max(0, Math.min(STEPS - 1, Math.round(share * (STEPS - 1))));
}

function channels(said: string | undefined, fallback: string): number[] {
  const text = /^#[0-9a-f]{6}$/i.test(said?.trim() ?? "") ? (said ?? "").trim() : fallback;
  return [1, 3, 5].map((at) => Number.parseInt(text.slice(at, at + 2), 16));
}
