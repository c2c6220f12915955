// The page's own dead-man's switch (alarm-system 5.4c): it depends on nothing but a timer and what it is told.

export const LIMIT_MS = 6000;
const STEP_MS = 500;

export interface Silence {
  /** How long there has been no sign of life, in ms of page time. */
  readonly forMs: number;
  /** `silent`: no message; `stuck`: messages, but the server's clock stands still. */
  readonly kind: "silent" | "stuck";
}

export interface Watchdog {
  /** A message came; `serverTime` (ms) where it carried one. */
  heard(serverTime: number | null): void;
  /** Starts to expect messages, counted from now; while disarmed nothing is reported. */
  arm(): void;
  disarm(): void;
  stop(): void;
}

/**
 * Calls `report` twice a second while the service has given no sign of life for 6 s, and once with null when it
 * is back. `pageNow` must run on through everything (ms).
 */
export function startWatchdog(pageNow: () => number, report: (silence: Silence | null) => void): Watchdog {
  let armed = false;
  let lastHeard = pageNow();
  let lastAdvance = lastHeard;
  let lastTime: number | null = null;
  let raised = false;

  const check = (): void => {
    const now = pageNow();
    const silent = now - lastHeard;
    const stuck = now - lastAdvance;
    if (armed && Math.max(silent, stuck) >= LIMIT_MS) {
      raised = true;
      report(silent >= LIMIT_MS ? { forMs: silent, kind: "silent" } : { forMs: stuck, kind: "stuck" });
    } else if (raised) {
      raised = false;
      report(null);
    }
  };

  const timer = setInterval(check, STEP_MS);
  return {
    heard(serverTime) {
      lastHeard = pageNow();
      if (serverTime !== null && serverTime !== lastTime) {
        lastTime = serverTime;
        lastAdvance = lastHeard;
      }
      check();
    },
    arm() {
      if (armed) return;
      armed = true;
      lastHeard = lastAdvance = pageNow();
      lastTime = null;
    },
    disarm() {
      armed = false;
      check();
    },
    stop() {
      clearInterval(timer);
    },
  };
}
