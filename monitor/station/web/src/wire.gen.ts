// Generated from monitor/station/wire.py by generate_wire.py: change it there, then run the generator again.

/**
 * The last value of one metric.
 *
 * `value` is null unless the verdict is VALID or SUSPECT. `shown` is the last valid number, for a display that
 * tells its age; null when there has been none. `at` and `age_s` belong to `value`; where that is null, to `shown`.
 * `source` is `manual` for what a person entered, `derived` for what the service found in the pleth wave.
 */
export interface Value {
  metric: string;
  value: number | null;
  unit: string;
  verdict: "VALID" | "SUSPECT" | "INVALID" | null;
  reason: string | null;
  at: string | null;
  age_s: number | null;
  shown: number | null;
  source: string | null;
}

/**
 * Where one rule on a metric alarms; `rises_to`: what it comes to by lasting, or at a second reading.
 */
export interface LimitStep {
  limit: number;
  priority: "high" | "medium" | "low";
  rises_to: "high" | "medium" | null;
}

/**
 * The alarm limits in force for one metric; null: no limit on that side now. `own`: set for this patient.
 *
 * `low` and `high` are where the first alarm comes that asks for somebody. `lows` and `highs` hold every rule in
 * force, in the order in which a value meets them: also one that stays LOW, a hint such as SPO2_DROP.
 */
export interface Limits {
  low: number | null;
  high: number | null;
  own: boolean;
  lows: LimitStep[];
  highs: LimitStep[];
}

/**
 * One inactivation in force (alarm-system 4.2), on a bed or for the station; without any, all is ON.
 *
 * `alarm` and `alarm_text` name the rule that is off. `until` is when it ends by itself; what has no end is
 * reminded of, last at `reminded_at`.
 */
export interface Inactivation {
  state: "AUDIO_PAUSED" | "ALARM_PAUSED" | "AUDIO_OFF" | "ALARM_OFF";
  alarm: string | null;
  alarm_text: string | null;
  by: string | null;
  since: string;
  until: string | null;
  reason: string | null;
  reminded_at: string | null;
}

/**
 * One limit and between what it may be set; `by`: who set it for this patient, null while it is the preset's.
 */
export interface LimitSetting {
  side: "low" | "high";
  unit: string;
  limit: number;
  preset: number;
  lowest: number;
  highest: number;
  second_below: number | null;
  second_above: number | null;
  by: string | null;
}

/**
 * What can be set about one rule of a bed. `kept_on`: it cannot be off now. `limit` null: it is fixed.
 */
export interface RuleSetting {
  alarm: string;
  text: string;
  off: boolean;
  kept_on: boolean;
  limit: LimitSetting | null;
}

/**
 * One thing that a person entered in the running session. It stays as it is: a correction is an entry of its own.
 *
 * `what` names it: the kind of happening, the rule whose limit was set, the phase begun, the state of the alarms;
 * empty for values and limbs. `at` is when it happened as the person says, `entered_at` when it was entered.
 * `details` holds what was entered beside: values by metric or score, a limit's `from` and `to`, a dose. `text` is
 * what was typed: words, or a reason. `second_by` has signed; `named_by` is the prescriber who was named as deciding
 * and has not.
 */
export interface Entry {
  seq: number;
  kind: "session" | "phase" | "happening" | "values" | "limit" | "limbs" | "alarms";
  what: string;
  at: string;
  entered_at: string;
  by: string | null;
  second_by: string | null;
  details: Record<string, number | string | boolean | null>;
  text: string | null;
  named_by: string | null;
}

/**
 * The session on a bed. `infused_s` counts infusion time without pauses, up to the message's server time.
 *
 * `infused_before_s`: so much of it ran before the last restart, whose plan counts from there. `on_oxygen`: None while
 * nobody has said whether it is air or oxygen.
 */
export interface Session {
  id: string;
  patient: string;
  opened_at: string;
  opened_by: string | null;
  weight_kg: number | null;
  cuff_limb: string | null;
  probe_limb: string | null;
  iv_limb: string | null;
  planned_min: number;
  started_at: string | null;
  ended_at: string | null;
  infused_s: number;
  paused_since: string | null;
  deadline_at: string | null;
  deadline_min: number;
  infused_before_s: number;
  on_oxygen: boolean | null;
}

/**
 * Baseline of one metric; `bound` is U of ketamine-monitoring 6.1 (for SpO2 the lower bound).
 *
 * Before the start it is what would be frozen now, without a bound; from the start on it is frozen.
 */
export interface Baseline {
  metric: string;
  value: number | null;
  grade: "A" | "B" | "C" | "NONE";
  bound: number | null;
}

/**
 * How one metric stands to its baseline. `interval_min` is [after, until] once returned.
 */
export interface ReturnMetric {
  metric: string;
  state: string;
  interval_min: (number | null)[] | null;
}

/**
 * Return to baseline of the session. `verdict` is null before deadline + grace.
 */
