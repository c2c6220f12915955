"""Replay: the same file gives the same bytes, in one piece or in two, and a line that cannot be read is named."""

from __future__ import annotations

import copy
import json
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.instant import seconds
from monitor.core.bed_state import DeviceSetup, Setup
from monitor.core.errors import InputError
from monitor.core.oximeter import absence_alarm
from monitor.core.ward import Ward
from monitor.replay import event_bytes, open_ward, replay_lines
from tests.support.ward import shipped_rules

BEDS = ("bay-1", "bay-2")
Line = dict[str, Any]


def replayed(ward: Ward, lines: list[str]) -> bytes:
    return b"".join(event_bytes(event) for event in replay_lines(ward, lines, "night.jsonl"))


def text(lines: list[Line]) -> list[str]:
    return [json.dumps(line) for line in lines]


# -- any night -----------------------------------------------------------------------------------------------------

beds = st.sampled_from(BEDS)
any_input = st.one_of(
    st.fixed_dictionaries({"input": st.just("open_session"), "bed": beds, "patient": st.just("P-1")}),
    st.fixed_dictionaries(
        {
            "input": st.just("spo2"),
            "bed": beds,
            "device": st.just("ox"),
            "spo2": st.sampled_from([None, 80, 88, 97]),
            "pulse_rate": st.sampled_from([None, 38, 72, 155]),
            "flags": st.lists(st.sampled_from(["no_finger", "low_perfusion", "artifact"]), max_size=1),
        }
    ),
    st.fixed_dictionaries(
        {
            "input": st.just("nibp"),
            "bed": beds,
            "device": st.just("cuff"),
            "systolic": st.sampled_from([None, 78, 120, 150, 185]),
            "diastolic": st.just(66),
            "mean": st.none(),
            "error": st.none(),
        }
    ),
    st.fixed_dictionaries(
        {
            "input": st.just("command"),
            "bed": beds,
            "command": st.sampled_from(
                ["start_infusion", "pause_infusion", "resume_infusion", "end_infusion", "discharge", "abort"]
            ),
            "override_by": st.just("dr-x"),
            "reason": st.just("drill"),
        }
    ).map(lambda line: line if line["command"] in ("start_infusion", "discharge") else _without(line, "override_by")),
    st.fixed_dictionaries(
        {
            "input": st.just("acknowledge"),
            "bed": beds,
            "by": st.just("n"),
            "alarm": st.sampled_from(["SPO2_CRIT", "SPO2_LOW", "SBP_CRIT", "RTB_OVERDUE"]),
        }
    ),
    st.fixed_dictionaries(
        {"input": st.just("link"), "bed": beds, "device": st.just("ox"), "state": st.sampled_from(["up", "down"])}
    ),
    st.sampled_from([{"input": "tick"}, {"input": "restart"}, {"input": "system", "system": "pager", "ok": False}]),
)


def _without(line: Line, key: str) -> Line:
    return {name: value for name, value in line.items() if name != key}


nights = st.lists(st.tuples(st.sampled_from([0, 0.5, 1, 1, 1, 4, 30, 300, 900]), any_input), max_size=60)


def lines_of(night: list[tuple[float, Line]]) -> list[str]:
    t, lines = (
        0.0,
        [
            {"t": 0, "input": "open_session", "bed": "bay-1", "patient": "P-1"},
            {
                "t": 0,
                "input": "command",
                "bed": "bay-1",
                "command": "start_infusion",
                "override_by": "d",
                "reason": "r",
            },
        ],
    )
    for span, line in night:
        t += span
        lines.append({"t": t} | line)
    return text(lines)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(nights, st.data())
