// The red sheet of a page that knows nothing any more (alarm-system 5.4c). Plain DOM: it must work when all else fails.

import { hhmmss, spoken } from "./times";


/** Covers the page; `lastSign` is the wall time (ms) of the last sign of life, null when there has been none. */
export function showSheet(sheet: HTMLElement, why: string, silentMs: number, lastSign: number | null): void {
  const since = lastSign === null ? "No sign of life since this page was opened." : `Last sign of life ${hhmmss(lastSign)}.`;
  if (sheet.hidden) {
    sheet.innerHTML =
      '<div><p class="mark" aria-hidden="true">***</p><h1 id="sheet-title">NOT MONITORING</h1><p class="do">Look at the patients and the devices themselves.</p>' +
      '<p class="why"></p><p class="since" aria-live="off"></p><p class="then">The page goes on trying. If this stays: reload it, then look after the service or the network.</p></div>';
    sheet.hidden = false;
  }
  write(sheet, ".why", why);
  write(sheet, ".since", `${since} ${spoken(silentMs / 1000)} without.`);
}

export function hideSheet(sheet: HTMLElement): void {
  sheet.hidden = true;
}

function write(sheet: HTMLElement, selector: string, text: string): void {
  const element = sheet.querySelector(selector);
  if (element !== null && element.textContent !== text) element.textContent = text;
}
