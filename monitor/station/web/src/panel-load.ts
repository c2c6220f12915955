// What the bed panel shows and the feed does not bring, fetched while it stands open: trend, rules, what was entered.

import * as api from "./api";
import type { Page } from "./page";
import { loadTrend } from "./trend-load";

const TREND_EVERY_MS = 10_000;
const TREND_FIRST_MS = 1000;

export interface PanelLoad {
  /** To be called often: fetches what is due for the panel that stands open. */
  tick(): void;
  /** The panel shows another bed: it is due at once. */
  turned(): void;
  /** Something was entered on the bed. */
  entered(bed: string): void;
}

/** Puts what it has fetched into the page through `change`; `now` in milliseconds of the page's clock. */
export function makePanelLoad(page: () => Page, change: (part: Partial<Page>) => void, now: () => number): PanelLoad {
  let trendAt = -Infinity;
  const sessionOf = (bed: string): string | undefined => page().ward?.beds.get(bed)?.bed.session?.id;

  /** Trends are kept by session: the next patient of a bed never sees the last one's. */
  async function refreshTrend(bed: string): Promise<void> {
    const session = sessionOf(bed);
    if (session === undefined) return;
    trendAt = now();
    entered(bed);
    const trend = await loadTrend(bed, page().trends.get(session) ?? null);
    change({ trends: new Map([[session, trend]]) });
  }

  /** What can be set about the rules of a bed. */
  async function refreshRules(bed: string): Promise<void> {
    const rules = await unlessRefused(api.rules(bed));
    if (rules !== null) change({ rules: new Map([...page().rules, [bed, rules]]) });
  }

  /** Kept by session, as the trends are. */
  async function refreshEntries(bed: string): Promise<void> {
    const session = sessionOf(bed);
    if (session === undefined) return;
    const entries = await unlessRefused(api.entries(bed));
    if (entries !== null) change({ entries: new Map([[session, entries]]) });
  }

  function entered(bed: string): void {
    void refreshRules(bed);
    void refreshEntries(bed);
  }

  return {
    tick() {
      const { selected, trends } = page();
      if (selected === null) return;
      const session = sessionOf(selected);
      const every = session !== undefined && trends.has(session) ? TREND_EVERY_MS : TREND_FIRST_MS;
      if (now() - trendAt >= every) void refreshTrend(selected);
    },
    turned() {
      trendAt = -Infinity;
    },
    entered,
  };
}

/** The answer, or null where the service refuses or does not give one: what was known stays. */
async function unlessRefused<Answer>(asked: Promise<Answer>): Promise<Answer | null> {
  try {
    return await asked;
  } catch (error) {
    if (!(error instanceof api.ApiError)) throw error;
    return null;
  }
}
