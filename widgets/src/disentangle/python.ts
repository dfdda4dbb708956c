/** The Python of what is done in the Disentangler. */

import { literal, number } from "../model/python.js";
import type { Settings } from "./traits.js";

export function open({ features, neurons, decay, seed }: Settings, withLab: boolean): string {
  const toy = `sc.ToySettings(features=${features}, neurons=${neurons}, decay=${number(decay)}, seed=${seed})`;
  return `widget = sc.Disentangler(${withLab ? "lab, " : ""}toy=${toy})`;
}

export const setLevel = (level: number) => `widget.level = ${level}`;

export function split(dictionary: string, neuron: number | null): string {
  return `widget.split(${literal(dictionary)}${neuron === null ? "" : `, ${neuron}`})`;
}

export const setFeature = (feature: string | null) =>
  `widget.feature = ${feature === null ? "None" : literal(feature)}`;
