import { expect, test } from "vitest";
import { doneWords, mayLeaveOpen, needsWords } from "../src/entry-form";
import { observed } from "../src/form";
import type { Actions, OpenForm, Page } from "../src/page";
import { doseWords, farDose, fits, renderSessionActions, unconfirmed } from "../src/session-form";
import type { Bed } from "../src/wire.gen";
import { alarm, bed, iso, T0 } from "./builders";
import { flat } from "./template";

test("a form that the phase no longer offers is gone", () => {
  expect(fits("session", "IDLE")).toBe(true);
  expect(fits("session", "PRE")).toBe(false);
  expect(fits("start", "INFUSING")).toBe(false);
  expect(fits("discharge", "RECOVERY")).toBe(true);
  expect(fits("reading", "PAUSED")).toBe(true);
  expect(fits("reading", "IDLE")).toBe(false);
});

const actions = (command: Actions["command"] = () => undefined): Actions => ({ command }) as unknown as Actions;
const shown = (form: OpenForm, part: Partial<Bed> = {}): string => {
  const page = { form, me: { locked: false, acknowledges: [] }, errors: new Map(), said: new Map(), busy: new Set() } as unknown as Page;
  return flat(renderSessionActions(page, { bed: bed(part), at: T0 }, T0, actions()));
};

test("start, end, pause and resume can be entered later with the time they happened", () => {
  expect(shown("start", { phase: "PRE" })).toContain('name="minutes_ago"');
  expect(shown("end")).toContain('name="minutes_ago"');
  expect(shown("earlier")).toContain("Pause earlier");
  expect(shown("earlier", { phase: "PAUSED" })).toContain("Resume earlier");
  expect(fits("earlier", "RECOVERY")).toBe(false);
  expect(observed({ early: true, minutes_ago: 5 }, T0)).toEqual({ early: true, at: iso(-300) });
});

test("the prescriber who decides can sign with a password, at the start and at the discharge", () => {
  for (const [form, phase] of [["start", "PRE"], ["discharge", "RECOVERY"]] as const) {
    expect(shown(form, { phase })).toContain('name="override_password" type="password"');
    expect(shown(form, { phase })).toContain("named, not signed");
  }
});

test("air or oxygen is asked for at the opening, with values and at the discharge", () => {
  expect(shown("session", { phase: "IDLE", session: null })).toContain('name="on_oxygen" data-flag required');
  expect(shown("reading")).toContain('data-value="on_oxygen" data-number');
  expect(shown("discharge", { phase: "RECOVERY" })).toContain('data-check="on_oxygen" data-flag');
});

test("a dose is told per kilogram, and one far from half a milligram must be confirmed", () => {
  expect(doseWords(35, 70)).toBe("0.5 mg/kg");
  expect(doseWords(350, 70)).toBe("5 mg/kg; 0.5 mg/kg are 35 mg");
  expect(doseWords(35, null)).toBe("");
  expect(doseWords(Number.NaN, 70)).toBe("0.5 mg/kg are 35 mg");
  expect([350, 70.1, 70, 35, 17.5, 3.5].map((dose) => farDose(dose, 70, false))).toEqual([true, true, false, false, false, true]);
  expect([350, 3.5].map((dose) => farDose(dose, 70, true))).toEqual([true, false]);
  expect(farDose(350, null, false)).toBe(false);
});

test("what confirms a dose is no field of the command", () => {
  expect(unconfirmed({ dose_mg: 350, confirm: true })).toEqual({ dose_mg: 350 });
});

test("a drug given needs its name", () => {
  expect(needsWords("medication")).toBe(true);
  expect(needsWords("nausea")).toBe(false);
});

test("what was written down is repeated in words", () => {
  expect(doneWords("record_event", { kind: "chest_pain" })).toBe("Noted: chest pain");
  expect(doneWords("record_reading", { values: { resp_rate: 14, moaas: 4 } })).toBe("Entered: breaths 14, MOAA/S 4");
  expect(doneWords("pause_infusion", {})).toBeNull();
});

test("only a refusal that a reason can answer asks for one", () => {
  expect(mayLeaveOpen("Not everything on the checklist is met: see to it, or give a reason. Open: Aldrete score.")).toBe(true);
  expect(mayLeaveOpen("A value has left the baseline again after returning: wait until it is back, or give a reason.")).toBe(true);
  expect(mayLeaveOpen('Acknowledge "SpO2 very low" first, then discharge: this high-priority alarm is active and not acknowledged.')).toBe(false);
  expect(mayLeaveOpen("")).toBe(false);
});

test("a device that names another patient can be told to be this patient's, and only then", () => {
  const ward = { alarms: new Map([["a", alarm({ alarm: "ID_CONFLICT" })]]) } as unknown as Page["ward"];
  const page = (form: OpenForm, part: Partial<Page>): string =>
    flat(renderSessionActions({ form, me: { locked: false, acknowledges: [] }, errors: new Map(), said: new Map(), busy: new Set(), ...part } as unknown as Page, { bed: bed({}), at: T0 }, T0, actions()));
  expect(page(null, { ward: null })).not.toContain("Same patient");
  expect(page(null, { ward })).toContain("Same patient");
  expect(page("identifier", { ward })).toContain('name="identifier" required');
});
