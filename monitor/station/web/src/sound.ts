// Alarm tones by Web Audio. Browsers stay silent until a gesture: until `startShift` the page is "blocked".

import { type Priority, RANK } from "./alarms";
import { BURSTS, burstLength, FALL_S, HARMONICS, RISE_S } from "./burst";
import type { StationState } from "./wire.gen";

const VOLUME = 0.35;
const SHIFT_GAP_S = 0.6;
/** A reminder is one pure swelling tone, softer and lower than every alarm, so that nobody takes it for one. */
const REMINDER_HZ = 330;
const REMINDER_S = 0.6;
const REMINDER_VOLUME = 0.12;

export interface Sound {
  state(): StationState["audio"];
  /**
   * From a click: unlocks audio and plays the three tones, low to high. While they play (some 7 s) LOW and MEDIUM
   * wait and HIGH cuts them off; until `answer` the service is told `muted`, yet alarms sound.
   */
  startShift(): Promise<void>;
  /** Whether the nurse heard the tones: only then the page counts as one that can be heard. */
  answer(heard: boolean): void;
  /** What must be heard now; a higher priority starts at once, null stops at once. */
  want(priority: Priority | null, pageNowS: number): void;
  /** One short soft tone that is no alarm's: something is paused or off still (a reminder signal). */
  remind(): void;
  /** One burst, for an alarm that ended unanswered. */
  once(priority: Priority): void;
}

export function makeSound(): Sound {
  let context: AudioContext | null = null;
  let heard = false;
  let tonesEnd = 0;
  let playing: Priority | null = null;
  let nextAt = 0;
  let voices: OscillatorNode[] = [];

  const runs = (): boolean => context !== null && context.state === "running";

  const state = (): StationState["audio"] => {
    if (!runs()) return "blocked";
    return heard ? "ok" : "muted";
  };

  /** Seconds until the tones of the shift are over. */
  const tonesLeft = (): number => (context === null ? 0 : Math.max(0, tonesEnd - context.currentTime));

  const hush = (): void => {
    tonesEnd = 0;
    for (const voice of voices) voice.stop();
    voices = [];
  };

  /** Schedules one burst `delay` seconds from now; its length. */
  const play = (priority: Priority, delay: number): number => {
    const burst = BURSTS[priority];
    if (context === null || !runs()) return burstLength(burst);
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
      heard = false;
      hush();
      playing = null;
      let delay = 0.1;
      for (const priority of ["low", "medium", "high"] as const) delay += play(priority, delay) + SHIFT_GAP_S;
      tonesEnd = context.currentTime + delay;
    },
    answer(now) {
      heard = now;
    },
    want(priority, pageNowS) {
      if (priority === null) {
        if (playing !== null) hush();
        playing = null;
        return;
      }
      // Let the tones be heard, but never at the cost of an emergency.
      if (priority !== "high" && tonesLeft() > 0) return;
      const rises = playing === null || RANK[priority] > RANK[playing];
      if (rises || pageNowS >= nextAt) {
        if (rises) hush();
        nextAt = pageNowS + play(priority, 0) + BURSTS[priority].restS;
      }
      playing = priority;
    },
    remind() {
      if (context === null || !runs() || playing !== null || tonesLeft() > 0) return;
      const at = context.currentTime;
      const voice = new OscillatorNode(context, { frequency: REMINDER_HZ });
      const level = new GainNode(context, { gain: 0 });
      level.gain.setValueAtTime(0, at);
      level.gain.linearRampToValueAtTime(REMINDER_VOLUME, at + REMINDER_S / 2);
      level.gain.linearRampToValueAtTime(0, at + REMINDER_S);
      voice.connect(level).connect(context.destination);
      voice.start(at);
      voice.stop(at + REMINDER_S);
    },
    once(priority) {
      if (playing === null) play(priority, tonesLeft());
    },
  };
}