def test_a_night_replays_to_the_same_bytes_whole_or_in_two_pieces(
    night: list[tuple[float, Line]], data: st.DataObject
) -> None:
    lines = lines_of(night)
    whole = replayed(open_ward(shipped_rules()), lines)
    assert replayed(open_ward(shipped_rules()), lines) == whole
    cut = data.draw(st.integers(0, len(lines)))
    ward = open_ward(shipped_rules())
    first = replayed(ward, lines[:cut])
    snapshot = copy.deepcopy(ward)
    assert first + replayed(ward, lines[cut:]) == whole
    assert first + replayed(snapshot, lines[cut:]) == whole


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(nights, st.lists(st.floats(0, 4000).map(lambda t: round(t, 3)), max_size=20))
def test_extra_ticks_change_nothing(night: list[tuple[float, Line]], ticks: list[float]) -> None:
    lines = [json.loads(line) for line in lines_of(night)]
    end = lines[-1]["t"]
    mixed = sorted(lines + [{"t": t, "input": "tick"} for t in ticks if t <= end], key=lambda line: line["t"])
    assert replayed(open_ward(shipped_rules()), text(mixed)) == replayed(open_ward(shipped_rules()), text(lines))


def two_hours(seed: int) -> list[str]:
    """A session of two hours at one sample a second, with gaps, falls, pauses and a late end."""
    random = Random(seed)
    lines: list[Line] = [{"t": 0, "bed": "bay-1", "input": "open_session", "patient": "P-1"}]
    spo2, pulse = 97.0, 72.0
    gap_until = 0
    for second in range(1, 7200):
        if random.random() < 0.002:
            gap_until = second + random.randint(1, 60)
        spo2 = min(99, max(78, spo2 + random.choice([-1, 0, 0, 0, 1]) + (97 - spo2) * 0.02))
        pulse = min(130, max(38, pulse + random.choice([-2, -1, 0, 1, 2]) + (74 - pulse) * 0.02))
        off = second < gap_until
        lines.append(
            {
                "t": second,
                "bed": "bay-1",
                "input": "spo2",
                "device": "ox",
                "spo2": None if off else round(spo2),
                "pulse_rate": None if off else round(pulse),
                "flags": ["no_finger"] if off else [],
            }
        )
        if second % 300 == 200:
            systolic = 120 + random.randint(-5, 35)
            lines.append(
                {
                    "t": second,
                    "bed": "bay-1",
                    "input": "nibp",
                    "device": "cuff",
                    "systolic": systolic,
                    "diastolic": 76,
                    "mean": None,
                    "pulse_rate": None,
                    "error": None,
                }
            )
    for t, command, more in (
        (600, "start_infusion", {"override_by": "dr-x", "reason": "drill"}),
        (1500, "pause_infusion", {}),
        (1600, "resume_infusion", {}),
        (3100, "end_infusion", {"at": 3000}),
        (7199, "discharge", {"reason": "drill"}),
    ):
        lines.append({"t": t, "bed": "bay-1", "input": "command", "command": command, "by": "n"} | more)
    return text(sorted(lines, key=lambda line: line["t"]))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_session_of_two_hours_replays(seed: int) -> None:
    lines = two_hours(seed)
    found = replayed(open_ward(shipped_rules()), lines)
    assert found == replayed(open_ward(shipped_rules()), lines)
    events = [json.loads(line) for line in found.splitlines()]
    assert [event["to"] for event in events if event["event"] == "phase_changed"][:5] == [
        "PRE",
        "INFUSING",
        "PAUSED",
        "INFUSING",
        "RECOVERY",
    ]
    assert any(event["event"] == "return_verdict" for event in events)
    times = [event["t"] for event in events]
    assert times == sorted(times)
    raised = [event["alarm_id"] for event in events if event["event"] == "alarm_raised"]
    assert raised == [f"bay-1-{number:04d}" for number in range(1, len(raised) + 1)]


# -- where the clock stands ----------------------------------------------------------------------------------------


def test_the_output_ends_at_the_last_inputs_time_and_a_tick_runs_the_clock_on() -> None:
    """SPO2_NO_DATA is due 60 s after the opening."""
    lines: list[Line] = [{"t": 0, "bed": "bay-1", "input": "open_session", "patient": "P-1"}]
    before = replayed(open_ward(shipped_rules()), text([*lines, {"t": 59.999, "input": "tick"}]))
    assert b"alarm_raised" not in before
    after = replayed(open_ward(shipped_rules()), text([*lines, {"t": 60, "input": "tick"}]))
    assert b'"t":60.0,"bed":"bay-1","event":"alarm_raised"' in after


