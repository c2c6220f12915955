// What stands around the beds: whose ward, what time, who, whether it is alive and can be heard.

import { html, nothing, type TemplateResult } from "lit";
import { renderStationControls } from "./inactivation-view";
import type { Actions, Page } from "./page";
import { hhmmss } from "./times";
import { SECONDARY } from "./words";

const CONNECTION = { live: "Live", connecting: "Connecting …", lost: "Connection lost" } as const;

/** The head of the page at server time `now` (ms; null before the first message). */
export function renderHead(page: Page, now: number | null, actions: Actions): TemplateResult {
  const site = page.ward?.site;
  return html`<header class="head">
    <h1 class="brand"><img src="/icon.svg" alt="" width="24" height="24" />bedwatch</h1>
    <span class="site">${site?.name ?? ""}</span>
    ${site?.demo
      ? html`<span class="badge">DEMO${site.speed === 1 ? "" : ` ×${site.speed}`}</span>`
      : nothing}
    <span class="space"></span>
    <span class="connection ${page.connection}">${CONNECTION[page.connection]}</span>
    ${renderSound(page)} ${renderStationControls(page, actions)}
    ${page.me == null || page.me.locked
      ? html`<span class="who"
          >${page.me == null ? nothing : html`<b>${page.me.name}</b> (locked)`}<button
            type="button"
            @click=${() => actions.askSignIn(true)}
          >
            Sign in
          </button></span
        >`
      : html`<span class="who"><b>${page.me.name}</b><button type="button" @click=${actions.signOut}>Sign out</button></span>`}
    <time class="now">${now === null ? "--:--:--" : hhmmss(now)}</time>
  </header>`;
}

/** Whether this page can be heard. It has no mute of its own: sound is silenced by the four named states alone. */
function renderSound(page: Page): TemplateResult {
  if (page.audio === "blocked") return html`<span class="sound off">✕ No sound</span>`;
  if (asks(page)) return html`<span class="sound off">✕ Sound not heard yet</span>`;
  return html`<span class="sound">♪ Sound on</span>`;
}

/** Whether it is open if anybody can hear this page; alarms sound meanwhile. */
const asks = (page: Page): boolean => page.shift === "playing" || page.shift === "unheard";

/** The banner while the page cannot be heard (alarm-system 5.5), and the question after the tones. */
export function renderSoundBanner(page: Page, actions: Actions): TemplateResult | typeof nothing {
  if (page.audio === "blocked") {
    return html`<div class="banner" role="status">
      <span><b>Alarms are silent on this page.</b> Start the shift to switch sound on and hear the three tones.</span>
      <button type="button" class="primary" @click=${actions.startShift}>Start shift</button>
    </div>`;
  }
  if (page.shift === "playing") {
    return html`<div class="banner ask" role="status">
      <span><b>Did you hear three tones?</b> Until you answer, alarms on this page count as silent, and the service knows it.</span>
      <button type="button" class="primary" @click=${() => actions.answerShift(true)}>Yes, I heard them</button>
      <button type="button" @click=${() => actions.answerShift(false)}>No</button>
    </div>`;
  }
  if (page.shift === "unheard") {
    return html`<div class="banner" role="status">
      <span><b>Alarms may be silent on this page.</b> Nobody heard its tones. Check the volume and the loudspeaker; the service has been told.</span>
      <button type="button" class="primary" @click=${actions.startShift}>Play the tones again</button>
    </div>`;
  }
  return nothing;
}

export function renderFoot(page: Page): TemplateResult {
  const site = page.ward?.site;
  return html`<footer class="foot">
    <span class="secondary">${SECONDARY}</span>
    <span class="space"></span>
    ${site === undefined ? nothing : html`<span>preset ${site.preset}</span><span>bedwatch ${site.version}</span>`}
  </footer>`;
}

/** The sign-in form: alone on the page, or over a ward that goes on being shown. */
export function renderSignIn(page: Page, actions: Actions): TemplateResult {
  const error = page.errors.get("sign-in");
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    actions.signIn(String(form.get("name")), String(form.get("password")));
  };
  return html`<form class="sign-in-form" aria-label="Sign in" @submit=${submit}>
      <h1><img src="/icon.svg" alt="" width="40" height="40" />bedwatch</h1>
      ${page.signingIn
        ? nothing
        : page.ward === null
          ? html`<p class="not-yet">This page shows and sounds nothing until you sign in.</p>`
          : html`<p class="cut-off" role="alert">
              <b>NOT MONITORING</b> The service ended your sign-in. Look at the patients, then sign in again.
            </p>`}
      <label>Name <input name="name" autocomplete="username" required autofocus /></label>
      <label>Password <input name="password" type="password" autocomplete="current-password" required /></label>
      ${error === undefined ? nothing : html`<p class="error" role="alert">${error}</p>`}
      <button type="submit" class="primary" ?disabled=${page.busy.has("sign-in")}>Sign in</button>
      ${page.signingIn ? html`<button type="button" @click=${() => actions.askSignIn(false)}>Not now</button>` : nothing}
    </form>`;
}
