import { expect, test } from "vitest";
import { entryByWords, entryWords } from "../src/entry-list";
import type { Entry } from "../src/wire.gen";
import { iso } from "./builders";

const entry = (part: Partial<Entry>): Entry => ({
  seq: 1, kind: "happening", what: "nausea", at: iso(0), entered_at: iso(0), by: "nurse-a", second_by: null, named_by: null, details: {}, text: null, ...part,
});

test("every kind of entry is said in a nurse's words", () => {
  expect(entryWords(entry({ what: "medication" }))).toBe("Drug given");
  expect(entryWords(entry({ what: "left leg numb" }))).toBe("Left leg numb");
  expect(entryWords(entry({ kind: "values", what: "", details: { moaas: 4, resp_rate: 14, aldrete_activity: 2 } }))).toBe(
    "Entered: MOAA/S 4, breaths 14, Aldrete activity 2",
  );
  expect(entryWords(entry({ kind: "values", what: "", details: { spo2: 95, on_oxygen: 1 } }))).toBe("Entered: SpO2 95, on oxygen");
  expect(entryWords(entry({ kind: "limit", what: "SpO2 low", details: { side: "low", from: 90, to: 88 } }))).toBe("Limit of SpO2 low set from 90 to 88");
  expect(entryWords(entry({ kind: "limbs", what: "", details: { probe_limb: "left" } }))).toBe("Now probe left");
  expect(entryWords(entry({ kind: "phase", what: "INFUSING", details: { dose_mg: 35 } }))).toBe("Infusion started, 35 mg");
  expect(entryWords(entry({ kind: "phase", what: "INFUSING", details: { dose_mg: 12, total_mg: 47 } }))).toBe("Infusion started, 12 mg, 47 mg in all");
  expect(entryWords(entry({ kind: "phase", what: "RECOVERY", details: { early: true } }))).toBe("Infusion ended early");
  expect(entryWords(entry({ kind: "phase", what: "RECOVERY", details: { early: true, delivered_mg: 8.8 } }))).toBe("Infusion ended early, 8.8 mg given");
  expect(entryWords(entry({ kind: "session", what: "opened", details: { patient: "P-17", weight_kg: 70, on_oxygen: false, cuff_limb: "left" } }))).toBe(
    "Session opened: P-17, 70 kg, on air, cuff left",
  );
  expect(entryWords(entry({ kind: "alarms", what: "AUDIO_PAUSED", details: { from: "ON" } }))).toBe("AUDIO PAUSED set");
  expect(entryWords(entry({ kind: "alarms", what: "ON", details: { from: "ALARM_OFF", alarm: "Pulse low" } }))).toBe("ALARM OFF ended for Pulse low");
});

test("who entered it, with whom, and when, where it was not at once", () => {
  expect(entryByWords(entry({}))).toBe("nurse-a");
  expect(entryByWords(entry({ second_by: "nurse-b" }))).toBe("nurse-a, with nurse-b");
  expect(entryByWords(entry({ named_by: "Dr Nobody" }))).toBe("nurse-a, naming Dr Nobody (not signed)");
  expect(entryByWords(entry({ entered_at: iso(600) }))).toMatch(/^nurse-a, entered \d\d:\d\d$/);
});
