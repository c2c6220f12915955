import { expect, test } from "vitest";
import type { TrendPoint } from "../src/api";
import { trendWords } from "../src/trend-words";
import { iso } from "./builders";

const points = (...values: (number | null)[]): TrendPoint[] =>
  values.map((value, minute) => ({ t: iso(minute * 60), value, reason: value === null ? "no_data" : null, by_hand: false }));

test("a curve is said with its last, lowest and highest value and its gaps", () => {
  expect(trendWords("spo2", points(97, null, null, 88, null, 95))).toMatch(
    /^SpO2: last 95 at \d\d:05, lowest 88 at \d\d:03, highest 97 at \d\d:00, 2 gaps\.$/,
  );
  expect(trendWords("spo2", points(97, 96))).toContain("no gaps");
});

test("what a person entered is said apart, and is no lowest value of the device", () => {
  const entered = { t: iso(90), value: 83, reason: null, by_hand: true };
  expect(trendWords("spo2", [...points(97, 96), entered])).toMatch(/lowest 96 at \d\d:01, highest 97 at \d\d:00, no gaps; by hand 83 at \d\d:01\.$/);
  expect(trendWords("spo2", [entered])).toMatch(/^SpO2: no values yet; by hand 83 at/);
});

test("no values are no numbers", () => {
  expect(trendWords("systolic", points(null, null))).toBe("SBP: no values yet.");
  expect(trendWords("systolic", [])).toBe("SBP: no values yet.");
});
