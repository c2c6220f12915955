"""What holds for every night (style-and-architecture, section 8)."""

from __future__ import annotations

from collections import Counter
from copy import deepcopy
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from config.instant import SECOND, Instant, seconds
from config.vocabulary import Phase
from monitor.core.bed import MOVING, NEVER, STEADY, Bed, BedState, Setup
from monitor.core.bed_state import DeviceSetup
from monitor.core.events import to_line
from monitor.core.lines.reader import read_input
from monitor.core.ward import Ward
from tests.support.nights import RULES, nights
from tests.support.ward import BED, CUFF, NURSE, OXIMETER, Line, no_fault, shipped_rules

DEVICES = (DeviceSetup(OXIMETER, 4 * SECOND, 10 * SECOND), DeviceSetup(CUFF, 4 * SECOND, 60 * SECOND, startable=True))
EMPTY_BED = {"DEVICE_OFFLINE", "BATTERY", "CLOCK", "ID_CONFLICT"}
SINCE_1970: Instant = 1_700_000_000_123_457


def new_ward(origin: Instant = 0) -> Ward:
    rules = shipped_rules()
    return Ward(rules, origin, adopt=lambda bed: Setup(bed, rules, DEVICES))


def feed(ward: Ward, line: Line, origin: Instant = 0) -> list[Line]:
    events = ward.feed(read_input(line, origin), origin + seconds(line["t"]))
    no_fault(ward)
    return [to_line(event, origin) for event in events]


def play(lines: list[Line], origin: Instant = 0) -> list[Line]:
    ward = new_ward(origin)
    return [event for line in lines for event in feed(ward, line, origin)]


@given(night=nights())
@settings(deadline=None, max_examples=40)
def test_no_moment_is_overslept(night: list[Line]) -> None:
    """What a bed remembers of its next moments is what its parts say when all are asked again."""
    ward = new_ward()
    for line in night:
        feed(ward, line)
        for bed in ward.beds.values():
            steady = min((due.at for part in STEADY if (due := part.due(bed)) is not None), default=NEVER)
            moving = min((due.at for part in MOVING if (due := part.due(bed)) is not None), default=NEVER)
            assert bed.steady_from in (None, steady)
            assert bed.wake <= min(steady, moving)


def tick(t: float) -> Line:
    return {"t": t, "input": "tick"}


@given(night=nights(), data=st.data())
@settings(deadline=None, max_examples=60)
def test_extra_ticks_change_nothing(night: list[Line], data: st.DataObject) -> None:
    whole = play(night)
    ticking: list[Line] = []
    before = 0.0
    for line in night:
        places = data.draw(st.lists(st.floats(0, 1), max_size=2))
        ticking += [tick(round(before + place * (line["t"] - before), 6)) for place in sorted(places)]
        ticking += [line, tick(line["t"])]
        before = line["t"]
    assert play(ticking) == whole


@given(night=nights(), data=st.data())
@settings(deadline=None, max_examples=60)
def test_a_copy_goes_on_like_the_original(night: list[Line], data: st.DataObject) -> None:
    cut = data.draw(st.integers(1, len(night)))
    ward = new_ward()
    found = [event for line in night[:cut] for event in feed(ward, line)]
    copied = deepcopy(ward)
    rest = [event for line in night[cut:] for event in feed(ward, line)]
    assert found + rest == play(night)
    assert [event for line in night[cut:] for event in feed(copied, line)] == rest


@given(night=nights(), data=st.data())
@settings(deadline=None, max_examples=60)
def test_a_state_written_as_json_and_read_again_goes_on_the_same(night: list[Line], data: st.DataObject) -> None:
    cut = data.draw(st.integers(1, len(night)))
    ward = new_ward()
    for line in night[:cut]:
        feed(ward, line)
    state = msgspec.json.decode(msgspec.json.encode(ward.beds[BED].state), type=BedState)
    assert state == ward.beds[BED].state
    other = new_ward()
    other.add(Bed(Setup(BED, shipped_rules(), DEVICES), state))
    for line in night[cut:]:
        assert feed(other, line) == feed(ward, line)


@given(night=nights())
@settings(deadline=None, max_examples=60)
def test_the_short_way_of_calm_samples_equals_the_long_way(night: list[Line]) -> None:
    ward = new_ward()
    found = []
    for line in night:
        for bed in ward.beds.values():
            bed.calm = None
        found += feed(ward, line)
    assert found == play(night)


@given(night=nights(12))
@settings(deadline=None, max_examples=60)
def test_the_origin_of_time_does_not_matter(night: list[Line]) -> None:
    assert play(night, SINCE_1970) == play(night)


@given(night=nights())
@settings(deadline=None, max_examples=60)
def test_waking_at_every_deadline_equals_waking_at_inputs(night: list[Line]) -> None:
    """The loop sleeps until `next_deadline`; every event is due when it is told, none is told late.

    A service that comes back has woken at none of those that passed meanwhile: it hears of no silence in them.
    """
    ward = new_ward()
    found = []
    for line in night:
        now = seconds(line["t"])
        while line["input"] != "restart" and (due := ward.next_deadline()) is not None and due <= now:
            told = ward.settle(due)
            assert all(event.at == due for event in told)
            found += [to_line(event) for event in told]
        found += feed(ward, line)
    assert found == play(night)


@given(night=nights())
@settings(deadline=None, max_examples=60)
def test_ids_are_unique_and_each_closes_at_most_once(night: list[Line]) -> None:
    lines = play(night)
    raised = Counter(line["alarm_id"] for line in lines if line["event"] == "alarm_raised")
    closed = Counter(line["alarm_id"] for line in lines if line["event"] == "alarm_closed")
    assert set(raised.values()) <= {1}
    assert set(closed.values()) <= {1}
    assert set(closed) <= set(raised)
    assert {line["alarm_id"] for line in lines if "alarm_id" in line} <= set(raised)


