// Everything about one bed: trend, return to baseline, devices, and the session's buttons.

import { html, nothing, type TemplateResult } from "lit";
import { keyed } from "lit/directives/keyed.js";
import { lagAt, numeric, pressure } from "./ages";
import { renderBedStates } from "./inactivation-view";
import type { Actions, Page } from "./page";
import { countdown, infusionClock, intervalWords, stateOfReturn, verdictWords } from "./recovery";
import { breathesWords, renderReadiness } from "./entry-form";
import { renderEntries } from "./entry-list";
import { renderHints } from "./hints";
import { renderRules } from "./rule-settings";
import { renderSessionActions } from "./session-form";
import type { BedPicture } from "./store";
import { hhmm, hhmmss, instant, spoken } from "./times";
import { TREND_METRICS, type Trend } from "./trend";
import { expectedWords, trendWords } from "./trend-words";
import type { Bed, Device } from "./wire.gen";
import { metricWords, originBadge, phaseWords, reasonWords } from "./words";
import { allLimits, limitWords, pressureLimits } from "./limit-words";
import { cuffWords } from "./tile";

/** The panel of the selected bed at server time `now` (ms). */
export function renderDetail(page: Page, picture: BedPicture, now: number, actions: Actions): TemplateResult {
  const { bed, at } = picture;
  const badge = originBadge(bed.origin);
  return html`<section class="detail" aria-label=${`Details of ${bed.label}`}>
    <header>
      <h2 tabindex="-1">${bed.label}</h2>
      <span>${phaseWords(bed.phase)}${headClock(bed, at, now)}</span>
      ${badge === null ? nothing : html`<span class="badge">${badge}</span>`}
      <span class="space"></span>
      <button type="button" @click=${() => actions.select(null)}>Close</button>
    </header>
    <div class="body">
      ${renderSession(bed)} ${renderHints(page, bed, actions)} ${renderSessionActions(page, picture, now, actions)}
      ${bed.phase === "PRE" ? renderBaselineSoFar(bed) : nothing}
      ${page.form === "discharge" ? nothing : renderReadiness(bed)} ${renderBedStates(page, bed, now, actions)}
      ${renderEntries(page, bed)}
      ${bed.session === null ? nothing : renderTrend(page.trends.get(bed.session.id) ?? null, bed)} ${renderReturn(bed, now)} ${renderValues(bed, now, lagAt(page.ward?.time.speed ?? 1))}
      ${renderRules(page, bed, actions)} ${renderDevices(bed, now)}
    </div>
  </section>`;
}

/** As on the tile: in recovery the time to the deadline of the return, before it that of the infusion. */
export function headClock(bed: Bed, at: number, now: number): string {
  const left = countdown(bed, now);
  if (left !== null) return `, ${left.text} ${left.past ? "over" : "left"}`;
  const clock = infusionClock(bed, at, now);
  return clock === null ? "" : `, ${clock}`;
}

function renderSession(bed: Bed): TemplateResult {
  const session = bed.session;
  if (session === null) return html`<p class="facts">No session is open on this bed.</p>`;
  const limbs = [
    ["cuff", session.cuff_limb],
    ["probe", session.probe_limb],
    ["drip", session.iv_limb],
  ].flatMap(([what, side]) => (side == null ? [] : [`${what} ${side}`]));
  return html`<p class="facts">
    <b>${session.patient}</b>${session.weight_kg === null ? "" : `, ${session.weight_kg} kg`}, ${breathesWords(session.on_oxygen)} · opened
    ${hhmm(Date.parse(session.opened_at))}${session.opened_by === null ? "" : ` by ${session.opened_by}`}
    ${limbs.length === 0 ? "" : `· ${limbs.join(", ")}`}
  </p>`;
}

