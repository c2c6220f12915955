import { expect, test } from "vitest";
import { countdown, infusedSeconds, infusionClock, intervalWords, returnWords, verdictWords } from "../src/recovery";
import type { Return } from "../src/wire.gen";
import { bed, iso, session, T0 } from "./builders";

const at = (seconds: number): number => T0 + seconds * 1000;

test("infused time counts up while infusing and stands still while paused", () => {
  const running = session({ infused_s: 100 });
  expect(infusedSeconds(running, "INFUSING", at(0), at(30))).toBe(130);
  expect(infusedSeconds(running, "PAUSED", at(0), at(30))).toBe(100);
});

test("the infusion clock names the plan; before the start there is none", () => {
  expect(infusionClock(bed({ session: session({ infused_s: 1390 }) }), at(0), at(0))).toBe("23:10 of 40 min");
  expect(infusionClock(bed({ phase: "PRE", session: session({ started_at: null }) }), at(0), at(0))).toBeNull();
});

test("after a restart the clock counts what ran since, against the new plan", () => {
  const again = session({ infused_s: 2490, infused_before_s: 2400, planned_min: 10 });
  expect(infusionClock(bed({ session: again }), at(0), at(0))).toBe("01:30 of 10 min");
  expect(infusionClock(bed({ session: { ...again, planned_min: 20 / 3 } }), at(0), at(0))).toBe("01:30 of 6.7 min");
});

test("the countdown runs to the deadline and then counts what is past it", () => {
  const recovering = bed({ phase: "RECOVERY", session: session({ ended_at: iso(0), deadline_at: iso(1200) }) });
  expect(countdown(recovering, at(0))).toEqual({ text: "20:00", past: false });
  expect(countdown(recovering, at(1199.5))).toEqual({ text: "00:01", past: false });
  expect(countdown(recovering, at(1200))).toEqual({ text: "00:00", past: true });
  expect(countdown(recovering, at(1330))).toEqual({ text: "02:10", past: true });
  expect(countdown(bed(), at(0))).toBeNull();
});

test("a return is an interval in words, never a point", () => {
  expect(returnWords({ metric: "systolic", state: "RETURNED", interval_min: [10, 15] })).toBe("SBP back between +10 and +15 min");
  expect(intervalWords([-2, 3])).toBe("between −2 and +3 min");
  expect(intervalWords([null, 5])).toBe("by +5 min");
  expect(intervalWords([12.3456, 15])).toBe("between +12.3 and +15 min");
  expect(intervalWords([5, null])).toBeNull();
});

test("every state of a metric and an unknown one have words", () => {
  const words = (state: string): string => returnWords({ metric: "pulse_rate", state, interval_min: null });
  expect(words("CANDIDATE")).toBe("Pulse one reading back, second awaited");
  expect(words("INDETERMINATE")).toBe("Pulse cannot be decided: readings missing");
  expect(words("SOMETHING_NEW")).toBe("Pulse something new");
});

test("before the verdict the page says what is awaited, then the verdict", () => {
  const recovery = {
    metrics: [
      { metric: "systolic", state: "AWAY", interval_min: null },
      { metric: "spo2", state: "IN_BAND", interval_min: null },
    ],
    verdict: null,
    deadline_at: null,
    decided_at: null,
  };
  expect(verdictWords(recovery)).toBe("Awaiting SBP");
  expect(verdictWords({ ...recovery, verdict: "INDETERMINATE" })).toBe("Return cannot be decided: readings missing");
});

test("what has no baseline is not awaited: nobody counts down to what cannot be decided", () => {
  const metric = (name: string, state: string) => ({ metric: name, state, interval_min: null });
  const recovery = (...states: string[]): Return => ({
    verdict: null, deadline_at: iso(1200), decided_at: null,
    metrics: ["systolic", "diastolic", "mean", "pulse_rate", "spo2"].map((name, index) => metric(name, states[index] ?? "NO_BASELINE")),
  });
  expect(verdictWords(recovery())).toBe("Cannot be decided: no baseline");
  expect(verdictWords({ ...recovery(), verdict: "INDETERMINATE" })).toBe("Cannot be decided: no baseline");
  expect(countdown(bed({ phase: "RECOVERY", recovery: recovery() }), at(5))).toBeNull();
  expect(verdictWords(recovery("AWAY", "IN_BAND", "NO_BASELINE", "NO_BASELINE", "IN_BAND"))).toBe("Awaiting SBP. Cannot be decided without a baseline: Pulse");
  expect(verdictWords(recovery("AWAY", "IN_BAND", "NO_BASELINE", "IN_BAND", "IN_BAND"))).toBe("Awaiting SBP");
  expect(countdown(bed({ phase: "RECOVERY", recovery: recovery("AWAY") }), at(0))).not.toBeNull();
});

test("a return in time is not called over when its deadline has gone by", () => {
  const recovery = (verdict: string): Return => ({ verdict, deadline_at: iso(1200), decided_at: null, metrics: [] });
  expect(countdown(bed({ phase: "RECOVERY", recovery: recovery("RETURNED_WITHIN_20") }), at(1330))).toBeNull();
  expect(countdown(bed({ phase: "RECOVERY", recovery: recovery("OVERDUE") }), at(1330))).toEqual({ text: "02:10", past: true });
});
