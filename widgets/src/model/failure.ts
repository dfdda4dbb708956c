/** Anything that was thrown, as a person sees it. */

import { AskError, Superseded } from "./ask.js";
import type { Failure } from "./traits.js";

export function asFailure(error: unknown): Failure {
  if (error instanceof AskError) return { message: error.message, cure: error.cure };
  const message = error instanceof Error ? error.message : String(error);
  return { message, cure: "If this comes again, restart the kernel and reload the page." };
}

/** As `asFailure`; null for what was stopped, or gave way to something newer: that is no failure. */
export function failureOf(error: unknown): Failure | null {
  return error instanceof Superseded ? null : asFailure(error);
}
