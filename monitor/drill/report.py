"""What a drill showed, in lines for a nurse, and as JUnit XML for a build server. Pure."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from monitor.drill.check import clock_time, say
from monitor.drill.run import Outcome
from monitor.drill.score import Score

WIDTH = 116
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def lines(outcome: Outcome, *, everything: bool = False) -> Iterator[str]:
    """One drill. `everything`: also what happened, event by event; a drill that failed always shows it."""
    drill = outcome.drill
    word = "PASS" if outcome.passed else "FAIL"
    length = drill.scenario.length_s / 60
    yield f"{word}  {drill.name}: {drill.scenario.title} ({length:g} min in {outcome.lasted_s:.1f} s)"
    yield from _wrapped(f'{drill.document}, section {drill.section}: "{drill.sentence}"')
    if outcome.problem is not None:
        yield from _wrapped(f"could not be played: {outcome.problem}")
    for finding in outcome.findings:
        mark = "ok " if finding.met else "NOT"
        yield from _wrapped(f"{mark} {finding.expected}: {finding.happened}", "        ")
        if finding.note and not finding.met:
            yield from _wrapped(finding.note, "            ")
    if outcome.proof is not None:
        yield from _proof(outcome)
    if outcome.findings and outcome.score.detections:
        yield from _wrapped(outcome.score.words())
    if outcome.record is not None and (everything or not outcome.passed):
        yield "      what happened:"
        for text in _timeline(outcome):
            yield f"        {text}"


def total_lines(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """All drills together."""
    failed = [outcome.drill.name for outcome in outcomes if not outcome.passed]
    together = Score()
    for outcome in outcomes:
        together.add(outcome.score)
    hours = sum(outcome.drill.scenario.length_s for outcome in outcomes) / 3600
    real = sum(outcome.lasted_s for outcome in outcomes)
    yield f"{len(outcomes) - len(failed)} of {len(outcomes)} drills as expected; {hours:.1f} h played in {real:.0f} s"
    if failed:
        yield f"not as expected: {', '.join(failed)}"
    yield f"against the truth: {together.words()}"
    for name in sorted({found.name for found in together.detections}):
        delays = sorted(
            found.delay_s for found in together.detections if found.name == name and found.delay_s is not None
        )
        count = sum(found.name == name for found in together.detections)
        middle = f"median {delays[len(delays) // 2]:.0f} s, longest {delays[-1]:.0f} s" if delays else "never announced"
        yield f"    {name}: {len(delays)} of {count} announced, {middle}"
    for text in together.false:
        yield f"    false: {text}"


def junit(outcomes: Sequence[Outcome]) -> bytes:
    """JUnit XML: one suite a drill, one case an expectation."""
    root = Element("testsuites", name="bedwatch drill")
    for outcome in outcomes:
        _suite(root, outcome)
    suites = list(root)
    for key in ("tests", "failures", "errors"):
        root.set(key, str(sum(int(suite.get(key, "0")) for suite in suites)))
    root.set("time", f"{sum(outcome.lasted_s for outcome in outcomes):.3f}")
    indent(root)
    body: bytes = tostring(root, encoding="utf-8")
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + body + b"\n"


def _suite(root: Element, outcome: Outcome) -> None:
    drill = outcome.drill
    suite = SubElement(root, "testsuite", name=drill.name)
    cases = 0
    failures = errors = 0
    for finding in outcome.findings:
        cases += 1
        case = _case(suite, drill.name, f"{finding.number}. {finding.expected}")
        if not finding.met:
            failures += 1
            SubElement(case, "failure", message=_clean(f"expected {finding.expected}")).text = _clean(finding.happened)
    if outcome.proof is not None:
        cases += 1
        case = _case(suite, drill.name, "fails when its rule is off")
        if outcome.proves_nothing:
            failures += 1
            SubElement(case, "failure", message="the drill cannot fail").text = "it passed with its rule off or moved"
    if outcome.problem is not None:
        cases += 1
        errors += 1
        SubElement(_case(suite, drill.name, "played to the end"), "error", message=_clean(outcome.problem))
    for key, value in (("tests", cases), ("failures", failures), ("errors", errors), ("skipped", 0)):
        suite.set(key, str(value))
    suite.set("time", f"{outcome.lasted_s:.3f}")
    SubElement(suite, "system-out").text = _clean("\n".join(lines(outcome)))


def _case(suite: Element, drill: str, name: str) -> Element:
    return SubElement(suite, "testcase", classname=f"drill.{drill}", name=_clean(name), time="0")


def _clean(text: str) -> str:
    return _NOT_XML.sub("?", text)


def _proof(outcome: Outcome) -> Iterator[str]:
    if outcome.proves_nothing:
        yield from _wrapped("NOT a proof: it passes although [fails_when] is in force", "        ")
        return
    broken = [finding.number for finding in outcome.proof or () if not finding.met]
    numbers = ", ".join(map(str, broken))
    yield from _wrapped(f"ok  with its rule off or moved it fails (expectation {numbers})", "        ")


def _timeline(outcome: Outcome) -> list[str]:
    record = outcome.record
    if record is None:
        return []
    found = [(told.t, 2, say(told)) for told in record.told if told.kind != "baseline_frozen"]
    found += [(at, 1, f"{clock_time(at)} the nurse: {does}") for at, does in record.did]
    for truth in record.truth.records():
        text = f"{clock_time(truth.onset_s)} begins: {truth.kind}"
        if truth.least:
            saturation = f"{truth.least['spo2']:g} to {truth.greatest['spo2']:g}"
            pulse = f"{truth.least['pulse_rate']:g} to {truth.greatest['pulse_rate']:g}"
            text += f" (true SpO2 {saturation}, pulse {pulse})"
        found.append((truth.onset_s, 0, text))
    found += [(page.t, 3, f"{clock_time(page.t)} page: {page.text}") for page in record.paged]
    return [text for _, _, text in sorted(found, key=lambda each: each[:2])]


def _wrapped(text: str, margin: str = "      ") -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=margin, subsequent_indent=margin + "    ")
