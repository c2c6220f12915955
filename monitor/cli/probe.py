"""`bedwatch probe`: which driver understands what is on a port, with the lines for a site file."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from adapters.driver import LineSettings
from adapters.probe.score import Candidate, Score, Verdict, candidates, judge, score_all, settings
from adapters.registry import drivers
from adapters.transports.url import MqttUrl, ReplayUrl, SerialUrl, TcpUrl, TransportUrl, parse_url
from config.instant import seconds
from monitor.cli.finding import link_quality, report, site_lines, words
from monitor.cli.terminal import FAULT, OK, ResourceMissing, describe, note, say
from monitor.core.errors import ConfigError

TEXT = """\
Listens on a port, tries line settings and drivers, and prints the driver that fits, what it decodes, how good the
link is, and the lines for a site file. Where listening does not tell, it asks as each driver does when it connects:
questions and requests for data, never the start of a measurement. A recorded file can be looked at, too. Of a broker it
lists the topics and who reads them, and publishes nothing."""

EXAMPLE = """\
  bedwatch probe serial:///dev/ttyUSB0
  bedwatch probe tcp://192.0.2.10:4001 --listen-only
  bedwatch probe 'mqtt://broker/#' --seconds 60
  bedwatch probe 'serial:///dev/ttyUSB0?baud=2400' --seconds 90     # a cuff that speaks once per measurement"""

SECONDS: Final = 6.0
LONGEST: Final = 600.0
FILE_LIMIT: Final = 4 * 1024 * 1024

WHEN_SILENT: Final = """\
nothing was heard. Look at:
  - the device: is it on, and does its menu send to the serial port (Masimo: ASCII 1; Nellcor: ASCII; a Contec with
    USB or Bluetooth: real-time data)?
  - the cable: is it the device's own, a null modem where it needs one, in the port that was named?
  - a cuff that speaks only when it has measured: press its own button, and give the command time: --seconds 90"""

LISTENED_ONLY: Final = """
  - a device that waits to be asked: without --listen-only it is, and nothing that is said starts a measurement"""

SPEED: Final = """
  - the speed: tried were {lines}. Another one is given in the URL: {example}"""

WHEN_STRANGE: Final = """\
something speaks, but no driver understands it. Look at:{speed}
  - the format in the device's menu (Masimo: ASCII 1; Nellcor: ASCII), and whether another program has the port
  - the cable: its shield and its ground; half-good bytes come of both
  - whether there is a driver for it at all: see the README, or record it with bedwatch capture"""


def add(commands: Any) -> None:
    """Describe the command."""
    parser = describe(commands, "probe", "find the driver for what is on a port", TEXT, EXAMPLE, run)
    parser.add_argument("url", metavar="URL", help="serial:, tcp: or mqtt: as in a site file; or a file of bytes")
    parser.add_argument(
        "--seconds", type=_seconds, default=SECONDS, metavar="N", help=f"to listen at each setting ({SECONDS:g})"
    )
    parser.add_argument("--listen-only", action="store_true", help="send nothing at all")


def run(args: argparse.Namespace) -> int:
    """0 when a driver fits, 1 when none does."""
    tried = candidates(drivers().values())
    where = _where(args.url)
    match where:
        case ReplayUrl() | Path():
            path = where.path if isinstance(where, ReplayUrl) else where
            scores = score_all(tried, _read(path))
            verdict = judge(scores)
            if verdict.best is None:
                return _unknown(any(each.heard for each in scores), [], args.url, verdict.nearest)
            return _found(verdict, verdict.best, None, f"replay://{path.resolve()}", None)
        case SerialUrl() | TcpUrl():
            return _live(args, where, tried)
        case MqttUrl():
            from monitor.cli.broker_probe import probe_broker

            return probe_broker(where, args.url, args.seconds)
        case _:
            raise ConfigError("probe listens to serial: and tcp: lines and to mqtt: brokers")


