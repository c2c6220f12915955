import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Silence, startWatchdog, type Watchdog } from "../src/watchdog";

let reports: (Silence | null)[];
let watchdog: Watchdog;

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
  reports = [];
  watchdog = startWatchdog(() => Date.now(), (silence) => reports.push(silence));
  watchdog.arm();
});

afterEach(() => {
  watchdog.stop();
  vi.useRealTimers();
});

/** A server that beats every 2 s for `ms`; its clock moves only when `runs`. */
function beat(ms: number, runs: boolean): void {
  for (let at = 0; at < ms; at += 2000) {
    watchdog.heard(runs ? Date.now() : 42);
    vi.advanceTimersByTime(2000);
  }
}

test("says nothing while heartbeats come", () => {
  beat(60_000, true);
  expect(reports).toEqual([]);
});

test("speaks 6 s after the last message, and tells how long it has been", () => {
  watchdog.heard(1);
  vi.advanceTimersByTime(5999);
  expect(reports).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(reports).toEqual([{ forMs: 6000, kind: "silent" }]);
  vi.advanceTimersByTime(4000);
  expect(reports.at(-1)).toEqual({ forMs: 10_000, kind: "silent" });
});

test("speaks when messages come but the server's clock stands still", () => {
  beat(10_000, false);
  expect(reports.at(-1)?.kind).toBe("stuck");
});

test("takes the sheet away with the next sign of life", () => {
  vi.advanceTimersByTime(7000);
  watchdog.heard(2);
  expect(reports.at(-1)).toBeNull();
});

test("waves without a server time do not hide a server whose clock stands still", () => {
  watchdog.heard(1);
  for (let second = 0; second < 8; second += 1) {
    vi.advanceTimersByTime(1000);
    watchdog.heard(null);
  }
  expect(reports.at(-1)?.kind).toBe("stuck");
});

test("a page that expects nothing, before sign-in, reports nothing", () => {
  watchdog.disarm();
  vi.advanceTimersByTime(60_000);
  expect(reports).toEqual([]);
});

test("a service that comes back with an earlier clock is alive", () => {
  watchdog.heard(1_000_000);
  vi.advanceTimersByTime(7000);
  watchdog.heard(500);
  expect(reports.at(-1)).toBeNull();
});
