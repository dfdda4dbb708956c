/** The Python of what is done in the SparsityExplorer. */

import { literal } from "../model/python.js";
import type { Order } from "./traits.js";

export function open(prompts: readonly string[], dictionary: string): string {
  const which = dictionary ? `, ${literal(dictionary)}` : "";
  return `explorer = lab.sparsity_explorer([${prompts.map(literal).join(", ")}]${which})`;
}

export const setLevel = (level: number) => `explorer.level = ${level}`;

export const setOrder = (order: Order) => `explorer.order = ${literal(order)}`;

export const setFeature = (feature: string | null) =>
  `explorer.feature = ${feature === null ? "None" : literal(feature)}`;
