// A trend for those who do not see its curve.

import type { TrendPoint } from "./api";
import { hhmm } from "./times";
import { metricWords } from "./words";

/** A curve in one sentence, for those who do not see it. */
export function trendWords(metric: string, points: readonly TrendPoint[]): string {
  const name = metricWords(metric);
  let lowest: TrendPoint | null = null;
  let highest: TrendPoint | null = null;
  let last: TrendPoint | null = null;
  let gaps = 0;
  let before: number | null = 0;
  for (const point of points) {
    if (point.value === null) {
      if (before !== null) gaps += 1;
    } else {
      last = point;
      if (lowest === null || point.value < (lowest.value as number)) lowest = point;
      if (highest === null || point.value > (highest.value as number)) highest = point;
    }
    before = point.value;
  }
  if (last === null || lowest === null || highest === null) return `${name}: no values yet.`;
  const at = (point: TrendPoint): string => `${Math.round(point.value as number)} at ${hhmm(Date.parse(point.t))}`;
  const holes = gaps === 0 ? "no gaps" : gaps === 1 ? "1 gap" : `${gaps} gaps`;
  return `${name}: last ${at(last)}, lowest ${at(lowest)}, highest ${at(highest)}, ${holes}.`;
}
