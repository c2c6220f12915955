"""A preset as a page for the medical director to sign: made from the data, never by hand (alarm-system, section 3)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from typing import Any

from monitor.core.preset.fingerprint import fingerprint
from monitor.site.differences import differences
from monitor.site.rule_sentences import SPECIAL, TECHNICAL, Sentence, bounds_words
from monitor.site.rule_words import UNITS, Table, duration, ends, key_words, more, value_words, when

BASE = "ketamine-adult"
"""The preset whose file holds every key, each with the comment that explains it."""

ALARM_HEAD = ("Alarm", "When", "Priority", "Delay", "Ends", "Stays until answered", "Group", "More")
SECTIONS = {
    "timing": "Times that hold for every alarm",
    "validation": "Which values are believed",
    "cuff": "Cuff schedule",
    "baseline": "Baseline",
    "hold": "What holds back the start of an infusion",
    "return": "Return to baseline",
}
"""Headings; a section that is not named here is headed by its own key."""

_REFERENCE = re.compile(
    r"\b[VB]\d+(?:: |, |$)| \((?:rulings|alarm-system|ketamine-monitoring|blood-pressure|label|[VB]?\d)[^)]*\)| \[\d+\]"
)
_UNIT = re.compile(r"^(?:mmHg|/min|%)(?:[,;] |$)|, (?:mmHg|/min|%)(?=$|[,:;]| \.\.\.)")
_COMMENT = re.compile(r"#\s*(.*?)\s*$")


@dataclass(frozen=True, slots=True)
class Chapter:
    """A heading and a table."""

    title: str
    head: tuple[str, ...]
    rows: list[tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The whole page, before it is dressed as HTML or Markdown. `fingerprint` names exactly these numbers."""

    title: str
    name: str
    version: str
    fingerprint: str
    chapters: list[Chapter]


def rule_sheet(table: Table, base: Table | None = None) -> Sheet:
    """The sheet of one resolved preset table; `base`: the whole preset that it differs from, if there is one."""
    said = comments()
    head = table["preset"]
    chapters = [] if base is None else [_changed(table, base)]
    chapters += [
        Chapter("Alarms about the patient", ALARM_HEAD, [_alarm(name, rule) for name, rule in table["rules"].items()]),
        Chapter(
            "Technical alarms",
            ("Alarm", "When, and at which priority", "Group"),
            [(name, TECHNICAL[name](rule, table), _group(rule)) for name, rule in table["technical"].items()],
        ),
    ]
    for section, entries in table.items():
        if section not in ("preset", "rules", "technical"):
            rows: list[tuple[str, ...]] = [
                (key_words(key), _setting(value, section, key, table), explained(said.get((section, key), "")))
                for key, value in entries.items()
            ]
            title = SECTIONS.get(section, key_words(section).capitalize())
            chapters.append(Chapter(title, ("Setting", "Value", "Meaning"), rows))
    return Sheet(head["title"], head["name"], str(head["version"]), fingerprint(table), chapters)


def _changed(table: Table, base: Table) -> Chapter:
    """What the director has not signed with the other preset."""
    name = base["preset"]["name"]
    rows: list[tuple[str, ...]] = []
    for key, one, other in differences(base, table):
        old, new = ("-" if value is None else value_words(value, ".".join(key)) for value in (one, other))
        rows.append((": ".join(_named(key)), old, new))
    return Chapter(f"Changed against {name}", ("Setting", name, "Here"), rows)


def _named(key: tuple[str, ...]) -> list[str]:
    """A setting's name: the alarm's as it is, sections by their headings."""
    section, *rest = key
    if section in ("rules", "technical"):
        return [rest[0], *map(key_words, rest[1:])]
    return [SECTIONS.get(section, key_words(section).capitalize()), *map(key_words, rest)]


def _setting(value: Any, section: str, key: str, table: Table) -> str:
    if section == "limits":
        return bounds_words(value, UNITS[table["rules"][key]["metric"]])
    return value_words(value, f"{section}.{key}")


