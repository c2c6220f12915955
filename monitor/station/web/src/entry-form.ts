// What a nurse enters of a session beside its phases: values by hand, events, limbs, and the scores of the discharge.

import { html, nothing, type TemplateResult } from "lit";
import { ago, form, type Fields, observed, prescriberSigns, reason } from "./form";
import { hhmm } from "./times";
import type { Bed, ReadinessItem } from "./wire.gen";

type Send = (name: string, fields: Fields) => void;

/** Coded events (ketamine-monitoring, section 1); the first four call as red alarms. */
const HAPPENINGS: readonly (readonly [string, readonly string[]])[] = [
  ["Calls at once", ["chest_pain", "severe_headache", "visual_change", "dyspnoea"]],
  ["Over", ["symptom_over"]],
  ["Given or done", ["medication", "activity", "review", "handover"]],
  [
    "Seen or said",
    [
      "nausea", "vomiting", "dizziness", "vertigo", "anxiety", "panic", "agitation", "paranoia", "hallucination", "confusion",
      "dissociation", "euphoria", "drowsiness", "blurred_vision", "double_vision", "eye_movement", "speech_impairment",
      "motor_impairment", "memory_impairment", "slowed_breathing", "seizure", "fall", "other",
    ],
  ],
];

const HAPPENING_WORDS: Readonly<Record<string, string>> = {
  dyspnoea: "shortness of breath",
  medication: "drug given",
  activity: "moved about (not at rest)",
  review: "looked at by a clinician",
  handover: "handed over",
  symptom_over: "symptom over",
  other: "something else",
};

export const happeningWords = (kind: string): string => HAPPENING_WORDS[kind] ?? kind.replaceAll("_", " ");

const VALUE_WORDS: Readonly<Record<string, string>> = {
  resp_rate: "breaths",
  moaas: "MOAA/S",
  pulse_rate: "pulse",
  pulse_rate_cuff: "cuff pulse",
  spo2: "SpO2",
};

const breathes = (oxygen: boolean): string => (oxygen ? "on oxygen" : "on air");

/** What the patient breathes, where the pages and lists say it. */
export const breathesWords = (oxygen: boolean | null): string => (oxygen === null ? "air or oxygen not entered" : breathes(oxygen));

/** `breaths 14, MOAA/S 4`. */
export const valueWords = (values: Readonly<Record<string, unknown>>): string =>
  Object.entries(values)
    .map(([metric, value]) => metric === "on_oxygen" ? breathes(value === 1) : `${VALUE_WORDS[metric] ?? metric.replace(/^aldrete_/, "Aldrete ").replace(/^pads_/, "PADS ").replaceAll("_", " ")} ${value}`)
    .join(", ");

/** What was written down, for the moment after its form has gone; null where the page shows it anyway. */
export function doneWords(name: string, fields: Fields): string | null {
  if (name === "record_event") return `Noted: ${happeningWords(String(fields["kind"]))}`;
  if (name !== "record_reading") return null;
  return `Entered: ${valueWords((fields["values"] ?? {}) as Readonly<Record<string, number>>)}`;
}

function number(name: string, label: string, low: number, high: number): TemplateResult {
  return html`<label>${label} <input type="number" data-value=${name} name=${name} min=${low} max=${high} step="1" /></label>`;
}

export function readingForm(now: number, send: Send): TemplateResult {
  return form(
    "Enter values",
    "Enter",
    (fields) => send("record_reading", observed(fields, now)),
    html`${number("resp_rate", "Breaths counted, /min", 0, 80)} ${number("moaas", "MOAA/S, 0 to 5", 0, 5)}
      ${number("systolic", "Systolic", 40, 280)} ${number("diastolic", "Diastolic", 20, 200)} ${number("mean", "Mean", 30, 230)}
      ${number("spo2", "SpO2, %", 50, 100)} ${number("pulse_rate", "Pulse", 25, 250)}
      <label
        >Breathing
        <select data-value="on_oxygen" data-number name="on_oxygen">
          <option value="">--</option>
          <option value="0">air</option>
          <option value="1">oxygen</option>
        </select>
      </label>
      ${ago}
      ${reason("Remark, such as what it corrects", false)}
      <p class="hint wide">
        A pressure of more than a minute ago, and SpO2 or pulse read off another device, are for the record only.
      </p>`,
  );
}

/** What says nothing without its words: which drug, and how much. */
export const needsWords = (kind: string): boolean => kind === "medication";

function wordsWanted(event: Event): void {
  const select = event.target as HTMLSelectElement;
  const words = select.form?.querySelector<HTMLInputElement>("[name=text]");
  if (words != null) words.required = needsWords(select.value);
}

