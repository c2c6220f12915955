// The infusion clock, and the return to baseline as plain sentences (ketamine-monitoring 5.0 and 6).

import { clockLength } from "./times";
import type { Bed, Return, ReturnMetric, Session } from "./wire.gen";
import { metricWords } from "./words";

/**
 * Seconds infused by server time `now` (ms), since the last restart where there was one: the plan counts from there.
 * The picture's `infused_s` was true at `at` (ms). Pauses do not count.
 */
export function infusedSeconds(session: Session, phase: string, at: number, now: number): number {
  return session.infused_s - session.infused_before_s + (phase === "INFUSING" ? Math.max(0, (now - at) / 1000) : 0);
}

/** `23:10 of 40 min`, or null before the start. */
export function infusionClock(bed: Bed, at: number, now: number): string | null {
  const session = bed.session;
  if (session === null || session.started_at === null) return null;
  return `${clockLength(infusedSeconds(session, bed.phase, at, now))} of ${Math.round(session.planned_min * 10) / 10} min`;
}

export interface Countdown {
  readonly text: string;
  readonly past: boolean;
}

/** Verdicts after which nobody waits for the return any more. */
const SETTLED: readonly string[] = ["RETURNED_WITHIN_20", "NO_EXCURSION"];

/** Whether no metric has a baseline: then the deadline decides nothing. */
const undecidable = (recovery: Return | null): boolean =>
  recovery !== null && recovery.metrics.length > 0 && recovery.metrics.every((item) => item.state === "NO_BASELINE");

/** Time to the return deadline while in RECOVERY; null when none runs, when all came back before it, or without any baseline. */
export function countdown(bed: Bed, now: number): Countdown | null {
  const deadline = bed.recovery?.deadline_at ?? bed.session?.deadline_at ?? null;
  if (bed.phase !== "RECOVERY" || deadline === null || SETTLED.includes(bed.recovery?.verdict ?? "")) return null;
  if (undecidable(bed.recovery)) return null;
  const leftS = (Date.parse(deadline) - now) / 1000;
  return leftS > 0
    ? { text: clockLength(Math.ceil(leftS)), past: false }
    : { text: clockLength(-leftS), past: true };
}

const STATES: Readonly<Record<string, string>> = {
  NO_BASELINE: "no baseline to compare with",
  IN_BAND: "never left its band",
  AWAY: "not back yet",
  CANDIDATE: "one reading back, second awaited",
  RETURNED: "back",
  RE_EXCURSED: "was back, left again",
  OVERDUE: "overdue: not back by the deadline",
  INDETERMINATE: "cannot be decided: readings missing",
};

const MARKS: Readonly<Record<string, string>> = {
  NO_BASELINE: "?",
  IN_BAND: "=",
  AWAY: "↑",
  CANDIDATE: "½",
  RETURNED: "✓",
  RE_EXCURSED: "↻",
  OVERDUE: "!",
  INDETERMINATE: "?",
};

/** A sign for the small row on the tile; SpO2 leaves its band downwards. */
export function returnMark(item: ReturnMetric): string {
  return item.state === "AWAY" && item.metric === "spo2" ? "↓" : (MARKS[item.state] ?? "?");
}

/** The state of one metric alone, for a place that names it already. */
export const stateOfReturn = (item: ReturnMetric): string => STATES[item.state] ?? item.state.toLowerCase().replaceAll("_", " ");

/** One metric as a sentence: "SBP back between +10 and +15 min". The time of return is an interval, never a point. */
export function returnWords(item: ReturnMetric): string {
  const name = metricWords(item.metric);
  const interval = intervalWords(item.interval_min);
  if (item.state === "RETURNED" && interval !== null) return `${name} back ${interval}`;
  return `${name} ${stateOfReturn(item)}`;
}

/** "between +10 and +15 min"; "by +5 min" when there was no reading before; null without an upper end. */
export function intervalWords(interval: readonly (number | null)[] | null): string | null {
  const after = interval?.[0] ?? null;
  const until = interval?.[1] ?? null;
  if (until === null) return null;
  return after === null ? `by ${minute(until)} min` : `between ${minute(after)} and ${minute(until)} min`;
}

function minute(value: number): string {
  const rounded = Math.round(value * 10) / 10;
  return rounded < 0 ? `−${-rounded}` : `+${rounded}`;
}

const VERDICTS: Readonly<Record<string, string>> = {
  REVOKED: "Return revoked: a value left its band again",
  NOT_RETURNED_AT_DISCHARGE: "Not back to baseline at discharge",
  OVERDUE: "Not back to baseline by the deadline",
  INDETERMINATE: "Return cannot be decided: readings missing",
  RETURNED_LATE: "Back to baseline, but late",
  RETURNED_WITHIN_20: "Back to baseline in time",
  NO_EXCURSION: "Never left the baseline band",
};

/** The session's verdict in words; before it is due, what is still awaited. */
export function verdictWords(recovery: Return): string {
  if (undecidable(recovery) && [null, "INDETERMINATE"].includes(recovery.verdict)) return "Cannot be decided: no baseline";
  if (recovery.verdict !== null) return VERDICTS[recovery.verdict] ?? recovery.verdict;
  const names = (items: readonly ReturnMetric[]): string => items.map((item) => metricWords(item.metric)).join(", ");
  const waiting = recovery.metrics.filter((item) => !["RETURNED", "IN_BAND", "NO_BASELINE"].includes(item.state));
  // A mean without a baseline is one that the cuff never sends: it does not count.
  const without = recovery.metrics.filter((item) => item.state === "NO_BASELINE" && item.metric !== "mean");
  const so = waiting.length > 0 ? `Awaiting ${names(waiting)}` : `All ${without.length > 0 ? "others " : ""}back so far; verdict at the deadline`;
  return without.length === 0 ? so : `${so}. Cannot be decided without a baseline: ${names(without)}`;
}
