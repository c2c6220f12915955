// What a present alarm says now: the number beside it on the tile, never the one of its onset.

import { NOTHING, numeric } from "./ages";
import type { Alarm, Bed, Bound } from "./wire.gen";
import { alarmTextOnBed, textAndLimit } from "./words";

/** What is measured and its unit, in a text such as `SpO2 83 % (limit 85)`. */
const FIGURE = /^(.*?) -?\d+(?:\.\d)? (%|\/min|mmHg)(?: \(limit .*)?$/;

const CUFF: readonly string[] = ["systolic", "diastolic", "mean"];

const HOLDS: Readonly<Record<Bound["comparison"], (value: number, number: number) => boolean>> = {
  below: (value, number) => value < number,
  at_most: (value, number) => value <= number,
  above: (value, number) => value > number,
  at_least: (value, number) => value >= number,
};
const holds = (bound: Bound, value: number): boolean => HOLDS[bound.comparison](value, bound.number);

const plain = (value: number): string => String(Math.round(value * 10) / 10);

/** `ends at 92`, `ends below 170`; once the value is there, it is only waited. */
function endWords(ends: Bound, value: number): string {
  if (holds(ends, value)) return "ending";
  const word = ends.comparison === "below" || ends.comparison === "above" ? ends.comparison : "at";
  return `ends ${word} ${plain(ends.number)}`;
}

export interface AlarmWords {
  /** For a narrow place, which drops the second part. */
  readonly what: string;
  readonly more: string;
  /** In one line. */
  readonly line: string;
}

const asTold = (text: string): AlarmWords => {
  const [what, more] = textAndLimit(text);
  return { what, more, line: text };
};

/** The words of an alarm at server time `now` (ms); `lagS` as in `numeric`. */
export function alarmNow(alarm: Alarm, bed: Bed | undefined, now: number, lagS = 0): AlarmWords {
  const text = alarmTextOnBed(alarm);
  const standing = bed?.standings.find((one) => one.alarm_id === alarm.alarm_id);
  const value = standing === undefined ? undefined : bed?.values[standing.metric];
  const figure = FIGURE.exec(text);
  const raw = value?.value ?? value?.shown ?? null;
  if (standing === undefined || figure === null || value === undefined || raw === null) return asTold(text);
  // A cuff's number stands until the next one; of a continuous metric what the tile shows.
  const shown = CUFF.includes(standing.metric)
    ? { text: String(Math.round(raw)), look: value.verdict === "SUSPECT" ? "doubtful" : "plain" }
    : numeric(value, now, lagS);
  if (shown.text === NOTHING) return asTold(text);
  const [, name, unit] = figure;
  const number = `${shown.text}${shown.look === "doubtful" ? "?" : ""}`;
  const { limit, ends, worst } = standing;
  if (limit === null || ends === null || holds(limit, raw)) {
    const more = limit === null ? textAndLimit(text)[1] : `(limit ${plain(limit.number)})`;
    const what = `${name} ${number} ${unit}`;
    return { what, more, line: `${what} ${more}`.trimEnd() };
  }
  const [was, end] = [worst === null ? "" : `was ${Math.round(worst)}, `, endWords(ends, raw)];
  return { what: `${name} now ${number}`, more: `${was}${end}`, line: `${name} ${was}now ${number}; ${end}` };
}
