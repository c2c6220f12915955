"""A live bed as the page sees it, phase by phase; every picture is valid JSON of the contract."""

from __future__ import annotations

from typing import Any

import msgspec

from config.instant import SECOND, seconds, to_rfc3339
from monitor.board import Board
from monitor.core.bed import new_bed
from monitor.core.lines.reader import read_input
from monitor.core.ward import Ward
from monitor.station import wire
from monitor.station.picture import DeviceFacts, LiveWard, Origin
from tests.support.clock import ManualClock
from tests.support.live_ward import LABELS, START, bed_setup
from tests.support.ward import shipped_rules

SITE = wire.Site("harbour", "Harbour Clinic", "ketamine-adult", "0.1.0", 1.0, False)


def at(t: float) -> str:
    return to_rfc3339(START + seconds(t))


class Watched:
    """One bed with its two devices, told as input lines, and its picture."""

    def __init__(self, oximeter: Origin = "live", cuff: Origin = "live") -> None:
        self.clock = ManualClock(START)
        self.ward = Ward(shipped_rules(), START)
        self.ward.add(new_bed(bed_setup("bay-1", devices=True), START))
        self.ward.add(new_bed(bed_setup("bay-2"), START))
        self.t = 0.0
        facts = {"ox-1": DeviceFacts("nonin-df2", oximeter), "cuff-1": DeviceFacts("par-nibp", cuff)}
        self.view = LiveWard(self.ward, Board(), LABELS, facts, lambda device: 3, SITE, lambda: START + seconds(self.t))

    def put(self, t: float, kind: str, **fields: Any) -> None:
        self.t = t
        line = {"t": t, "bed": "bay-1", "input": kind, **fields}
        self.ward.feed(read_input(line, START), START + seconds(t))

    def command(self, t: float, name: str, **fields: Any) -> None:
        self.put(t, "command", command=name, by="nurse-a", **fields)

    def sample(self, t: float, spo2: float | None = 97, pulse: float | None = 72, **more: Any) -> None:
        self.put(t, "spo2", **({"device": "ox-1", "spo2": spo2, "pulse_rate": pulse, "flags": []} | more))

    def cuff(self, t: float, systolic: float | None = 120, error: str | None = None) -> None:
        low, mean = (None, None) if systolic is None else (76, 91)
        values = {"systolic": systolic, "diastolic": low, "mean": mean, "pulse_rate": 71, "error": error}
        self.put(t, "nibp", device="cuff-1", **values)

    def open(self, t: float = 1) -> None:
        self.put(
            t, "open_session", patient="P-17", session="s-1", by="nurse-a", weight_kg=70,
            cuff_limb="left", probe_limb="right", iv_limb="right",
        )  # fmt: skip

    def infusing(self) -> None:
        """PRE with three readings and three minutes of samples, then INFUSING from 200 s on."""
        self.open()
        for t in range(2, 200):
            if t in (10, 80, 150):
                self.cuff(t)
            self.sample(t)
        self.command(200, "start_infusion", planned_min=40)

    def recovering(self) -> None:
        """RECOVERY from 800 s on, the patient away from the baseline since 500 s."""
        self.infusing()
        self.cuff(400, 150)
        self.cuff(500, 152)
        self.command(800, "end_infusion")

    def picture(self) -> wire.Bed:
        """The bed now; it survives JSON both ways."""
        found = self.view.bed("bay-1")
        assert found is not None
        again = msgspec.json.decode(msgspec.json.encode(found), type=wire.Bed)
        assert again == found
        return found


def test_an_idle_bed_shows_its_devices_and_no_values() -> None:
    """A value without a patient belongs to nobody."""
    watched = Watched("simulated", "live")
    watched.put(1, "link", device="ox-1", state="up")
    watched.put(2, "link", device="cuff-1", state="down", reason="plug pulled")
    watched.sample(3)
    watched.put(4, "battery", device="ox-1", percent=55)
    bed = watched.picture()
    assert (bed.id, bed.label, bed.phase, bed.phase_since) == ("bay-1", "Bay 1", "IDLE", at(0))
    assert (bed.session, bed.values, bed.limits, bed.baseline, bed.recovery) == (None, {}, {}, [], None)
    assert bed.origin == "simulated"
    oximeter, cuff = bed.devices
    assert oximeter == wire.Device("ox-1", "nonin-df2", "up", None, None, at(3), 55, 3, "simulated")
    assert (cuff.id, cuff.link, cuff.since, cuff.reason, cuff.last_at) == ("cuff-1", "down", at(2), "plug pulled", None)
    assert bed.cuff.next_due_at is None


