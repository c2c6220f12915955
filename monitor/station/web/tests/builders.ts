// Whole messages with ordinary contents; a test names only what it is about.

import type { Alarm, Bed, Session, Snapshot, Update, Value } from "../src/wire.gen";

export const T0 = Date.parse("2026-11-22T14:00:00.000Z");
export const iso = (seconds: number): string => new Date(T0 + seconds * 1000).toISOString();

export const value = (part: Partial<Value> = {}): Value => ({
  metric: "spo2", value: 97, unit: "%", verdict: "VALID", reason: null, at: iso(0), age_s: 0, shown: 97, source: null, ...part,
});

export const session = (part: Partial<Session> = {}): Session => ({
  id: "s-1", patient: "P-17", opened_at: iso(-600), opened_by: "nurse-a", weight_kg: 70, cuff_limb: "left",
  probe_limb: "right", iv_limb: "right", planned_min: 40, started_at: iso(0), ended_at: null, infused_s: 0,
  paused_since: null, deadline_at: null, deadline_min: 20, infused_before_s: 0, on_oxygen: null, ...part,
});

export const bed = (part: Partial<Bed> = {}): Bed => ({
  advisories: [], readiness: [], news2: null,
  id: "bay-1", label: "Bay 1", phase: "INFUSING", phase_since: iso(0), origin: "live", session: session(), values: {},
  limits: {}, cuff: { state: "idle", pressure: null, last_at: null, next_due_at: null, interval_s: 300, error: null },
  baseline: [], recovery: null, devices: [], inactivations: [], standings: [], ...part,
});

export const alarm = (part: Partial<Alarm> = {}): Alarm => ({
  alarm_id: "bay-1-0001", bed: "bay-1", bed_label: "Bay 1", alarm: "SPO2_LOW", text: "** Bay 1 SpO2 88 % (limit 90)",
  priority: "medium", state: "ACTIVE", stale: false, superseded: false, durable: true, value: 88, limit: 90, unit: "%",
  since: iso(0), raised_at: iso(0), acknowledged_by: null, acknowledged_at: null, ended_at: null, close_reason: null,
  device: null, physiological: true, ...part,
});

export const snapshot = (part: Partial<Snapshot> = {}): Snapshot => ({
  type: "snapshot", seq: 1, server_time: iso(0), beds: [bed()], alarms: [],
  site: { id: "harbour", name: "Harbour Clinic", preset: "ketamine-adult", version: "0.1.0", speed: 1, demo: false }, inactivations: [], ...part,
});

export const update = (part: Partial<Update> = {}): Update => ({
  type: "update", seq: 2, server_time: iso(1), beds: [], alarms: [], inactivations: [], ...part,
});
