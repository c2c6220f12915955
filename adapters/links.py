"""All connections of a site: a link per device on a byte stream, a hub per MQTT broker, a listener per HL7 port."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from adapters.conversation import CommandOutcome, Refused
from adapters.driver import Cadence, Driver, LineSettings
from adapters.link import Link
from adapters.link_report import LinkSink, LinkStats
from adapters.message_device import MessageDevice
from adapters.registry import line_settings
from adapters.supervision import keep_running
from adapters.transports import open_transport
from adapters.transports.ble import BleLink
from adapters.transports.ble_radio import BleakPeripheral
from adapters.transports.lost_sockets import quiet_when_brokers_go
from adapters.transports.mllp import ListenerStats, MllpListener
from adapters.transports.mqtt import BrokerStats, MqttHub, OnUnbound
from adapters.transports.mqtt_device import MqttDevice
from adapters.transports.url import BleUrl, Broker, MllpUrl, MqttUrl, brings, parse_url
from config.instant import Clock

BYTES = "bytes: a serial:, tcp: or replay: URL"


@dataclass(frozen=True, slots=True)
class DeviceSpec:
    """One device of the site file, as plain values.

    Attributes:
        options: an instance of `driver.options`, already checked; None takes the defaults.
        line: serial settings instead of those of the driver and its options; those in the URL stand above all.
        cadence: instead of the driver's, for a driver that serves devices of several kinds.
        command_topic: where the site allows commands to a device behind a broker; None: it does not.
    """

    id: str
    driver: Driver
    url: str
    options: Any = None
    line: LineSettings | None = None
    cadence: Cadence | None = None
    command_topic: str | None = None


class Links:
    """Keeps every device of a site connected. No device, broker or bug takes another one down.

    `site_filter` is subscribed to on every broker, so that messages of a device nobody bound reach `on_unbound`.

    Raises:
        ValueError: on construction, before anything is opened: a URL is wrong or does not suit its driver.
    """

    def __init__(
        self,
        devices: Sequence[DeviceSpec],
        sink: LinkSink,
        clock: Clock,
        random: Random,
        on_unbound: OnUnbound,
        site_filter: str | None = None,
    ) -> None:
        self._clock = clock
        self._random = random
        self._connections: dict[str, Link | MqttDevice | MessageDevice] = {}
        self._links: list[Link] = []
        self._wireless: list[BleLink] = []
        behind: defaultdict[Broker, list[MqttDevice]] = defaultdict(list)
        listening: defaultdict[tuple[str, int], list[MessageDevice]] = defaultdict(list)
        for spec in devices:
            if spec.id in self._connections:
                raise ValueError(f"device {spec.id!r} is there twice")
            driver = spec.driver if spec.cadence is None else replace(spec.driver, cadence=spec.cadence)
            options = driver.options() if spec.options is None else spec.options
            where = parse_url(spec.url)
            if brings(where) != (driver.carrier if driver.messages else None):
                wanted = f"whole messages: an {driver.carrier}: URL" if driver.messages else BYTES
                raise ValueError(f"device {spec.id!r}: driver {driver.name} reads {wanted}")
            if isinstance(where, MqttUrl):
                device = MqttDevice(
                    spec.id, driver, options, where.topic_filter, sink, clock, random, spec.command_topic
                )
                self._connections[spec.id] = device
                behind[where.broker].append(device)
            elif isinstance(where, MllpUrl):
                monitor = MessageDevice(spec.id, driver, options, where.bed, sink, clock)
                self._connections[spec.id] = monitor
                listening[where.host, where.port].append(monitor)
            elif isinstance(where, BleUrl):
                wireless = MessageDevice(spec.id, driver, options, where.address, sink, clock)
                self._connections[spec.id] = wireless
                self._wireless.append(BleLink(wireless, BleakPeripheral, clock, random))
            else:
                transport = open_transport(where, spec.line or line_settings(driver, options), clock)
                link = Link(spec.id, driver, options, transport, sink, clock, random)
                self._connections[spec.id] = link
                self._links.append(link)
        self._hubs = [
            MqttHub(broker, members, site_filter, on_unbound, clock, random) for broker, members in behind.items()
        ]
        self._listeners = [
            MllpListener(host, port, members, on_unbound, clock, random) for (host, port), members in listening.items()
        ]
        self._running: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Keep all connections up until cancelled; then every port and socket is closed."""
        parts: list[Link | MqttHub | MllpListener | BleLink] = [
            *self._links,
            *self._hubs,
            *self._listeners,
            *self._wireless,
        ]
        with quiet_when_brokers_go(asyncio.get_running_loop()):
            async with asyncio.TaskGroup() as group:
                for part in parts:
                    group.create_task(
                        keep_running(part.name, part.run, part.lost, self._clock, self._random), name=part.name
                    )

    async def start(self) -> None:
        """Run in the background; returns at once, whatever the devices do."""
        if self._running is not None:
            raise RuntimeError("already started")
        self._running = asyncio.create_task(self.run(), name="links")

    async def stop(self) -> None:
        """End what `start` began, and wait until everything is closed. Does nothing when not started."""
        running, self._running = self._running, None
        if running is not None:
            running.cancel()
            await asyncio.wait([running])
            if not running.cancelled():
                running.result()

    def stats(self, device_id: str) -> LinkStats:
        """One device's connection in numbers; KeyError for a device that is not there."""
        return self._connections[device_id].stats

    def all_stats(self) -> dict[str, LinkStats]:
        """Every device's connection in numbers."""
        return {device_id: connection.stats for device_id, connection in self._connections.items()}

    def broker_stats(self) -> dict[str, BrokerStats]:
        """Every broker's connection in numbers, by host and port."""
        return {str(hub.broker): hub.stats for hub in self._hubs}

    def listener_stats(self) -> dict[str, ListenerStats]:
        """Every HL7 listener in numbers, by host and port."""
        return {f"{each.host}:{each.port}": each.stats for each in self._listeners}

    async def request_measurement(self, device_id: str) -> CommandOutcome:
        """Start one cuff measurement."""
        connection = self._connections.get(device_id)
        return _unknown(device_id) if connection is None else await connection.request_measurement()

    async def cancel_measurement(self, device_id: str) -> CommandOutcome:
        """Stop the running cuff measurement."""
        connection = self._connections.get(device_id)
        return _unknown(device_id) if connection is None else await connection.cancel_measurement()


def _unknown(device_id: str) -> Refused:
    return Refused(f"there is no device {device_id!r}")
