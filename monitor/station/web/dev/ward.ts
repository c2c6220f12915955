// The mock's eight beds, one per state worth looking at.

import type { TrendPoint } from "../src/api.ts";
import type { Advisory, Alarm, Baseline, Bed, Device, Inactivation, Limits, ReadinessItem, ReturnMetric, Session, Site, Standing, Value } from "../src/wire.gen.ts";

export const RATE_HZ = 75;
const MINUTE = 60_000;
const LIMITS: Record<string, Limits> = {
  spo2: { low: 88, high: null, own: true, lows: [{ limit: 93, priority: "low", rises_to: null }, { limit: 88, priority: "medium", rises_to: "high" }], highs: [] },
  pulse_rate: { low: 48, high: 120, own: false, lows: [], highs: [] },
  systolic: { low: 90, high: 160, own: false, lows: [], highs: [] },
  diastolic: { low: null, high: 100, own: false, lows: [], highs: [] },
};

const iso = (ms: number): string => new Date(ms).toISOString();

const MOCK_HINTS: Advisory[] = [
  { kind: "review", since: iso(0), text: "SBP is high: a clinician looks and ticks.", until: null },
  { kind: "observation_due", since: iso(0), text: "Due now: breathing rate, MOAA/S.", until: iso(0) },
];
const MOCK_READINESS: ReadinessItem[] = [
  { name: "return", state: "met", text: "Return to baseline: back in time", until: null },
  { name: "minimum_stay", state: "open", text: "Minimum stay", until: iso(0) },
  { name: "aldrete", state: "open", text: "Aldrete score: activity ?, oxygen 2; 9 needed", until: null },
];

interface Plan {
  id: string;
  label: string;
  phase: string;
  spo2: number | null;
  pulse: number;
  pressure: [number, number, number] | null;
  /** Minutes: since the session opened, since start, since end, since the last cuff reading. */
  opened: number;
  started: number | null;
  ended: number | null;
  cuff: number;
}

const plan = (part: Partial<Plan> & Pick<Plan, "id" | "label" | "phase">): Plan => ({
  spo2: 97, pulse: 72, pressure: [124, 78, 94], opened: 40, started: null, ended: null, cuff: 2, ...part,
});

const STATES: Plan[] = [
  plan({ id: "bay-1", label: "Bay 1", phase: "INFUSING", started: 23, spo2: 96, pulse: 84, pressure: [142, 88, 106], cuff: 3 }),
  plan({ id: "bay-2", label: "Bay 2", phase: "INFUSING", started: 11, spo2: 82, pulse: 104, pressure: [151, 92, 112], cuff: 1 }),
  plan({ id: "bay-3", label: "Bay 3", phase: "INFUSING", started: 37, spo2: 97, pulse: 91, pressure: [172, 101, 125], cuff: 2 }),
  plan({ id: "bay-4", label: "Bay 4", phase: "RECOVERY", started: 53, ended: 12.4, spo2: 98, pulse: 126, pressure: [176, 106, 129], cuff: 2, opened: 70 }),
  plan({ id: "bay-5", label: "Bay 5", phase: "INFUSING", started: 6, spo2: null, pulse: 70, pressure: [128, 80, 96], cuff: 1 }),
  plan({ id: "bay-6", label: "Bay 6", phase: "RECOVERY", started: 66, ended: 24, spo2: 95, pulse: 88, pressure: [149, 93, 112], cuff: 4, opened: 80 }),
  plan({ id: "bay-7", label: "Bay 7", phase: "PRE", spo2: 93, pulse: 68, pressure: null, opened: 5 }),
  plan({ id: "bay-8", label: "Bay 8", phase: "IDLE", spo2: null, pressure: null }),
];

/** MOCK_BEDS=20 shows a larger ward: the eight states over and over, alarms on the first eight only. */
const PLANS: Plan[] = Array.from({ length: Number(process.env["MOCK_BEDS"] ?? STATES.length) }, (_, index) => ({
  ...(STATES[index % STATES.length] as Plan),
  id: `bay-${index + 1}`,
  label: `Bay ${index + 1}`,
}));

export class MockWard {
  private now: number;
  private readonly alarms = new Map<string, Alarm>();

  constructor(private readonly began: number) {
    this.now = began;
    for (const alarm of firstAlarms(began)) this.alarms.set(alarm.alarm_id, alarm);
  }

  tick(now: number): void {
    this.now = now;
  }

  picture(): { beds: Bed[]; alarms: Alarm[]; site: Site } {
    return {
      beds: PLANS.map((item) => this.bed(item)),
      alarms: [...this.alarms.values()],
      site: { id: "demo", name: "Harbour Clinic", preset: "ketamine-adult", version: "0.1.0", speed: 1, demo: true },
    };
  }

