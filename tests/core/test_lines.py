"""Input lines: what is written comes back, and what is malformed is refused with its field named."""

from __future__ import annotations

import copy
import json
from contextlib import suppress
from math import nan
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.instant import seconds
from config.vocabulary import CuffError, CuffState, Flag, LinkState, Metric, Priority
from monitor.core import inputs
from monitor.core.errors import InputError
from monitor.core.inputs import Input
from monitor.core.lines.reader import COMMAND_FIELDS, SYSTEMS, read_input, read_time
from monitor.core.lines.writer import write_input

# -- round trip ----------------------------------------------------------------------------------------------------

numbers = st.integers(0, 300) | st.floats(0, 300, allow_nan=False).map(lambda value: round(value, 3))
maybe_number = st.none() | numbers
words = st.text(min_size=1, max_size=12).filter(lambda text: text.isprintable())
maybe_word = st.none() | words
instants = st.integers(0, 2_000_000_000_000_000)
maybe_instant = st.none() | instants
maybe_whole = st.none() | st.integers(0, 1 << 32)


def _commands() -> st.SearchStrategy[inputs.Command]:
    def of(name: str) -> st.SearchStrategy[inputs.Command]:
        fields = st.fixed_dictionaries({}, optional=dict.fromkeys(sorted(COMMAND_FIELDS[name]), numbers | words))
        return st.builds(
            inputs.Command,
            words,
            st.just(name),
            maybe_word,
            maybe_instant,
            maybe_word,
            fields,
        )

    return st.sampled_from(sorted(COMMAND_FIELDS)).flatmap(of)


EVERY: dict[type, st.SearchStrategy[Any]] = {
    inputs.OpenSession: st.builds(
        inputs.OpenSession,
        bed=words,
        patient=words,
        by=maybe_word,
        session=maybe_word,
        weight_kg=maybe_number,
        cuff_limb=maybe_word,
        probe_limb=maybe_word,
        iv_limb=maybe_word,
        identifiers=st.lists(words, max_size=3).map(tuple),
        on_oxygen=st.none() | st.booleans(),
        planned_min=numbers,
        deadline_min=numbers,
        previous_baselines=st.dictionaries(st.sampled_from([m.value for m in Metric]), st.lists(numbers, max_size=3)),
    ),
    inputs.OximeterSample: st.builds(
        inputs.OximeterSample,
        bed=words,
        device=words,
        spo2=maybe_number,
        pulse_rate=maybe_number,
        flags=st.frozensets(st.sampled_from(Flag)),
        perfusion_index=maybe_number,
        seq=maybe_whole,
        device_t=maybe_instant,
    ),
    inputs.CuffMeasurement: st.builds(
        inputs.CuffMeasurement,
        bed=words,
        device=words,
        systolic=maybe_number,
        diastolic=maybe_number,
        mean=maybe_number,
        pulse_rate=maybe_number,
        error=st.none() | st.sampled_from(CuffError),
        measured_at=maybe_instant,
        irregular=st.booleans(),
        map_computed=st.booleans(),
        source=maybe_word,
        seq=maybe_whole,
        patient=maybe_word,
    ),
    inputs.CuffActivity: st.builds(inputs.CuffActivity, words, words, st.sampled_from(CuffState), maybe_number),
    inputs.PlethMeasures: st.builds(
        inputs.PlethMeasures,
        words,
        words,
        st.floats(0, 1),
        st.booleans(),
        maybe_number,
        maybe_number,
        maybe_number,
        maybe_number,
    ),
    inputs.MeasurementRefused: st.builds(inputs.MeasurementRefused, words, words, words),
    inputs.LinkChange: st.builds(inputs.LinkChange, words, words, st.sampled_from(LinkState), maybe_word),
    inputs.RoomCheck: st.builds(inputs.RoomCheck, words, words, st.booleans()),
    inputs.BatteryLevel: st.builds(inputs.BatteryLevel, words, words, numbers),
    inputs.Command: _commands(),
    inputs.Acknowledge: st.builds(inputs.Acknowledge, maybe_word, words, words, st.none())
    | st.builds(
        inputs.Acknowledge, maybe_word, words, st.none(), words, st.none() | st.frozensets(st.sampled_from(Priority))
    ),
    inputs.SystemState: st.builds(
        inputs.SystemState,
        st.sampled_from(SYSTEMS),
        st.booleans(),
        maybe_word,
        maybe_word,
        st.booleans(),
        maybe_instant,
    ),
    inputs.Restart: st.builds(inputs.Restart, maybe_word),
    inputs.Tick: st.builds(inputs.Tick),
}


