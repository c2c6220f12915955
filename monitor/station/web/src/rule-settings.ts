// The limits of one patient, each with its bounds, and rules that a prescriber switches off; gone with the session.

import { html, nothing, type TemplateResult } from "lit";
import { crossedBell } from "./inactivation-view";
import { type Actions, mayAct, type Page } from "./page";
import type { Bed, LimitSetting, RuleSetting } from "./wire.gen";

/** Whether this limit takes a second person's signature (alarm-system 3.3). */
export const needsSecond = (limit: LimitSetting, number: number): boolean =>
  (limit.second_below !== null && number < limit.second_below) || (limit.second_above !== null && number > limit.second_above);

export const boundsWords = (limit: LimitSetting): string => `${limit.lowest} to ${limit.highest} ${limit.unit}`;

/** `two people sign below 85`; nothing where one is enough. */
export function secondWords(limit: LimitSetting): string {
  if (limit.second_below !== null && limit.lowest < limit.second_below) return `two people sign below ${limit.second_below}`;
  return limit.second_above !== null && limit.highest > limit.second_above ? `two people sign above ${limit.second_above}` : "";
}

/** What differs from the preset, for the closed list: `2 of this patient's own, 1 OFF`. */
export function ownWords(rules: readonly RuleSetting[]): string {
  const own = rules.filter((rule) => rule.limit !== null && rule.limit.by !== null).length;
  const off = rules.filter((rule) => rule.off).length;
  const parts = [own === 0 ? "" : `${own} of this patient's own ✎`, off === 0 ? "" : `${off} OFF`].filter((part) => part !== "");
  return parts.length === 0 ? "all as in the preset" : parts.join(", ");
}

/** The rules of the selected bed; what was not asked for yet is not shown. */
export function renderRules(page: Page, bed: Bed, actions: Actions): TemplateResult | typeof nothing {
  const rules = page.rules.get(bed.id);
  if (bed.session === null || rules === undefined) return nothing;
  return html`<section aria-label="Limits of this patient">
    <details>
      <summary><h3>Limits of this patient</h3>: ${ownWords(rules)}</summary>
      <ul class="rules">
        ${rules.filter((rule) => rule.limit !== null || rule.off || page.me?.role === "prescriber").map((rule) => renderRule(page, bed, rule, actions))}
      </ul>
    </details>
  </section>`;
}

function renderRule(page: Page, bed: Bed, rule: RuleSetting, actions: Actions): TemplateResult {
  const { limit } = rule;
  const refusal = page.errors.get(`bed:${bed.id}`);
  const off = !mayAct(page) || page.busy.has(`bed:${bed.id}`);
  const open = (form: `limit:${string}` | `off:${string}`): void => actions.openForm(page.form === form ? null : form);
  return html`<li data-rule=${rule.alarm} class=${rule.off ? "off" : ""}>
    <div class="line">
      <span class="name">${rule.off ? crossedBell() : nothing} <b>${rule.text}</b> <small>${rule.alarm}</small></span>
      <span class="whose">${rule.off ? "ALARM OFF" : limit === null ? "" : limit.by === null ? "preset" : `✎ by ${limit.by}, preset ${limit.preset}`}</span>
        ${limit === null
          ? nothing
          : html`<button type="button" ?disabled=${off} aria-expanded=${page.form === `limit:${rule.alarm}` ? "true" : "false"} @click=${() => open(`limit:${rule.alarm}`)}>
              Personalise
            </button>`}
        ${page.me?.role !== "prescriber" || rule.off || rule.kept_on
          ? nothing
          : html`<button type="button" ?disabled=${off} aria-expanded=${page.form === `off:${rule.alarm}` ? "true" : "false"} @click=${() => open(`off:${rule.alarm}`)}>
              Set ALARM OFF …
            </button>`}
    </div>
    ${limit !== null && page.form === `limit:${rule.alarm}` ? limitForm(bed, rule.alarm, limit, actions) : nothing}
    ${page.form === `off:${rule.alarm}` ? offForm(bed, rule, actions) : nothing}
    ${refusal !== undefined && settles(page.form, rule.alarm) ? html`<p class="error" role="alert">${refusal}</p>` : nothing}
  </li>`;
}

/** Whether the open form is one of this rule's: its refusal is shown there. */
const settles = (form: Page["form"], alarm: string): boolean => form === `limit:${alarm}` || form === `off:${alarm}`;

/** What the form says, as the command's fields; an empty second name is left out. */
export function limitFields(alarm: string, side: string, data: FormData): Record<string, unknown> {
  const text = (name: string): string => String(data.get(name) ?? "");
  const fields: Record<string, unknown> = { alarm, [side]: Number(text("number")) };
  if (text("reason").trim() !== "") fields["reason"] = text("reason").trim();
  if (text("second_by").trim() !== "") Object.assign(fields, { second_by: text("second_by").trim(), second_password: text("second_password") });
  return fields;
}

function limitForm(bed: Bed, alarm: string, limit: LimitSetting, actions: Actions): TemplateResult {
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    actions.command(bed.id, "set_limit", limitFields(alarm, limit.side, new FormData(event.target as HTMLFormElement)));
  };
  const changed = (event: InputEvent): void => {
    const input = event.target as HTMLInputElement;
    const second = input.form?.querySelector<HTMLFieldSetElement>(".second");
    if (second != null) second.disabled = second.hidden = !needsSecond(limit, Number(input.value));
  };
  const needed = needsSecond(limit, limit.limit);
  return html`<form class="inline limit" @submit=${submit}>
    <label
      >${limit.side === "low" ? "Low" : "High"} limit, ${boundsWords(limit)}
      <input name="number" type="number" step="1" min=${limit.lowest} max=${limit.highest} value=${limit.limit} required @input=${changed}
    /></label>
    <label>Reason <input name="reason" maxlength="300" /></label>
    <span class="hint">${secondWords(limit)}</span>
    <fieldset class="second wide" ?hidden=${!needed} ?disabled=${!needed}>
      <legend>Second signature</legend>
      <label>Name <input name="second_by" required maxlength="32" autocomplete="off" /></label>
      <label>Password <input name="second_password" type="password" required autocomplete="off" /></label>
    </fieldset>
    <button type="submit" class="primary">Set for this patient</button>
    ${limit.by === null ? nothing : html`<button type="button" @click=${() => actions.command(bed.id, "set_limit", { alarm, [limit.side]: limit.preset })}>Back to ${limit.preset}</button>`}
  </form>`;
}

function offForm(bed: Bed, rule: RuleSetting, actions: Actions): TemplateResult {
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const reason = String(new FormData(event.target as HTMLFormElement).get("reason")).trim();
    actions.command(bed.id, "alarm_off", { alarm: rule.alarm, reason });
  };
  return html`<form class="inline" @submit=${submit}>
    <label class="wide">Reason for ALARM OFF of ${rule.text} until the end of the session <input name="reason" required maxlength="300" /></label>
    <button type="submit" class="primary">Set ALARM OFF</button>
  </form>`;
}
