import { beforeAll, expect, test } from "vitest";
import type { Bed } from "../src/wire.gen";
import { bed, iso, session, T0 } from "./builders";
import { standInForElements } from "./elements";

// The panel brings custom elements with it, of which Node knows nothing.
type Detail = typeof import("../src/detail");
let detail: Detail;
beforeAll(async () => {
  standInForElements();
  detail = await import("../src/detail");
});

const grades = (spo2: "A" | "B" | "C" | "NONE"): Bed["baseline"] =>
  ["systolic", "diastolic", "mean", "pulse_rate", "spo2"].map((metric) => ({
    metric, value: 100, grade: metric === "spo2" ? spo2 : "A", bound: null,
  }));

test("before the start it is said what is missing for it, what is weak and what holds it back", () => {
  const words = (part: Partial<Bed>): string => detail.baselineWords(bed({ phase: "PRE", ...part }));
  expect(words({ baseline: grades("NONE") })).toBe("Still missing for a start: SpO2.");
  expect(words({})).toBe("Still missing for a start: SBP, DBP, Pulse, SpO2.");
  expect(words({ baseline: grades("A") })).toBe("Enough for a start.");
  expect(words({ baseline: grades("C") })).toBe("Enough for a start. Grade C is weak: more readings make it better.");
  const hold = { kind: "hold", since: iso(0), text: "Hold: SBP.", until: null };
  expect(words({ baseline: grades("A"), advisories: [hold] })).toBe("Enough, but the readings hold a start back.");
});

test("the panel's head has the tile's clock: in recovery the time that is left, not that of the infusion", () => {
  const done = session({ ended_at: iso(2400), infused_s: 2400, deadline_at: iso(3600) });
  expect(detail.headClock(bed({ phase: "RECOVERY", session: done }), T0 + 3_000_000, T0 + 3_000_000)).toBe(", 10:00 left");
  expect(detail.headClock(bed({ phase: "IDLE", session: null }), T0, T0)).toBe("");
});
