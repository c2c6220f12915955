// The sound of an alarm as numbers (alarm-system 1.1, "Values to synthesise"); sound.ts makes them audible.

import type { Priority } from "./alarms";

/** One pulse, in seconds from the start of its burst. */
export interface Pulse {
  readonly at: number;
  readonly length: number;
}

export interface Burst {
  readonly frequencyHz: number;
  readonly pulses: readonly Pulse[];
  /** From the last pulse's end to the next burst's start. */
  readonly restS: number;
}

/** Amplitudes of the harmonics 1 to 5. */
export const HARMONICS = [1, 0.8, 0.6, 0.5, 0.4] as const;
export const RISE_S = 0.02;
export const FALL_S = 0.02;

/** `spaces[i]` is the silence after pulse i. */
function pulses(length: number, spaces: readonly number[]): Pulse[] {
  const all: Pulse[] = [{ at: 0, length }];
  let at = 0;
  for (const space of spaces) {
    at += length + space;
    all.push({ at, length });
  }
  return all;
}

// HIGH: 3 + 2, a pause, 3 + 2; after the third pulse twice the spacing and a pulse.
const HALF = [0.1, 0.1, 2 * 0.1 + 0.15, 0.1];

export const BURSTS: Readonly<Record<Priority, Burst>> = {
  high: { frequencyHz: 880, pulses: pulses(0.15, [...HALF, 0.7, ...HALF]), restS: 7 },
  medium: { frequencyHz: 660, pulses: pulses(0.2, [0.2, 0.2]), restS: 15 },
  low: { frequencyHz: 523, pulses: pulses(0.2, [0.2]), restS: 30 },
};

/** Seconds from a burst's first pulse to the end of its last. */
export function burstLength(burst: Burst): number {
  const last = burst.pulses.at(-1);
  return last === undefined ? 0 : last.at + last.length;
}
