"""The devices of a site file, checked against their drivers and against each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from adapters.driver import Cadence, Driver
from adapters.links import DeviceSpec
from adapters.registry import OptionError, build_options, drivers, line_settings
from adapters.transports.topics import covers
from adapters.transports.url import BleUrl, MllpUrl, MqttUrl, SerialUrl, TcpUrl, TransportUrl, brings, parse_url
from config.models import DeviceSection, Settings
from config.problem import Path, nearest
from monitor.core.rules.sections import ValidationLimits
from monitor.site.findings import Findings

OWN_SCHEME = ("vitals", "v1")
"""First levels of the topics of `mqtt-vitals`, followed by site, bed, device, kind (interfaces, section 3)."""

CARRIERS = {
    "mqtt": "messages from a broker: write mqtt://broker:1883/vitals/v1/site/bed/device/+",
    "mllp": "what a monitor sends to a port here: write mllp://0.0.0.0:2575/BED12, the bed as the monitor names it",
    "ble": "a Bluetooth device: write ble://AA:BB:CC:DD:EE:FF",
}
"""What a message driver reads, and the URL for it."""

MAY_STREAM = ("+", "#", "spo2", "pleth")
"""Last levels of a topic that an oximeter's values may come on."""


@dataclass(frozen=True, slots=True)
class BoundDevice:
    """A device and the bed it stands at. `where` is its parsed URL; `spec` may hold the broker's password.

    `startable`: the site file lets the service start its cuff. `perfusion_invalid`, `perfusion_suspect`: its own floors
    of the perfusion index, %; None: the preset's.
    """

    bed: str
    spec: DeviceSpec = field(repr=False)
    where: TransportUrl
    startable: bool = False
    perfusion_invalid: float | None = None
    perfusion_suspect: float | None = None

    @property
    def id(self) -> str:
        """The device's id in the site file."""
        return self.spec.id


def read_devices(settings: Settings, findings: Findings) -> tuple[BoundDevice, ...]:
    """Every device that is in order; what is wrong with the others goes to `findings`."""
    known = drivers()
    found: list[BoundDevice] = []
    for device in settings.device:
        where: Path = ("device", findings.number("device", device.id))
        bound = _device(device, where, known, findings)
        if bound is None:
            continue
        rival = next((other for other in found if _rivals(other, bound)), None)
        if rival is not None:
            findings.wrong(
                (*where, "url"), f"device {rival.id!r} reads from there already: each needs a line of its own"
            )
        other = next((other for other in found if other.bed == bound.bed and _streams(other) and _streams(bound)), None)
        if other is not None:
            findings.odd(
                where,
                f"streams for bed {bound.bed!r} as {other.id!r} does: give a bed one oximeter. The one that "
                "speaks first gives the bed's values; the other is not shown, and raises alarms of its own beside them",
            )
        namesake = next((other for other in found if _share_client_id(other.where, bound.where)), None)
        if namesake is not None:
            findings.wrong(
                (*where, "url"),
                f"has the client_id of device {namesake.id!r} on a connection of its own: the broker would throw out "
                "one for the other. Give both the same account and settings, or each a client_id of its own",
            )
        found.append(bound)
    return tuple(found)


def _streams(device: BoundDevice) -> bool:
    """Whether it speaks all the time, as an oximeter does."""
    return (device.spec.cadence or device.spec.driver.cadence) is Cadence.STREAM


def look_at_floors(devices: Sequence[BoundDevice], limits: ValidationLimits, findings: Findings) -> None:
    """A device's own floors of the perfusion index beside those of the preset that a medical director signs (V4)."""
    for device in devices:
        own = (device.perfusion_invalid, device.perfusion_suspect)
        invalid = limits.perfusion_invalid if own[0] is None else own[0]
        suspect = limits.perfusion_suspect if own[1] is None else own[1]
        key = "perfusion_invalid" if own[0] is not None else "perfusion_suspect"
        where: Path = ("device", findings.number("device", device.id), key)
        if own != (None, None) and invalid > suspect:
            findings.wrong(
                where, f"INVALID begins below {invalid:g} %, SUSPECT below {suspect:g} %: it must be the lower"
            )
        elif invalid < limits.perfusion_invalid or suspect < limits.perfusion_suspect:
            findings.odd(
                where,
                f"takes weaker signals than the preset's page says: INVALID below {invalid:g} %, SUSPECT below "
                f"{suspect:g} %, not {limits.perfusion_invalid:g} and {limits.perfusion_suspect:g} %",
            )


