"""A preset as a page for the medical director to sign: made from the data, never by hand (alarm-system, section 3)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape
from importlib.resources import files

from monitor.core.preset.fingerprint import fingerprint
from monitor.site.rule_words import Table, duration, ends, key_words, more, value_words, when

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


def rule_sheet(table: Table) -> Sheet:
    """The sheet of one resolved preset table."""
    said = comments()
    head = table["preset"]
    chapters = [
        Chapter(
            "Alarms about the patient",
            ALARM_HEAD,
            [_alarm(name, rule, said) for name, rule in table["rules"].items()],
        ),
        Chapter(
            "Technical alarms",
            ("Alarm", "What the table says", "Explanation"),
            [_technical(name, rule, said) for name, rule in table["technical"].items()],
        ),
    ]
    for section, entries in table.items():
        if section not in ("preset", "rules", "technical"):
            rows: list[tuple[str, ...]] = [
                (key_words(key), value_words(value, key), said.get((section, key), ""))
                for key, value in entries.items()
            ]
            chapters.append(
                Chapter(SECTIONS.get(section, key_words(section).capitalize()), ("Setting", "Value", "Meaning"), rows)
            )
    return Sheet(head["title"], head["name"], str(head["version"]), fingerprint(table), chapters)


def _alarm(name: str, rule: Table, comments: Mapping[tuple[str, ...], str]) -> tuple[str, ...]:
    delay = duration(rule["delay_s"]) if rule.get("delay_s") else "none"
    group = f"{rule['group']} ({rule['rank']})" if "group" in rule else ""
    latched = "yes" if rule.get("latched") else "no"
    why = _why(rule, comments, "rules", name)
    rest = " - ".join(text for text in (more(rule), why) if text)
    return (name, when(rule), str(rule.get("priority", "")), delay, ends(rule), latched, group, rest)


def _technical(name: str, rule: Table, comments: Mapping[tuple[str, ...], str]) -> tuple[str, ...]:
    said = "; ".join(f"{key_words(key)}: {value_words(value, key)}" for key, value in rule.items())
    return (name, said, _why(rule, comments, "technical", name))


def _why(rule: Table, comments: Mapping[tuple[str, ...], str], *where: str) -> str:
    """The comments on a rule's keys, one sentence where one leads on to the next."""
    texts = " ".join(text for key in rule if (text := comments.get((*where, key), "")))
    return texts.replace("... ...", "...").replace(" ... ", " ")


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
