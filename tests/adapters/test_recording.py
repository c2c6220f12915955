"""Captures: the bytes that were heard, when they came, and no identity in them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from adapters.reading import OximeterReading
from adapters.recording import Arrival, MaskError, Recorder, carries_identity, decoded, mask_capture
from adapters.registry import driver
from config.instant import SECOND
from tests.adapters.captures import ROOT
from tests.support.clock import ManualClock

MASIMO = driver("masimo-ascii1")
DF2 = driver("nonin-df2")
ROW = (
    b"03/17/16 19:19:%02d SN=0000123456 SPO2=098%% BPM=123 PI=00.55%% SPCO=--.-%% SPMET=--.-%% DESAT=-- PIDELTA=+-- "
    b"ALARM=0000 EXC=000000\r\n"
)
ROWS = b"".join(ROW % second for second in range(5))
SERIAL = b"123456"


def arrivals(*lengths: int) -> list[Arrival]:
    found, offset = [], 0
    for number, length in enumerate(lengths):
        found.append(Arrival(number * SECOND, offset, length))
        offset += length
    return found


def test_the_serial_numbers_are_masked_and_counted() -> None:
    masked = mask_capture(MASIMO, MASIMO.options(), ROWS, arrivals(100, len(ROWS) - 100))
    assert SERIAL not in masked.data
    assert (masked.places, masked.cut, len(masked.data)) == (5, 0, len(ROWS))
    assert [item.spo2 for item in masked.items if isinstance(item, OximeterReading)] == [98.0] * 5
    assert masked.arrivals == tuple(arrivals(100, len(ROWS) - 100))


def test_half_an_identity_at_either_end_does_not_get_through() -> None:
    """The recording began inside one serial number and ended inside another; the times stay those of their bytes."""
    inside = ROWS.index(b"3456")
    end = len(ROWS) - len(ROW % 0) + (ROW % 0).index(b"56 SPO2")
    heard = ROWS[inside:end]
    masked = mask_capture(MASIMO, MASIMO.options(), heard, arrivals(10, 200, len(heard) - 210))
    assert b"3456" not in masked.data
    assert b"1234" not in masked.data
    assert masked.cut > 0
    assert masked.places == 3
    assert [each.at for each in masked.arrivals] == [SECOND, 2 * SECOND]
    assert sum(each.length for each in masked.arrivals) == len(masked.data)
    assert masked.arrivals[0].offset == 0


def test_a_nonins_answer_in_the_stream_is_masked() -> None:
    """A serial number may come between packets, and itself hold the character that masks it."""
    clean = (ROOT / "nonin-df2" / "clean" / "input.bin").read_bytes()
    masked = mask_capture(DF2, DF2.options(), clean + serial_number(b"501200567") + clean, [])
    assert b"5012" not in masked.data
    assert masked.places == 1


def serial_number(digits: bytes) -> bytes:
    """The answer that carries it, as the driver's own capture has it."""
    heard = (ROOT / "nonin-df2" / "control-answers" / "input.bin").read_bytes()
    at = heard.index(b"\xf4")
    answer = heard[at - 1 : heard.index(b"\x03", at + 11) + 1]
    return answer[:-11] + digits + answer[-2:]


def test_a_driver_without_a_mask_says_that_it_carries_none() -> None:
    plain = driver("nonin-df1")
    assert carries_identity(MASIMO)
    assert not carries_identity(plain)
    heard = b"\x7f" + (ROOT / "nonin-df1" / "clean" / "input.bin").read_bytes()
    masked = mask_capture(plain, plain.options(), heard, arrivals(len(heard)))
    assert masked.data == heard
    assert (masked.places, masked.cut) == (0, 0)


def test_a_mask_that_changes_the_length_shows_nothing() -> None:
    wrong = replace(MASIMO, mask=lambda data: data.replace(SERIAL, b""))
    with pytest.raises(MaskError, match="masimo-ascii1"):
        mask_capture(wrong, wrong.options(), ROWS, [])


def test_the_recorder_hears_what_the_decoder_hears() -> None:
    clock = ManualClock(7 * SECOND)
    recorder = Recorder(clock)
    decoder = recorder.listening_as(DF2).decoder(DF2.options())
    clean = (ROOT / "nonin-df2" / "clean" / "input.bin").read_bytes()
    items = [*decoder.feed(clean[:77]), *decoder.feed(b""), *decoder.feed(clean[77:]), *decoder.finish()]
    assert items == decoded(DF2, DF2.options(), clean)
    assert bytes(recorder.data) == clean
    assert recorder.arrivals == [Arrival(7 * SECOND, 0, 77), Arrival(7 * SECOND, 77, len(clean) - 77)]


def test_messages_are_kept_as_lines_whatever_their_payload() -> None:
    own = driver("mqtt-vitals")
    recorder = Recorder(ManualClock())
    decoder = recorder.listening_as(own).decoder(own.options())
    items = [
        *decoder.feed_message("vitals/v1/a/b/ox-1/spo2", b'{"t": "2026-11-22T14:30:00Z", "values": {"spo2": 97}}'),
        *decoder.feed_message("vitals/v1/a/b/ox-1/spo2", b"two\nlines"),
    ]
    assert len(recorder.arrivals) == 2
    again = decoded(own, own.options(), bytes(recorder.data))
    assert [type(item) for item in again] == [type(item) for item in items]


def test_a_full_recorder_takes_no_part_of_a_chunk() -> None:
    recorder = Recorder(ManualClock(), limit=10)
    recorder.take(b"12345678")
    assert not recorder.full.is_set()
    recorder.take(b"abc")
    recorder.take(b"d")
    assert recorder.full.is_set()
    assert bytes(recorder.data) == b"12345678"
