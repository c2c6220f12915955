"""`bedwatch capture`: what a device sends, recorded as a test fixture without identities."""

from __future__ import annotations

import argparse
import asyncio
import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from random import Random
from typing import Any, Final

from adapters.driver import Driver
from adapters.jsonline import to_json
from adapters.reading import Fault, Reading
from adapters.recording import LIMIT, Masked, MaskError, Recorder, carries_identity, mask_capture
from config.instant import SECOND, Instant, seconds
from monitor.cli.decode import find_driver
from monitor.cli.driver_options import add_option_flag, read_options
from monitor.cli.terminal import FAULT, OK, ResourceMissing, describe, note, say
from monitor.core.errors import ConfigError

TEXT = f"""\
Connects as the service does and records what the device sends, with identities (serial numbers, patients) masked as
the driver knows them: input.bin (messages: input.txt), expected.jsonl (what the driver reads in it), arrivals.jsonl
(when it came) and about.toml. Ends by itself after --seconds, at {LIMIT // 1024**2} MB, with the connection, or with
Ctrl-C; what came until then is kept. Never starts a measurement. DIR must not exist, or be empty."""

EXAMPLE = """\
  bedwatch capture serial:///dev/ttyUSB0 --driver nonin-df2 --out captures/nonin-df2/a-finger-out
  bedwatch capture 'mqtt://broker/vitals/v1/harbour/#' --driver mqtt-vitals --out captures/mqtt-vitals/ours"""

SECONDS: Final = 60.0
LONGEST: Final = 6 * 3600.0


def add(commands: Any) -> None:
    """Describe the command."""
    parser = describe(commands, "capture", "record what a device sends, identities masked", TEXT, EXAMPLE, run)
    parser.add_argument("url", metavar="URL", help="where the device is, as in a site file")
    parser.add_argument("--driver", required=True, metavar="D", help="its driver; bedwatch probe finds it")
    parser.add_argument("--out", required=True, type=Path, metavar="DIR", help="folder for the capture")
    parser.add_argument("--seconds", type=_seconds, default=SECONDS, metavar="N", help=f"how long ({SECONDS:g})")
    parser.add_argument("--shows", metavar="TEXT", help="a sentence for about.toml: what was done meanwhile")
    add_option_flag(parser)


def run(args: argparse.Namespace) -> int:
    """0 when something was recorded, 1 when nothing came."""
    driver = find_driver(args.driver)
    table, options = read_options(driver, args.option)
    _refuse_used(args.out)
    begun, recorder, ending = _record(args.url, driver, options, args.seconds)
    if not recorder.data:
        if ending.failed:
            raise ResourceMissing(ending.reason)
        say("nothing was heard, so nothing was written")
        return FAULT
    try:
        masked = mask_capture(driver, options, bytes(recorder.data), recorder.arrivals)
    except MaskError as error:
        say(f"nothing was written: {error}")
        return FAULT
    shows = args.shows or f"What it sent in {(recorder.arrivals[-1].at - begun) / SECOND:.0f} s"
    _write(args.out, driver, table, masked, begun, shows)
    for line in summary(args.out, driver, masked, ending):
        say(line)
    return OK


class Ending:
    """Why a recording ended.

    Attributes:
        reason: in words.
        failed: the connection did.
    """

    def __init__(self) -> None:
        self.reason = "stopped"
        self.failed = False


def _record(url: str, driver: Driver, options: Any, length_s: float) -> tuple[Instant, Recorder, Ending]:
    from adapters.links import DeviceSpec, Links
    from monitor.clock import SystemClock
    from monitor.running import until_stopped

    clock = SystemClock()
    begun = clock.now()
    recorder, ending = Recorder(clock), Ending()
    sink = _Sink()
    spec = DeviceSpec("device", recorder.listening_as(driver), url, options)
    try:
        chance = Random()  # noqa: S311 - spreads retries, of which a capture makes none
        links = Links([spec], sink, clock, chance, lambda topic, payload, at: None)
    except ValueError as error:
        raise ConfigError(str(error).removeprefix("device 'device': ")) from None

    async def work() -> None:
        await links.start()
        waits = [
            asyncio.ensure_future(each)
            for each in (clock.sleep_until(begun + seconds(length_s)), recorder.full.wait(), sink.down.wait())
        ]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            if sink.down.is_set():
                ending.reason, ending.failed = sink.reason, True
            elif recorder.full.is_set():
                ending.reason = f"full: {LIMIT} bytes"
            else:
                ending.reason = f"after {length_s:g} s"
        finally:
            for each in waits:
                each.cancel()
            await asyncio.gather(*waits, return_exceptions=True)
            await links.stop()

    note(f"recording for {length_s:g} s at most; Ctrl-C ends it and keeps what came")
    asyncio.run(until_stopped(work()))
    return begun, recorder, ending


