import { expect, test } from "vitest";
import { announcement, crowdedBeds, heardPriority } from "../src/alarms";
import { flashes, nameAndTime, newlyReminded, type Quiet, sounds, stationSilent } from "../src/inactivation";
import { boundsWords, limitFields, needsSecond, ownWords, secondWords } from "../src/rule-settings";
import { applySnapshot, applyUpdate, quietOf } from "../src/store";
import type { Inactivation, LimitSetting, RuleSetting } from "../src/wire.gen";
import { alarm, bed, iso, snapshot, T0, update } from "./builders";

const one = (part: Partial<Inactivation> = {}): Inactivation => ({
  state: "AUDIO_PAUSED", alarm: null, alarm_text: null, by: "nurse-a", since: iso(0), until: iso(120), reason: null, reminded_at: null, ...part,
});
const onBed = (...those: Inactivation[]): Quiet => ({ station: [], beds: new Map([["bay-1", those]]) });
const atStation = (...those: Inactivation[]): Quiet => ({ station: those, beds: new Map() });
const technical = alarm({ alarm: "SPO2_NO_DATA", physiological: false });

test("the four states are named as the document names them, with their timers", () => {
  expect(nameAndTime(one(), T0 + 28_000)).toBe("AUDIO PAUSED 1:32");
  expect(nameAndTime(one({ state: "ALARM_PAUSED" }), T0 + 119_400)).toBe("ALARM PAUSED 0:01");
  expect(nameAndTime(one({ state: "AUDIO_OFF", until: null }), T0)).toBe("AUDIO OFF");
  expect(nameAndTime(one({ state: "ALARM_OFF", until: null }), T0)).toBe("ALARM OFF");
});

test("AUDIO PAUSED on a bed: no sound of its alarms, the flash stays, other beds sound", () => {
  const quiet = onBed(one());
  expect(sounds(alarm(), quiet, T0)).toBe(false);
  expect(sounds(technical, quiet, T0)).toBe(false);
  expect(flashes(alarm(), quiet, T0)).toBe(true);
  expect(sounds(alarm({ bed: "bay-2" }), quiet, T0)).toBe(true);
});

test("ALARM PAUSED: neither sound nor flash of the patient's alarms, technical ones do both", () => {
  const quiet = onBed(one({ state: "ALARM_PAUSED" }));
  expect([sounds(alarm(), quiet, T0), flashes(alarm(), quiet, T0)]).toEqual([false, false]);
  expect([sounds(technical, quiet, T0), flashes(technical, quiet, T0)]).toEqual([true, true]);
});

test("AUDIO OFF and AUDIO PAUSED at the station silence every bed and the service", () => {
  for (const state of ["AUDIO_OFF", "AUDIO_PAUSED"] as const) {
    const quiet = atStation(one({ state, until: state === "AUDIO_OFF" ? null : iso(120) }));
    expect(stationSilent(quiet, T0)).toBe(true);
    expect(sounds(alarm({ bed: null }), quiet, T0)).toBe(false);
    expect(flashes(alarm(), quiet, T0)).toBe(true);
  }
});

test("ALARM OFF of one rule silences nothing else", () => {
  const quiet = onBed(one({ state: "ALARM_OFF", alarm: "PR_LOW", until: null }));
  expect([sounds(alarm(), quiet, T0), flashes(alarm(), quiet, T0)]).toEqual([true, true]);
});

test("a pause whose time is over silences nothing, even when no message says so", () => {
  expect(sounds(alarm(), onBed(one()), T0 + 119_999)).toBe(false);
  expect(sounds(alarm(), onBed(one()), T0 + 120_000)).toBe(true);
  expect(sounds(alarm(), atStation(one()), T0 + 120_000)).toBe(true);
});

test("the highest priority that may be heard is heard", () => {
  const quiet = onBed(one());
  const alarms = [alarm({ priority: "high" }), alarm({ bed: "bay-2", alarm_id: "bay-2-0001", priority: "low" })];
  expect(heardPriority(alarms, (each) => sounds(each, quiet, T0))).toBe("low");
});

test("each reminder is new once", () => {
  const off = one({ state: "AUDIO_OFF", until: null });
  const reminded = { ...off, reminded_at: iso(60) };
  expect(newlyReminded(atStation(off), atStation(reminded))).toEqual([reminded]);
  expect(newlyReminded(atStation(reminded), atStation(reminded))).toEqual([]);
  expect(newlyReminded(atStation(), atStation(off))).toEqual([]);
});

test("the station's state comes with every message, a bed's with its picture", () => {
  const ward = applySnapshot(snapshot({ inactivations: [one()], beds: [bed({ inactivations: [one({ state: "ALARM_PAUSED" })] })] }), 0);
  expect(quietOf(ward).station).toHaveLength(1);
  expect(quietOf(ward).beds.get("bay-1")?.[0]?.state).toBe("ALARM_PAUSED");
  expect(applyUpdate(ward, update(), 0).inactivations).toEqual([]);
});

test("4.1: more than three new MEDIUM or HIGH alarms on a bed within a minute are announced as one", () => {
  const new_ = (number: number, part = {}) => alarm({ alarm_id: `bay-1-000${number}`, text: `** Bay 1 what ${number}`, raised_at: iso(number), ...part });
  const three = [new_(1), new_(2), new_(3)];
  expect(announcement(three, three, T0 + 5000)).toBe("** Bay 1 what 1. ** Bay 1 what 2. ** Bay 1 what 3");
  const four = [...three, new_(4)];
  expect(announcement([new_(4)], four, T0 + 5000)).toBe("** Bay 1: 4 alarms");
  expect(crowdedBeds(four, T0 + 62_000).size).toBe(0);
  expect(crowdedBeds([...three, new_(4, { priority: "low" })], T0 + 5000).size).toBe(0);
});

const limit: LimitSetting = {
  side: "low", unit: "%", limit: 90, preset: 90, lowest: 80, highest: 94, second_below: 85, second_above: null, by: null,
};

test("a limit tells its bounds, and from where on two people sign", () => {
  expect(boundsWords(limit)).toBe("80 to 94 %");
  expect(secondWords(limit)).toBe("two people sign below 85");
  expect([needsSecond(limit, 85), needsSecond(limit, 84)]).toEqual([false, true]);
  expect(secondWords({ ...limit, second_below: null, second_above: 200, highest: 220 })).toBe("two people sign above 200");
});

test("the second signature goes along only when it is there, its password untouched", () => {
  const data = new FormData();
  data.set("number", "84");
  expect(limitFields("SPO2_LOW", "low", data)).toEqual({ alarm: "SPO2_LOW", low: 84 });
  data.set("second_by", " dr-p ");
  data.set("second_password", " spaces count ");
  expect(limitFields("SPO2_LOW", "low", data)).toEqual({ alarm: "SPO2_LOW", low: 84, second_by: "dr-p", second_password: " spaces count " });
});

test("the closed list of limits says what differs from the preset", () => {
  const limit = (by: string | null): LimitSetting => ({
    side: "low", unit: "%", limit: 90, preset: 90, lowest: 80, highest: 94, second_below: 85, second_above: null, by,
  });
  const rule = (part: Partial<RuleSetting>): RuleSetting => ({ alarm: "SPO2_LOW", text: "", off: false, kept_on: false, limit: limit(null), ...part });
  expect(ownWords([rule({})])).toBe("all as in the preset");
  expect(ownWords([rule({ limit: limit("nurse-a") }), rule({ off: true })])).toBe("1 of this patient's own ✎, 1 OFF");
});
