// What the page knows beside the ward, and what its buttons may ask for. main.ts holds the one Page there is.

import type { Me } from "./api";
import type { Connection } from "./feed";
import type { Ward } from "./store";
import type { Entry, RuleSetting, StationState } from "./wire.gen";
import type { Wave } from "./wave";
import type { Trend } from "./trend";

/** The inline form that stands open in the bed panel. */
export type OpenForm =
  | "session"
  | "start"
  | "end"
  | "earlier"
  | "discharge"
  | "abort"
  | "reading"
  | "happening"
  | "limbs"
  | "identifier"
  | `limit:${string}`
  | `off:${string}`
  | null;

/** Where the start of a shift stands: the nurse must click, listen and answer; `unheard` is her No. */
export type Shift = "not-started" | "playing" | "unheard" | "started";

export interface Page {
  readonly ward: Ward | null;
  readonly connection: Connection;
  /** undefined: not asked yet; null: nobody is signed in. */
  readonly me: Me | null | undefined;
  /** The sign-in form was asked for over a ward that is shown without it. */
  readonly signingIn: boolean;
  readonly audio: StationState["audio"];
  readonly shift: Shift;
  readonly selected: string | null;
  readonly form: OpenForm;
  /** On a narrow screen: whether the whole alarm list is unfolded. */
  readonly alarmsOpen: boolean;
  /** Refusals in words, by what they belong to: an alarm id, `bed:bay-1`, `sign-in`. */
  readonly errors: ReadonlyMap<string, string>;
  /** What was written down last, in words, by bed; for some seconds, and only while that session (null: none) is on it. */
  readonly said: ReadonlyMap<string, { readonly session: string | null; readonly words: string }>;
  /** Calls under way, by the same keys. */
  readonly busy: ReadonlySet<string>;
  /** By session. */
  readonly trends: ReadonlyMap<string, Trend>;
  /** What people entered, the newest first; by session. */
  readonly entries: ReadonlyMap<string, readonly Entry[]>;
  /** What can be set about the rules of a bed, by bed. */
  readonly rules: ReadonlyMap<string, readonly RuleSetting[]>;
}

/** Whether somebody is signed in who may change something. */
export const mayAct = (page: Page): boolean => page.me != null && !page.me.locked;

/** Whether whoever is signed in may acknowledge an alarm of this priority; nobody signed in is asked to sign in first. */
export const mayAcknowledge = (page: Page, priority: string): boolean => page.me == null || page.me.acknowledges.includes(priority);

export interface Actions {
  signIn(name: string, password: string): void;
  signOut(): void;
  askSignIn(open: boolean): void;
  acknowledge(alarmId: string): void;
  select(bed: string | null): void;
  openForm(form: OpenForm): void;
  openSession(bed: string, fields: Record<string, unknown>): void;
  command(bed: string, name: string, fields: Record<string, unknown>): void;
  startShift(): void;
  answerShift(heard: boolean): void;
  /** A command for the sound of the whole station. */
  station(name: "audio_pause" | "audio_off" | "resume_alarms"): void;
  unfoldAlarms(open: boolean): void;
  wave(bed: string): Wave;
}
