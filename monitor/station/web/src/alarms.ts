// Which alarms stand where, how each is drawn, and which one is heard (alarm-system 1.1 and 4.1).

import { hhmmss } from "./times";
import type { Alarm } from "./wire.gen";
import { alarmText, PREFIX } from "./words";

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

/** Can be acknowledged. A covered one too: it may have come after the answer to the higher one, and hold back a discharge. */
export const answerable = (alarm: Alarm): boolean => alarm.state === "ACTIVE" || alarm.state === "LATCHED";

/** `1 high · 2 medium`: what still needs somebody. */
export function callingWords(alarms: readonly Alarm[]): string {
  const calling = alarms.filter(calls);
  const parts = (["high", "medium", "low"] as const).flatMap((priority) => {
    const count = calling.filter((alarm) => alarm.priority === priority).length;
    return count === 0 ? [] : [`${count} ${priority}`];
  });
  if (parts.length > 0) return parts.join(" · ");
  return alarms.length === 0 ? "No alarms" : "None active";
}

/** `1 ended, 2 acknowledged`: what is shown beside those that call; empty where there is nothing. */
export function restWords(alarms: readonly Alarm[]): string {
  const count = (state: Alarm["state"], word: string): string[] => {
    const found = alarms.filter((alarm) => alarm.state === state).length;
    return found === 0 ? [] : [`${found} ${word}`];
  };
  return [...count("LATCHED", "ended"), ...count("ACKED", "acknowledged")].join(", ");
}

/** The priority to be heard now, null for silence; `sounds` says which alarm may be heard. */
export function heardPriority(alarms: Iterable<Alarm>, sounds: (alarm: Alarm) => boolean = () => true): Priority | null {
  let heard: Priority | null = null;
  for (const alarm of alarms) {
    if (calls(alarm) && sounds(alarm) && (heard === null || RANK[alarm.priority] > RANK[heard])) heard = alarm.priority;
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

const MOST_SINGLE = 3;
const COMBINED_MS = 60_000;

/** What a screen reader says: of a bed with many new alarms only how many, of every other each. */
export function announcement(calling: readonly Alarm[], all: Iterable<Alarm>, now: number): string {
  const known = [...all];
  const crowded = crowdedBeds(known, now);
  const lines = calling.map((alarm) => {
    if (alarm.bed === null || !crowded.has(alarm.bed)) return `${PREFIX[alarm.priority]} ${alarmText(alarm)}`;
    const count = known.filter((other) => other.bed === alarm.bed && calls(other)).length;
    return `${PREFIX[alarm.priority]} ${alarm.bed_label ?? alarm.bed}: ${count} alarms`;
  });
  return [...new Set(lines)].join(". ");
}

/** Beds with more than three new MEDIUM or HIGH alarms within a minute: one announcement for all (alarm-system 4.1). */
export function crowdedBeds(alarms: Iterable<Alarm>, now: number): ReadonlySet<string> {
  const counts = new Map<string, number>();
  for (const alarm of alarms) {
    if (alarm.bed !== null && alarm.priority !== "low" && now - Date.parse(alarm.raised_at) < COMBINED_MS) {
      counts.set(alarm.bed, (counts.get(alarm.bed) ?? 0) + 1);
    }
  }
  return new Set([...counts].filter(([, count]) => count > MOST_SINGLE).map(([bed]) => bed));
}

/** Alarms that ended unanswered between two pictures: each sounds one LOW burst. */
export function newlyLatched(before: ReadonlyMap<string, Alarm>, after: ReadonlyMap<string, Alarm>): Alarm[] {
  return [...after.values()].filter(
    (alarm) => alarm.state === "LATCHED" && before.get(alarm.alarm_id)?.state === "ACTIVE",
  );
}
