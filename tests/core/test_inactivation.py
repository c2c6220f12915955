"""Inactivation states on a bed, row by row of alarm-system 4.2."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from config.vocabulary import Priority
from monitor.core.bed import Bed, Setup
from monitor.core.bed_state import BedState
from monitor.core.preset.read import build_ruleset
from tests.support.ward import BED, Line, Story, preset_table, shipped_rules


def low_then(story: Story, start: float, until: float, spo2: float = 88, pulse: float = 72) -> list[Line]:
    return story.samples(start, until, spo2, pulse)


def infusing(**more: Any) -> Story:
    """INFUSING from 10 on, with good values."""
    story = Story(**more).open()
    story.samples(0, 10)
    return story.start(10)


def state_after_restart(story: Story) -> Story:
    """A story that goes on from the bed's snapshot."""
    state = msgspec.json.decode(msgspec.json.encode(story.bed.state), type=BedState)
    assert state == story.bed.state
    other = Story(rules=story.rules)
    other.ward.add(Bed(Setup(BED, other.rules), state))
    return other


# -- AUDIO_PAUSED ------------------------------------------------------------------------------------------------


def test_4_2_audio_paused_ends_by_its_timer_after_120_s() -> None:
    story = infusing()
    (begun,) = story.command(20, "audio_pause", scope="bed", reason="talking to the patient", role="nurse")
    assert begun == {
        "t": 20,
        "bed": BED,
        "event": "inactivation_changed",
        "scope": "bed",
        "from": "ON",
        "to": "AUDIO_PAUSED",
        "by": "nurse-a",
        "role": "nurse",
        "reason": "talking to the patient",
        "until": 140,
    }
    story.tick(139.999)
    assert story.all("inactivation_changed", to="ON") == []
    story.tick(300)
    ended = story.one("inactivation_changed", to="ON")
    assert (ended["t"], ended["from"], ended["to"], ended["reason"]) == (140, "AUDIO_PAUSED", "ON", "timer")
    assert ended["since"] == 20


def test_4_2_audio_paused_may_be_set_by_any_nurse_in_any_phase() -> None:
    for role in ("nurse", "lead", "prescriber", None):
        story = Story()
        fields = {} if role is None else {"role": role}
        story.command(1, "audio_pause", **fields)
        assert story.one("inactivation_changed")["to"] == "AUDIO_PAUSED"


def test_4_2_audio_paused_is_not_for_a_viewer() -> None:
    story = Story().open()
    assert story.command(1, "audio_pause", role="viewer")[0]["reason"] == "role_not_allowed"


def test_4_2_audio_paused_ends_with_any_new_high() -> None:
    story = infusing()
    story.command(20, "audio_pause")
    low_then(story, 21, 30, 83)
    raised, ended = story.one("alarm_raised", alarm="SPO2_CRIT"), story.all("inactivation_changed")[-1]
    assert (ended["t"], ended["to"], ended["reason"]) == (raised["t"], "ON", "new_high")


def test_4_2_audio_paused_ends_when_a_latched_high_comes_back() -> None:
    story = infusing()
    low_then(story, 20, 40, 83)
    story.samples(40, 60)
    story.command(60, "audio_pause")
    low_then(story, 60, 80, 83)
    again, ended = story.one("alarm_rearmed", alarm="SPO2_CRIT"), story.all("inactivation_changed")[-1]
    assert again["reason"] == "recurrence"
    assert (ended["t"], ended["to"], ended["reason"]) == (again["t"], "ON", "new_high")


def test_4_2_audio_paused_ends_with_a_rise_to_high() -> None:
    story = infusing()
    low_then(story, 20, 40)
    story.command(40, "audio_pause")
    low_then(story, 40, 90)
    rise, ended = story.one("alarm_priority_changed"), story.all("inactivation_changed")[-1]
    assert (ended["t"], ended["reason"]) == (rise["t"], "new_high")


