import { expect, test } from "vitest";
import { answerable, callingWords, heardPriority, leading, newlyCalling, newlyLatched, restWords, sortAlarms, stateWords } from "../src/alarms";
import type { Alarm } from "../src/wire.gen";
import { alarmTextOnBed } from "../src/words";
import { alarm, iso } from "./builders";

const picture = (...alarms: Alarm[]): Map<string, Alarm> => new Map(alarms.map((item) => [item.alarm_id, item]));

test("priority comes first, then what calls, then the longest standing", () => {
  const sorted = sortAlarms([
    alarm({ alarm_id: "low", priority: "low", raised_at: iso(0) }),
    alarm({ alarm_id: "new", priority: "medium", raised_at: iso(60) }),
    alarm({ alarm_id: "old", priority: "medium", raised_at: iso(30) }),
    alarm({ alarm_id: "acked", priority: "medium", state: "ACKED", raised_at: iso(10) }),
    alarm({ alarm_id: "ended", priority: "high", state: "LATCHED", raised_at: iso(0) }),
    alarm({ alarm_id: "high", priority: "high", raised_at: iso(90) }),
  ]);
  expect(sorted.map((item) => item.alarm_id)).toEqual(["high", "ended", "old", "new", "acked", "low"]);
});

test("the highest unanswered alarm is heard; acknowledged, ended and superseded ones are silent", () => {
  const silent = [alarm({ priority: "high", state: "ACKED" }), alarm({ priority: "high", state: "LATCHED" }), alarm({ priority: "high", superseded: true })];
  expect(heardPriority(silent)).toBeNull();
  expect(heardPriority([...silent, alarm({ priority: "low" }), alarm({ priority: "medium" })])).toBe("medium");
});

test("what is active or ended can be answered, under a higher alarm that is answered already, too", () => {
  expect(answerable(alarm({ superseded: true }))).toBe(true);
  expect(answerable(alarm({ state: "LATCHED" }))).toBe(true);
  expect(answerable(alarm({ state: "ACKED" }))).toBe(false);
});

test("counted is what still needs somebody; ended and acknowledged ones are told apart", () => {
  const all = [
    alarm({ priority: "high", state: "LATCHED" }),
    alarm({ priority: "medium" }),
    alarm({ priority: "medium", state: "ACKED" }),
    alarm({ priority: "low" }),
  ];
  expect(callingWords(all)).toBe("1 medium · 1 low");
  expect(restWords(all)).toBe("1 ended, 1 acknowledged");
  expect([callingWords([all[0]!]), restWords([all[0]!])]).toEqual(["None active", "1 ended"]);
  expect([callingWords([]), restWords([])]).toEqual(["No alarms", ""]);
});

test("a tile is framed by its first calling alarm, else by its first", () => {
  const ended = alarm({ alarm_id: "ended", priority: "high", state: "LATCHED" });
  const active = alarm({ alarm_id: "active" });
  expect(leading([ended, active])?.alarm_id).toBe("active");
  expect(leading([ended])?.alarm_id).toBe("ended");
  expect(leading([])).toBeNull();
});

test("new, re-armed and risen alarms are announced, an unchanged one is not", () => {
  const before = picture(alarm({ alarm_id: "same" }), alarm({ alarm_id: "rises" }), alarm({ alarm_id: "again", state: "ACKED" }));
  const after = picture(
    alarm({ alarm_id: "same" }),
    alarm({ alarm_id: "rises", priority: "high" }),
    alarm({ alarm_id: "again" }),
    alarm({ alarm_id: "new", priority: "low" }),
    alarm({ alarm_id: "covered", superseded: true }),
  );
  expect(newlyCalling(before, after).map((item) => item.alarm_id)).toEqual(["rises", "again", "new"]);
});

test("only an alarm that ends unanswered sounds once more", () => {
  const before = picture(alarm({ alarm_id: "a" }), alarm({ alarm_id: "b", state: "LATCHED" }));
  const after = picture(alarm({ alarm_id: "a", state: "LATCHED" }), alarm({ alarm_id: "b", state: "LATCHED" }));
  expect(newlyLatched(before, after).map((item) => item.alarm_id)).toEqual(["a"]);
});

test("the state is said in words: who, when, stale, not on record", () => {
  expect(stateWords(alarm({ state: "ACKED", acknowledged_by: "nurse-a", acknowledged_at: iso(5) }))).toMatch(/^acknowledged by nurse-a \d\d:\d\d:05$/);
  expect(stateWords(alarm({ state: "LATCHED", ended_at: iso(7) }))).toMatch(/^ended \d\d:\d\d:07$/);
  expect(stateWords(alarm({ stale: true, durable: false }))).toBe("active · no fresh data · not yet on record");
});

test("mark and bed are not said twice", () => {
  expect(alarmTextOnBed(alarm())).toBe("SpO2 88 % (limit 90)");
  expect(alarmTextOnBed(alarm({ text: "*** Bay 12 x", bed_label: "Bay 1" }))).toBe("Bay 12 x");
});
