"""A driver and an emulated device on one line, in virtual time: they share only the wire."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from adapters.driver import Delivery, Dialogue
from adapters.reading import CuffReading, Fault, OximeterReading, Reading
from adapters.registry import build_options
from config.instant import MINUTE, SECOND, Duration, Instant
from monitor.conformance.subject import Subject
from simulator.emulator import CuffEmulator, Emulator, SerialEmulator
from simulator.publisher import Message, Publisher, PublishingEmulator
from simulator.still_body import StillBody
from simulator.vitals import Vitals

STEP: Final[Duration] = SECOND // 10
LONGEST_SCENE: Final[Duration] = 3 * MINUTE
LONGEST_CYCLE: Final[Duration] = 6 * MINUTE
"""Of a device that measures by itself."""

WELL: Final = Vitals(96.6, 150.4, 3.96, 127.6, 78.4, 95.3, 14.0)
"""Not whole, so that rounding shows; a pulse above 127 needs the eighth bit that several families keep elsewhere."""
ILL: Final = Vitals(84.4, 63.6, 0.71, 171.4, 104.6, 126.7, 14.0)

Damage = Callable[[bytes], bytes]


class Bench:
    """Runs both and collects what is decoded.

    Attributes:
        items: readings and faults so far.
        said: what the dialogue said by itself, with its time.
        inflated: an emulated cuff was inflated at some step.
        heard: bytes that the device has sent.
    """

    def __init__(self, subject: Subject, device: Emulator | Publisher, vitals: Vitals = WELL) -> None:
        self.subject = subject
        self.body = StillBody(vitals)
        self.now: Instant = 1_000 * SECOND
        self.items: list[Reading | Fault] = []
        self.said: list[tuple[Instant, bytes]] = []
        self.inflated = False
        self.heard = 0
        self.damage: Damage | None = None
        self._options = build_options(subject.driver, dict(device.options))
        make = subject.driver.dialogue
        self.dialogue: Dialogue | None = None if make is None else make(self._options)
        self._serial = device.make(self.body, 1) if isinstance(device, Emulator) else None
        self._publisher = device.make(self.body, 1) if isinstance(device, Publisher) else None
        self._connected = False
        self.connect()

    @property
    def cuff(self) -> CuffEmulator | None:
        """The emulated device where it is a cuff with a button."""
        return self._serial if isinstance(self._serial, CuffEmulator) else None

    @property
    def publishes(self) -> bool:
        """Whether the emulated device is a publisher, which has no button."""
        return self._publisher is not None

    @property
    def scene(self) -> Duration:
        """Long enough for the slowest device to have said everything several times."""
        return min(max(20 * SECOND, 3 * self.subject.driver.nominal_interval), LONGEST_SCENE)

    def connect(self) -> None:
        """A connection comes up: a new decoder, the same dialogue."""
        self._connected = True
        self._decoder: Any = self.subject.driver.decoder(self._options)
        greeting = None if self._publisher is None else self._publisher.online(self.now)
        if greeting is not None:
            self._take(self._read(greeting))
        if self.dialogue is not None:
            self.say(self.dialogue.opened(self.now))

    def disconnect(self) -> None:
        """The cable is out: nothing is heard or said; what the decoder held back is told."""
        if hasattr(self._decoder, "finish"):
            self.items += self._decoder.finish()
        self._connected = False

    def show(self, vitals: Vitals) -> None:
        """The body shows something else from now on."""
        self.body.vitals = vitals

    def run(self, duration: Duration) -> list[Reading | Fault]:
        """Let time pass; what was decoded meanwhile."""
        before = len(self.items)
        for _ in range(duration // STEP):
            self.now += STEP
            self.body.advance(STEP / SECOND)
            if self._serial is not None:
                self._listen(self._serial)
            if self._publisher is not None:
                self._subscribe(self._publisher)
            if self._connected:
                self._tick()
        return self.items[before:]

    def run_until(self, wanted: Callable[[Sequence[Reading | Fault]], bool]) -> list[Reading | Fault]:
        """Let time pass until what was decoded meanwhile is as wanted, but not for ever; what was decoded."""
        begin, until = len(self.items), self.now + LONGEST_CYCLE
        while self.now < until and not wanted(self.items[begin:]):
            self.run(5 * SECOND)
        return self.items[begin:]

    def measure(self) -> list[CuffReading]:
        """Press the cuff's button and wait for what comes of it; the results told meanwhile."""
        if self.cuff is None:
            return []
        before = len(self.items)
        self.cuff.press_start()
        longest = self.now + LONGEST_SCENE
        while self.now < longest and not cuff_readings(self.items[before:]):
            self.run(SECOND)
        # A second telling of the same result would come now.
        self.run(20 * SECOND)
        return cuff_readings(self.items[before:])

    def hear(self, noise: bytes) -> None:
        """Bytes on the line, or on some topic, that the device did not send."""
        self._take(
            self._read(Message("a/b/c", noise, 0, False)) if self.subject.driver.messages else self._decoder.feed(noise)
        )

    def say(self, words: bytes) -> None:
        """Bytes to the device; a publisher's commands are not among what its driver says by itself."""
        if words:
            self.said.append((self.now, words))
            if self._serial is not None:
                self._serial.receive(words)

    def _listen(self, device: SerialEmulator) -> None:
        said = device.advance(STEP)
        self.heard += len(said)
        self.inflated |= isinstance(device, CuffEmulator) and device.measuring
        if self._connected:
            self._take(self._decoder.feed(said if self.damage is None else self.damage(said)))

    def _subscribe(self, device: PublishingEmulator) -> None:
        for message in device.messages(self.now):
            self.heard += len(message.payload)
            if self._connected:
                self._take(self._read(message))

    def _read(self, message: Message) -> Iterable[Reading | Fault]:
        if self.subject.driver.dated:
            # A broker that delivers at once: the message is new to the subscriber, whether or not it is kept, too.
            return self._decoder.feed_delivery(message.topic, message.payload, Delivery(self.now))  # type: ignore[no-any-return]
        return self._decoder.feed_message(message.topic, message.payload)  # type: ignore[no-any-return]

    def _take(self, items: Iterable[Reading | Fault]) -> None:
        for item in items:
            self.items.append(item)
            if self.dialogue is not None:
                self.say(self.dialogue.on_reading(item, self.now))

    def _tick(self) -> None:
        if self.subject.driver.dated:
            due = self._decoder.next_deadline()
            if due is not None and due <= self.now:
                self._take(self._decoder.tick(self.now))
        if self.dialogue is None:
            return
        due = self.dialogue.next_deadline()
        if due is not None and due <= self.now:
            self.say(self.dialogue.tick(self.now))


def readings_of(items: Sequence[Reading | Fault]) -> list[OximeterReading | CuffReading]:
    """Everything among them that shows values of the body."""
    return [item for item in items if isinstance(item, OximeterReading | CuffReading)]


def oximeter_readings(items: Sequence[Reading | Fault]) -> list[OximeterReading]:
    """The oximeter's numerics among them."""
    return [item for item in items if isinstance(item, OximeterReading)]


def cuff_readings(items: Sequence[Reading | Fault]) -> list[CuffReading]:
    """The cuff's results among them."""
    return [item for item in items if isinstance(item, CuffReading)]
