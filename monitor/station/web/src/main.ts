// Wires the page: the feed fills the ward, every change and every half second draws it, the watchdog covers it.

import { render } from "lit";
import { announcement, heardPriority, newlyCalling, newlyLatched } from "./alarms";
import * as api from "./api";
import { doneWords } from "./entry-form";
import { type Line, openFeed } from "./feed";
import { newlyReminded, sounds, stationSilent } from "./inactivation";
import type { Actions, Page } from "./page";
import { NOT_MONITORING, renderPage, type Room, signedOut, titleOf } from "./page-view";
import { makePanelLoad } from "./panel-load";
import "./pleth";
import { hideSheet, showSheet } from "./sheet";
import { makeSound } from "./sound";
import { applyHeartbeat, applySnapshot, applyUpdate, quietOf, serverNow } from "./store";
import "./style.css";
import { startWatchdog } from "./watchdog";
import { Wave } from "./wave";
import type { Alarm, ToPage } from "./wire.gen";

const DRAW_EVERY_MS = 500;
/** How long a refusal about the whole station stands over the beds. */
const REFUSAL_MS = 10_000;
const SAID_MS = 10_000;
/** No animation frame for this long: the page is hidden or asleep whatever it says (alarm-system 5.5). */
const FRAME_LATE_MS = 2000;

const place = (id: string): HTMLElement => document.getElementById(id) as HTMLElement;
const root = place("page");
const sheet = place("sheet");
const spoken = place("spoken");
const now = (): number => performance.now();

let page: Page = {
  ward: null,
  connection: "connecting",
  me: undefined,
  signingIn: false,
  audio: "blocked",
  shift: "not-started",
  selected: null,
  form: null,
  alarmsOpen: false,
  errors: new Map(),
  said: new Map(),
  busy: new Set(),
  trends: new Map(),
  rules: new Map(),
  entries: new Map(),
};
const sound = makeSound();
const panelLoad = makePanelLoad(() => page, change, now);
const waves = new Map<string, Wave>();
let lastFrame = now();
let lastSign: number | null = null;
let silent = false;
let broken = false;
let drawing = false;
let room: Room = { width: 972, height: 714 };
let measured: Element | null = null;
const ruler = new ResizeObserver((entries) => {
  const box = entries.at(-1)?.contentRect;
  if (box === undefined) return;
  room = { width: box.width, height: box.height };
  change({});
});

// -- drawing ----------------------------------------------------------------------------------------------------

function change(part: Partial<Page>): void {
  page = { ...page, ...part };
  if (drawing) return;
  drawing = true;
  requestAnimationFrame(() => {
    drawing = false;
    draw();
  });
}

function draw(): void {
  try {
    page = { ...page, audio: sound.state() };
    if (root.firstElementChild?.className === "starting") root.replaceChildren();
    document.title = titleOf(page, silent);
    render(renderPage(page, now(), room, actions), root);
    measure();
    flashTogether();
    if (broken) hideSheet(sheet);
    broken = false;
  } catch (error) {
    // A page that cannot draw must not look calm.
    console.error(error);
    broken = true;
    document.title = NOT_MONITORING;
    showSheet(sheet, `This page could not draw what it received: ${String(error)}`, 0, lastSign);
  }
}

/** All that flashes does so in one beat: a ward out of step is restless and reads as more alarms than there are. */
function flashTogether(): void {
  for (const animation of document.getAnimations()) {
    if (animation instanceof CSSAnimation && animation.animationName === "flash" && animation.startTime !== 0) {
      animation.startTime = 0;
    }
  }
}

/** Keeps the ruler on the place of the tiles, whichever element it is now. */
function measure(): void {
  const beds = root.querySelector(".beds");
  if (beds === measured) return;
  measured = beds;
  ruler.disconnect();
  if (beds !== null) ruler.observe(beds);
}

// -- what comes in ----------------------------------------------------------------------------------------------

