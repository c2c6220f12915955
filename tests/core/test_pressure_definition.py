"""No critical pressure stays unannounced: verdicts and alarms on cuff readings against a definition written apart.

The definition looks at the whole list of readings for every answer: what is VALID (B6, B7, B8), and from that which
alarm is present at which priority after each reading (alarm-system 3.1; rulings 3).
"""

from __future__ import annotations

from typing import NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.test_no_alarm_missed import present_at
from tests.support.ward import Story


class Reading(NamedTuple):
    """One reading; the other pressures follow from the systolic, so that it alone jumps, agrees or is critical."""

    t: float
    systolic: float
    irregular: bool

    @property
    def diastolic(self) -> float:
        return round(self.systolic * 0.6)


SYSTOLIC = (70, 78, 80, 84, 88, 90, 91, 93, 97, 110, 121, 135, 150, 168, 172, 179, 180, 185, 199, 200, 205)
READINGS = st.lists(
    st.tuples(
        st.sampled_from((61.0, 90.0, 150.0, 361.0)), st.sampled_from(SYSTOLIC), st.sampled_from((False, False, True))
    ),
    min_size=1,
    max_size=14,
)


def verdicts(readings: list[Reading]) -> list[str]:
    """VALID, JUMP or DOUBTFUL for each, as judged when it came."""
    found: list[str] = []
    for index, one in enumerate(readings):
        if one.irregular:
            found.append("DOUBTFUL")
            continue
        valid = [place for place in range(index) if found[place] == "VALID"]
        last = valid[-1] if valid else None
        recent = last is not None and one.t - readings[last].t <= 360
        jumps = [place for place in range(0 if last is None else last + 1, index) if found[place] == "JUMP"]
        agrees = any(
            one.t - readings[place].t <= 360 and abs(one.systolic - readings[place].systolic) <= 15 for place in jumps
        )
        jumped = recent and last is not None and abs(one.systolic - readings[last].systolic) > 40
        found.append("JUMP" if jumped and not agrees else "VALID")
    return found


def present(readings: list[Reading], judged: list[str]) -> dict[str, str | None]:
    """Priority of each alarm after the last reading; None: not present."""
    shown: dict[str, str | None] = {}
    for alarm, low, trigger, clear, first in (
        ("SBP_CRIT", False, 180, 170, "medium"),
        ("SBP_LOW", True, 90, 95, "medium"),
        ("SBP_XLOW", True, 80, 85, "high"),
    ):
        met = [
            place for place, one in enumerate(readings) if (one.systolic <= trigger if low else one.systolic >= trigger)
        ]
        over = [
            place
            for place, one in enumerate(readings)
            if judged[place] == "VALID" and (one.systolic > clear if low else one.systolic < clear)
        ]
        instance = [place for place in met if place > max(over, default=-1)]
        grave = alarm == "SBP_CRIT" and (
            len(instance) >= 2 or any(readings[place].systolic >= 200 for place in instance)
        )
        shown[alarm] = None if not instance else "high" if grave else first
    return shown


@given(drawn=READINGS)
@settings(deadline=None, max_examples=80)
def test_critical_pressures_are_announced_as_defined(drawn: list[tuple[float, float, bool]]) -> None:
    story, t = Story().open(), 0.0
    readings: list[Reading] = []
    for gap, systolic, irregular in drawn:
        t += gap
        one = Reading(t, systolic, irregular)
        readings.append(one)
        mean = round(one.diastolic + 0.35 * (systolic - one.diastolic))
        story.cuff(t, systolic, one.diastolic, mean=mean, irregular=irregular)
        judged = verdicts(readings)
        shown = [value for metric, value in story.bed.state.cuff.values.items() if metric == "systolic"]
        assert (shown[0].judgement.verdict == "VALID") is (judged[-1] == "VALID"), readings
        for alarm, priority in present(readings, judged).items():
            assert present_at(story.lines, alarm, t) == priority, (alarm, readings, judged)
