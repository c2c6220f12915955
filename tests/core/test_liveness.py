"""DEVICE_OFFLINE (alarm-system 3.2; rulings 2.7 and 2.8): links, silence, polled cuffs, every phase."""

from __future__ import annotations

from typing import Any

import pytest

from config.instant import SECOND
from monitor.core.bed import step
from monitor.core.bed_state import DeviceSetup, Setup
from monitor.core.inputs import Restart
from monitor.core.preset.read import build_ruleset
from tests.support.ward import CUFF, OXIMETER, Story, preset_table

STREAM = DeviceSetup(OXIMETER, 4 * SECOND, 10 * SECOND)
POLLED = DeviceSetup(CUFF, 4 * SECOND, 60 * SECOND)
SPEAKS_ONCE = DeviceSetup(CUFF, 4 * SECOND, None)


def told(story: Story, device: str) -> list[tuple[float, str, str]]:
    return [
        (line["t"], line["event"], line["priority"])
        for line in story.lines
        if line.get("alarm") == "DEVICE_OFFLINE" and line["device"] == device
    ]


def link(story: Story, t: float, state: str, device: str = OXIMETER, **more: Any) -> list[dict[str, Any]]:
    return story.put(t, "link", device=device, state=state, **more)


@pytest.mark.parametrize(
    ("phase", "priority"),
    [("IDLE", "low"), ("PRE", "low"), ("INFUSING", "medium"), ("PAUSED", "medium"), ("RECOVERY", "low")],
)
def test_link_down_ten_seconds(phase: str, priority: str) -> None:
    story = Story()
    story.put(0, "tick", bed="bay-1")
    link(story, 1, "up")
    if phase != "IDLE":
        story.open(2)
    if phase not in ("IDLE", "PRE"):
        story.start(3)
    if phase == "PAUSED":
        story.command(4, "pause_infusion")
    if phase == "RECOVERY":
        story.command(4, "end_infusion")
    link(story, 10, "down", reason="no such port")
    story.tick(19.999)
    assert told(story, OXIMETER) == []
    story.tick(20)
    assert told(story, OXIMETER) == [(20, "alarm_raised", priority)]
    line = story.one("alarm_raised", alarm="DEVICE_OFFLINE")
    assert (line["since"], line["detail"], line["device"]) == (10, "no such port", OXIMETER)


def test_link_changes_are_told_and_saying_it_twice_is_no_news() -> None:
    story = Story()
    link(story, 0, "up")
    link(story, 1, "down", reason="gone")
    link(story, 2, "down", reason="gone")
    link(story, 3, "up")
    link(story, 4, "up")
    assert [(line["t"], line["event"], line["device"]) for line in story.lines] == [
        (1, "device_lost", OXIMETER),
        (3, "device_back", OXIMETER),
    ]
    story.tick(100)
    assert told(story, OXIMETER) == []


def test_closes_with_the_link_up_and_a_good_frame() -> None:
    """Rulings 2.8: both are needed."""
    story = Story()
    link(story, 0, "down")
    link(story, 20, "up")
    story.tick(30)
    assert told(story, OXIMETER) == [(10, "alarm_raised", "low")]
    story.sample(31)
    assert told(story, OXIMETER)[1:] == [(31, "alarm_closed", "low")]
    assert story.one("alarm_closed")["reason"] == "cleared"


def test_a_frame_alone_does_not_close_it_while_the_link_is_down() -> None:
    story = Story()
    link(story, 0, "down")
    story.tick(10)
    story.sample(11)
    assert told(story, OXIMETER) == [(10, "alarm_raised", "low")]


def test_when_a_device_last_spoke_is_known_until_its_link_changes() -> None:
    """The page shows it only where it belongs to the link as it stands."""
    story = Story()
    story.sample(1)
    known = story.bed.state.devices[OXIMETER]
    assert known.spoke_since_up is True
    link(story, 2, "down")
    assert known.spoke_since_up is False
    story.sample(3)
    assert known.spoke_since_up is True
    link(story, 4, "up")
    assert known.spoke_since_up is False


