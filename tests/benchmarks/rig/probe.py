"""An alarm's way through the product, again and again: one message out, until the page has the alarm.

The alarm is SBP_LOW, raised by one cuff reading without condition delay and ended by the next: each is a new
instance that is journaled, routed to a channel and sent to the page once it is durable.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from time import perf_counter

from tests.benchmarks.rig.mqtt_wire import Publisher
from tests.benchmarks.rig.page import Page
from tests.benchmarks.rig.ward import bed_id, cuff_payload, topic

LOST_S = 5.0
"""An alarm that is not there by then counts as lost."""
CALM = (120.0, 80.0)
LOW = (86.0, 50.0)


class Probe:
    """Raises alarms on `beds`, one at a time.

    `lost` counts those that never came, `early` those told before they were on disk, as the disk took over 250 ms:
    neither has a time here.
    """

    def __init__(self, page: Page, publisher: Publisher, beds: Sequence[int], seed: int = 1) -> None:
        self._page = page
        self._publisher = publisher
        self._beds = beds
        self._random = random.Random(seed)
        self._seq = 0
        self.lost = 0
        self.early = 0

    def run(self, length_s: float, every_s: float) -> list[float]:
        """Seconds each alarm took, about one `every_s`, at moments that have nothing to do with the service's tick."""
        taken: list[float] = []
        end = perf_counter() + length_s
        while (now := perf_counter()) < end:
            # Whatever else comes in meanwhile is read, as a page does.
            self._page.alarms(now + self._random.uniform(0.5, 1.5) * every_s)
            bed = self._random.choice(self._beds)
            self._publisher.wait(0)
            found = self._raise(bed)
            if found is None:
                self.lost += 1
            elif found[1]:
                taken.append(found[0])
            else:
                self.early += 1
        return taken

    def _raise(self, bed: int) -> tuple[float, bool] | None:
        started = self._publish(bed, LOW)
        arrived = self._until(bed, "ACTIVE", started + LOST_S)
        self._until(bed, "CLOSED", self._publish(bed, CALM) + LOST_S)
        return None if arrived is None else (arrived[0] - started, arrived[1])

    def _publish(self, bed: int, pressures: tuple[float, float]) -> float:
        self._seq += 1
        packet = self._publisher.packet(topic(bed, "nibp"), cuff_payload(self._seq, *pressures))
        started = perf_counter()
        self._publisher.send(packet)
        return started

    def _until(self, bed: int, state: str, deadline: float) -> tuple[float, bool] | None:
        while alarms := self._page.alarms(deadline):
            for arrived, alarm in alarms:
                if alarm.bed == bed_id(bed) and alarm.alarm == "SBP_LOW" and alarm.state == state:
                    return arrived, alarm.durable
        return None
