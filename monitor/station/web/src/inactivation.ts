// The inactivation states (alarm-system 4.2) as the page reads them: what is masked now, and how each is named.
// The service ends them; the page goes by the announced end as well, so that a late message never keeps it silent.

import type { Alarm, Inactivation } from "./wire.gen";

const NAMES: Readonly<Record<Inactivation["state"], string>> = {
  AUDIO_PAUSED: "AUDIO PAUSED",
  ALARM_PAUSED: "ALARM PAUSED",
  AUDIO_OFF: "AUDIO OFF",
  ALARM_OFF: "ALARM OFF",
};

export const stateName = (state: Inactivation["state"]): string => NAMES[state];

/** Whether it is in force at server time `now` (ms). */
export const inForce = (one: Inactivation, now: number): boolean => one.until === null || Date.parse(one.until) > now;

/** `1:32`; empty without an end. */
export function leftOf(one: Inactivation, now: number): string {
  if (one.until === null) return "";
  const left = Math.max(0, Math.ceil((Date.parse(one.until) - now) / 1000));
  return `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
}

/** `AUDIO PAUSED 1:32`; without an end the name alone. */
export function nameAndTime(one: Inactivation, now: number): string {
  return `${stateName(one.state)} ${leftOf(one, now)}`.trimEnd();
}

/** What is in force for the station, and on each bed. */
export interface Quiet {
  readonly station: readonly Inactivation[];
  readonly beds: ReadonlyMap<string, readonly Inactivation[]>;
}

/** Nothing is paused or off. */
export const ALL_ON: Quiet = { station: [], beds: new Map() };

const has = (those: readonly Inactivation[], state: Inactivation["state"], now: number): boolean =>
  those.some((one) => one.state === state && inForce(one, now));

/** Whether the whole station is silent. */
export const stationSilent = (quiet: Quiet, now: number): boolean =>
  has(quiet.station, "AUDIO_PAUSED", now) || has(quiet.station, "AUDIO_OFF", now);

const alarmPaused = (alarm: Alarm, quiet: Quiet, now: number): boolean =>
  alarm.physiological && has(quiet.beds.get(alarm.bed ?? "") ?? [], "ALARM_PAUSED", now);

/** Whether the alarm may be heard. */
export const sounds = (alarm: Alarm, quiet: Quiet, now: number): boolean =>
  !stationSilent(quiet, now) && !has(quiet.beds.get(alarm.bed ?? "") ?? [], "AUDIO_PAUSED", now) && !alarmPaused(alarm, quiet, now);

/** Whether the alarm may flash. */
export const flashes = (alarm: Alarm, quiet: Quiet, now: number): boolean => !alarmPaused(alarm, quiet, now);

/** What has been reminded of between two pictures: each calls once, softly. */
export function newlyReminded(before: Quiet, after: Quiet): Inactivation[] {
  const known = new Set(all(before).map(reminder));
  return all(after).filter((one) => one.reminded_at !== null && !known.has(reminder(one)));
}

const all = (quiet: Quiet): Inactivation[] => [...quiet.station, ...[...quiet.beds.values()].flat()];
const reminder = (one: Inactivation): string => `${one.state} ${one.alarm ?? ""} ${one.since} ${one.reminded_at ?? ""}`;