def test_silence_of_a_stream() -> None:
    story = Story(devices=[STREAM]).open()
    story.samples(0, 6)
    story.tick(14.999)
    assert told(story, OXIMETER) == []
    story.tick(15)
    assert told(story, OXIMETER) == [(15, "alarm_raised", "low")]
    line = story.one("alarm_raised", alarm="DEVICE_OFFLINE")
    assert (line["since"], "detail" in line) == (5, False), "nobody has given a reason"
    story.sample(16)
    assert told(story, OXIMETER)[1:] == [(16, "alarm_closed", "low")]
    story.tick(26)
    assert told(story, OXIMETER)[2:] == [(26, "alarm_raised", "low")]
    first, second = story.all("alarm_raised", alarm="DEVICE_OFFLINE")
    assert first["alarm_id"] != second["alarm_id"]


def test_silence_from_the_start_without_a_patient() -> None:
    story = Story(devices=[STREAM])
    story.put(0, "battery", device="other", percent=90)
    story.tick(10)
    assert told(story, OXIMETER) == [(10, "alarm_raised", "low")]


def test_any_good_frame_is_a_sign_of_life() -> None:
    story = Story(devices=[STREAM])
    story.sample(9, None, None, flags=["sensor_off"])
    story.sample(18, seq=1)
    story.sample(27, seq=1)
    story.tick(36.999)
    assert told(story, OXIMETER) == []


def test_a_status_proves_nothing() -> None:
    """Rulings 2.8: the alarm ends with the link up and a good frame. A broker repeats the last status to everybody."""
    story = Story(devices=[STREAM])
    story.sample(0)
    story.put(9, "battery", device=OXIMETER, percent=89)
    story.tick(10)
    assert told(story, OXIMETER) == [(10, "alarm_raised", "low")]
    assert story.bed.state.devices[OXIMETER].battery == 89


def test_a_status_repeated_by_the_broker_closes_no_alarm() -> None:
    """An episodic device that is offline: the broker comes back and repeats what it was last told, with a charge. The
    alarm stays the same, and stays acknowledged, until the device itself speaks.
    """
    story = Story(devices=[SPEAKS_ONCE])
    link(story, 0, "down", CUFF, reason="the device says it is offline")
    story.acknowledge(20, "DEVICE_OFFLINE")
    link(story, 30, "down", CUFF, reason="the broker is gone")
    link(story, 40, "up", CUFF)
    link(story, 40, "down", CUFF, reason="the device says it is offline")
    story.put(40, "battery", device=CUFF, percent=87)
    story.tick(100)
    link(story, 200, "up", CUFF, reason="the device says it is online")
    story.put(200, "battery", device=CUFF, percent=87)
    story.tick(1000)
    assert [event for _, event, _ in told(story, CUFF)] == ["alarm_raised", "alarm_acknowledged"]
    story.cuff(1001)
    assert told(story, CUFF)[2:] == [(1001, "alarm_closed", "low")]


def test_a_polled_cuff_has_sixty_seconds() -> None:
    story = Story(devices=[POLLED]).open()
    story.cuff(10)
    story.tick(69.999)
    assert told(story, CUFF) == []
    story.tick(70)
    assert told(story, CUFF) == [(70, "alarm_raised", "low")]


def test_a_cuff_that_says_again_that_it_rests_lives_and_brings_no_deadline_nearer() -> None:
    """The short way of the commonest word of a cuff; its silence counts from the last of them."""
    story = Story(devices=[POLLED]).open()
    story.cuff(10)
    kept = story.bed.steady_from
    for t in (20, 30, 40):
        assert story.put(t, "cuff", device=CUFF, state="idle") == []
        assert story.bed.steady_from == kept is not None
    story.tick(99.999)
    assert told(story, CUFF) == []
    story.tick(100)
    story.put(110, "cuff", device=CUFF, state="idle")
    assert told(story, CUFF) == [(100, "alarm_raised", "low"), (110, "alarm_closed", "low")]


