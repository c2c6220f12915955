// One bed at a glance.

import { html, nothing, type TemplateResult } from "lit";
import { numeric, pressure, type Shown } from "./ages";
import { type AlarmWords, alarmNow } from "./alarm-now";
import { calls, covered, leading, stateWords } from "./alarms";
import { inForce } from "./inactivation";
import { renderTileStates } from "./inactivation-view";
import { allLimits, limitWords, pressureLimits } from "./limit-words";
import type { Actions } from "./page";
import { countdown, infusedSeconds, returnMark, returnWords } from "./recovery";
import type { BedPicture } from "./store";
import { infused, notBackFirst, returnLine, sinceEnd } from "./tile-return";
import { clockLength, hhmmss, instant, spoken } from "./times";
import type { Alarm, Bed, Device, Limits } from "./wire.gen";
import { ICON, metricWords, originBadge, phaseWords, PREFIX, reasonWords } from "./words";

/** Lines of alarms on a tall tile and on a low one; which it is, the style sheet knows. */
const TALL_LINES = 4;
const LOW_LINES = 2;

/** A bed's tile; `alarms` are the bed's own, in order, `still` ones do not flash; `lagS` as in `numeric`. */
export function renderTile(
  picture: BedPicture,
  alarms: readonly Alarm[],
  now: number,
  actions: Actions,
  lagS = 0,
  still: (alarm: Alarm) => boolean = () => false,
): TemplateResult {
  const { bed, at } = picture;
  const shown = (metric: string): Shown => watched(bed, numeric(bed.values[metric], now, lagS));
  const lead = leading(alarms);
  const badge = originBadge(bed.origin);
  return html`<article
    class="tile ${bed.inactivations.some((one) => inForce(one, now)) ? "quieted" : ""} ${lead === null ? "calm" : `${lead.priority} ${lead.state.toLowerCase()}`} ${bed.phase.toLowerCase()}"
    data-bed=${bed.id}
    aria-label=${`${bed.label}, ${phaseWords(bed.phase)}`}
    @click=${() => actions.select(bed.id)}
  >
    <header>
      <h2>
        <button type="button" class="open" title=${bed.label} aria-label=${`${bed.label}: open details`}>
          ${bed.label}
        </button>
      </h2>
      <span class="patient">${bed.session?.patient ?? ""}</span>
      ${badge === null ? nothing : html`<span class="badge">${badge}</span>`}
    </header>
    ${renderPhase(bed, at, now)} ${renderTileStates(bed, now)}
    <div class="numbers">
      ${renderNumber("SpO2", "%", "spo2", shown("spo2"), bed.limits["spo2"])}
      ${renderNumber("Pulse", "/min", "pulse", shown("pulse_rate"), bed.limits["pulse_rate"])}
    </div>
    ${renderPressure(bed, now)}
    <pleth-trace .wave=${actions.wave(bed.id)}></pleth-trace>
    <footer>${offline(bed, alarms).map((device) => renderOffline(device, now))}</footer>
    ${renderAlarms(alarms, still, (alarm) => alarmNow(alarm, bed, now, lagS))}
  </article>`;
}

function renderPhase(bed: Bed, at: number, now: number): TemplateResult {
  const run = infused(bed, at, now);
  const since = bed.phase === "RECOVERY" ? sinceEnd(bed, now) : null;
  const session = bed.session;
  const share = session === null || run === null ? 0 : infusedSeconds(session, bed.phase, at, now) / 60 / session.planned_min;
  const left = countdown(bed, now);
  const paused = instant(session?.paused_since ?? null);
  return html`<div class="phase">
    <span class="word">${phaseWords(bed.phase)}</span>
    ${left !== null
      ? html`<span class="clock ${left.past ? "past" : ""}" title=${`${left.past ? "since" : "until"} the deadline of the return to baseline`}
          ><b>${left.text}</b> ${left.past ? "over" : "left"}</span
        >`
      : since !== null
        ? html`<span class="clock" title="since the end of the infusion"><b>${since}</b> since end</span>`
        : run === null
          ? nothing
          : bed.phase === "PAUSED" && paused !== null
            ? html`<span class="clock"><b>${run.run}<span class="plan"> ${run.plan}</span></b> · stopped ${clockLength((now - paused) / 1000)}</span>`
            : html`<span class="clock"><b>${run.run} ${run.plan}</b></span>`}
    <i class="bar" style=${`--share:${Math.min(1, share).toFixed(3)}`} aria-hidden="true"></i>
  </div>`;
}

function renderAlarms(
  alarms: readonly Alarm[],
  still: (alarm: Alarm) => boolean,
  words: (alarm: Alarm) => AlarmWords,
): TemplateResult | typeof nothing {
  const uncovered = alarms.filter((alarm) => !covered(alarm));
  if (uncovered.length === 0) return nothing;
  const shown = [...uncovered.filter(calls), ...uncovered.filter((alarm) => !calls(alarm))];
  return html`<ul class="bed-alarms">
    ${shown.slice(0, TALL_LINES).map((alarm, index) => {
      const { what, more } = words(alarm);
      return html`<li class="alarm ${alarm.priority} ${alarm.state.toLowerCase()} ${still(alarm) ? "still" : ""}" title=${stateWords(alarm)}>
        <span class="mark">${ICON[alarm.priority]} ${PREFIX[alarm.priority]}</span>
        <span class="text"><span class="what">${what}</span> <span class="limit">${more}</span></span>
        ${renderAnswer(alarm)}
        ${index === 0 && shown.length > 1 ? html`<span class="more one-only">+${shown.length - 1}</span>` : nothing}
        ${index === LOW_LINES - 1 && shown.length > LOW_LINES
          ? html`<span class="more low-only">+${shown.length - LOW_LINES}</span>`
          : nothing}
        ${index === TALL_LINES - 1 && shown.length > TALL_LINES
          ? html`<span class="more">+${shown.length - TALL_LINES}</span>`
          : nothing}
      </li>`;
    })}
  </ul>`;
}