class _Sink:
    """Implements `adapters.link_report.LinkSink`: a capture is of one connection, so its loss is the end."""

    def __init__(self) -> None:
        self.down = asyncio.Event()
        self.reason = ""

    def reading(self, device_id: str, reading: Reading, received_at: Instant) -> None:
        """The recorder has it."""

    def fault(self, device_id: str, fault: Fault, received_at: Instant) -> None:
        """The recorder has it."""

    def link_up(self, device_id: str, at: Instant) -> None:
        """It stands."""

    def link_down(self, device_id: str, at: Instant, reason: str) -> None:
        """It is gone."""
        self.reason = reason
        self.down.set()


def _refuse_used(folder: Path) -> None:
    try:
        if folder.exists() and any(folder.iterdir()):
            raise ConfigError(f"{folder} is not empty: a capture overwrites nothing, name a new folder with --out")
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ResourceMissing(f"{folder} cannot be used: {error.strerror}; name another folder with --out") from error


def _write(folder: Path, driver: Driver, table: Mapping[str, Any], masked: Masked, begun: Instant, shows: str) -> None:
    read = [to_json(item, pleth=True) for item in masked.items]
    arrivals = (
        {"t": round((each.at - begun) / SECOND, 6), "offset": each.offset, "bytes": each.length}
        for each in masked.arrivals
    )
    about = [
        f"origin = {toml(f'{driver.title}, recorded with bedwatch capture')}",
        "real = true",
        f"shows = {toml(shows.rstrip('. ') + '.')}",
        "pleth = true",
        *(["", "[options]"] if table else []),
        *(f"{key} = {toml(value)}" for key, value in table.items()),
    ]
    _new(folder / ("input.txt" if driver.messages else "input.bin"), masked.data)
    _new(folder / "expected.jsonl", _lines(json.dumps(each, ensure_ascii=False, allow_nan=False) for each in read))
    _new(folder / "arrivals.jsonl", _lines(json.dumps(each) for each in arrivals))
    _new(folder / "about.toml", _lines(about))


def _lines(lines: Any) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()


def _new(path: Path, content: bytes) -> None:
    try:
        with path.open("xb") as file:
            file.write(content)
    except OSError as error:
        raise ResourceMissing(f"{path} cannot be written: {error.strerror}") from error


def toml(value: Any) -> str:
    """A value as TOML writes it; JSON's text is TOML's, and inline tables are the only difference."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{json.dumps(key)} = {toml(each)}" for key, each in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def summary(folder: Path, driver: Driver, masked: Masked, ending: Ending) -> list[str]:
    """What was recorded, for people."""
    faults = Counter(item.kind.value for item in masked.items if isinstance(item, Fault))
    readings = len(masked.items) - faults.total()
    kinds = f" ({', '.join(f'{kind} {count}' for kind, count in sorted(faults.items()))})" if faults else ""
    heard = f"{len(masked.data)} bytes, {readings} readings, {faults.total()} faults{kinds}"
    lines = [f"{folder}: {heard}; ended: {ending.reason}"]
    if not carries_identity(driver):
        lines.append(f"identities: none to mask, the driver {driver.name} says that its protocol carries none")
        return lines
    lines.append(f"identities: {masked.places} masked")
    if masked.cut:
        lines.append(
            f"{masked.cut} bytes of unfinished units at the ends were left out: an identity is not known there"
        )
    if faults:
        lines.append("look through the faults before you hand it on: in spoilt bytes an identity may not be known")
    return lines


def _seconds(text: str) -> float:
    value = float(text)
    if not 1 <= value <= LONGEST:
        raise argparse.ArgumentTypeError(f"1 to {LONGEST:g} seconds are wanted")
    return value
