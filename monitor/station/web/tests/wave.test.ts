import { expect, test } from "vitest";
import { Wave } from "../src/wave";
import type { Pleth } from "../src/wire.gen";
import { iso } from "./builders";

const second = (first: number, rate = 50): Pleth => ({
  type: "pleth", seq: 1, bed: "bay-1", t: iso(0), rate_hz: rate, samples: Array.from({ length: rate }, (_, index) => first + index),
});

/** One stretch a second from page time 0 on, drawn up to `until` seconds in steps of `frameMs`. */
function drawn(until: number, frameMs: (now: number) => number): Wave {
  const wave = new Wave();
  let told = 0;
  for (let now = 0; now <= until * 1000; now += frameMs(now)) {
    while (told * 1000 <= now) wave.push(second(told++ * 50), told * 1000 - 1000);
    wave.advance(now);
  }
  return wave;
}

test("the wave goes on while nobody looks: what was not painted meanwhile is there to be painted", () => {
  // Frames go on behind an open panel; the trace itself paints nothing then and asks again afterwards.
  const wave = drawn(9, () => 20);
  const shown = Array.from({ length: wave.places }, (_, index) => wave.at(wave.count - 1 - index));
  expect(wave.places).toBe(300);
  expect(shown.filter((sample) => sample == null)).toEqual([]);
  expect(shown[0]! - shown[299]!).toBe(299);
});

test("what is further back than the window is gone, what is still to come is not there", () => {
  const wave = drawn(9, () => 20);
  expect(wave.at(wave.count)).toBeUndefined();
  expect(wave.at(wave.count - wave.places - 1)).toBeUndefined();
});

test("a line that has fallen silent runs on with nothing", () => {
  const wave = drawn(3, () => 20);
  for (let now = 3020; now <= 12_000; now += 20) wave.advance(now);
  const shown = Array.from({ length: wave.places }, (_, index) => wave.at(wave.count - 1 - index));
  expect(shown.every((sample) => sample === null)).toBe(true);
});

test("a page that slept is not behind for ever, and never owes more than one screen", () => {
  const wave = drawn(3, () => 20);
  const before = wave.count;
  wave.advance(600_000);
  expect(wave.count - before).toBe(wave.places);
});

test("another rate begins a new screen", () => {
  const wave = drawn(3, () => 20);
  wave.push(second(0, 75), 3100);
  expect(wave.places).toBe(450);
  expect(wave.at(wave.count - 1)).toBeUndefined();
});