function renderTrend(trend: Trend | null, bed: Bed): TemplateResult {
  return html`<section aria-label="Trend">
    <h3>Trend of the session</h3>
    ${trend?.error == null ? nothing : html`<p class="error">${trend.error}</p>`}
    ${keyed(bed.session?.id, html`<trend-chart .bed=${bed} .trend=${trend}></trend-chart>`)}
    ${trend === null ? nothing : expectedWords(trend.expected.get("systolic")).map((words) => html`<p class="hint">${words}</p>`)}
    ${trend === null
      ? html`<p class="hint">Loading …</p>`
      : html`<details>
          <summary>Trend in words</summary>
          <ul class="words">
            ${TREND_METRICS.map((metric) => html`<li>${trendWords(metric, trend.series.get(metric) ?? [])}</li>`)}
          </ul>
        </details>`}
  </section>`;
}

function renderReturn(bed: Bed, now: number): TemplateResult | typeof nothing {
  const recovery = bed.recovery;
  if (bed.phase === "PRE" || (bed.baseline.length === 0 && recovery === null)) return nothing;
  const metrics = [...new Set([...bed.baseline.map((item) => item.metric), ...(recovery?.metrics ?? []).map((item) => item.metric)])];
  const left = countdown(bed, now);
  const running = bed.phase === "INFUSING" || bed.phase === "PAUSED";
  const verdict = recovery === null ? "" : running ? "Judged from the end of the infusion on" : verdictWords(recovery);
  return html`<section aria-label="Return to baseline">
    <h3>Return to baseline</h3>
    ${recovery === null ? nothing : html`<p><b>${verdict}</b>${left === null ? "" : ` · ${left.text} ${left.past ? "over" : "left"}`}</p>`}
    <table>
      <thead>
        <tr><th>Metric</th><th>Baseline</th><th>Grade</th><th>Band</th><th>State</th><th>Interval after end</th></tr>
      </thead>
      <tbody>
        ${metrics.map((metric) => {
          const base = bed.baseline.find((item) => item.metric === metric);
          const item = recovery?.metrics.find((other) => other.metric === metric);
          const bound = base?.bound == null ? "--" : `${metric === "spo2" ? "≥" : "≤"}\u00a0${Math.round(base.bound)}`;
          return html`<tr>
            <th>${metricWords(metric)}</th>
            <td>${base?.value == null ? "--" : Math.round(base.value)}</td>
            <td>${base === undefined || base.grade === "NONE" ? "none" : base.grade}</td>
            <td>${bound}</td>
            <td>${item === undefined ? "" : stateOfReturn(item)}</td>
            <td>${item === undefined ? "" : (intervalWords(item.interval_min) ?? "--")}</td>
          </tr>`;
        })}
      </tbody>
    </table>
  </section>`;
}

const REQUIRED: readonly string[] = ["systolic", "diastolic", "pulse_rate", "spo2"];

/** What is there for a start, before anybody has to try it. */
export function baselineWords(bed: Bed): string {
  const missing = REQUIRED.filter((metric) => (bed.baseline.find((item) => item.metric === metric)?.grade ?? "NONE") === "NONE");
  if (missing.length > 0) return `Still missing for a start: ${missing.map(metricWords).join(", ")}.`;
  const held = bed.advisories.some((hint) => hint.kind === "hold");
  const weak = bed.baseline.some((item) => item.grade === "C") ? " Grade C is weak: more readings make it better." : "";
  return `${held ? "Enough, but the readings hold a start back." : "Enough for a start."}${weak}`;
}

function renderBaselineSoFar(bed: Bed): TemplateResult {
  return html`<section aria-label="Baseline so far">
    <h3>Baseline so far</h3>
    <p>${baselineWords(bed)}</p>
    <table>
      <thead>
        <tr><th>Metric</th><th>Baseline</th><th>Grade</th></tr>
      </thead>
      <tbody>
        ${bed.baseline.map(
          (item) => html`<tr>
            <th>${metricWords(item.metric)}</th>
            <td>${item.value === null ? "--" : Math.round(item.value)}</td>
            <td>${item.grade === "NONE" ? "none" : item.grade}</td>
          </tr>`,
        )}
      </tbody>
    </table>
  </section>`;
}

/** What the service finds in the wave itself: a trend beside the device's numbers. */
const DERIVED: readonly string[] = ["pulse_rate_pleth", "resp_rate_pleth"];

