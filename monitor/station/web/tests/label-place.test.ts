import { expect, test } from "vitest";
import { type Box, placeLabel } from "../src/label-place";

const AREA = { left: 40, right: 316 };
const place = (width: number, y: number, lines: number[], names: Box[] = []) => placeLabel(width, 12, y, AREA, lines, names);

test("without lines a label stands at the left, above its level", () => {
  expect(place(90, 60, [])).toEqual({ x: 44, y: 56 });
});

test("a line that would cross it is kept clear of", () => {
  expect(place(90, 60, [115])).toEqual({ x: 119, y: 56 });
  expect(place(90, 60, [200])).toEqual({ x: 44, y: 56 });
});

test("the name on a line is not touched", () => {
  const start = { left: 119, right: 145, top: 40, bottom: 56 };
  const found = place(90, 60, [115], [start]);
  expect(found.y - 12 >= start.bottom || found.x >= start.right).toBe(true);
  // At another height it is in nobody's way.
  expect(place(90, 120, [115], [start])).toEqual({ x: 119, y: 116 });
});

test("above is full: below the level", () => {
  const wall = { left: 40, right: 316, top: 40, bottom: 58 };
  expect(place(90, 60, [], [wall])).toEqual({ x: 44, y: 72 });
});

test("where nothing is free it stands at the left all the same", () => {
  expect(place(200, 60, [120, 200, 280])).toEqual({ x: 44, y: 56 });
});
