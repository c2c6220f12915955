// How many tiles stand beside and above each other, so that a ward is seen whole where the screen allows it.

export const GAP_PX = 8;
/** Below this a tile cannot hold its numbers, its alarms and a wave at sizes that can be read. */
const LEAST = { width: 232, height: 196 } as const;
/** The shape that suits a tile best. */
const IDEAL = { width: 240, height: 330 } as const;
/** A tile is not drawn out further, however few beds there are. */
const TALLEST_PX = 480;

export interface Arrangement {
  readonly columns: number;
  readonly tilePx: number;
  /** The ward does not fit: alarming beds come first and the rest is scrolled to. */
  readonly scrolls: boolean;
}

/** The arrangement of `count` tiles on `width` x `height` pixels whose tiles come nearest to their best shape. */
export function arrange(count: number, width: number, height: number): Arrangement {
  const most = Math.max(1, Math.floor((width + GAP_PX) / (LEAST.width + GAP_PX)));
  let best: { columns: number; tilePx: number; fit: number } | null = null;
  for (let columns = 1; columns <= Math.min(most, Math.max(1, count)); columns += 1) {
    const tilePx = share(height, Math.ceil(count / columns));
    if (tilePx < LEAST.height) continue;
    const fit = Math.min(share(width, columns) / IDEAL.width, tilePx / IDEAL.height);
    if (best === null || fit > best.fit) best = { columns, tilePx, fit };
  }
  if (best !== null) return { columns: best.columns, tilePx: Math.min(best.tilePx, TALLEST_PX), scrolls: false };
  const rows = Math.max(1, Math.floor((height + GAP_PX) / (LEAST.height + GAP_PX)));
  return { columns: most, tilePx: Math.max(LEAST.height, share(height, rows)), scrolls: true };
}

/** What one of `parts` gets of `whole` once the gaps are taken off. */
const share = (whole: number, parts: number): number => Math.floor((whole - GAP_PX * (parts - 1)) / parts);
