// A trend for those who do not see its curve.

import type { Expected, TrendPoint } from "./api";
import { hhmm } from "./times";
import { metricWords } from "./words";

/** The newest of what people entered; the list of entries has all of it. */
const MOST_BY_HAND = 3;

/** A curve in one sentence, for those who do not see it. */
export function trendWords(metric: string, points: readonly TrendPoint[]): string {
  const name = metricWords(metric);
  let lowest: TrendPoint | null = null;
  let highest: TrendPoint | null = null;
  let last: TrendPoint | null = null;
  let gaps = 0;
  let before: number | null = 0;
  for (const point of points.filter((each) => !each.by_hand)) {
    if (point.value === null) {
      if (before !== null) gaps += 1;
    } else {
      last = point;
      if (lowest === null || point.value < (lowest.value as number)) lowest = point;
      if (highest === null || point.value > (highest.value as number)) highest = point;
    }
    before = point.value;
  }
  const at = (point: TrendPoint): string => `${Math.round(point.value as number)} at ${hhmm(Date.parse(point.t))}`;
  const entered = points.filter((each) => each.by_hand && each.value !== null).slice(-MOST_BY_HAND);
  const byHand = entered.length === 0 ? "" : `; by hand ${entered.map(at).join(", ")}`;
  if (last === null || lowest === null || highest === null) return `${name}: no values yet${byHand}.`;
  const holes = gaps === 0 ? "no gaps" : gaps === 1 ? "1 gap" : `${gaps} gaps`;
  return `${name}: last ${at(last)}, lowest ${at(lowest)}, highest ${at(highest)}, ${holes}${byHand}.`;
}

/** What is expected of the systolic pressure, a line each; nothing while nothing is known. */
export function expectedWords(expected: Expected | undefined): string[] {
  if (expected === undefined) return [];
  const lines = expected.hints.map((hint) => `Systolic: ${hint}.`);
  if (expected.return_min !== null) {
    const [early, late] = expected.return_min;
    const until = late === null ? "later than 180" : `${late}`;
    lines.push(`Systolic expected back between ${early} and ${until} min after the end. The shaded band holds 90 % of readings; a hint, no alarm.`);
  }
  return lines;
}
