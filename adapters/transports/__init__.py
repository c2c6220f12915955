"""The pipes: serial, TCP, replay and memory carry bytes; whole messages (MQTT, HL7, BLE) come by parts of their own."""

from __future__ import annotations

from typing import assert_never

from adapters.driver import LineSettings
from adapters.transports.contract import Transport
from adapters.transports.replay import ReplayTransport
from adapters.transports.serial import SerialTransport
from adapters.transports.tcp import TcpTransport
from adapters.transports.url import BleUrl, MllpUrl, MqttUrl, ReplayUrl, SerialUrl, TcpUrl, TransportUrl, parse_url
from config.instant import Clock

USUAL_BYTES_PER_S = 960
"""9600 baud with start and stop bit."""


def open_transport(url: str | TransportUrl, line: LineSettings | None, clock: Clock) -> Transport:
    """A transport for `url`, not yet open. `line`: the driver's serial settings, which the URL may override.

    Raises:
        ValueError: the URL is malformed, lacks what its kind needs, or names a message transport.
    """
    where = parse_url(url) if isinstance(url, str) else url
    match where:
        case SerialUrl():
            return SerialTransport(where.path, where.line(line))
        case TcpUrl():
            return TcpTransport(where.host, where.port)
        case ReplayUrl():
            usual = line.baud // 10 if line is not None else USUAL_BYTES_PER_S
            return ReplayTransport(where.path, where.rate or usual, clock, repeat=where.repeat)
        case MqttUrl() | MllpUrl() | BleUrl():
            raise ValueError("mqtt:, mllp: and ble: carry whole messages, and this driver reads a stream of bytes")
        case _:
            assert_never(where)
