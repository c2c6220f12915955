"""An emulated cuff and its driver on one line, in virtual time: they share only the wire."""

from __future__ import annotations

from typing import Any

from adapters.reading import CuffProgress, CuffReading, Fault, OximeterReading, Reading
from adapters.registry import build_options, driver
from config.instant import SECOND, Duration, Instant
from config.vocabulary import CuffError
from simulator.emulator import CuffEmulator
from simulator.vitals import Vitals

STEP: Duration = SECOND // 20


class CuffBench:
    """Runs both and collects what is decoded and sent.

    Attributes:
        inflated: the cuff was inflated at some step.
        sent: every non-empty message of the dialogue with its time.
    """

    def __init__(self, name: str, device: CuffEmulator, options: dict[str, Any] | None = None) -> None:
        self.device = device
        self.driver = driver(name)
        self.options = build_options(self.driver, options or {})
        assert self.driver.dialogue is not None
        self.dialogue = self.driver.dialogue(self.options)
        self.now: Instant = 1_000 * SECOND
        self.items: list[Reading | Fault] = []
        self.sent: list[tuple[Instant, bytes]] = []
        self.inflated = False
        self.highest = 0.0
        self.connected = False
        self.connect()

    def connect(self) -> None:
        """A connection comes up: a new decoder, the same dialogue."""
        self.connected = True
        self.decoder = self.driver.decoder(self.options)
        self._say(self.dialogue.opened(self.now))

    def disconnect(self) -> None:
        """The cable is out: nothing is heard or said."""
        self.connected = False

    def run(self, duration: Duration) -> None:
        for _ in range(duration // STEP):
            self.now += STEP
            said = self.device.advance(STEP)
            self.inflated |= self.device.measuring
            if not self.connected:
                continue
            for item in self.decoder.feed(said):
                self.items.append(item)
                if isinstance(item, CuffProgress):
                    self.highest = max(self.highest, item.pressure or 0.0)
                self._say(self.dialogue.on_reading(item, self.now))
            due = self.dialogue.next_deadline()
            if due is not None and due <= self.now:
                self._say(self.dialogue.tick(self.now))

    def run_until_idle(self, longest: Duration) -> Duration:
        """Run until the cuff is empty; how long that took."""
        begin = self.now
        while self.device.measuring and self.now - begin < longest:
            self.run(STEP)
        return self.now - begin

    def request(self) -> bool:
        """Ask for a measurement; whether anything was said. Tried again where an answer was just awaited."""
        for _ in range(4):
            words = self.dialogue.request_measurement(self.now)
            if words:
                self._say(words)
                return True
            self.run(STEP)
        return False

    def cancel(self) -> None:
        self._say(self.dialogue.cancel_measurement(self.now))

    @property
    def readings(self) -> list[CuffReading]:
        return [item for item in self.items if isinstance(item, CuffReading)]

    @property
    def errors(self) -> list[CuffError | None]:
        return [reading.error for reading in self.readings]

    @property
    def oximeter(self) -> list[OximeterReading]:
        return [item for item in self.items if isinstance(item, OximeterReading)]

    @property
    def faults(self) -> list[Fault]:
        return [item for item in self.items if isinstance(item, Fault)]

    def _say(self, words: bytes) -> None:
        if words:
            self.sent.append((self.now, words))
            self.device.receive(words)


def failing(error: CuffError) -> Vitals:
    """A body on which every cuff measurement fails so."""
    return Vitals(97.0, None, 2.0, None, None, None, 14.0, cuff_error=error)
