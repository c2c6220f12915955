"""The phases of a session: a test for each row of ketamine-monitoring 5.0, and every refusal."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from config.instant import seconds
from config.vocabulary import Phase
from monitor.core.events import EventKind
from monitor.core.inputs import Command
from monitor.core.session.session import PHASES
from tests.support.return_story import END, START, ReturnStory
from tests.support.ward import NURSE, Story

COMMANDS = ("start_infusion", "pause_infusion", "resume_infusion", "end_infusion", "discharge", "abort")


def in_phase(phase: Phase) -> ReturnStory:
    """A story that has just reached a phase; the clock stands at START + 600, in PRE at START - 1."""
    story = ReturnStory()
    if phase is Phase.PRE:
        return story.run(START - 1)
    if phase is Phase.PAUSED:
        story.act(START + 300, "pause_infusion")
    elif phase in (Phase.RECOVERY, Phase.IDLE):
        story.end(START + 300)
    if phase is Phase.IDLE:
        story.act(START + 400, "abort", reason="moved to another ward")
    return story.run(START + 600)


def phase_of(story: Story) -> str:
    return story.bed.state.phase.value


# -- the rows of 5.0 -----------------------------------------------------------------------------------------------


def test_binding_a_patient_leads_from_idle_to_pre() -> None:
    story = Story()
    story.open(5, cuff_limb="left", probe_limb="right", iv_limb="right", weight_kg=70)
    opened, changed = story.lines
    assert (opened["event"], opened["t"], opened["session"], opened["patient"]) == (
        "session_opened",
        5,
        "bay-1-s0001",
        "P-1",
    )
    assert (opened["cuff_limb"], opened["probe_limb"], opened["iv_limb"]) == ("left", "right", "right")
    assert (changed["event"], changed["from"], changed["to"], changed["by"]) == ("phase_changed", "IDLE", "PRE", NURSE)


def test_the_start_freezes_the_baseline_after_its_change_of_phase() -> None:
    story = ReturnStory().run(START)
    names = [line["event"] for line in story.lines if line["t"] == START and "advisory" not in line]
    assert names == ["phase_changed"] + ["baseline_frozen"] * 5
    session = story.bed.state.session
    assert session is not None
    assert session.started_at == START * 1_000_000


def test_a_pause_stops_the_count_of_infusion_minutes() -> None:
    story = ReturnStory().act(START + 600, "pause_infusion").act(START + 900, "resume_infusion").end(START + 1500)
    story.run(START + 1600)
    session = story.bed.state.session
    assert session is not None
    assert session.infused_at(story.bed.state.clock) == 1200 * 1_000_000
    assert [(line["from"], line["to"]) for line in story.all("phase_changed")][2:] == [
        ("INFUSING", "PAUSED"),
        ("PAUSED", "INFUSING"),
        ("INFUSING", "RECOVERY"),
    ]


def test_infusion_minutes_count_up_to_now_while_the_drug_runs() -> None:
    story = ReturnStory().run(START + 90)
    session = story.bed.state.session
    assert session is not None
    assert session.infused_at(int(START + 90) * 1_000_000) == 90 * 1_000_000


def test_the_planned_end_sets_the_clock_of_the_recovery() -> None:
    story = ReturnStory().end().run(END)
    session = story.bed.state.session
    assert session is not None
    assert session.deadline_at() == (END + 1200) * 1_000_000
    assert story.one("phase_changed", to="RECOVERY")["ended_at"] == END


def test_an_early_end_carries_its_reason() -> None:
    story = ReturnStory().end(START + 600, early=True, reason="nausea").run(START + 600)
    found = story.one("phase_changed", to="RECOVERY")
    assert (found["early"], found["reason"], found["ended_at"]) == (True, "nausea", START + 600)


def dosed(**fields: Any) -> Story:
    """An infusion of 40 mg over 40 minutes from 100 s on."""
    story = Story().open()
    story.command(100, "start_infusion", planned_min=40, override_by="dr-x", reason="no baseline", **fields)
    return story


def test_6_3_an_infusion_stopped_early_tells_the_dose_delivered() -> None:
    """At an even rate over the planned time, pauses left out; never more than was entered."""
    story = dosed(dose_mg=40)
    story.command(700, "pause_infusion")
    story.command(1000, "resume_infusion")
    story.command(1300, "end_infusion", early=True, reason="nausea")
    assert story.one("phase_changed", to="RECOVERY")["delivered_mg"] == 15.0
    whole = dosed(dose_mg=40)
    whole.command(100 + 2500, "end_infusion")
    assert whole.one("phase_changed", to="RECOVERY")["delivered_mg"] == 40.0


def test_6_3_no_dose_is_told_that_nobody_entered() -> None:
    """Neither without one at the start nor after a restart, whose rate is not known."""
    story = dosed()
    story.command(700, "end_infusion", early=True, reason="nausea")
    assert "delivered_mg" not in story.one("phase_changed", to="RECOVERY")
    again = dosed(dose_mg=40)
    again.command(700, "end_infusion")
    again.command(900, "start_infusion")
    again.command(1200, "end_infusion")
    assert ["delivered_mg" in line for line in again.all("phase_changed", to="RECOVERY")] == [True, False]


def restarted(**fields: Any) -> Story:
    """10 of 40 mg given from 100 s on, and started again at 900 s for 10 minutes."""
    story = dosed(dose_mg=40)
    story.command(700, "end_infusion", early=True, reason="nausea")
    story.command(900, "start_infusion", planned_min=10, **fields)
    return story


def test_a_restart_tells_its_own_dose_and_the_total_with_what_had_run_in() -> None:
    story = restarted(dose_mg=12)
    told = story.all("phase_changed", to="INFUSING")[-1]
    assert (told["dose_mg"], told["total_mg"]) == (12, 22.0)
    story.command(1200, "end_infusion", early=True, reason="enough")
    assert story.all("phase_changed", to="RECOVERY")[-1]["delivered_mg"] == 16.0


def test_a_total_is_told_to_a_tenth_of_a_milligram() -> None:
    story = restarted(dose_mg=12.34)
    assert story.all("phase_changed", to="INFUSING")[-1]["total_mg"] == 22.3


def test_a_restart_without_a_dose_tells_no_total_nor_does_any_after_it() -> None:
    story = restarted()
    story.command(1200, "end_infusion")
    story.command(1300, "start_infusion", dose_mg=5)
    assert all("total_mg" not in line for line in story.all("phase_changed"))


def test_a_second_restart_counts_what_both_runs_before_it_delivered() -> None:
    story = restarted(dose_mg=12)
    story.command(1200, "end_infusion")
    story.command(1300, "start_infusion", dose_mg=5)
    assert story.all("phase_changed", to="INFUSING")[-1]["total_mg"] == 21.0


def test_an_end_out_of_a_pause_lies_where_the_pause_began_with_both_times() -> None:
    story = ReturnStory().act(START + 600, "pause_infusion").end(START + 900).run(START + 900)
    found = story.one("phase_changed", to="RECOVERY")
    assert (found["t"], found["at"], found["ended_at"]) == (START + 900, START + 600, START + 600)


def test_a_restart_takes_the_end_back() -> None:
    story = ReturnStory().end().act(END + 300, "start_infusion", planned_min=10).run(END + 400)
    session = story.bed.state.session
    assert session is not None
    assert (phase_of(story), session.ended_at, session.started_at) == ("INFUSING", None, START * 1_000_000)
    assert session.planned == 600 * 1_000_000
    assert story.all("baseline_frozen", t=END + 300) == []


def test_discharge_freezes_the_report_and_frees_the_bed_at_once() -> None:
    story = (
        ReturnStory().end().act(END + 1800, "discharge", checklist={"escort": True}, reason="ward full").run(END + 1800)
    )
    changes = story.all("phase_changed", t=END + 1800)
    assert [(line["from"], line["to"]) for line in changes] == [("RECOVERY", "DISCHARGED"), ("DISCHARGED", "IDLE")]
    assert changes[0]["checklist"] == {"escort": True}
    assert story.bed.state.session is None
    story.open(END + 1801)
    assert story.all("session_opened")[-1]["session"] == "bay-1-s0002"


@pytest.mark.parametrize("phase", [Phase.PRE, Phase.INFUSING, Phase.PAUSED, Phase.RECOVERY])
def test_abort_leads_from_any_phase_to_the_end_and_closes_open_alarms_with_a_reason(phase: Phase) -> None:
    story = in_phase(phase)
    t = story.bed.state.clock / 1_000_000
    story.samples(t + 1, t + 10, 80, 72)
    story.off(t + 10, t + 80)
    open_before = [alarm.rule.name for alarm in story.bed.state.book.open.values()]
    assert "SPO2_CRIT" in open_before
    story.command(t + 80, "abort", reason="fire drill")
    assert phase_of(story) == "IDLE"
    assert story.one("phase_changed", to="DISCHARGED")["reason"] == "fire drill"
    closed = story.all("alarm_closed", t=t + 80)
    reasons = {line["alarm"]: line["reason"] for line in closed}
    assert set(reasons.values()) == {"abort"}
    assert sorted(line["alarm"] for line in closed) == sorted(open_before)
    assert story.bed.state.book.open == {}


def test_an_abort_needs_its_reason() -> None:
    story = in_phase(Phase.INFUSING)
    story.command(START + 700, "abort")
    assert story.one("command_refused")["reason"] == "reason_missing"
    assert phase_of(story) == "INFUSING"


@pytest.mark.parametrize("phase", [phase for phase in Phase if phase is not Phase.DISCHARGED])
@pytest.mark.parametrize("command", COMMANDS)
def test_what_the_table_does_not_name_is_refused_and_changes_nothing(phase: Phase, command: str) -> None:
    if command in PHASES[phase]:
        return
    story = in_phase(phase)
    before = copy.deepcopy(story.bed.state)
    story.command(before.clock / 1_000_000, command, reason="slip of the finger")
    refused = story.one("command_refused")
    assert (refused["command"], refused["reason"], refused["phase"], refused["by"]) == (
        command,
        "wrong_phase",
        phase.value,
        NURSE,
    )
    assert story.bed.state == before


def test_the_table_holds_the_rows_of_the_document_and_no_other() -> None:
    expected = {
        (Phase.IDLE, "open_session", Phase.PRE),
        (Phase.PRE, "start_infusion", Phase.INFUSING),
        (Phase.INFUSING, "pause_infusion", Phase.PAUSED),
        (Phase.PAUSED, "resume_infusion", Phase.INFUSING),
        (Phase.INFUSING, "end_infusion", Phase.RECOVERY),
        (Phase.PAUSED, "end_infusion", Phase.RECOVERY),
        (Phase.RECOVERY, "start_infusion", Phase.INFUSING),
        (Phase.RECOVERY, "discharge", Phase.DISCHARGED),
        (Phase.DISCHARGED, "report_frozen", Phase.IDLE),
    } | {(phase, "abort", Phase.DISCHARGED) for phase in (Phase.PRE, Phase.INFUSING, Phase.PAUSED, Phase.RECOVERY)}
    assert {(start, event, to) for start, row in PHASES.items() for event, to in row.items()} == expected


# -- observed and entered times ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("phase", "command"),
    [
        (Phase.PRE, "start_infusion"),
        (Phase.INFUSING, "pause_infusion"),
        (Phase.PAUSED, "resume_infusion"),
        (Phase.INFUSING, "end_infusion"),
        (Phase.RECOVERY, "start_infusion"),
        (Phase.RECOVERY, "discharge"),
        (Phase.RECOVERY, "abort"),
    ],
)
def test_every_transition_keeps_the_observed_and_the_entered_time(phase: Phase, command: str) -> None:
    story = in_phase(phase)
    now = story.bed.state.clock / 1_000_000
    story.command(now + 30, command, at=now + 10, reason="entered late")
    found = story.all("phase_changed")[-1 if command not in ("discharge", "abort") else -2]
    assert (found["t"], found["at"]) == (now + 30, now + 10)


@pytest.mark.parametrize("phase", [Phase.PRE, Phase.INFUSING, Phase.PAUSED, Phase.RECOVERY])
@pytest.mark.parametrize("beyond", ["before", "after"])
def test_an_observed_time_before_the_present_phase_or_in_the_future_is_refused(phase: Phase, beyond: str) -> None:
    story = in_phase(phase)
    now = story.bed.state.clock / 1_000_000
    began = story.bed.state.phase_since / 1_000_000
    for command in sorted(set(PHASES[phase]) & set(COMMANDS)):
        story.command(now, command, at=began - 0.001 if beyond == "before" else now + 0.001, reason="slip")
        assert story.all("command_refused")[-1]["reason"] == "observed_time_out_of_range"
    assert phase_of(story) == phase.value


def test_the_moment_a_phase_began_is_not_before_it() -> None:
    story = in_phase(Phase.INFUSING)
    story.command(START + 600, "end_infusion", at=START)
    assert story.one("phase_changed", to="RECOVERY")["ended_at"] == START


# -- refusals ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"patient": "  "}, "patient_missing"),
        ({"cuff_limb": "left", "iv_limb": "left"}, "cuff_on_iv_limb"),
        ({"weight_kg": 0}, "weight_out_of_range"),
        ({"weight_kg": 501}, "weight_out_of_range"),
        ({"planned_min": 0.5}, "planned_min_out_of_range"),
        ({"planned_min": 1441}, "planned_min_out_of_range"),
        ({"deadline_min": 9.9}, "deadline_min_out_of_range"),
        ({"deadline_min": 60.1}, "deadline_min_out_of_range"),
    ],
)
def test_a_session_that_cannot_be_is_not_opened(fields: dict[str, Any], reason: str) -> None:
    story = Story()
    story.open(0, **fields)
    assert story.one("command_refused")["reason"] == reason
    assert phase_of(story) == "IDLE"


def test_a_second_session_on_a_bed_is_refused() -> None:
    story = Story().open(0).open(1)
    assert story.one("command_refused")["reason"] == "session_open"


def test_a_session_keeps_the_name_it_was_given() -> None:
    assert Story().open(0, session="S-9").one("session_opened")["session"] == "S-9"


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"planned_min": 0}, "planned_min_out_of_range"),
        ({"planned_min": True}, "planned_min_out_of_range"),
        ({"planned_min": "forty"}, "planned_min_out_of_range"),
        ({"dose_mg": -1}, "dose_mg_out_of_range"),
        ({"dose_mg": "35"}, "dose_mg_out_of_range"),
    ],
)
def test_a_start_with_a_field_that_cannot_be_is_refused(fields: dict[str, Any], reason: str) -> None:
    story = in_phase(Phase.PRE)
    story.command(START, "start_infusion", **fields)
    assert story.one("command_refused")["reason"] == reason
    assert phase_of(story) == "PRE"


def test_dose_and_plan_of_the_start_are_kept() -> None:
    story = in_phase(Phase.PRE)
    story.command(START, "start_infusion", dose_mg=35, planned_min=50)
    session = story.bed.state.session
    assert session is not None
    assert (session.dose_mg, session.planned) == (35, 3000 * 1_000_000)
    assert story.one("phase_changed", to="INFUSING")["dose_mg"] == 35


def test_a_command_that_nobody_carries_out_is_refused_by_name() -> None:
    story = in_phase(Phase.INFUSING)
    (event,) = story.ward.feed(Command(story.name, "of_a_later_release", by="nurse-a"), seconds(START + 600))
    assert (event.kind, event.data["reason"]) == (EventKind.COMMAND_REFUSED, "unknown_command")


def test_discharge_is_refused_while_a_high_alarm_is_active_and_not_when_acknowledged_or_latched() -> None:
    story = ReturnStory().end().run(END + 100)
    story.samples(END + 101, END + 130, 80, 72)
    story.command(END + 130, "discharge")
    refused = story.one("command_refused")
    assert refused["reason"] == "high_alarm_active"
    raised = story.one("alarm_raised", alarm="SPO2_CRIT")
    assert (refused["alarms"], refused["alarm_ids"]) == (["SPO2_CRIT"], [raised["alarm_id"]])
    story.acknowledge(END + 131, "SPO2_CRIT")
    story.samples(END + 131, END + 140, 80, 72)
    story.command(END + 140, "discharge", reason="moved")
    assert phase_of(story) == "IDLE"
    latched = ReturnStory().end().run(END + 100)
    latched.samples(END + 101, END + 130, 80, 72)
    latched.samples(END + 130, END + 190, 97, 72)
    latched.command(END + 190, "discharge", reason="moved")
    assert phase_of(latched) == "IDLE"
    assert {line["reason"] for line in latched.all("alarm_closed", alarm="SPO2_CRIT")} == {"discharge"}


# -- recorded events -----------------------------------------------------------------------------------------------


def test_an_event_is_recorded_with_its_observed_time() -> None:
    story = in_phase(Phase.INFUSING)
    story.command(START + 600, "record_event", kind="nausea", text="a little", at=START + 500)
    found = story.one("event_recorded")
    assert (found["kind"], found["text"], found["by"], found["at"]) == ("nausea", "a little", NURSE, START + 500)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({}, "kind_missing"),
        ({"kind": ""}, "kind_missing"),
        ({"kind": 3}, "kind_missing"),
        ({"kind": "activity", "at": START + 601}, "observed_time_out_of_range"),
        ({"kind": "activity", "at": -1}, "observed_time_out_of_range"),
    ],
)
def test_an_event_that_cannot_be_is_refused(fields: dict[str, Any], reason: str) -> None:
    story = in_phase(Phase.INFUSING)
    story.command(START + 600, "record_event", **fields)
    assert story.one("command_refused")["reason"] == reason


def test_an_event_without_a_session_is_refused() -> None:
    story = in_phase(Phase.IDLE)
    story.command(START + 600, "record_event", kind="activity")
    assert story.one("command_refused")["reason"] == "wrong_phase"


# -- a start entered late --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("late", [0, 300, 600])
def test_a_start_entered_up_to_ten_minutes_late_has_the_baseline_of_the_timely_one(late: int) -> None:
    """The bed remembers the minutes before it, also of a pulse and a saturation that never hold still."""
    story = Story().open()
    for t in range(2400):
        story.sample(t, 96 + t % 2, 70 + t % 3)
        if t in (1500, 1600, 1700):
            story.cuff(t)
    story.command(2400, "start_infusion", at=2400 - late, override_by="dr-x", reason="the readings are old")
    frozen = {line["metric"]: (line["value"], line["grade"]) for line in story.all("baseline_frozen")}
    assert (frozen["pulse_rate"], frozen["spo2"]) == ((71, "A"), (96.5, "A"))


@pytest.mark.parametrize("late", [0, 540])
def test_a_start_entered_late_has_the_cuff_baseline_of_the_timely_one(late: int) -> None:
    """Its window reaches half an hour back from the time observed, not from the newest reading (5.2)."""
    story = Story().open()
    for t, systolic in ((60, 120), (300, 122), (1500, 124)):
        story.cuff(t, systolic)
    if late:
        story.cuff(2300, 150)
    story.samples(1500, 1860 + late)
    story.command(1860 + late, "start_infusion", at=1860, override_by="dr-x", reason="the readings are old")
    frozen = story.one("baseline_frozen", metric="systolic")
    assert (frozen["value"], frozen["grade"]) == (122, "A")


def test_when_the_drug_ran_pauses_left_out() -> None:
    """What the expected course is drawn from: each stretch with its beginning and its end; the last one open."""
    story = ReturnStory().act(START + 600, "pause_infusion").act(START + 900, "resume_infusion").run(START + 1000)
    session = story.bed.state.session
    assert session is not None
    assert [(flow.start, flow.stop) for flow in session.flows] == [
        (seconds(START), seconds(START + 600)),
        (seconds(START + 900), None),
    ]
    story.end().run(END + 10)
    assert session.flows[-1].stop == seconds(END)
    story.command(END + 60, "start_infusion")
    story.command(END + 120, "end_infusion")
    assert [(flow.start, flow.stop) for flow in session.flows][-1] == (seconds(END + 60), seconds(END + 120))


def test_an_end_out_of_a_pause_leaves_the_drug_s_last_stretch_where_the_pause_ended_it() -> None:
    story = ReturnStory().act(START + 600, "pause_infusion").end(START + 700).run(START + 701)
    session = story.bed.state.session
    assert session is not None
    assert [(flow.start, flow.stop) for flow in session.flows] == [(seconds(START), seconds(START + 600))]


@pytest.mark.parametrize("signed", [True, False, "yes", None])
def test_a_prescriber_s_checked_signature_is_told_at_start_and_discharge(signed: object) -> None:
    """Whoever was only named has not signed: the record must not look as if they had."""
    override = {"override_by": "dr-x", "reason": "urgent"} | ({} if signed is None else {"override_signed": signed})
    story = Story().open()
    story.command(100, "start_infusion", **override)
    story.command(200, "end_infusion")
    story.command(300, "discharge", **override)
    told = [story.one("phase_changed", to=phase) for phase in ("INFUSING", "DISCHARGED")]
    assert [line["override_by"] for line in told] == ["dr-x", "dr-x"]
    assert [line.get("override_signed") for line in told] == [True if signed is True else None] * 2


def test_the_opening_tells_air_or_oxygen_where_it_was_asked() -> None:
    told = [
        Story().open(**fields).lines[0].get("on_oxygen") for fields in ({}, {"on_oxygen": False}, {"on_oxygen": True})
    ]
    assert told == [None, False, True]
