"""ID_CONFLICT on a bed (alarm-system 3.3, DISCHARGED): numbers that go on after the patient has left."""

from __future__ import annotations

from tests.support.ward import CUFF, OXIMETER, Story


def discharged(at: float = 100) -> Story:
    """A patient whose oximeter gives numbers until the discharge at `at`."""
    story = Story().open()
    story.samples(0, at)
    story.command(at, "abort", reason="transfer")
    return story


def test_3_3_numbers_still_arriving_120_s_after_discharge() -> None:
    """MEDIUM, with the discharge as its beginning; the values are nobody's."""
    story = discharged()
    story.samples(100, 220)
    assert story.told("ID_CONFLICT") == []
    story.sample(220)
    line = story.one("alarm_raised", alarm="ID_CONFLICT")
    assert (line["t"], line["since"], line["priority"]) == (220, 100, "medium")
    assert (line["bed"], line["device"]) == ("bay-1", OXIMETER)
    assert story.bed.state.spo2.raw is None


def test_3_3_numbers_that_begin_in_idle_raise_nothing() -> None:
    """Somebody tries the probe for a quarter of an hour."""
    story = discharged()
    story.off(100, 115)
    story.samples(115, 1000)
    assert story.told("ID_CONFLICT") == []


def test_numbers_that_pause_have_begun_anew() -> None:
    """Taken off for longer than a pause between samples, and put on again."""
    story = discharged()
    story.samples(100, 150)
    story.samples(161, 400)
    assert story.told("ID_CONFLICT") == []


def test_a_short_pause_is_none() -> None:
    story = discharged()
    story.samples(100, 150)
    story.samples(159, 221)
    assert story.told("ID_CONFLICT") == [(220, "alarm_raised")]


def test_a_bed_that_never_had_a_patient() -> None:
    story = Story()
    story.samples(0, 1000)
    assert story.told("ID_CONFLICT") == []


def test_it_ends_when_no_number_has_come_for_a_minute() -> None:
    story = discharged()
    story.samples(100, 231)
    story.off(231, 250)
    story.tick(289.999)
    assert story.told("ID_CONFLICT") == [(220, "alarm_raised")]
    story.tick(290)
    assert story.told("ID_CONFLICT")[1:] == [(290, "alarm_closed")]
    story.samples(290, 600)
    assert len(story.told("ID_CONFLICT")) == 2


def test_a_new_session_ends_it() -> None:
    """The numbers belong to somebody again."""
    story = discharged()
    story.samples(100, 230)
    story.open(230, patient="P-2")
    assert story.one("alarm_closed", alarm="ID_CONFLICT")["reason"] == "session_opened"
    story.samples(230, 500)
    assert len(story.told("ID_CONFLICT")) == 2


def test_a_cuff_that_goes_on_by_itself() -> None:
    """Readings every 5 min are a run; the first behind the 120 s tells."""
    story = Story().open()
    story.cuff(0)
    story.command(10, "abort", reason="transfer")
    story.cuff(300)
    line = story.one("alarm_raised", alarm="ID_CONFLICT")
    assert (line["t"], line["device"]) == (300, CUFF)


def test_a_cuff_of_long_ago() -> None:
    story = Story().open()
    story.cuff(0)
    story.command(460, "abort", reason="transfer")
    story.cuff(700)
    assert story.told("ID_CONFLICT") == []


def test_a_restart_is_no_pause_of_the_device() -> None:
    story = discharged()
    story.samples(100, 150)
    story.put(170, "restart")
    story.samples(171, 221)
    assert story.told("ID_CONFLICT") == [(220, "alarm_raised")]


def test_the_alarm_says_what_happens_to_the_numbers() -> None:
    story = discharged()
    story.samples(100, 221)
    assert story.one("alarm_raised", alarm="ID_CONFLICT") == {
        "t": 220,
        "bed": "bay-1",
        "event": "alarm_raised",
        "alarm_id": "bay-1-0001",
        "alarm": "ID_CONFLICT",
        "priority": "medium",
        "value": None,
        "limit": None,
        "device": OXIMETER,
        "since": 100,
        "detail": "numbers still arrive after the discharge; they are kept apart",
    }


def test_a_cuff_that_goes_on_failing_after_the_discharge_gives_no_numbers() -> None:
    """An empty sleeve that pumps is nobody's pressure."""
    story = Story().open()
    story.cuff(60)
    story.command(100, "abort", reason="transfer")
    for t in range(160, 1000, 60):
        story.put(t, "nibp", device=CUFF, systolic=None, diastolic=None, mean=None, pulse_rate=None, error="leak")
    assert story.told("ID_CONFLICT") == []
