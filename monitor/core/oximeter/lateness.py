"""Samples that come twice, out of order, after a restart, or late (signals-and-simulation 1.1, V11 and V12).

Device clocks may be minutes off; only their steps count here, and how a lag compares with the device's own least.
"""

from __future__ import annotations

from config.instant import Instant, to_seconds
from monitor.core.bed_state import Bed, DeviceState
from monitor.core.events import Event, EventKind
from monitor.core.inputs import OximeterSample
from monitor.core.rules.sections import ValidationLimits


def repeated(bed: Bed, known: DeviceState, item: OximeterSample, now: Instant, out: list[Event]) -> bool:
    """V11: whether a sample was sent twice or out of order; it is dropped and counted.

    A number that starts anew, or a larger step back of the clock, is a restart: accepted, and told.
    """
    seq, time, before = item.seq, item.device_t, known.device_time
    back = 0 if time is None or before is None else before - time
    if (seq is not None and seq == known.seq) or 0 < back <= bed.rules.validation.repeat:
        known.repeats += 1
        return True
    if back > 0 or (seq is not None and known.seq is not None and seq < known.seq):
        known.lags.clear()
        data = {"device": item.device, "seq": seq, "clock_back_s": to_seconds(max(0, back))}
        out.append(Event(now, bed.state.bed, EventKind.DEVICE_RESTARTED, data))
    if seq is not None:
        known.seq = seq
    if time is not None:
        known.device_time = time
    return False


def late(known: DeviceState, device_time: Instant, now: Instant, limits: ValidationLimits) -> bool:
    """V12: whether the sample took longer than the fastest of the last minutes, by more than is usual."""
    lag, lags = now - device_time, known.lags
    while lags and lags[-1][1] >= lag:
        lags.pop()
    lags.append((now, lag))
    while lags[0][0] < now - limits.late_window:
        del lags[0]
    return lag - lags[0][1] > limits.late
