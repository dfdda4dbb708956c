/** What came from Python, checked where it comes in: what does not fit is refused before anything draws it. */

export const isText = (value: unknown): value is string => typeof value === "string";

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A trait that is a list; nothing is an empty one. */
export function expectList<T>(name: string, value: unknown, fits: (each: unknown) => boolean): T[] {
  if (value === null || value === undefined) return [];
  if (Array.isArray(value) && value.every(fits)) return value;
  throw new TypeError(`“${name}” is not the list that it should be`);
}

/** A trait that is a record with certain fields; nothing stays nothing. */
export function expectRecord<T>(name: string, value: unknown, fields: readonly string[] = []): T | null {
  if (value === null || value === undefined) return null;
  if (isRecord(value) && fields.every((field) => field in value)) return value as T;
  throw new TypeError(`“${name}” is not the record that it should be`);
}
