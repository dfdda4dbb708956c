import { describe, expect, test } from "vitest";
import { linear, linearTicks, logarithmic, logTicks, rangeOf } from "../src/chart/scale.js";
import { look, outline } from "../src/chart/series.js";
import { paretoFront, staircase } from "../src/pareto/front.js";
import { placeLabel } from "../src/pareto/labels.js";
import { compact, duration, significant } from "../src/text.js";

const texts = (ticks: { text: string }[]) => ticks.map(({ text }) => text);

describe("scales", () => {
  test.each([
    [{ low: 0, high: 1 }, 4, ["0.0", "0.5", "1.0"]],
    [{ low: 0.91, high: 0.953 }, 4, ["0.92", "0.94"]],
    [{ low: -0.3, high: 0.3 }, 6, ["−0.3", "−0.2", "−0.1", "0.0", "0.1", "0.2", "0.3"]],
    [{ low: 0, high: 4_000_000 }, 4, ["0", "1M", "2M", "3M", "4M"]],
    [{ low: 3, high: 3 }, 4, []],
  ])("linear ticks of %j", (range, count, expected) => {
    expect(texts(linearTicks(range, count))).toEqual(expected);
  });

  test.each([
    [{ low: 1, high: 100 }, 4, ["1", "3", "10", "30", "100"]],
    [{ low: 0.04, high: 1.5 }, 4, ["0.05", "0.1", "0.2", "0.5", "1"]],
    [{ low: 1e-6, high: 1e6 }, 3, ["0.000001", "0.001", "1", "1k", "1M"]],
    [{ low: 40, high: 55 }, 4, ["40", "45", "50", "55"]],
  ])("logarithmic ticks of %j", (range, count, expected) => {
    expect(texts(logTicks(range, count))).toEqual(expected);
  });

  test("a pixel leads back to its value", () => {
    for (const scale of [
      linear({ low: -2, high: 5 }, 40, 300, 4),
      logarithmic({ low: 0.1, high: 900 }, 300, 20, 4),
    ])
      for (const value of [0.2, 1, 4.5]) expect(scale.value(scale.at(value))).toBeCloseTo(value, 9);
  });

  test("ranges leave out what is not finite, and never have length 0", () => {
    expect(rangeOf([1, Number.NaN, 2, Number.POSITIVE_INFINITY], false, 0)).toEqual({ low: 1, high: 2 });
    for (const values of [[], [0], [3], [Number.NaN]])
      for (const log of [true, false]) {
        const { low, high } = rangeOf(values, log);
        expect(high).toBeGreaterThan(low);
        if (log) expect(low).toBeGreaterThan(0);
      }
  });
});

describe("looks", () => {
  test("eighteen runs look different, twelve of them by colour and one dash", () => {
    const looks = Array.from({ length: 18 }, (_, i) => look(i));
    expect(new Set(looks.map(({ colour, dash }) => `${colour} ${dash}`)).size).toBe(18);
    expect(new Set(looks.slice(0, 12).map(({ dash }) => dash)).size).toBe(2);
    expect(new Set(looks.slice(0, 6).map(({ shape }) => outline(shape, 5))).size).toBe(6);
  });
});

describe("the front", () => {
  const place = (x: number, y: number, point = 0) => ({ x, y, point });
  const up = { lessX: true, lessY: false };

  test("keeps what no other beats, ties of both scores included", () => {
    const places = [
      place(8, 0.5, 0),
      place(16, 0.8, 1),
      place(16, 0.7, 2),
      place(20, 0.8, 3),
      place(32, 0.9, 4),
    ];
    expect(paretoFront(places, up).map(({ point }) => point)).toEqual([0, 1, 4]);
    expect(paretoFront([place(1, 1, 0), place(1, 1, 1)], up).map(({ point }) => point)).toEqual([0, 1]);
    expect(paretoFront([], up)).toEqual([]);
  });

  test.each([
    [true, true],
    [true, false],
    [false, true],
    [false, false],
  ])("is what a slow search over all pairs finds: less is better %s, %s", (lessX, lessY) => {
    const numbers = Array.from({ length: 60 }, (_, i) => place((i * 37) % 11, (i * 53) % 13, i));
    const [sx, sy] = [lessX ? 1 : -1, lessY ? 1 : -1];
    const beaten = numbers.filter((a) =>
      numbers.some((b) => {
        const [dx, dy] = [sx * (b.x - a.x), sy * (b.y - a.y)];
        return dx <= 0 && dy <= 0 && (dx < 0 || dy < 0);
      }),
    );
    const slow = numbers.filter((each) => !beaten.includes(each)).map(({ point }) => point);
    const found = paretoFront(numbers, { lessX, lessY });
    expect(found.map(({ point }) => point).sort()).toEqual(slow.sort());
    expect(found.map(({ x }) => x)).toEqual(found.map(({ x }) => x).sort((a, b) => a - b));
  });

  test("the staircase holds what was reached until the next point", () => {
    const front = [place(8, 0.5), place(16, 0.8)];
    const rising = [
      [8, 0.5],
      [16, 0.5],
      [16, 0.8],
    ];
    expect(staircase(front, up)).toEqual(rising);
    expect(staircase(front, { lessX: false, lessY: true })).toEqual([
      [8, 0.5],
      [8, 0.8],
      [16, 0.8],
    ]);
  });

  test("names keep clear of one another", () => {
    const bounds = { left: 0, top: 0, right: 400, bottom: 100 };
    const taken: Parameters<typeof placeLabel>[2] = [];
    const spots = Array.from({ length: 8 }, () => placeLabel({ x: 200, y: 50, r: 5 }, 10, taken, bounds));
    expect(spots.filter(Boolean)).toHaveLength(3);
    expect(taken).toHaveLength(3);
    expect(placeLabel({ x: 200, y: 50, r: 5 }, 90, [], bounds)).toBeNull();
  });
});

describe("numbers", () => {
  test("as a person reads them", () => {
    expect([0, 0.0421, 0.5, 16, 123.4, 12_345, -2, Number.NaN].map(significant)).toEqual([
      "0",
      "0.0421",
      "0.500",
      "16.0",
      "123",
      "12.3k",
      "−2.00",
      "–",
    ]);
    expect([0, 999, 1000, 1_234_567, 4_000_000, 2.5e9].map(compact)).toEqual([
      "0",
      "999",
      "1k",
      "1.23M",
      "4M",
      "2.5B",
    ]);
    expect([0, 59, 61, 3_700, 86_400 * 3, -1, Number.NaN].map(duration)).toEqual([
      "0 s",
      "59 s",
      "1 min",
      "1 h 2 min",
      "3 days",
      "–",
      "–",
    ]);
  });
});
