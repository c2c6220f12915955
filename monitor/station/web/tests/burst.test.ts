import { expect, test } from "vitest";
import { BURSTS, burstLength } from "../src/burst";

/** Silence after each pulse, in ms. */
const spaces = (priority: "high" | "medium" | "low"): number[] => {
  const { pulses } = BURSTS[priority];
  return pulses.slice(1).map((pulse, index) => {
    const before = pulses[index] as { at: number; length: number };
    return Math.round((pulse.at - before.at - before.length) * 1000);
  });
};

test("HIGH is 3 + 2, a pause, 3 + 2, with a longer space after the third pulse of each half", () => {
  expect(BURSTS.high.pulses).toHaveLength(10);
  expect(spaces("high")).toEqual([100, 100, 350, 100, 700, 100, 100, 350, 100]);
});

test("MEDIUM is three pulses, LOW two, both evenly spaced", () => {
  expect(spaces("medium")).toEqual([200, 200]);
  expect(spaces("low")).toEqual([200]);
});

test("pitch and pauses fall with the priority", () => {
  expect([BURSTS.high, BURSTS.medium, BURSTS.low].map((burst) => [burst.frequencyHz, burst.restS])).toEqual([[880, 7], [660, 15], [523, 30]]);
  expect(burstLength(BURSTS.high)).toBeCloseTo(10 * 0.15 + 2 * 0.65 + 0.7, 6);
});
