// What a nurse does with a session: open, start, pause, resume, end, discharge, abort.

import { html, nothing, type TemplateResult } from "lit";
import { dischargeForm, happeningForm, identifierForm, limbsForm, mayLeaveOpen, readingForm } from "./entry-form";
import { ago, type Fields, fieldsOf, form, observed, prescriberSigns, reason } from "./form";
import { infusedSeconds } from "./recovery";
import { type Actions, mayAct, type OpenForm, type Page } from "./page";
import type { BedPicture } from "./store";
import type { Bed } from "./wire.gen";

const LIMBS = ["left", "right"] as const;
/** Dose of the clinic's standard infusion, offered as a start and never sent unseen (ketamine-monitoring 1). */
const MG_PER_KG = 0.5;
/** More than so many times that, or less than that part of it, is asked about; the service does the same (`dose_check`). */
const FAR = 2;
const DEFAULT_PLANNED_MIN = 40;

/** The buttons that the phase allows, the open form below them, and the last refusal in words. */
export function renderSessionActions(page: Page, picture: BedPicture, now: number, actions: Actions): TemplateResult {
  const { bed } = picture;
  const key = `bed:${bed.id}`;
  const error = page.errors.get(key);
  const said = page.said.get(bed.id);
  if (!mayAct(page)) return html`<section class="actions"><p class="hint">Sign in to run a session.</p></section>`;
  return html`<section class="actions" aria-label="Session">
    <div class="buttons">${buttons(page, bed, actions)}</div>
    ${openForm(page, picture, now, actions)}
    ${said === undefined || said.session !== (bed.session?.id ?? null) ? nothing : html`<p class="said" role="status">✓ ${said.words}</p>`}
    ${error === undefined || page.form?.includes(":") ? nothing : html`<p class="error" role="alert">${error}</p>`}
  </section>`;
}

function buttons(page: Page, bed: Bed, actions: Actions): TemplateResult[] {
  const busy = page.busy.has(`bed:${bed.id}`);
  const opens = (form: OpenForm, text: string, kind = ""): TemplateResult =>
    html`<button
      type="button"
      class=${kind}
      ?disabled=${busy}
      aria-expanded=${page.form === form ? "true" : "false"}
      @click=${() => actions.openForm(page.form === form ? null : form)}
    >
      ${text}
    </button>`;
  const does = (name: string, text: string, kind = ""): TemplateResult =>
    html`<button type="button" class=${kind} ?disabled=${busy} @click=${() => actions.command(bed.id, name, {})}>${text}</button>`;
  const abort = opens("abort", "Abort …");
  const enters = [opens("reading", "Enter values …"), opens("happening", "Note event …"), opens("limbs", "Limbs …")];
  if (conflicting(page, bed)) enters.push(opens("identifier", "Same patient …"));
  switch (bed.phase) {
    case "PRE":
      return [opens("start", "Start infusion …", "primary"), ...enters, abort];
    case "INFUSING":
      return [does("pause_infusion", "Pause"), opens("earlier", "Paused earlier …"), opens("end", "End infusion …", "primary"), ...enters, abort];
    case "PAUSED":
      return [does("resume_infusion", "Resume", "primary"), opens("earlier", "Resumed earlier …"), opens("end", "End infusion …"), ...enters, abort];
    case "RECOVERY":
      return [opens("discharge", "Discharge …", "primary"), opens("start", "Start again …"), ...enters, abort];
    default:
      return [opens("session", "Open session …", "primary")];
  }
}

/** Whether a device names another patient than this bed's. */
const conflicting = (page: Page, bed: Bed): boolean =>
  [...(page.ward?.alarms.values() ?? [])].some((alarm) => alarm.bed === bed.id && alarm.alarm === "ID_CONFLICT");

/** Whether the phase still offers this form. */
export function fits(form: OpenForm, phase: Bed["phase"]): boolean {
  const open = ["PRE", "INFUSING", "PAUSED", "RECOVERY"].includes(phase);
  if (form === "session") return !open;
  if (form === "start") return phase === "PRE" || phase === "RECOVERY";
  if (form === "end" || form === "earlier") return phase === "INFUSING" || phase === "PAUSED";
  return form === "discharge" ? phase === "RECOVERY" : open;
}

