// How a bed in recovery stands, on its tile: what is not back comes first, and time goes on after the return.

import { infusedSeconds, returnWords, verdictWords } from "./recovery";
import { clockLength, instant } from "./times";
import type { Bed, Return, ReturnMetric } from "./wire.gen";
import { metricWords } from "./words";

/** Away from the baseline, the most urgent first. */
const NOT_BACK: readonly string[] = ["OVERDUE", "RE_EXCURSED", "AWAY", "CANDIDATE"];
const UNDECIDED: readonly string[] = ["INDETERMINATE", "NO_BASELINE"];

const rank = (item: ReturnMetric): number => {
  const away = NOT_BACK.indexOf(item.state);
  return away >= 0 ? away : UNDECIDED.includes(item.state) ? NOT_BACK.length : NOT_BACK.length + 1;
};

/** The metrics of the return, what is not back before what is. */
export const notBackFirst = (metrics: readonly ReturnMetric[]): ReturnMetric[] => [...metrics].sort((a, b) => rank(a) - rank(b));

const names = (metrics: readonly ReturnMetric[]): string => metrics.map((item) => metricWords(item.metric)).join(", ");

/** The line under the marks: a return is told only where nothing is away. */
export function returnLine(recovery: Return): string {
  const away = notBackFirst(recovery.metrics).filter((item) => NOT_BACK.includes(item.state));
  if (away.length > 0) return `Not back: ${names(away)}${recovery.verdict === "OVERDUE" ? " (overdue)" : ""}`;
  const undecided = recovery.metrics.filter((item) => UNDECIDED.includes(item.state));
  const back = recovery.metrics.filter((item) => item.state === "RETURNED" && item.interval_min !== null);
  if (recovery.verdict !== null || undecided.length > 0 || back.length === 0) return verdictWords(recovery);
  const until = (item: ReturnMetric): number => item.interval_min?.[1] ?? 0;
  return `All back; last ${returnWords(back.reduce((last, item) => (until(item) > until(last) ? item : last)))}`;
}

/** Time since the end of the infusion, `32:10`; null before it. */
export function sinceEnd(bed: Bed, now: number): string | null {
  const ended = instant(bed.session?.ended_at ?? null);
  return ended === null ? null : clockLength(Math.max(0, now - ended) / 1000);
}

/** What has run in, `23:10`, and beside it the plan; null before the start. */
export function infused(bed: Bed, at: number, now: number): { readonly run: string; readonly plan: string } | null {
  const session = bed.session;
  if (session === null || session.started_at === null) return null;
  return { run: clockLength(infusedSeconds(session, bed.phase, at, now)), plan: `of ${session.planned_min} min` };
}
