"""What to say to a cuff behind a gateway: start and stop, with the lock-outs of protocols/blood-pressure.md, section 9.

Used only where the site file allows commands to the device.
"""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from adapters.reading import CuffProgress, CuffReading, DeviceStatus, Fault, Reading
from config.instant import MINUTE, SECOND, Duration, Instant, to_rfc3339
from config.vocabulary import CuffState

REST: Final[Duration] = 30 * SECOND
ATTEMPTS: Final = 3
ATTEMPTS_FORGOTTEN: Final[Duration] = 5 * MINUTE
UPPER_TIME: Final[Duration] = 120 * SECOND


def command_payload(command: Literal["start", "stop"], now: Instant) -> bytes:
    """Payload for the topic `…/command`."""
    return msgspec.json.encode({"t": to_rfc3339(now), "command": command})


class VitalsDialogue:
    """Implements `adapters.driver.Dialogue`. One per device, kept over reconnects.

    Nothing is started before the device has been heard of, nor while it says that it is offline.
    """

    def __init__(self) -> None:
        self._present = False
        self._measuring_until: Instant | None = None
        self._rest_until: Instant = 0
        self._attempts = 0
        self._attempt_at: Instant = 0

    def opened(self, now: Instant) -> bytes:
        """The broker is there; the device need not be. A measurement that the broken link left behind is stopped."""
        return self.cancel_measurement(now) if self._measuring_until is not None else b""

    def tick(self, now: Instant) -> bytes:
        """Stop what runs too long."""
        over = self._measuring_until is not None and now >= self._measuring_until
        return self.cancel_measurement(now) if over else b""

    def on_reading(self, reading: Reading | Fault, now: Instant) -> bytes:
        """Follow the measurement."""
        match reading:
            case Fault():
                return b""
            case DeviceStatus(online=False):
                self._present = False
                return b""
            case CuffReading():
                self._measuring_until = None
                self._rest_until = now + REST
                if reading.error is None:
                    self._attempts = 0
            case CuffProgress() if reading.state is not CuffState.IDLE and self._measuring_until is None:
                self._measuring_until = now + UPPER_TIME
            case _:
                pass
        self._present = True
        return b""

    def request_measurement(self, now: Instant) -> bytes:
        """Start one measurement. Empty: the device has not been heard of, is busy, or a lock-out of 9.5 holds."""
        if now - self._attempt_at >= ATTEMPTS_FORGOTTEN:
            self._attempts = 0
        busy = self._measuring_until is not None or now < self._rest_until
        if not self._present or busy or self._attempts >= ATTEMPTS:
            return b""
        self._attempts += 1
        self._attempt_at = now
        self._rest_until = now + REST
        self._measuring_until = now + UPPER_TIME
        return command_payload("start", now)

    def cancel_measurement(self, now: Instant) -> bytes:
        """Stop, whether or not a measurement is known to run."""
        self._measuring_until = None
        self._rest_until = now + REST
        return command_payload("stop", now)

    def next_deadline(self) -> Instant | None:
        """When a measurement has lasted too long."""
        return self._measuring_until