def test_a_fault_of_the_core_is_in_the_output_as_the_service_tells_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Same input, same bytes out: the part that failed stays out in a replay too, and the file goes on."""

    def broken(*_: object) -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(absence_alarm, "settle", broken)
    opening = {"t": 0, "bed": "bay-1", "input": "open_session", "patient": "P-1", "by": "nurse-a"}
    sample = {"bed": "bay-1", "input": "spo2", "device": "ox-1", "spo2": 88, "pulse_rate": 72}
    lines = text([opening, *(sample | {"t": t} for t in range(100, 130))])
    found = replayed(open_ward(shipped_rules()), lines)
    alarms = [json.loads(line) for line in found.splitlines() if b'"alarm_raised"' in line]
    assert {(alarm["alarm"], alarm.get("device")) for alarm in alarms} == {("CORE_FAULT", "bay-1"), ("SPO2_LOW", None)}
    assert replayed(open_ward(shipped_rules()), lines) == found


def test_empty_lines_are_passed_over_but_counted() -> None:
    with pytest.raises(InputError, match=r"^night.jsonl, line 3: input: 'tock' is unknown"):
        replayed(open_ward(shipped_rules()), ["", "  \n", '{"t": 0, "input": "tock"}'])


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["not json"], "line 1: not a JSON object"),
        (["[1, 2]"], "line 1: a JSON object is wanted"),
        (["[" * 100_000], "line 1: not a JSON object: nested too deeply"),
        ([b'{"t": 0, "input": "\xff"}'], "line 1: not a JSON object"),
        (['{"t": 5, "input": "tick"}', '{"t": 4, "input": "tick"}'], "line 2: t: goes back by 1 s"),
        (['{"input": "tick"}'], "line 1: t: a number of seconds from the start is wanted"),
        (['{"t": 1e12, "input": "tick"}'], "line 1: t: .* ten years"),
        (['{"t": 0, "input": "command", "bed": "b", "command": "stop"}'], "line 1: command: 'stop' is unknown"),
        (['{"t": 0, "input": "spo2", "bed": "b", "device": "o", "spo2": "97"}'], "line 1: spo2: a number is wanted"),
    ],
)
def test_a_line_that_cannot_be_read_is_named_by_file_and_number(lines: list[Any], message: str) -> None:
    with pytest.raises(InputError, match=f"^night.jsonl, {message}"):
        replayed(open_ward(shipped_rules()), lines)


# -- with a site ---------------------------------------------------------------------------------------------------


def site_ward() -> Ward:
    return open_ward(shipped_rules(), [Setup("bay-1", shipped_rules(), (DeviceSetup("ox", seconds(4)),))])


def test_with_a_site_its_beds_and_devices_hold() -> None:
    good = {"t": 0, "bed": "bay-1", "input": "spo2", "device": "ox", "spo2": 97, "pulse_rate": 72}
    assert replayed(site_ward(), text([good])) == b""
    with pytest.raises(InputError, match=r"line 1: bed: 'bay-2' is not in the site file; beds there: bay-1"):
        replayed(site_ward(), text([good | {"bed": "bay-2"}]))
    with pytest.raises(InputError, match=r"line 1: device: 'cuff' is not bound to bay-1; devices there: ox"):
        replayed(site_ward(), text([good | {"device": "cuff"}]))


def test_inputs_of_the_service_need_no_bed() -> None:
    lines: list[Line] = [
        {"t": 0, "input": "system", "system": "pager", "ok": False, "subject": "hook"},
        {"t": 1, "input": "acknowledge", "alarm_id": "site-0001", "by": "n"},
    ]
    events = [json.loads(line) for line in replayed(site_ward(), text(lines)).splitlines()]
    assert [(event["bed"], event["event"]) for event in events] == [
        (None, "alarm_raised"),
        (None, "alarm_acknowledged"),
    ]
