import { beforeAll, expect, test } from "vitest";
import type { TrendPoint } from "../src/api";
import { iso } from "./builders";
import { standInForElements } from "./elements";

// The chart is a custom element, of which Node knows nothing.
type Charts = typeof import("../src/trend");
let charts: Charts;
beforeAll(async () => {
  standInForElements();
  charts = await import("../src/trend");
});

const point = (second: number, value: number, by_hand = false): TrendPoint => ({ t: iso(second), value, reason: null, by_hand });
const CURVE = { metric: "spo2", color: "--spo2", dots: false };

test("an entered value has a series of its own: the oximeter's line does not fall to it", () => {
  const trend = { series: new Map([["spo2", [point(0, 97), point(1, 83, true), point(2, 96)]]]), expected: new Map(), error: null };
  const curves = charts.withEntered([CURVE], trend);
  expect(curves.map((curve) => curve.byHand ?? false)).toEqual([false, true]);
  const [, measured, entered] = charts.columns(curves, trend);
  expect([...measured!]).toEqual([97, undefined, 96]);
  expect([...entered!]).toEqual([undefined, 83, undefined]);
});

test("without an entry there is no second series", () => {
  const trend = { series: new Map([["spo2", [point(0, 97)]]]), expected: new Map(), error: null };
  expect(charts.withEntered([CURVE], trend)).toEqual([CURVE]);
});
