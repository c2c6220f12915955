"""In whatever order readings come, an alarm that the newest of them supports stays (decisions/0005)."""

from __future__ import annotations

from typing import NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from config.vocabulary import Metric, Verdict
from tests.core.test_no_alarm_missed import present_at
from tests.support.ward import Story

SYSTOLIC = (70, 80, 85, 88, 93, 97, 121, 150, 156, 160, 168, 172, 180, 185, 205)
ROUNDS = (400.0, 500.0, 640.0)
"""When the readings of one round were measured at the earliest; what comes within the minute after counts."""
LIMITS: dict[str, tuple[bool, float, bool]] = {
    "SBP_CRIT": (False, 180, True),
    "SBP_HIGH": (False, 160, False),
    "SBP_LOW": (True, 90, True),
    "SBP_XLOW": (True, 80, True),
}
"""Low or high, the trigger, and whether a doubtful reading counts (alarm-system 3.1; rulings 3)."""


class Reading(NamedTuple):
    """One reading: seconds into its round, by a person or a cuff of its own."""

    offset: int
    systolic: float
    by_hand: bool

    def come(self, story: Story, start: float, t: float) -> None:
        """It arrives at `t`."""
        diastolic = round(self.systolic * 0.6)
        if self.by_hand:
            values = {"systolic": self.systolic, "diastolic": diastolic}
            story.command(t, "record_reading", values=values, at=start + self.offset)
        else:
            device = f"cuff-{start + self.offset}"
            mean = round(diastolic + 0.35 * (self.systolic - diastolic))
            story.cuff(t, self.systolic, diastolic, mean=mean, device=device, measured_t=start + self.offset)


ROUND = st.lists(
    st.builds(Reading, st.integers(0, 40), st.sampled_from(SYSTOLIC), st.booleans()),
    min_size=1,
    max_size=6,
    unique_by=lambda reading: reading.offset,
)


@given(rounds=st.lists(ROUND, min_size=1, max_size=len(ROUNDS)))
@settings(deadline=None, max_examples=150)
def test_an_alarm_that_the_newest_reading_supports_stays(rounds: list[list[Reading]]) -> None:
    """After each reading, in the drawn order of arrival: what the newest one that a rule goes by says is present."""
    story = Story().open()
    for start, readings in zip(ROUNDS, rounds, strict=False):
        newest: dict[str, tuple[int, float]] = {}
        for place, reading in enumerate(readings):
            t = start + 41 + place
            reading.come(story, start, t)
            verdict = story.bed.state.cuff.judged[Metric.SYSTOLIC].verdict
            for alarm, (low, trigger, doubtful_counts) in LIMITS.items():
                goes_by = verdict is Verdict.VALID or (doubtful_counts and verdict is Verdict.SUSPECT)
                if goes_by:
                    newest[alarm] = max(newest.get(alarm, (-1, 0.0)), (reading.offset, reading.systolic))
                    met = newest[alarm][1] <= trigger if low else newest[alarm][1] >= trigger
                    assert not met or present_at(story.lines, alarm, t), (alarm, readings)


def test_a_reading_in_band_measured_before_one_out_of_band_begins_no_return() -> None:
    """Rulings 4: consecutive is the order of measuring; the interval would end before it began."""
    story = Story().open()
    for t in (0, 61, 122):
        story.cuff(t, 120, 76)
    story.samples(0, 200)
    story.start(200)
    story.cuff(500, 160, 76)
    story.cuff(600, 160, 76)
    story.command(700, "end_infusion")
    story.cuff(1000, 158, 76)
    story.cuff(1010, 120, 76, device="cuff-2", measured_t=960)
    story.cuff(1260, 120, 76)
    changes = [(line["t"], line["to"]) for line in story.all("return_state_changed", metric="systolic")]
    assert changes[-1] == (1260, "CANDIDATE")