  /** Bay 1 has a rule off, bay 2 its sound paused, bay 7 its alarms and its sound. */
  private inactivations(bed: string): Inactivation[] {
    const one = (state: Inactivation["state"], part: Partial<Inactivation> = {}): Inactivation => ({
      state, alarm: null, alarm_text: null, by: "nurse-a", since: iso(this.began), until: null, reason: null, reminded_at: null, ...part,
    });
    if (bed === "bay-1") return [one("ALARM_OFF", { alarm: "PR_LOW", alarm_text: "Pulse low", by: "dr-p", reason: "athlete" })];
    if (bed === "bay-2") return [one("AUDIO_PAUSED", { until: iso(this.began + 2 * MINUTE) })];
    if (bed !== "bay-7") return [];
    return (["ALARM_PAUSED", "AUDIO_PAUSED"] as const).map((state) => one(state, { until: iso(this.began + 2 * MINUTE) }));
  }

  /** Null when it worked, else the refusal. */
  acknowledge(id: string, by: string, now: number): string | null {
    const alarm = this.alarms.get(id);
    if (alarm === undefined || alarm.state === "ACKED") return "This alarm is no longer active.";
    if (id === "bay-5-0002") return "The journal does not answer: nothing was acknowledged. Try again.";
    const closed = alarm.state === "LATCHED";
    this.alarms.set(id, { ...alarm, state: closed ? "CLOSED" : "ACKED", acknowledged_by: by, acknowledged_at: iso(now) });
    return null;
  }

  /** The wave between two moments (ms), whole samples only. */
  pleth(bed: string, from: number, until: number): (number | null)[] | null {
    const item = PLANS.find((other) => other.id === bed);
    if (item === undefined || item.spo2 === null) return null;
    return Array.from({ length: Math.floor(((until - from) / 1000) * RATE_HZ) }, (_, index) => {
      const seconds = from / 1000 + index / RATE_HZ;
      const beat = ((seconds * item.pulse) / 60) % 1;
      return 100 * (Math.exp(-((beat - 0.2) ** 2) / 0.008) + 0.42 * Math.exp(-((beat - 0.48) ** 2) / 0.012)) + 4 * Math.sin(seconds * 1.6);
    });
  }

  trend(bed: string, metric: string, now: number): TrendPoint[] {
    const item = PLANS.find((other) => other.id === bed);
    if (item === undefined || item.phase === "IDLE") return [];
    const cuff = ["systolic", "diastolic", "mean"].includes(metric);
    const step = cuff ? 5 : 0.25;
    const rise = { spo2: -1.5, pulse_rate: 14, systolic: 30, diastolic: 16, mean: 20 }[metric] ?? 0;
    const base = { spo2: 97.5, pulse_rate: 72, systolic: 124, diastolic: 78, mean: 93 }[metric] ?? 0;
    const points: TrendPoint[] = [];
    for (let ago = item.opened; ago >= 0; ago -= step) {
      const into = item.started === null ? 0 : Math.max(0, item.started - ago);
      const out = item.ended === null ? 0 : Math.max(0, item.ended - ago);
      const effect = (1 - Math.exp(-into / 12)) * Math.exp(-out / 14);
      const noise = Math.sin(ago * 7.1) * (cuff ? 4 : 0.8);
      const gap = !cuff && ago > 14 && ago < 16.5;
      points.push({ t: iso(now - ago * MINUTE), reason: gap ? "sensor_off" : null, value: gap ? null : Math.round((base + rise * effect + noise) * 10) / 10, by_hand: false });
    }
    if (metric === "spo2" && item.opened > 9) points.push({ t: iso(now - 9 * MINUTE), reason: null, value: 88, by_hand: true });
    return points;
  }

