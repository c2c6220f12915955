"""No HIGH condition stays unannounced: the rules against an evaluation written apart from them.

The evaluation knows only samples and when they stand: for each stretch in which every sample meets a HIGH rule and
nothing is missing, the alarm must be present one second after its delay (and the hold of V5 or V6) at the latest.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable
from typing import NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.ward import CUFF, Line, Story

STAND, V5_HOLD, V6_HOLD, MARGIN = 4.0, 8.0, 6.0, 1.0
PRESENT, GONE = ("alarm_raised", "alarm_rearmed"), ("alarm_latched", "alarm_closed")


class Given(NamedTuple):
    """One sample: `weak` by its perfusion index; None: the probe is off."""

    t: float
    spo2: float | None
    pulse: float | None
    weak: bool


def stretch(low: float, high: float, weak: bool) -> st.SearchStrategy[list[tuple[float, float, bool]]]:
    """(gap, value, weak) of one stretch, the values within what V5 and V6 never hold against each other."""
    step = st.sampled_from((1.0, 1.0, 1.0, 0.5, 2.5, 4.0))
    value = st.floats(low, high).map(lambda number: round(number, 1))
    return st.lists(st.tuples(step, value, st.just(True) if weak else st.booleans()), min_size=1, max_size=90)


SATURATION = st.one_of(
    stretch(79, 84.9, weak=True),
    stretch(79, 84.9, weak=False),
    stretch(84, 89.9, weak=False),
    stretch(86, 91, weak=False),
    stretch(92, 98, weak=False),
    st.lists(st.tuples(st.just(1.0), st.none(), st.just(False)), min_size=1, max_size=45),
)
PULSE = st.one_of(
    stretch(30, 40, weak=False),
    stretch(36, 46, weak=False),
    stretch(60, 80, weak=False),
    stretch(112, 125, weak=False),
    stretch(150, 170, weak=False),
    stretch(144, 156, weak=False),
    st.lists(st.tuples(st.just(1.0), st.none(), st.just(False)), min_size=1, max_size=45),
)


def longest_bad(samples: list[Given], what: str, weak_counts: bool) -> list[tuple[float, float, bool]]:
    """(start, end, weak) of each stretch without a break in which every sample meets the rule `what`."""
    rules: dict[str, Callable[[Given], bool]] = {
        "SPO2_CRIT": lambda one: one.spo2 is not None and one.spo2 < 85,
        "SPO2_LOW": lambda one: one.spo2 is not None and one.spo2 < 90,
        "PR_XLOW": lambda one: one.pulse is not None and one.pulse <= 40,
        "PR_XHIGH": lambda one: one.pulse is not None and one.pulse >= 150,
    }
    meets = rules[what]
    found: list[tuple[float, float, bool]] = []
    for index, one in enumerate(samples):
        following = samples[index + 1].t if index + 1 < len(samples) else one.t
        end = min(following, one.t + STAND)
        if not meets(one) or (one.weak and not weak_counts):
            continue
        if found and found[-1][1] == one.t:
            found[-1] = (found[-1][0], end, found[-1][2] or one.weak)
        else:
            found.append((one.t, end, one.weak))
    return found


def present_at(lines: list[Line], alarm: str, t: float) -> str | None:
    """Priority of the alarm at `t`, None while it is not present."""
    priority = None
    for line in lines:
        if line["t"] > t or line.get("alarm") != alarm:
            continue
        if line["event"] in (*PRESENT, "alarm_priority_changed"):
            priority = line["priority"]
        elif line["event"] in GONE:
            priority = None
    return priority


def told(samples: list[Given], acknowledged: set[int]) -> list[Line]:
    story = Story().open()
    for index, one in enumerate(samples):
        flags = ["no_finger"] if one.spo2 is None and one.pulse is None else []
        story.sample(one.t, one.spo2, one.pulse, flags=flags, perfusion_index=0.3 if one.weak else 3.0)
        if index in acknowledged:
            for alarm in ("SPO2_CRIT", "SPO2_LOW", "PR_XLOW", "PR_XHIGH"):
                story.acknowledge(one.t, alarm)
    return story.lines


def laid_out(parts: list[list[tuple[float, float | None, bool]]], pulse: bool) -> list[Given]:
    t, found = 0.0, []
    for gap, value, weak in [entry for part in parts for entry in part]:
        t += gap
        # A weak signal makes the pulse SUSPECT too, and pulse rules take no doubtful value.
        found.append(Given(t, 97, value, weak=False) if pulse else Given(t, value, 72, weak))
    return found


ACKNOWLEDGED = st.sets(st.integers(0, 300), max_size=6)


@given(parts=st.lists(SATURATION, min_size=1, max_size=6), acknowledged=ACKNOWLEDGED)
@settings(deadline=None, max_examples=80)
def test_critical_saturation_is_announced_in_time(
    parts: list[list[tuple[float, float | None, bool]]], acknowledged: set[int]
) -> None:
    samples = laid_out(parts, pulse=False)
    lines = told(samples, acknowledged)
    for start, end, weak in longest_bad(samples, "SPO2_CRIT", weak_counts=True):
        latest = start + (10 if weak else 5) + V5_HOLD + MARGIN
        if end >= latest:
            assert present_at(lines, "SPO2_CRIT", latest) == "high", (start, end, weak)


@given(parts=st.lists(SATURATION, min_size=1, max_size=6), acknowledged=ACKNOWLEDGED)
@settings(deadline=None, max_examples=80)
def test_a_minute_of_low_saturation_is_high_in_time(
    parts: list[list[tuple[float, float | None, bool]]], acknowledged: set[int]
) -> None:
    samples = laid_out(parts, pulse=False)
    lines = told(samples, acknowledged)
    for start, end, _ in longest_bad(samples, "SPO2_LOW", weak_counts=False):
        latest = start + 60 + V5_HOLD + MARGIN
        if end >= latest:
            low, critical = present_at(lines, "SPO2_LOW", latest), present_at(lines, "SPO2_CRIT", latest)
            assert "high" in (low, critical), (start, end)


@given(
    parts=st.lists(PULSE, min_size=1, max_size=6),
    acknowledged=ACKNOWLEDGED,
    alarm=st.sampled_from(("PR_XLOW", "PR_XHIGH")),
)
@settings(deadline=None, max_examples=80)
def test_extreme_pulse_is_announced_in_time(
    parts: list[list[tuple[float, float | None, bool]]], acknowledged: set[int], alarm: str
) -> None:
    samples = laid_out(parts, pulse=True)
    lines = told(samples, acknowledged)
    for start, end, _ in longest_bad(samples, alarm, weak_counts=False):
        latest = start + 10 + V6_HOLD + MARGIN
        if end >= latest:
            assert present_at(lines, alarm, latest) == "high", (start, end)


# -- two oximeters --------------------------------------------------------------------------------------------------

HIGH_RULES = (("SPO2_CRIT", 5.0, V5_HOLD), ("PR_XLOW", 10.0, V6_HOLD), ("PR_XHIGH", 10.0, V6_HOLD))
SHOWN = st.lists(
    st.tuples(
        st.sampled_from((97.0, 97.0, 92.0, 88.0, 84.0, 80.0, 75.0, None)),
        st.sampled_from((72.0, 72.0, 100.0, 45.0, 40.0, 30.0, 150.0, 170.0, None)),
        st.booleans(),
        st.integers(1, 45),
    ),
    min_size=1,
    max_size=6,
)
Shown = list[tuple[float | None, float | None, bool, int]]


@given(
    one=SHOWN,
    two=SHOWN,
    behind=st.sampled_from((0.02, 0.3, 0.5, 0.98)),
    steps=st.tuples(st.sampled_from((1, 1, 2)), st.sampled_from((1, 1, 3))),
    acknowledged=ACKNOWLEDGED,
)
@settings(deadline=None, max_examples=150)
def test_what_one_of_two_oximeters_shows_is_announced_in_time_whatever_the_other_says(
    one: Shown, two: Shown, behind: float, steps: tuple[int, int], acknowledged: set[int]
) -> None:
    """Each by its own samples alone: the alarm of the bed is there as soon as either has shown it for its delay."""
    seen: dict[str, list[Given]] = {}
    for device, shown, offset, step in (("ox-1", one, 0.0, steps[0]), ("ox-2", two, behind, steps[1])):
        values = [(spo2, pulse, weak) for spo2, pulse, weak, length in shown for _ in range(length)]
        seen[device] = [Given(t + offset, *values[t]) for t in range(0, len(values), step)]
    story = Story().open()
    told_by = [(sample, device) for device, samples in seen.items() for sample in samples]
    merged = sorted(told_by, key=lambda entry: entry[0].t)
    for index, (sample, device) in enumerate(merged):
        flags = ["no_finger"] if sample.spo2 is None and sample.pulse is None else []
        index_of_perfusion = 0.3 if sample.weak else 3.0
        story.sample(
            sample.t, sample.spo2, sample.pulse, device=device, flags=flags, perfusion_index=index_of_perfusion
        )
        if index in acknowledged:
            for alarm, _, _ in HIGH_RULES:
                story.acknowledge(sample.t, alarm)
    for device, samples in seen.items():
        for alarm, delay, hold in HIGH_RULES:
            for start, end, weak in longest_bad(samples, alarm, weak_counts=alarm == "SPO2_CRIT"):
                latest = start + (10 if weak else delay) + hold + MARGIN
                if end >= latest:
                    story.tick(max(latest, merged[-1][0].t, story.lines[-1]["t"] if story.lines else 0.0))
                    assert present_at(story.lines, alarm, latest) == "high", (device, alarm, start, end)


# -- a sudden fall of the pulse -----------------------------------------------------------------------------------


def slumps(samples: list[Given]) -> list[tuple[float, float]]:
    """(start, end) of each stretch that VASOVAGAL is about, by counting tenths of seconds of what stood.

    It begins at a sample at least a quarter below the median of what stood in the two minutes before, below 60, with a
    value of nine tenths of that median in the last minute; and goes on while samples stay below that quarter.
    """
    stood: dict[int, float] = {}
    for index, one in enumerate(samples):
        following = samples[index + 1].t if index + 1 < len(samples) else one.t
        if one.pulse is not None:
            for tick in range(round(one.t * 10), round(min(following, one.t + STAND) * 10)):
                stood[tick] = one.pulse
    found: list[tuple[float, float]] = []
    limit: float | None = None
    for index, one in enumerate(samples):
        following = samples[index + 1].t if index + 1 < len(samples) else one.t
        end = min(following, one.t + STAND)
        now = round(one.t * 10)
        if limit is not None and found[-1][1] == one.t and one.pulse is not None and one.pulse <= limit:
            found[-1] = (found[-1][0], end)
            continue
        limit = None
        recent = [stood[tick] for tick in range(now - 1200, now) if tick in stood]
        last = [stood[tick] for tick in range(now - 600, now) if tick in stood]
        if one.pulse is None or one.pulse >= 60 or len(recent) < 600:
            continue
        median = statistics.median(recent)
        if one.pulse <= 0.75 * median and max(last) >= 0.9 * median:
            limit = min(0.75 * median, 59.999)
            found.append((one.t, end))
    return found


FALLING = st.one_of(
    stretch(66, 90, weak=False),
    stretch(50, 74, weak=False),
    stretch(36, 60, weak=False),
    stretch(44, 52, weak=False),
    st.lists(st.tuples(st.just(1.0), st.none(), st.just(False)), min_size=1, max_size=45),
)
MINUTES = st.integers(45, 130).map(lambda count: [(1.0, 76.0, False)] * count)


@given(before=MINUTES, parts=st.lists(FALLING, min_size=1, max_size=5))
@settings(deadline=None, max_examples=80)
def test_a_sudden_fall_of_the_pulse_is_announced_in_time(
    before: list[tuple[float, float | None, bool]], parts: list[list[tuple[float, float | None, bool]]]
) -> None:
    samples = laid_out([before, *parts], pulse=True)
    lines = told(samples, set())
    for start, end in slumps(samples):
        latest = start + 5 + V6_HOLD + MARGIN
        if end >= latest:
            assert present_at(lines, "VASOVAGAL", latest) == "high", (start, end)


# -- a pulse that is gone -----------------------------------------------------------------------------------------

SIGHT = ("pulse", "flat", "searching", "off", "nothing")


@given(runs=st.lists(st.tuples(st.sampled_from(SIGHT), st.integers(1, 40)), min_size=1, max_size=12))
@settings(deadline=None, max_examples=80)
def test_a_lost_pulse_is_announced_in_time(runs: list[tuple[str, int]]) -> None:
    """Ten seconds of a flat wave, or of searching without a rate, that begin within 30 s of a good one."""
    story = Story().open()
    seen = [sight for sight, length in runs for _ in range(length)]
    good_until, start = None, None
    for second, sight in enumerate(seen):
        gone = sight == "searching" or (sight == "flat" and not _off_stands(seen, second))
        if not gone:
            start = None
        elif start is None and good_until is not None and second - good_until <= 30:
            start = second
        if sight == "flat":
            story.pleth(second, 0.1, None, pulse_present=False)
        elif sight != "nothing":
            flags = {"searching": ["searching"], "off": ["sensor_off"]}.get(sight, [])
            value = (97, 72) if sight == "pulse" else (None, None)
            story.sample(second, *value, flags=flags)
        if sight == "pulse":
            # What stands is valid until the next sample, or for four seconds.
            good_until = second + 1
        if start is not None and second + 0.9 >= start + 10 + MARGIN:
            story.tick(second + 0.9)
            assert present_at(story.lines, "PULSE_LOST", second + 0.9) == "high", (start, second)


def _off_stands(seen: list[str], second: int) -> bool:
    """The device's last word, less than four seconds old, is that the probe is off."""
    spoken = [sight for sight in seen[max(0, second - 3) : second] if sight not in ("flat", "nothing")]
    return spoken[-1:] == ["off"]


