import { expect, test } from "vitest";
import { allLimits, limitWords } from "../src/limit-words";
import type { Limits } from "../src/wire.gen";

const limits = (part: Partial<Limits>): Limits => ({ low: null, high: null, own: false, lows: [], highs: [], ...part });

test("the last whole number inside a limit is shown", () => {
  expect(limitWords(limits({ low: 90.4, high: 159.2 }))).toBe("90 – 160");
  expect(limitWords(limits({ low: 90 }))).toBe("≥ 90");
  expect(limitWords(undefined)).toBe("");
});

test("every alarm of a metric is told in order, a hint as a hint", () => {
  const spo2 = limits({
    low: 90,
    lows: [
      { limit: 93.5, priority: "low", rises_to: null },
      { limit: 90, priority: "medium", rises_to: "high" },
      { limit: 85, priority: "high", rises_to: null },
    ],
  });
  expect(allLimits(spo2)).toBe("falling: 93 low, a hint only · 90 medium, later high · 85 high");
  expect(allLimits(limits({ lows: [{ limit: 48, priority: "medium", rises_to: null }], highs: [{ limit: 120, priority: "medium", rises_to: null }] }))).toBe(
    "falling: 48 medium; rising: 120 medium",
  );
  expect(allLimits(undefined)).toBe("");
});
