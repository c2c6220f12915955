"""ID_CONFLICT with a patient on the bed (alarm-system 3.2): a device names another one, or no room list names her."""

from __future__ import annotations

import msgspec
import pytest

from config.instant import SECOND
from monitor.core.bed import BedState
from monitor.core.bed_state import DeviceSetup
from tests.support.ward import CUFF, NURSE, OXIMETER, Story

ID = "ID_CONFLICT"


def test_3_2_device_bound_to_two_patients_is_told_and_its_numbers_are_kept_apart() -> None:
    """MEDIUM at once; 70 % of somebody else is no alarm of this patient, and what is missing is told as missing."""
    story = Story().open()
    story.samples(0, 10)
    story.samples(10, 90, 70, 150, patient="P-99")
    line = story.one("alarm_raised", alarm=ID)
    assert (line["t"], line["priority"], line["device"], line["bed"]) == (10, "medium", OXIMETER, "bay-1")
    assert line["detail"] == "ox-1 names another patient; its values are kept apart"
    assert {one["alarm"] for one in story.all("alarm_raised")} == {ID, "SPO2_NO_DATA"}
    assert "P-99" not in str(story.lines)
    assert story.bed.state.spo2.track.at == 9 * SECOND


def test_it_ends_as_soon_as_the_device_names_the_patient() -> None:
    story = Story().open()
    story.samples(0, 10, patient="P-99")
    story.sample(10, patient=story.bed.state.session.patient if story.bed.state.session else None)
    assert story.told(ID) == [(0, "alarm_raised"), (10, "alarm_closed")]
    assert story.bed.state.spo2.track.at == 10 * SECOND


def test_what_names_nobody_is_whose_the_device_named_last() -> None:
    """Until it has named nobody for a minute."""
    story = Story().open()
    story.sample(0, patient="P-99")
    story.samples(1, 60)
    assert story.bed.state.spo2.track.at is None
    story.samples(60, 62)
    assert story.told(ID) == [(0, "alarm_raised"), (60, "alarm_closed")]
    assert story.bed.state.spo2.track.at == 61 * SECOND


@pytest.mark.parametrize("named", ["", "  "])
def test_a_patient_field_that_is_left_empty_names_nobody(named: str) -> None:
    """Nobody is admitted at the device: its numbers are the bed's, and not put aside for the whole session."""
    story = Story().open()
    story.samples(0, 5, patient=named)
    assert story.told(ID) == []
    assert story.bed.state.spo2.track.at == 4 * SECOND


@pytest.mark.parametrize("named", ["p-1 ", "MRN-7", " mrn-7"])
def test_an_identifier_entered_at_the_opening_names_the_patient_too(named: str) -> None:
    story = Story()
    story.put(0, "open_session", patient="P-1", identifiers=["MRN-7"], by="nurse-a")
    story.samples(0, 5, patient=named)
    assert story.told(ID) == []
    assert story.bed.state.spo2.track.at == 4 * SECOND


def test_a_reading_of_another_patient_s_cuff_counts_for_nothing() -> None:
    story = Story().open()
    pressures = {"systolic": 210, "diastolic": 120, "mean": 150, "pulse_rate": 72, "error": None}
    story.put(5, "nibp", device=CUFF, patient="P-99", **pressures)
    assert [(one["alarm"], one["device"]) for one in story.all("alarm_raised")] == [(ID, CUFF)]
    session = story.bed.state.session
    assert session is not None
    assert session.readings == []


def test_a_slip_at_the_opening_is_mended_without_ending_the_session() -> None:
    """Until a person says so the values are kept apart, with alarms that come back; then the device is heard again."""
    story = Story().open(identifiers=["MRN-8"]).start(0)
    story.samples(0, 400, patient="MRN-7")
    story.acknowledge(400, ID)
    story.samples(400, 800, patient="MRN-7")
    assert story.one("alarm_rearmed", alarm=ID)["t"] == 700
    story.command(800, "add_identifier", identifier=" mrn-7 ", reason="wristband read")
    added = story.one("identifier_added")
    assert (added["identifier"], added["by"], added["reason"]) == ("mrn-7", NURSE, "wristband read")
    story.samples(800.5, 812, patient="MRN-7")
    assert story.told(ID)[-1] == (800.5, "alarm_closed")
    assert story.bed.state.spo2.track.at == 811.5 * SECOND


def test_a_cuff_that_names_another_patient_is_believed_until_its_next_reading() -> None:
    """It says so once in five minutes: what it sends meanwhile without a name is not this patient's either."""
    story = Story().open()
    for t in (0, 300, 600):
        story.cuff(t, patient="P-99")
    story.cuff(700)
    assert story.told(ID) == [(0, "alarm_raised")]
    session = story.bed.state.session
    assert session is not None
    assert session.readings == []
    story.tick(1050)
    assert story.told(ID)[-1] == (1050, "alarm_closed")


def test_a_monitor_that_speaks_once_a_minute_is_one_conflict() -> None:
    story = Story(devices=(DeviceSetup(OXIMETER, 150 * SECOND),)).open()
    for t in range(0, 600, 60):
        story.sample(t, patient="P-99")
    assert story.told(ID) == [(0, "alarm_raised")]