def test_4_2_audio_paused_goes_on_under_a_new_medium() -> None:
    story = infusing()
    story.command(20, "audio_pause")
    low_then(story, 21, 40)
    assert story.all("alarm_raised", alarm="SPO2_LOW")
    assert [line["to"] for line in story.all("inactivation_changed")] == ["AUDIO_PAUSED"]


def test_4_2_audio_paused_goes_on_when_a_known_high_reminds() -> None:
    """Row 12 tells of what people know: only a new HIGH breaks the pause."""
    story = infusing()
    low_then(story, 20, 30, 80)
    story.acknowledge(30, "SPO2_CRIT")
    low_then(story, 30, 100, 80)
    story.acknowledge(100, "SPO2_LOW")
    low_then(story, 100, 110, 80)
    story.command(110, "audio_pause")
    low_then(story, 110, 160, 80)
    assert story.all("alarm_rearmed", reason="still_present")
    assert [line["to"] for line in story.all("inactivation_changed")] == ["AUDIO_PAUSED"]


def test_4_2_audio_paused_ends_explicitly() -> None:
    story = infusing()
    story.command(20, "audio_pause")
    ended = story.command(50, "resume_alarms", by="nurse-b")[-1]
    assert (ended["to"], ended["by"], ended["since"]) == ("ON", "nurse-b", 20)
    assert story.command(51, "resume_alarms")[0]["reason"] == "nothing_inactivated"


def test_4_2_a_pause_cannot_be_lengthened() -> None:
    story = infusing()
    story.command(20, "audio_pause")
    story.command(25, "alarm_pause", at_bed=True)
    assert story.command(100, "audio_pause")[-1]["reason"] == "already_paused"
    assert story.command(100, "alarm_pause", at_bed=True)[-1]["reason"] == "already_paused"
    story.tick(400)
    assert [line["t"] for line in story.all("inactivation_changed", to="ON")] == [140, 145]


def test_4_2_audio_paused_survives_a_restart_and_ends_on_time() -> None:
    story = infusing()
    story.command(20, "audio_pause")
    later = state_after_restart(story)
    later.put(60, "restart")
    later.tick(200)
    assert [(line["t"], line["reason"]) for line in later.all("inactivation_changed")] == [(140, "timer")]


def test_4_2_an_alarm_announced_anew_by_a_restart_is_no_new_high() -> None:
    story = infusing()
    low_then(story, 20, 30, 80)
    story.command(30, "audio_pause")
    later = state_after_restart(story)
    later.put(31, "restart")
    assert later.all("alarm_rearmed", reason="restart")
    assert later.all("inactivation_changed") == []


# -- ALARM_PAUSED ------------------------------------------------------------------------------------------------


def test_4_2_alarm_paused_in_pre_ends_by_its_timer_after_120_s() -> None:
    story = Story().open()
    (begun,) = story.command(5, "alarm_pause")
    assert (begun["to"], begun["until"]) == ("ALARM_PAUSED", 125)
    story.tick(200)
    assert [(line["t"], line["reason"]) for line in story.all("inactivation_changed", to="ON")] == [(125, "timer")]


def test_4_2_alarm_paused_outside_pre_needs_a_nurse_at_the_bed() -> None:
    story = infusing()
    assert story.command(20, "alarm_pause")[0]["reason"] == "not_at_bed"
    assert story.command(21, "alarm_pause", at_bed=False)[0]["reason"] == "not_at_bed"
    assert story.command(22, "alarm_pause", at_bed=True)[0]["to"] == "ALARM_PAUSED"


def test_4_2_alarm_paused_needs_a_patient() -> None:
    story = Story()
    assert story.command(1, "alarm_pause", at_bed=True)[0]["reason"] == "wrong_phase"


def test_4_2_alarm_paused_ends_with_the_phase() -> None:
    story = Story().open()
    story.command(5, "alarm_pause")
    story.start(10)
    kinds = [(line["event"], line.get("reason")) for line in story.lines[-8:]]
    assert ("inactivation_changed", "phase") in kinds


