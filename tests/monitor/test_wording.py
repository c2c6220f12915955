"""Alarms in a nurse's words."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import pytest

from config.instant import MINUTE, SECOND
from config.vocabulary import AlarmState, Priority
from monitor.core.alarm import Alarm
from monitor.core.events import Event, EventKind
from monitor.core.rules.rule_id import RuleId
from monitor.wording import STARS, describe, lasting, loggable, plain_number, rule_and_side
from tests.support.ward import shipped_rules


def rule_ids(value: Any) -> Iterator[RuleId]:
    """Every rule anywhere in the shipped rules."""
    if isinstance(value, RuleId):
        yield value
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        for field in dataclasses.fields(value):
            yield from rule_ids(getattr(value, field.name))
    elif isinstance(value, tuple | list):
        for each in value:
            yield from rule_ids(each)
    elif isinstance(value, dict):
        for each in value.values():
            yield from rule_ids(each)


RULES = {rule.name: rule for rule in rule_ids(shipped_rules())}


def alarm(rule: str, device: str | None = None, **more: Any) -> Alarm:
    return Alarm("bay-1-0001", RULES[rule], device, AlarmState.ACTIVE, Priority.HIGH, 0, 0, **more)


@pytest.mark.parametrize("name", sorted(RULES))
def test_every_shipped_rule_has_words(name: str) -> None:
    """Nobody is woken by a name with underscores."""
    text = describe(alarm(name, value=83.0, limit=85.0, unit="%"))
    assert text
    assert "_" not in text


def test_a_measured_value_stands_with_its_unit_and_limit() -> None:
    assert describe(alarm("SPO2_CRIT", value=83.0, limit=85.0, unit="%")) == "SpO2 83 % (limit 85)"
    assert describe(alarm("SPO2_CRIT", value=83.0, unit="%")) == "SpO2 83 %"
    assert describe(alarm("PR_LOW", value=47.5, limit=48.0, unit="/min")) == "Pulse 47.5 /min (limit 48)"


def test_a_device_rule_names_its_device() -> None:
    assert describe(alarm("DEVICE_OFFLINE", "ox-1")).endswith(": ox-1")


def test_numbers_have_a_fraction_only_where_there_is_one() -> None:
    assert [plain_number(value) for value in (83, 83.0, 83.54, 100.0)] == ["83", "83", "83.5", "100"]


def test_how_long_it_lasts() -> None:
    """Seconds up to two minutes, then minutes; nothing for what has just begun."""
    assert [lasting(time) for time in (0, SECOND - 1, SECOND, 119 * SECOND, 2 * MINUTE, 61 * MINUTE)] == [
        "", "", " for 1 s", " for 119 s", " for 2 min", " for 61 min",
    ]  # fmt: skip


def test_priority_is_never_told_by_colour_alone() -> None:
    """Alarm-system 1.1."""
    assert len(set(STARS.values())) == len(Priority) == 3


def test_an_ended_alarm_is_remembered_by_how_far_it_went() -> None:
    """The value that ended it would read as if nothing had been wrong."""
    low = alarm("SPO2_CRIT", value=97.0, limit=85.0, unit="%", worst=79.0)
    high = alarm("SBP_CRIT", value=150.0, limit=180.0, unit="mmHg", worst=191.0)
    low.state = high.state = AlarmState.LATCHED
    assert describe(low) == "SpO2 fell to 79 % (limit 85)"
    assert describe(high) == "SBP rose to 191 mmHg (limit 180)"


def test_a_failed_cuff_says_why_in_words() -> None:
    assert describe(alarm("NIBP_FAIL", detail="weak_signal")) == "Cuff reading failed again: weak pulse"


def test_the_log_tells_times_as_an_operator_reads_them() -> None:
    """No microseconds of the service's scale."""
    asked = Event(0, "bay-1", EventKind.NIBP_REQUESTED, {"device": "cuff-1", "due_at": 1_000_000, "since": 0})
    assert loggable(asked) == {"bed": "bay-1", "device": "cuff-1", "due_at": "1970-01-01T00:00:01.000Z"}


def test_a_rule_that_is_off_names_its_side() -> None:
    assert (rule_and_side("PR_HIGH"), rule_and_side("PR_LOW")) == ("Pulse high", "Pulse low")
    assert rule_and_side("SYMPTOM") == "Symptom"