/** Who answered and when, or when it ended; a narrow tile leaves the time to the alarm list. */
function renderAnswer(alarm: Alarm): TemplateResult | typeof nothing {
  if (alarm.state === "ACTIVE") return nothing;
  const at = instant(alarm.state === "ACKED" ? alarm.acknowledged_at : alarm.ended_at);
  return html`<span class="answered"
    >${alarm.state === "ACKED" ? "✓" : "ended"}
    <span class="at">${alarm.state === "ACKED" ? (alarm.acknowledged_by ?? "") : ""} ${at === null ? "" : hhmmss(at)}</span></span
  >`;
}

function renderNumber(name: string, unit: string, kind: string, shown: Shown, limits: Limits | undefined): TemplateResult {
  const age = shown.ageS === null ? "no reading" : `${spoken(shown.ageS)} old`;
  const long = shown.text.length > 2 && shown.look === "doubtful" ? "long" : "";
  return html`<div class="number ${kind} ${shown.look} ${long}" title=${`${name}: ${age}${shown.note === null ? "" : `, ${shown.note}`}`}>
    <span class="name">${name} <small>${unit}</small></span>
    <span class="value">${shown.text}${shown.look === "doubtful" ? html`<sup>?</sup>` : nothing}</span>
    <span class="note">${shown.note ?? ""}</span>
    <span class="limits" title=${limitTitle(limits)}>${limitWords(limits)}${limits?.own === true ? " ✎" : ""}</span>
  </div>`;
}

/** What the number beside it leaves out: every alarm in order, and whether one was set for this patient. */
const limitTitle = (limits: Limits | undefined): string =>
  [`alarms ${allLimits(limits)}`, limits?.own === true ? "with a limit set for this patient" : ""].filter((part) => part !== "alarms " && part !== "").join("; ");

function renderPressure(bed: Bed, now: number): TemplateResult {
  const shown = pressure(bed, now);
  return html`<div class="pressure ${shown.look}">
    <span class="name">NIBP <small>mmHg</small></span>
    <span class="taken">${(shown.taken ?? "").replace(/ ago$/, "")}${shown.taken?.endsWith(" ago") ? html`<span class="ago"> ago</span>` : nothing}</span>
    <span class="value"
      >${shown.text}${shown.look === "doubtful" ? html`<sup>?</sup>` : nothing}
      ${shown.mean === null ? nothing : html`<small>(${shown.mean})</small>`}</span
    >
    <span class="limits" title=${`SBP: ${limitTitle(bed.limits["systolic"])}. DBP: ${limitTitle(bed.limits["diastolic"])}`}>${pressureLimits(bed)}</span>
    <span class="next">${cuffWords(bed, now)}</span>
    ${shown.note === null ? nothing : html`<span class="note ${shown.look}" title=${shown.note}>${shown.note}</span>`}
    ${renderRecovery(bed)}
  </div>`;
}

/** What the cuff is doing, else when it is due. */
export function cuffWords(bed: Bed, now: number): string {
  const pumping = bed.cuff.pressure === null ? "" : ` ${Math.round(bed.cuff.pressure)}`;
  if (bed.cuff.state === "inflating") return `inflating${pumping}`;
  if (bed.cuff.state === "deflating") return `measuring${pumping}`;
  const due = instant(bed.cuff.next_due_at);
  if (due === null) return "";
  const leftS = (due - now) / 1000;
  return leftS >= 0 ? `next in ${clockLength(leftS)}` : `due ${spoken(-leftS)} ago`;
}

function renderRecovery(bed: Bed): TemplateResult | typeof nothing {
  const recovery = bed.recovery;
  if (recovery === null || bed.phase !== "RECOVERY") return nothing;
  return html`<div class="return">
    <ul>
      ${notBackFirst(recovery.metrics).map(
        (item) =>
          html`<li class=${item.state.toLowerCase()} title=${returnWords(item)} aria-label=${returnWords(item)}>
            <span aria-hidden="true">${item.metric === "pulse_rate" ? "PR" : metricWords(item.metric)} ${returnMark(item)}</span>
          </li>`,
      )}
    </ul>
    <p title=${returnLine(recovery)}>${returnLine(recovery)}</p>
  </div>`;
}

/** Without a session nothing is evaluated, whatever the devices send: that is no fault of theirs. */
const watched = (bed: Bed, shown: Shown): Shown => (bed.phase === "IDLE" ? { ...shown, note: "not watched" } : shown);

/** Devices that are gone and of which no alarm says so yet. */
const offline = (bed: Bed, alarms: readonly Alarm[]): Device[] =>
  bed.devices.filter(
    (device) => device.link === "down" && !alarms.some((alarm) => alarm.alarm === "DEVICE_OFFLINE" && alarm.device === device.id),
  );

function renderOffline(device: Device, now: number): TemplateResult {
  const since = instant(device.since);
  return html`<span class="offline"
    >⊘ ${device.id} offline${since === null ? "" : ` ${spoken((now - since) / 1000)}`}${device.reason === null
      ? ""
      : `: ${reasonWords(device.reason)}`}</span
  >`;
}
