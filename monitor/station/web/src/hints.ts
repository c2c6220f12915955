// Hints to the staff: no alarms, they neither flash nor sound.

import { html, nothing, type TemplateResult } from "lit";
import { type Actions, mayAct, type Page } from "./page";
import { hhmm } from "./times";
import type { Advisory, Bed } from "./wire.gen";

/** Hints that a clinician's tick answers. */
const TICKED: readonly string[] = ["review", "restarted", "dose_unusual"];

/** What asks to be looked at, with the tick that answers a high baseline, a bold restart or an unusual dose. */
export function renderHints(page: Page, bed: Bed, actions: Actions): TemplateResult | typeof nothing {
  if (bed.advisories.length === 0) return nothing;
  return html`<section aria-label="Hints">
    <h3>To look at</h3>
    <ul class="hints">
      ${bed.advisories.map(
        (hint) =>
          html`<li>
            ${hintWords(hint)}
            ${TICKED.includes(hint.kind) && mayAct(page)
              ? html`<button
                  type="button"
                  ?disabled=${page.busy.has(`bed:${bed.id}`)}
                  @click=${() => actions.command(bed.id, "record_event", { kind: "review" })}
                >
                  Looked at
                </button>`
              : nothing}
          </li>`,
      )}
    </ul>
  </section>`;
}

/** The hint with the time it names: until when to rest, or since when something is due. */
export function hintWords(hint: Advisory): string {
  if (hint.until === null) return hint.text;
  return `${hint.text} ${hint.kind === "observation_due" ? "Since" : "Rest until"} ${hhmm(Date.parse(hint.until))}.`;
}
