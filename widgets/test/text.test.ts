import { expect, test } from "vitest";
import { format, percent, shorten, showToken, signed, visible } from "../src/text.js";

test("tokens: what cannot be seen gets a sign", () => {
  const tokens = [" a", "\n", "a\tb", "a b", "\u202eevil", "  ", "", "\u200b", "مرحبا"];
  expect(tokens.map(showToken)).toEqual([
    "␣a",
    "↵",
    "a⇥b",
    "a b",
    "\\u202eevil",
    "␣␣",
    "∅",
    "\\u200b",
    "مرحبا",
  ]);
  expect(visible(" a\nb ")).toBe(" a↵b ");
});

test("numbers", () => {
  expect([1.234, -12.34, 123.4, 0, 0.0004, Number.NaN].map(format)).toEqual([
    "1.23",
    "−12.3",
    "123",
    "0.00",
    "0.0004",
    "–",
  ]);
  expect([1, -1].map(signed)).toEqual(["+1.00", "−1.00"]);
  expect([0.123, 0.0123, 0.0001, 1, 0].map(percent)).toEqual(["12 %", "1.2 %", "<0.1 %", "100 %", "0 %"]);
});

test("shortening counts characters, not halves of them", () => {
  expect(shorten("🙂🙂🙂🙂", 3)).toBe("🙂🙂…");
  expect(shorten("abc", 3)).toBe("abc");
});