def test_4_2_alarm_paused_ends_with_a_high_of_another_group() -> None:
    story = infusing()
    low_then(story, 20, 40, 83)
    assert story.one("alarm_raised", alarm="SPO2_CRIT")["priority"] == "high"
    story.command(40, "alarm_pause", at_bed=True)
    story.samples(40, 80, 97)
    low_then(story, 80, 100, 82)
    assert story.one("alarm_rearmed", alarm="SPO2_CRIT")["reason"] == "recurrence"
    assert [line["to"] for line in story.all("inactivation_changed")] == ["ALARM_PAUSED"]
    low_then(story, 100, 130, 82, pulse=30)
    raised = story.one("alarm_raised", alarm="VASOVAGAL")
    ended = story.all("inactivation_changed")[-1]
    assert (ended["t"], ended["from"], ended["reason"]) == (raised["t"], "ALARM_PAUSED", "new_high")


def paused_with_a_slow_pulse() -> Story:
    """PR_LOW (MEDIUM) is present, the nurse at the bed pauses the alarms at 40."""
    story = infusing()
    low_then(story, 10, 41, 97, 45)
    assert story.told("PR_LOW") == [(25, "alarm_raised")]
    story.command(40, "alarm_pause", at_bed=True)
    return story


def no_pulse(story: Story, start: float, end: float) -> None:
    story.samples(start, end, None, None, flags=["searching"])


def test_4_2_alarm_paused_over_a_slow_pulse_ends_when_the_pulse_is_lost() -> None:
    """An arrest is never what the nurse was dealing with, whatever its group (decisions/0005)."""
    story = paused_with_a_slow_pulse()
    no_pulse(story, 41, 60)
    assert story.told("PULSE_LOST") == [(51, "alarm_raised")]
    ended = story.one("inactivation_changed", to="ON")
    assert (ended["t"], ended["from"], ended["reason"]) == (51, "ALARM_PAUSED", "new_high")


def test_4_2_alarm_paused_over_a_slow_pulse_ends_when_it_grows_critical() -> None:
    """The group was present, but nothing in it HIGH: whoever pauses a MEDIUM deals with no HIGH (decisions/0005)."""
    story = paused_with_a_slow_pulse()
    low_then(story, 41, 100, 97, 38)
    raised = story.one("alarm_raised", alarm="PR_XLOW", priority="high")
    ended = story.one("inactivation_changed", to="ON")
    assert (ended["t"], ended["reason"]) == (raised["t"], "new_high")


def test_4_2_alarm_paused_over_a_hint_ends_when_the_saturation_collapses() -> None:
    """SPO2_DROP is LOW and of the same group as SPO2_CRIT: it must not hide the collapse for two minutes."""
    story = Story().open()
    for t in (60, 150, 240):
        story.cuff(t)
    story.samples(250, 390)
    story.start(390)
    low_then(story, 391, 466, 93)
    assert story.one("alarm_raised", alarm="SPO2_DROP")["priority"] == "low"
    story.command(465, "alarm_pause", at_bed=True)
    low_then(story, 466, 490, 70)
    raised = story.one("alarm_raised", alarm="SPO2_CRIT")
    ended = story.one("inactivation_changed", to="ON")
    assert raised["t"] < 490
    assert (ended["t"], ended["reason"]) == (raised["t"], "new_high")


def test_4_2_alarm_paused_over_a_medium_pressure_ends_when_it_rises_to_high() -> None:
    story = infusing()
    story.cuff(20, 185, 90)
    story.command(30, "alarm_pause", at_bed=True)
    story.cuff(90, 185, 90)
    assert story.one("alarm_priority_changed", alarm="SBP_CRIT")["t"] == 90
    assert story.one("inactivation_changed", to="ON")["t"] == 90


