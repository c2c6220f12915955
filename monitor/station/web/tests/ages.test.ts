import { expect, test } from "vitest";
import { lagAt, numeric, pressure } from "../src/ages";
import { bed, iso, T0, value } from "./builders";

const at = (seconds: number): number => T0 + seconds * 1000;

test.each([
  [0, "plain", "97"],
  [4.9, "plain", "97"],
  [5, "grey", "97"],
  [14.9, "grey", "97"],
  [15, "none", "--"],
])("a valid number %s s old is %s", (age, look, text) => {
  expect(numeric(value(), at(age))).toMatchObject({ look, text });
});

test("at a demo's speed the way to the page makes no number old; where time is real it has no part", () => {
  expect(lagAt(1)).toBe(0);
  expect(numeric(value(), at(12), lagAt(30))).toMatchObject({ look: "plain", text: "97" });
  expect(numeric(value(), at(20), lagAt(30))).toMatchObject({ look: "grey" });
  expect(numeric(value(), at(30), lagAt(30))).toMatchObject({ look: "none" });
});

test("a number that the service gave up is grey until 15 s, then there is none", () => {
  const lost = value({ value: null, verdict: null, reason: "stale", shown: 96 });
  expect(numeric(lost, at(4))).toMatchObject({ look: "grey", text: "96" });
  expect(numeric(lost, at(15))).toMatchObject({ look: "none", text: "--", note: "no data" });
});

test("a suspect number is drawn doubtful with its reason", () => {
  const doubtful = value({ verdict: "SUSPECT", reason: "device:low_perfusion" });
  expect(numeric(doubtful, at(1))).toMatchObject({ look: "doubtful", text: "97", note: "weak signal" });
  const unsure = value({ verdict: "SUSPECT", reason: "device" });
  expect(numeric(unsure, at(1))).toMatchObject({ look: "doubtful", note: "device unsure" });
});

test("an invalid number never shows, not even the last good one", () => {
  const off = value({ value: null, verdict: "INVALID", reason: "sensor_off", shown: 97 });
  expect(numeric(off, at(0))).toMatchObject({ look: "none", text: "--", note: "probe off" });
});

test("no number stands in for a metric that never came", () => {
  expect(numeric(undefined, at(0))).toMatchObject({ look: "none", text: "--" });
});

const cuffed = (part: object = {}) =>
  bed({
    values: {
      systolic: value({ metric: "systolic", value: 128 }),
      diastolic: value({ metric: "diastolic", value: 78 }),
      mean: value({ metric: "mean", value: 95 }),
      ...part,
    },
  });

test("a cuff reading tells its time and age and stays plain for one and a half intervals", () => {
  const shown = pressure(cuffed(), at(450));
  expect(shown).toMatchObject({ text: "128/78", mean: "95", look: "plain" });
  expect(shown.taken).toMatch(/^\d\d:\d\d, 7 min ago$/);
  expect(pressure(cuffed(), at(451)).look).toBe("grey");
});

test("a cuff without a mean shows none; a failed attempt is said beside the last reading", () => {
  const { mean, ...rest } = cuffed().values;
  const shown = pressure(bed({ values: rest, cuff: { ...bed().cuff, error: "motion" } }), at(10));
  expect(mean).toBeDefined();
  expect(shown.mean).toBeNull();
  expect(shown).toMatchObject({ text: "128/78", note: "cuff failed: movement", look: "plain" });
});

const failed = (metric: string, part: object = {}) =>
  value({ metric, value: null, verdict: "INVALID", reason: "device", shown: null, ...part });

test("after a failed attempt the last valid reading stays with its own time, the failure is a note", () => {
  const after = (part: object) =>
    bed({
      values: { systolic: failed("systolic", { shown: 172, ...part }), diastolic: failed("diastolic", { shown: 104, ...part }) },
      cuff: { ...bed().cuff, error: "motion", last_at: iso(120) },
    });
  const shown = pressure(after({}), at(180));
  expect(shown).toMatchObject({ text: "172/104", look: "plain", note: "cuff failed: movement", ageS: 180 });
  expect(shown.taken).toMatch(/3 min ago$/);
  expect(pressure(after({}), at(500))).toMatchObject({ text: "172/104", look: "grey", note: "cuff failed: movement" });
  const odd = bed({ values: { systolic: failed("systolic", { reason: "order", shown: 172 }), diastolic: failed("diastolic", { reason: "order", shown: 104 }) } });
  expect(pressure(odd, at(1)).note).toBe("last try: pressures contradict each other");
});

test("a failure with nothing valid before it shows no number", () => {
  const nothing = bed({ values: { systolic: failed("systolic"), diastolic: failed("diastolic") } });
  expect(pressure(nothing, at(1))).toMatchObject({ text: "--/--", look: "none", taken: null });
});

test("half a reading is shown as half, doubtful, with its time, and never filled up from an older one", () => {
  const low = value({ metric: "systolic", value: 70, verdict: "SUSPECT", reason: "incomplete", at: iso(300), shown: 128 });
  const half = (part: object) => cuffed({ systolic: low, diastolic: failed("diastolic", { reason: "absent", ...part }) });
  const shown = pressure(half({ shown: 78 }), at(310));
  expect(shown).toMatchObject({ text: "70/--", mean: null, look: "doubtful", note: "half a reading", ageS: 10 });
  expect(shown.taken).toMatch(/just now$/);
  expect(pressure(half({ at: iso(300) }), at(310)).text).toBe("70/--");
  const other = cuffed({ systolic: failed("systolic", { reason: "absent", shown: 128 }), diastolic: { ...low, metric: "diastolic" } });
  expect(pressure(other, at(310))).toMatchObject({ text: "--/70", look: "doubtful" });
});

test("the doubt about either number marks the reading", () => {
  const unsure = value({ metric: "diastolic", value: 78, verdict: "SUSPECT", reason: "jump" });
  expect(pressure(cuffed({ diastolic: unsure }), at(1))).toMatchObject({ text: "128/78", look: "doubtful", note: "large jump, repeating" });
});

test("an unknown reason is shown as it is", () => {
  expect(numeric(value({ value: null, verdict: "INVALID", reason: "odd_new_thing" }), at(0)).note).toBe("odd new thing");
});