def test_a_polled_cuff_whose_link_is_down_has_ten() -> None:
    story = Story(devices=[POLLED]).open()
    story.cuff(10)
    link(story, 20, "down", CUFF)
    story.tick(100)
    line = story.one("alarm_raised", alarm="DEVICE_OFFLINE")
    assert (line["t"], line["since"]) == (30, 20)


def test_silence_of_a_device_that_speaks_once_per_measurement_is_not_offline() -> None:
    """Since of a lost link is the loss, not the last reading an hour ago."""
    story = Story(devices=[SPEAKS_ONCE]).open()
    story.cuff(10)
    story.tick(4000)
    assert told(story, CUFF) == []
    link(story, 4000, "down", CUFF)
    story.tick(4010)
    assert story.one("alarm_raised", alarm="DEVICE_OFFLINE")["since"] == 4000


def test_a_link_that_comes_and_goes_without_a_frame_does_not_hide_the_silence() -> None:
    story = Story(devices=[STREAM]).open()
    story.sample(0)
    for t in range(2, 40, 4):
        link(story, t, "down")
        link(story, t + 2, "up")
    assert told(story, OXIMETER) == [(10, "alarm_raised", "low")]


def test_start_of_the_infusion_makes_it_medium() -> None:
    """Table 3.2 gives the priority by phase; an open one follows upward, and never down."""
    story = Story().open()
    link(story, 0, "down")
    story.acknowledge(20, "DEVICE_OFFLINE")
    story.start(30)
    story.command(40, "end_infusion")
    assert told(story, OXIMETER) == [
        (10, "alarm_raised", "low"),
        (20, "alarm_acknowledged", "low"),
        (30, "alarm_priority_changed", "medium"),
        (30, "alarm_rearmed", "medium"),
    ]


def test_each_device_is_its_own_instance() -> None:
    """Rulings 2.1; equal due times go by device id (1.2); acknowledging the kind takes both (2.5)."""
    story = Story().open()
    link(story, 0, "down", "z-1")
    link(story, 0, "down", "a-1")
    story.tick(10)
    assert [line["device"] for line in story.all("alarm_raised")] == ["a-1", "z-1"]
    found = story.acknowledge(11, "DEVICE_OFFLINE")
    assert sorted(line["device"] for line in found) == ["a-1", "z-1"]


def test_what_is_still_offline_after_discharge_is_raised_for_the_empty_bed() -> None:
    """Row 16 closes every alarm; the device is offline all the same, which IDLE tells as a new alarm."""
    story = Story().open()
    link(story, 0, "down")
    story.command(100, "abort", reason="transfer")
    assert told(story, OXIMETER) == [
        (10, "alarm_raised", "low"),
        (100, "alarm_closed", "low"),
        (100, "alarm_raised", "low"),
    ]
    assert story.all("alarm_raised", alarm="DEVICE_OFFLINE")[-1]["since"] == 0


def test_cuff_alarms_are_stale_while_their_cuff_is_offline() -> None:
    """Rulings 2.7: for cuffs data lost is DEVICE_OFFLINE; it marks and never clears."""
    story = Story(devices=[SPEAKS_ONCE]).open().start(1)
    story.cuff(10, 185)
    story.tick(300)
    assert story.all("alarm_stale") == []
    link(story, 310, "down", CUFF)
    story.tick(400)
    assert [(line["t"], line["alarm"], line["stale"]) for line in story.all("alarm_stale")] == [
        (320, "SBP_CRIT", True),
        (320, "SBP_HIGH", True),
    ]
    link(story, 500, "up", CUFF)
    story.cuff(510, 182)
    assert [(line["t"], line["stale"]) for line in story.all("alarm_stale", alarm="SBP_CRIT")] == [
        (320, True),
        (510, False),
    ]


