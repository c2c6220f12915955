// How far a number may still be shown: alarm-system 5.3 (grey at 5 s, "--" at 15 s; a cuff reading tells its age).

import { hhmm, instant } from "./times";
import type { Bed, Value } from "./wire.gen";
import { reasonWords } from "./words";

export const GREY_AFTER_S = 5;
export const GONE_AFTER_S = 15;
export const NOTHING = "--";
const NO_DATA = "no data";
// A cuff speaks once per measurement: its number turns grey when the next one is half an interval late (NIBP_OVERDUE).
const CUFF_LATE = 1.5;
const CUFF_INTERVAL_S = 300;

/** plain: trust it; doubtful: SUSPECT, drawn hollow with "?"; grey: old; none: no number to show. */
export type Look = "plain" | "doubtful" | "grey" | "none";

export interface Shown {
  readonly text: string;
  readonly look: Look;
  /** In words, why it is not plain; null when it is. */
  readonly note: string | null;
  readonly ageS: number | null;
}

/** Server seconds that pass at a demo's `speed` while an update is on its way to the page; 0 where time is real. */
export const lagAt = (speed: number): number => Math.max(0, speed - 1) * 0.5;

/** A continuous metric (SpO2, pulse) at server time `now` (ms); `lagS` of its age are the way to the page. */
export function numeric(value: Value | undefined, now: number, lagS = 0): Shown {
  if (value === undefined) return { text: NOTHING, look: "none", note: NO_DATA, ageS: null };
  const at = instant(value.at);
  const ageS = at === null ? null : Math.max(0, (now - at) / 1000);
  const number = value.value ?? (value.verdict === "INVALID" ? null : value.shown);
  const why = value.reason === null ? null : reasonWords(value.reason);
  if (number === null || ageS === null) return { text: NOTHING, look: "none", note: why ?? NO_DATA, ageS };
  if (ageS >= GONE_AFTER_S + lagS) return { text: NOTHING, look: "none", note: NO_DATA, ageS };
  const text = String(Math.round(number));
  if (ageS >= GREY_AFTER_S + lagS || value.value === null) return { text, look: "grey", note: `${Math.floor(ageS)} s old`, ageS };
  if (value.verdict === "SUSPECT") return { text, look: "doubtful", note: value.reason === "device" ? "device unsure" : (why ?? "doubtful"), ageS };
  return { text, look: "plain", note: null, ageS };
}

export interface Pressure extends Shown {
  /** `128/78`; the mean stands apart because some cuffs do not give it. */
  readonly mean: string | null;
  /** `14:05, 3 min ago`; null when there has been no reading. */
  readonly taken: string | null;
}

/** The last cuff reading of a bed at server time `now` (ms). */
export function pressure(bed: Bed, now: number): Pressure {
  const systolic = bed.values["systolic"];
  const diastolic = bed.values["diastolic"];
  const mean = bed.values["mean"];
  const error = bed.cuff.error === null ? null : `cuff failed: ${reasonWords(bed.cuff.error)}`;
  const both = [systolic, diastolic];
  const times = both.map((value) => (number(value) === null ? null : instant(value?.at ?? null))).filter((at) => at !== null);
  if (times.length === 0) {
    const why = both.find((value) => value?.reason)?.reason;
    return { text: `${NOTHING}/${NOTHING}`, look: "none", note: error ?? (why ? reasonWords(why) : "no reading yet"), ageS: null, mean: null, taken: null };
  }
  // Only numbers of one and the same measurement stand side by side.
  const at = Math.max(...times);
  const taken = (value: Value | undefined): number | null => (instant(value?.at ?? null) === at ? number(value) : null);
  const [high, low, middle] = [taken(systolic), taken(diastolic), taken(mean)];
  const ageS = Math.max(0, (now - at) / 1000);
  const base = {
    text: `${high ?? NOTHING}/${low ?? NOTHING}`,
    ageS,
    mean: middle === null ? null : String(middle),
    taken: `${hhmm(at)}, ${minutesAgo(ageS)}`,
  };
  const doubted = both.find((value) => value?.value != null && value.verdict === "SUSPECT");
  if (doubted !== undefined || high === null || low === null) {
    return { ...base, look: "doubtful", note: reasonWords(doubted?.reason ?? "incomplete") };
  }
  // After an attempt that gave no number, the last valid reading stays and the failure stands beside it.
  const failed = both.find((value) => value?.value == null && value?.reason != null);
  const since = error ?? (failed?.reason == null ? null : `last try: ${reasonWords(failed.reason)}`);
  const late = ageS > CUFF_LATE * (bed.cuff.interval_s ?? CUFF_INTERVAL_S);
  return { ...base, look: late ? "grey" : "plain", note: since ?? (late ? "old reading" : null) };
}

function number(value: Value | undefined): number | null {
  const shown = value === undefined ? null : (value.value ?? value.shown);
  return shown === null ? null : Math.round(shown);
}

/** `just now`, `3 min ago`. */
export function minutesAgo(ageS: number): string {
  const minutes = Math.floor(ageS / 60);
  return minutes < 1 ? "just now" : `${minutes} min ago`;
}
