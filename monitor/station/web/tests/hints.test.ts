import { describe, expect, it } from "vitest";
import { happeningWords } from "../src/entry-form";
import { observed } from "../src/form";
import { hintWords } from "../src/hints";
import { hhmm } from "../src/times";
import { iso, T0 } from "./builders";

describe("hints", () => {
  it("names the time to rest until, or since when something is due", () => {
    const hint = { kind: "hold", since: iso(0), text: "Hold: SBP.", until: iso(300) };
    expect(hintWords(hint)).toBe(`Hold: SBP. Rest until ${hhmm(T0 + 300_000)}.`);
    expect(hintWords({ ...hint, kind: "observation_due" })).toContain("Since");
    expect(hintWords({ ...hint, until: null })).toBe("Hold: SBP.");
  });
});

describe("entries", () => {
  it("turn minutes ago into the observed time", () => {
    expect(observed({ kind: "nausea", minutes_ago: 5 }, T0)).toEqual({ kind: "nausea", at: iso(-300) });
    expect(observed({ kind: "nausea", minutes_ago: 0 }, T0)).toEqual({ kind: "nausea" });
    expect(observed({ kind: "nausea" }, T0)).toEqual({ kind: "nausea" });
  });

  it("name events in a nurse's words", () => {
    expect(happeningWords("chest_pain")).toBe("chest pain");
    expect(happeningWords("dyspnoea")).toBe("shortness of breath");
  });
});
