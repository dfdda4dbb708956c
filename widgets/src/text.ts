/** Tokens and numbers as a person reads them. The real strings stay in the data. */

// Zero-width characters, direction marks and overrides, other control characters: they would hide or reorder text.
const INVISIBLE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are exactly what must be made visible
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;

const named: Record<string, string> = { "\n": "↵", "\r": "␍", "\t": "⇥" };

/** One token: blanks at its ends, line breaks, tabs and invisible characters get a visible sign. */
export function showToken(token: string): string {
  if (token === "") return "∅";
  return visible(token).replace(/^ +| +$/g, (blanks) => "␣".repeat(blanks.length));
}

/** Free text on one line: only what cannot be seen is replaced. */
export function visible(text: string): string {
  return text
    .replace(/[\n\r\t]/g, (character) => named[character] ?? character)
    .replace(INVISIBLE, (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`);
}

/** At most `length` characters, the cut marked. */
export function shorten(text: string, length: number): string {
  const characters = [...text];
  return characters.length <= length
    ? text
    : `${characters
        .slice(0, length - 1)
        .join("")
        .trimEnd()}…`;
}

/** Three significant digits with a true minus sign; `–` where there is no value. */
export function format(value: number): string {
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  const digits = size >= 100 ? 0 : size >= 10 ? 1 : 2;
  const text = size > 0 && size < 0.005 ? size.toPrecision(1) : size.toFixed(digits);
  return value < 0 && Number(text) !== 0 ? `−${text}` : text;
}

export function signed(value: number): string {
  return value > 0 ? `+${format(value)}` : format(value);
}

export function percent(share: number): string {
  if (!Number.isFinite(share)) return "–";
  const value = 100 * share;
  if (value > 0 && value < 0.1) return "<0.1 %";
  return `${value >= 10 || value === 0 ? value.toFixed(0) : value.toFixed(1)} %`;
}

/** Three significant digits, for numbers whose size is not known beforehand. */
export function significant(value: number): string {
  if (!Number.isFinite(value)) return "–";
  if (value === 0) return "0";
  const text = Math.abs(value) >= 1000 ? compact(value) : value.toPrecision(3);
  return text.replace("-", "−");
}

/** A large number in short: 12k, 3.4M. */
export function compact(value: number): string {
  const size = Math.abs(value);
  const [unit, sign] =
    size >= 1e9 ? [1e9, "B"] : size >= 1e6 ? [1e6, "M"] : size >= 1e3 ? [1e3, "k"] : [1, ""];
  const scaled = value / Number(unit);
  const digits = Math.abs(scaled) >= 100 || unit === 1 ? 0 : Math.abs(scaled) >= 10 ? 1 : 2;
  return `${Number(scaled.toFixed(digits))}${sign}`.replace("-", "−");
}

/** A span of time as a person says it. */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0) return "–";
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.round(hours / 24)} days`;
}