  private bed(item: Plan): Bed {
    const at = iso(this.now - 400);
    const wobble = Math.round(Math.sin(this.now / 7000 + item.pulse) * 2);
    const value = (metric: string, number: number | null, unit: string, part: Partial<Value> = {}): Value => ({
      metric, value: number, unit, verdict: "VALID", reason: null, at, age_s: 0.4, shown: number, source: null, ...part,
    });
    const values: Record<string, Value> = {};
    if (item.phase !== "IDLE") {
      values["spo2"] = value("spo2", item.spo2, "%");
      values["pulse_rate"] = value("pulse_rate", item.pulse + wobble, "/min");
    }
    if (item.id === "bay-5") {
      const lost = { value: null, verdict: null, reason: "offline", at: iso(this.began - 40_000), age_s: 40, shown: 96 } as const;
      values["spo2"] = value("spo2", null, "%", lost);
      values["pulse_rate"] = value("pulse_rate", null, "/min", { ...lost, shown: 70 });
    }
    if (item.id === "bay-4") values["pulse_rate"] = value("pulse_rate", 126 + wobble, "/min", { verdict: "SUSPECT", reason: "pulse_mismatch" });
    if (item.id === "bay-7") {
      values["spo2"] = value("spo2", 93, "%", { verdict: "SUSPECT", reason: "low_perfusion" });
      values["pulse_rate"] = value("pulse_rate", null, "/min", { verdict: "INVALID", reason: "searching", shown: null });
    }
    const taken = this.began - item.cuff * MINUTE;
    if (item.pressure !== null) {
      const [high, low, mean] = item.pressure;
      for (const [metric, number] of [["systolic", high], ["diastolic", low], ["mean", mean]] as const) {
        values[metric] = value(metric, number, "mmHg", { at: iso(taken), age_s: (this.now - taken) / 1000 });
      }
    }
    const inflating = item.id === "bay-7";
    const recovering = item.phase === "RECOVERY";
    return {
      advisories: item.phase === "PRE" ? MOCK_HINTS : [],
      readiness: recovering ? MOCK_READINESS : [],
      news2: recovering ? "partial NEWS2 (3 of 7), 1..13" : null,
      id: item.id,
      label: item.label,
      phase: item.phase,
      phase_since: iso(this.began - 3 * MINUTE),
      origin: item.id === "bay-6" ? "replayed" : "simulated",
      session: this.session(item),
      values,
      limits: item.phase === "IDLE" ? {} : LIMITS,
      cuff: {
        state: inflating ? "inflating" : "idle",
        pressure: inflating ? 60 + ((this.now / 40) % 110) : null,
        last_at: item.pressure === null ? null : iso(taken),
        next_due_at: item.started === null ? null : iso(taken + 5 * MINUTE),
        interval_s: 300,
        error: item.id === "bay-6" ? "motion" : null,
      },
      baseline: item.started === null ? [] : BASELINE,
      recovery: this.recovery(item),
      devices: this.devices(item),
      inactivations: this.inactivations(item.id),
      standings: STANDINGS.filter((one) => one.alarm_id.startsWith(item.id)),
    };
  }

  private session(item: Plan): Session | null {
    if (item.phase === "IDLE") return null;
    const ended = item.ended === null ? null : this.began - item.ended * MINUTE;
    const started = item.started === null ? null : this.began - item.started * MINUTE;
    return {
      id: `s-${item.id}`,
      patient: `P-${17 + item.pulse}`,
      opened_at: iso(this.began - item.opened * MINUTE),
      opened_by: "nurse-a",
      weight_kg: 70,
      cuff_limb: "left",
      probe_limb: "right",
      iv_limb: "right",
      planned_min: 40,
      started_at: started === null ? null : iso(started),
      ended_at: ended === null ? null : iso(ended),
      infused_before_s: 0,
      on_oxygen: false,
      infused_s: started === null ? 0 : ((ended ?? this.now) - started) / 1000,
      paused_since: null,
      deadline_at: ended === null ? null : iso(ended + 20 * MINUTE),
      deadline_min: 20,
    };
  }

  private recovery(item: Plan): Bed["recovery"] {
    if (item.ended === null) return null;
    const late = item.id === "bay-6";
    const metrics: ReturnMetric[] = [
      { metric: "systolic", state: late ? "OVERDUE" : "AWAY", interval_min: null },
      { metric: "diastolic", state: late ? "RETURNED" : "CANDIDATE", interval_min: late ? [5, 10] : null },
      { metric: "mean", state: late ? "INDETERMINATE" : "AWAY", interval_min: null },
      { metric: "pulse_rate", state: late ? "RE_EXCURSED" : "RETURNED", interval_min: late ? null : [3, 8] },
      { metric: "spo2", state: "IN_BAND", interval_min: null },
    ];
    return {
      metrics,
      verdict: late ? "OVERDUE" : null,
      deadline_at: iso(this.began - item.ended * MINUTE + 20 * MINUTE),
      decided_at: late ? iso(this.began - MINUTE) : null,
    };
  }

  private devices(item: Plan): Device[] {
    const gone = item.id === "bay-5";
    const up = { link: "up", since: iso(this.began - 70 * MINUTE), reason: null, faults: 0, battery: null } as const;
    const origin = item.id === "bay-6" ? "replayed" : "simulated";
    return [
      {
        ...up, id: `ox-${item.id.at(-1)}`, driver: "nonin-df2", origin, last_at: iso(this.now - 400),
        ...(gone ? { link: "down" as const, since: iso(this.began - 40_000), reason: "unplugged", last_at: iso(this.began - 41_000), faults: 3 } : {}),
      },
      { ...up, id: `cuff-${item.id.at(-1)}`, driver: "mqtt-vitals", origin, last_at: iso(this.began - item.cuff * MINUTE), battery: 87 },
    ];
  }
}

