"""The emulated line printers speak as the document says."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from config.instant import MINUTE, SECOND
from config.vocabulary import CuffError
from simulator.cuff import Outcome
from simulator.devices.delimited_cuff import DelimitedCuff, bp500, hbp9020, hbp9030
from tests.simulator.devices.still_body import StillBody


def test_printed_lines() -> None:
    """But for the patient number."""
    assert hbp9020(Outcome(140, 77, 98, 68), datetime(2023, 4, 27, 15, 6, tzinfo=UTC)) == (
        b"bp,00000000000000000042,2023/04/27,15:06,140,098,077,068,0\r\n"
    )
    assert hbp9030(Outcome(128, 82, 95, 71), datetime(2026, 3, 14, 9, 26, tzinfo=UTC)) == (
        b"2026,03,14,09,26,00000000000000000042,0,128,082,071,0\r\n"
    )
    assert bp500(Outcome(128, 82, 97, 84), datetime(2021, 4, 27, 15, 30, tzinfo=UTC)) == (
        b"\x02R1,000000042,210427,153000,128,097,082,084,0000,0000,00000,000\x03?"
    )


def test_failures() -> None:
    shown = datetime(2026, 3, 14, 9, 31, tzinfo=UTC)
    failed = Outcome(error=CuffError.MOTION)
    assert hbp9030(failed, shown) == b"2026,03,14,09,31,00000000000000000042,2,   ,   ,   ,0\r\n"
    assert hbp9020(failed, shown) == bp500(failed, shown) == b""


@pytest.mark.parametrize("line", [hbp9020, hbp9030, bp500])
def test_one_line_for_each_measurement(line: object) -> None:
    device = DelimitedCuff(StillBody(), line=line)  # type: ignore[arg-type]
    device.receive(b"start\r\n")
    assert device.advance(10 * MINUTE) == b""
    device.press_start()
    assert device.measuring
    assert device.advance(MINUTE).count(b"128") == 1
    device.press_start()
    device.advance(5 * SECOND)
    device.press_stop()
    assert device.advance(MINUTE) == b""
