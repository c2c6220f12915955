// The HTTP calls of the page (interfaces, section 5). A refusal becomes an ApiError whose text is for the nurse.

import type { Entry, RuleSetting } from "./wire.gen";

export interface Me {
  readonly name: string;
  readonly role: string;
  /** After a long time without use: the ward is still shown, but to change anything one signs in again. */
  readonly locked: boolean;
  /** The priorities of alarms that this person may acknowledge. */
  readonly acknowledges: readonly string[];
}

/** One point of a trend; null, with the reason, where there was nothing valid. */
export interface TrendPoint {
  readonly t: string;
  readonly value: number | null;
  readonly reason: string | null;
  /** Entered by a person: no point of the device's curve. */
  readonly by_hand: boolean;
}

export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

const BASE = "/api/v1";

export const signIn = (name: string, password: string): Promise<unknown> => post("/sign-in", { name, password });
export const signOut = (): Promise<unknown> => post("/sign-out", {});
export const acknowledge = (alarmId: string): Promise<unknown> =>
  post(`/alarms/${encodeURIComponent(alarmId)}/acknowledge`, {});
export const openSession = (bed: string, fields: Record<string, unknown>): Promise<unknown> =>
  post(`/beds/${encodeURIComponent(bed)}/session`, fields);
export const command = (bed: string, name: string, fields: Record<string, unknown> = {}): Promise<unknown> =>
  post(`/beds/${encodeURIComponent(bed)}/commands`, { command: name, ...fields });

/** Who is signed in; null when nobody is. */
export async function me(): Promise<Me | null> {
  try {
    return (await call("/me", { method: "GET" })) as Me;
  } catch (error) {
    if (error instanceof ApiError && (error.status === 401 || error.status === 403)) return null;
    throw error;
  }
}

/** Where a pressure is expected to go; a hint, never an alarm. */
export interface Expected {
  readonly band: readonly { readonly t: string; readonly low: number; readonly high: number }[];
  /** Minutes after the end, 5 % to 95 % sure; the second is null where that is more than three hours. */
  readonly return_min: readonly [number, number | null] | null;
  readonly hints: readonly string[];
}

/** The trend of one metric in the running session, thinned to about `points`. */
export async function trend(
  bed: string,
  metric: string,
  points: number,
): Promise<{ readonly points: TrendPoint[]; readonly expected: Expected | null }> {
  const query = new URLSearchParams({ metric, points: String(points) });
  return (await call(`/beds/${encodeURIComponent(bed)}/trend?${query}`, { method: "GET" })) as {
    points: TrendPoint[];
    expected: Expected | null;
  };
}

/** What can be set about the rules of a bed. */
export async function rules(bed: string): Promise<RuleSetting[]> {
  return ((await call(`/beds/${encodeURIComponent(bed)}/rules`, { method: "GET" })) as { rules: RuleSetting[] }).rules;
}

/** What people entered in the bed's session, the newest first. */
export async function entries(bed: string): Promise<Entry[]> {
  return ((await call(`/beds/${encodeURIComponent(bed)}/entries`, { method: "GET" })) as { entries: Entry[] }).entries;
}

function post(path: string, body: unknown): Promise<unknown> {
  return call(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", "Idempotency-Key": key() },
    body: JSON.stringify(body),
  });
}

async function call(path: string, init: RequestInit): Promise<unknown> {
  let response: Response;
  try {
    response = await fetch(BASE + path, { ...init, credentials: "same-origin", signal: AbortSignal.timeout(10_000) });
  } catch {
    throw new ApiError(0, "The service did not answer. Nothing was changed as far as this page knows: look, then try again.");
  }
  const text = await response.text();
  const body = json(text);
  if (response.ok) return body;
  throw new ApiError(response.status, problem(response, body));
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // an empty answer, or a proxy's page: the status tells
  }
}

function problem(response: Response, body: unknown): string {
  const said = body as { detail?: unknown; title?: unknown } | null;
  if (typeof said?.detail === "string" && said.detail !== "") return said.detail;
  if (typeof said?.title === "string" && said.title !== "") return said.title;
  return `The service refused (${response.status}).`;
}

/** A fresh key per action; `crypto.randomUUID` is missing on plain HTTP in a clinic's network. */
function key(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
