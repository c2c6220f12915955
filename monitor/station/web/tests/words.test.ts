import { expect, test } from "vitest";
import { limbWords, maySignFor } from "../src/session-form";
import { clockLength, spoken } from "../src/times";
import { reasonWords } from "../src/words";

test("lengths of time read as a nurse says them", () => {
  expect([0, 59.9, 60, 3599, 3600, 7505].map(spoken)).toEqual(["0 s", "59 s", "1 min", "59 min", "1 h 00 min", "2 h 05 min"]);
  expect([0, 75.9, -75, 3700].map(clockLength)).toEqual(["00:00", "01:15", "01:15", "1:01:40"]);
});

test("a limb shared by cuff and drip is the graver warning", () => {
  expect(limbWords("right", "right", "right")).toContain("stops the infusion");
  expect(limbWords("left", "left", "right")).toContain("SpO2 is lost");
  expect(limbWords("left", "right", "right")).toBe("");
});

test("a device's reason reads alike with and without its origin", () => {
  expect(reasonWords("device:no_finger")).toBe(reasonWords("no_finger"));
});

test("the place for a prescriber's name opens for each refusal that it can lift", () => {
  expect(maySignFor("The baseline is not complete: take the missing readings, or start with a prescriber's name and a reason.")).toBe(true);
  expect(maySignFor("The readings are at a level to hold the infusion: wait and measure again, or start with a prescriber's name and a reason.")).toBe(true);
  expect(maySignFor("This dose cannot be right: check it.")).toBe(false);
});
