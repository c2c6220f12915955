"""Contec V7.0: the document's packages and commands, the recorded session, and when the dialogue says what."""

from __future__ import annotations

import pytest

from adapters.devices.contec_v7.decoder import V7Decoder, hide_identity
from adapters.devices.contec_v7.dialogue import KEEP_ALIVE, SILENCE, V7Dialogue, command
from adapters.reading import DeviceStatus, Fault, FaultKind, OximeterReading, PlethChunk, Reading
from config.instant import SECOND, Instant
from config.vocabulary import Flag
from tests.adapters.captures import SHARED, decode

LIVE = {
    "01 E0 85 B3 96 C1 E1 FF FF": (97, 65, None, set(), 51),
    "01 E0 84 93 92 BC E3 FF FF": (99, 60, None, set(), 19),
    "01 E0 C4 C1 98 BC E3 FF FF": (99, 60, None, set(), 65),
    "01 88 C6 D7 8B 8C DD D9 81": (93, 140, 3.45, set(), 87),
    "01 E9 80 C0 90 FF FF FF FF": (None, None, None, {Flag.NO_FINGER, Flag.OUT_OF_TRACK}, 64),
    "01 EA 81 C0 90 FF FF FF FF": (None, None, None, {Flag.SEARCHING}, 64),
}
"""Live packages printed in pulse-oximeters, section 10."""

OTHERS = [
    "0C 80",
    "04 80 F5 F3 E5 F2 A0 A0 A0",
    "0B 81 B3 85",
    "0D 80 81",
    "0F 80 E1 C1 E1 C2 E2 C0",
    "09 82 E1 8C D9 81",
    "08 80 80 80 8F D0 81 80",
]
"""Other packages printed there."""


@pytest.mark.parametrize("times", [1, 3])
@pytest.mark.parametrize(("printed", "told"), LIVE.items())
def test_printed_live_packages(
    printed: str, told: tuple[float | None, float | None, float | None, set[Flag], int], times: int
) -> None:
    """The first packages of a connection count alone: nothing speaks against them."""
    reading, pleth = decode("contec-v7", bytes.fromhex(printed) * times)
    assert isinstance(reading, OximeterReading)
    assert isinstance(pleth, PlethChunk)
    shown = (reading.spo2, reading.pulse_rate, reading.perfusion_index, set(reading.flags), pleth.samples[0])
    assert shown == told


@pytest.mark.parametrize("printed", OTHERS)
def test_other_printed_packages_are_passed_over(printed: str) -> None:
    assert decode("contec-v7", bytes.fromhex(printed)) == []


def test_a_disconnect_notice_after_live_data() -> None:
    """What was shown goes out first."""
    items = decode("contec-v7", bytes.fromhex("01E085B396C1E1FFFF 0D8081"))
    assert [type(item) for item in items] == [OximeterReading, PlethChunk, DeviceStatus]
    assert items[-1] == DeviceStatus(9, online=False)


def test_an_unknown_type_is_skipped_and_told() -> None:
    live = bytes.fromhex("01E085B396C1E1FFFF")
    items = decode("contec-v7", live * 3 + bytes.fromhex("2A 81 82") + live * 3)
    assert Fault(27, FaultKind.UNKNOWN_UNIT, 3, "a package of unknown type 0x2a") in items
    (pleth,) = (item for item in items if isinstance(item, PlethChunk))
    assert pleth.samples == (51,) * 6


def test_after_noise_a_package_needs_company() -> None:
    live = bytes.fromhex("01E085B396C1E1FFFF")
    assert not any(isinstance(item, OximeterReading) for item in decode("contec-v7", b"\x85" + live * 2))
    assert any(isinstance(item, OximeterReading) for item in decode("contec-v7", b"\x85" + live * 3))


def test_recorded_session_of_a_cms50d_plus() -> None:
    """Every answer of the recording is known; its four live packages show 97 % and 65/min."""
    path = SHARED / "oximeters" / "contec-cms50dplus-v46-session.txt"
    if not path.exists():
        pytest.skip("../shared/captures is not present beside the checkout")
    lines = path.read_text("ascii").splitlines()
    said = b"".join(bytes.fromhex(line[2:]) for line in lines if line.startswith("RX"))
    reading, pleth = decode("contec-v7", said)
    assert isinstance(reading, OximeterReading)
    assert (reading.spo2, reading.pulse_rate, reading.perfusion_index, reading.flags) == (97, 65, None, frozenset())
    assert isinstance(pleth, PlethChunk)
    assert pleth.samples == (51, 48, 46, 44)
    sent = [bytes.fromhex(line[2:]) for line in lines if line.startswith("TX")]
    assert command(0xA7) in sent
    assert command(0xA2) in sent
    assert command(0xA1) in sent


