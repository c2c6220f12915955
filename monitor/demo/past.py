"""What happened before the demo begins, written into its journal as a service that ran then would have.

The demo joins each story in the middle; the core needs what came before (baseline, start, end of the infusion),
and the trend shows it. The service then takes the beds up as after any restart.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from config.instant import Clock, Instant, seconds
from config.vocabulary import CuffState, Flag, LinkState
from monitor.board import Board
from monitor.core.bed import new_bed
from monitor.core.bed_state import Setup
from monitor.core.inputs import CuffActivity, CuffMeasurement, Input, LinkChange, OximeterSample
from monitor.core.ward import Ward
from monitor.demo.beds import DemoBed
from monitor.demo.nurse import to_input
from monitor.demo.pair import MEASURING_S
from monitor.journal import Journal
from monitor.journal.record import SnapshotReason
from monitor.loop import Loop
from monitor.pages import PageWriter
from simulator.scenario import Device
from simulator.vitals import Vitals

ALIVE_S = 30
"""A polled cuff answers more often; this is enough to count as alive."""
BREATHING = 500
"""Inputs after which the event loop gets a turn."""


async def write_past(journal: Journal, bed: DemoBed, setup: Setup, clock: Clock, now: Instant) -> None:
    """Fold the story from its beginning up to `now` into the journal, at one sample a second."""
    begin = now - seconds(bed.begin_s)
    ward = Ward(setup.rules, begin)
    ward.add(new_bed(setup, begin))
    loop = Loop(
        ward,
        journal,
        clock,
        Board(),
        PageWriter({bed.id: bed.label}),
        plan=lambda alert: [],
        send=lambda pages: None,
        alarms_told=lambda shown: None,
        bed_changed=lambda bed_id: None,
        since=begin,
        log_events=False,
    )
    for number, (at_s, item) in enumerate(_story(bed)):
        loop.submit(item, begin + seconds(at_s))
        if number % BREATHING == 0:
            await asyncio.shield(journal.flush())
    loop.keep_all(SnapshotReason.PERIODIC)


def _story(bed: DemoBed) -> Iterator[tuple[float, Input]]:
    """Inputs in order of time, from the start of the story to where the demo joins it."""
    patient = bed.story.patient(bed.seed, begin_s=0)
    actions = [action for action in bed.story.nurse if action.at_s <= bed.begin_s]
    links = [change for change in bed.story.links if change.at_s <= bed.begin_s]
    cuff = bed.story.cuff
    next_cuff = cuff.first_s + MEASURING_S
    for device in (bed.oximeter_id, bed.cuff_id):
        yield 0.0, LinkChange(bed.id, device, LinkState.UP)
    for second in range(int(bed.begin_s) + 1):
        while actions and actions[0].at_s <= second:
            item = to_input(bed.id, actions.pop(0))
            if item is not None:
                yield second, item
        while links and links[0].at_s <= second:
            change = links.pop(0)
            device = bed.oximeter_id if change.device is Device.OXIMETER else bed.cuff_id
            yield second, LinkChange(bed.id, device, LinkState.UP if change.connected else LinkState.DOWN)
        if bed.story.connected(Device.OXIMETER, second):
            yield second, _sample(bed, patient.oximeter())
        if second % ALIVE_S == 0 and bed.story.connected(Device.CUFF, second):
            yield second, CuffActivity(bed.id, bed.cuff_id, CuffState.IDLE)
        if second >= next_cuff and cuff.every_s:
            next_cuff += cuff.every_s
            if bed.story.connected(Device.CUFF, second):
                yield second, _measurement(bed, patient.cuff_reading())
        patient.advance(1.0)


def _sample(bed: DemoBed, seen: Vitals) -> OximeterSample:
    flags = set()
    if seen.sensor_off:
        flags.add(Flag.SENSOR_OFF)
    if seen.finger_out:
        flags.add(Flag.NO_FINGER)
    spo2 = None if seen.spo2 is None else round(seen.spo2)
    pulse = None if seen.pulse_rate is None else round(seen.pulse_rate)
    return OximeterSample(bed.id, bed.oximeter_id, spo2, pulse, frozenset(flags))


def _measurement(bed: DemoBed, seen: Vitals) -> CuffMeasurement:
    return CuffMeasurement(
        bed.id,
        bed.cuff_id,
        _whole(seen.systolic),
        _whole(seen.diastolic),
        _whole(seen.mean),
        _whole(seen.pulse_rate),
        seen.cuff_error,
    )


def _whole(value: float | None) -> int | None:
    return None if value is None else round(value)