def test_a_bed_is_as_real_as_its_least_real_device() -> None:
    """Replayed below simulated below live; a bed without devices claims nothing else."""
    assert Watched("replayed", "simulated").picture().origin == "replayed"
    assert Watched("live", "live").picture().origin == "live"
    other = Watched().view.bed("bay-2")
    assert other is not None
    assert (other.origin, other.devices) == ("live", [])


def test_before_the_infusion_there_is_a_session_and_its_values() -> None:
    """Values with verdict and age; the cuff with its next reading."""
    watched = Watched()
    watched.open()
    assert watched.picture().values["spo2"] == wire.Value("spo2", None, "%", None, "no data yet", None, None, None)
    watched.cuff(10)
    watched.sample(20, perfusion_index=4.1)
    watched.t = 22.5
    bed = watched.picture()
    assert (bed.phase, bed.phase_since) == ("PRE", at(1))
    assert bed.session is not None
    assert bed.session == wire.Session(
        "s-1", "P-17", at(1), "nurse-a", 70, "left", "right", "right", 40, None, None, 0.0, None, None, 20
    )
    assert bed.values["spo2"] == wire.Value("spo2", 97, "%", "VALID", None, at(20), 2.5, 97)
    assert bed.values["pulse_rate"] == wire.Value("pulse_rate", 72, "/min", "VALID", None, at(20), 2.5, 72)
    assert bed.values["perfusion_index"].value == 4.1
    assert bed.values["systolic"] == wire.Value("systolic", 120, "mmHg", "VALID", None, at(10), 12.5, 120)
    assert set(bed.values) == {
        "spo2", "pulse_rate", "perfusion_index", "systolic", "diastolic", "mean", "pulse_rate_cuff",
    }  # fmt: skip
    assert bed.limits["spo2"].low == 90
    assert bed.limits["spo2"].high is None
    assert bed.cuff.last_at == at(10)
    assert bed.cuff.error is None
    assert bed.recovery is None


def test_before_the_start_the_baseline_is_what_would_be_frozen_now() -> None:
    """Nobody has to try a start to learn what is still missing for it."""
    watched = Watched()
    watched.open()
    watched.cuff(10)
    watched.t = 20
    so_far = {each.metric: (each.value, each.grade, each.bound) for each in watched.picture().baseline}
    assert so_far["systolic"] == (120, "C", None)
    assert so_far["spo2"] == (None, "NONE", None)
    for t in range(21, 200):
        watched.sample(t)
    assert {each.metric: each.grade for each in watched.picture().baseline}["spo2"] == "A"
    assert watched.ward.beds["bay-1"].state.session.baseline == {}


def test_an_invalid_value_is_null_with_its_reason_and_the_last_good_one_greyed() -> None:
    """Never a number that is not one; `shown` keeps what was last believed."""
    watched = Watched()
    watched.open()
    for t in range(2, 10):
        watched.sample(t)
    watched.sample(10, None, None, flags=["no_finger"])
    value = watched.picture().values["spo2"]
    assert (value.value, value.verdict, value.shown) == (None, "INVALID", 97)
    assert value.reason
    watched.cuff(20, None, "leak")
    bed = watched.picture()
    assert bed.cuff.error == "leak"
    assert bed.values["systolic"] == wire.Value("systolic", None, "mmHg", "INVALID", "device", at(20), 0, None)


def test_a_failed_attempt_leaves_the_last_valid_pressure_on_the_screen() -> None:
    """With the time of that reading, not of the failure; a doubtful reading in between is never kept (5.3)."""
    watched = Watched()
    watched.open()
    watched.cuff(10, 150)
    watched.cuff(100, None, "motion")
    watched.t = 130
    values = watched.picture().values
    assert values["systolic"] == wire.Value("systolic", None, "mmHg", "INVALID", "device", at(10), 120, 150)
    assert (values["diastolic"].shown, values["mean"].shown) == (76, 91)
    watched.put(200, "nibp", device="cuff-1", systolic=70, diastolic=None, mean=None, pulse_rate=None)
    values = watched.picture().values
    assert values["systolic"] == wire.Value("systolic", 70, "mmHg", "SUSPECT", "incomplete", at(200), 0, 150)
    assert values["diastolic"] == wire.Value("diastolic", None, "mmHg", "INVALID", "absent", at(10), 190, 76)
    watched.cuff(300, None, "leak")
    assert watched.picture().values["systolic"] == wire.Value(
        "systolic", None, "mmHg", "INVALID", "device", at(10), 290, 150
    )


