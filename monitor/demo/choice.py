"""Which emulated devices a story can be played on."""

from __future__ import annotations

from simulator.emulator import CuffEmulator, Emulator, emulators
from simulator.scenario import parse_scenario


def cuffs() -> dict[str, Emulator]:
    """Those with a start button, by name."""
    return {name: each for name, each in emulators().items() if _is_cuff(each)}


def oximeters() -> dict[str, Emulator]:
    """The others, by name."""
    return {name: each for name, each in emulators().items() if not _is_cuff(each)}


def _is_cuff(emulator: Emulator) -> bool:
    body = parse_scenario('title = "nobody"', name="nobody", origin="nobody").patient(0, 0.0)
    return isinstance(emulator.make(body, 0), CuffEmulator)
