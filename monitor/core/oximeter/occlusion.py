"""Cuff and probe on the same limb (signals-and-simulation 1.1, V8, and 1.3; alarm-system 3.2, SPO2_OCCLUDED).

From the inflation to a while after the deflation what the probe says is no news of the patient: INVALID by `cuff`, and
the clock of SPO2_NO_DATA stands still; for the cap at most, however often the cuff inflates, until the saturation has
been seen again. Whether the two share a limb is what people told, unless the cycles say so.
"""

from __future__ import annotations

from typing import Any

from config.instant import Instant
from monitor.core.bed_state import ORDER_WINDOW, Bed, Due, earliest
from monitor.core.events import Event, EventKind
from monitor.core.inputs import PlethMeasures
from monitor.core.oximeter.cuff_window import SEEN, LimbEvidence
from monitor.core.session.session import same_limb

RECOVERED = "recovered"
JUDGED = "judged"
COUNTED = "counted"


def shares_limb(bed: Bed) -> bool:
    """Whether cuff and probe share a limb, by the cycles or, where they say nothing, as people told."""
    session, inferred = bed.state.session, bed.state.limbs.inferred
    if session is None:
        return False
    return same_limb(session.cuff_limb, session.probe_limb) if inferred is None else inferred


def covers(bed: Bed, at: Instant) -> bool:
    """Whether the cuff spoils what the probe says at `at`."""
    return bed.state.window.excuses(at) and shares_limb(bed)


# -- the window ---------------------------------------------------------------------------------------------------


def inflated(bed: Bed, now: Instant) -> None:
    """The cuff inflates; again within one cycle is no new one."""
    rule, window = bed.rules.limbs, bed.state.window
    if bed.state.session is None:
        return
    if window.deflated_at is None and window.covers(now):
        return
    _thaw(bed, now)
    bed.state.limbs.begin(now, window.until, rule)
    bed.state.limbs.ends_at = now + rule.cap
    window.started_at, window.until, window.deflated_at = now, now + rule.cap, None
    _excuse(bed, now)
    _freeze(bed, now)


def deflated(bed: Bed, at: Instant, now: Instant) -> None:
    """The cuff has let go at `at`, known `now`; the first word of a cuff that does not tell when it inflates."""
    rule, window = bed.rules.limbs, bed.state.window
    if bed.state.session is None:
        return
    if window.started_at is not None and window.deflated_at is None and now < window.until:
        window.deflated_at = at
        window.until = max(now, min(window.until, at + rule.tail))
        window.cut(window.until)
        bed.state.limbs.ends_at = window.until
        if bed.state.limbs.judged_at is not None and at < bed.state.limbs.judged_at:
            bed.state.limbs.judged_at = None  # over too soon to be compared
    elif (window.started_at is None or now >= window.started_at + rule.cap) and now < at + rule.tail:
        _thaw(bed, now)
        window.started_at, window.until, window.deflated_at = now, at + rule.tail, at
        _excuse(bed, now)
        _freeze(bed, now)


def _excuse(bed: Bed, now: Instant) -> None:
    """The cap is one for all cycles between which the saturation was not seen, else a cuff could hide it for ever."""
    window, track = bed.state.window, bed.state.spo2.track
    if window.excused and track.covered(min(window.excused[-1][1], now), now) >= SEEN:
        window.excused = []
    window.excuse(now, window.until, bed.rules.limbs.cap)


def limbs_told(bed: Bed) -> None:
    """People have looked: what the cycles said before is void."""
    before = bed.state.limbs
    bed.state.limbs = LimbEvidence(before.amplitude, before.perfusion)
    _changed(bed)


def _changed(bed: Bed) -> None:
    now = bed.state.clock
    if shares_limb(bed):
        _freeze(bed, now)
    else:
        _thaw(bed, now)
    bed.calm = None


def _freeze(bed: Bed, now: Instant) -> None:
    window, absence = bed.state.window, bed.state.absence
    if absence is not None and not window.frozen and covers(bed, now):
        absence.freeze(now)
        window.frozen = True
        bed.calm = None


def _thaw(bed: Bed, now: Instant) -> None:
    window, absence = bed.state.window, bed.state.absence
    if absence is not None and window.frozen:
        absence.resume(now)
    window.frozen = False


# -- what the cycles say --------------------------------------------------------------------------------------------


def pleth(bed: Bed, item: PlethMeasures, now: Instant) -> None:
    """One second's amplitude; a wave without beats has none."""
    bed.state.limbs.amplitude.note(now, item.amplitude or 0.0)


def numbers(bed: Bed, perfusion: float | None, lost: bool, now: Instant) -> None:
    """What one sample says: its perfusion index, 0 where a device that gives one has lost the signal; and the loss."""
    state = bed.state
    if perfusion is not None:
        state.limbs.perfusion.note(now, perfusion)
    elif lost and state.limbs.perfusion.seen:
        state.limbs.perfusion.note(now, 0.0)
    if not lost:
        return
    if state.window.covers(now):
        state.limbs.lost = True
    elif state.window.started_at is None or now >= state.window.until + bed.rules.limbs.recovery:
        state.limbs.lost_windows = 0


def due(bed: Bed) -> Due | None:
    """The end of the window, and the moments at which a cycle is judged."""
    window, limbs = bed.state.window, bed.state.limbs
    found = []
    if window.frozen:
        found.append(Due(window.excused[-1][1], ORDER_WINDOW, "", RECOVERED))
    if limbs.judged_at is not None:
        found.append(Due(limbs.judged_at, ORDER_WINDOW, "", JUDGED))
    if limbs.ends_at is not None:
        found.append(Due(limbs.ends_at, ORDER_WINDOW, "", COUNTED))
    return earliest(found)


def settle(bed: Bed, due: Due, out: list[Event]) -> None:
    """The moment has come."""
    rule, limbs, window = bed.rules.limbs, bed.state.limbs, bed.state.window
    if due.what == RECOVERED:
        _thaw(bed, due.at)
    elif due.what == JUDGED:
        limbs.judged_at = None
        ratio = None if window.started_at is None else limbs.judge(window.started_at, rule)
        if ratio is not None:
            limbs.lost = limbs.lost or ratio < 1 - rule.drop
            _infer(bed, limbs.verdict(rule), out, by="pulsation", left=round(ratio, 3))
    else:
        limbs.ends_at = None
        limbs.lost_windows += limbs.lost
        if limbs.lost_windows >= rule.lost_windows and limbs.verdict(rule) is None:
            _infer(bed, True, out, by="losses")


def _infer(bed: Bed, verdict: bool | None, out: list[Event], **more: Any) -> None:
    """The cycles have spoken; the nurse is told where that is not what went before."""
    limbs = bed.state.limbs
    if verdict is None or verdict == limbs.inferred:
        return
    before = shares_limb(bed)
    limbs.inferred = verdict
    if before is not verdict:
        out.append(Event(bed.state.clock, bed.state.bed, EventKind.LIMBS_INFERRED, {"same": verdict, **more}))
        _changed(bed)
