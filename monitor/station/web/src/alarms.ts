// Which alarms stand where, how each is drawn, and which one is heard (alarm-system 1.1 and 4.1).

import { hhmmss } from "./times";
import type { Alarm } from "./wire.gen";

export type Priority = Alarm["priority"];

export const RANK: Readonly<Record<Priority, number>> = { high: 3, medium: 2, low: 1 };

/** Priority first, within it those that call, then the longest standing: a row hardly ever moves under the finger. */
export function sortAlarms(alarms: Iterable<Alarm>): Alarm[] {
  return [...alarms].sort(
    (a, b) =>
      RANK[b.priority] - RANK[a.priority] ||
      Number(calls(b)) - Number(calls(a)) ||
      Date.parse(a.raised_at) - Date.parse(b.raised_at) ||
      a.alarm_id.localeCompare(b.alarm_id),
  );
}

/** Flashes and counts as unanswered: a superseded one is shown without both. */
export const calls = (alarm: Alarm): boolean => alarm.state === "ACTIVE" && !alarm.superseded;

/** One row per group (alarm-system 4.1): present, but a higher alarm of its group stands for it and answers it. */
export const covered = (alarm: Alarm): boolean => alarm.superseded && alarm.state !== "LATCHED";

/** The priority to be heard now, null for silence. */
export function heardPriority(alarms: Iterable<Alarm>): Priority | null {
  let heard: Priority | null = null;
  for (const alarm of alarms) {
    if (calls(alarm) && (heard === null || RANK[alarm.priority] > RANK[heard])) heard = alarm.priority;
  }
  return heard;
}

/** The alarm that frames a bed's tile: the first that calls, else the first at all. `sorted` is in order. */
export function leading(sorted: readonly Alarm[]): Alarm | null {
  return sorted.find(calls) ?? sorted[0] ?? null;
}

/** What stands beside the alarm in words: its state never rests on colour or flashing. */
export function stateWords(alarm: Alarm): string {
  const words: string[] = [];
  if (alarm.state === "ACTIVE") words.push(alarm.superseded ? "covered by a higher alarm" : "active");
  if (alarm.state === "ACKED") {
    const when = alarm.acknowledged_at === null ? "" : ` ${hhmmss(Date.parse(alarm.acknowledged_at))}`;
    words.push(`acknowledged by ${alarm.acknowledged_by ?? "unknown"}${when}`);
  }
  if (alarm.state === "LATCHED") {
    words.push(alarm.ended_at === null ? "ended" : `ended ${hhmmss(Date.parse(alarm.ended_at))}`);
  }
  if (alarm.stale) words.push("no fresh data");
  if (!alarm.durable) words.push("not yet on record");
  return words.join(" · ");
}

/** Alarms that began to call between two pictures: these are spoken to a screen reader. */
export function newlyCalling(before: ReadonlyMap<string, Alarm>, after: ReadonlyMap<string, Alarm>): Alarm[] {
  return sortAlarms(after.values()).filter((alarm) => {
    const known = before.get(alarm.alarm_id);
    return calls(alarm) && (known === undefined || !calls(known) || RANK[known.priority] < RANK[alarm.priority]);
  });
}

/** Alarms that ended unanswered between two pictures: each sounds one LOW burst. */
export function newlyLatched(before: ReadonlyMap<string, Alarm>, after: ReadonlyMap<string, Alarm>): Alarm[] {
  return [...after.values()].filter(
    (alarm) => alarm.state === "LATCHED" && before.get(alarm.alarm_id)?.state === "ACTIVE",
  );
}