/** Bay 2 still falls; bay 4's systolic pressure is between its limit and its end. */
const STANDINGS: Standing[] = [
  { alarm_id: "bay-2-0004", metric: "spo2", worst: 79, limit: { comparison: "below", number: 85 }, ends: { comparison: "at_least", number: 88 } },
  { alarm_id: "bay-4-0003", metric: "systolic", worst: 184, limit: { comparison: "at_least", number: 180 }, ends: { comparison: "below", number: 170 } },
];

const BASELINE: Baseline[] = [
  { metric: "systolic", value: 124, grade: "A", bound: 136.4 },
  { metric: "diastolic", value: 78, grade: "A", bound: 86 },
  { metric: "mean", value: 93, grade: "B", bound: 102.3 },
  { metric: "pulse_rate", value: 72, grade: "A", bound: 80 },
  { metric: "spo2", value: 98, grade: "A", bound: 96 },
];

function firstAlarms(began: number): Alarm[] {
  const alarm = (part: Partial<Alarm> & Pick<Alarm, "alarm_id" | "alarm" | "text" | "priority">, agoS: number): Alarm => {
    const bed = part.alarm_id.startsWith("site") ? null : part.alarm_id.slice(0, 5);
    return {
      bed, bed_label: bed === null ? null : `Bay ${bed.at(-1)}`, state: "ACTIVE", stale: false, superseded: false, durable: true,
      value: null, limit: null, unit: null, since: iso(began - agoS * 1000), raised_at: iso(began - agoS * 1000),
      acknowledged_by: null, acknowledged_at: null, ended_at: null, close_reason: null, device: null, physiological: true, ...part,
    };
  };
  return [
    alarm({ alarm_id: "bay-2-0004", alarm: "SPO2_CRIT", priority: "high", text: "*** Bay 2 SpO2 82 % (limit 85) for 5 s", value: 82, limit: 85, unit: "%" }, 34),
    alarm({ alarm_id: "bay-2-0003", alarm: "SPO2_LOW", priority: "medium", text: "** Bay 2 SpO2 82 % (limit 90) for 15 s", superseded: true }, 61),
    alarm({ alarm_id: "bay-3-0002", alarm: "SBP_HIGH", priority: "medium", text: "** Bay 3 SBP 172 mmHg (limit 160)", state: "ACKED", acknowledged_by: "nurse-b", acknowledged_at: iso(began - 95_000) }, 160),
    alarm({ alarm_id: "bay-5-0002", alarm: "DEVICE_OFFLINE", priority: "medium", text: "** Bay 5 Oximeter ox-5 offline: unplugged", device: "ox-5" }, 30),
    alarm({ alarm_id: "bay-5-0003", alarm: "SPO2_NO_DATA", priority: "medium", text: "** Bay 5 No SpO2 for 30 s", durable: false }, 10),
    alarm({ alarm_id: "bay-4-0003", alarm: "SBP_CRIT", priority: "medium", text: "** Bay 4 SBP 184 mmHg (limit 180)" }, 120),
    alarm({ alarm_id: "bay-4-0004", alarm: "DBP_HIGH", priority: "medium", text: "** Bay 4 DBP 106 mmHg (limit 100)", state: "ACKED", acknowledged_by: "nurse-b", acknowledged_at: iso(began - 60_000) }, 110),
    alarm({ alarm_id: "bay-4-0005", alarm: "PR_HIGH", priority: "medium", text: "** Bay 4 Pulse 126 /min (limit 120)" }, 40),
    alarm({ alarm_id: "bay-4-0006", alarm: "SPO2_CRIT", priority: "high", text: "*** Bay 4 SpO2 fell to 79 % (limit 85)", state: "LATCHED", ended_at: iso(began - 240_000) }, 500),
    alarm({ alarm_id: "bay-4-0007", alarm: "BATTERY", priority: "low", text: "* Bay 4 Battery low: cuff-4" }, 30),
    alarm({ alarm_id: "bay-6-0005", alarm: "RTB_OVERDUE", priority: "low", text: "* Bay 6 Not back to baseline 22.5 min after the infusion" }, 90),
    alarm({ alarm_id: "bay-1-0001", alarm: "SPO2_CRIT", priority: "high", text: "*** Bay 1 SpO2 84 % (limit 85)", state: "LATCHED", ended_at: iso(began - 240_000) }, 300),
    alarm({ alarm_id: "site-0001", alarm: "PAGER_FAIL", priority: "medium", text: "** Pager: no receipt for 15 s", state: "ACKED", acknowledged_by: "nurse-b", acknowledged_at: iso(began - 500_000) }, 600),
  ];
}
