"""Nonin oximeters in every data format (pulse-oximeters, sections 1 to 6)."""

from __future__ import annotations

from simulator.devices.nonin.frames import NoninDf2, NoninDf7, encode_frame, encode_packet
from simulator.devices.nonin.numerics import Numerics
from simulator.devices.nonin.records import NoninDf1, NoninDf8
from simulator.emulator import Emulator

__all__ = ["EMULATORS", "NoninDf1", "NoninDf2", "NoninDf7", "NoninDf8", "Numerics", "encode_frame", "encode_packet"]

EMULATORS = (
    Emulator("nonin-df1", "Nonin 3150", lambda source, seed: NoninDf1(source)),
    Emulator("nonin-df2", "Nonin 9560", lambda source, seed: NoninDf2(source)),
    Emulator(
        "nonin-df2", "Nonin iPod, OEM III", lambda source, seed: NoninDf2(source, burst=25, timer=False), variant="ipod"
    ),
    Emulator("nonin-df7", "Nonin 9560", lambda source, seed: NoninDf7(source)),
    Emulator("nonin-df8", "Nonin 3150", lambda source, seed: NoninDf8(source)),
)