def test_the_next_patient_never_sees_the_last_one_s_pressure() -> None:
    """What was valid belongs to the session."""
    watched = Watched()
    watched.open()
    watched.cuff(10, 150)
    watched.command(20, "abort", reason="wrong bed")
    watched.put(30, "open_session", patient="P-18", session="s-2", by="nurse-a")
    watched.cuff(40, None, "motion")
    assert watched.picture().values["systolic"].shown is None


def test_after_silence_the_age_belongs_to_the_number_that_is_shown() -> None:
    """Ten minutes of doubtful 94 after a valid 98, then nothing: 98 is ten minutes old, not five seconds."""
    watched = Watched()
    watched.open()
    for t in range(2, 60):
        watched.sample(t, 98)
    for t in range(60, 661):
        watched.sample(t, 94, flags=["artifact"])
    assert watched.picture().values["spo2"] == wire.Value("spo2", 94, "%", "SUSPECT", "device", at(660), 0, 98)
    watched.t = 665
    assert watched.picture().values["spo2"] == wire.Value("spo2", None, "%", None, "no fresh reading", at(59), 606, 98)


def test_infusing_shows_baseline_limits_from_it_and_the_clock() -> None:
    """The innermost limits: what the next alarm on that side would be."""
    watched = Watched()
    watched.infusing()
    watched.t = 260
    bed = watched.picture()
    assert bed.phase == "INFUSING"
    assert bed.session is not None
    assert (bed.session.started_at, bed.session.infused_s, bed.session.deadline_at) == (at(200), 60.0, None)
    baseline = {each.metric: each for each in bed.baseline}
    assert (baseline["systolic"].value, baseline["systolic"].grade) == (120, "A")
    assert (baseline["spo2"].value, baseline["pulse_rate"].value) == (97, 72)
    assert all(each.bound is not None for each in bed.baseline)
    systolic = bed.limits["systolic"]
    assert systolic.high is not None
    assert systolic.low is not None
    assert systolic.low < 120 < systolic.high
    assert bed.cuff.interval_s is not None
    assert bed.cuff.next_due_at is not None
    assert bed.cuff.next_due_at > at(150)


def test_a_pause_stops_the_infusion_clock() -> None:
    """And says since when."""
    watched = Watched()
    watched.infusing()
    watched.command(320, "pause_infusion")
    watched.t = 400
    bed = watched.picture()
    assert bed.phase == "PAUSED"
    assert bed.session is not None
    assert (bed.session.infused_s, bed.session.paused_since) == (120.0, at(320))


def test_recovery_counts_down_to_its_deadline() -> None:
    """Each metric with its state; no verdict before the deadline."""
    watched = Watched()
    watched.recovering()
    bed = watched.picture()
    assert bed.phase == "RECOVERY"
    assert bed.session is not None
    assert (bed.session.ended_at, bed.session.deadline_at) == (at(800), at(800 + 1200))
    assert bed.recovery is not None
    assert (bed.recovery.deadline_at, bed.recovery.verdict, bed.recovery.decided_at) == (at(2000), None, None)
    assert {each.metric: each.state for each in bed.recovery.metrics}["systolic"] == "AWAY"
    assert all(each.interval_min is None for each in bed.recovery.metrics if each.state == "AWAY")


def test_a_metric_that_is_back_has_its_interval_and_the_session_its_verdict() -> None:
    """Minutes after the end: after the last reading away, until the first one back."""
    watched = Watched()
    watched.recovering()
    watched.cuff(1100, 150)
    watched.cuff(1400, 121)
    watched.cuff(1700, 120)
    watched.put(2600, "tick")
    bed = watched.picture()
    assert bed.recovery is not None
    systolic = next(each for each in bed.recovery.metrics if each.metric == "systolic")
    assert systolic.state == "RETURNED"
    assert systolic.interval_min == [5.0, 10.0]
    assert bed.recovery.verdict is not None
    assert bed.recovery.decided_at is not None


def test_the_ward_lists_its_beds_as_the_site_file_does() -> None:
    """And knows no other."""
    view = Watched().view
    assert [bed.id for bed in view.beds()] == ["bay-1", "bay-2"]
    assert view.bed("bay-9") is None
    assert view.site() is SITE


