"""The schema that editors use: as strict about keys and kinds as the reader."""

from __future__ import annotations

import copy
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from config.presets import shipped_presets
from monitor.site import preset_schema

PRESETS = Path(__file__).parents[3] / "config" / "defaults" / "presets"


def faults(table: dict[str, Any]) -> list[str]:
    """What the schema says about a table."""
    validator = jsonschema.Draft202012Validator(preset_schema.schema())
    return [error.message for error in validator.iter_errors(table)]


def test_it_explains_what_a_key_is_for() -> None:
    timing = preset_schema.schema()["properties"]["timing"]["properties"]
    assert timing["calm_s"]["type"] == "number"
    assert "pending alarm is dropped" in timing["calm_s"]["description"]


@pytest.mark.parametrize("path", sorted(PRESETS.glob("*.toml")), ids=lambda path: path.stem)
def test_a_shipped_preset_follows_it(path: Path) -> None:
    assert faults(tomllib.loads(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    ("where", "value"),
    [
        (("rules", "SPO2_LOW", "delay"), 3),
        (("rules", "SPO2_LOW", "delay_s"), -1),
        (("rules", "SPO2_LOW", "delay_s"), "15 s"),
        (("rules", "SPO2_LOW", "priority"), "urgent"),
        (("rules", "SPO2_LOW", "latched"), "yes"),
        (("rules", "SPO2_LOW", "clear"), []),
        (("rules", "SPO2_LOVV"), {}),
        (("validation", "spo2_range"), [50]),
        (("preset", "version"), 1.5),
        (("technical", "STORAGE", "levels"), [{"priority": "low", "after": 3}]),
    ],
)
def test_a_wrong_key_or_kind_is_seen(where: tuple[str, ...], value: object) -> None:
    table = copy.deepcopy(shipped_presets()[preset_schema.BASE])
    inner = table
    for key in where[:-1]:
        inner = inner[key]
    inner[where[-1]] = value
    assert faults(table)


def test_what_a_rule_may_have_and_the_shipped_one_has_not_is_allowed() -> None:
    table = copy.deepcopy(shipped_presets()[preset_schema.BASE])
    table["rules"]["PR_HIGH"] |= {"rises_to": "high", "rises_after_s": 60}
    assert faults(table) == []
    table["rules"]["PR_HIGH"]["rises_to"] = 3
    assert faults(table)