function renderValues(bed: Bed, now: number, lagS: number): TemplateResult {
  const cuff = pressure(bed, now);
  const rows = ["spo2", "pulse_rate", "perfusion_index", ...DERIVED].filter((metric) => bed.values[metric] !== undefined);
  return html`<section aria-label="Values and limits">
    <h3>Values and limits</h3>
    <table>
      <thead>
        <tr><th>Metric</th><th>Value</th><th>Age</th><th>Remark</th><th>Limits</th></tr>
      </thead>
      <tbody>
        ${rows.map((metric) => {
          const shown = numeric(bed.values[metric], now, lagS);
          const note = shown.note ?? (DERIVED.includes(metric) ? "from the pleth" : null);
          return row(metricWords(metric), shown.text, shown.ageS, note, limitWords(bed.limits[metric]));
        })}
        ${(["resp_rate", "moaas"] as const).flatMap((metric) => {
          const entered = bed.values[metric];
          if (entered === undefined) return [];
          const at = instant(entered.at);
          return [row(metricWords(metric), entered.value === null ? "--" : `${entered.value}`, at === null ? null : (now - at) / 1000, "entered", "")];
        })}
        ${row("NIBP", `${cuff.text}${cuff.mean === null ? "" : ` (${cuff.mean})`}`, cuff.ageS, [cuff.note ?? "", cuffWords(bed, now)].filter((part) => part !== "").join(" · "), pressureLimits(bed))}
      </tbody>
    </table>
    ${renderSteps(bed)}
  </section>`;
}

/** Every alarm on a metric: the table names the first that asks for somebody, and leaves out a hint before it. */
function renderSteps(bed: Bed): TemplateResult | typeof nothing {
  const told = (["spo2", "pulse_rate", "systolic", "diastolic", "mean"] as const)
    .map((metric) => [metric, allLimits(bed.limits[metric])] as const)
    .filter(([, words]) => words !== "");
  if (told.length === 0) return nothing;
  return html`<details>
    <summary>All limits: the table has the first that asks for somebody</summary>
    <ul class="words">
      ${told.map(([metric, words]) => html`<li><b>${metricWords(metric)}</b> ${words}</li>`)}
    </ul>
  </details>`;
}

function row(name: string, text: string, ageS: number | null, note: string | null, limits: string): TemplateResult {
  return html`<tr>
    <th>${name}</th>
    <td>${text}</td>
    <td>${ageS === null ? "--" : spoken(ageS)}</td>
    <td>${note ?? ""}</td>
    <td>${limits}</td>
  </tr>`;
}

function renderDevices(bed: Bed, now: number): TemplateResult {
  return html`<section aria-label="Devices">
    <h3>Devices</h3>
    <table>
      <thead>
        <tr><th>Device</th><th>Driver</th><th>Link</th><th>Last reading</th><th>Rejected</th><th>Battery</th></tr>
      </thead>
      <tbody>
        ${bed.devices.map((device) => renderDevice(device, now))}
      </tbody>
    </table>
  </section>`;
}

function renderDevice(device: Device, now: number): TemplateResult {
  const since = instant(device.since);
  const last = instant(device.last_at);
  const link = device.link === null ? "not yet seen" : device.link === "up" ? "connected" : "⊘ offline";
  return html`<tr class=${device.link === "down" ? "down" : ""}>
    <th>${device.id}${originBadge(device.origin) === null ? nothing : html` <span class="badge">${originBadge(device.origin)}</span>`}</th>
    <td>${device.driver}</td>
    <td>
      ${link}${since === null ? "" : ` for ${spoken((now - since) / 1000)}`}${device.reason === null ? "" : `: ${reasonWords(device.reason)}`}
    </td>
    <td>${last === null ? "--" : `${hhmmss(last)}, ${spoken((now - last) / 1000)} ago`}</td>
    <td>${device.faults}</td>
    <td>${device.battery === null ? "--" : `${Math.round(device.battery)} %`}</td>
  </tr>`;
}