def test_4_2_alarm_paused_while_the_pulse_is_lost_is_not_ended_by_the_same_arrest() -> None:
    """Whoever pauses during the resuscitation deals with it, and with the slow pulse that it may bring back."""
    story = infusing()
    no_pulse(story, 10, 30)
    assert story.told("PULSE_LOST") == [(20, "alarm_raised")]
    story.command(30, "alarm_pause", at_bed=True)
    low_then(story, 31, 60, 97, 34)
    no_pulse(story, 60, 80)
    assert [event for _, event in story.told("PULSE_LOST")] == ["alarm_raised", "alarm_latched", "alarm_rearmed"]
    assert story.all("alarm_raised", alarm="PR_XLOW") != []
    assert story.all("inactivation_changed", to="ON") == []


def test_4_2_alarm_paused_with_nothing_present_ends_with_any_high() -> None:
    story = infusing()
    story.command(20, "alarm_pause", at_bed=True)
    low_then(story, 21, 30, 80)
    assert story.all("inactivation_changed")[-1]["reason"] == "new_high"


# -- AUDIO_OFF on a bed ------------------------------------------------------------------------------------------


def test_4_2_audio_off_is_the_stations() -> None:
    story = Story().open()
    assert story.command(1, "audio_off", scope="bed")[0]["reason"] == "only_for_station"


# -- ALARM_OFF ---------------------------------------------------------------------------------------------------

OFF: dict[str, Any] = {"by": "dr-x", "role": "prescriber", "reason": "athlete"}


def test_4_2_alarm_off_switches_one_rule_off_and_the_others_stay() -> None:
    story = infusing()
    (begun,) = story.command(20, "alarm_off", alarm="PR_LOW", **OFF)
    assert (begun["from"], begun["to"], begun["alarm"]) == ("ON", "ALARM_OFF", "PR_LOW")
    assert (begun["by"], begun["reason"], begun["role"]) == ("dr-x", "athlete", "prescriber")
    story.samples(21, 60, 97, 45)
    assert story.told("PR_LOW") == [(20, "inactivation_changed")]
    story.samples(60, 80, 97, 34)
    assert story.all("alarm_raised", alarm="PR_XLOW")


@pytest.mark.parametrize("role", ["nurse", "lead"])
def test_4_2_alarm_off_is_for_a_prescriber(role: str) -> None:
    story = infusing()
    found = story.command(20, "alarm_off", alarm="PR_LOW", reason="x", role=role)
    assert found[0]["reason"] == "role_not_allowed"


@pytest.mark.parametrize("reason", [{}, {"reason": " "}])
def test_4_2_alarm_off_needs_a_reason(reason: dict[str, str]) -> None:
    assert infusing().command(20, "alarm_off", alarm="PR_LOW", **reason)[0]["reason"] == "reason_missing"


@pytest.mark.parametrize("alarm", sorted(shipped_rules().inactivation.kept_on))
def test_4_2_alarm_off_is_not_for_these_while_infusing(alarm: str) -> None:
    assert infusing().command(20, "alarm_off", alarm=alarm, **OFF)[0]["reason"] == "never_off_infusing"


@pytest.mark.parametrize("alarm", sorted(shipped_rules().inactivation.kept_on))
def test_4_2_alarm_off_of_these_ends_when_the_infusion_begins(alarm: str) -> None:
    story = Story().open()
    assert story.command(5, "alarm_off", alarm=alarm, **OFF)[0]["to"] == "ALARM_OFF"
    story.start(10)
    ended = story.one("inactivation_changed", to="ON")
    assert (ended["t"], ended["alarm"], ended["reason"]) == (10, alarm, "phase")
    assert story.bed.rules is story.bed.setup.rules


@pytest.mark.parametrize("alarm", ["SPO2_NO_DATA", "STORAGE", "NONSENSE", 5, None])
def test_4_2_alarm_off_is_for_rules_on_the_patient_alone(alarm: Any) -> None:
    assert infusing().command(20, "alarm_off", alarm=alarm, **OFF)[0]["reason"] == "unknown_alarm"


