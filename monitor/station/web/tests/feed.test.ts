import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Connection, type Feed, type Line, openFeed } from "../src/feed";
import type { ToPage } from "../src/wire.gen";
import { iso, snapshot, update } from "./builders";

class FakeLine implements Line {
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: (() => void) | null = null;
  sent: { type: string }[] = [];
  closed = false;
  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }
  close(): void {
    this.closed = true;
  }
  say(message: unknown): void {
    this.onmessage?.({ data: typeof message === "string" ? message : JSON.stringify(message) });
  }
}

let lines: FakeLine[];
let heard: ToPage[];
let states: Connection[];
let feed: Feed;
const line = (): FakeLine => lines.at(-1) as FakeLine;
const heartbeat = (seq: number): object => ({ type: "heartbeat", seq, server_time: iso(seq) });

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
  [lines, heard, states] = [[], [], []];
  feed = openFeed({
    open: () => {
      lines.push(new FakeLine());
      return line();
    },
    pageNow: () => Date.now(),
    message: (message) => heard.push(message),
    connection: (state) => states.push(state),
    station: () => ({ type: "station", audio: "ok", visible: true }),
  });
  feed.connect();
});

afterEach(() => {
  feed.stop();
  vi.useRealTimers();
});

test("hands on messages in order; waves and heartbeats may repeat the number of the last update", () => {
  line().say(snapshot({ seq: 7 }));
  line().say(update({ seq: 8 }));
  line().say(heartbeat(8));
  line().say(heartbeat(9));
  line().say(update({ seq: 10 }));
  expect(heard.map((message) => message.seq)).toEqual([7, 8, 8, 9, 10]);
  expect(states).toEqual(["connecting", "live"]);
});

test.each([
  ["a gap", update({ seq: 9 })],
  ["a repeated update", update({ seq: 7 })],
  ["no JSON", "{"],
  ["an unknown type", { type: "surprise", seq: 8 }],
])("%s means a new connection and a fresh snapshot", (_, message) => {
  line().say(snapshot({ seq: 7 }));
  line().say(message);
  expect(heard).toHaveLength(1);
  expect(lines[0]?.closed).toBe(true);
  vi.advanceTimersByTime(250);
  line().say(snapshot({ seq: 90 }));
  expect(lines).toHaveLength(2);
  expect(heard.at(-1)?.seq).toBe(90);
  expect(states.at(-1)).toBe("live");
});

test("an update before any snapshot is not believed", () => {
  line().say(update({ seq: 1 }));
  expect(heard).toEqual([]);
});

test("an open line that says nothing for 6 s is dropped", () => {
  line().say(snapshot());
  vi.advanceTimersByTime(6000);
  expect(lines[0]?.closed).toBe(true);
  expect(states.at(-1)).toBe("lost");
});

test("waits longer after every failure, at most 4 s, and starts afresh once live", () => {
  const waits: number[] = [];
  for (let failure = 0; failure < 7; failure += 1) {
    const from = Date.now();
    const count = lines.length;
    line().onclose?.();
    while (lines.length === count) vi.advanceTimersByTime(50);
    waits.push(Date.now() - from);
  }
  expect(waits).toEqual([250, 500, 1000, 2000, 4000, 4000, 4000]);
  line().say(snapshot());
  const from = Date.now();
  line().onclose?.();
  while (lines.length === 8) vi.advanceTimersByTime(50);
  expect(Date.now() - from).toBe(250);
});

test("tells every 2 s whether it is heard and seen, and subscribes again on each connection", () => {
  feed.subscribe(["bay-1"]);
  expect(line().sent).toEqual([]);
  line().say(snapshot({ seq: 1 }));
  for (let beat = 2; beat < 7; beat += 1) {
    vi.advanceTimersByTime(2000);
    line().say(heartbeat(beat));
  }
  expect(line().sent[0]).toEqual({ type: "subscribe", pleth: ["bay-1"] });
  expect(line().sent.filter((message) => message.type === "station")).toHaveLength(6);
  line().onclose?.();
  vi.advanceTimersByTime(250);
  line().say(snapshot());
  expect(line().sent[0]).toEqual({ type: "subscribe", pleth: ["bay-1"] });
});

test("paused, it stays off until it is told to go on", () => {
  line().onclose?.();
  feed.pause();
  vi.advanceTimersByTime(60_000);
  expect(lines).toHaveLength(1);
  feed.connect();
  expect(lines).toHaveLength(2);
});
