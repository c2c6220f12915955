// The session's trend: two charts on one time axis, gaps as gaps, and the same in words.

import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { Expected, TrendPoint } from "./api";
import { type Box, placeLabel } from "./label-place";
import { hhmm, instant } from "./times";
import type { Bed } from "./wire.gen";
import { metricWords } from "./words";

export const TREND_METRICS = ["spo2", "pulse_rate", "systolic", "mean", "diastolic"] as const;
export const TREND_POINTS = 600;
/** Between two labels of the time axis: labels in minutes must not come twice. */
const STEPS_S = [1, 2, 5, 10, 15, 30, 60, 120, 240, 480].map((minutes) => minutes * 60);

export interface Trend {
  readonly series: ReadonlyMap<string, readonly TrendPoint[]>;
  /** By metric, where there is one: where a pressure is expected to go. */
  readonly expected: ReadonlyMap<string, Expected>;
  /** Why there is no fresh trend, in words; null when there is. */
  readonly error: string | null;
}

interface Curve {
  readonly metric: string;
  readonly color: string;
  /** A cuff speaks now and then: dots, joined by a faint line. */
  readonly dots: boolean;
  /** What people entered of the metric: marks of its own, joined to nothing. */
  readonly byHand?: boolean;
}

const SATURATION: readonly Curve[] = [{ metric: "spo2", color: "--spo2", dots: false }];
const CIRCULATION: readonly Curve[] = [
  { metric: "pulse_rate", color: "--pulse", dots: false },
  { metric: "systolic", color: "--nibp", dots: true },
  { metric: "mean", color: "--nibp-mean", dots: true },
  { metric: "diastolic", color: "--nibp", dots: true },
];

/** The curves of a chart, and beside them what people entered of their metrics, where they did. */
export function withEntered(curves: readonly Curve[], trend: Trend): readonly Curve[] {
  const entered = curves.filter((curve) => (trend.series.get(curve.metric) ?? []).some((point) => point.by_hand));
  return [...curves, ...entered.map((curve) => ({ ...curve, dots: true, byHand: true }))];
}

/** uPlot's columns: a null is a gap that stays, a time the series lacks is undefined and is drawn over. */
export function columns(curves: readonly { metric: string; byHand?: boolean }[], trend: Trend): uPlot.AlignedData {
  const tables = curves.map((curve) => {
    const points = (trend.series.get(curve.metric) ?? []).filter((point) => point.by_hand === (curve.byHand ?? false));
    return [points.map((point) => Date.parse(point.t) / 1000), points.map((point) => point.value)];
  });
  return uPlot.join(tables as uPlot.AlignedData[], tables.map(() => [0, 2]));
}

interface Mark {
  readonly at: number;
  readonly name: string;
}

/** Start, end and return deadline as lines across the charts, in seconds. */
export function marks(bed: Bed): Mark[] {
  const session = bed.session;
  if (session === null) return [];
  const named: [string | null, string][] = [
    [session.started_at, "start"],
    [session.ended_at, "end"],
    [session.deadline_at, "return by"],
  ];
  return named.flatMap(([at, name]) => {
    const ms = instant(at);
    return ms === null ? [] : [{ at: ms / 1000, name }];
  });
}

/** `<trend-chart .trend .bed>`: draws when either changed. */
export class TrendChart extends HTMLElement {
  private charts: uPlot[] = [];
  private shown: Trend | null = null;
  private lines: Mark[] = [];
  private bounds: { value: number; color: string }[] = [];
  private drawn: readonly Curve[] = [];
  private watch: ResizeObserver | null = null;
  private current: Trend | null = null;

  set trend(trend: Trend | null) {
    this.current = trend;
    this.refresh();
  }

  set bed(bed: Bed) {
    this.lines = marks(bed);
    const systolic = bed.baseline.find((item) => item.metric === "systolic")?.bound ?? null;
    this.bounds = systolic === null ? [] : [{ value: systolic, color: "--nibp" }];
  }

  connectedCallback(): void {
    this.setAttribute("aria-hidden", "true");
    this.watch = new ResizeObserver(() => {
      for (const chart of this.charts) chart.setSize({ width: this.clientWidth, height: chart.height });
    });
    this.watch.observe(this);
    this.refresh();
  }

  disconnectedCallback(): void {
    this.watch?.disconnect();
    for (const chart of this.charts) chart.destroy();
    this.charts = [];
    this.drawn = [];
    this.shown = null;
  }

  private refresh(): void {
    const trend = this.current;
    if (!this.isConnected || trend === null || trend === this.shown) return;
    this.shown = trend;
    const upper = withEntered(SATURATION, trend);
    const lower = withEntered(CIRCULATION, trend);
    const data = [columns(upper, trend), columns(lower, trend)];
    if (this.drawn.length !== upper.length + lower.length) {
      // Somebody has entered the first value of a metric: its marks need a series, which a chart has from the start.
      for (const chart of this.charts) chart.destroy();
      this.charts = [];
      this.drawn = [...upper, ...lower];
    }
    if (this.charts.length === 0) {
      this.charts = [
        this.chart(upper, 120, [70, 100], () => [], [], data[0] as uPlot.AlignedData),
        this.chart(lower, 190, [40, 160], () => this.bounds, ["systolic", "diastolic"], data[1] as uPlot.AlignedData),
      ];
    } else {
      this.charts.forEach((chart, index) => chart.setData(data[index] as uPlot.AlignedData));
    }
  }

