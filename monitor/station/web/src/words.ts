// Codes of the contract in a nurse's words. An unknown code is shown as it is, with spaces: never hidden.

import type { Alarm, Bed } from "./wire.gen";

export const SECONDARY = "bedwatch is secondary to the devices' own alarms";

const REASONS: Readonly<Record<string, string>> = {
  sensor_off: "probe off",
  no_finger: "no finger in probe",
  searching: "searching",
  low_perfusion: "weak signal",
  artifact: "movement",
  out_of_track: "signal lost",
  device: "device says invalid",
  another_patient: "device names another patient",
  range: "outside the possible range",
  step: "sudden jump, being checked",
  stuck: "value does not move",
  cuff: "cuff is inflating",
  motion: "movement",
  pulse_mismatch: "pulse differs from cuff",
  order: "pressures contradict each other",
  incomplete: "half a reading",
  absent: "not given",
  perfusion: "weak signal",
  pulse_pressure: "unusual pulse pressure",
  map: "mean does not fit",
  jump: "large jump, repeating",
  irregular: "irregular pulse",
  venous: "too soon after the last reading",
  signal_quality: "weak signal",
  stale: "no fresh value",
  no_data: "no data",
  offline: "device offline",
  leak: "air leak",
  overpressure: "overpressure",
  timeout: "took too long",
  weak_signal: "weak pulse",
  aborted: "stopped",
  no_answer: "device does not answer",
  unplugged: "unplugged",
};

/** Why a value or a link is as it is: `device:sensor_off` and `sensor_off` read alike; of a sentence, what follows the address. */
export function reasonWords(reason: string): string {
  const sentence = reason.split(": ").at(-1) ?? reason;
  if (sentence.includes(" ")) return sentence;
  const last = reason.split(":").at(-1) ?? reason;
  return REASONS[reason] ?? REASONS[last] ?? reason.replaceAll("_", " ");
}

const PHASES: Readonly<Record<string, string>> = {
  IDLE: "No session",
  PRE: "Before infusion",
  INFUSING: "Infusing",
  PAUSED: "Paused",
  RECOVERY: "Recovery",
  DISCHARGED: "Discharged",
};

export const phaseWords = (phase: string): string => PHASES[phase] ?? phase;

/** The mark in front of an alarm (alarm-system 1.1): colour never stands alone. */
export const PREFIX: Readonly<Record<Alarm["priority"], string>> = { high: "***", medium: "**", low: "*" };
export const ICON: Readonly<Record<Alarm["priority"], string>> = { high: "▲", medium: "◆", low: "●" };

const ORIGINS: Readonly<Record<Bed["origin"], string | null>> = { live: null, simulated: "SIMULATED", replayed: "REPLAY" };

/** The badge of a bed that shows no living patient; null for a real one. */
export const originBadge = (origin: Bed["origin"]): string | null => ORIGINS[origin];

const METRICS: Readonly<Record<string, string>> = {
  spo2: "SpO2",
  pulse_rate: "Pulse",
  systolic: "SBP",
  diastolic: "DBP",
  mean: "MAP",
  pulse_rate_pleth: "PR~",
  resp_rate_pleth: "RR~",
};

export const metricWords = (metric: string): string => METRICS[metric] ?? metric.replaceAll("_", " ");

/** An alarm's text behind its mark; the server's own mark is not printed twice. */
export const alarmText = (alarm: Alarm): string => alarm.text.replace(/^\*+\s*/, "");

/** The alarm's text on its bed's own tile, where the bed need not be named. */
export function alarmTextOnBed(alarm: Alarm): string {
  const text = alarmText(alarm);
  const label = alarm.bed_label;
  return label !== null && text.startsWith(`${label} `) ? text.slice(label.length + 1) : text;
}

/** The text in two parts, what is measured and its limit, so that a narrow place drops the limit before it cuts a number. */
export function textAndLimit(text: string): [string, string] {
  const at = text.lastIndexOf(" (limit ");
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}
