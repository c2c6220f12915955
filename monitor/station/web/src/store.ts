// The page's picture of the ward: values only, no DOM, no clock. Every change makes a new Ward.

import { type Quiet } from "./inactivation";
import type { Alarm, Bed, Heartbeat, Inactivation, Site, Snapshot, Update } from "./wire.gen";

/** What the server's clock said, and when the page heard it (page milliseconds). */
export interface ServerTime {
  readonly at: number;
  readonly heardAt: number;
  readonly speed: number;
}

/** A bed and the server time (ms) of the message that brought it: `infused_s` counts up to that moment. */
export interface BedPicture {
  readonly bed: Bed;
  readonly at: number;
}

export interface Ward {
  readonly site: Site;
  readonly time: ServerTime;
  readonly beds: ReadonlyMap<string, BedPicture>;
  readonly alarms: ReadonlyMap<string, Alarm>;
  /** What is paused or off for the whole station. */
  readonly inactivations: readonly Inactivation[];
}

/** What is paused or off anywhere. */
export const quietOf = (ward: Ward): Quiet => ({
  station: ward.inactivations,
  beds: new Map([...ward.beds].map(([id, picture]) => [id, picture.bed.inactivations])),
});

/** A whole new picture: nothing of an earlier connection survives it. */
export function applySnapshot(message: Snapshot, pageNow: number): Ward {
  const at = Date.parse(message.server_time);
  return {
    site: message.site,
    time: { at, heardAt: pageNow, speed: message.site.speed },
    beds: new Map(message.beds.map((bed) => [bed.id, { bed, at }])),
    alarms: mergeAlarms(new Map(), message.alarms),
    inactivations: message.inactivations,
  };
}

/** Changed beds and alarms, each whole; a CLOSED alarm leaves the picture. */
export function applyUpdate(ward: Ward, message: Update, pageNow: number): Ward {
  const time = advance(ward.time, message.server_time, pageNow);
  const beds = new Map(ward.beds);
  for (const bed of message.beds) beds.set(bed.id, { bed, at: time.at });
  return { ...ward, time, beds, alarms: mergeAlarms(ward.alarms, message.alarms), inactivations: message.inactivations };
}

/** Nothing but the server's time. */
export function applyHeartbeat(ward: Ward, message: Heartbeat, pageNow: number): Ward {
  return { ...ward, time: advance(ward.time, message.server_time, pageNow) };
}

/** The server's time now, in ms, carried on by the page's clock since the last message. */
export function serverNow(time: ServerTime, pageNow: number): number {
  return time.at + Math.max(0, pageNow - time.heardAt) * time.speed;
}

function advance(time: ServerTime, serverTime: string, pageNow: number): ServerTime {
  return { at: Math.max(time.at, Date.parse(serverTime)), heardAt: pageNow, speed: time.speed };
}

function mergeAlarms(known: ReadonlyMap<string, Alarm>, changed: readonly Alarm[]): ReadonlyMap<string, Alarm> {
  const alarms = new Map(known);
  for (const alarm of changed) {
    if (alarm.state === "CLOSED") alarms.delete(alarm.alarm_id);
    else alarms.set(alarm.alarm_id, alarm);
  }
  return alarms;
}
