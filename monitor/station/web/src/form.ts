// An inline form of the bed panel: its fields by name, sent as the contract wants them.

import { html, type TemplateResult } from "lit";

export type Fields = Record<string, unknown>;

const MINUTE_MS = 60_000;

export function form(title: string, verb: string, send: (fields: Fields) => void, body: TemplateResult): TemplateResult {
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    send(fieldsOf(event.target as HTMLFormElement));
  };
  return html`<form class="inline" @submit=${submit}>
    <h3>${title}</h3>
    ${body}
    <button type="submit" class="primary">${verb}</button>
  </form>`;
}

/**
 * What the nurse filled in: numbers as numbers, `data-flag` as true or false, what carries `data-check` under `checklist`, what carries `data-value`
 * under `values`, empty fields left out.
 */
export function fieldsOf(element: HTMLFormElement): Fields {
  const fields: Fields = {};
  const inside: Record<"checklist" | "values", Fields> = { checklist: {}, values: {} };
  for (const input of element.querySelectorAll<HTMLInputElement | HTMLSelectElement>("input, select")) {
    const { check, value, number, flag } = input.dataset;
    const ticked = input instanceof HTMLInputElement && input.type === "checkbox" ? input.checked : null;
    if (ticked !== null) {
      if (check !== undefined) inside.checklist[check] = ticked;
      else if (ticked) fields[input.name] = true;
      continue;
    }
    const text = input.type === "password" ? input.value : input.value.trim();
    if (text === "") continue;
    const given = flag !== undefined ? text === "true" : input.type === "number" || number !== undefined ? Number(text) : text;
    if (check !== undefined) inside.checklist[check] = given;
    else if (value !== undefined) inside.values[value] = given;
    else fields[input.name] = given;
  }
  for (const name of ["checklist", "values"] as const) {
    if (Object.keys(inside[name]).length > 0) fields[name] = inside[name];
  }
  return fields;
}

/** When it happened, where that was not just now. */
export const ago = html`<label>Minutes ago <input type="number" name="minutes_ago" min="0" max="600" step="1" placeholder="0" /></label>`;

/** `minutes_ago` becomes the observed time `at` (server time `now`, ms); none: it is observed now. */
export function observed(fields: Fields, now: number): Fields {
  const { minutes_ago: ago, ...rest } = fields;
  return typeof ago === "number" && ago > 0 ? { ...rest, at: new Date(now - ago * MINUTE_MS).toISOString() } : rest;
}

export function reason(label: string, required: boolean): TemplateResult {
  return html`<label class="wide">${label} <input name="reason" ?required=${required} maxlength="300" /></label>`;
}

/** The prescriber who decides in spite of what is open: their password signs, their name alone is a name. */
export const prescriberSigns = html`<label>Prescriber who decides <input name="override_by" maxlength="60" autocomplete="off" /></label>
  <label>Their password <input name="override_password" type="password" maxlength="256" autocomplete="off" /></label>
  <p class="hint wide">With the password it is signed. Without it the record says: named, not signed.</p>`;
