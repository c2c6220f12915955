// The pleth as a sweep: what is new is drawn at the sweep's place, which wipes the old wave away. Without samples the
// sweep runs on, so a dead line never looks like a living one.

import { WINDOW_S, type Wave } from "./wave";

const GAP_S = 0.35;

/** `<pleth-trace .wave=${wave}>`: a decoration for the eye, `aria-hidden`; the numbers beside it carry the meaning. */
export class PlethTrace extends HTMLElement {
  wave: Wave | null = null;
  private canvas = document.createElement("canvas");
  private frame = 0;
  /** Whose wave the canvas shows, and how far. */
  private painted: Wave | null = null;
  private upTo = 0;

  connectedCallback(): void {
    this.setAttribute("aria-hidden", "true");
    this.append(this.canvas);
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
    const { wave } = this;
    if (wave === null) return;
    wave.advance(now);
    const ratio = devicePixelRatio || 1;
    const width = Math.round(this.clientWidth * ratio);
    const height = Math.round(this.clientHeight * ratio);
    const pen = this.canvas.getContext("2d");
    if (width === 0 || height === 0 || pen === null) return;
    const resized = this.canvas.width !== width || this.canvas.height !== height;
    if (resized) {
      this.canvas.width = width;
      this.canvas.height = height;
    }
    const whole = resized || wave !== this.painted || wave.count - this.upTo > wave.places;
    if (whole) {
      pen.clearRect(0, 0, width, height);
      this.upTo = Math.max(0, wave.count - wave.places);
    }
    pen.strokeStyle = getComputedStyle(this).color;
    pen.lineWidth = 1.6 * ratio;
    pen.lineJoin = "round";
    for (let index = this.upTo; index < wave.count; index += 1) this.point(pen, wave, index, width, height);
    this.painted = wave;
    this.upTo = wave.count;
  }

  private point(pen: CanvasRenderingContext2D, wave: Wave, index: number, width: number, height: number): void {
    const stepX = width / wave.places;
    const place = index % wave.places;
    const from = place * stepX;
    const gap = (GAP_S * width) / WINDOW_S;
    pen.clearRect(place === 0 ? 0 : from + 1, 0, gap, height);
    const [before, sample] = [wave.at(index - 1), wave.at(index)];
    if (place === 0 || before == null || sample == null) return;
    const y = (value: number): number =>
      height * (0.94 - 0.88 * Math.min(1, Math.max(0, (value - wave.low) / (wave.high - wave.low))));
    pen.beginPath();
    pen.moveTo(from, y(before));
    pen.lineTo(from + stepX, y(sample));
    pen.stroke();
  }
}

customElements.define("pleth-trace", PlethTrace);