def test_every_input_is_tried() -> None:
    assert set(EVERY) == set(get_args(Input))


@pytest.mark.parametrize("quality", [-0.1, 1.1, None, "good"])
def test_a_signal_quality_lies_between_0_and_1(quality: object) -> None:
    line = {"t": 1.0, "bed": "b", "input": "pleth_measures", "device": "ox", "sqi": quality, "pulse_present": True}
    with pytest.raises(InputError, match="sqi"):
        read_input(line)


@given(st.one_of(*EVERY.values()), st.integers(0, 10**14), st.integers(0, 2_000_000_000_000_000))
def test_a_line_gives_its_input_back_through_json(item: Input, at: int, origin: int) -> None:
    line = json.loads(json.dumps(write_input(item, origin + at, origin)))
    assert read_input(line, origin) == item
    assert read_time(line) == at


# -- the lines of the document -------------------------------------------------------------------------------------

LINES: list[dict[str, Any]] = [
    {
        "t": 0.0,
        "bed": "bay-1",
        "input": "open_session",
        "patient": "P-17",
        "weight_kg": 70,
        "cuff_limb": "left",
        "probe_limb": "right",
        "iv_limb": "right",
        "by": "nurse-a",
        "session": "S-1",
        "identifiers": ["A", "B"],
        "on_oxygen": False,
        "planned_min": 40,
        "deadline_min": 20,
        "previous_baselines": {"systolic": [120, 122]},
    },
    {
        "t": 1.0,
        "bed": "bay-1",
        "input": "spo2",
        "device": "ox-1",
        "spo2": 97,
        "pulse_rate": 72,
        "flags": [],
        "perfusion_index": 2.5,
        "seq": 4,
        "device_t": 0.5,
    },
    {
        "t": 30.0,
        "bed": "bay-1",
        "input": "nibp",
        "device": "cuff-1",
        "systolic": 122,
        "diastolic": 76,
        "mean": 91,
        "pulse_rate": 71,
        "error": None,
        "measured_t": 29.0,
        "irregular": False,
        "map_computed": True,
        "source": "device",
        "seq": 1,
    },
    {"t": 31.0, "bed": "bay-1", "input": "cuff", "device": "cuff-1", "state": "inflating", "pressure": 140},
    {"t": 40.0, "bed": "bay-1", "input": "link", "device": "cuff-1", "state": "down", "reason": "cable"},
    {"t": 41.0, "bed": "bay-1", "input": "battery", "device": "cuff-1", "percent": 80},
    {"t": 42.0, "input": "system", "system": "pager", "ok": False, "subject": "x", "detail": "y", "critical": True},
    {"t": 600.0, "bed": "bay-1", "input": "command", "command": "start_infusion", "by": "nurse-a", "at": 590.0},
    {"t": 700.0, "bed": "bay-1", "input": "acknowledge", "alarm": "SPO2_LOW", "by": "nurse-a"},
    {"t": 701.0, "input": "acknowledge", "alarm_id": "site-0001", "by": "nurse-a"},
    {
        "t": 702.0,
        "bed": "bay-1",
        "input": "acknowledge",
        "alarm": "BP_REL",
        "by": "nurse-a",
        "priorities": ["medium", "low"],
    },
    {"t": 800.0, "bed": "bay-1", "input": "restart"},
    {"t": 9000.0, "input": "tick"},
]
REQUIRED = {"t", "input", "bed", "device", "patient", "command", "state", "percent", "system", "ok"}
WITHOUT_BED = {"acknowledge", "restart", "system", "tick"}
WRONG: list[Any] = [[1], {"a": 1}, True, "no such word", 3.5, float("nan"), float("inf"), 10**400]
TEXTS = {"bed", "patient", "by", "session", "cuff_limb", "probe_limb", "iv_limb", "device", "source", "reason"} | {
    "subject",
    "detail",
    "alarm",
    "alarm_id",
}


@pytest.mark.parametrize("line", LINES, ids=lambda line: str(line["t"]))
def test_the_lines_of_the_document_are_read(line: dict[str, Any]) -> None:
    read_input(line)
    assert read_time(line) == round(line["t"] * 1_000_000)


@pytest.mark.parametrize("line", LINES, ids=lambda line: str(line["t"]))
def test_the_lines_of_the_document_are_written_and_read_the_same(line: dict[str, Any]) -> None:
    found = read_input(line)
    assert read_input(write_input(found, seconds(line["t"]))) == found


