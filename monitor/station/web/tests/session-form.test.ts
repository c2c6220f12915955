import { expect, test } from "vitest";
import { doneWords, mayLeaveOpen } from "../src/entry-form";
import { fits } from "../src/session-form";

test("a form that the phase no longer offers is gone", () => {
  expect(fits("session", "IDLE")).toBe(true);
  expect(fits("session", "PRE")).toBe(false);
  expect(fits("start", "INFUSING")).toBe(false);
  expect(fits("discharge", "RECOVERY")).toBe(true);
  expect(fits("reading", "PAUSED")).toBe(true);
  expect(fits("reading", "IDLE")).toBe(false);
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