@given(night=nights(), rest=st.sampled_from((0.0, 1.0, 30.0, 500.0)))
@settings(deadline=None, max_examples=60)
def test_every_raised_alarm_has_exactly_one_close(night: list[Line], rest: float) -> None:
    """With the end of the session at the latest: what is open then belongs to the empty bed (alarm-system 3.3)."""
    over = {"bed": BED, "input": "command", "command": "abort", "by": NURSE, "reason": "a random night"}
    ward = new_ward()
    lines = [event for line in (*night, {"t": night[-1]["t"] + rest, **over}) for event in feed(ward, line)]
    bed = ward.beds[BED]
    assert bed.state.phase is Phase.IDLE
    still_open = {alarm.alarm_id: alarm.rule.name for alarm in bed.state.book.open.values()}
    assert set(still_open.values()) <= EMPTY_BED
    raised = {line["alarm_id"] for line in lines if line["event"] == "alarm_raised"}
    closed = Counter(line["alarm_id"] for line in lines if line["event"] == "alarm_closed")
    assert closed == dict.fromkeys(raised - set(still_open), 1)


@given(night=nights())
@settings(deadline=None, max_examples=60)
def test_every_alarm_event_is_a_move_of_the_table(night: list[Line]) -> None:
    """Told from the events alone: what is latched was active, what re-arms was acknowledged, latched or restarted."""
    state: dict[str, str] = {}
    allowed: dict[str, dict[str | None, str]] = {
        "alarm_raised": {None: "ACTIVE"},
        "alarm_acknowledged": {"ACTIVE": "ACKED", "LATCHED": "CLOSING"},
        "alarm_latched": {"ACTIVE": "LATCHED"},
        "alarm_rearmed": {"ACKED": "ACTIVE", "LATCHED": "ACTIVE", "ACTIVE": "ACTIVE"},
        "alarm_closed": dict.fromkeys(("ACTIVE", "ACKED", "LATCHED", "CLOSING"), "CLOSED"),
        "alarm_priority_changed": {"ACTIVE": "ACTIVE", "ACKED": "ACKED"},
        "alarm_stale": {"ACTIVE": "ACTIVE", "ACKED": "ACKED"},
    }
    for line in play(night):
        if line["event"] in allowed:
            now = state.get(line["alarm_id"])
            assert now in allowed[line["event"]], (now, line)
            state[line["alarm_id"]] = allowed[line["event"]][now]
            if line["event"] == "alarm_rearmed" and now == "ACTIVE":
                assert line["reason"] == "restart"


@given(night=nights())
@settings(deadline=None, max_examples=60)
def test_missing_data_never_end_a_physiological_alarm(night: list[Line]) -> None:
    """The probe falls off, the cuff fails, and an hour goes by: only technical alarms come and go."""
    ward = new_ward()
    for line in night:
        feed(ward, line)
    t = night[-1]["t"]
    off: dict[str, Any] = {"spo2": None, "pulse_rate": None, "flags": ["sensor_off"]}
    feed(ward, {"t": t, "bed": BED, "input": "spo2", "device": OXIMETER, **off})
    lines: list[Line] = []
    for later in (t + 3, t + 30, t + 600, t + 3600):
        failed: dict[str, Any] = {"systolic": None, "diastolic": None, "mean": None, "error": "leak"}
        lines += feed(ward, {"t": later, "bed": BED, "input": "nibp", "device": CUFF, **failed})
    ended = [line for line in lines if line["event"] in ("alarm_latched", "alarm_closed") and line["alarm"] in RULES]
    assert ended == []


@given(night=nights())
@settings(deadline=None, max_examples=60)
def test_no_lower_one_rearms_under_a_higher(night: list[Line]) -> None:
    """Rulings 2.4, told from the events alone; equal moments apart."""
    ranks = {rule.name: (rule.group, rule.rank) for rule in shipped_rules().rule_ids()}
    present: set[str] = set()
    for line in play(night):
        name = line.get("alarm")
        if line["event"] == "alarm_rearmed":
            group, rank = ranks[line["alarm"]]
            higher = [other for other in present if group and ranks[other][0] == group and ranks[other][1] > rank]
            assert higher == [], line
        if line["event"] in ("alarm_raised", "alarm_rearmed"):
            present.add(line["alarm"])
        elif line["event"] in ("alarm_latched", "alarm_closed"):
            present.discard(str(name))


@given(night=nights())
@settings(deadline=None, max_examples=60)
def test_cuff_requests_keep_their_distance(night: list[Line]) -> None:
    """One open at a time but for an alarm's own; a minute after a measurement (rulings 2.2; alarm-system 1.4)."""
    ward = new_ward()
    requested: float | None = None
    ended: float | None = None
    for line in night:
        for event in feed(ward, line):
            if event["event"] == "phase_changed" and event["to"] in ("PRE", "IDLE"):
                requested = ended = None
            if event["event"] == "nibp_refused":
                requested = None
            if event["event"] == "nibp_requested":
                alone = event["reason"] == "VASOVAGAL"
                assert alone or requested is None or round(event["t"] - requested, 3) >= 120
                assert ended is None or round(event["t"] - ended, 3) >= 60
                requested = event["t"]
            by_hand = event["event"] == "reading_recorded" and {"systolic", "diastolic"} & event["values"].keys()
            if by_hand and not event["late"]:
                requested, ended = None, event["at"]
        if line["input"] == "nibp" and ward.beds[BED].state.session is not None:
            requested, ended = None, line.get("measured_t", line["t"])
