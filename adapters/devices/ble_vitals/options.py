"""What a site can say about a Bluetooth device."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class BleOptions:
    """The device's clock has no zone, and what it kept in its memory looks like what it measures now.

    Attributes:
        utc_offset_min: what the device's clock shows beside UTC, in minutes: 60 for Central European winter time.
        fresh_within_s: a stamped measurement older than this is history, and no reading.
        accept_undated: takes a measurement whose time stamp is unknown (zeros, or a clock that was never set) as new.
        accept_doubtful: takes pressures although the cuff noted movement, a loose cuff or a wrong position.
    """

    utc_offset_min: int = 0
    fresh_within_s: float = 300.0
    accept_undated: bool = False
    accept_doubtful: bool = False
