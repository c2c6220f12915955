"""The Nellcor emulator against the printout of pulse-oximeters, section 8."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.instant import MINUTE, SECOND
from simulator.devices.nellcor import Limits, Model, NellcorAscii, Row
from tests.simulator.devices.still_body import StillBody

CAPTURES = Path(__file__).parents[3] / ".." / "shared" / "captures" / "oximeters"


def at(*when: int) -> datetime:
    return datetime(*when, tzinfo=UTC)  # type: ignore[misc, arg-type]


PRINTED = {
    "29-Dec-17 07:18:43    99      66      12                     ": Row(at(2017, 12, 29, 7, 18, 43), 99, 66, 12),
    "29-Dec-17 07:18:57    89*     66     201    MO SL            ": Row(
        at(2017, 12, 29, 7, 18, 57), 89, 66, 201, ["MO", "SL"], spo2_beyond=True
    ),
    "29-Dec-17 07:19:05    77*     66       8    MO SL       AS   ": Row(
        at(2017, 12, 29, 7, 19, 5), 77, 66, 8, ["MO", "SL", "AS"], spo2_beyond=True
    ),
    "29-Dec-17 07:19:29   ---     ---     ---    SD          AS   ": Row(
        at(2017, 12, 29, 7, 19, 29), codes=["SD", "AS"]
    ),
    "29-Dec-17 07:20:27     0       0     ---    PS               ": Row(
        at(2017, 12, 29, 7, 20, 27), 0, 0, codes=["PS"]
    ),
    "07-Jan-04 11:24:54   100     102      36    MO             AO": Row(
        at(2004, 1, 7, 11, 24, 54), 100, 102, 36, ["MO", "AO"]
    ),
}


@pytest.mark.parametrize(("printed", "row"), PRINTED.items())
def test_printed_rows(printed: str, row: Row) -> None:
    assert row.text() == printed


def lines_of(device: NellcorAscii, duration: int) -> list[str]:
    said = device.advance(duration).decode()
    assert not said or said.endswith("\r\n")
    return said.split("\r\n")[:-1]


def test_the_heading_of_an_n560_is_that_of_the_recording() -> None:
    path = CAPTURES / "nellcor-n560-ascii.txt"
    if not path.exists():
        pytest.skip("captures not present beside the checkout")
    recorded = path.read_text("ascii").splitlines()
    first = recorded.index(next(line for line in recorded if line.startswith("N-560")))
    assert lines_of(NellcorAscii(StillBody()), 2 * SECOND)[:3] == recorded[first : first + 3]
    assert {len(line) for line in recorded if line[2] == "-"} == {61}


def test_a_page_has_three_lines_of_heading_and_22_rows() -> None:
    lines = lines_of(NellcorAscii(StillBody()), 2 * MINUTE)
    assert [number for number, line in enumerate(lines) if line.startswith("N-560")] == [0, 25, 50]
    assert len(lines) == 60 + 9
    stepwise = NellcorAscii(StillBody())
    assert [line for _ in range(2400) for line in lines_of(stepwise, SECOND // 20)] == lines


def test_a_changed_limit_brings_the_heading() -> None:
    device = NellcorAscii(StillBody())
    lines_of(device, 10 * SECOND)
    device.limits = Limits(spo2=(85, 100))
    lines = lines_of(device, 4 * SECOND)
    assert "SpO2 Limit: 85-100%" in lines[0]
    assert len(lines) == 5


def test_other_models() -> None:
    """A blank more and the response mode; no second line and upper case."""
    n595 = lines_of(NellcorAscii(StillBody(), model=Model.N595, baud=9600), 2 * SECOND)
    assert "SpO2 Limit:  90" in n595[0]
    assert n595[1].endswith("SPO2 RESP MODE: NORMAL")
    assert "%SPO2" in n595[2]
    npb = NellcorAscii(StillBody(), model=Model.NPB290)
    lines = lines_of(npb, 2 * SECOND)
    assert "CRC: XXXX" in lines[0]
    assert len(lines) == 3
    assert lines[2].startswith("22-NOV-26 14:30:02 ")
    npb.on_mains = False
    assert lines_of(npb, MINUTE) == []


def test_xoff_holds_and_xon_lets_go_on() -> None:
    device = NellcorAscii(StillBody())
    device.receive(b"\x13")
    assert lines_of(device, 10 * SECOND) == []
    device.receive(b"\x11")
    assert len(lines_of(device, 10 * SECOND)) == 3 + 5


def test_the_story_of_a_sensor() -> None:
    """Disconnected, off the patient, a search with zeros, then numbers."""
    body = StillBody()
    device = NellcorAscii(body)
    body.show(sensor_off=True, spo2=None, pulse_rate=None)
    assert lines_of(device, 2 * SECOND)[-1][18:].split() == ["---", "---", "---", "SD"]
    body.show(sensor_off=False, finger_out=True)
    assert lines_of(device, 2 * SECOND)[-1][18:].split() == ["---", "---", "---", "SO"]
    body.show(finger_out=False, spo2=97.0, pulse_rate=72.0)
    rows = [line[18:].split() for line in lines_of(device, 8 * SECOND)]
    assert rows == [["0", "0", "---", "PS"]] * 3 + [["97", "72", "30"]]


def test_limits_stars_and_buttons() -> None:
    body = StillBody()
    device = NellcorAscii(body)
    body.show(spo2=85.0, pulse_rate=180.0, motion=True)
    device.battery_low = device.alarm_silenced = device.alarm_off = True
    row = lines_of(device, 2 * SECOND)[-1]
    assert row[18:44].split() == ["85*", "180*", "30"]
    assert row[44:] == "MO SL PH LB AS AO"
    body.show(spo2=100.0, pulse_rate=55.0, motion=False)
    device.limits = Limits(spo2=(80, 98))
    row = lines_of(device, 2 * SECOND)[-1]
    assert row[44:] == "   SH PL LB AS AO"


@given(
    spo2=st.none() | st.floats(0, 110),
    pulse_rate=st.none() | st.floats(0, 600),
    perfusion_index=st.none() | st.floats(0, 40),
    sensor_off=st.booleans(),
    finger_out=st.booleans(),
    motion=st.booleans(),
)
def test_every_row_is_61_characters(
    spo2: float | None,
    pulse_rate: float | None,
    perfusion_index: float | None,
    sensor_off: bool,
    finger_out: bool,
    motion: bool,
) -> None:
    """For any body, even an impossible one."""
    body = StillBody()
    body.show(
        spo2=spo2,
        pulse_rate=pulse_rate,
        perfusion_index=perfusion_index,
        sensor_off=sensor_off,
        finger_out=finger_out,
        motion=motion,
    )
    assert {len(line) for line in lines_of(NellcorAscii(body), 10 * SECOND)[3:]} == {61}
