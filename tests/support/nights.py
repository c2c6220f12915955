"""Random nights on one bed, as hypothesis strategies: lists of input lines in order of time."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests.support.ward import BED, CUFF, NURSE, OXIMETER, Line, shipped_rules

SATURATIONS = (None, 49, 70, 80, 84, 84.9, 85, 87.9, 88, 89, 90, 91, 92, 95, 97, 97, 97, 101)
PULSES = (None, 20, 30, 35, 40, 41, 45, 48, 52, 60, 72, 72, 72, 95, 115, 119, 120, 145, 150, 180)
FLAGS: tuple[list[str], ...] = (
    [],
    [],
    [],
    [],
    ["no_finger"],
    ["artifact"],
    ["low_perfusion"],
    ["searching"],
    ["battery_low"],
)
RULES = tuple(rule.name for rule in shipped_rules().rule_ids() if rule.order < shipped_rules().no_data.rule.order)
"""Those about the patient, which come before the technical ones in the tables."""
SPARE = "ox-2"
LATE = "measured_ago"
"""Seconds before its arrival at which a reading was measured; written out as `measured_t` once its time is known."""
TECHNICAL = ("SPO2_NO_DATA", "DEVICE_OFFLINE", "BATTERY", "CLOCK", "ID_CONFLICT")
ACKNOWLEDGED = (*RULES, *TECHNICAL, "NIBP_FAIL", "NIBP_OVERDUE", "NIBP_20MIN_MISSING")
COMMANDS = ("pause_infusion", "resume_infusion", "end_infusion", "discharge", "abort")

Piece = list[tuple[float, dict[str, Any]]]
"""Inputs, each with the seconds since the one before."""


@st.composite
def _samples(draw: st.DrawFn) -> Piece:
    step = draw(st.sampled_from((1.0, 1.0, 1.0, 0.5, 2.0, 3.999, 4.0, 4.5)))
    fields = {
        "input": "spo2",
        "device": OXIMETER,
        "spo2": draw(st.sampled_from(SATURATIONS)),
        "pulse_rate": draw(st.sampled_from(PULSES)),
        "flags": draw(st.sampled_from(FLAGS)),
        "perfusion_index": draw(st.sampled_from((None, None, None, 0.1, 0.3, 3.0))),
    }
    return [(step, fields)] * draw(st.integers(1, 24))


@st.composite
def _spare(draw: st.DrawFn) -> Piece:
    """A second oximeter speaks just behind the first, most of the time lying beside the patient."""
    first, second = draw(_samples()), draw(_samples())
    flags = draw(st.sampled_from((["no_finger"], ["no_finger"], ["searching"], None)))
    beside = second[0][1] | {"device": SPARE}
    if flags is not None:
        beside |= {"spo2": None, "pulse_rate": None, "flags": flags}
    return [entry for one in first for entry in (one, (0.02, beside))]


@st.composite
def _two_minds(draw: st.DrawFn) -> Piece:
    """Two oximeters on the patient that disagree, each of them at times weak or silent."""
    one, two = draw(_samples())[0][1], draw(_samples())[0][1] | {"device": SPARE}
    behind = draw(st.sampled_from((0.02, 0.5, 0.98)))
    return [(1.0 - behind, one), (behind, two)] * draw(st.integers(1, 24))


@st.composite
def _busy_cuff(draw: st.DrawFn) -> Piece:
    """A cuff that inflates again and again, its rests short, under samples that go on."""
    up, rest = draw(st.sampled_from((16, 28, 31, 45))), draw(st.sampled_from((2, 5, 15, 31)))
    sample = draw(_samples())[0][1]
    cycle: Piece = [(0.0, {"input": "cuff", "device": CUFF, "state": "inflating"}), *[(1.0, sample)] * up]
    cycle += [(0.0, {"input": "cuff", "device": CUFF, "state": "idle"}), *[(1.0, sample)] * rest]
    return cycle * draw(st.integers(1, 4))


@st.composite
def _reading(draw: st.DrawFn) -> Piece:
    systolic = draw(st.sampled_from((30, 78, 82, 88, 93, 97, 120, 152, 157, 165, 172, 185, 205)))
    diastolic = draw(st.sampled_from((40, 55, 76, 96, 98, 103, 106, 112, 125)))
    mean = draw(st.sampled_from((None, 50, 57, 63, round(diastolic + (systolic - diastolic) / 3))))
    fields = {"input": "nibp", "device": CUFF, "systolic": systolic, "diastolic": diastolic, "mean": mean}
    fields["pulse_rate"] = draw(st.sampled_from((None, 30, 72, 100)))
    fields["error"] = draw(st.sampled_from((None, None, None, None, "motion")))
    late = draw(st.sampled_from((None, None, None, 0, 5, 59, 90)))
    return [(draw(st.sampled_from((1.0, 20.0, 61.0, 61.0, 140.0))), fields | ({} if late is None else {LATE: late}))]


@st.composite
def _pleth(draw: st.DrawFn) -> Piece:
    fields = {
        "input": "pleth_measures",
        "device": OXIMETER,
        "sqi": draw(st.sampled_from((0.0, 0.3, 0.49, 0.5, 0.8, 0.95))),
        "pulse_present": draw(st.booleans()),
        "pulse_rate_pleth": draw(st.sampled_from((None, 40, 70, 78))),
        "resp_rate_pleth": draw(st.sampled_from((None, 5, 7, 9, 10, 14))),
        "rr_quality": draw(st.sampled_from((None, 0.5, 0.8, 0.9))),
        "amplitude": draw(st.sampled_from((None, 0.0, 10.0, 30.0, 100.0))),
    }
    return [(draw(st.sampled_from((0.0, 0.3, 1.0))), fields)] * draw(st.integers(1, 12))


@st.composite
def _slow_breathing(draw: st.DrawFn) -> Piece:
    """Long enough for the delay of the derived rate, and for its clear."""
    rate = draw(st.sampled_from((5, 7, 10, 14)))
    fields = {"input": "pleth_measures", "device": OXIMETER, "sqi": 0.9, "pulse_present": True}
    return [(2.0, {**fields, "resp_rate_pleth": rate, "rr_quality": 0.9})] * draw(st.sampled_from((20, 32, 40)))


@st.composite
def _entry(draw: st.DrawFn) -> Piece:
    """A person enters values, some of them impossible, or an event."""
    fields: dict[str, Any] = {"input": "command", "by": NURSE}
    if draw(st.booleans()):
        kinds = ("chest_pain", "dyspnoea", "symptom_over", "nausea", "medication", "review", "activity", "no such kind")
        fields |= {"command": "record_event", "kind": draw(st.sampled_from(kinds))}
    else:
        choices = {
            "resp_rate": st.sampled_from((5, 8, 9, 10, 14, 99)),
            "moaas": st.sampled_from((0, 2, 3, 5)),
            "systolic": st.sampled_from((78, 120, 165, 205)),
            "diastolic": st.sampled_from((40, 76, 112)),
            "aldrete_activity": st.sampled_from((0, 2)),
        }
        values = draw(st.fixed_dictionaries({}, optional=choices))
        fields |= {"command": "record_reading", "values": values}
    return [(draw(st.sampled_from((0.0, 1.0, 61.0, 300.0))), fields)]


@st.composite
def _timed(draw: st.DrawFn) -> Piece:
    """Samples with the device's own clock, some of them late or from a device that started anew."""
    gap = draw(st.sampled_from((0.0, 1.0)))
    clock = draw(st.sampled_from((0, 5, 50, 1000)))
    fields = {"input": "spo2", "device": OXIMETER, "spo2": 97, "pulse_rate": draw(st.sampled_from((50, 72)))}
    return [(gap, {**fields, "flags": [], "device_t": clock + index}) for index in range(draw(st.integers(1, 12)))]