def _alarm(name: str, rule: Table) -> tuple[str, ...]:
    found = SPECIAL[name](rule) if name in SPECIAL else Sentence(when(rule), ends(rule), more(rule))
    delay = duration(rule["delay_s"]) if rule.get("delay_s") else "none"
    latched = "yes" if rule.get("latched") else "no"
    return (name, found.when, str(rule["priority"]), delay, found.ends, latched, _group(rule), found.more)


def _group(rule: Table) -> str:
    return f"{rule['group']} ({rule['rank']})" if "group" in rule else ""


def explained(comment: str) -> str:
    """A comment without its unit, which stands beside it, and without what points into documents nobody has at hand."""
    return _UNIT.sub("", _REFERENCE.sub("", comment)).strip()


def comments() -> dict[tuple[str, ...], str]:
    """The comment behind each key of the whole preset, by its path."""
    found: dict[tuple[str, ...], str] = {}
    table: tuple[str, ...] = ()
    for line in (files("config") / "defaults" / "presets" / f"{BASE}.toml").read_text("utf-8").splitlines():
        if line.startswith("["):
            table = tuple(line.partition("]")[0].strip("[").split("."))
        elif (key := re.match(r"(\w+) = ", line)) and (comment := _COMMENT.search(line)):
            found[(*table, key[1])] = comment[1]
    return found


def as_markdown(sheet: Sheet) -> Iterator[str]:
    """The sheet as Markdown, line by line."""
    yield f"# {sheet.title}"
    yield ""
    yield f"Alarm preset `{sheet.name}`, version {sheet.version}. Made from its data with `bedwatch config rules`."
    yield ""
    for chapter in sheet.chapters:
        yield f"## {chapter.title}"
        yield ""
        yield f"| {' | '.join(chapter.head)} |"
        yield f"|{' --- |' * len(chapter.head)}"
        for row in chapter.rows:
            yield f"| {' | '.join(cell.replace('|', '/') for cell in row)} |"
        yield ""
    yield f"Fingerprint of these numbers: `{sheet.fingerprint}`"


STYLE = """
body { font: 10pt/1.35 sans-serif; margin: 12mm; color: #111; }
h1 { font-size: 16pt; margin: 0; } h2 { font-size: 12pt; margin: 6mm 0 2mm; break-after: avoid; }
table { border-collapse: collapse; width: 100%; } tr { break-inside: avoid; }
th, td { border: 0.3mm solid #999; padding: 1mm 1.5mm; text-align: left; vertical-align: top; }
th { background: #eee; } td:first-child { white-space: nowrap; font-weight: 600; }
.high, .medium, .low { font-weight: 700; }
.high { color: #a00; } .medium { color: #850; } .low { color: #046; }
.sign { display: grid; grid-template-columns: 2fr 2fr 1fr; gap: 8mm; margin-top: 14mm; }
.sign p { border-top: 0.3mm solid #111; padding-top: 1mm; margin: 12mm 0 0; }
code { font-size: 8pt; overflow-wrap: anywhere; }
@page { size: A4 landscape; margin: 10mm; }
"""


def as_html(sheet: Sheet) -> Iterator[str]:
    """The sheet as one printable page with room for a signature."""
    yield f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(sheet.title)}</title>'
    yield f"<style>{STYLE}</style>"
    yield f"<h1>{escape(sheet.title)}</h1>"
    yield f"<p>Alarm preset <b>{escape(sheet.name)}</b>, version {escape(sheet.version)}. bedwatch is secondary to the"
    yield "devices' own alarms. Every number below is what the software decides by; nothing here was typed by hand.</p>"
    for chapter in sheet.chapters:
        yield f"<h2>{escape(chapter.title)}</h2><table><tr>{''.join(f'<th>{escape(each)}' for each in chapter.head)}"
        for row in chapter.rows:
            yield f"<tr>{''.join(_cell(cell) for cell in row)}"
        yield "</table>"
    yield f"<p>Fingerprint of these numbers: <code>{sheet.fingerprint}</code></p>"
    yield '<div class="sign"><p>Medical director, name</p><p>Signature</p><p>Date</p></div></html>'


def _cell(text: str) -> str:
    marked = f' class="{text}"' if text in ("high", "medium", "low") else ""
    return f"<td{marked}>{escape(text)}"
