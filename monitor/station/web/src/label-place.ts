// Where a label of the trend may stand: beside the lines that cross the chart, and clear of the names on them. Pure.

/** The place that a text takes; `right` and `bottom` are outside. */
export interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Left edge and baseline of a text. */
export interface Place {
  readonly x: number;
  readonly y: number;
}

/**
 * For a text of `width` and `height` about the level `y`: the first place from the left, above the level before below
 * it, that no upright line crosses and no name touches; without any, at the left edge above the level.
 */
export function placeLabel(
  width: number,
  height: number,
  y: number,
  area: Pick<Box, "left" | "right">,
  lines: readonly number[],
  names: readonly Box[],
): Place {
  const gap = height / 3;
  const inside = [...lines].filter((x) => x > area.left && x < area.right).sort((a, b) => a - b);
  const edges = [area.left, ...inside, area.right];
  for (const baseline of [y - gap, y + height]) {
    const level = { top: baseline - height, bottom: baseline + gap };
    const before = names.filter((name) => name.top < level.bottom && name.bottom > level.top);
    for (const [index, right] of edges.slice(1).entries()) {
      const left = edges[index] as number;
      const taken = before.filter((name) => name.left < right && name.right > left);
      const x = Math.max(left, ...taken.filter((name) => name.left < left + gap * 2).map((name) => name.right)) + gap;
      const limit = Math.min(right, ...taken.map((name) => name.left).filter((start) => start > x));
      if (x + width + gap <= limit) return { x, y: baseline };
    }
  }
  return { x: area.left + gap, y: y - gap };
}
