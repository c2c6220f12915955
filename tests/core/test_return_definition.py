"""Return to baseline defined over whole lists, without a state machine, and held against the core at random.

Written from ketamine-monitoring 6.2 and rulings section 4 alone. Times are whole seconds.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.instant import MINUTE, SECOND
from tests.support.return_story import STEP, ReturnStory

START = 600
DEADLINE, GRACE, PATIENCE, APART = 1200, 150, 450, 240
BASELINE_SYSTOLIC, U, FAR = 120, 132, 142
U_PULSE = 80

Interval = tuple[int, int] | None


@dataclass(frozen=True)
class Outcome:
    """Where one metric stands at the end of the story."""

    state: str
    interval: Interval
    ever_away: bool


# -- a cuff metric ------------------------------------------------------------------------------------------------


def cuff_outcome(readings: Sequence[tuple[int, int]], end: int, horizon: int) -> Outcome:
    """`readings`: (t, mmHg) at or after the start, ascending, before `horizon`."""
    final = end + DEADLINE + GRACE
    times = [t for t, _ in readings]
    out = [value > U for _, value in readings]
    far = [value > FAR for _, value in readings]
    count = len(readings)

    def excursion(index: int) -> bool:
        return far[index] or (out[index] and index > 0 and out[index - 1])

    def first_excursion(since: int) -> int | None:
        return next((index for index in range(since, count) if excursion(index)), None)

    def pair(since: int) -> tuple[int, int] | None:
        """First and confirming reading of a return: in band without a break, at least APART, all after the end."""
        for confirming in range(since, count):
            run = confirming
            while run - 1 >= since and times[run - 1] >= end and not out[run - 1]:
                run -= 1
            if not out[confirming] and times[confirming] >= end and times[confirming] - times[run] >= APART:
                return run, confirming
        return None

    seen_around = any(final - 2 * GRACE <= t < final for t in times)
    past_final = [index for index in range(count) if times[index] >= final]
    excursion_at = first_excursion(0)
    decided = horizon >= final

    if excursion_at is None:
        undecidable = decided and not seen_around and not any(not out[index] for index in past_final)
        return Outcome("INDETERMINATE" if undecidable else "IN_BAND", None, False)

    interval: Interval = None
    while True:
        back = pair(excursion_at + 1)
        if back is None:
            break
        first, confirming = back
        interval = (max(times[index] for index in range(first) if out[index]), times[first])
        again = first_excursion(confirming + 1)
        if again is None:
            return Outcome("RETURNED", interval, True)
        revoked = pair(again + 1)
        if revoked is None:
            return Outcome("RE_EXCURSED", interval, True)
        excursion_at = again

    # Away and never back.
    since_end = [index for index in range(excursion_at + 1, count) if times[index] >= end]
    before_final = [index for index in since_end if times[index] < final]
    candidate = bool(before_final) and not out[before_final[-1]]
    if not decided:
        return Outcome("CANDIDATE" if candidate else "AWAY", None, True)
    if times[excursion_at] >= final or any(out[index] for index in past_final if index > excursion_at):
        return Outcome("OVERDUE", None, True)
    if not seen_around:
        return Outcome("INDETERMINATE", None, True)
    if not candidate:
        return Outcome("OVERDUE", None, True)
    chain = [times[before_final[-1]], *(times[index] for index in past_final), math.inf]
    waited = any(max(final, t + PATIENCE) <= min(following, horizon) for t, following in pairwise(chain))
    return Outcome("INDETERMINATE" if waited else "CANDIDATE", None, True)


# -- pulse rate ---------------------------------------------------------------------------------------------------


def pulse_outcome(values: Sequence[float | None], end: int, horizon: int) -> Outcome:
    """`values`: the pulse of each second from the start on, None where invalid."""
    final = end + DEADLINE + GRACE

    def window(at: int, length: int, least: int) -> float | None:
        valid = [value for value in values[max(0, at - length - START) : at - START] if value is not None]
        return median(valid) if len(valid) >= least else None

    marks = list(range(START + 60, horizon + 1, 60))
    minute = {at: window(at, 60, 48) for at in marks}
    long = {at: window(at, 300, 240) for at in marks}
    known = [at for at in marks if minute[at] is not None]
    out = {at: (minute[at] or 0) > U_PULSE for at in marks}
    back = {at: at - 300 >= end and long[at] is not None and (long[at] or 0) <= U_PULSE and not out[at] for at in marks}
    covered = sum(value is not None for value in values[final - 2 * GRACE - START : final - START])
    seen_around = covered * 10 >= 2 * GRACE * 8
    decided = horizon >= final

    away_at = next((at for at in marks if out[at]), None)
    if away_at is None:
        undecidable = decided and not seen_around and not any(at >= final for at in known)
        return Outcome("INDETERMINATE" if undecidable else "IN_BAND", None, False)
    interval: Interval = None
    while True:
        returned_at = next((at for at in marks if at > away_at and back[at]), None)
        if returned_at is None:
            break
        interval = (max(at for at in marks if at <= returned_at and out[at]), returned_at)
        since = [at for at in known if at > returned_at]
        again = next(
            (
                at
                for index, at in enumerate(since)
                if sum(out[each] for each in since[max(0, index - 4) : index + 1]) >= 3
            ),
            None,
        )
        if again is None:
            return Outcome("RETURNED", interval, True)
        if not any(at > again and back[at] for at in marks):
            return Outcome("RE_EXCURSED", interval, True)
        away_at = again
    if not decided:
        return Outcome("AWAY", None, True)
    if away_at >= final or any(out[at] for at in marks if at >= final and at > away_at):
        return Outcome("OVERDUE", None, True)
    return Outcome("OVERDUE" if seen_around else "INDETERMINATE", None, True)


# -- the session --------------------------------------------------------------------------------------------------


def session_verdict(outcomes: Sequence[Outcome], end: int) -> str:
    """The worst of the metrics, once deadline + grace has passed."""
    final = end + DEADLINE + GRACE
    states = {outcome.state for outcome in outcomes}
    if "RE_EXCURSED" in states:
        return "REVOKED"
    if states & {"OVERDUE", "AWAY", "CANDIDATE"}:
        return "OVERDUE"
    if states & {"INDETERMINATE", "NO_BASELINE"}:
        return "INDETERMINATE"
    if any(outcome.state == "RETURNED" and outcome.interval and outcome.interval[1] > final for outcome in outcomes):
        return "RETURNED_LATE"
    return "RETURNED_WITHIN_20" if any(outcome.ever_away for outcome in outcomes) else "NO_EXCURSION"


# -- the core against the definition ------------------------------------------------------------------------------

levels = st.sampled_from([118, 131, 132, 133, 142, 143, 150])
spans = st.sampled_from([30, 60, 90, 120, 239, 240, 241, 300, 301, 450, 700])
pulses = st.sampled_from([70.0, 80.0, 81.0, 95.0, None])


def found_in(story: ReturnStory, metric: str) -> Outcome:
    session = story.bed.state.session
    assert session is not None
    (state,) = [found for name, found in session.returns.items() if name.value == metric]
    interval = None
    if state.interval is not None and state.interval[0] is not None:
        interval = (state.interval[0] // SECOND, state.interval[1] // SECOND)
    return Outcome(state.state.value, interval if state.returns else None, state.ever_away)


def same(found: Outcome, wanted: Outcome) -> None:
    """Equal; an interval counts only for a metric that has returned at least once and, when revoked, not at all."""
    assert (found.state, found.ever_away) == (wanted.state, wanted.ever_away)
    if wanted.state == "RETURNED":
        assert found.interval == wanted.interval


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    steps=st.lists(st.tuples(spans, levels), min_size=1, max_size=22),
    infusion=st.sampled_from([0, 60, 600, 900]),
    paused=st.booleans(),
    late=st.sampled_from([0, 1, 300, 3000]),
    rest=st.sampled_from([1, 100, 420, 460, 1351, 2000]),
)
def test_pressures_end_as_defined(
    steps: list[tuple[int, int]], infusion: int, paused: bool, late: int, rest: int
) -> None:
    """The end timely, entered late, or out of a pause; W20 hit or missed; any horizon."""
    readings: list[tuple[int, int]] = []
    t = START
    for span, value in steps:
        t += span
        readings.append((t, value))
    end = START + infusion
    horizon = max(t, end + late) + rest
    story = ReturnStory(lambda t: (None, None) if t > START else (97, 72))
    for at, value in readings:
        story.reading(at, value)
    if paused:
        story.act(end, "pause_infusion").end(end + late)
    else:
        story.end(end + late, at=end)
    story.run(horizon)
    wanted = cuff_outcome(readings, end, horizon)
    same(found_in(story, "systolic"), wanted)
    diastolic = cuff_outcome([(at, 76) for at, _ in readings], end, horizon)
    same(found_in(story, "diastolic"), diastolic)
    session = story.bed.state.session
    assert session is not None
    if horizon >= end + DEADLINE + GRACE:
        waves = [pulse_outcome([72.0] * 4 + [None] * (horizon - START), end, horizon)] * 2
        assert session.verdict is not None
        assert session.verdict.value == session_verdict([wanted, diastolic, *waves], end)
    else:
        assert session.verdict is None


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    stretches=st.lists(
        st.tuples(st.sampled_from([2, 4, 8, 11, 13, 15, 15, 15, 30, 60, 90]), pulses), min_size=5, max_size=40
    ),
    infusion=st.integers(0, 120),
    late=st.sampled_from([0, 300, 1800]),
    rest=st.sampled_from([1, 400, 1351]),
)
def test_pulse_ends_as_defined(stretches: list[tuple[int, float | None]], infusion: int, late: int, rest: int) -> None:
    """A pulse in stretches of `STEP` seconds; the end on any of them, timely or entered late."""
    told: list[float | None] = []
    for length, value in stretches:
        told += [value] * length
    end = START + infusion * int(STEP)
    horizon = max(START + len(told) * int(STEP), end + late) + rest

    def pulse(t: float) -> tuple[float | None, float | None]:
        index = int((t - START) // STEP)
        value = 72.0 if index < 0 else told[index] if index < len(told) else None
        return (None if value is None else 97, value)

    story = ReturnStory(pulse).end(end + late, at=end).run(horizon)
    values = [pulse(START + (second // STEP) * STEP)[1] for second in range(horizon - START)]
    same(found_in(story, "pulse_rate"), pulse_outcome(values, end, horizon))


def test_the_definition_knows_its_units() -> None:
    """The numbers above are those of the story: 120 mmHg gives U 132, pulse 72 gives U 80."""
    story = ReturnStory().run(START)
    bounds = {line["metric"]: line.get("bound") for line in story.all("baseline_frozen")}
    assert (bounds["systolic"], bounds["pulse_rate"]) == (U, U_PULSE)
    assert MINUTE == 60 * SECOND
    assert BASELINE_SYSTOLIC == 120
