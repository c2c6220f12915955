"""Oximeters behind foreign publishers: a ring, a gateway, a node (mqtt-payloads, section 1)."""

from __future__ import annotations

import json
from random import Random

from config.instant import SECOND, Duration, Instant
from simulator.publisher import Message
from simulator.vitals import VitalSource

MOST_AT_ONCE = 60
"""Readings in one call; a device that was stopped for longer leaves out the older ones."""


class Rhythm:
    """When a device that speaks by itself speaks next."""

    def __init__(self, every: Duration) -> None:
        self._every = every
        self._next: Instant | None = None

    def due(self, now: Instant) -> list[Instant]:
        """Every moment that has come since the last call. The first call starts the device."""
        if self._next is None:
            self._next = now + self._every
        self._next = max(self._next, now - MOST_AT_ONCE * self._every)
        found = []
        while self._next <= now:
            found.append(self._next)
            self._next += self._every
        return found


class ViatomRing:
    """`sensors` while it is worn, the battery alone on the program's own topic while it is not; QoS 0, no last will."""

    def __init__(self, source: VitalSource, idle_topic: str = "viatom-ble", battery: int = 97) -> None:
        self.battery = battery
        self._source = source
        self._idle_topic = idle_topic
        self._rhythm = Rhythm(2 * SECOND)

    def online(self, now: Instant) -> Message | None:
        """It says nothing of itself."""
        return None

    def will(self, now: Instant) -> Message | None:
        """It has none."""
        return None

    def messages(self, now: Instant) -> list[Message]:
        """See `PublishingEmulator`."""
        return [self._reading() for _ in self._rhythm.due(now)]

    def _reading(self) -> Message:
        vitals = self._source.oximeter()
        if vitals.spo2 is None or vitals.pulse_rate is None:
            return _message(self._idle_topic, {"Battery": self.battery})
        perfusion = 0 if vitals.perfusion_index is None else round(vitals.perfusion_index * 10)
        body = {"SpO2": round(vitals.spo2), "HR": round(vitals.pulse_rate), "PI": perfusion}
        return _message("sensors", {**body, "Movement": int(vitals.motion), "Battery": self.battery})


class Ava4Gateway:
    """Readings in a list, of which an old one comes again now and then; a heartbeat every minute; a second patient.

    The neighbour's oximeter at the same gateway shows 88 %: whoever does not look at the address takes it.
    """

    HEARTBEAT: Duration = 60 * SECOND
    NEIGHBOUR = "020000000a07"

    def __init__(self, source: VitalSource, seed: int = 0, address: str = "020000000a02") -> None:
        self._source = source
        self._address = address
        self._chance = Random(seed)
        self._rhythm, self._beat = Rhythm(4 * SECOND), Rhythm(self.HEARTBEAT)
        self._last: list[dict[str, object]] = []

    def online(self, now: Instant) -> Message | None:
        """The first heartbeat."""
        return self._heartbeat(now)

    def will(self, now: Instant) -> Message | None:
        """It has none: its heartbeat stops."""
        return None

    def messages(self, now: Instant) -> list[Message]:
        """See `PublishingEmulator`."""
        found: list[Message] = []
        for at in self._rhythm.due(now):
            found.append(self._report(at, [self._element(self.NEIGHBOUR, at, 88, 55, 9)]))
            found += self._own(at)
        return found + [self._heartbeat(at) for at in self._beat.due(now)]

    def _own(self, at: Instant) -> list[Message]:
        vitals = self._source.oximeter()
        # How the gateway tells a lost finger is not documented: here it falls silent.
        if vitals.spo2 is None or vitals.pulse_rate is None:
            return []
        perfusion = 0 if vitals.perfusion_index is None else round(vitals.perfusion_index * 10)
        now = self._element(self._address, at, round(vitals.spo2), round(vitals.pulse_rate), perfusion)
        again = self._last if self._chance.random() < 0.3 else []
        self._last = [now]
        return [self._report(at, [*again, now])]

    @staticmethod
    def _element(address: str, at: Instant, spo2: int, pulse: int, pi: int) -> dict[str, object]:
        return {"scan_time": at // SECOND, "ble_addr": address, "pulse": pulse, "spo2": spo2, "pi": pi}

    def _report(self, at: Instant, elements: list[dict[str, object]]) -> Message:
        head = {"from": "BLE", "to": "CLOUD", "time": at // SECOND, "mac": "02:00:00:00:00:01"}
        data = {"attribute": "Oximeter JUMPER", "mac": "02:00:00:00:00:01", "value": {"device_list": elements}}
        return _message("dusun_sub", {**head, "type": "reportAttribute", "device": "Oximeter Jumper", "data": data})

    def _heartbeat(self, at: Instant) -> Message:
        head = {"from": "ESP32_GW", "to": "CLOUD", "name": "GW-1", "time": at // SECOND, "mac": "02:00:00:00:00:01"}
        return _message("ESP32_BLE_GW_TX", {**head, "type": "HB_Msg", "data": {"msg": "Online"}})


class EspHomeNode:
    """One bare number for each topic, `nan` where there is none; birth and last will on `<node>/status`, retained."""

    def __init__(self, source: VitalSource, node: str) -> None:
        self._source = source
        self._node = node
        self._rhythm = Rhythm(SECOND)

    def online(self, now: Instant) -> Message | None:
        """The birth message."""
        return Message(f"{self._node}/status", b"online", 0, True)

    def will(self, now: Instant) -> Message | None:
        """Also sent at an orderly end."""
        return Message(f"{self._node}/status", b"offline", 0, True)

    def messages(self, now: Instant) -> list[Message]:
        """See `PublishingEmulator`."""
        return [message for _ in self._rhythm.due(now) for message in self._values()]

    def _values(self) -> list[Message]:
        vitals = self._source.oximeter()
        return [
            Message(f"{self._node}/sensor/{name}/state", b"nan" if value is None else f"{value:.1f}".encode(), 0, False)
            for name, value in (("spo2", vitals.spo2), ("heart_rate", vitals.pulse_rate))
        ]


def _message(topic: str, body: dict[str, object], qos: int = 0) -> Message:
    return Message(topic, json.dumps(body, separators=(",", ":")).encode(), qos, False)