def _live(args: argparse.Namespace, where: SerialUrl | TcpUrl, tried: Sequence[Candidate]) -> int:
    from adapters.probe.listen import Outcome, Probe
    from adapters.transports import open_transport
    from adapters.transports.contract import LinkError
    from monitor.clock import SystemClock
    from monitor.running import until_stopped

    lines = _lines(where, tried)
    ended: list[Outcome] = []

    async def work() -> None:
        clock = SystemClock()
        probe = Probe(
            lambda line: open_transport(_fixed(where, line), None, clock),
            lines,
            tried,
            clock,
            each=seconds(args.seconds),
            tell=note,
            show=lambda candidate, readings: note(f"  {candidate.driver.name}: {words(readings)}"),
        )
        ended.append(await probe.run(speak=not args.listen_only))

    try:
        asyncio.run(until_stopped(work()))
    except LinkError as error:
        raise ResourceMissing(str(error)) from None
    if not ended:
        note("stopped before it was done")
        return FAULT
    (outcome,) = ended
    found = outcome.found
    if found is None or found.verdict.best is None:
        return _unknown(not outcome.silent, lines, args.url, outcome.nearest, listened_only=args.listen_only)
    return _found(found.verdict, found.verdict.best, found.line, args.url, found.spoken)


def _where(url: str) -> TransportUrl | Path:
    """A URL of the site file, or a file. Raises ConfigError."""
    if ":" not in url:
        path = Path(url)
        if path.is_char_device():
            raise ConfigError(f"a serial port is named as in the site file: serial://{path.resolve()}")
        return path
    try:
        return parse_url(url)
    except ValueError as error:
        raise ConfigError(str(error)) from None


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(FILE_LIMIT)
    except OSError as error:
        raise ResourceMissing(f"{path} cannot be read: {error.strerror}; check the path") from error


def _lines(where: SerialUrl | TcpUrl, tried: Sequence[Candidate]) -> list[LineSettings | None]:
    """What to try: each setting that the URL leaves open; None where there are none to set."""
    if not isinstance(where, SerialUrl) or _simulated(where):
        return [None]
    return list(dict.fromkeys(where.line(line) for line in settings(tried)))


def _simulated(where: SerialUrl) -> bool:
    """A pseudo-terminal has no wire, and so no speed."""
    return Path(where.path).resolve().is_relative_to("/dev/pts")


def _fixed(where: SerialUrl | TcpUrl, line: LineSettings | None) -> SerialUrl | TcpUrl:
    """The URL with these settings."""
    if isinstance(where, TcpUrl):
        return where
    line = line or LineSettings(9600)
    return SerialUrl(where.path, line.baud, line.parity, line.data_bits, line.stop_bits)


def _found(verdict: Verdict, best: Score, line: LineSettings | None, url: str, spoken: Candidate | None) -> int:
    for text in report(best, verdict, line, spoken):
        say(text)
    say("\nfor the site file, with your own id and bed:\n")
    say(site_lines(best, verdict, line, url))
    return OK


def _unknown(
    spoke: bool, lines: Sequence[LineSettings | None], url: str, nearest: Score | None, *, listened_only: bool = False
) -> int:
    say("unknown")
    if nearest is not None:
        say(f"nearest: {nearest.candidate.driver.name}, {link_quality(nearest)}")
    tried = ", ".join(str(line) for line in lines if line is not None)
    example = f"{url}{'&' if '?' in url else '?'}baud=38400"
    note(
        WHEN_STRANGE.format(speed=SPEED.format(lines=tried, example=example) if tried else "")
        if spoke
        else WHEN_SILENT + (LISTENED_ONLY if listened_only else "")
    )
    return FAULT


def _seconds(text: str) -> float:
    value = float(text)
    if not 1 <= value <= LONGEST:
        raise argparse.ArgumentTypeError(f"1 to {LONGEST:g} seconds are wanted")
    return value