function openForm(page: Page, picture: BedPicture, now: number, actions: Actions): TemplateResult | typeof nothing {
  const { bed } = picture;
  const send = (name: string, fields: Fields): void => actions.command(bed.id, name, fields);
  if (!fits(page.form, bed.phase)) return nothing; // somebody else moved the session on meanwhile
  switch (page.form) {
    case "session":
      return sessionForm((fields) => actions.openSession(bed.id, fields));
    case "start":
      return startForm(page, bed, (fields) => send("start_infusion", observed(unconfirmed(fields), now)));
    case "end":
      return endForm(picture, now, (fields) => send("end_infusion", observed(fields, now)));
    case "earlier":
      return earlierForm(bed.phase === "PAUSED", (fields) => send(bed.phase === "PAUSED" ? "resume_infusion" : "pause_infusion", observed(fields, now)));
    case "discharge":
      return dischargeForm(mayLeaveOpen(page.errors.get(`bed:${bed.id}`) ?? ""), bed, send);
    case "reading":
      return readingForm(now, send);
    case "happening":
      return happeningForm(now, send);
    case "limbs":
      return limbsForm(bed, send);
    case "identifier":
      return identifierForm(send);
    case "abort":
      return form("Abort the session", "Abort", (fields) => send("abort", fields), reason("Reason", true));
    default:
      return nothing; // none, or one of the rules below
  }
}

function limb(name: string, label: string, first: string): TemplateResult {
  return html`<label
    >${label}
    <select name=${name} @change=${limbConflict}>
      ${LIMBS.map((side) => html`<option value=${side} ?selected=${side === first}>${side} arm</option>`)}
    </select>
  </label>`;
}

/** Says at once what a limb shared by cuff, probe and drip would do (signals, section 1.3). */
function limbConflict(event: Event): void {
  const element = (event.target as HTMLSelectElement).form;
  const warning = element?.querySelector("[data-limbs]");
  if (element === null || warning == null) return;
  const { cuff_limb: cuff, probe_limb: probe, iv_limb: iv } = fieldsOf(element);
  warning.textContent = limbWords(String(cuff), String(probe), String(iv));
}

export function limbWords(cuff: string, probe: string, iv: string): string {
  if (cuff === iv) return "Cuff and drip on one arm: each reading stops the infusion. Move the cuff.";
  if (cuff === probe) return "Cuff and probe on one arm: SpO2 is lost during each reading.";
  return "";
}

function sessionForm(send: (fields: Fields) => void): TemplateResult {
  return form(
    "Open a session",
    "Open session",
    send,
    html`<label>Patient reference <input name="patient" required autocomplete="off" maxlength="60" /></label>
      <label>Weight, kg <input name="weight_kg" type="number" min="20" max="300" step="0.1" required /></label>
      <label
        >Planned, min
        <input name="planned_min" type="number" min="5" max="240" step="1" value=${DEFAULT_PLANNED_MIN} required
      /></label>
      <label
        >Breathing
        <select name="on_oxygen" data-flag required>
          <option value="">choose …</option>
          <option value="false">air</option>
          <option value="true">oxygen</option>
        </select>
      </label>
      ${limb("cuff_limb", "Cuff", "left")} ${limb("probe_limb", "Probe", "right")} ${limb("iv_limb", "Drip", "right")}
      <p class="warning wide" data-limbs role="status"></p>`,
  );
}

/** Whether a prescriber may start in spite of this refusal: no baseline, or readings at a level to hold the infusion. */
export const maySignFor = (refusal: string): boolean => /baseline|hold the infusion/i.test(refusal);

const plain = (value: number, digits: number): string => `${Number(value.toFixed(digits))}`;