export interface Return {
  metrics: ReturnMetric[];
  verdict: string | null;
  deadline_at: string | null;
  decided_at: string | null;
}

/**
 * The cuff now and when its next reading is due.
 */
export interface Cuff {
  state: string | null;
  pressure: number | null;
  last_at: string | null;
  next_due_at: string | null;
  interval_s: number | null;
  error: string | null;
}

/**
 * One device of the bed. `faults` counts rejected units since start; `last_at` is the last good reading.
 */
export interface Device {
  id: string;
  driver: string;
  link: "up" | "down" | null;
  since: string | null;
  reason: string | null;
  last_at: string | null;
  battery: number | null;
  faults: number;
  origin: "live" | "simulated" | "replayed";
}

/**
 * A hint to the staff, no alarm. `until` is a time it names: rest until then, or due since then.
 */
export interface Advisory {
  kind: string;
  since: string;
  text: string;
  until: string | null;
}

/**
 * One row of the discharge checklist.
 */
export interface ReadinessItem {
  name: string;
  state: "met" | "open" | "failed";
  text: string;
  until: string | null;
}

/**
 * A number and how a value is held against it; not rounded.
 */
export interface Bound {
  comparison: "below" | "at_most" | "above" | "at_least";
  number: number;
}

/**
 * Where a present alarm stands now: its newest value is the bed's value of `metric`.
 *
 * `worst` is the value furthest beyond the limit since the onset. `limit`: where the rule alarms; `ends`: what ends
 * it; null where a rule goes by a median that is not known any more.
 */
export interface Standing {
  alarm_id: string;
  metric: string;
  worst: number | null;
  limit: Bound | null;
  ends: Bound | null;
}

/**
 * Everything a tile shows. `origin` is the least real of its devices.
 *
 * `readiness` is the discharge checklist, filled in recovery only; `news2` a partial score in words, shown before
 * the infusion and in recovery.
 */
export interface Bed {
  id: string;
  label: string;
  phase: string;
  phase_since: string | null;
  origin: "live" | "simulated" | "replayed";
  session: Session | null;
  values: Record<string, Value>;
  limits: Record<string, Limits>;
  cuff: Cuff;
  baseline: Baseline[];
  recovery: Return | null;
  devices: Device[];
  inactivations: Inactivation[];
  advisories: Advisory[];
  readiness: ReadinessItem[];
  news2: string | null;
  standings: Standing[];
}

/**
 * One alarm instance that is ACTIVE, ACKED or LATCHED; `state` CLOSED appears once, in an update.
 *
 * `superseded` is true while a higher alarm of the same group is present: shown, but without flash and sound.
 * `physiological`: about the patient's values, what ALARM_PAUSED silences.
 */
export interface Alarm {
  alarm_id: string;
  bed: string | null;
  bed_label: string | null;
  alarm: string;
  text: string;
  priority: "high" | "medium" | "low";
  state: "ACTIVE" | "ACKED" | "LATCHED" | "CLOSED";
  stale: boolean;
  superseded: boolean;
  durable: boolean;
  value: number | null;
  limit: number | null;
  unit: string | null;
  since: string | null;
  raised_at: string;
  acknowledged_by: string | null;
  acknowledged_at: string | null;
  ended_at: string | null;
  close_reason: string | null;
  device: string | null;
  physiological: boolean;
}

/**
 * What the page's frame shows. `speed` is the clock's factor, 1 outside a demo.
 */
export interface Site {
  id: string;
  name: string;
  preset: string;
  version: string;
  speed: number;
  demo: boolean;
}

/**
 * First message of every connection. `inactivations` are the station's own; those of beds are in their pictures.
 */
export interface Snapshot {
  type: "snapshot";
  seq: number;
  server_time: string;
  beds: Bed[];
  alarms: Alarm[];
  site: Site;
  inactivations: Inactivation[];
}

/**
 * Beds and alarms that changed, each whole. Alarm updates go out at once, numerics about once a second.
 *
 * `inactivations` are those of the station now.
 */
export interface Update {
  type: "update";
  seq: number;
  server_time: string;
  beds: Bed[];
  alarms: Alarm[];
  inactivations: Inactivation[];
}

/**
 * Wave of one subscribed bed; null samples were lost on the wire. `t` is the time of the first sample.
 */
export interface Pleth {
  type: "pleth";
  seq: number;
  bed: string;
  t: string;
  rate_hz: number;
  samples: (number | null)[];
}

/**
 * Every 2 s: the proof that the service is alive.
 */
export interface Heartbeat {
  type: "heartbeat";
  seq: number;
  server_time: string;
}

/**
 * From the page: the beds whose pleth it shows.
 */
export interface Subscribe {
  type: "subscribe";
  pleth: string[];
}

/**
 * From the page, every 2 s: whether it can be heard and seen.
 */
export interface StationState {
  type: "station";
  audio: "ok" | "muted" | "blocked";
  visible: boolean;
}

export type FromPage = Subscribe | StationState;

export type ToPage = Snapshot | Update | Pleth | Heartbeat;
