/** The Python that does what was just done on the PatchBoard. */

import { literal } from "../model/python.js";
import { partsOf } from "./cells.js";
import type { BoardTrait, QuestionTrait } from "./traits.js";

export function boardCall({ clean, corrupted, target, against }: QuestionTrait): string {
  const given = [literal(clean), literal(corrupted)];
  if (target) given.push(literal(target));
  if (against) given.push(`${target ? "" : "against="}${literal(against)}`);
  return `board = lab.patch_board(${given.join(", ")})`;
}

export function turn(noising: boolean): string {
  return `board.noising = ${noising ? "True" : "False"}`;
}

export function lookInto(cell: string | null): string {
  return `board.cell = ${cell === null ? "None" : literal(cell)}`;
}

export function chooseFeature(feature: string): string {
  return `board.feature = ${literal(feature)}`;
}

/** `lab.intervene("…", [sc.Patch(…), …])`: the patches by themselves, without the board. */
export function patchCall(
  { clean, corrupted }: QuestionTrait,
  { positions }: BoardTrait,
  noising: boolean,
  ticked: readonly string[],
): string {
  const [prompt, source] = noising ? [clean, corrupted] : [corrupted, clean];
  const edits = ticked.map((id) => {
    const { dictionary, feature, place } = partsOf(id);
    const which =
      feature === null
        ? `sc.AllFeatures(${literal(dictionary)})`
        : `sc.Feature(${literal(dictionary)}, ${feature})`;
    const [here, there] = positions[place] ?? [place, place];
    return `sc.Patch(${which}, source=${literal(source)}, positions=[${here}], source_positions=[${there}])`;
  });
  return `lab.intervene(${literal(prompt)}, [${edits.join(", ")}])`;
}