# -- SPO2_NO_DATA -----------------------------------------------------------------------------------------------

LEVELS = ((15, "low"), (30, "medium"))
WEIGHT = {None: 0, "low": 1, "medium": 2, "high": 3}


@given(
    runs=st.lists(st.tuples(st.booleans(), st.integers(1, 16)), min_size=1, max_size=20), last=st.sampled_from((97, 91))
)
@settings(deadline=None, max_examples=80)
def test_missing_saturation_by_counting_half_seconds(runs: list[tuple[bool, int]], last: float) -> None:
    """Rulings 3, second by second: bad time is the longer of the two, the levels by it, the end by both conditions."""
    valid = [good for good, length in runs for _ in range(length)]
    story = Story().open().start(0)
    levels = (*LEVELS, (30, "high")) if last < 92 else LEVELS
    covered: list[bool] = []
    seen: float | None = None
    shown: str | None = None
    enough_at = 30.0

    def evaluate(t: float, stands: bool) -> None:
        nonlocal enough_at, shown
        thirty = sum(covered[max(0, len(covered) - 60) :]) / 2
        if t <= 30 or thirty >= 10:
            enough_at = max(30.0, t)
        bad = max(t - (0 if seen is None else seen), t - enough_at)
        if shown is not None and stands and thirty >= 10:
            shown = None
        for after, priority in levels:
            if bad >= after and WEIGHT[priority] > WEIGHT[shown] and (priority != "high" or seen is not None):
                shown = priority

    for second, good in enumerate(valid):
        evaluate(second, stands=bool(covered) and covered[-1])
        story.sample(second, last if good else None, 72 if good else None, flags=[] if good else ["no_finger"])
        seen = second if good else seen
        covered += [good]
        evaluate(second + 0.5, stands=good)
        story.tick(second + 0.5)
        assert present_at(story.lines, "SPO2_NO_DATA", second + 0.5) == shown, second
        covered += [good]


