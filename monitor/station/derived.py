"""What the service derived from a bed's pleth wave, as the page sees it: rates shown as "PR~" and "RR~"."""

from __future__ import annotations

from config.instant import SECOND, Instant, to_rfc3339
from config.vocabulary import UNITS, Metric
from monitor.core.bed_state import Bed
from monitor.core.pleth.numbers import NUMBERS
from monitor.station import wire

WEAK = "signal_quality"
"""The wave is not good enough for a number, or only just (signals-and-simulation, section 2)."""


def values(bed: Bed, now: Instant) -> dict[str, wire.Value]:
    """Pulse and breathing rate of the newest look at the wave; nothing where there is no wave or no longer one."""
    seen = bed.state.pleth
    if seen.at is None or seen.device is None or now > seen.at + bed.setup.stand(seen.device):
        return {}
    at, age_s = to_rfc3339(seen.at), round(max(0, now - seen.at) / SECOND, 1)
    found = {}
    for metric, rate in ((Metric.PULSE_RATE_PLETH, seen.pulse_rate), (Metric.RESP_RATE_PLETH, seen.resp_rate)):
        sure = rate is not None and seen.sqi >= NUMBERS.sure_quality
        found[metric.value] = wire.Value(
            metric=metric.value,
            value=rate,
            unit=UNITS[metric],
            verdict=None if rate is None else "VALID" if sure else "SUSPECT",
            reason=None if sure else WEAK,
            at=at,
            age_s=age_s,
            source="derived",
        )
    return found
