import { expect, test } from "vitest";
import type { TrendPoint } from "../src/api";
import { trendWords } from "../src/trend-words";
import { iso } from "./builders";

const points = (...values: (number | null)[]): TrendPoint[] =>
  values.map((value, minute) => ({ t: iso(minute * 60), value, reason: value === null ? "no_data" : null }));

test("a curve is said with its last, lowest and highest value and its gaps", () => {
  expect(trendWords("spo2", points(97, null, null, 88, null, 95))).toMatch(
    /^SpO2: last 95 at \d\d:05, lowest 88 at \d\d:03, highest 97 at \d\d:00, 2 gaps\.$/,
  );
  expect(trendWords("spo2", points(97, 96))).toContain("no gaps");
});

test("no values are no numbers", () => {
  expect(trendWords("systolic", points(null, null))).toBe("SBP: no values yet.");
  expect(trendWords("systolic", [])).toBe("SBP: no values yet.");
});