def test_row_15_bp_rel_is_stale_while_its_cuff_is_offline() -> None:
    """It goes by cuff readings as the absolute ones do."""
    story = Story().open()
    for t in (60, 150, 240):
        story.cuff(t)
    story.start(300)
    story.cuff(400, 158)
    assert story.told("BP_REL") == [(400, "alarm_raised")]
    link(story, 410, "down", CUFF)
    story.tick(440)
    link(story, 450, "up", CUFF)
    story.put(451, "cuff", device=CUFF, state="idle")
    assert [(line["t"], line["stale"]) for line in story.all("alarm_stale", alarm="BP_REL")] == [
        (420, True),
        (451, False),
    ]
    assert story.bed.state.book.open["BP_REL"].state.value == "ACTIVE"


def test_another_devices_loss_says_nothing_about_the_cuff() -> None:
    story = Story().open()
    story.cuff(10, 185)
    link(story, 20, "down", OXIMETER)
    story.tick(100)
    assert story.all("alarm_stale") == []


def test_restart_awaits_every_device_anew() -> None:
    """Silence counts from the restart; what is offline already stays so, and is announced again."""
    story = Story(devices=[STREAM, POLLED])
    story.sample(0)
    story.put(5, "restart")
    story.tick(14.999)
    assert told(story, OXIMETER) == []
    story.tick(15)
    story.put(20, "restart")
    assert told(story, OXIMETER) == [(15, "alarm_raised", "low"), (20, "alarm_rearmed", "low")]
    story.tick(80)
    assert told(story, CUFF) == [(80, "alarm_raised", "low")]


def test_restart_after_a_long_absence_of_the_service_awaits_every_device_anew() -> None:
    """Nobody listened for half a minute: the silence was the service's own, and nobody is called about it."""
    story = Story(devices=[STREAM, POLLED]).open()
    story.sample(0)
    story.put(90, "restart")
    assert (told(story, OXIMETER), told(story, CUFF)) == ([], [])
    story.sample(91)
    story.tick(150)
    assert told(story, OXIMETER) == [(101, "alarm_raised", "low")]
    assert told(story, CUFF) == [(150, "alarm_raised", "low")]


def test_restart_after_a_long_absence_for_one_bed_of_a_replayed_session() -> None:
    story = Story(devices=[STREAM])
    story.sample(0)
    step(story.bed, Restart(story.name), 30 * SECOND)
    assert story.bed.state.book.open == {}
    assert story.bed.state.devices[OXIMETER].heard_at == 30 * SECOND


def test_restart_a_link_that_was_down_before_the_absence_is_offline_since_then() -> None:
    """It stands as it did until it says otherwise."""
    story = Story(devices=[STREAM])
    link(story, 5, "down")
    story.put(90, "restart")
    assert story.one("alarm_raised", alarm="DEVICE_OFFLINE")["since"] == 5


def test_a_device_that_the_site_file_names_no_more_does_not_stay_offline_for_ever() -> None:
    """Nobody could ever end its alarm; a device that is still bound keeps its own."""
    story = Story(devices=[STREAM, SPEAKS_ONCE])
    link(story, 1, "down", CUFF)
    story.tick(20)
    story.ward.beds[story.name].setup = Setup(story.name, story.rules, (STREAM,))
    story.put(30, "restart")
    assert told(story, CUFF) == [(11, "alarm_raised", "low"), (30, "alarm_closed", "low")]
    assert told(story, OXIMETER) == [(11, "alarm_raised", "low"), (30, "alarm_rearmed", "low")]
    assert list(story.bed.state.devices) == [OXIMETER]
    assert story.one("alarm_closed", alarm="DEVICE_OFFLINE")["reason"] == "unbound"


def test_a_device_that_the_site_file_names_anew_is_expected_to_speak_from_the_restart_on() -> None:
    story = Story(devices=[STREAM])
    story.sample(0)
    story.ward.beds[story.name].setup = Setup(story.name, story.rules, (STREAM, POLLED))
    story.put(30, "restart")
    story.tick(89.999)
    assert told(story, CUFF) == []
    story.tick(90)
    assert told(story, CUFF) == [(90, "alarm_raised", "low")]
    assert story.one("alarm_raised", device=CUFF)["since"] == 30


