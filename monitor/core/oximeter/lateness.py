"""Samples that come twice, out of order, after a restart, or late (signals-and-simulation 1.1, V11 and V12).

Device clocks may be minutes off; only their steps count here, and how a lag compares with the device's own least.
"""

from __future__ import annotations

from config.instant import SECOND, Duration, Instant, to_seconds
from monitor.core.bed_state import Bed
from monitor.core.device.device_watch import Behind, DeviceState
from monitor.core.events import Event, EventKind
from monitor.core.inputs import OximeterSample
from monitor.core.rules.sections import ValidationLimits

SET_BACK_SAMPLES = 3
SET_BACK_FOR: Duration = 2 * SECOND
SET_BACK_STEADY: Duration = 1 * SECOND
"""A clock was set back when so many samples in a row, over so long, are all late by the same within so much: old ones
that are sent again come faster than they were made, or between fresh ones (decisions/0005)."""


def repeated(bed: Bed, known: DeviceState, item: OximeterSample, now: Instant, out: list[Event]) -> bool:
    """V11: whether a sample was sent twice or out of order; it is dropped and counted.

    A number that starts anew, a larger step back of the clock, or a smaller one that lasts is a restart: accepted,
    and told.
    """
    seq, time, before = item.seq, item.device_t, known.device_time
    if seq is not None and seq == known.seq:
        known.repeats += 1
        return True
    back = 0 if time is None or before is None else before - time
    if time is not None and before is not None and 0 < back <= bed.rules.validation.repeat:
        behind = _behind(known, now - time, now)
        if behind.samples < SET_BACK_SAMPLES or now - behind.since < SET_BACK_FOR:
            known.repeats += 1
            return True
        back = before - (behind.since - behind.lag)
    known.behind = None
    if back > 0 or (seq is not None and known.seq is not None and seq < known.seq):
        known.lags.clear()
        data = {"device": item.device, "seq": seq, "clock_back_s": to_seconds(max(0, back))}
        out.append(Event(now, bed.state.bed, EventKind.DEVICE_RESTARTED, data))
    if seq is not None:
        known.seq = seq
    if time is not None:
        known.device_time = time
    return False


def _behind(known: DeviceState, lag: Duration, now: Instant) -> Behind:
    """The run of samples behind the latest device time, with this one."""
    run = known.behind
    if run is None or abs(lag - run.lag) > SET_BACK_STEADY:
        known.behind = Behind(now, lag)
        return known.behind
    run.samples += 1
    return run


def late(known: DeviceState, device_time: Instant, now: Instant, limits: ValidationLimits) -> bool:
    """V12: whether the sample took longer than the fastest of the last minutes, by more than is usual."""
    lag, lags = now - device_time, known.lags
    while lags and lags[-1][1] >= lag:
        lags.pop()
    lags.append((now, lag))
    while lags[0][0] < now - limits.late_window:
        del lags[0]
    return lag - lags[0][1] > limits.late