@pytest.mark.parametrize("line", LINES, ids=lambda line: str(line["t"]))
def test_a_field_that_must_be_there_is_named_when_it_is_not(line: dict[str, Any]) -> None:
    for key in sorted(REQUIRED & set(line)):
        if key == "bed" and line["input"] in WITHOUT_BED:
            continue
        short = {name: value for name, value in line.items() if name != key}
        with pytest.raises(InputError, match=f"^{key}:"):
            (read_time if key == "t" else read_input)(short)


@pytest.mark.parametrize("values", [{"a": [1], "b": nan}, {"b": nan, "a": [1]}, {"a": [[nan], [1]]}, {"a": [1, [nan]]}])
def test_no_number_is_hidden_among_others_however_deep(values: dict[str, Any]) -> None:
    line = {"t": 1.0, "bed": "b", "input": "command", "command": "record_reading", "values": values}
    with pytest.raises(InputError, match="values"):
        read_input(line)


@pytest.mark.parametrize("line", LINES, ids=lambda line: str(line["t"]))
def test_a_misspelt_field_is_named(line: dict[str, Any]) -> None:
    for key in sorted(set(line) - REQUIRED):
        odd = {("x" + name if name == key else name): value for name, value in line.items()}
        with pytest.raises(InputError, match=f"x?{key}"):
            read_input(odd)


@pytest.mark.parametrize("line", LINES, ids=lambda line: str(line["t"]))
def test_a_field_of_the_wrong_kind_is_named(line: dict[str, Any]) -> None:
    for key in sorted(set(line)):
        for wrong in WRONG:
            fits = (
                (key in TEXTS and isinstance(wrong, str))
                or (wrong is True and key in ("on_oxygen", "irregular", "map_computed", "ok", "critical"))
                or (wrong == 3.5 and not isinstance(line[key], (str, list, dict, bool)) and key not in ("error", "seq"))
                or (key == "bed" and line["input"] in ("system", "tick"))  # belongs to no bed, whatever stands there
            )
            if fits:
                continue
            odd = copy.deepcopy(line) | {key: wrong}
            with pytest.raises(InputError, match=rf"^{key}(:|\.)"):
                (read_time if key == "t" else read_input)(odd)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"previous_baselines": {"pulse": [70]}}, "previous_baselines: 'pulse' is no metric"),
        ({"previous_baselines": {"systolic": 70}}, "previous_baselines: a table"),
        ({"previous_baselines": {"systolic": ["70"]}}, "previous_baselines.systolic: a number"),
        ({"identifiers": [1]}, "identifiers: a list of texts"),
        ({"planned_min": None, "deadline_min": None}, None),
    ],
)
def test_what_an_opening_may_hold(change: dict[str, Any], named: str | None) -> None:
    if named is None:
        found = read_input(LINES[0] | change)
        assert isinstance(found, inputs.OpenSession)
        assert (found.planned_min, found.deadline_min) == (40, 20)
        return
    with pytest.raises(InputError, match=named):
        read_input(LINES[0] | change)


@pytest.mark.parametrize("flags", [["sensor_of"], [1], [["no_finger"]], "no_finger"])
def test_unknown_flags_are_refused(flags: Any) -> None:
    with pytest.raises(InputError, match=r"^flags:"):
        read_input(LINES[1] | {"flags": flags})


def test_an_acknowledgement_names_one_thing() -> None:
    for extra in ({}, {"alarm": "SPO2_LOW", "alarm_id": "bay-1-0001"}):
        with pytest.raises(InputError, match="exactly one of alarm_id and alarm"):
            read_input({"t": 1, "bed": "bay-1", "input": "acknowledge", "by": "n"} | extra)


@pytest.mark.parametrize("t", [-0.001, 1e12, 1e300, None])
def test_a_time_out_of_all_bounds_is_refused(t: Any) -> None:
    with pytest.raises(InputError, match=r"^t:"):
        read_time({"t": t})


@given(
    st.dictionaries(
        st.sampled_from(sorted({key for line in LINES for key in line})),
        st.from_type(type).flatmap(
            lambda _: st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.none())
        ),
    )
)
def test_no_line_whatever_is_more_than_refused(line: dict[str, Any]) -> None:
    for read in (read_time, read_input):
        with suppress(InputError):
            read(line)


@pytest.mark.parametrize("priorities", ["high", ["urgent"], [3], {}])
def test_priorities_are_a_list_of_known_words(priorities: object) -> None:
    line = {"t": 1, "bed": "bay-1", "input": "acknowledge", "by": "n", "alarm": "BP_REL", "priorities": priorities}
    with pytest.raises(InputError, match="priorities: a list of low, medium, high is wanted"):
        read_input(line)
