"""Starting and stopping a cuff behind a gateway (protocols/blood-pressure.md, section 9)."""

from __future__ import annotations

from adapters.devices.mqtt_vitals.dialogue import VitalsDialogue, command_payload
from adapters.reading import CuffProgress, CuffReading, DeviceStatus
from config.instant import SECOND, Instant
from config.vocabulary import CuffError, CuffState

T0: Instant = 1_700_000_000 * SECOND
GOOD = CuffReading(0, 120, 80, 93)
BAD = CuffReading(0, None, None, None, error=CuffError.MOTION)


def present() -> VitalsDialogue:
    dialogue = VitalsDialogue()
    dialogue.on_reading(DeviceStatus(0, online=True), T0)
    return dialogue


def test_start_is_a_command() -> None:
    assert present().request_measurement(T0) == command_payload("start", T0)


def test_nothing_starts_before_the_device_was_heard_or_while_it_is_offline() -> None:
    dialogue = VitalsDialogue()
    assert dialogue.opened(T0) == b""
    assert dialogue.request_measurement(T0) == b""
    dialogue.on_reading(DeviceStatus(0, online=True), T0)
    dialogue.on_reading(DeviceStatus(0, online=False), T0)
    assert dialogue.request_measurement(T0) == b""


def test_nothing_starts_while_the_cuff_measures_whoever_started_it() -> None:
    dialogue = present()
    dialogue.on_reading(CuffProgress(0, CuffState.INFLATING, 20), T0)
    assert dialogue.request_measurement(T0 + 40 * SECOND) == b""
    dialogue.on_reading(GOOD, T0 + 41 * SECOND)
    assert dialogue.request_measurement(T0 + 71 * SECOND) != b""


def test_30_s_between_attempts() -> None:
    dialogue = present()
    dialogue.request_measurement(T0)
    dialogue.on_reading(BAD, T0 + 40 * SECOND)
    assert dialogue.request_measurement(T0 + 70 * SECOND - 1) == b""
    assert dialogue.request_measurement(T0 + 70 * SECOND) != b""


def test_three_attempts_then_five_minutes_of_rest() -> None:
    dialogue, at = present(), T0
    for _ in range(3):
        assert dialogue.request_measurement(at) != b""
        dialogue.on_reading(BAD, at + 30 * SECOND)
        at += 60 * SECOND
    last = at - 60 * SECOND
    assert dialogue.request_measurement(last + 300 * SECOND - 1) == b""
    assert dialogue.request_measurement(last + 300 * SECOND) != b""


def test_a_good_reading_takes_the_attempts_back() -> None:
    dialogue = present()
    for number in range(6):
        at = T0 + number * 60 * SECOND
        assert dialogue.request_measurement(at) != b""
        dialogue.on_reading(GOOD, at + 30 * SECOND)


def test_what_lasts_longer_than_two_minutes_is_stopped() -> None:
    dialogue = present()
    dialogue.request_measurement(T0)
    deadline = dialogue.next_deadline()
    assert deadline == T0 + 120 * SECOND
    assert dialogue.tick(deadline - 1) == b""
    assert dialogue.tick(deadline) == command_payload("stop", deadline)
    assert dialogue.next_deadline() is None


def test_a_measurement_left_behind_by_a_lost_broker_is_stopped() -> None:
    dialogue = present()
    dialogue.request_measurement(T0)
    assert dialogue.opened(T0 + 5 * SECOND) == command_payload("stop", T0 + 5 * SECOND)