function receive(message: ToPage): void {
  const pageNow = now();
  lastSign = Date.now();
  watchdog.heard("server_time" in message ? Date.parse(message.server_time) : null);
  if (message.type === "pleth") {
    wave(message.bed).push(message, pageNow);
    return;
  }
  const before = page.ward?.alarms ?? new Map<string, Alarm>();
  const quietBefore = page.ward === null ? null : quietOf(page.ward);
  if (message.type === "snapshot") {
    change({ ward: applySnapshot(message, pageNow) });
    watchdog.arm();
    feed.subscribe(message.beds.map((bed) => bed.id));
  } else if (page.ward !== null) {
    const { ward } = page;
    change({ ward: message.type === "update" ? applyUpdate(ward, message, pageNow) : applyHeartbeat(ward, message, pageNow) });
  }
  const after = page.ward?.alarms ?? before;
  if (newlyLatched(before, after).some(mayBeHeard)) sound.once("low");
  const calling = newlyCalling(before, after);
  if (calling.length > 0) spoken.textContent = announcement(calling, after.values(), page.ward?.time.at ?? 0);
  if (quietBefore !== null && page.ward !== null) {
    const silent = stationSilent(quietOf(page.ward), page.ward.time.at);
    // What silences the station reminds of itself; of the rest nobody is reminded through that silence.
    if (newlyReminded(quietBefore, quietOf(page.ward)).some((one) => one.state === "AUDIO_OFF" || !silent)) sound.remind();
  }
  hear();
}

const mayBeHeard = (alarm: Alarm): boolean =>
  page.ward === null || sounds(alarm, quietOf(page.ward), serverNow(page.ward.time, now()));

/** A page that monitors nothing any more calls as for a HIGH alarm. */
function hear(): void {
  const cutOff = signedOut(page) && page.ward !== null;
  const wanted = silent || cutOff ? "high" : page.ward === null ? null : heardPriority(page.ward.alarms.values(), mayBeHeard);
  sound.want(wanted, now() / 1000);
}

function wave(bed: string): Wave {
  const known = waves.get(bed) ?? new Wave();
  waves.set(bed, known);
  return known;
}

const watchdog = startWatchdog(now, (silence) => {
  silent = silence !== null;
  if (silence === null) {
    if (!broken) hideSheet(sheet);
  } else {
    const why =
      silence.kind === "silent"
        ? "This page gets no messages from the bedwatch service."
        : "Messages come, but the service's clock stands still.";
    showSheet(sheet, why, silence.forMs, lastSign === null ? null : Date.now() - silence.forMs);
  }
  hear();
});

