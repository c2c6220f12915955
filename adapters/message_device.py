"""One device that sends whole messages and is never spoken to: messages in, readings out."""

from __future__ import annotations

import logging
import traceback
from typing import Any

from adapters.conversation import CommandOutcome, Refused
from adapters.driver import Delivery, Driver
from adapters.link_report import LinkReport, LinkSink, LinkStats
from adapters.reading import Fault, Reading
from adapters.supervision import tell
from config.instant import Clock, Instant

logger = logging.getLogger(__name__)


class MessageDevice:
    """A device behind a listener or a radio. `selector` is the part of its URL that tells its messages from others'.

    The decoder lives as long as the device: it remembers which measurements were told.
    """

    def __init__(
        self, device_id: str, driver: Driver, options: Any, selector: str, sink: LinkSink, clock: Clock
    ) -> None:
        self.device_id = device_id
        self.driver = driver
        self.selector = selector
        self.report = LinkReport(device_id, driver.cadence, sink)
        self._options = options
        self._decoder = driver.decoder(options)
        self._clock = clock

    @property
    def stats(self) -> LinkStats:
        """The connection in numbers."""
        return self.report.stats

    def opened(self) -> None:
        """A connection that brings its messages stands."""
        self.report.opened(self._clock.now())

    def lost(self, reason: str) -> None:
        """Nothing brings its messages any more."""
        self.report.down(reason, self._clock.now())

    def take(self, topic: str, payload: bytes, received_at: Instant) -> bool:
        """One message; what it says has been handed to the sink when this returns. False: it met a bug.

        A bug in the decoder costs this device alone.
        """
        self.report.received(len(payload), received_at)
        try:
            for item in self._decoded(topic, payload, received_at):
                self.report.item(item, received_at)
        except Exception as error:
            # Its own text may quote the message, and with it a patient: only its kind and place are logged.
            *_, place = traceback.extract_tb(error.__traceback__)
            reason = f"internal error ({type(error).__name__})"
            if self.stats.reason != reason:
                where = f"{place.filename}:{place.lineno}"
                logger.error("%s: a message met a bug, %s in %s", self.device_id, type(error).__name__, where)  # noqa: TRY400 - see above
            self._decoder = self.driver.decoder(self._options)
            tell(self.device_id, lambda why: self.report.down(why, received_at), reason)
            return False
        return True

    def spoilt(self, fault: Fault, received_at: Instant) -> None:
        """What came for this device is no message that its decoder could read."""
        self.report.item(fault, received_at)

    async def request_measurement(self) -> CommandOutcome:
        """Refused: nothing can be said to it."""
        return Refused(f"a {self.driver.title} takes no commands")

    async def cancel_measurement(self) -> CommandOutcome:
        """Refused: nothing can be said to it."""
        return Refused(f"a {self.driver.title} takes no commands")

    def _decoded(self, topic: str, payload: bytes, received_at: Instant) -> list[Reading | Fault]:
        if self.driver.dated:
            return list(self._decoder.feed_delivery(topic, payload, Delivery(received_at)))
        return list(self._decoder.feed_message(topic, payload))
