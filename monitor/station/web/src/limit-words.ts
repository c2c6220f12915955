// The alarm limits of a metric in words: the first that asks for somebody, and all of them in order.

import type { Bed, Limits, LimitStep } from "./wire.gen";

/** Readings are whole numbers; of a limit taken from a baseline (95.2) the last one inside it is shown: 95 meets "95.2 or less". */
const whole = (limit: number | null | undefined, round: (value: number) => number): number | null =>
  limit == null ? null : round(Math.round(limit * 1000) / 1000);

/** `≥ 90`, `48 – 120`; nothing where no limit is in force. */
export function limitWords(limits: Limits | undefined): string {
  const low = whole(limits?.low, Math.floor);
  const high = whole(limits?.high, Math.ceil);
  if (low !== null && high !== null) return `${low} – ${high}`;
  return low !== null ? `≥ ${low}` : high !== null ? `≤ ${high}` : "";
}

/** `90 – 160 / ≤ 100`: of the systolic, then of the diastolic pressure. */
export function pressureLimits(bed: Bed): string {
  return [limitWords(bed.limits["systolic"]), limitWords(bed.limits["diastolic"])].filter((words) => words !== "").join(" / ");
}

const stepWords = (step: LimitStep, round: (value: number) => number): string => {
  const number = whole(step.limit, round);
  if (step.rises_to !== null) return `${number} ${step.priority}, later ${step.rises_to}`;
  return step.priority === "low" ? `${number} low, a hint only` : `${number} ${step.priority}`;
};

/** Every alarm of a metric in the order a value meets it: `falling: 93 low, a hint only · 90 medium, later high · 85 high`. */
export function allLimits(limits: Limits | undefined): string {
  const sides = [
    ["falling", limits?.lows ?? [], Math.floor],
    ["rising", limits?.highs ?? [], Math.ceil],
  ] as const;
  return sides
    .filter(([, steps]) => steps.length > 0)
    .map(([side, steps, round]) => `${side}: ${steps.map((step) => stepWords(step, round)).join(" · ")}`)
    .join("; ");
}