const feed = openFeed({
  open: () => new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/api/v1/stream`) as unknown as Line,
  pageNow: now,
  message: receive,
  connection(connection) {
    change({ connection });
    // A refused or closed line may mean that the sign-in has ended, a new one that it is locked: only /me can tell.
    if (connection !== "connecting") void askWho();
  },
  station: () => ({
    type: "station",
    audio: sound.state(),
    visible: document.visibilityState === "visible" && now() - lastFrame < FRAME_LATE_MS,
  }),
});

async function askWho(): Promise<void> {
  try {
    const me = await api.me();
    change({ me });
    if (signedOut(page)) {
      watchdog.disarm();
      feed.pause();
    } else {
      watchdog.arm();
    }
  } catch {
    watchdog.arm(); // the service is away: the watchdog and the connection state say so
  }
}

// -- what the nurse does ----------------------------------------------------------------------------------------

/** Runs one call; its refusal is shown under `key`. */
async function attempt(key: string, call: () => Promise<unknown>): Promise<boolean> {
  const errors = new Map(page.errors);
  errors.delete(key);
  change({ errors, busy: new Set([...page.busy, key]) });
  let refusal: string | null = null;
  try {
    await call();
  } catch (error) {
    refusal = error instanceof Error ? error.message : String(error);
    if (error instanceof api.ApiError && error.status === 401 && key !== "sign-in") {
      void askWho(); // signed out, or locked after a long time without use
    }
  }
  const busy = new Set(page.busy);
  busy.delete(key);
  change({ busy, errors: refusal === null ? page.errors : new Map([...page.errors, [key, refusal]]) });
  if (refusal !== null) bringIntoSight(".error[role=alert]");
  return refusal === null;
}

/** What has just come up in the panel must not be missed: the panel is moved as little as shows it. */
function bringIntoSight(what: string): void {
  requestAnimationFrame(() =>
    requestAnimationFrame(() => root.querySelector(`.detail ${what}`)?.scrollIntoView({ block: "nearest" })),
  );
}

/** What a form was refused with goes with the form, and with what it asked for. */
const withoutRefusal = (bed: string | null): ReadonlyMap<string, string> =>
  new Map([...page.errors].filter(([key]) => key !== `bed:${bed}`));

const actions: Actions = {
  async signIn(name, password) {
    if (!(await attempt("sign-in", () => api.signIn(name, password)))) return;
    change({ signingIn: false });
    await askWho();
    feed.connect();
  },
  askSignIn: (signingIn) => change({ signingIn }),
  async signOut() {
    if (!(await attempt("sign-out", api.signOut))) return;
    // Whoever leaves on purpose leaves no picture behind that could pass for a watched ward.
    change({ me: null, ward: null, selected: null });
    hear();
    feed.connect();
  },
  async acknowledge(alarmId) {
    const bed = page.ward?.alarms.get(alarmId)?.bed ?? null;
    if (await attempt(alarmId, () => api.acknowledge(alarmId))) change({ errors: withoutRefusal(bed) });
  },
  select(bed) {
    change({ selected: bed, form: null, errors: withoutRefusal(bed) });
    panelLoad.turned();
    if (bed !== null) requestAnimationFrame(() => root.querySelector<HTMLElement>(".detail h2")?.focus());
    else root.querySelector<HTMLElement>(`[data-bed="${page.selected}"] .open`)?.focus();
  },
  openForm(form) {
    change({ form, errors: withoutRefusal(page.selected) });
    bringIntoSight("form.inline");
  },
  async openSession(bed, fields) {
    if (await attempt(`bed:${bed}`, () => api.openSession(bed, fields))) change({ form: null });
  },
  async command(bed, name, fields) {
    const session = page.ward?.beds.get(bed)?.bed.session ?? null;
    if (await attempt(`bed:${bed}`, () => api.command(bed, name, fields))) {
      change({ form: null });
      if (name !== "discharge" && name !== "abort") tell(bed, session?.id ?? null, doneWords(name, fields));
      else if (session !== null) tell(bed, null, `${session.patient}: ${name === "abort" ? "session aborted" : "discharged"}`);
    }
    panelLoad.entered(bed);
  },
  async startShift() {
    change({ shift: "playing" });
    await sound.startShift();
    feed.tellStation();
    change({});
  },
  answerShift(heard) {
    sound.answer(heard);
    change({ shift: heard ? "started" : "unheard" });
    feed.tellStation();
    hear();
  },
  async station(name) {
    const bed = page.ward?.beds.keys().next().value;
    if (bed === undefined || (await attempt("station", () => api.command(bed, name, { scope: "station" })))) return;
    setTimeout(() => change({ errors: new Map([...page.errors].filter(([key]) => key !== "station")) }), REFUSAL_MS);
  },
  unfoldAlarms: (alarmsOpen) => change({ alarmsOpen }),
  wave,
};

/** Says for a while what was written down: its form is gone, and some of it shows nowhere else. */
function tell(bed: string, session: string | null, words: string | null): void {
  if (words === null) return;
  const said = new Map([[bed, { session, words }]]);
  change({ said });
  setTimeout(() => {
    if (page.said === said) change({ said: new Map() });
  }, SAID_MS);
}

// -- the page's own clocks --------------------------------------------------------------------------------------

setInterval(() => {
  draw();
  hear();
  panelLoad.tick();
}, DRAW_EVERY_MS);

const frame = (at: number): void => {
  lastFrame = at;
  requestAnimationFrame(frame);
};
requestAnimationFrame(frame);

document.addEventListener("visibilitychange", () => feed.tellStation());
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && page.selected !== null) actions.select(null);
});
// Without a sign-in the service refuses the stream; where it does not answer at all, the feed goes on trying.
void askWho().then(() => {
  if (page.me !== null) feed.connect();
});
