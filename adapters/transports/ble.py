"""One Bluetooth LE device: found, connected, listened to, and again (protocols/hl7-fhir-ble.md, section 3).

A cuff is asleep between measurements and hangs up by itself; its absence is a gap on record, not an error.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from random import Random
from typing import Final, Never, Protocol

from adapters.backoff import Backoff
from adapters.failure_log import FailureLog
from adapters.message_device import MessageDevice
from adapters.transports.contract import LinkError, LinkLost, LinkUnavailable
from config.instant import SECOND, Clock

CHARACTERISTICS: Final = ("2A35", "2A36", "2A5E", "2A5F")
"""What is listened to: blood pressure, its pressure on the way, spot check, continuous oximetry."""
BACKOFF: Final = Backoff(first=SECOND, cap=10 * SECOND)
"""A cuff that wakes up waits some seconds only for somebody to connect."""

OnValue = Callable[[str, bytes], None]

logger = logging.getLogger(__name__)


class Peripheral(Protocol):
    """One connection to one device: all that is needed of a radio."""

    async def connect(self) -> None:
        """Find the device and connect. Raises LinkUnavailable with the reason and what helps."""
        ...

    async def listen(self, characteristics: tuple[str, ...], on_value: OnValue) -> tuple[str, ...]:
        """Have those of `characteristics` that the device has told to `on_value`, with their short number; which.

        Called on the event loop, in the order of arrival. Raises LinkLost.
        """
        ...

    async def lost(self) -> str:
        """Wait until the connection is gone; why, in words."""
        ...

    async def close(self) -> None:
        """Release everything held; also right after a failure, and twice."""
        ...


Radio = Callable[[str], Peripheral]
"""Makes a peripheral, not yet connected, for an address."""


class BleLink:
    """Keeps the connection to `device`, whose selector is its address, up while `run` runs."""

    def __init__(self, device: MessageDevice, radio: Radio, clock: Clock, random: Random) -> None:
        self.name = f"Bluetooth {device.selector}"
        self.device = device
        self._radio = radio
        self._clock = clock
        self._random = random
        self._failures = FailureLog(logger, device.device_id)

    async def run(self) -> Never:
        """Keep the connection up until cancelled."""
        failures = 0
        while True:
            before = self.device.stats.bytes_received
            peripheral = self._radio(self.device.selector)
            try:
                await self._connection(peripheral)
            except LinkError as error:
                self._failures.failed(str(error), self._clock.now())
                self.lost(str(error))
            finally:
                await peripheral.close()
            failures = 1 if self.device.stats.bytes_received > before else failures + 1
            await self._clock.sleep_until(BACKOFF.next_try(failures, self._clock.now(), self._random.random()))

    def lost(self, reason: str) -> None:
        """Record the gap."""
        self.device.lost(reason)

    async def _connection(self, peripheral: Peripheral) -> Never:
        """From a device in reach to its loss, which is raised."""
        await peripheral.connect()
        found = await peripheral.listen(CHARACTERISTICS, self._value)
        if not found:
            raise LinkUnavailable(
                f"{self.device.selector}: offers neither the Blood Pressure nor the Pulse Oximeter service"
            )
        self.device.opened()
        raise LinkLost(f"{self.device.selector}: {await peripheral.lost()}")

    def _value(self, characteristic: str, value: bytes) -> None:
        self.device.take(characteristic, value, self._clock.now())
