import { describe, expect, it } from "vitest";
import { renderAlarmBar } from "../src/alarm-bar";
import type { Actions, Page } from "../src/page";
import { alarm, T0 } from "./builders";
import { flat } from "./template";

const page = (me: unknown): Page => ({ ward: null, me, alarmsOpen: false, errors: new Map(), busy: new Set() }) as unknown as Page;

/** The buttons and what stands in their place; `repeat` is a directive, hence its rows are drawn here. */
function rows(me: unknown): string {
  const drawn = renderAlarmBar(page(me), [alarm({ priority: "high", state: "ACTIVE" })], T0, {} as Actions);
  const found: string[] = [];
  const walk = (part: unknown): void => {
    if (Array.isArray(part)) part.forEach(walk);
    else if (typeof part === "object" && part !== null && "values" in part) {
      const values = part.values as unknown[];
      if (values.some((each) => typeof each === "function") && Array.isArray(values[0])) {
        const [items, ...functions] = values as [unknown[], ...((item: unknown) => unknown)[]];
        const draw = functions[functions.length - 1];
        if (draw !== undefined) found.push(...items.map((item) => flat(draw(item))));
      } else values.forEach(walk);
    }
  };
  walk(drawn);
  return found.join("");
}

describe("an alarm that calls", () => {
  it("offers to acknowledge it to those whose role may, and to those who have yet to sign in", () => {
    expect(rows({ locked: false, acknowledges: ["high", "medium", "low"] })).toContain("Acknowledge");
    expect(rows(null)).toContain("Acknowledge");
  });

  it("says to the others that it is for another role", () => {
    const shown = rows({ locked: false, acknowledges: ["medium", "low"] });
    expect(shown).toContain("another role acknowledges this");
    expect(shown).not.toContain("Acknowledge");
  });
});
