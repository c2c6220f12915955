"""Every number that the measures of the pleth wave rest on, in one value (signals-and-simulation, section 2)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PlethNumbers:
    """Named "filter", "beats" ... after the rows of the table in signals-and-simulation, section 2.

    Attributes:
        window_s: how much of the wave one pass looks at (the ring buffer).
        slowest_hz, fastest_hz: sampling rates that can be measured; a camera has 30 Hz, oximeters have 50 to 250.
        mean_s: filter: a moving mean of this length is taken off.
        band_hz: filter: corners of the high-pass and of the low-pass, second order each.
        settle_s: filter: its answer to a single sample is over after this; the same at the start of the window is not
            read for beats.
        bridge_s: so much may be lost between two beats on the wire before their interval no longer counts (own choice).
        percentile, percentile_s, peak_share: beats: a peak lies above this share of that percentile of the filtered
            wave in a stretch of that length (the length is an own choice).
        refractory_s: beats: of two peaks closer than this the higher one counts.
        rate_intervals, interval_tolerance: PR: median of so many intervals, without those further off than this share.
        fewest_intervals: PR: fewer good ones give no number (own choice: half of them).
        template_beats, template_points: template.
        quality_s: SQI and skewness are those of the last so many seconds.
        interval_s: SQI (a): intervals outside are wrong.
        flat_s: SQI (c): the same value for this long is no pulse (own choice: a slow beat in 8 bits stands for less).
        fast_s: what a moving mean of this length leaves over is faster than a pulse (own choice: about 6 Hz and up).
        height_ratio, even_enough: a beat is even if its interval is within `interval_tolerance` of the median one and
            its height within this ratio; so large a share of even beats is as good as all of them: ectopic ones are
            no bad signal (own choices).
        skewness_floor: SQI (d): at most this is no pulse wave.
        skewness_sure: so skewed a wave need not be even (own choice: noise of 5 s is so in about one look of twenty).
        least_quality, sure_quality: below the first there are no numbers, below the second they are SUSPECT.
        rate_range: rule gate, /min.
        longest_gap_s: rule gate.
        interval_ratio: rule gate: longest to shortest interval.
        breath_s: breathing is looked for in the last so many seconds: all of the ring that has beats.
        breath_range, breath_step: /min: 0.1 to 0.6 Hz, a little below it too; own step.
        breath_mean_s: the wave's own level is its mean over this: about one beat (own choice).
        breath_width: /min around the winner that count as agreeing (own choice).
        outlier: so many median deviations of a modulation are the most that one beat may count for (own choice).
        least_agreement: breathing with a lower quality is not told; see the benchmark for what that keeps.
        slow_wave, slow_agreement: up to this rate (/min) the pressure's own wave of 0.1 Hz looks like a breath: of 427
            so low rates on the recordings 321 were none, and none of those had this quality. Without it the best
            rate above counts.
        present_of_s, present_s: pulse present: quality was good in so many of the last so many passes.
    """

    window_s: float = 60.0
    slowest_hz: float = 25.0
    fastest_hz: float = 250.0
    mean_s: float = 1.5
    band_hz: tuple[float, float] = (0.5, 5.0)
    settle_s: float = 6.0
    bridge_s: float = 0.1
    percentile: float = 0.75
    percentile_s: float = 5.0
    peak_share: float = 0.5
    refractory_s: float = 0.3
    rate_intervals: int = 8
    interval_tolerance: float = 0.3
    fewest_intervals: int = 4
    template_beats: int = 10
    template_points: int = 100
    quality_s: float = 5.0
    interval_s: tuple[float, float] = (0.33, 2.0)
    flat_s: float = 0.4
    fast_s: float = 0.08
    height_ratio: float = 2.0
    even_enough: float = 0.75
    skewness_floor: float = 0.0
    skewness_sure: float = 0.5
    least_quality: float = 0.5
    sure_quality: float = 0.8
    rate_range: tuple[float, float] = (40.0, 180.0)
    longest_gap_s: float = 3.0
    interval_ratio: float = 2.2
    breath_s: float = 56.0
    breath_range: tuple[float, float] = (5.0, 36.0)
    breath_step: float = 0.2
    breath_mean_s: float = 1.0
    breath_width: float = 2.0
    outlier: float = 6.0
    least_agreement: float = 0.25
    slow_wave: float = 8.0
    slow_agreement: float = 0.7
    present_of_s: int = 10
    present_s: int = 5


NUMBERS = PlethNumbers()
"""What the service uses."""