def test_an_alarm_for_the_wire_has_its_bed_s_label() -> None:
    """From what the board has told."""
    watched = Watched()
    watched.open()
    for t in range(2, 10):
        watched.sample(t)
    for t in range(10, 27):
        watched.sample(t, 88)
    book = watched.ward.beds["bay-1"].state.book
    board = Board()
    board.load([book])
    (shown,) = [shown for shown in board.alarms() if shown.alarm == "SPO2_LOW"]
    alarm = watched.view.alarm(shown)
    assert msgspec.json.decode(msgspec.json.encode(alarm), type=wire.Alarm) == alarm
    assert (alarm.bed, alarm.bed_label, alarm.alarm, alarm.priority, alarm.state) == (
        "bay-1", "Bay 1", "SPO2_LOW", "medium", "ACTIVE",
    )  # fmt: skip
    assert (alarm.value, alarm.limit, alarm.unit, alarm.since, alarm.raised_at) == (88, 90, "%", at(10), at(25))
    assert (alarm.acknowledged_by, alarm.acknowledged_at, alarm.ended_at, alarm.close_reason) == (None,) * 4


def test_an_age_is_never_negative() -> None:
    """A picture asked for at the very moment of the sample."""
    watched = Watched()
    watched.open()
    watched.sample(5)
    watched.t = 5 - 1 / SECOND
    assert watched.picture().values["spo2"].age_s == 0


def test_4_2_what_is_paused_or_off_is_shown_with_its_end_and_its_reason() -> None:
    watched = Watched()
    watched.open()
    watched.command(10, "audio_pause")
    watched.command(20, "alarm_off", alarm="PR_LOW", reason="athlete", role="prescriber")
    pause, off = watched.picture().inactivations
    assert (pause.state, pause.by, pause.since, pause.until) == ("AUDIO_PAUSED", "nurse-a", at(10), at(130))
    assert (off.state, off.alarm, off.alarm_text, off.reason) == ("ALARM_OFF", "PR_LOW", "Pulse low", "athlete")
    watched.put(321, "tick")
    assert [(one.state, one.reminded_at) for one in watched.picture().inactivations] == [("ALARM_OFF", at(320))]


def test_4_2_the_stations_sound_is_the_wards() -> None:
    watched = Watched()
    assert watched.view.inactivations() == []
    watched.command(10, "audio_off", role="lead")
    (off,) = watched.view.inactivations()
    assert (off.state, off.until) == ("AUDIO_OFF", None)


def limits_of(watched: Watched, metric: str) -> tuple[float | None, float | None, bool]:
    """Low, high, and whether it is this patient's own."""
    limits = watched.picture().limits[metric]
    return limits.low, limits.high, limits.own


def test_3_1_the_limit_shown_is_the_first_that_asks_for_somebody_and_the_hint_before_it_is_named() -> None:
    """SPO2_DROP stays LOW: a nurse looks for 90; 80 to 160 are the pressures' own, of which 160 becomes MEDIUM."""
    watched = Watched()
    watched.infusing()
    spo2 = watched.picture().limits["spo2"]
    assert (spo2.low, spo2.high) == (90, None)
    assert spo2.lows == [wire.LimitStep(93, "low"), wire.LimitStep(90, "medium", "high"), wire.LimitStep(85, "high")]
    systolic = watched.picture().limits["systolic"]
    assert systolic.high == 160
    assert systolic.highs == [wire.LimitStep(160, "low", "medium"), wire.LimitStep(180, "medium", "high")]
    assert [step.limit for step in systolic.lows] == [90, 80]


def test_3_3_limits_of_one_patient_are_shown_at_once_and_marked() -> None:
    watched = Watched()
    watched.open()
    assert limits_of(watched, "spo2") == (90, None, False)
    watched.command(10, "set_limit", alarm="SPO2_LOW", low=88)
    assert limits_of(watched, "spo2") == (88, None, True)
    watched.command(20, "abort", reason="over")
    watched.open(30)
    assert limits_of(watched, "spo2") == (90, None, False)


def test_3_3_the_rules_of_a_bed_tell_their_limits_and_bounds() -> None:
    watched = Watched()
    watched.open()
    watched.command(10, "set_limit", alarm="SPO2_LOW", low=88)
    rules = {rule.alarm: rule for rule in watched.view.rules("bay-1")}
    low = rules["SPO2_LOW"]
    assert low.text == "SpO2 below 88 %"
    assert low.limit == wire.LimitSetting("low", "%", 88, 90, 80, 94, 85, None, "nurse-a")
    assert rules["SYMPTOM"].limit is None
    assert not rules["SPO2_CRIT"].kept_on
    watched.command(20, "start_infusion", override_by="dr-x", reason="no baseline here")
    assert {rule.alarm for rule in watched.view.rules("bay-1") if rule.kept_on} == {
        "SPO2_CRIT",
        "PULSE_LOST",
        "SBP_CRIT",
    }
