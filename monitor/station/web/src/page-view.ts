// The page whole, from what it knows: head and banners, the alarms, the beds in their order, the panel, the foot.

import { html, nothing, type TemplateResult } from "lit";
import { lagAt } from "./ages";
import { renderAlarmBar } from "./alarm-bar";
import { calls, RANK, sortAlarms } from "./alarms";
import { arrange } from "./arrange";
import { renderDetail } from "./detail";
import { renderFoot, renderHead, renderSignIn, renderSoundBanner } from "./frame";
import { ALL_ON, flashes } from "./inactivation";
import { renderStationBanner } from "./inactivation-view";
import type { Actions, Page } from "./page";
import { quietOf, serverNow } from "./store";
import { renderTile } from "./tile";
import type { Alarm } from "./wire.gen";
import { PREFIX } from "./words";

/** The place of the tiles, in pixels. */
export interface Room {
  readonly width: number;
  readonly height: number;
}

/** The browser's tab where the page watches nothing though it should. */
export const NOT_MONITORING = "NOT MONITORING · bedwatch";

/** The name of the browser's tab: the first alarm that calls, or why none can. `covered`: the sheet lies over the page. */
export function titleOf(page: Page, covered = false): string {
  if (signedOut(page)) return page.ward === null ? "bedwatch" : NOT_MONITORING;
  if (covered) return NOT_MONITORING;
  if (page.connection === "lost" || (page.connection === "connecting" && page.ward !== null)) return "NO CONNECTION · bedwatch";
  const first = page.ward === null ? undefined : sortAlarms(page.ward.alarms.values()).find(calls);
  return first === undefined ? "bedwatch" : `${PREFIX[first.priority]} ${first.bed_label ?? "Service"} · bedwatch`;
}

/** Whether the page monitors nothing and shows nothing but the sign-in. */
export const signedOut = (page: Page): boolean => page.me === null && page.connection !== "live";

/** The page at `pageNow`, in milliseconds of its own clock. */
export function renderPage(page: Page, pageNow: number, room: Room, actions: Actions): TemplateResult {
  if (signedOut(page)) {
    return html`<main class="sign-in">${renderSignIn(page, actions)}</main>${renderFoot(page)}`;
  }
  const { ward } = page;
  const clock = ward === null ? null : serverNow(ward.time, pageNow);
  const sorted = ward === null ? [] : sortAlarms(ward.alarms.values());
  const beds = ward === null ? [] : [...ward.beds.values()];
  const selected = ward === null || page.selected === null ? undefined : ward.beds.get(page.selected);
  const quiet = ward === null ? ALL_ON : quietOf(ward);
  const still = (alarm: Alarm): boolean => !flashes(alarm, quiet, clock ?? 0);
  const of = (bed: string): Alarm[] => sorted.filter((alarm) => alarm.bed === bed);
  const { columns, tilePx, scrolls } = arrange(beds.length, room.width, room.height);
  // In a strip beside the panel the order stays: the ward must not move under the finger.
  if (scrolls && selected === undefined) beds.sort((a, b) => weight(of(b.bed.id)) - weight(of(a.bed.id)));
  return html`${renderHead(page, clock, actions)} ${renderSoundBanner(page, actions)} ${clock === null ? nothing : renderStationBanner(page, clock, actions)}
    <main class="ward ${selected === undefined ? "" : "with-detail"}">
      ${renderAlarmBar(page, sorted, clock ?? 0, actions, still)}
      <div class="beds" style=${`--columns:${columns};--tile:${tilePx}px`}>
        ${ward === null || clock === null
          ? html`<p class="starting">Waiting for the service …</p>`
          : beds.map((picture) => renderTile(picture, of(picture.bed.id), clock, actions, lagAt(ward.time.speed), still))}
      </div>
      ${selected === undefined || clock === null ? nothing : renderDetail(page, selected, clock, actions)}
    </main>
    ${page.signingIn ? html`<div class="sign-in over">${renderSignIn(page, actions)}</div>` : nothing} ${renderFoot(page)}`;
}

/** How urgently a bed belongs to the front of a ward too large for the screen. */
const weight = (alarms: readonly Alarm[]): number => alarms.reduce((most, alarm) => Math.max(most, RANK[alarm.priority]), 0);