def test_2_7_alarm_off_drops_what_is_pending() -> None:
    story = infusing()
    low_then(story, 20, 25)
    story.command(25, "alarm_off", alarm="SPO2_LOW", **OFF)
    dropped = story.one("alarm_pending_dropped")
    assert (dropped["alarm"], dropped["reason"], dropped["held_s"]) == ("SPO2_LOW", "alarm_off", 5)


@pytest.mark.parametrize("state", ["ACTIVE", "ACKED", "LATCHED"])
def test_2_7_alarm_off_closes_what_is_open(state: str) -> None:
    story = infusing()
    low_then(story, 20, 40)
    if state == "ACKED":
        story.acknowledge(40, "SPO2_LOW")
    if state == "LATCHED":
        story.samples(40, 55)
    assert story.bed.state.book.find(story.bed.level_rules["SPO2_LOW"].rule).state == state  # type: ignore[union-attr]
    story.command(60, "alarm_off", alarm="SPO2_LOW", **OFF)
    closed = story.one("alarm_closed", alarm="SPO2_LOW")
    assert (closed["alarm"], closed["reason"], closed["by"]) == ("SPO2_LOW", "alarm_off", "dr-x")
    low_then(story, 61, 100)
    assert len(story.all("alarm_raised", alarm="SPO2_LOW")) == 1


def test_2_7_alarm_off_closes_a_cuff_alarm() -> None:
    story = infusing()
    story.cuff(20, 165)
    story.command(30, "alarm_off", alarm="SBP_HIGH", **OFF)
    assert story.one("alarm_closed")["reason"] == "alarm_off"
    story.cuff(40, 166)
    assert len(story.all("alarm_raised", alarm="SBP_HIGH")) == 1


def test_4_2_alarm_off_ends_explicitly_and_a_standing_value_counts_again() -> None:
    story = infusing()
    story.command(20, "alarm_off", alarm="SPO2_LOW", **OFF)
    low_then(story, 21, 50)
    story.command(49.5, "resume_alarms", alarm="SPO2_LOW")
    low_then(story, 50, 70)
    assert story.one("alarm_raised", alarm="SPO2_LOW")["since"] == 49.5


def test_4_2_alarm_off_ends_with_the_session() -> None:
    story = infusing()
    story.command(20, "alarm_off", alarm="PR_LOW", **OFF)
    story.command(30, "abort", reason="over")
    ended = story.one("inactivation_changed", to="ON")
    assert (ended["t"], ended["alarm"], ended["reason"]) == (30, "PR_LOW", "session_end")
    assert story.bed.rules is story.bed.setup.rules


def test_4_2_alarm_off_reminds_every_5_min() -> None:
    story = infusing()
    story.command(20, "alarm_off", alarm="PR_LOW", **OFF)
    story.tick(1000)
    assert [line["t"] for line in story.all("inactivation_reminder")] == [320, 620, 920]
    assert {line["alarm"] for line in story.all("inactivation_reminder")} == {"PR_LOW"}


def test_4_2_alarm_off_survives_a_restart() -> None:
    story = infusing()
    story.command(20, "alarm_off", alarm="PR_LOW", **OFF)
    later = state_after_restart(story)
    later.put(21, "restart")
    later.samples(22, 60, 97, 45)
    assert later.all("alarm_raised") == []
    assert later.bed.off == {"PR_LOW"}


def test_4_2_resume_without_more_ends_everything_on_the_bed() -> None:
    story = Story().open()
    story.command(1, "audio_pause")
    story.command(2, "alarm_pause")
    story.command(3, "alarm_off", alarm="PR_LOW", **OFF)
    ended = story.command(4, "resume_alarms")
    assert [line["from"] for line in ended] == ["AUDIO_PAUSED", "ALARM_PAUSED", "ALARM_OFF"]


