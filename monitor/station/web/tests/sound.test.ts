import { beforeEach, expect, test, vi } from "vitest";
import type { Priority } from "../src/alarms";
import { BURSTS } from "../src/burst";
import { makeSound, type Sound } from "../src/sound";

interface Voice {
  readonly frequency: number;
  from: number;
  until: number;
}

/** A loudspeaker that keeps what it was told to play; time is `audio.currentTime`. */
class FakeAudio {
  currentTime = 0;
  state = "suspended";
  destination = {};
  async resume(): Promise<void> {
    this.state = "running";
  }
  createPeriodicWave(): object {
    return {};
  }
}

let audio: FakeAudio;
let voices: Voice[];
let sound: Sound;

beforeEach(() => {
  audio = new FakeAudio();
  voices = [];
  vi.stubGlobal("AudioContext", function () {
    return audio;
  });
  vi.stubGlobal("OscillatorNode", function (_: unknown, options: { frequency: number }) {
    const voice: Voice = { frequency: options.frequency, from: 0, until: Infinity };
    voices.push(voice);
    return {
      connect: (next: unknown) => next,
      start: (at: number) => (voice.from = at),
      stop: (at?: number) => (voice.until = Math.min(voice.until, at ?? audio.currentTime)),
    };
  });
  vi.stubGlobal("GainNode", function () {
    const gain = { setValueAtTime: () => undefined, linearRampToValueAtTime: () => undefined };
    return { gain, connect: (next: unknown) => next };
  });
  sound = makeSound();
});

/** Asks for `priority` twice a second for `seconds`, as the page does; when its own voice first sounded. */
function wantFor(priority: Priority, seconds: number): number | undefined {
  const before = voices.length;
  const end = audio.currentTime + seconds;
  for (; audio.currentTime < end; audio.currentTime += 0.5) sound.want(priority, audio.currentTime);
  return voices.slice(before).find((voice) => voice.frequency === BURSTS[priority].frequencyHz)?.from;
}

test("the shift starts with the three tones, low to high", async () => {
  await sound.startShift();
  expect(voices.map((voice) => voice.frequency)).toEqual([523, 660, 880]);
});

test("until somebody says that the tones were heard the page counts as muted, a No included", async () => {
  expect(sound.state()).toBe("blocked");
  await sound.startShift();
  expect(sound.state()).toBe("muted");
  sound.answer(false);
  expect(sound.state()).toBe("muted");
  await sound.startShift();
  sound.answer(true);
  expect(sound.state()).toBe("ok");
});

test("a HIGH alarm cuts the tones off: nobody has to answer a question first", async () => {
  await sound.startShift();
  audio.currentTime = 1;
  expect(wantFor("high", 1)).toBe(1);
  expect(voices.slice(0, 3).every((tone) => tone.until <= 1)).toBe(true);
});

test("a lower alarm waits for the end of the tones and sounds then, unanswered or answered with No", async () => {
  await sound.startShift();
  const end = Math.max(...voices.map((voice) => voice.until));
  const heard = wantFor("medium", 10);
  expect(heard).toBeGreaterThanOrEqual(end);
  expect(heard).toBeLessThan(end + 1.2);
  sound.answer(false);
  expect(wantFor("medium", 25)).toBeDefined();
});

test("a null in between does not cut the tones", async () => {
  await sound.startShift();
  const ends = voices.map((voice) => voice.until);
  audio.currentTime = 2;
  sound.want(null, 2);
  expect(voices.map((voice) => voice.until)).toEqual(ends);
});

test("a reminder is one soft tone that no alarm sounds like, and never plays over one", async () => {
  await sound.startShift();
  sound.answer(true);
  audio.currentTime = 60;
  sound.remind();
  expect(Object.values(BURSTS).map((burst) => burst.frequencyHz)).not.toContain(voices.at(-1)?.frequency);
  sound.want("low", 60);
  const count = voices.length;
  sound.remind();
  expect(voices.length).toBe(count);
});
