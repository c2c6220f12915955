import { expect, test } from "vitest";
import { alarmNow } from "../src/alarm-now";
import type { Alarm, Bed, Standing, Value } from "../src/wire.gen";
import { alarm, bed, iso, T0, value } from "./builders";

const OXYGEN: Standing = {
  alarm_id: "bay-1-0001", metric: "spo2", worst: 79,
  limit: { comparison: "below", number: 90 }, ends: { comparison: "at_least", number: 92 },
};
const PRESSURE: Standing = {
  alarm_id: "bay-1-0001", metric: "systolic", worst: 184,
  limit: { comparison: "at_least", number: 180 }, ends: { comparison: "below", number: 170 },
};
const RAISED = alarm({ text: "SpO2 88 % (limit 90)" });
const HIGH = alarm({ alarm: "SBP_CRIT", text: "SBP 184 mmHg (limit 180)", value: 184, limit: 180, unit: "mmHg" });

const oxygen = (part: Partial<Value>): Bed => bed({ values: { spo2: value(part) }, standings: [OXYGEN] });
const cuff = (number: number, part: Partial<Value> = {}): Bed =>
  bed({ values: { systolic: value({ metric: "systolic", unit: "mmHg", value: number, shown: number, at: iso(-240), ...part }) }, standings: [PRESSURE] });
const said = (one: Alarm, on: Bed | undefined, later = 0): string => alarmNow(one, on, T0 + later * 1000).line;

test("while beyond its limit an alarm has the number that the tile has", () => {
  expect(said(RAISED, oxygen({ value: 79.4 }))).toBe("SpO2 79 % (limit 90)");
  expect(said(RAISED, oxygen({ value: 79, verdict: "SUSPECT", reason: "low_perfusion" }))).toBe("SpO2 79? % (limit 90)");
  expect(said(HIGH, cuff(180))).toBe("SBP 180 mmHg (limit 180)");
});

test("between its limit and its end it says how far it went, where it is and what it waits for", () => {
  expect(said(RAISED, oxygen({ value: 91 }))).toBe("SpO2 was 79, now 91; ends at 92");
  expect(said(RAISED, oxygen({ value: 90 }))).toBe("SpO2 was 79, now 90; ends at 92");
  expect(said(RAISED, oxygen({ value: 93 }))).toBe("SpO2 was 79, now 93; ending");
  expect(said(HIGH, cuff(178))).toBe("SBP was 184, now 178; ends below 170");
  expect(alarmNow(HIGH, cuff(178), T0)).toMatchObject({ what: "SBP now 178", more: "was 184, ends below 170" });
});

test("without a number on the tile, or without a standing, the alarm's own text stays", () => {
  const own = "SpO2 88 % (limit 90)";
  expect(said(RAISED, oxygen({ value: 79 }), 30)).toBe(own);
  expect(said(RAISED, oxygen({ value: null, shown: null, verdict: "INVALID", reason: "sensor_off" }))).toBe(own);
  expect(said(RAISED, bed({ values: { spo2: value() } }))).toBe(own);
  expect(said(RAISED, undefined)).toBe(own);
});

test("a limit that is not known any more stays as it was told", () => {
  const sudden = alarm({ alarm: "VASOVAGAL", text: "Pulse, sudden fall: 48 /min (limit 51)" });
  const on = bed({ values: { pulse_rate: value({ metric: "pulse_rate", value: 44 }) }, standings: [{ ...OXYGEN, metric: "pulse_rate", limit: null, ends: null }] });
  expect(said(sudden, on)).toBe("Pulse, sudden fall: 44 /min (limit 51)");
});