@st.composite
def _steady_minutes(draw: st.DrawFn) -> Piece:
    """Long enough for a baseline, for a median of two minutes, and for numbers that stick."""
    spo2, pulse = draw(st.sampled_from(((97, 72), (97, 56), (93, 72), (97, 84))))
    fields = {"input": "spo2", "device": OXIMETER, "spo2": spo2, "pulse_rate": pulse, "flags": []}
    return [(2.0, fields)] * draw(st.sampled_from((31, 62, 70)))


def _word(kind: str, **choices: st.SearchStrategy[Any]) -> st.SearchStrategy[Piece]:
    return st.tuples(st.sampled_from((0.0, 0.7, 3.0)), st.fixed_dictionaries({"input": st.just(kind), **choices})).map(
        lambda one: [one]
    )


ASKED = {"by": st.just(NURSE), "reason": st.just("a random night")}
PIECES: st.SearchStrategy[Piece] = st.one_of(
    _samples(),
    _samples(),
    _samples(),
    _spare(),
    _two_minds(),
    _two_minds(),
    _busy_cuff(),
    _reading(),
    _pleth(),
    _slow_breathing(),
    _entry(),
    _timed(),
    _steady_minutes(),
    _word("cuff", device=st.just(CUFF), state=st.sampled_from(("inflating", "inflating", "deflating", "idle"))),
    _word("command", command=st.just("set_limbs"), probe_limb=st.sampled_from(("left", "right")), by=st.just(NURSE)),
    st.sampled_from((5.0, 9.999, 10.0, 31.0, 130.0, 460.0)).map(lambda gap: [(gap, {"input": "tick"})]),
    _word("cuff", device=st.just(CUFF), state=st.sampled_from(("inflating", "deflating", "idle"))),
    _word("nibp_refused", device=st.just(CUFF), reason=st.just("not connected")),
    _word("acknowledge", alarm=st.sampled_from(ACKNOWLEDGED), by=st.just(NURSE)),
    _word("battery", device=st.sampled_from((OXIMETER, CUFF)), percent=st.sampled_from((5, 9, 10, 15, 19, 20, 80))),
    _word("link", device=st.sampled_from((OXIMETER, CUFF)), state=st.sampled_from(("up", "down"))),
    _word("command", command=st.just("start_infusion"), override_by=st.just("dr-x"), **ASKED),
    _word("command", command=st.sampled_from(COMMANDS), **ASKED),
    _word("open_session", patient=st.just("P-2"), by=st.just(NURSE)),
    _word("room", patient=st.just("P-1"), listed=st.booleans()),
    _word(
        "spo2",
        device=st.just(OXIMETER),
        spo2=st.just(80),
        pulse_rate=st.just(45),
        patient=st.sampled_from(("P-1", "P-9")),
    ),
    _word("command", command=st.just("add_identifier"), identifier=st.just("P-9"), by=st.just(NURSE)),
    _word("restart"),
)


def _laid_out(pieces: list[Piece], infusing: bool, probe_limb: str | None) -> list[Line]:
    limbs = {"cuff_limb": "left", "probe_limb": probe_limb}
    opening: Piece = [(0.0, {"input": "open_session", "patient": "P-1", "by": NURSE, **limbs})]
    if infusing:
        start = {"input": "command", "command": "start_infusion", "override_by": "dr-x", "reason": "a random night"}
        opening.append((1.0, {"by": NURSE, **start}))
    t, lines = 0.0, []
    for gap, fields in [entry for piece in (opening, *pieces) for entry in piece]:
        t = round(t + gap, 3)
        told = dict(fields)
        if LATE in told:
            told["measured_t"] = max(0, round(t - told.pop(LATE), 3))
        lines.append({"t": t, "bed": BED, **told})
    return lines


def nights(max_pieces: int = 25) -> st.SearchStrategy[list[Line]]:
    """A session is opened at 0, in half of them infusing from 1 on; then anything may happen."""
    limbs = st.sampled_from((None, "left", "left", "right"))
    return st.builds(_laid_out, st.lists(PIECES, min_size=1, max_size=max_pieces), st.booleans(), limbs)
