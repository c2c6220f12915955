"""The rules that a drill runs under: a shipped preset, whole or with what `[fails_when]` takes away."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Mapping
from typing import Any

from config.presets import resolve_preset
from monitor.core.errors import ConfigError
from monitor.core.preset.read import build_ruleset
from monitor.core.rules.rule_id import RuleId
from monitor.core.rules.ruleset import Ruleset
from monitor.drill.story import Breaker

PRESET = "ketamine-adult"


def drill_rules(breaker: Breaker | None = None, preset: str = PRESET) -> Ruleset:
    """The preset, with `breaker` applied.

    Raises:
        ConfigError: the breaker names a rule or a key that the preset does not have.
    """
    table = resolve_preset(preset, {})
    if breaker is None:
        return build_ruleset(table, f"preset {preset}")
    for key, value in breaker.changed.items():
        _set(table, key, value)
    ruleset = build_ruleset(table, f"preset {preset} as changed by [fails_when]", bounded=False)
    for name in breaker.off:
        ruleset = _without(ruleset, name)
    return ruleset


def _set(table: dict[str, Any], key: str, value: object) -> None:
    """Change one number: a key that is not there would change nothing and prove nothing."""
    *path, last = key.split(".")
    place: Any = table
    for part in path:
        place = place.get(part) if isinstance(place, dict) else None
    if not isinstance(place, dict) or last not in place:
        raise ConfigError(f"[fails_when] set: the preset has no key {key!r}; name it as in rules.SPO2_LOW.delay_s")
    place[last] = copy.deepcopy(value)


def _without(ruleset: Ruleset, name: str) -> Ruleset:
    """The ruleset without one rule of its tables of rules."""
    for field in dataclasses.fields(ruleset):
        rules = getattr(ruleset, field.name)
        if isinstance(rules, tuple) and any(_name(rule) == name for rule in rules):
            kept: Any = tuple(rule for rule in rules if _name(rule) != name)
            return dataclasses.replace(ruleset, **{field.name: kept})
        # What a person may move a limit to is a table by rule, too, and leaves the rule where it is.
        if field.name != "bounds" and isinstance(rules, Mapping) and name in rules:
            left: Any = {key: rule for key, rule in rules.items() if key != name}
            return dataclasses.replace(ruleset, **{field.name: left})
    raise ConfigError(f"[fails_when] off: {name} cannot be taken out of a preset; use set to move one of its limits")


def _name(rule: object) -> str | None:
    known = getattr(rule, "rule", None)
    return known.name if isinstance(known, RuleId) else None