# -- a cuff on the probe's limb -----------------------------------------------------------------------------------

# From the start of trouble: what the cuff excuses at most, and the first level of SPO2_NO_DATA while infusing; a
# saturation that comes and goes has it counted from when less than 10 of the last 30 s were valid.
EXCUSED, LEVEL, THIN = 60.0, 15.0, 30.0
CYCLES = st.lists(
    st.tuples(
        st.sampled_from((0.2, 1.0, 3.0, 5.0, 12.0, 14.0, 15.5, 18.0, 28.0, 31.0, 45.0, 60.0, 75.0)),
        st.sampled_from(("inflating", "inflating", "deflating", "idle", "reading")),
    ),
    max_size=90,
)
TROUBLE = st.one_of(
    st.just([None]),
    st.just([70]),
    st.lists(st.sampled_from((None, 70, 80, 84)), min_size=1, max_size=40),
)


@given(cycles=CYCLES, period=st.sampled_from((None, (33, 28), (46, 31), (20, 18), (65, 45), (70, 40))), trouble=TROUBLE)
@settings(deadline=None, max_examples=120)
def test_whatever_the_cuff_does_trouble_with_the_saturation_is_announced_in_time(
    cycles: list[tuple[float, str]], period: tuple[int, int] | None, trouble: list[float | None]
) -> None:
    """Critical or missing from 60 on: SPO2_NO_DATA or a HIGH of it is there then at the latest, and stays."""
    t, doings = 20.0, []
    for gap, state in cycles:
        t += gap
        doings.append((t, state))
    if period is not None:
        every, up = period
        doings = [
            (61.5 + n * every + after, state) for n in range(10) for after, state in ((0, "inflating"), (up, "idle"))
        ]
    story = Story().open(cuff_limb="left", probe_limb="left").start(0)
    end = 300
    for second in range(end):
        while doings and doings[0][0] <= second:
            at, state = doings.pop(0)
            if state == "reading":
                story.cuff(at, pulse_rate=None)
            else:
                story.put(at, "cuff", device=CUFF, state=state)
        value = 97 if second < 60 else trouble[second % len(trouble)]
        story.sample(second, value, None if value is None else 72, flags=["no_finger"] if value is None else [])
    latest = 60 + STAND + EXCUSED + LEVEL + (THIN if len(set(trouble)) > 1 else 0) + MARGIN
    for when in range(int(latest), end):
        known = present_at(story.lines, "SPO2_NO_DATA", when) is not None or "high" in (
            present_at(story.lines, "SPO2_CRIT", when),
            present_at(story.lines, "SPO2_LOW", when),
        )
        assert known, when
