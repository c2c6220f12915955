"""The `url` of a device in the site file (interfaces, section 2): which pipe, and where.

Parsing opens nothing, so a site file is checked whole before the first connection.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeAlias
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from adapters.driver import LineSettings, Parity
from adapters.transports.topics import check_filter


@dataclass(frozen=True, slots=True)
class SerialUrl:
    """`serial:///dev/ttyUSB0?baud=19200&parity=N&data_bits=8&stop_bits=1`; every setting optional."""

    path: str
    baud: int | None = None
    parity: Parity | None = None
    data_bits: int | None = None
    stop_bits: int | None = None

    def line(self, usual: LineSettings | None) -> LineSettings:
        """The settings to open with: those of the URL before the driver's `usual` ones.

        Raises:
            ValueError: neither names a baud rate.
        """
        if usual is None:
            if self.baud is None:
                raise ValueError(f"serial://{self.path}: this driver has no usual line settings, so add ?baud=…")
            usual = LineSettings(self.baud)
        return LineSettings(
            baud=usual.baud if self.baud is None else self.baud,
            parity=usual.parity if self.parity is None else self.parity,
            data_bits=usual.data_bits if self.data_bits is None else self.data_bits,
            stop_bits=usual.stop_bits if self.stop_bits is None else self.stop_bits,
        )


@dataclass(frozen=True, slots=True)
class TcpUrl:
    """`tcp://host:port`: a device server, or a serial port behind one."""

    host: str
    port: int


@dataclass(frozen=True, slots=True)
class ReplayUrl:
    """`replay:///path?rate=375&repeat=yes`: raw captured bytes, `rate` bytes a second (None: as the line would)."""

    path: Path
    rate: int | None = None
    repeat: bool = False


@dataclass(frozen=True, slots=True)
class Broker:
    """An MQTT broker as one connection needs it; two devices with equal brokers share that connection.

    Attributes:
        cert_file, key_file: our own certificate, for a broker that asks for one; the key may stand in the same file.
        version: of MQTT: `3.1.1` or `5`.
        client_id: as the broker shall know us; None: a new one for every connection, which nobody else can have.
    """

    host: str
    port: int
    tls: bool = False
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    ca_file: str | None = None
    cert_file: str | None = None
    key_file: str | None = None
    version: str = "3.1.1"
    client_id: str | None = None

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class MqttUrl:
    """`mqtt://[user[:password]@]host[:port]/topic/filter?version=5&client_id=ward-7`, both optional.

    `mqtts:` with TLS, and optionally `ca=/path.pem` for the broker's certificate, `cert=` and `key=` for our own.
    """

    broker: Broker
    topic_filter: str


@dataclass(frozen=True, slots=True)
class MllpUrl:
    """`mllp://host:port/BED`: listen there for monitors that send HL7; `bed` empty: take what no other device takes.

    `bed` is the bed or place of PV1-3, the device of OBX-18, or the sender of MSH-3.
    """

    host: str
    port: int
    bed: str = ""


@dataclass(frozen=True, slots=True)
class BleUrl:
    """`ble://AA:BB:CC:DD:EE:FF`: a Bluetooth LE device by its address (macOS: the identifier that the system gives)."""

    address: str


TransportUrl: TypeAlias = SerialUrl | TcpUrl | ReplayUrl | MqttUrl | MllpUrl | BleUrl

SCHEMES = ("serial", "tcp", "mqtt", "mqtts", "mllp", "ble", "replay")
BLE_ADDRESS = re.compile(r"[0-9A-F]{2}(?::[0-9A-F]{2}){5}|[0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12}", re.IGNORECASE)
VERSIONS = ("3.1.1", "5")
LONGEST_CLIENT_ID = 64


def parse_url(url: str) -> TransportUrl:
    """The pipe that `url` names. Opens nothing.

    Raises:
        ValueError: with what is wrong and the form that is right; never with a password in it.
    """
    if url.startswith("ble:"):
        return _ble(url)  # its colons are no port
    try:
        # In `mqtt:` the sign # is a wildcard, nowhere a fragment.
        parts = urlsplit(url, allow_fragments=False)
        port = parts.port
    except ValueError as error:
        raise ValueError(f"{redacted(url)!r} is not a URL: {error}") from None
    match parts.scheme:
        case "serial":
            return _serial(parts)
        case "tcp":
            return _tcp(parts, port)
        case "mqtt" | "mqtts":
            return _mqtt(parts, port)
        case "mllp":
            return _mllp(parts, port)
        case "replay":
            return _replay(parts)
        case "":
            raise ValueError(
                f"{redacted(url)!r} names no kind of connection: start with serial:, tcp:, mqtt:, mllp:, "
                "ble: or replay:"
            )
        case other:
            raise ValueError(f"unknown kind of connection {other!r}: one of {', '.join(SCHEMES)}")


def brings(where: TransportUrl) -> Literal["mqtt", "mllp", "ble"] | None:
    """What carries the whole messages of this pipe (`Driver.carrier`); None: it brings bytes."""
    match where:
        case MqttUrl():
            return "mqtt"
        case MllpUrl():
            return "mllp"
        case BleUrl():
            return "ble"
        case _:
            return None


def redacted(url: str) -> str:
    """`url` fit for a log or a screen: the password replaced."""
    head, at, tail = url.partition("://")
    authority, slash, rest = tail.partition("/")
    credentials, sign, host = authority.rpartition("@")
    user, colon, _ = credentials.partition(":")
    return f"{head}{at}{user}{colon and ':***'}{sign}{host}{slash}{rest}"


def _serial(parts: SplitResult) -> SerialUrl:
    example = "serial:///dev/ttyUSB0"
    if parts.netloc or not parts.path.startswith("/"):
        raise ValueError(f"a serial port is named by its full path with three slashes: {example}")
    query = _query(parts, "baud", "parity", "data_bits", "stop_bits")
    parity = query.get("parity")
    try:
        checked = None if parity is None else Parity(parity.upper())
    except ValueError:
        raise ValueError(f"parity {parity!r} in a serial URL: N, O or E") from None
    return SerialUrl(
        path=unquote(parts.path),
        baud=_number(query, "baud", 50, 4_000_000),
        parity=checked,
        data_bits=_number(query, "data_bits", 5, 8),
        stop_bits=_number(query, "stop_bits", 1, 2),
    )


def _tcp(parts: SplitResult, port: int | None) -> TcpUrl:
    if not parts.hostname or not port or parts.path.strip("/") or parts.username is not None:
        raise ValueError("a TCP device is named by host and port alone: tcp://192.0.2.10:4001")
    _query(parts)
    return TcpUrl(parts.hostname, port)


def _mqtt(parts: SplitResult, port: int | None) -> MqttUrl:
    if not parts.hostname:
        raise ValueError(f"an MQTT URL names its broker: {parts.scheme}://broker:1883/vitals/v1/site/bed/device/+")
    topic_filter = unquote(parts.path.removeprefix("/"))
    if not topic_filter:
        raise ValueError(f"{parts.scheme}://{parts.hostname} lacks a topic: …/vitals/v1/site/bed/device/+")
    check_filter(topic_filter)
    tls = parts.scheme == "mqtts"
    query = _query(parts, *(["ca", "cert", "key"] if tls else []), "version", "client_id")
    version = query.get("version", "3.1.1")
    if version not in VERSIONS:
        raise ValueError(f"version={version} in an MQTT URL: {' or '.join(VERSIONS)}")
    if "key" in query and "cert" not in query:
        raise ValueError("key=… in an MQTT URL belongs to a certificate: add cert=/path.pem")
    client_id = query.get("client_id")
    if client_id is not None and not 0 < len(client_id) <= LONGEST_CLIENT_ID:
        raise ValueError(f"client_id in an MQTT URL has 1 to {LONGEST_CLIENT_ID} characters")
    broker = Broker(
        host=parts.hostname,
        port=port or (8883 if tls else 1883),
        tls=tls,
        username=None if parts.username is None else unquote(parts.username),
        password=None if parts.password is None else unquote(parts.password),
        ca_file=query.get("ca"),
        cert_file=query.get("cert"),
        key_file=query.get("key"),
        version=version,
        client_id=client_id,
    )
    return MqttUrl(broker, topic_filter)


def _mllp(parts: SplitResult, port: int | None) -> MllpUrl:
    if not parts.hostname or not port or parts.username is not None:
        raise ValueError(
            "an HL7 listener is named by its address here, its port and the bed: mllp://0.0.0.0:2575/BED12"
        )
    _query(parts)
    return MllpUrl(parts.hostname, port, unquote(parts.path.removeprefix("/")))


def _ble(url: str) -> BleUrl:
    address = url.removeprefix("ble:").removeprefix("//").removesuffix("/")
    if not BLE_ADDRESS.fullmatch(address):
        raise ValueError("a Bluetooth device is named by its address: ble://AA:BB:CC:DD:EE:FF")
    return BleUrl(address.upper())


def _replay(parts: SplitResult) -> ReplayUrl:
    if parts.netloc or not parts.path.startswith("/"):
        raise ValueError("a capture is named by its full path with three slashes: replay:///srv/captures/ox.bin")
    query = _query(parts, "rate", "repeat")
    repeat = query.get("repeat", "no")
    if repeat not in ("yes", "no"):
        raise ValueError(f"repeat {repeat!r} in a replay URL: yes or no")
    return ReplayUrl(Path(unquote(parts.path)), _number(query, "rate", 1, 10_000_000), repeat == "yes")


def _query(parts: SplitResult, *known: str) -> Mapping[str, str]:
    try:
        pairs = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
    except ValueError:
        raise ValueError(f"what follows ? in a {parts.scheme} URL has the form key=value&key=value") from None
    for key, _ in pairs:
        if key not in known:
            remedy = f"one of {', '.join(known)}" if known else "this kind of URL takes none"
            raise ValueError(f"unknown setting {key!r} in a {parts.scheme} URL: {remedy}")
    if len(dict(pairs)) < len(pairs):
        raise ValueError(f"a setting is given twice in a {parts.scheme} URL")
    return dict(pairs)


def _number(query: Mapping[str, str], key: str, low: int, high: int) -> int | None:
    text = query.get(key)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 9 and low <= int(text) <= high):
        raise ValueError(f"{key}={text} in a URL: a whole number from {low} to {high}")
    return int(text)
