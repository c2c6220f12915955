"""Nonin oximeters in every data format (pulse-oximeters, sections 1 to 6)."""

from __future__ import annotations

from simulator.devices.nonin.frames import NoninDf2, NoninDf7, encode_frame, encode_packet
from simulator.devices.nonin.numerics import Numerics
from simulator.devices.nonin.real_time_lines import NoninAscii
from simulator.devices.nonin.records import NoninDf1, NoninDf8
from simulator.devices.nonin.selectable import SelectableNonin
from simulator.devices.nonin.spot_check import NoninDf13
from simulator.emulator import Emulator

__all__ = [
    "EMULATORS",
    "NoninAscii",
    "NoninDf1",
    "NoninDf2",
    "NoninDf7",
    "NoninDf8",
    "NoninDf13",
    "Numerics",
    "SelectableNonin",
    "encode_frame",
    "encode_packet",
]

EMULATORS = (
    Emulator("nonin-df1", "Nonin 3150", lambda source, seed: NoninDf1(source)),
    Emulator("nonin-df2", "Nonin 9560", lambda source, seed: NoninDf2(source)),
    Emulator(
        "nonin-df2", "Nonin iPod, OEM III", lambda source, seed: NoninDf2(source, burst=25, timer=False), variant="ipod"
    ),
    Emulator(
        "nonin-df2",
        "Nonin 9560 that takes commands",
        lambda source, seed: SelectableNonin(source, 0x02),
        variant="9560",
    ),
    Emulator("nonin-df7", "Nonin 9560", lambda source, seed: NoninDf7(source)),
    Emulator("nonin-df8", "Nonin 3150", lambda source, seed: NoninDf8(source)),
    Emulator("nonin-df13", "Nonin 9560", lambda source, seed: NoninDf13(source)),
    Emulator("nonin-ascii", "Nonin 8500, 2500", lambda source, seed: NoninAscii(source)),
    Emulator(
        "nonin-ascii",
        "Nonin 8600V, 9847",
        lambda source, seed: NoninAscii(source, model="8600V", clock=True, pad=" ", fast=True),
        variant="8600v",
    ),
)
