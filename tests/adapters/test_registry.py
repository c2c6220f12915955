"""Finding drivers, refusing two of one name, checking options."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from importlib.metadata import EntryPoint
from typing import Any

import pytest

from adapters import registry
from adapters.devices.par_nibp import ParOptions
from adapters.driver import Driver, NoOptions
from adapters.registry import DriverConflict, OptionError, UnknownDriver, build_options, driver, drivers, line_settings

FOREIGN = replace(driver("nonin-df2"), name="acme-ox1")
"""What an entry point of another distribution leads to."""
SEVERAL = (FOREIGN, replace(FOREIGN, name="acme-ox2"))
NO_DRIVER = ("acme",)
BAD_OPTIONS = replace(FOREIGN, options=dict)


def offer(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    """Let the installed distributions offer these names of this module."""
    points = [EntryPoint(name=name, value=f"{__name__}:{name}", group=registry.GROUP) for name in names]

    def entry_points(group: str) -> Iterable[EntryPoint]:
        return [point for point in points if point.group == group]

    monkeypatch.setattr(registry, "entry_points", entry_points)


def test_shipped_drivers_are_found_by_name() -> None:
    found = drivers()
    assert {"nonin-df2", "par-nibp", "mqtt-vitals"} <= found.keys()
    assert list(found) == sorted(found)
    assert all(name == each.name for name, each in found.items())


@pytest.mark.parametrize("each", drivers().values(), ids=lambda each: each.name)
def test_every_driver_is_whole(each: Driver) -> None:
    """A source, a pace, line settings unless it takes messages, options that build from nothing."""
    assert each.title
    assert each.source
    assert each.nominal_interval > 0
    assert (each.line is None) == each.messages
    options = build_options(each, {})
    assert options == each.options()
    decoder = each.decoder(options)
    assert callable(decoder.feed_message if each.messages else decoder.feed)
    if each.dialogue is not None:
        assert each.dialogue(options).next_deadline() is None


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownDriver, match=r"unknown driver 'nonin-df22': did you mean nonin-df2"):
        driver("nonin-df22")
    with pytest.raises(LookupError, match=r"unknown driver 'zzz': known are .*mqtt-vitals"):
        driver("zzz")


def test_drivers_of_others_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    offer(monkeypatch, "SEVERAL")
    assert {"acme-ox1", "acme-ox2"} <= drivers().keys()
    offer(monkeypatch, "FOREIGN")
    assert driver("acme-ox1") is FOREIGN


def test_a_name_claimed_twice_is_refused_with_both_claimants(monkeypatch: pytest.MonkeyPatch) -> None:
    offer(monkeypatch, "FOREIGN", "SEVERAL")
    with pytest.raises(DriverConflict, match=r"'acme-ox1' is claimed by entry point 'FOREIGN'.* and by .*'SEVERAL'"):
        drivers()


@pytest.mark.parametrize(
    ("name", "reason"), [("NO_DRIVER", "offers str, not a Driver"), ("BAD_OPTIONS", "are no dataclass")]
)
def test_an_entry_point_that_leads_nowhere_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, reason: str) -> None:
    offer(monkeypatch, name)
    with pytest.raises(DriverConflict, match=reason):
        drivers()


def test_options_are_built_from_a_table() -> None:
    options = build_options(driver("par-nibp"), {"baud": 19200, "delimiters": "spo2"})
    assert options == ParOptions(baud=19200, delimiters="spo2")
    assert build_options(driver("nonin-df1"), {}) == NoOptions()


@pytest.mark.parametrize(
    ("name", "table", "reason"),
    [
        ("par-nibp", {"bauds": 4800}, "no option 'bauds': did you mean 'baud'?"),
        ("par-nibp", {"zzz": 1}, "no option 'zzz': it has baud, delimiters"),
        ("nonin-df1", {"baud": 9600}, "no option 'baud': it has no options"),
        ("par-nibp", {"baud": 9600}, "(one of 4800, 19200)"),
        ("par-nibp", {"baud": "4800"}, "Expected `int`, got `str`"),
        ("par-nibp", {"baud": True}, "got `bool`"),
        ("par-nibp", {"baud": 4800, "delimiters": "both"}, "(one of 'plain', 'spo2')"),
    ],
)
def test_options_that_do_not_fit_are_refused(name: str, table: dict[str, Any], reason: str) -> None:
    with pytest.raises(OptionError) as refusal:
        build_options(driver(name), table)
    assert reason in str(refusal.value)
    assert name in str(refusal.value)


def test_a_wrong_type_without_a_list_of_choices() -> None:
    @dataclass(frozen=True)
    class Options:
        address: int = 1

    with pytest.raises(OptionError, match=r"Expected `int`, got `str` - at `\$.address`$"):
        build_options(replace(FOREIGN, options=Options), {"address": "x"})


def test_an_option_baud_stands_above_the_drivers_own_rate() -> None:
    cuff = driver("par-nibp")
    assert cuff.line is not None
    assert line_settings(cuff, ParOptions(baud=19200)) == replace(cuff.line, baud=19200)
    oximeter = driver("nonin-df2")
    assert line_settings(oximeter, NoOptions()) == oximeter.line
    assert line_settings(driver("mqtt-vitals"), NoOptions()) is None