def test_4_2_resume_may_name_one_state() -> None:
    story = Story().open()
    story.command(1, "audio_pause")
    story.command(2, "alarm_pause")
    assert [line["from"] for line in story.command(3, "resume_alarms", state="AUDIO_PAUSED")] == ["AUDIO_PAUSED"]
    assert story.command(4, "resume_alarms", scope="ward")[0]["reason"] == "unknown_scope"


def test_4_2_the_longest_times_are_the_presets() -> None:
    table = preset_table()
    table["inactivation"]["audio_pause_s"] = 30
    story = Story(rules=build_ruleset(table, "x")).open()
    assert story.command(1, "audio_pause")[0]["until"] == 31


def test_4_2_a_rule_that_comes_back_with_the_end_of_the_session_raises_nothing() -> None:
    story = infusing()
    story.command(20, "record_event", kind="chest pain")
    story.command(21, "alarm_off", alarm="SYMPTOM", **OFF)
    story.command(21, "alarm_off", alarm="SPO2_LOW", **OFF)
    low_then(story, 22, 30)
    story.command(30, "abort", reason="over")
    assert [line["alarm"] for line in story.all("alarm_raised")] == ["SYMPTOM"]
    assert story.all("alarm_pending_dropped") == []


def test_4_2_a_symptom_that_is_not_over_calls_again_when_its_rule_is_on_again() -> None:
    story = infusing()
    story.command(20, "alarm_off", alarm="SYMPTOM", **OFF)
    story.command(21, "record_event", kind="chest pain")
    assert story.all("alarm_raised") == []
    story.command(22, "resume_alarms", alarm="SYMPTOM")
    assert story.one("alarm_raised")["since"] == 21


# -- what is told ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "fields", "reason", "phase"),
    [
        ("audio_pause", {"role": "viewer"}, "role_not_allowed", None),
        ("audio_pause", {"scope": "ward"}, "unknown_scope", None),
        ("audio_pause", {}, "already_paused", None),
        ("alarm_pause", {"role": "viewer"}, "role_not_allowed", "INFUSING"),
        ("alarm_pause", {}, "not_at_bed", "INFUSING"),
        ("alarm_pause", {"at_bed": True}, "already_paused", "INFUSING"),
        ("alarm_off", {"alarm": "NONSENSE"} | OFF, "unknown_alarm", "INFUSING"),
        ("alarm_off", {"alarm": "PR_HIGH", "role": "nurse", "reason": "x"}, "role_not_allowed", "INFUSING"),
        ("alarm_off", {"alarm": "PR_HIGH"}, "reason_missing", "INFUSING"),
        ("alarm_off", {"alarm": "SPO2_CRIT"} | OFF, "never_off_infusing", "INFUSING"),
        ("alarm_off", {"alarm": "PR_LOW"} | OFF, "already_off", "INFUSING"),
        ("audio_off", {"scope": "bed"}, "only_for_station", None),
        ("resume_alarms", {"scope": "ward"}, "unknown_scope", None),
        ("resume_alarms", {"alarm": "PR_HIGH"}, "nothing_inactivated", None),
        ("resume_alarms", {"state": "AUDIO_OFF"}, "nothing_inactivated", None),
        ("resume_alarms", {"state": "AUDIO_PAUSED", "alarm": "PR_LOW"}, "nothing_inactivated", None),
    ],
)
def test_4_2_a_refusal_says_what_was_asked_by_whom_and_why_not(
    command: str, fields: dict[str, Any], reason: str, phase: str | None
) -> None:
    """Nothing else is told, and nothing changes."""
    story = infusing()
    story.command(11, "audio_pause")
    story.command(11, "alarm_pause", at_bed=True)
    story.command(11, "alarm_off", alarm="PR_LOW", **OFF)
    before = dict(story.bed.state.inactivations)
    expected = {"t": 12, "bed": BED, "event": "command_refused", "command": command, "reason": reason}
    expected["by"] = fields.get("by", "nurse-a")
    assert story.command(12, command, **fields) == [expected if phase is None else expected | {"phase": phase}]
    assert story.bed.state.inactivations == before


