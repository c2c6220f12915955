// One WebSocket to the service: snapshot, then updates; a lost message or a dead line means a fresh snapshot.

import type { FromPage, StationState, ToPage } from "./wire.gen";

export const STATION_EVERY_MS = 2000;
/** An open line without a message for this long is dead: TCP alone would not notice. */
export const DEAD_AFTER_MS = 6000;
const BACKOFF_MS = [250, 500, 1000, 2000, 4000];

export type Connection = "connecting" | "live" | "lost";

/** What the feed needs of a WebSocket; the browser's fits. */
export interface Line {
  onopen: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: (() => void) | null;
  send(text: string): void;
  close(): void;
}

export interface FeedOptions {
  open(): Line;
  pageNow(): number;
  /** In order and without gaps; every connection begins with a snapshot. */
  message(message: ToPage): void;
  connection(state: Connection): void;
  station(): StationState;
}

export interface Feed {
  /** The beds whose pleth this page draws; kept over reconnects. */
  subscribe(beds: readonly string[]): void;
  /** Tells the service at once that sound or visibility changed. */
  tellStation(): void;
  /** Drops the line and stays off until `connect`: nobody is signed in. */
  pause(): void;
  /** Opens a line now, in place of the one there is: at the start, and after a sign-in. */
  connect(): void;
  stop(): void;
}

/** From `connect` on it stays connected, until `pause` or `stop`. */
export function openFeed(options: FeedOptions): Feed {
  let line: Line | null = null;
  let attempt = 0;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let stopped = false;
  let lastSeq: number | null = null;
  let lastMessage = options.pageNow();
  let lastTold = -Infinity;
  let pleth: string[] = [];

  const send = (message: FromPage): void => {
    if (lastSeq !== null) line?.send(JSON.stringify(message));
  };

  const tellStation = (): void => {
    lastTold = options.pageNow();
    send(options.station());
  };

  const drop = (): void => {
    const old = line;
    line = null;
    lastSeq = null;
    if (old === null) return;
    old.onopen = old.onmessage = old.onclose = null;
    old.close();
  };

  const again = (): void => {
    drop();
    if (stopped) return;
    options.connection("lost");
    clearTimeout(retry);
    retry = setTimeout(open, BACKOFF_MS[Math.min(attempt, BACKOFF_MS.length - 1)]);
    attempt += 1;
  };

  const receive = (data: unknown): void => {
    const message = parse(data);
    if (message === null || !follows(message, lastSeq)) {
      again();
      return;
    }
    lastMessage = options.pageNow();
    lastSeq = message.seq;
    if (message.type === "snapshot") {
      attempt = 0;
      options.connection("live");
      send({ type: "subscribe", pleth });
      tellStation();
    }
    options.message(message);
    // Browsers slow the timers of a hidden page; messages still come, so they carry the beat as well.
    if (options.pageNow() - lastTold >= STATION_EVERY_MS) tellStation();
  };

  function open(): void {
    drop();
    lastMessage = options.pageNow();
    options.connection("connecting");
    const opened = options.open();
    line = opened;
    opened.onmessage = (event) => receive(event.data);
    opened.onclose = again;
  }

  const beat = setInterval(() => {
    if (line !== null && options.pageNow() - lastMessage >= DEAD_AFTER_MS) again();
    else tellStation();
  }, STATION_EVERY_MS);

  return {
    subscribe(beds) {
      if (beds.length === pleth.length && beds.every((bed, index) => bed === pleth[index])) return;
      pleth = [...beds];
      send({ type: "subscribe", pleth });
    },
    tellStation,
    pause() {
      clearTimeout(retry);
      drop();
    },
    connect() {
      clearTimeout(retry);
      attempt = 0;
      open();
    },
    stop() {
      stopped = true;
      clearTimeout(retry);
      clearInterval(beat);
      drop();
    },
  };
}

const TYPES = ["snapshot", "update", "pleth", "heartbeat"];

function parse(data: unknown): ToPage | null {
  if (typeof data !== "string") return null;
  try {
    const message = JSON.parse(data) as ToPage;
    return TYPES.includes(message?.type) && typeof message.seq === "number" ? message : null;
  } catch {
    return null; // not JSON: as bad as a lost message, and answered alike
  }
}

/** Whether `message` may come after `last`: a snapshot first, then each number by one. */
export function follows(message: ToPage, last: number | null): boolean {
  if (message.type === "snapshot") return true;
  if (last === null) return false;
  // A heartbeat or a wave may repeat the number of the last update instead of taking one of its own.
  return message.seq === last + 1 || (message.type !== "update" && message.seq === last);
}
