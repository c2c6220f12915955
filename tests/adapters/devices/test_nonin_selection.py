"""Choosing a Nonin's data format: the document's own commands, off by default, never waited for."""

from __future__ import annotations

import pytest

from adapters.devices.nonin.selection import SelectOptions, dialogue_for, set_format
from adapters.reading import Fault, FaultKind, OximeterReading
from adapters.registry import OptionError, build_options, driver
from config.instant import SECOND

FORMATS = {"nonin-df2": 0x02, "nonin-df7": 0x07, "nonin-df8": 0x08, "nonin-df13": 0x0D}

PRINTED_9560 = {
    "nonin-df2": "02 70 02 02 02 03",
    "nonin-df7": "02 70 02 02 07 03",
    "nonin-df8": "02 70 02 02 08 03",
    "nonin-df13": "02 70 02 02 0D 03",
}
PRINTED_3150 = {
    "nonin-df2": "02 70 04 02 02 00 78 03",
    "nonin-df8": "02 70 04 02 08 00 7E 03",
    "nonin-df7": "02 70 04 02 07 00 7D 03",
}
"""The commands printed in pulse-oximeters, section 4a."""


@pytest.mark.parametrize("name", FORMATS)
def test_nothing_is_sent_unless_the_site_file_says_so(name: str) -> None:
    found = driver(name)
    assert found.dialogue is not None
    assert not found.starts
    dialogue = found.dialogue(build_options(found, {}))
    assert dialogue.opened(0) == b""
    assert dialogue.next_deadline() is None
    assert dialogue.tick(10 * SECOND) == b""
    assert dialogue.on_reading(Fault(0, FaultKind.GARBAGE, 250), 0) == b""


@pytest.mark.parametrize(
    ("name", "model", "printed"),
    [
        *((name, "9560", printed) for name, printed in PRINTED_9560.items()),
        *((name, "3150", printed) for name, printed in PRINTED_3150.items()),
    ],
)
def test_the_printed_commands(name: str, model: str, printed: str) -> None:
    """Sent when the link comes up, each time it does."""
    found = driver(name)
    assert found.dialogue is not None
    dialogue = found.dialogue(build_options(found, {"select": model}))
    assert dialogue.opened(0) == bytes.fromhex(printed)
    assert dialogue.opened(60 * SECOND) == bytes.fromhex(printed)
    assert dialogue.request_measurement(0) == dialogue.cancel_measurement(0) == b""


def test_the_command_of_openice() -> None:
    """The activation byte is the site's choice."""
    options = build_options(driver("nonin-df7"), {"select": "3150", "activation": 0x21})
    assert dialogue_for(0x07, options).opened(0) == bytes.fromhex("02 70 04 02 07 21 9E 03")
    assert set_format("3150", 0x07, 0x21) == bytes.fromhex("02 70 04 02 07 21 9E 03")


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("nonin-df13", {"select": "3150"}),
        ("nonin-df2", {"select": "yes"}),
        ("nonin-df2", {"activation": 256}),
        ("nonin-df1", {"select": "9560"}),
    ],
)
def test_what_no_device_knows_is_refused(name: str, table: dict[str, object]) -> None:
    with pytest.raises(OptionError):
        build_options(driver(name), table)


def test_it_is_asked_twice_within_the_five_seconds_and_then_no_more() -> None:
    dialogue = dialogue_for(0x02, SelectOptions("9560"))
    words = dialogue.opened(0)
    assert dialogue.next_deadline() == 2 * SECOND
    assert dialogue.tick(SECOND) == b""
    assert dialogue.on_reading(Fault(0, FaultKind.GARBAGE, 9), SECOND) == b""
    assert dialogue.tick(2 * SECOND) == words
    assert dialogue.next_deadline() is None
    assert dialogue.tick(4 * SECOND) == b""


def test_a_device_that_speaks_as_wanted_is_not_asked_again() -> None:
    dialogue = dialogue_for(0x02, SelectOptions("9560"))
    dialogue.opened(0)
    assert dialogue.on_reading(OximeterReading(0, 97, 72), SECOND) == b""
    assert dialogue.next_deadline() is None
