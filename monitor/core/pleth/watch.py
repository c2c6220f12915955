"""Measures of the pleth wave, taken in once a second (signals-and-simulation, section 2; interfaces, section 4)."""

from __future__ import annotations

from config.instant import Instant
from monitor.core.bed_state import Bed
from monitor.core.events import Event
from monitor.core.inputs import PlethMeasures
from monitor.core.oximeter import occlusion, pulse_loss
from monitor.core.pleth import doubt as pleth_doubt
from monitor.core.pleth import slow_breathing


def measures(bed: Bed, item: PlethMeasures, now: Instant, out: list[Event]) -> None:
    """Keep the newest. Derived values are shown and may cast doubt; they are no sign of life of the device."""
    if bed.state.session is None:
        return
    seen = bed.state.pleth
    seen.at, seen.device, seen.sqi, seen.pulse_present = now, item.device, item.sqi, item.pulse_present
    if item.pulse_present:
        seen.pulse_at = now
    seen.pulse_rate, seen.resp_rate = item.pulse_rate_pleth, item.resp_rate_pleth
    seen.rr_quality, seen.amplitude = item.rr_quality, item.amplitude
    sight = bed.state.sight(item.device)
    sight.wave, sight.wave_until = item.pulse_present, now + bed.setup.stand(item.device)
    if now >= sight.off_until:
        occlusion.pleth(bed, item, now)
    pleth_doubt.seen(bed, item, now)
    pulse_loss.look(bed, now, out)
    slow_breathing.derived(bed, item, now, out)
