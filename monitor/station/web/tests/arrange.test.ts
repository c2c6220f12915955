import { describe, expect, it } from "vitest";
import { arrange, GAP_PX } from "../src/arrange";

// What a 1280 x 800 screen leaves for the tiles.
const WIDTH = 972;
const HEIGHT = 714;

describe("the arrangement of the tiles", () => {
  it("shows up to twelve beds whole at 1280 x 800", () => {
    for (let count = 1; count <= 12; count += 1) {
      const { columns, tilePx, scrolls } = arrange(count, WIDTH, HEIGHT);
      const rows = Math.ceil(count / columns);
      expect(scrolls).toBe(false);
      expect(rows * tilePx + (rows - 1) * GAP_PX).toBeLessThanOrEqual(HEIGHT);
    }
  });

  it("keeps them whole while the banner of the shift stands above them", () => {
    expect(arrange(12, WIDTH, HEIGHT - 44).scrolls).toBe(false);
  });

  it("puts eight beds in two rows and nine in three of three", () => {
    expect(arrange(8, WIDTH, HEIGHT).columns).toBe(4);
    expect(arrange(9, WIDTH, HEIGHT).columns).toBe(3);
  });

  it("scrolls a larger ward by whole rows", () => {
    const { columns, tilePx, scrolls } = arrange(20, WIDTH, HEIGHT);
    expect(scrolls).toBe(true);
    expect(columns).toBe(4);
    expect(3 * tilePx + 2 * GAP_PX).toBeLessThanOrEqual(HEIGHT);
    expect(4 * tilePx).toBeGreaterThan(HEIGHT);
  });

  it("uses the columns of a large screen", () => {
    expect(arrange(20, 1556, 990)).toMatchObject({ scrolls: false });
  });

  it("answers for a screen too small for one tile", () => {
    expect(arrange(3, 100, 50)).toEqual({ columns: 1, tilePx: 196, scrolls: true });
  });
});
