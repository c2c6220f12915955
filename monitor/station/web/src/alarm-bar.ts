// Every alarm of the ward in one list that is always on the screen; on a phone its head stays on top.

import { html, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { lagAt } from "./ages";
import { type AlarmWords, alarmNow } from "./alarm-now";
import { answerable, callingWords, calls, covered, restWords, stateWords } from "./alarms";
import { type Actions, mayAcknowledge, mayAct, type Page } from "./page";
import { hhmmss, spoken } from "./times";
import type { Alarm } from "./wire.gen";
import { alarmTextOnBed, ICON, PREFIX } from "./words";

/** The alarm bar; `sorted` holds all alarms in order, `still` ones do not flash. */
export function renderAlarmBar(
  page: Page,
  sorted: readonly Alarm[],
  now: number,
  actions: Actions,
  still: (alarm: Alarm) => boolean = () => false,
): TemplateResult {
  const words = (alarm: Alarm): AlarmWords =>
    alarmNow(alarm, page.ward?.beds.get(alarm.bed ?? "")?.bed, now, lagAt(page.ward?.site.speed ?? 1));
  const calling = sorted.filter(calls);
  const rows = sorted.filter((alarm) => !covered(alarm));
  const under = sorted.filter(covered);
  const first = calling[0] ?? null;
  const rest = restWords(rows);
  return html`<aside class="alarms ${page.alarmsOpen ? "unfolded" : ""}" aria-label="Alarms">
    <button
      type="button"
      class="summary ${first === null ? "calm" : `${first.priority} active`} ${first !== null && still(first) ? "still" : ""}"
      aria-expanded=${page.alarmsOpen ? "true" : "false"}
      @click=${() => actions.unfoldAlarms(!page.alarmsOpen)}
    >
      <span class="counts">${callingWords(rows)}${rest === "" ? nothing : html`<span class="rest"> · ${rest}</span>`}</span>
      ${first === null
        ? nothing
        : html`<span class="first">${PREFIX[first.priority]} ${first.bed_label ?? "Service"} ${foremost(words(first))}</span>`}
    </button>
    <h2>Alarms <span>${callingWords(rows)}${rest === "" ? nothing : html`<span class="rest">${rest}</span>`}</span></h2>
    ${sorted.length === 0 ? html`<p class="none">No alarms.</p>` : nothing}
    <ul>
      ${repeat(
        rows,
        (alarm) => alarm.alarm_id,
        (alarm) => renderAlarm(page, alarm, words(alarm).line, now, actions, still(alarm)),
      )}
    </ul>
    ${under.length === 0
      ? nothing
      : html`<details class="under">
          <summary>${under.length} more, covered by those above</summary>
          <ul>
            ${repeat(
              under,
              (alarm) => alarm.alarm_id,
              (alarm) => renderAlarm(page, alarm, words(alarm).line, now, actions, still(alarm)),
            )}
          </ul>
        </details>`}
    ${!mayAct(page) ? html`<p class="hint">Sign in to acknowledge.</p>` : nothing}
  </aside>`;
}

/** For the one line on a phone: what is now comes first, where the end of the line may be cut. */
const foremost = ({ what, more }: AlarmWords): string => (more === "" ? what : `${what}${more.startsWith("(") ? "" : ","} ${more}`);

function renderAlarm(page: Page, alarm: Alarm, words: string, now: number, actions: Actions, still: boolean): TemplateResult {
  const raised = Date.parse(alarm.raised_at);
  const error = page.errors.get(alarm.alarm_id);
  const classes = [alarm.priority, alarm.state.toLowerCase(), alarm.superseded ? "superseded" : "", alarm.stale ? "stale" : "", still ? "still" : ""];
  return html`<li class="alarm ${classes.join(" ")}" data-alarm=${alarm.alarm_id}>
    <div class="line">
      <span class="mark" aria-label=${`${alarm.priority} priority`}>${ICON[alarm.priority]} ${PREFIX[alarm.priority]}</span>
      <b class="where">${alarm.bed_label ?? "Service"}</b>
      <span class="age" title=${`raised ${hhmmss(raised)}`}>${spoken((now - raised) / 1000)}</span>
    </div>
    <p class="text">${words}</p>
    <div class="line">
      <span class="state">${stateWords(alarm)}</span>
      ${answerable(alarm) && !mayAcknowledge(page, alarm.priority)
        ? html`<span class="hint">another role acknowledges this</span>`
        : nothing}
      ${answerable(alarm) && mayAcknowledge(page, alarm.priority)
        ? html`<button
            type="button"
            class="acknowledge"
            ?disabled=${!mayAct(page) || page.busy.has(alarm.alarm_id)}
            title=${!mayAct(page) ? "Sign in to acknowledge" : "You take note; the alarm goes on being shown while it lasts"}
            @click=${() => actions.acknowledge(alarm.alarm_id)}
            aria-label=${`Acknowledge ${alarm.bed_label ?? "service"}: ${alarmTextOnBed(alarm)}`}
          >
            ${page.busy.has(alarm.alarm_id) ? "…" : "Acknowledge"}
          </button>`
        : nothing}
    </div>
    ${error === undefined ? nothing : html`<p class="error" role="alert">${error}</p>`}
  </li>`;
}
