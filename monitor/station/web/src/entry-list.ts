// What people entered in the session, for whoever takes the bed over: who, when, what; the newest first.

import { html, nothing, type TemplateResult } from "lit";
import { breathesWords, happeningWords, valueWords } from "./entry-form";
import type { Page } from "./page";
import { hhmm } from "./times";
import type { Bed, Entry } from "./wire.gen";
import { phaseWords } from "./words";

/** So many stand open; the others are folded below them. */
const OPEN = 4;
/** A remark that something happened earlier than it was entered. */
const LATE_MS = 60_000;

const PHASE_BEGUN: Readonly<Record<string, string>> = {
  INFUSING: "Infusion started",
  PAUSED: "Infusion paused",
  RECOVERY: "Infusion ended",
};
const LIMBS: Readonly<Record<string, string>> = { cuff_limb: "cuff", probe_limb: "probe", iv_limb: "drip" };

const sentence = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1);

/** What was entered, without who and when. */
export function entryWords(entry: Entry): string {
  const { details } = entry;
  const limbs = Object.entries(LIMBS).flatMap(([name, word]) => (details[name] == null ? [] : [`${word} ${details[name]}`]));
  switch (entry.kind) {
    case "session":
      if (entry.what === "identifier") return `The patient is also called ${details["identifier"]}`;
      return `Session opened: ${[details["patient"], details["weight_kg"] == null ? null : `${details["weight_kg"]} kg`, typeof details["on_oxygen"] === "boolean" ? breathesWords(details["on_oxygen"]) : null, ...limbs].filter((part) => part != null).join(", ")}`;
    case "phase":
      return `${PHASE_BEGUN[entry.what] ?? phaseWords(entry.what)}${details["early"] === true ? " early" : ""}${details["dose_mg"] == null ? "" : `, ${details["dose_mg"]} mg`}${details["total_mg"] == null ? "" : `, ${details["total_mg"]} mg in all`}${details["delivered_mg"] == null ? "" : `, ${details["delivered_mg"]} mg given`}`;
    case "happening":
      return sentence(happeningWords(entry.what));
    case "values":
      return `Entered: ${valueWords(details)}`;
    case "limit":
      return `Limit of ${entry.what} set from ${details["from"]} to ${details["to"]}`;
    case "limbs":
      return `Now ${limbs.join(", ")}`;
    case "alarms":
      return alarmsWords(entry.what, details);
  }
}

function alarmsWords(state: string, details: Entry["details"]): string {
  const about = details["alarm"] == null ? "" : ` for ${details["alarm"]}`;
  const name = (word: unknown): string => String(word).replaceAll("_", " ");
  return state === "ON" ? `${name(details["from"])} ended${about}` : `${name(state)} set${about}`;
}

/** `by nurse-a, with dr-p` who signed, `naming dr-p (not signed)`, and when it was entered where that is not when it happened. */
export function entryByWords(entry: Entry): string {
  const by = `${entry.by ?? "unknown"}${entry.second_by === null ? "" : `, with ${entry.second_by}`}${entry.named_by === null ? "" : `, naming ${entry.named_by} (not signed)`}`;
  const [at, entered] = [Date.parse(entry.at), Date.parse(entry.entered_at)];
  return entered - at < LATE_MS ? by : `${by}, entered ${hhmm(entered)}`;
}

function renderEntry(entry: Entry): TemplateResult {
  return html`<li>
    <span class="at">${hhmm(Date.parse(entry.at))}</span>
    <span class="what">${entryWords(entry)}${entry.text === null ? nothing : html`: <q>${entry.text}</q>`}</span>
    <span class="by">${entryByWords(entry)}</span>
  </li>`;
}

/** The entries of the selected bed; what was not asked for yet is not shown. */
export function renderEntries(page: Page, bed: Bed): TemplateResult | typeof nothing {
  const entries = bed.session === null ? undefined : page.entries.get(bed.session.id);
  if (entries === undefined || entries.length === 0) return nothing;
  const earlier = entries.slice(OPEN);
  return html`<section aria-label="Entered in this session">
    <h3>Entered in this session</h3>
    <ul class="entries">
      ${entries.slice(0, OPEN).map(renderEntry)}
    </ul>
    ${earlier.length === 0
      ? nothing
      : html`<details>
          <summary>${earlier.length} before</summary>
          <ul class="entries">
            ${earlier.map(renderEntry)}
          </ul>
        </details>`}
    <p class="hint">Entries stay as they are. To correct one, enter it again with its time and say what it replaces.</p>
  </section>`;
}