/** `5 mg/kg; 0.5 mg/kg are 35 mg`; of the usual dose only how much it is per kilogram. */
export function doseWords(doseMg: number, weightKg: number | null): string {
  if (weightKg === null) return "";
  const usual = `${MG_PER_KG} mg/kg are ${plain(weightKg * MG_PER_KG, 1)} mg`;
  if (!Number.isFinite(doseMg)) return usual;
  const per = `${plain(doseMg / weightKg, 2)} mg/kg`;
  return per === `${MG_PER_KG} mg/kg` ? per : `${per}; ${usual}`;
}

/** Whether this dose must be confirmed; one of a restart tops up and is never too small. */
export function farDose(doseMg: number, weightKg: number | null, again: boolean): boolean {
  if (weightKg === null || !Number.isFinite(doseMg)) return false;
  const usual = weightKg * MG_PER_KG;
  return doseMg > usual * FAR || (!again && doseMg < usual / FAR);
}

/** The confirmation is for whoever types; the command does not know it. */
export function unconfirmed(fields: Fields): Fields {
  const { confirm: _, ...rest } = fields;
  return rest;
}

/** Tells the dose per kilogram while it is typed, and asks for a tick where it is far from the usual one. */
function doseTyped(event: Event, weightKg: number | null, again: boolean): void {
  const input = event.target as HTMLInputElement;
  const dose = input.value.trim() === "" ? Number.NaN : Number(input.value);
  const words = input.form?.querySelector("[data-dose]");
  const tick = input.form?.querySelector<HTMLInputElement>("[name=confirm]");
  if (words == null || tick == null) return;
  const far = farDose(dose, weightKg, again);
  words.textContent = doseWords(dose, weightKg);
  words.classList.toggle("warning", far);
  tick.required = far;
  tick.checked = false;
  if (tick.parentElement !== null) tick.parentElement.hidden = !far;
}

function startForm(page: Page, bed: Bed, send: (fields: Fields) => void): TemplateResult {
  const refused = page.errors.get(`bed:${bed.id}`) ?? "";
  const weight = bed.session?.weight_kg ?? null;
  return form(
    bed.phase === "RECOVERY" ? "Start the infusion again" : "Start the infusion",
    "Start now",
    send,
    html`<label
        >Planned, min
        <input name="planned_min" type="number" min="5" max="240" step="1" value=${Math.max(5, Math.round(bed.session?.planned_min ?? DEFAULT_PLANNED_MIN))}
      /></label>
      <label
        >Dose, mg
        <input name="dose_mg" type="number" min="0" max="500" step="0.1" @input=${(event: Event) => doseTyped(event, weight, bed.phase === "RECOVERY")} placeholder=${weight === null ? "" : `${MG_PER_KG} mg/kg: ${weight * MG_PER_KG}`}
      /></label>
      <p class="wide" data-dose role="status" .textContent=${doseWords(Number.NaN, weight)}></p>
      <label class="check wide" hidden><input type="checkbox" name="confirm" /> Yes, this is the dose</label>
      ${ago}
      <details class="wide" ?open=${maySignFor(refused)}>
        <summary>Start without a baseline, or although the readings hold it back</summary>
        <p>Where the baseline is missing, the return to it cannot be decided. Absolute alarms still work.</p>
        ${prescriberSigns}
        ${reason("Reason", false)}
      </details>`,
  );
}

function endForm(picture: BedPicture, now: number, send: (fields: Fields) => void): TemplateResult {
  const session = picture.bed.session;
  const paused = picture.bed.phase === "PAUSED"; // the end lies where the pause began
  const early =
    session !== null && infusedSeconds(session, picture.bed.phase, picture.at, now) < session.planned_min * 60 - 60;
  return form(
    "End the infusion",
    "End now",
    send,
    html`${early
      ? html`<label class="check wide"><input type="checkbox" name="early" checked /> Ended early, before the planned time</label>`
      : nothing}
    ${paused ? nothing : ago} ${reason(early ? "Reason for ending early" : "Remark", early)}`,
  );
}

/** A pause or its end that is entered later than it happened; just now is a button of its own. */
function earlierForm(paused: boolean, send: (fields: Fields) => void): TemplateResult {
  return form(`The infusion was ${paused ? "resumed" : "paused"} earlier`, paused ? "Resume earlier" : "Pause earlier", send, ago);
}
