/** The Python that does what the SteeringPanel shows. */

import { literal, number } from "../model/python.js";
import type { KnownTrait, OptionsTrait, RowTrait } from "./traits.js";

/** `sc.Add(sc.Feature("transcoder.3", 12), 5.0, positions=…)`; null for a row that changes nothing. */
export function rowCall(
  { feature, strength, ablate, at }: RowTrait,
  known: KnownTrait | undefined,
  length: number,
  { tokens }: OptionsTrait,
): string | null {
  const named = /^(.*)\/(\d+)$/s.exec(feature);
  const which = named ? `sc.Feature(${literal(named[1] ?? "")}, ${named[2]})` : literal(feature);
  const some = Array.isArray(at) ? `[${at.join(", ")}]` : "";
  const where = at === "new" ? `range(${length}, ${length + tokens})` : some;
  const positions = where ? `, positions=${where}` : "";
  if (ablate) return `sc.Ablate(${which}${positions})`;
  if (strength === 0) return null;
  return `sc.Add(${which}, ${number(strength * (known?.unit ?? 1))}${positions})`;
}

/** `lab.generate(…)`, or where that cannot do it (draws by seed, held attention), `lab.generation(…).text`. */
export function generateCall(
  prompt: string,
  edits: readonly (string | null)[],
  { tokens, temperature, seed, hold }: OptionsTrait,
): string {
  const made = edits.filter((edit) => edit !== null);
  const given = `${literal(prompt)}, [${made.join(", ")}], max_new_tokens=${tokens}`;
  if (temperature === 0 && !(hold && made.length > 0)) return `lab.generate(${given})`;
  const drawn = temperature > 0 ? `, temperature=${number(temperature)}, seed=${seed}` : "";
  return `lab.generation(${given}${drawn}${hold ? ", hold_attention=True" : ""}).text`;
}