  private chart(
    curves: readonly Curve[],
    height: number,
    range: readonly [number, number],
    bounds: () => readonly { value: number; color: string }[],
    banded: readonly string[],
    data: uPlot.AlignedData,
  ): uPlot {
    const style = getComputedStyle(this);
    const ink = (name: string): string => style.getPropertyValue(name).trim();
    const axis = { stroke: ink("--quiet"), grid: { stroke: ink("--line"), width: 1 }, ticks: { show: false } };
    return new uPlot(
      {
        width: Math.max(200, this.clientWidth),
        height,
        cursor: { sync: { key: "trend" }, drag: { x: true, y: false } },
        legend: { show: true, live: true },
        scales: { y: { range: (_, low, high) => reach(range, low, high) } },
        axes: [
          { ...axis, values: (_, ticks) => ticks.map((tick) => hhmm(tick * 1000)), size: 28, incrs: STEPS_S },
          { ...axis, size: 40 },
        ],
        series: [
          { value: (_, at) => (at == null ? "" : hhmm(at * 1000)) },
          ...curves.map((curve) => ({
            label: `${metricWords(curve.metric)}${curve.byHand === true ? " by hand" : ""}`,
            stroke: ink(curve.color),
            width: curve.dots ? 0.8 : 1.6,
            ...(curve.byHand === true
              ? { paths: () => null, points: { show: true, size: 10, width: 2, fill: ink("--surface") } }
              : { ...(curve.dots ? { dash: [3, 4] } : {}), points: { show: curve.dots, size: 6, fill: ink(curve.color) } }),
            value: (_: uPlot, value: number | null) => (value == null ? "--" : String(Math.round(value))),
          })),
        ],
        hooks: {
          drawAxes: [(chart) => this.drawBands(chart, banded, ink)],
          draw: [(chart) => this.drawMarks(chart, bounds(), ink, curves[0] === SATURATION[0])],
        },
      },
      data,
      this,
    );
  }

  /** Where 90 % of the readings are expected, behind the curves; only as far as the time axis goes. */
  private drawBands(chart: uPlot, metrics: readonly string[], ink: (name: string) => string): void {
    const { ctx: pen, bbox: box } = chart;
    pen.save();
    pen.beginPath();
    pen.rect(box.left, box.top, box.width, box.height);
    pen.clip();
    pen.fillStyle = ink("--nibp");
    pen.globalAlpha = 0.13;
    for (const metric of metrics) {
      const band = this.current?.expected.get(metric)?.band ?? [];
      if (band.length < 2) continue;
      const at = (t: string): number => chart.valToPos(Date.parse(t) / 1000, "x", true);
      pen.beginPath();
      for (const point of band) pen.lineTo(at(point.t), chart.valToPos(point.high, "y", true));
      for (const point of [...band].reverse()) pen.lineTo(at(point.t), chart.valToPos(point.low, "y", true));
      pen.fill();
    }
    pen.restore();
  }

  /** `foot`: the names stand below, where a curve that lives at the top leaves room. */
  private drawMarks(
    chart: uPlot,
    bounds: readonly { value: number; color: string }[],
    ink: (name: string) => string,
    foot: boolean,
  ): void {
    const { ctx: pen, bbox: box } = chart;
    const ratio = devicePixelRatio || 1;
    pen.save();
    pen.beginPath();
    pen.rect(box.left, box.top, box.width, box.height);
    pen.clip();
    pen.font = `${11 * ratio}px system-ui, sans-serif`;
    pen.fillStyle = pen.strokeStyle = ink("--quiet");
    pen.textAlign = "left";
    pen.setLineDash([2 * ratio, 3 * ratio]);
    const names: Box[] = [];
    const lines = this.lines.map((mark) => chart.valToPos(mark.at, "x", true));
    for (const [index, mark] of this.lines.entries()) {
      const x = lines[index] as number;
      stroke(pen, x, box.top, x, box.top + box.height);
      if (x > box.left + box.width) continue; // a deadline still to come
      const roomy = x + 60 * ratio < box.left + box.width;
      pen.textAlign = roomy ? "left" : "right";
      // A name on the left of its line takes the second row: the first may hold that of the mark before.
      const at = x + (roomy ? 4 : -4) * ratio;
      const row = foot ? box.top + box.height - (roomy ? 5 : 19) * ratio : box.top + (roomy ? 12 : 26) * ratio;
      const width = pen.measureText(mark.name).width;
      pen.fillText(mark.name, at, row);
      names.push({ left: roomy ? at : at - width, right: roomy ? at + width : at, top: row - 11 * ratio, bottom: row + 4 * ratio });
    }
    pen.textAlign = "left";
    for (const bound of bounds) {
      const y = chart.valToPos(bound.value, "y", true);
      stroke(pen, box.left, y, box.left + box.width, y);
      const words = `SBP band ≤ ${Math.round(bound.value)}`;
      const area = { left: box.left, right: box.left + box.width };
      const place = placeLabel(pen.measureText(words).width, 12 * ratio, y, area, lines, names);
      pen.fillText(words, place.x, place.y);
    }
    pen.restore();
  }
}

/** The usual range of an axis, widened for values beyond it; uPlot gives nulls while there are no values. */
function reach(usual: readonly [number, number], low: number | null, high: number | null): [number, number] {
  return [Math.min(usual[0], (low ?? usual[0]) - 2), Math.max(usual[1], (high ?? usual[1]) + 2)];
}

function stroke(pen: CanvasRenderingContext2D, x1: number, y1: number, x2: number, y2: number): void {
  pen.beginPath();
  pen.moveTo(x1, y1);
  pen.lineTo(x2, y2);
  pen.stroke();
}

customElements.define("trend-chart", TrendChart);
