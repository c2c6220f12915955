// One bed's pleth as it stands on the screen: what waits to be drawn, and the last stretch that was. It goes on whether
// or not anybody looks, so that a trace which is shown again goes on where the wave is.

import type { Pleth } from "./wire.gen";

export const WINDOW_S = 6;
/** How long a first stretch waits before it is drawn: stretches come once a second, never exactly. */
const LEAD_S = 0.35;
/** More than this waiting means the page fell behind: the oldest samples are dropped. */
const WAITING_S = 2;
/** The range of a trace is that of its last two stretches of this length, drawn towards by this part a sample. */
const STRETCH_S = 2.5;
const EASE = 0.02;
/** Room left beyond a sample that leaves the range: the next ones of the same rise stay inside. */
const HEADROOM = 0.15;

interface Range {
  low: number;
  high: number;
}

const NO_RANGE: Range = { low: Infinity, high: -Infinity };

/** The wave of one bed. Bounded: of what waits, and of what was drawn, the oldest goes first. */
export class Wave {
  rateHz = 75;
  /** Places filled since the beginning; the next one is `count % places`. */
  count = 0;
  low = 0;
  high = 1;
  private waiting: (number | null)[] = [];
  private drawFrom = 0;
  private drawn: (number | null)[] = [];
  private last: number | null = null;
  private owed = 0;
  private scaled = false;
  private stretch: Range = { ...NO_RANGE };
  private earlier: Range = { ...NO_RANGE };
  private seen = 0;

  /** Places from the left edge to the right one. */
  get places(): number {
    return Math.ceil(WINDOW_S * this.rateHz);
  }

  /** What stands at the place that was filled as number `index`; null: nothing came, undefined: not there any more. */
  at(index: number): number | null | undefined {
    return index >= this.count || index < this.count - this.places ? undefined : this.drawn[index % this.places];
  }

  /** A stretch that came at page time `now` (ms). */
  push(message: Pleth, now: number): void {
    if (message.rate_hz !== this.rateHz) {
      this.rateHz = message.rate_hz;
      this.drawn = [];
    }
    if (this.waiting.length === 0) this.drawFrom = now + LEAD_S * 1000;
    this.waiting.push(...message.samples);
    const most = Math.ceil(WAITING_S * this.rateHz);
    if (this.waiting.length > most) this.waiting.splice(0, this.waiting.length - most);
  }

  /** Goes on to page time `now` (ms). A line that has run dry goes on with nothing: a dead one never looks alive. */
  advance(now: number): void {
    this.owed += ((now - (this.last ?? now)) / 1000) * this.rateHz;
    this.last = now;
    const due = Math.min(Math.floor(this.owed), this.places);
    this.owed -= Math.floor(this.owed);
    this.scaleFirst();
    const samples = now < this.drawFrom ? [] : this.waiting.splice(0, due);
    for (let index = 0; index < due; index += 1) {
      const sample = samples[index] ?? null;
      if (sample !== null) this.scale(sample);
      this.drawn[this.count % this.places] = sample;
      this.count += 1;
    }
  }

  /** The first stretch is shown at its own height from its first sample on. */
  private scaleFirst(): void {
    if (this.scaled) return;
    const samples = this.waiting.filter((sample) => sample !== null);
    if (samples.length === 0) return;
    this.low = Math.min(...samples);
    this.high = Math.max(...samples);
    this.scaled = true;
  }

  /** The range follows the wave: at once outwards, slowly inwards, and never through the top of a beat. */
  private scale(sample: number): void {
    this.stretch = { low: Math.min(this.stretch.low, sample), high: Math.max(this.stretch.high, sample) };
    this.seen += 1;
    const low = Math.min(this.earlier.low, this.stretch.low);
    const high = Math.max(this.earlier.high, this.stretch.high);
    if (this.seen >= STRETCH_S * this.rateHz) {
      this.earlier = this.stretch;
      this.stretch = { ...NO_RANGE };
      this.seen = 0;
    }
    const span = this.high - this.low;
    if (this.earlier.low <= this.earlier.high) {
      this.low += (low - this.low) * EASE;
      this.high += (high - this.high) * EASE;
    }
    if (sample < this.low) this.low = sample - HEADROOM * span;
    if (sample > this.high) this.high = sample + HEADROOM * span;
    this.high = Math.max(this.high, this.low + 1e-6);
  }
}