@pytest.mark.parametrize(("command", "fields"), [("alarm_pause", {"at_bed": True}), ("alarm_off", {"alarm": "PR_LOW"})])
def test_4_2_without_a_patient_there_is_nothing_to_pause_or_switch_off(command: str, fields: dict[str, Any]) -> None:
    found = Story().command(1, command, **fields, **OFF)
    assert [(line["reason"], line["phase"]) for line in found] == [("wrong_phase", "IDLE")]


def test_4_2_alarm_off_line_by_line() -> None:
    """Begun, remembered, ended by a person with a reason."""
    story = infusing()
    told = {"bed": BED, "scope": "bed", "alarm": "PR_LOW"}
    assert story.command(20, "alarm_off", alarm="PR_LOW", **OFF) == [
        told
        | {"t": 20, "event": "inactivation_changed", "from": "ON", "to": "ALARM_OFF"}
        | {"by": "dr-x", "role": "prescriber", "reason": "athlete"}
    ]
    story.tick(320)
    assert story.one("inactivation_reminder") == told | {
        "t": 320,
        "event": "inactivation_reminder",
        "state": "ALARM_OFF",
        "by": "dr-x",
        "since": 20,
    }
    assert story.bed.state.inactivations["ALARM_OFF PR_LOW"].reminded_at == 320_000_000
    assert story.command(330, "resume_alarms", by="nurse-b", reason="over")[0] == told | {
        "t": 330,
        "event": "inactivation_changed",
        "from": "ALARM_OFF",
        "to": "ON",
        "since": 20,
        "by": "nurse-b",
        "reason": "over",
    }


def test_4_2_resume_ends_only_what_it_names() -> None:
    """One rule of two that are off; the pause of the sound goes on."""
    story = infusing()
    story.command(20, "audio_pause")
    for alarm in ("PR_LOW", "PR_HIGH"):
        story.command(21, "alarm_off", alarm=alarm, **OFF)
    story.command(22, "resume_alarms", alarm="PR_HIGH")
    assert sorted(story.bed.state.inactivations) == ["ALARM_OFF PR_LOW", "AUDIO_PAUSED"]
    assert story.bed.off == {"PR_LOW"}
    story.command(23, "resume_alarms", state="ALARM_OFF")
    assert sorted(story.bed.state.inactivations) == ["AUDIO_PAUSED"]


def test_4_2_a_pause_of_the_sound_and_a_rule_that_is_off_outlive_a_change_of_phase() -> None:
    """Only the pause of the alarms ends with the phase, and what must not be off while the drug runs."""
    story = Story().open()
    story.command(1, "audio_pause")
    story.command(2, "alarm_pause")
    story.command(3, "alarm_off", alarm="PR_LOW", **OFF)
    story.start(10)
    assert sorted(story.bed.state.inactivations) == ["ALARM_OFF PR_LOW", "AUDIO_PAUSED"]


def test_4_2_alarm_paused_outlives_an_acknowledged_alarm_that_grows_in_its_group_alone() -> None:
    """Present means ACTIVE or ACKED; what is latched when the pause begins is no longer what one deals with."""
    story = infusing()
    low_then(story, 20, 40, 88)
    story.samples(40, 60, 96)
    assert story.bed.state.book.open["SPO2_LOW"].state.value == "LATCHED"
    story.command(60, "alarm_pause", at_bed=True)
    low_then(story, 61, 80, 80)
    assert story.all("inactivation_changed")[-1]["reason"] == "new_high"
    story = infusing()
    low_then(story, 20, 90, 88)
    assert story.bed.state.book.open["SPO2_LOW"].priority is Priority.HIGH
    story.acknowledge(90, "SPO2_LOW")
    story.command(90, "alarm_pause", at_bed=True)
    low_then(story, 91, 110, 80)
    assert story.all("alarm_raised", alarm="SPO2_CRIT") != []
    assert [line["to"] for line in story.all("inactivation_changed")] == ["ALARM_PAUSED"]