def test_such_a_cuff_excuses_no_probe() -> None:
    """It inflates on another arm: SpO2 is judged as it comes, and its clock goes on."""
    story = Story().open(cuff_limb="left", probe_limb="left")
    story.samples(0, 20)
    story.put(20, "cuff", device=CUFF, state="inflating")
    story.cuff(21, patient="P-99")
    story.samples(36, 40)
    story.put(40, "cuff", device=CUFF, state="inflating")
    story.samples(40.5, 60, 80)
    assert {line["t"] for line in story.all("value_rejected", reason="cuff")} == set()
    assert story.told("SPO2_CRIT")[0][1] == "alarm_raised"


def test_such_a_cuff_is_not_started_by_the_service() -> None:
    """The reading is asked for all the same: a nurse looks whose arm it is on."""
    cuff = DeviceSetup(CUFF, 4 * SECOND, startable=True)
    story = Story(devices=(cuff,)).open().start(0)
    story.cuff(10, patient="P-99")
    story.tick(301)
    story.cuff(310, patient="P-1")
    story.tick(620)
    asked = [(line["device"], line["automatic"]) for line in story.all("nibp_requested")]
    assert asked == [(CUFF, False), (CUFF, True)]


def test_the_wave_of_such_a_device_is_another_s_too() -> None:
    story = Story().open()
    story.sample(0, patient="P-99")
    story.pleth(0.5, 0.9)
    assert story.bed.state.pleth.at is None


def test_the_other_devices_of_the_bed_go_on() -> None:
    story = Story().open()
    story.sample(0, patient="P-99")
    story.sample(1, 84, device="ox-2")
    assert story.bed.state.spo2.track.value == 84


def test_such_a_device_is_not_offline() -> None:
    story = Story().open()
    story.samples(0, 100, patient="P-99")
    assert story.told("DEVICE_OFFLINE") == []


def test_such_a_device_is_offline_when_it_has_sent_nothing_for_a_while() -> None:
    """Its samples are signs that it lives; the measures of its wave are ours, and are none."""
    story = Story(devices=[DeviceSetup(OXIMETER, 4 * SECOND, silence=30 * SECOND)]).open()
    story.samples(0, 20, patient="P-99")
    story.sample(20)
    for t in range(21, 60):
        story.pleth(t, 0.9)
    line = story.one("alarm_raised", alarm="DEVICE_OFFLINE")
    assert (line["t"], line["since"], line["device"]) == (50, 20, OXIMETER)
    story.sample(60)
    assert [event for _, event in story.told("DEVICE_OFFLINE")] == ["alarm_raised", "alarm_closed"]


def test_without_a_patient_on_the_bed_there_is_nobody_to_take_for_another() -> None:
    story = Story()
    story.samples(0, 30, patient="P-99")
    assert story.told(ID) == []


def test_it_ends_with_the_session_and_begins_anew_with_the_next() -> None:
    story = Story().open()
    story.samples(0, 10, patient="P-99")
    story.command(10, "abort", reason="wrong bed")
    assert story.all("alarm_closed", alarm=ID)[0]["reason"] == "abort"
    story.put(20, "open_session", patient="P-99", by="nurse-a")
    story.samples(20, 25, patient="P-99")
    assert len(story.all("alarm_raised", alarm=ID)) == 1


def test_it_survives_a_snapshot() -> None:
    story = Story().open()
    story.sample(0, patient="P-99")
    kept = msgspec.json.decode(msgspec.json.encode(story.bed.state), type=BedState)
    assert kept.session is not None
    assert kept.session.foreign == {OXIMETER: 60 * SECOND}


# -- the room list ------------------------------------------------------------------------------------------------


def check(story: Story, t: float, *, listed: bool, patient: str | None = None) -> None:
    session = story.bed.state.session
    story.put(t, "room", patient=patient or (session.patient if session else "P-1"), listed=listed)


def test_3_2_bound_patient_not_in_the_room_list() -> None:
    """MEDIUM, once; the patient is monitored all the same."""
    story = Story().open()
    check(story, 1, listed=False)
    check(story, 2, listed=False)
    line = story.one("alarm_raised", alarm=ID)
    assert (line["t"], line["priority"], line["detail"]) == (1, "medium", "the patient is not on the room list")
    story.samples(3, 30, 84)
    assert "SPO2_CRIT" in {one["alarm"] for one in story.all("alarm_raised")}


def test_the_list_that_names_the_patient_ends_it() -> None:
    story = Story().open()
    check(story, 0, listed=True)
    check(story, 1, listed=False)
    check(story, 9, listed=True)
    assert story.told(ID) == [(1, "alarm_raised"), (9, "alarm_closed")]


def test_a_check_of_somebody_who_has_left_says_nothing() -> None:
    story = Story().open()
    check(story, 1, listed=False, patient="P-0")
    story.command(2, "abort", reason="transfer")
    check(story, 3, listed=False)
    assert story.told(ID) == []
