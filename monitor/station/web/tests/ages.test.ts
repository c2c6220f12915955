import { expect, test } from "vitest";
import { lagAt, numeric, pressure } from "../src/ages";
import { bed, T0, value } from "./builders";

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

test("half a reading is none", () => {
  expect(pressure(cuffed({ diastolic: value({ value: null, shown: null }) }), at(1)).text).toBe("--/--");
});

test("an unknown reason is shown as it is", () => {
  expect(numeric(value({ value: null, verdict: "INVALID", reason: "odd_new_thing" }), at(0)).note).toBe("odd new thing");
});
