"""The devices of a drill on their drivers, without a port between them: bytes and messages go over by hand.

Decoders, dialogues, counting and reports are the service's own; only opening, waiting and retrying are left out.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from random import Random
from typing import TypeAlias

from adapters.conversation import CommandOutcome, Conversation, Refused
from adapters.driver import StreamDecoder
from adapters.link_report import LinkReport, LinkSink, LinkStats
from adapters.links import DeviceSpec, Links
from adapters.transports.mqtt import OnUnbound
from adapters.transports.mqtt_device import MqttDevice
from config.instant import Clock, Instant
from simulator.devices.mqtt_vitals import MqttVitals
from simulator.emulator import SerialEmulator
from simulator.faults import FaultyLine
from simulator.publisher import Message
from simulator.quirks import FaultyPublisher, line_faults

PULLED = "cable pulled"
FRAMES_A_SECOND = 75
"""Of an oximeter, which a drill serves once a second."""


Emulator: TypeAlias = SerialEmulator | MqttVitals


class SerialWire:
    """A device on a line: a decoder for each time it is plugged in, one dialogue for its life."""

    def __init__(
        self,
        spec: DeviceSpec,
        emulator: SerialEmulator,
        sink: LinkSink,
        clock: Clock,
        faults: FaultyPublisher | None,
    ) -> None:
        rules = [] if faults is None else line_faults(faults.quirks, FRAMES_A_SECOND)
        self._line = FaultyLine(rules, seed=0 if faults is None else faults.seed)
        driver, options = spec.driver, spec.driver.options() if spec.options is None else spec.options
        self.report = LinkReport(spec.id, driver.cadence, sink)
        self._emulator = emulator
        self._clock = clock
        self._served: Instant = clock.now()
        self._driver, self._options = driver, options
        self._decoder: StreamDecoder = driver.decoder(options)
        dialogue = driver.dialogue
        self._conversation = None if dialogue is None else Conversation(dialogue(options), self._say, clock)
        self._talk: asyncio.Task[None] | None = None
        self._in = False

    async def plug(self) -> None:
        """The cable goes in."""
        self._in = True
        self._decoder = self._driver.decoder(self._options)
        self.report.opened(self._clock.now())
        if self._conversation is not None:
            await self._conversation.opened()
            self._talk = asyncio.create_task(self._conversation.keep_time())

    def unplug(self) -> None:
        """The cable comes out."""
        self._in = False
        if self._talk is not None:
            self._talk.cancel()
        if self._conversation is not None:
            self._conversation.lost()
        self.report.down(PULLED, self._clock.now())

    def let_go(self) -> None:
        """The service stops: nobody talks to the device any more."""
        if self._talk is not None:
            self._talk.cancel()

    async def serve(self, now: Instant) -> None:
        """What the device said since the last time."""
        chunk = self._emulator.advance(now - self._served)
        self._served = now
        if not self._in:
            return
        for piece in self._line.pass_on(chunk, now):
            self.report.stats.bytes_received += len(piece)
            for item in self._decoder.feed(piece):
                self.report.item(item, now)
                if self._conversation is not None:
                    await self._conversation.heard(item, now)

    async def request_measurement(self) -> CommandOutcome:
        """As `Links.request_measurement`."""
        return (
            Refused("takes no commands")
            if self._conversation is None
            else await self._conversation.request_measurement()
        )

    async def cancel_measurement(self) -> CommandOutcome:
        """As `Links.cancel_measurement`."""
        return (
            Refused("takes no commands")
            if self._conversation is None
            else await self._conversation.cancel_measurement()
        )

    async def _say(self, words: bytes) -> None:
        self._emulator.receive(words)


class MessageWire:
    """A device behind a broker that is never away; pulling its cable makes the broker say its last will."""

    def __init__(self, device: MqttDevice, emulator: MqttVitals, clock: Clock, faults: FaultyPublisher | None) -> None:
        self._faults = faults
        self._device = device
        self._emulator = emulator
        self._clock = clock
        self._talks: list[asyncio.Task[None]] = []
        self._in = False

    @property
    def report(self) -> LinkReport:
        """Its connection."""
        return self._device.report

    async def plug(self) -> None:
        """The device comes on line."""
        now = self._clock.now()
        self._in = True
        if not self._talks:
            self._device.connected(self._publish)
            self._talks = [asyncio.create_task(talk) for talk in self._device.talk()]
        self._deliver([self._emulator.online(now)])

    def unplug(self) -> None:
        """The device is gone."""
        self._deliver([self._emulator.will(self._clock.now())])
        self._in = False

    def let_go(self) -> None:
        """The service stops: nobody talks to the device any more."""
        for talk in self._talks:
            talk.cancel()

    async def serve(self, now: Instant) -> None:
        """What the device published since the last time."""
        messages = self._emulator.messages(now)
        if self._in:
            self._deliver(messages if self._faults is None else self._faults.pass_on(messages))

    async def request_measurement(self) -> CommandOutcome:
        """As `Links.request_measurement`."""
        return await self._device.request_measurement()

    async def cancel_measurement(self) -> CommandOutcome:
        """As `Links.cancel_measurement`."""
        return await self._device.cancel_measurement()

    def press(self, order: bytes) -> None:
        """Somebody else's command, or the device's own button."""
        answer = self._emulator.receive(self._emulator.command_topic, order, self._clock.now())
        if self._in:
            self._deliver(answer)

    async def _publish(self, topic: str, words: bytes) -> None:
        if self._in:
            self._deliver(self._emulator.receive(topic, words, self._clock.now()))

    def _deliver(self, messages: Sequence[Message]) -> None:
        now = self._clock.now()
        for message in messages:
            self._device.take(message.topic, message.payload, now)


Wire: TypeAlias = SerialWire | MessageWire


class DrillLinks(Links):
    """The site's connections with emulators at their other end. `attach` each device before it is plugged in."""

    def __init__(
        self,
        devices: Sequence[DeviceSpec],
        sink: LinkSink,
        clock: Clock,
        random: Random,
        on_unbound: OnUnbound,
        site_filter: str | None = None,
    ) -> None:
        super().__init__(devices, sink, clock, random, on_unbound, site_filter)
        self._specs = {spec.id: spec for spec in devices}
        self._sink = sink
        self.wires: dict[str, Wire] = {}

    def attach(self, device_id: str, emulator: Emulator, faults: FaultyPublisher | None = None) -> Wire:
        """Put the emulator at the other end of the device's connection; `faults` spoil what it says."""
        connection = self._connections[device_id]
        if isinstance(emulator, MqttVitals):
            if not isinstance(connection, MqttDevice):
                raise TypeError(f"{device_id} is not behind a broker")
            self.wires[device_id] = MessageWire(connection, emulator, self._clock, faults)
        else:
            self.wires[device_id] = SerialWire(self._specs[device_id], emulator, self._sink, self._clock, faults)
        return self.wires[device_id]

    def stats(self, device_id: str) -> LinkStats:
        """As `Links.stats`."""
        wire = self.wires.get(device_id)
        return super().stats(device_id) if wire is None else wire.report.stats

    def all_stats(self) -> dict[str, LinkStats]:
        """As `Links.all_stats`."""
        return {device_id: wire.report.stats for device_id, wire in self.wires.items()}

    async def request_measurement(self, device_id: str) -> CommandOutcome:
        """As `Links.request_measurement`."""
        wire = self.wires.get(device_id)
        return Refused(f"there is no device {device_id!r}") if wire is None else await wire.request_measurement()

    async def cancel_measurement(self, device_id: str) -> CommandOutcome:
        """As `Links.cancel_measurement`."""
        wire = self.wires.get(device_id)
        return Refused(f"there is no device {device_id!r}") if wire is None else await wire.cancel_measurement()
