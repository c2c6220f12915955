// The pleth trace: samples wait in a Wave, a canvas draws them as a sweep. Without samples the sweep runs on and
// wipes the old wave away, so a dead line never looks like a living one.

import type { Pleth } from "./wire.gen";

const WINDOW_S = 6;
const GAP_S = 0.35;
/** How long a first stretch waits before it is drawn: stretches come once a second, never exactly. */
const LEAD_S = 0.35;
/** More than this waiting means the page fell behind: the oldest samples are dropped. */
const WAITING_S = 2;

/** Samples of one bed that wait to be drawn; bounded, the oldest go first. */
export class Wave {
  rateHz = 75;
  private waiting: (number | null)[] = [];
  private drawFrom = 0;

  /** A stretch that came at page time `now` (ms). */
  push(message: Pleth, now: number): void {
    this.rateHz = message.rate_hz;
    if (this.waiting.length === 0) this.drawFrom = now + LEAD_S * 1000;
    this.waiting.push(...message.samples);
    const most = Math.ceil(WAITING_S * this.rateHz);
    if (this.waiting.length > most) this.waiting.splice(0, this.waiting.length - most);
  }

  /** The lowest and the highest sample that waits; null when none does. */
  range(): [number, number] | null {
    const samples = this.waiting.filter((sample) => sample !== null);
    return samples.length === 0 ? null : [Math.min(...samples), Math.max(...samples)];
  }

  /** Up to `count` samples at page time `now` (ms); fewer when the wave has run dry. */
  take(count: number, now: number): (number | null)[] {
    return now < this.drawFrom ? [] : this.waiting.splice(0, count);
  }
}

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

/** `<pleth-trace .wave=${wave}>`: a decoration for the eye, `aria-hidden`; the numbers beside it carry the meaning. */
export class PlethTrace extends HTMLElement {
  wave: Wave | null = null;
  private canvas = document.createElement("canvas");
  private frame = 0;
  private last = 0;
  private owed = 0;
  private x = 0;
  private y: number | null = null;
  private low = 0;
  private high = 1;
  private scaled = false;
  private stretch: Range = { ...NO_RANGE };
  private earlier: Range = { ...NO_RANGE };
  private seen = 0;

  connectedCallback(): void {
    this.setAttribute("aria-hidden", "true");
    this.append(this.canvas);
    this.last = performance.now();
    const step = (now: number): void => {
      this.draw(now);
      this.frame = requestAnimationFrame(step);
    };
    this.frame = requestAnimationFrame(step);
  }

  disconnectedCallback(): void {
    cancelAnimationFrame(this.frame);
  }

  private draw(now: number): void {
    const ratio = devicePixelRatio || 1;
    const width = Math.round(this.clientWidth * ratio);
    const height = Math.round(this.clientHeight * ratio);
    const pen = this.canvas.getContext("2d");
    if (this.wave === null || width === 0 || height === 0 || pen === null) return;
    if (this.canvas.width !== width || this.canvas.height !== height) {
      this.canvas.width = width;
      this.canvas.height = height;
      this.x = 0;
      this.y = null;
    }
    const rate = this.wave.rateHz;
    const range = this.scaled ? null : this.wave.range();
    if (range !== null) {
      [this.low, this.high] = range;
      this.scaled = true;
    }
    this.owed += ((now - this.last) / 1000) * rate;
    this.last = now;
    const due = Math.min(Math.floor(this.owed), Math.ceil(WINDOW_S * rate));
    this.owed -= Math.floor(this.owed);
    const samples = this.wave.take(due, now);
    while (samples.length < due) samples.push(null);
    pen.strokeStyle = getComputedStyle(this).color;
    pen.lineWidth = 1.6 * ratio;
    pen.lineJoin = "round";
    const stepX = width / (WINDOW_S * rate);
    for (const sample of samples) this.point(pen, sample, stepX, width, height, (GAP_S * width) / WINDOW_S);
  }

  private point(
    pen: CanvasRenderingContext2D,
    sample: number | null,
    stepX: number,
    width: number,
    height: number,
    gap: number,
  ): void {
    const from = this.x;
    this.x += stepX;
    if (this.x >= width) {
      this.x = 0;
      this.y = null;
      pen.clearRect(0, 0, gap, height);
      return;
    }
    pen.clearRect(from + 1, 0, gap, height);
    if (sample === null) {
      this.y = null;
      return;
    }
    this.scale(sample);
    const y = height * (0.94 - 0.88 * Math.min(1, Math.max(0, (sample - this.low) / (this.high - this.low))));
    if (this.y !== null) {
      pen.beginPath();
      pen.moveTo(from, this.y);
      pen.lineTo(this.x, y);
      pen.stroke();
    }
    this.y = y;
  }

  /** The range follows the wave: at once outwards, slowly inwards, and never through the top of a beat. */
  private scale(sample: number): void {
    this.stretch = { low: Math.min(this.stretch.low, sample), high: Math.max(this.stretch.high, sample) };
    this.seen += 1;
    const low = Math.min(this.earlier.low, this.stretch.low);
    const high = Math.max(this.earlier.high, this.stretch.high);
    if (this.seen >= STRETCH_S * (this.wave?.rateHz ?? 75)) {
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

customElements.define("pleth-trace", PlethTrace);
