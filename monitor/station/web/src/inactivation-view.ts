// What is paused or off, where everybody sees it: over the page, on the bed's tile, in its panel.

import { html, nothing, svg, type TemplateResult } from "lit";
import { inForce, leftOf, nameAndTime, stateName } from "./inactivation";
import { type Actions, mayAct, type Page } from "./page";
import { hhmm, instant } from "./times";
import type { Bed, Inactivation } from "./wire.gen";

/** A reminder is seen for this long. */
const REMINDED_MS = 5000;

const BELL = svg`<path d="M8 2a4 4 0 0 0-4 4v3l-1.5 2.5h11L12 9V6a4 4 0 0 0-4-4zM6.5 12.5a1.5 1.5 0 0 0 3 0" /><path d="M2 14 14 2" />`;

/** The crossed bell of a rule that is off. */
export const crossedBell = (): TemplateResult =>
  html`<svg class="bell" viewBox="0 0 16 16" width="14" height="14" role="img" aria-label="alarm off">${BELL}</svg>`;

const setBy = (one: Inactivation): string =>
  `${one.by === null ? "" : `by ${one.by}, `}since ${hhmm(Date.parse(one.since))}${one.reason === null ? "" : `: ${one.reason}`}`;

const fresh = (one: Inactivation, now: number): boolean => {
  const at = instant(one.reminded_at);
  return at !== null && now - at < REMINDED_MS;
};

/** The station's own state over all beds; nothing while it is ON. */
export function renderStationBanner(page: Page, now: number, actions: Actions): TemplateResult | typeof nothing {
  const error = page.errors.get("station");
  const shown = (page.ward?.inactivations ?? []).filter((one) => inForce(one, now));
  if (shown.length === 0 && error === undefined) return nothing;
  return html`${shown.map(
    (one) => html`<div class="banner quiet ${fresh(one, now) ? "reminding" : ""}" role="status" data-state=${one.state}>
      <span><b>${nameAndTime(one, now)}</b> on every bed. Alarms go on being shown and paged. ${setBy(one)}</span>
      <button type="button" class="primary" ?disabled=${!mayAct(page)} @click=${() => actions.station("resume_alarms")}>Set ON</button>
    </div>`,
  )}
  ${error === undefined ? nothing : html`<div class="banner quiet" role="alert"><span>${error}</span></div>`}`;
}

/** The switches of the station's sound, in the head. */
export function renderStationControls(page: Page, actions: Actions): TemplateResult | typeof nothing {
  if (!mayAct(page) || page.ward === null || page.ward.inactivations.length > 0) return nothing;
  return html`<span class="station-audio">
    <button type="button" title="No alarm sound on any bed for 2 minutes; a new HIGH ends it" @click=${() => actions.station("audio_pause")}>
      Set AUDIO PAUSED<span class="all-beds"> (all beds)</span>
    </button>
    ${page.me?.role === "lead"
      ? html`<button type="button" title="No alarm sound until it is set ON; not while a bed is infusing" @click=${() => actions.station("audio_off")}>
          Set AUDIO OFF
        </button>`
      : nothing}
  </span>`;
}

/** The bed's states on its tile. */
export function renderTileStates(bed: Bed, now: number): TemplateResult | typeof nothing {
  const shown = bed.inactivations.filter((one) => inForce(one, now));
  if (shown.length === 0) return nothing;
  return html`<ul class="states">
    ${shown.map(
      (one) => html`<li class=${fresh(one, now) ? "reminding" : ""} title=${setBy(one)} data-state=${one.state}>
        ${one.alarm === null ? html`<b>${stateName(one.state)} <span class="left">${leftOf(one, now)}</span></b>` : html`${crossedBell()} <b>${stateName(one.state)}</b> <span class="about">${one.alarm_text ?? one.alarm}: ${one.reason ?? ""}</span>`}
      </li>`,
    )}
  </ul>`;
}

/** What a nurse may pause on a bed, and what is paused or off there. */
export function renderBedStates(page: Page, bed: Bed, now: number, actions: Actions): TemplateResult {
  const shown = bed.inactivations.filter((one) => inForce(one, now));
  const paused = (state: Inactivation["state"]): boolean => shown.some((one) => one.state === state);
  const off = !mayAct(page) || page.busy.has(`bed:${bed.id}`);
  const end = (one: Inactivation): void =>
    actions.command(bed.id, "resume_alarms", one.alarm === null ? { scope: "bed", state: one.state } : { scope: "bed", alarm: one.alarm });
  return html`<section aria-label="Alarm states" class="bed-states">
    <h3>Alarms of this bed${shown.length === 0 ? ": ON" : ""}</h3>
    <ul>
      ${shown.map(
        (one) => html`<li data-state=${one.state}>
          ${one.alarm === null ? nothing : crossedBell()}
          <span><b>${nameAndTime(one, now)}</b>${one.alarm === null ? "" : ` ${one.alarm_text ?? one.alarm} (${one.alarm})`} · ${setBy(one)}</span>
          <button type="button" ?disabled=${off} @click=${() => end(one)}>Set ON</button>
        </li>`,
      )}
    </ul>
    <div class="buttons">
      ${paused("AUDIO_PAUSED")
        ? nothing
        : html`<button type="button" ?disabled=${off} title="No sound for 2 minutes; a new HIGH ends it" @click=${() => actions.command(bed.id, "audio_pause", { scope: "bed" })}>
            Set AUDIO PAUSED (2 min)
          </button>`}
      ${paused("ALARM_PAUSED") || bed.session === null
        ? nothing
        : html`<button
            type="button"
            ?disabled=${off}
            title="The patient's alarms neither sound nor flash for 2 minutes; a HIGH of a kind that was not HIGH ends it"
            @click=${() => actions.command(bed.id, "alarm_pause", bed.phase === "PRE" ? {} : { at_bed: true })}
          >
            Set ALARM PAUSED (2 min)${bed.phase === "PRE" ? "" : ": I am at the bed"}
          </button>`}
    </div>
  </section>`;
}