def _device(device: DeviceSection, where: Path, known: Mapping[str, Driver], findings: Findings) -> BoundDevice | None:
    driver = known.get(device.driver)
    if driver is None:
        findings.wrong((*where, "driver"), f"unknown driver {device.driver!r}: {nearest(device.driver, known)}")
    options = None if driver is None else _options(device, where, driver, findings)
    url = _with_password(device, where, findings)
    try:
        pipe = parse_url(url)
    except ValueError as error:
        findings.wrong((*where, "url"), str(error))
        return None
    _look_at_topic(device, where, pipe, findings)
    if isinstance(pipe, MllpUrl) and not pipe.bed:
        named = "name its bed as it does itself, as in mllp://0.0.0.0:2575/BED12"
        findings.odd((*where, "url"), f"takes every monitor that reaches this port: {named}")
    usual = None if driver is None or options is None else driver.cadence_by(options)
    if usual is None:
        _look_at_cadence(device, where, driver, pipe, findings)
    if driver is None or not _fits(driver, options, pipe, where, findings):
        return None
    for doubt in driver.doubts(options):
        findings.odd((*where, "options"), doubt)
    topic = _command_topic(device, where, driver, pipe, findings) if device.commands else None
    spec = DeviceSpec(
        id=device.id,
        driver=driver,
        url=url,
        options=options,
        line=line_settings(driver, options),
        cadence=usual if device.cadence is None else Cadence(device.cadence),
        command_topic=topic,
    )
    # A driver may serve devices of several kinds; what streams is no cuff.
    startable = device.commands and driver.starts and spec.cadence is not Cadence.STREAM
    own = {"perfusion_invalid": device.perfusion_invalid, "perfusion_suspect": device.perfusion_suspect}
    return BoundDevice(device.bed, spec, pipe, startable, **own)


def _options(device: DeviceSection, where: Path, driver: Driver, findings: Findings) -> Any:
    try:
        return build_options(driver, device.options)
    except OptionError as error:
        text = str(error)
        key = next((key for key in device.options if repr(key) in text or f"$.{key}" in text), None)
        findings.wrong((*where, "options") if key is None else (*where, "options", key), text)
        return driver.options()


def _fits(driver: Driver, options: Any, pipe: TransportUrl, where: Path, findings: Findings) -> bool:
    if driver.messages and brings(pipe) != driver.carrier:
        findings.wrong((*where, "url"), f"driver {driver.name} reads {CARRIERS[driver.carrier]}")
        return False
    if not driver.messages and brings(pipe) is not None:
        wanted = "serial:///dev/ttyUSB0 or tcp://host:port"
        findings.wrong((*where, "url"), f"driver {driver.name} reads bytes from a line, not messages: write {wanted}")
        return False
    if isinstance(pipe, SerialUrl):
        try:
            pipe.line(line_settings(driver, options))
        except ValueError as error:
            findings.wrong((*where, "url"), str(error))
            return False
    return True


