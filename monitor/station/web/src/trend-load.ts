// Fetches a bed's trend; what was there before stays when the service does not answer.

import * as api from "./api";
import { TREND_METRICS, TREND_POINTS, type Trend } from "./trend";

/** The trend of the bed's session; never rejects: `error` says why it is not fresh. */
export async function loadTrend(bed: string, before: Trend | null): Promise<Trend> {
  try {
    const series = await Promise.all(
      TREND_METRICS.map(async (metric) => [metric, await api.trend(bed, metric, TREND_POINTS)] as const),
    );
    return {
      series: new Map(series.map(([metric, found]) => [metric, found.points])),
      expected: new Map(series.flatMap(([metric, found]) => (found.expected === null ? [] : [[metric, found.expected]]))),
      error: null,
    };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { series: before?.series ?? new Map(), expected: before?.expected ?? new Map(), error: `The trend could not be loaded: ${why}` };
  }
}
