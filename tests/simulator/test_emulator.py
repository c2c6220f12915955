"""Emulators are found by themselves, and each is read by the driver it is named after."""

from __future__ import annotations

import pytest

from adapters.registry import drivers
from simulator.emulator import emulators
from tests.simulator.devices.still_body import StillBody


def test_every_emulator_belongs_to_a_driver() -> None:
    assert {each.driver for each in emulators().values()} <= drivers().keys()
    assert "nonin-df2" in emulators()
    assert "nonin-df2/ipod" in emulators()


@pytest.mark.parametrize("name", emulators())
def test_an_emulator_is_made_on_a_body_and_has_a_speed(name: str) -> None:
    emulator = emulators()[name].make(StillBody(), 1)
    assert emulator.baud >= 1200
    assert emulators()[name].bits_per_byte in (10, 11)
