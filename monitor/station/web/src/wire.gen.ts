// Generated from monitor/station/wire.py by generate_wire.py: change it there, then run the generator again.

/**
 * The last value of one metric.
 *
 * `value` is null unless the verdict is VALID or SUSPECT. `at` is when it was measured. `shown` keeps the
 * last valid number after it went stale, for a greyed display; null when there has been none.
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
}

/**
 * The alarm limits in force for one metric; null: no limit on that side now.
 */
export interface Limits {
  low: number | null;
  high: number | null;
}

/**
 * The session on a bed. `infused_s` counts infusion time without pauses, up to the message's server time.
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
}

/**
 * Baseline of one metric; `upper` is U of ketamine-monitoring 6.1 (for SpO2 the lower bound).
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
 * Everything a tile shows. `origin` is the least real of its devices.
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
}

/**
 * One alarm instance that is ACTIVE, ACKED or LATCHED; `state` CLOSED appears once, in an update.
 *
 * `superseded` is true while a higher alarm of the same group is present: shown, but without flash and sound.
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
 * First message of every connection.
 */
export interface Snapshot {
  type: "snapshot";
  seq: number;
  server_time: string;
  beds: Bed[];
  alarms: Alarm[];
  site: Site;
}

/**
 * Beds and alarms that changed, each whole. Alarm updates go out at once, numerics about once a second.
 */
export interface Update {
  type: "update";
  seq: number;
  server_time: string;
  beds: Bed[];
  alarms: Alarm[];
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
