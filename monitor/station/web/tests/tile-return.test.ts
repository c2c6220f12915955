import { expect, test } from "vitest";
import { infused, notBackFirst, returnLine, sinceEnd } from "../src/tile-return";
import type { Return, ReturnMetric } from "../src/wire.gen";
import { bed, iso, session, T0 } from "./builders";

const item = (metric: string, state: string, interval_min: ReturnMetric["interval_min"] = null): ReturnMetric => ({ metric, state, interval_min });
const recovery = (verdict: string | null, ...metrics: ReturnMetric[]): Return => ({ metrics, verdict, deadline_at: null, decided_at: null });
const PULSE = item("pulse_rate", "RETURNED", [9, 10]);

test("a pressure that is still away is named, not the pulse that is back", () => {
  const pressures = [item("systolic", "AWAY"), item("diastolic", "CANDIDATE"), item("mean", "OVERDUE")];
  expect(returnLine(recovery(null, ...pressures, PULSE))).toBe("Not back: MAP, SBP, DBP");
  expect(returnLine(recovery("OVERDUE", item("systolic", "OVERDUE"), PULSE))).toBe("Not back: SBP (overdue)");
  expect(returnLine(recovery("REVOKED", item("systolic", "RE_EXCURSED"), PULSE))).toBe("Not back: SBP");
});

test("what cannot be decided is not called back; with all back, the last return is told", () => {
  expect(returnLine(recovery(null, item("mean", "INDETERMINATE"), PULSE))).toBe("Awaiting MAP");
  expect(returnLine(recovery(null, item("systolic", "RETURNED", [10, 15]), PULSE, item("spo2", "IN_BAND")))).toBe(
    "All back; last SBP back between +10 and +15 min",
  );
  expect(returnLine(recovery(null, item("spo2", "IN_BAND")))).toBe("All back so far; verdict at the deadline");
  expect(returnLine(recovery("RETURNED_WITHIN_20", PULSE))).toBe("Back to baseline in time");
});

test("the marks begin with what is not back", () => {
  const marks = [item("spo2", "IN_BAND"), PULSE, item("mean", "INDETERMINATE"), item("systolic", "AWAY")];
  expect(notBackFirst(marks).map((each) => each.metric)).toEqual(["systolic", "mean", "spo2", "pulse_rate"]);
});

test("after the end its time goes on; what has run in stands beside the plan", () => {
  const done = session({ ended_at: iso(2400), infused_s: 2400 });
  expect(sinceEnd(bed({ phase: "RECOVERY", session: done }), T0 + 4_330_000)).toBe("32:10");
  expect(sinceEnd(bed(), T0)).toBeNull();
  expect(infused(bed({ session: session({ infused_s: 1390 }) }), T0, T0)).toEqual({ run: "23:10", plan: "of 40 min" });
  expect(infused(bed({ phase: "PRE", session: session({ started_at: null }) }), T0, T0)).toBeNull();
});
