"""The emulated older Nonin monitors against pulse-oximeters, section 6."""

from __future__ import annotations

from config.instant import SECOND
from simulator.devices.nonin import NoninAscii
from simulator.devices.nonin.real_time_lines import encode_line
from tests.simulator.devices.still_body import StillBody


def test_the_printed_lines() -> None:
    assert encode_line(97, 72) == "SPO2=097 HR=072"
    assert encode_line(None, None, time="14:00:05") == "14:00:05 SPO2=--- HR=---"
    assert encode_line(96, 88, pad=" ", mark="F") == "SPO2= 96 HR= 88 F"


def test_a_heading_then_a_line_each_second_whatever_the_steps() -> None:
    at_once, stepwise = NoninAscii(StillBody()), NoninAscii(StillBody())
    stream = b"".join(stepwise.advance(step) for step in [0, 1, 999_999, 2 * SECOND, 999_999])
    assert stream == b"NONIN MODEL 8500\r\nTIME 08:00:00\r\n" + b"SPO2=097 HR=072\r\n" * 3
    assert at_once.advance(4 * SECOND - 1) == stream


def test_no_data_is_dashes_and_the_clock_goes_on() -> None:
    body = StillBody()
    device = NoninAscii(body, model="9847", clock=True, pad=" ", fast=True)
    device.advance(59 * SECOND)
    body.show(sensor_off=True, spo2=None, pulse_rate=None)
    assert device.advance(SECOND) == b"08:01:00 SPO2=--- HR=--- F\r\n"
