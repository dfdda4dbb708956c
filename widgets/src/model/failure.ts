/** Anything that was thrown, as a person sees it. */

import { AskError } from "./ask.js";
import type { Failure } from "./traits.js";

export function asFailure(error: unknown): Failure {
  if (error instanceof AskError) return { message: error.message, cure: error.cure };
  const message = error instanceof Error ? error.message : String(error);
  return { message, cure: "If this comes again, restart the kernel and reload the page." };
}
