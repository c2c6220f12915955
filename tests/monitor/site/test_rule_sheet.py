"""The page to sign: whole, made from the data, and current where the documents show it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from config.presets import based_on, merge, resolve_preset, shipped_presets
from monitor.cli import main
from monitor.cli.terminal import OK, USAGE
from monitor.core.preset.fingerprint import fingerprint
from monitor.site.rule_sheet import as_html, as_markdown, rule_sheet
from tests.support.ward import Story, preset_table, shipped_rules

PAGES = Path(__file__).parents[3] / "docs" / "rules"


@pytest.mark.parametrize("name", sorted(shipped_presets()))
def test_the_documents_show_the_shipped_numbers(name: str) -> None:
    """Made anew with: bedwatch config rules --preset NAME --format markdown --out docs/rules/NAME.md"""
    base = based_on(name, {})
    sheet = rule_sheet(resolve_preset(name, {}), None if base is None else resolve_preset(base, {}))
    text = "\n".join([*as_markdown(sheet), ""])
    assert (PAGES / f"{name}.md").read_text(encoding="utf-8") == text


def test_every_rule_and_every_setting_is_on_the_page() -> None:
    table = preset_table()
    text = "\n".join(as_markdown(rule_sheet(table)))
    for rule in shipped_rules().rule_ids():
        assert f"| {rule.name} |" in text
    for section in table.keys() - {"preset", "rules", "technical"}:
        for key in table[section]:
            assert f"| {key.removesuffix('_s').replace('_', ' ')} |" in text


def leaves(table: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Where something stands that can be changed."""
    entries = table.items() if isinstance(table, dict) else enumerate(table) if isinstance(table, list) else ()
    for key, value in entries:
        if isinstance(value, dict | list):
            yield from leaves(value, (*path, key))
        else:
            yield (*path, key)


def text_without_foot(table: dict[str, Any]) -> str:
    """What somebody reads."""
    return "\n".join(list(as_markdown(rule_sheet(table)))[:-1])


UNSEEN = {"metric", "rank", "choose", "second_counts"}
"""Keys whose words change with more than one key, or that have too few values to change at random."""


def test_whatever_changes_in_a_preset_changes_the_page() -> None:
    """Nothing is signed that does not stand there, and no number stands there that is not the preset's."""
    whole = text_without_foot(preset_table())
    for path in leaves(preset_table()):
        table = preset_table()
        *place, last = path
        at: Any = table
        for key in place:
            at = at[key]
        if last in UNSEEN or path[:2] == ("inactivation", "kept_on"):
            continue
        match at[last]:
            case bool() as value:
                at[last] = not value
            case int() | float() as value:
                at[last] = value + 1
            case "low" | "medium" | "high" as word:
                at[last] = "medium" if word != "medium" else "high"
            case str() as word if last in ("name", "title", "group") or "kinds" in path:
                at[last] = f"{word} x"
            case _:
                continue
        assert text_without_foot(table) != whole, path


def test_no_cell_of_an_alarm_is_empty_that_says_what_it_does() -> None:
    """Also for the rules without a single metric."""
    patient, technical, *_ = rule_sheet(preset_table()).chapters
    for row in patient.rows:
        assert row[1], row
        assert row[4], row
    for row in technical.rows:
        assert row[1], row


def test_special_rules_are_sentences() -> None:
    rows = {row[0]: row for row in rule_sheet(preset_table()).chapters[0].rows}
    assert rows["SEDATION_DEEP"][1].startswith("MOAA/S at most 2 ")
    assert rows["SEDATION_DEEP"][4] == "MOAA/S above 2"
    assert rows["BP_REL"][1] == (
        "systolic pressure at least the baseline plus 40 mmHg or 130 % of the baseline, whichever is lower; or "
        "diastolic pressure at least the baseline plus 25 mmHg"
    )
    assert rows["BP_REL"][4] == "each more than 5 mmHg under its limit"
    assert rows["PULSE_LOST"][4] == "a pulse for 5 s"
    assert rows["SPO2_DROP"][7] == "off while there is no baseline"
    assert rows["SYMPTOM"][1] == "a person enters chest pain, severe headache, visual change or dyspnoea"


def test_what_is_copied_holds_no_number_and_points_nowhere() -> None:
    """A comment would stand beside a changed number; the documents are not on the director's desk."""
    for chapter in rule_sheet(preset_table()).chapters[2:]:
        for _, _, meaning in chapter.rows:
            bare = re.sub(r"SpO2|of 10|\d points?|else 0|or 2\.5 of the driver's intervals", "", meaning)
            assert not re.search(r"\d|rulings|section", bare), meaning


def test_times_parts_and_units_are_told_as_such() -> None:
    text = "\n".join(as_markdown(rule_sheet(preset_table())))
    assert "| infusing | 5 min, 10 min |" in text
    assert "| recovery | 0 s, 10 min, 20 min |" in text
    assert "| tolerance | 10 % |" in text
    assert "| systolic range | 40 to 280 mmHg |" in text
    assert "| SPO2 LOW | 80 to 94 %; below 85 % two people sign |" in text


def test_what_a_preset_changes_stands_on_top() -> None:
    table = preset_table()
    merge(table, {"preset": {"name": "ours"}, "rules": {"SPO2_LOW": {"clear": [{"at_least": 93, "for_s": 20}]}}})
    first = rule_sheet(table, preset_table()).chapters[0]
    assert (first.title, first.head) == ("Changed against ketamine-adult", ("Setting", "ketamine-adult", "Here"))
    assert first.rows == [
        ("SPO2_LOW: clear", "at least 92 % for 10 s; at least 90 % for 2 min", "at least 93 % for 20 s"),
    ]


def test_any_number_changes_the_fingerprint() -> None:
    changed = preset_table()
    merge(changed, {"rules": {"SPO2_LOW": {"delay_s": 16}}})
    assert fingerprint(changed) != fingerprint(preset_table())


def test_the_signed_fingerprint_is_the_one_that_the_service_tells() -> None:
    """In `check`, the log, /readyz and every `session_opened` its beginning stands."""
    sheet, rules = rule_sheet(preset_table()), shipped_rules()
    assert sheet.fingerprint == rules.fingerprint
    assert rules.short_fingerprint == sheet.fingerprint[:12]
    [opened] = [line for line in Story().open().lines if line["event"] == "session_opened"]
    assert opened["preset_fingerprint"] == rules.short_fingerprint


def test_the_page_is_safe_html() -> None:
    """A title is somebody's text."""
    table = preset_table()
    table["preset"]["title"] = "<script>"
    page = "\n".join(as_html(rule_sheet(table)))
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "Medical director" in page


SITE = """
[site]
id = "harbour"
preset = "ours"

[preset.ours]
based_on = "ketamine-adult"

[preset.ours.rules.SPO2_LOW]
trigger = { below = 91 }

[[bed]]
id = "bay-1"
"""


def test_the_sites_own_preset_is_printed(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    site, page = tmp_path / "site.toml", tmp_path / "rules.html"
    site.write_text(SITE)
    assert main(["config", "rules", "--site", str(site), "--out", str(page)]) == OK
    assert "SpO2 below 91 %" in page.read_text()
    assert main(["config", "rules", "--site", str(site), "--preset", "nosuch"]) == USAGE
    assert "unknown preset 'nosuch'" in capfd.readouterr().err
