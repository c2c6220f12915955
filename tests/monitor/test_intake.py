"""Devices that the site file does not bind: each is told, and a flood of them is one trouble."""

from __future__ import annotations

from config.instant import SECOND, Instant
from monitor.core.inputs import Input, SystemState
from monitor.intake import FURTHER_UNBOUND, MAX_UNBOUND, UNBOUND_PERIOD, Intake


class Desk:
    """An intake without beds, and what it passed on."""

    def __init__(self) -> None:
        self.told: list[str | None] = []
        self.kept: list[tuple[str, bytes]] = []
        self.intake = Intake(
            {}, self._submit, lambda *wave: None, lambda at, topic, data: self.kept.append((topic, data))
        )

    def _submit(self, item: Input, at: Instant) -> None:
        assert isinstance(item, SystemState)
        self.told.append(item.subject)


def test_an_unbound_device_is_told_once_a_period() -> None:
    """Whatever kinds of message it sends; its value is kept apart, and not more of it than a piece."""
    desk = Desk()
    desk.intake.unbound("vitals/v1/harbour/bay-9/ox-9/spo2", b"x" * 10_000, 0)
    desk.intake.unbound("vitals/v1/harbour/bay-9/ox-9/status", b"{}", UNBOUND_PERIOD - 1)
    desk.intake.unbound("vitals/v1/harbour/bay-9/ox-9/spo2", b"{}", UNBOUND_PERIOD)
    assert desk.told == ["vitals/v1/harbour/bay-9/ox-9"] * 2
    assert [(topic.rpartition("/")[2], len(data)) for topic, data in desk.kept] == [("spo2", 512), ("spo2", 2)]
    assert desk.intake.stats.unbound == 3


def test_a_flood_of_new_names_is_one_trouble() -> None:
    """Random addresses flood the topic tree (mqtt-payloads, section 1): neither alarms nor journal follow them."""
    desk = Desk()
    for number in range(10_000):
        desk.intake.unbound(f"vitals/v1/harbour/bay-9/{number}/spo2", b"{}", number)
    assert len(desk.told) == len(desk.kept) == MAX_UNBOUND + 1
    assert desk.told[-1] == FURTHER_UNBOUND
    assert desk.intake.stats.unbound_together == 10_000 - MAX_UNBOUND


def test_after_a_flood_devices_have_names_again() -> None:
    desk = Desk()
    for number in range(2 * MAX_UNBOUND):
        desk.intake.unbound(f"vitals/v1/harbour/bay-9/{number}/spo2", b"{}", 0)
    desk.intake.unbound("vitals/v1/harbour/bay-8/ox-8/spo2", b"{}", UNBOUND_PERIOD + SECOND)
    assert desk.told[-1] == "vitals/v1/harbour/bay-8/ox-8"