def test_identities_are_hidden_and_nothing_else() -> None:
    """Lengths stay, so do the readings."""
    live = bytes.fromhex("01E085B396C1E1FFFF")
    capture = bytes.fromhex("0C80 0480F5F3E5F2A0A0A0") + live * 3
    masked = hide_identity(capture)
    assert masked == bytes.fromhex("0C80 0480A0A0A0A0A0A0A0") + live * 3
    assert V7Decoder().feed(masked) == V7Decoder().feed(capture)


PRINTED_COMMANDS = {
    0xA1: "7D 81 A1 80 80 80 80 80 80",
    0xAF: "7D 81 AF 80 80 80 80 80 80",
    0xA2: "7D 81 A2 80 80 80 80 80 80",
}


@pytest.mark.parametrize(("code", "printed"), PRINTED_COMMANDS.items())
def test_printed_commands(code: int, printed: str) -> None:
    assert command(code) == bytes.fromhex(printed)


class Talk:
    """A dialogue in virtual time; `said` holds what was sent and when, in seconds."""

    def __init__(self) -> None:
        self.dialogue = V7Dialogue()
        self.now: Instant = 0
        self.said: list[tuple[float, str]] = []

    def note(self, words: bytes) -> None:
        for start in range(0, len(words), 9):
            self.said.append((self.now / SECOND, f"{words[start + 2]:02X}"))

    def run(self, until_s: float, *, live: bool) -> list[tuple[float, str]]:
        reading: Reading = OximeterReading(0, 97.0, 72.0)
        self.said.clear()
        while self.now < until_s * SECOND:
            self.now += SECOND // 4
            if live:
                self.note(self.dialogue.on_reading(reading, self.now))
            due = self.dialogue.next_deadline()
            if due is not None and due <= self.now:
                self.note(self.dialogue.tick(self.now))
        return list(self.said)


def test_to_rest_then_live_then_keep_alive() -> None:
    talk = Talk()
    assert talk.dialogue.next_deadline() is None
    talk.note(talk.dialogue.opened(0))
    assert talk.said == [(0.0, "A7")]
    assert talk.run(2, live=False) == [(1.0, "A2"), (2.0, "A1")]
    assert talk.run(20, live=True) == [(7.0, "AF"), (12.0, "AF"), (17.0, "AF")]


def test_live_data_are_asked_for_again_when_they_stay_away() -> None:
    """Every two seconds, with the keep-alive between."""
    talk = Talk()
    talk.note(talk.dialogue.opened(0))
    talk.run(4, live=False)
    assert talk.run(10, live=False) == [(6.0, "A1"), (7.0, "AF"), (8.0, "A1"), (10.0, "A1")]
    assert talk.run(13, live=True) == [(12.0, "AF")]
    assert talk.run(16, live=False) == [(15.0, "A1")]
    assert (SILENCE, KEEP_ALIVE) == (2 * SECOND, 5 * SECOND)


def test_old_live_data_do_not_delay_the_start() -> None:
    """A device that streams when the link opens is brought to rest all the same."""
    talk = Talk()
    talk.note(talk.dialogue.opened(0))
    assert talk.run(2, live=True) == [(1.0, "A2"), (2.0, "A1")]


def test_reconnecting_begins_anew() -> None:
    talk = Talk()
    talk.note(talk.dialogue.opened(0))
    talk.run(9, live=True)
    talk.said.clear()
    talk.note(talk.dialogue.opened(talk.now))
    assert talk.said == [(9.0, "A7")]
    assert talk.run(12, live=True) == [(10.0, "A2"), (11.0, "A1")]


def test_there_is_nothing_to_start_or_stop() -> None:
    talk = Talk()
    talk.note(talk.dialogue.opened(0))
    assert talk.dialogue.request_measurement(0) == b""
    assert talk.dialogue.cancel_measurement(0) == b""
    assert talk.dialogue.on_reading(Fault(0, FaultKind.GARBAGE, 1), 0) == b""
