/** The Python of what is done in a card. */

import { literal } from "../model/python.js";

export const showFeature = (feature: string) => `lab.feature_card(${literal(feature)})`;

export const nameFeature = (feature: string, label: string) =>
  `lab.set_label(${literal(feature)}, ${literal(label)})`;
