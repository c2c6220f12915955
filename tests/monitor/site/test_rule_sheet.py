"""The page to sign: whole, made from the data, and current where the documents show it."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.presets import merge, resolve_preset, shipped_presets
from monitor.cli import main
from monitor.cli.terminal import OK, USAGE
from monitor.core.preset.fingerprint import fingerprint
from monitor.site.rule_sheet import as_html, as_markdown, rule_sheet
from tests.support.ward import Story, preset_table, shipped_rules

PAGES = Path(__file__).parents[3] / "docs" / "rules"


@pytest.mark.parametrize("name", sorted(shipped_presets()))
def test_the_documents_show_the_shipped_numbers(name: str) -> None:
    """Made anew with: bedwatch config rules --preset NAME --format markdown --out docs/rules/NAME.md"""
    text = "\n".join([*as_markdown(rule_sheet(resolve_preset(name, {}))), ""])
    assert (PAGES / f"{name}.md").read_text(encoding="utf-8") == text


def test_every_rule_and_every_setting_is_on_the_page() -> None:
    table = preset_table()
    text = "\n".join(as_markdown(rule_sheet(table)))
    for rule in shipped_rules().rule_ids():
        assert f"| {rule.name} |" in text
    for section in table.keys() - {"preset", "rules", "technical"}:
        for key in table[section]:
            assert f"| {key.removesuffix('_s').replace('_', ' ')} |" in text


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