def _with_password(device: DeviceSection, where: Path, findings: Findings) -> str:
    """The URL with the broker's password from where the site keeps it."""
    password = None if device.password is None else device.password.get_secret_value()
    if password is not None:
        findings.check_secret((*where, "password"), password)
    elif device.password_file is not None:
        password = findings.read_secret((*where, "password_file"), device.password_file)
    scheme, _, rest = device.url.partition("://")
    authority, slash, path = rest.partition("/")
    login, at, host = authority.rpartition("@")
    if at and ":" in login:
        findings.check_secret((*where, "url"), login.partition(":")[2])
    if device.password is None and device.password_file is None:
        return device.url
    if scheme not in ("mqtt", "mqtts") or not login or ":" in login:
        key = "password" if device.password is not None else "password_file"
        findings.wrong(
            (*where, key), "belongs to an account at a broker: name it alone in url, as in mqtt://user@broker/…"
        )
        return device.url
    # A secret's file that is absent has its finding already; without the password the rest is checked all the same.
    return device.url if password is None else f"{scheme}://{login}:{quote(password, safe='')}@{host}{slash}{path}"


def _look_at_topic(device: DeviceSection, where: Path, pipe: TransportUrl, findings: Findings) -> None:
    """A topic that names another bed than the site file is worth a look: whose values are they?"""
    if not isinstance(pipe, MqttUrl):
        return
    levels = pipe.topic_filter.split("/")
    if tuple(levels[:2]) == OWN_SCHEME and len(levels) > 4 and levels[3] not in ("+", device.bed):
        findings.odd((*where, "url"), f"its topic names bed {levels[3]!r}, but the device is bound to {device.bed!r}")


def _look_at_cadence(
    device: DeviceSection, where: Path, driver: Driver | None, pipe: TransportUrl, findings: Findings
) -> None:
    """A driver for devices of several kinds cannot know whether this one's silence means that it is gone."""
    if driver is None or not driver.messages or driver.cadence is not Cadence.EPISODIC or device.cadence is not None:
        return
    may_stream = isinstance(pipe, MqttUrl) and pipe.topic_filter.rpartition("/")[2] in MAY_STREAM
    if may_stream or isinstance(pipe, BleUrl):
        findings.odd(
            where,
            'does not say what its silence means: add cadence = "stream" for an oximeter, which is then missed when '
            'it falls silent, or cadence = "episodic" for a cuff',
        )


def _command_topic(
    device: DeviceSection, where: Path, driver: Driver, pipe: TransportUrl, findings: Findings
) -> str | None:
    if not isinstance(pipe, MqttUrl):
        if not driver.starts:
            wanted = f"is for devices behind a broker and for cuffs: driver {driver.name} cannot start anything"
            findings.wrong((*where, "commands"), wanted)
        return None
    stem, slash, last = pipe.topic_filter.rpartition("/")
    if not slash or last not in ("+", "#") or "+" in stem:
        findings.wrong((*where, "commands"), "needs a topic of one device in url, ending in /+")
        return None
    return f"{stem}/command"


def _rivals(one: BoundDevice, other: BoundDevice) -> bool:
    """Whether two devices would take the same bytes or messages for their own."""
    driver = one.spec.driver
    told_apart = driver is other.spec.driver and driver.apart(one.spec.options, other.spec.options)
    return _same_pipe(one.where, other.where) and not told_apart


def _share_client_id(one: TransportUrl, other: TransportUrl) -> bool:
    """Whether two connections to one broker would go by one name."""
    if not isinstance(one, MqttUrl) or not isinstance(other, MqttUrl) or one.broker == other.broker:
        return False
    names = {(each.broker.host, each.broker.port, each.broker.client_id) for each in (one, other)}
    return one.broker.client_id is not None and len(names) == 1


def _same_pipe(one: TransportUrl, other: TransportUrl) -> bool:
    """Whether two devices would read the same bytes or messages. A capture may be replayed twice."""
    match one, other:
        case SerialUrl(), SerialUrl():
            return one.path == other.path
        case TcpUrl(), TcpUrl():
            return one == other
        case MqttUrl(), MqttUrl():
            same = (one.broker.host, one.broker.port) == (other.broker.host, other.broker.port)
            return same and (
                covers(one.topic_filter, other.topic_filter) or covers(other.topic_filter, one.topic_filter)
            )
        case MllpUrl(), MllpUrl():
            return one == other
        case BleUrl(), BleUrl():
            return one == other
        case _:
            return False