def test_a_lost_link_line_by_line() -> None:
    """Lost and back as they happen, with the reason the driver gave; the alarm with the loss as its beginning."""
    story = Story(devices=[STREAM]).open()
    story.sample(1)
    link(story, 1, "up", reason="open")
    assert link(story, 2, "down", reason="no such port") == [
        {"t": 2, "bed": "bay-1", "event": "device_lost", "device": OXIMETER, "reason": "no such port"}
    ]
    story.tick(20)
    known = {"bed": "bay-1", "alarm_id": "bay-1-0001", "alarm": "DEVICE_OFFLINE", "priority": "low"}
    known |= {"value": None, "limit": None, "device": OXIMETER}
    assert [line for line in story.lines if line.get("alarm") == "DEVICE_OFFLINE"] == [
        known | {"t": 11, "event": "alarm_raised", "since": 1, "detail": "no such port"}
    ]
    assert link(story, 21, "up", reason="open") == [
        {"t": 21, "bed": "bay-1", "event": "device_back", "device": OXIMETER, "reason": "open"}
    ]
    assert story.sample(22) == [known | {"t": 22, "event": "alarm_closed", "reason": "cleared"}]


def test_the_first_word_of_a_link_is_no_return() -> None:
    """Up where nothing was known before is told to nobody."""
    story = Story()
    assert link(story, 0, "up") == []


def test_row_15_only_alarms_that_are_present_become_stale() -> None:
    """What is latched waits for an acknowledgement alone."""
    story = Story(devices=[SPEAKS_ONCE]).open().start(1)
    story.cuff(10, 185)
    story.cuff(100, 150)
    assert story.bed.state.book.open["SBP_CRIT"].state.value == "LATCHED"
    link(story, 310, "down", CUFF)
    story.tick(400)
    assert story.all("alarm_stale") == []


def test_a_cycle_whose_end_nobody_heard_is_forgotten_with_the_link() -> None:
    """The next inflation is a cycle of its own: of another device's loss it is none."""
    story = Story(devices=[POLLED]).open().start(1)
    story.put(10, "cuff", device=CUFF, state="inflating", pressure=0)
    link(story, 12, "down", OXIMETER)
    assert story.bed.state.cuff.inflated_by == CUFF
    link(story, 13, "down", CUFF)
    cuff = story.bed.state.cuff
    assert (cuff.state, cuff.inflated_at, cuff.inflated_by) == (None, None, None)


def test_v12_lateness_is_learnt_anew_after_a_restart() -> None:
    """The service's scale may have moved against every device meanwhile."""
    story = Story().open()
    for t in range(1, 60):
        story.sample(t, 97, 72, device_t=float(t))
    story.put(60, "restart")
    for t in range(61, 75):
        story.sample(t, 70, 72, device_t=float(t - 8))
    assert story.all("alarm_raised", alarm="SPO2_CRIT") != []


@pytest.mark.parametrize(("phase", "after"), [("PRE", 20), ("INFUSING", 5), ("RECOVERY", 20)])
def test_each_phase_has_its_own_time_until_a_device_that_is_gone_is_told(phase: str, after: float) -> None:
    table = preset_table()
    table["technical"]["DEVICE_OFFLINE"]["infusing"][0]["after_s"] = 5
    table["technical"]["DEVICE_OFFLINE"]["other"][0]["after_s"] = 20
    story = Story(rules=build_ruleset(table, "own preset")).open()
    if phase != "PRE":
        story.start(1)
    if phase == "RECOVERY":
        story.command(2, "end_infusion")
    link(story, 10, "down")
    story.tick(100)
    assert story.one("alarm_raised", alarm="DEVICE_OFFLINE")["t"] == 10 + after
