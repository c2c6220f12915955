import { beforeAll, expect, test } from "vitest";
import type { Actions, Page } from "../src/page";
import { applySnapshot } from "../src/store";
import { Wave } from "../src/wave";
import type { Snapshot } from "../src/wire.gen";
import { alarm, bed, snapshot } from "./builders";
import { standInForElements } from "./elements";
import { flat } from "./template";

// The panel brings custom elements with it.
type PageView = typeof import("../src/page-view");
let view: PageView;
beforeAll(async () => {
  standInForElements();
  view = await import("../src/page-view");
});

const ACTIONS = { wave: () => new Wave() } as unknown as Actions;
const ROOM = { width: 972, height: 714 };
const of = (part: Partial<Page>, message: Snapshot = snapshot()): Page => ({
  ward: applySnapshot(message, 0), connection: "live", me: null, signingIn: false, audio: "ok", shift: "started", selected: null,
  form: null, alarmsOpen: false, errors: new Map(), said: new Map(), busy: new Set(), trends: new Map(), rules: new Map(),
  entries: new Map(), ...part,
});
const drawn = (page: Page): string => flat(view.renderPage(page, 0, ROOM, ACTIONS));

test("a page that was cut off shows the sign-in alone, not a ward that nobody watches", () => {
  const page = of({ connection: "lost" });
  expect(drawn(page)).toContain("NOT MONITORING");
  expect(drawn(page)).not.toContain('data-bed=bay-1');
  expect(drawn(of({}))).toContain('data-bed=bay-1');
});

const order = (page: Page): string[] => [...drawn(page).matchAll(/data-bed="?(\w+-\d+)/g)].map((found) => found[1] ?? "");

test("beds that alarm come first in a ward too large for the screen, unless a panel stands beside it", () => {
  const beds = Array.from({ length: 40 }, (_, index) => bed({ id: `bay-${index + 1}`, label: `Bay ${index + 1}` }));
  const many = snapshot({ beds, alarms: [alarm({ bed: "bay-39", priority: "low" }), alarm({ alarm_id: "x", bed: "bay-40", priority: "high" })] });
  expect(order(of({}, many)).slice(0, 3)).toEqual(["bay-40", "bay-39", "bay-1"]);
  expect(order(of({ selected: "bay-7" }, many))[0]).toBe("bay-1");
});

test("the tab is named by the first alarm that calls", () => {
  expect(view.titleOf(of({}))).toBe("bedwatch");
  expect(view.titleOf(of({}, snapshot({ alarms: [alarm({ priority: "high" })] })))).toBe("*** Bay 1 · bedwatch");
});

test("the tab keeps no alarm of a ward that this page does not watch any more", () => {
  const calling = snapshot({ alarms: [alarm({ priority: "high" })] });
  const me = { name: "nurse-a", role: "nurse" } as unknown as Page["me"];
  expect(view.titleOf(of({ connection: "lost", ward: null }))).toBe("bedwatch");
  expect(view.titleOf(of({ connection: "lost" }, calling))).toBe("NOT MONITORING · bedwatch");
  expect(view.titleOf(of({ connection: "lost", me }, calling))).toBe("NO CONNECTION · bedwatch");
  expect(view.titleOf(of({ connection: "connecting", me }, calling))).toBe("NO CONNECTION · bedwatch");
  expect(view.titleOf(of({ connection: "lost", me: undefined, ward: null }))).toBe("NO CONNECTION · bedwatch");
  expect(view.titleOf(of({ connection: "connecting", me: undefined, ward: null }))).toBe("bedwatch");
  expect(view.titleOf(of({ me }, calling), true)).toBe("NOT MONITORING · bedwatch");
});
