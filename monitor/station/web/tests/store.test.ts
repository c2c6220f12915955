import { expect, test } from "vitest";
import { applyHeartbeat, applySnapshot, applyUpdate, serverNow } from "../src/store";
import { alarm, bed, iso, snapshot, T0, update } from "./builders";

test("a snapshot replaces everything of an earlier connection", () => {
  const first = applySnapshot(snapshot({ alarms: [alarm()] }), 0);
  const second = applySnapshot(snapshot({ beds: [bed({ id: "bay-2" })] }), 0);
  expect([...first.alarms.keys()]).toEqual(["bay-1-0001"]);
  expect([...second.beds.keys()]).toEqual(["bay-2"]);
  expect(second.alarms.size).toBe(0);
});

test("an update replaces whole beds, keeps the others and their order", () => {
  const ward = applySnapshot(snapshot({ beds: [bed(), bed({ id: "bay-2" })] }), 0);
  const after = applyUpdate(ward, update({ beds: [bed({ phase: "PAUSED" })] }), 1000);
  expect([...after.beds.keys()]).toEqual(["bay-1", "bay-2"]);
  expect(after.beds.get("bay-1")?.bed.phase).toBe("PAUSED");
  expect(after.beds.get("bay-1")?.at).toBe(T0 + 1000);
  expect(after.beds.get("bay-2")?.at).toBe(T0);
  expect(ward.beds.get("bay-1")?.bed.phase).toBe("INFUSING");
});

test("a closed alarm leaves the picture, an acknowledged one stays", () => {
  const ward = applySnapshot(snapshot({ alarms: [alarm(), alarm({ alarm_id: "bay-1-0002" })] }), 0);
  const after = applyUpdate(ward, update({ alarms: [alarm({ state: "CLOSED" }), alarm({ alarm_id: "bay-1-0002", state: "ACKED" })] }), 0);
  expect([...after.alarms.values()].map((item) => [item.alarm_id, item.state])).toEqual([["bay-1-0002", "ACKED"]]);
});

test("the server's time runs on with the page's clock, at the demo's speed", () => {
  const ward = applySnapshot(snapshot({ site: { ...snapshot().site, speed: 30 } }), 5000);
  expect(serverNow(ward.time, 6000)).toBe(T0 + 30_000);
});

test("a heartbeat moves the time and nothing else; the server's time never runs back", () => {
  const ward = applySnapshot(snapshot(), 0);
  const after = applyHeartbeat(ward, { type: "heartbeat", seq: 2, server_time: iso(2) }, 2000);
  expect(serverNow(after.time, 2500)).toBe(T0 + 2500);
  expect(after.beds).toBe(ward.beds);
  const late = applyHeartbeat(after, { type: "heartbeat", seq: 3, server_time: iso(1) }, 3000);
  expect(late.time.at).toBe(T0 + 2000);
});