export function happeningForm(now: number, send: Send): TemplateResult {
  return form(
    "Note an event",
    "Note it",
    (fields) => send("record_event", observed(fields, now)),
    html`<label
        >What
        <select name="kind" required @change=${wordsWanted}>
          <option value="">choose …</option>
          ${HAPPENINGS.map(
            ([group, kinds]) =>
              html`<optgroup label=${group}>
                ${kinds.map((kind) => html`<option value=${kind}>${happeningWords(kind)}</option>`)}
              </optgroup>`,
          )}
        </select>
      </label>
      ${ago} <label class="wide">In words <input name="text" maxlength="300" /></label>`,
  );
}

export function limbsForm(bed: Bed, send: Send): TemplateResult {
  const session = bed.session;
  const limb = (name: string, label: string, now: string | null | undefined): TemplateResult =>
    html`<label>${label} <input name=${name} .value=${now ?? ""} maxlength="60" list="limbs" autocomplete="off" /></label>`;
  return form(
    "Cuff, probe or drip is elsewhere",
    "Set",
    (fields) => send("set_limbs", fields),
    html`${limb("cuff_limb", "Cuff", session?.cuff_limb)} ${limb("probe_limb", "Probe", session?.probe_limb)}
      ${limb("iv_limb", "Drip", session?.iv_limb)}
      <datalist id="limbs">
        <option value="left"></option>
        <option value="right"></option>
        <option value="left leg"></option>
        <option value="right leg"></option>
      </datalist>`,
  );
}

/** A device calls the patient by what was not entered at the opening (ID_CONFLICT). */
export function identifierForm(send: Send): TemplateResult {
  return form(
    "The device calls this patient otherwise",
    "It is this patient",
    (fields) => send("add_identifier", fields),
    html`<p class="wide">Look at the patient, the device and its cables first: its values count for this patient from then on.</p>
      <label>As the device shows it <input name="identifier" required maxlength="64" autocomplete="off" /></label>`,
  );
}

const MARKS: Readonly<Record<ReadinessItem["state"], string>> = { met: "✓", open: "○", failed: "✗" };
const STATES: Readonly<Record<ReadinessItem["state"], string>> = { met: "met", open: "open", failed: "not met" };

/** The checklist as the core sees it; never by mark or colour alone. */
export function renderReadiness(bed: Bed): TemplateResult | typeof nothing {
  if (bed.readiness.length === 0) return nothing;
  return html`<section aria-label="Ready for discharge">
    <h3>Ready for discharge?</h3>
    <ul class="readiness">
      ${bed.readiness.map(
        (item) =>
          html`<li class=${item.state}>
            <span aria-hidden="true">${MARKS[item.state]}</span> ${item.text}${until(item.until)} <i>${STATES[item.state]}</i>
          </li>`,
      )}
    </ul>
    ${bed.news2 === null ? nothing : html`<p class="hint">${bed.news2}: blind to high pressure</p>`}
  </section>`;
}

const until = (at: string | null): string => (at === null ? "" : ` until ${hhmm(Date.parse(at))}`);

function score(name: string, label: string): TemplateResult {
  return html`<label
    >${label}
    <select data-check=${name} data-number>
      <option value="">--</option>
      ${[2, 1, 0].map((points) => html`<option value=${points}>${points}</option>`)}
    </select>
  </label>`;
}

/** Whether a reason would let the patient go in spite of this refusal; an alarm that calls must be answered instead. */
export const mayLeaveOpen = (refusal: string): boolean => /on the checklist|left the baseline again/i.test(refusal);

/** Unfolds what a refusal names: with rows open a discharge needs a reason (ketamine-monitoring, section 8). */
export function dischargeForm(refused: boolean, bed: Bed, send: Send): TemplateResult {
  const check = (name: string, text: string): TemplateResult =>
    html`<label class="check wide"><input type="checkbox" data-check=${name} /> ${text}</label>`;
  const open = bed.readiness.filter((item) => item.state !== "met");
  return form(
    "Discharge",
    "Discharge now",
    (fields) => send("discharge", fields),
    html`${renderReadiness(bed)} ${score("aldrete_activity", "Aldrete: moves limbs")}
      ${score("aldrete_respiration", "Aldrete: breathes deeply, coughs")} ${score("aldrete_consciousness", "Aldrete: awake")}
      ${bed.session?.on_oxygen === null
        ? html`<label
            >Breathing
            <select data-check="on_oxygen" data-flag>
              <option value="">--</option>
              <option value="false">air</option>
              <option value="true">oxygen</option>
            </select>
          </label>`
        : nothing}
      <label>MOAA/S now <input type="number" data-check="moaas" min="0" max="5" step="1" /></label>
      ${check("escort", "Escort is here")} ${check("no_driving", "Told: no driving until the next day, after sleep")}
      <details class="wide">
        <summary>PADS, where the clinic scores it</summary>
        ${score("pads_activity", "Walks")} ${score("pads_nausea", "Nausea")} ${score("pads_pain", "Pain")}
        ${score("pads_bleeding", "Bleeding")}
      </details>
      <details class="wide" ?open=${refused}>
        <summary>Discharge although something is open${refused ? `: ${open.length} now` : ""}</summary>
        ${prescriberSigns}
        ${reason("Reason", false)}
      </details>`,
  );
}
