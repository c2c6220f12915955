"""`bedwatch decode`: captured bytes to JSON lines, through the very driver that the service uses."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, BinaryIO

from adapters.driver import Driver, StreamDecoder
from adapters.jsonline import to_json
from adapters.message_lines import MessageLines
from adapters.reading import Fault, Reading
from adapters.registry import UnknownDriver, driver
from monitor.cli.driver_options import add_option_flag, read_options
from monitor.cli.terminal import OK, ResourceMissing, describe, note, say
from monitor.core.errors import ConfigError

CHUNK = 64 * 1024

TEXT = """\
Decodes the raw bytes that a device sent and prints one JSON line per reading or fault.
Opens no port. FILE may be - for standard input; for MQTT drivers each line of it is: topic, blank, payload."""

EXAMPLE = """\
  bedwatch decode nonin-df2 oximeter.bin
  bedwatch decode delimited-cuff cuff.bin --option layout=terumo-bp500
  bedwatch decode mqtt-vitals messages.txt --pleth"""


def add(commands: Any) -> None:
    """Describe the command."""
    parser = describe(commands, "decode", "turn captured bytes into readings", TEXT, EXAMPLE, run)
    parser.add_argument("driver", metavar="DRIVER", help="driver name, such as nonin-df2, par-nibp, mqtt-vitals")
    parser.add_argument("file", metavar="FILE", help="captured bytes, or - for standard input")
    parser.add_argument("--pleth", action="store_true", help="print the pleth wave too")
    add_option_flag(parser)


def run(args: argparse.Namespace) -> int:
    """Print the lines; what they sum up to goes to standard error."""
    chosen = find_driver(args.driver)
    decoder: Any = chosen.decoder(read_options(chosen, args.option)[1])
    counted = Tally()
    with ExitStack() as stack:
        stream = open_bytes(args.file, stack)
        for item in _decode(MessageLines(decoder) if chosen.messages else decoder, counted.watch(stream)):
            print_item(item, pleth=args.pleth, tally=counted)
    note(f"{args.file}: {counted}")
    return OK


def find_driver(name: str) -> Driver:
    """The driver called `name`. Raises ConfigError with the nearest names."""
    try:
        return driver(name)
    except UnknownDriver as error:
        raise ConfigError(str(error)) from None


def open_bytes(name: str, stack: ExitStack) -> BinaryIO:
    """The file, or standard input for `-`; closed by `stack`. Raises ResourceMissing."""
    if name == "-":
        return sys.stdin.buffer
    try:
        return stack.enter_context(Path(name).open("rb"))
    except OSError as error:
        raise ResourceMissing(f"{name} cannot be read: {error.strerror}; check the path") from error


class Tally:
    """What went through a decoder."""

    def __init__(self) -> None:
        self.bytes = 0
        self.readings = 0
        self.discarded = 0
        self.faults: Counter[str] = Counter()

    def __str__(self) -> str:
        kinds = ", ".join(f"{kind} {count}" for kind, count in sorted(self.faults.items()))
        what = f" ({kinds}; {self.discarded} bytes discarded)" if kinds else ""
        return f"{self.bytes} bytes, {self.readings} readings, {self.faults.total()} faults{what}"

    def watch(self, stream: BinaryIO) -> Iterator[bytes]:
        """The stream in bounded chunks, as soon as bytes are there."""
        # read1 answers with what a pipe holds now, so that a live one is decoded while it runs.
        read = getattr(stream, "read1", stream.read)
        while chunk := read(CHUNK):
            self.bytes += len(chunk)
            yield chunk

    def count(self, item: Reading | Fault) -> None:
        """One more reading or fault."""
        if isinstance(item, Fault):
            self.faults[item.kind.value] += 1
            self.discarded += item.discarded
        else:
            self.readings += 1


def print_item(item: Reading | Fault, *, pleth: bool, tally: Tally) -> None:
    """One JSON line, and one more in the tally."""
    tally.count(item)
    line = to_json(item, pleth=pleth)
    if line is not None:
        say(json.dumps(line, ensure_ascii=False, allow_nan=False))


def _decode(decoder: StreamDecoder, chunks: Iterable[bytes]) -> Iterator[Reading | Fault]:
    for chunk in chunks:
        yield from decoder.feed(chunk)
        sys.stdout.flush()
    yield from decoder.finish()
