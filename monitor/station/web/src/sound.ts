// Alarm tones by Web Audio. Browsers stay silent until a gesture: until `startShift` the page is "blocked".

import { type Priority, RANK } from "./alarms";
import { BURSTS, burstLength, FALL_S, HARMONICS, RISE_S } from "./burst";
import type { StationState } from "./wire.gen";

const VOLUME = 0.35;
const SHIFT_GAP_S = 0.6;

export interface Sound {
  state(): StationState["audio"];
  /** From a click: unlocks audio and plays the three tones, low to high. */
  startShift(): Promise<void>;
  /** The nurse's answer, or her switch: a muted page tells the service so. */
  setMuted(muted: boolean): void;
  /** What must be heard now; a higher priority starts at once, null stops at once. */
  want(priority: Priority | null, pageNowS: number): void;
  /** One burst, for an alarm that ended unanswered. */
  once(priority: Priority): void;
}

export function makeSound(): Sound {
  let context: AudioContext | null = null;
  let muted = false;
  let playing: Priority | null = null;
  let nextAt = 0;
  let voices: OscillatorNode[] = [];

  const state = (): StationState["audio"] => {
    if (context === null || context.state !== "running") return "blocked";
    return muted ? "muted" : "ok";
  };

  const hush = (): void => {
    for (const voice of voices) voice.stop();
    voices = [];
  };

  /** Schedules one burst `delay` seconds from now; its length. */
  const play = (priority: Priority, delay: number): number => {
    const burst = BURSTS[priority];
    if (context === null || state() !== "ok") return burstLength(burst);
    const start = context.currentTime + delay;
    const wave = context.createPeriodicWave(new Float32Array(HARMONICS.length + 1), Float32Array.of(0, ...HARMONICS));
    const voice = new OscillatorNode(context, { frequency: burst.frequencyHz, periodicWave: wave });
    const level = new GainNode(context, { gain: 0 });
    for (const pulse of burst.pulses) {
      const from = start + pulse.at;
      const to = from + pulse.length;
      level.gain.setValueAtTime(0, from);
      level.gain.linearRampToValueAtTime(VOLUME, from + RISE_S);
      level.gain.setValueAtTime(VOLUME, to - FALL_S);
      level.gain.linearRampToValueAtTime(0, to);
    }
    voice.connect(level).connect(context.destination);
    voice.onended = () => {
      voices = voices.filter((other) => other !== voice);
    };
    voice.start(start);
    voice.stop(start + burstLength(burst));
    voices.push(voice);
    return burstLength(burst);
  };

  return {
    state,
    async startShift() {
      context ??= new AudioContext();
      await context.resume();
      muted = false;
      hush();
      playing = null;
      let delay = 0.1;
      for (const priority of ["low", "medium", "high"] as const) delay += play(priority, delay) + SHIFT_GAP_S;
    },
    setMuted(now) {
      muted = now;
      playing = null;
      if (muted) hush();
    },
    want(priority, pageNowS) {
      if (priority === null) {
        if (playing !== null) hush();
        playing = null;
        return;
      }
      const rises = playing === null || RANK[priority] > RANK[playing];
      if (rises || pageNowS >= nextAt) {
        if (rises) hush();
        nextAt = pageNowS + play(priority, 0) + BURSTS[priority].restS;
      }
      playing = priority;
    },
    once(priority) {
      if (playing === null) play(priority, 0);
    },
  };
}
