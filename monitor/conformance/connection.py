"""Connections come and go: a fresh decoder for each, the dialogue kept, and nothing started by itself."""

from __future__ import annotations

import copy
import random
from typing import Final

from adapters.reading import Fault, Reading
from config.instant import MINUTE, SECOND
from monitor.conformance.bench import WELL, Bench, readings_of
from monitor.conformance.outcome import Check, Outcome, broken, does_not_apply, held
from monitor.conformance.round_trip import devices, each_device, first_untrue, has_numbers
from monitor.conformance.streams import pieces
from monitor.conformance.subject import Subject

RECONNECTS: Final = 20


def reconnect(subject: Subject) -> Outcome:
    """Decoders share nothing; after each of twenty connections, cut anywhere, numbers come again and all are true."""

    def ask(bench: Bench) -> str | None:
        chance = random.Random(2026)
        for number in range(RECONNECTS):
            begin = len(bench.items)
            bench.run(chance.randrange(1, 40) * SECOND // 10)
            bench.disconnect()
            bench.run(chance.randrange(1, 40) * SECOND // 10)
            bench.connect()
            untrue = first_untrue(bench.items[begin:], WELL)
            if untrue:
                return f"{untrue} around connection {number + 1}, while the body showed {WELL}"
        again = [*readings_of(bench.run(bench.scene)), *bench.measure()]
        if not any(map(has_numbers, again)):
            again = readings_of(bench.run_until(lambda items: any(map(has_numbers, readings_of(items)))))
        return None if any(map(has_numbers, again)) else "no number came after the last connection"

    wrong = _sharing(subject) or each_device(subject, ask)
    return broken(wrong) if wrong else held()


def _sharing(subject: Subject) -> str | None:
    """Two decoders fed in turn give what each gives alone."""
    for capture in subject.captures:
        stream = capture.input
        alone = subject.decode(stream, options=capture.options)
        one, other = subject.decoder(capture.options), subject.decoder(capture.options)
        items: list[Reading | Fault] = []
        for chunk in pieces(stream, [len(stream) // 3, len(stream) // 2]):
            items += one.feed(chunk)
            for _ in other.feed(stream[: len(stream) // 2]):
                pass
        if [*items, *one.finish()] != alone:
            return f"{capture.name}: two decoders at a time disturb each other"
    return None


def never_starts(subject: Subject) -> Outcome:
    """Ten minutes of connecting, waiting, noise and broken cables: no cuff is inflated, no start is said."""
    if subject.driver.dialogue is None:
        return does_not_apply("nothing is ever said to the device")
    tried = [_starts_by_itself(Bench(subject, device)) for device in devices(subject)]
    if not tried:
        return broken("there is no emulated device to try it with (group bedwatch.emulators, simulator/README.md)")
    wrong = next(filter(None, tried), None)
    if wrong:
        return broken(wrong)
    return held() if subject.driver.starts else does_not_apply("starts no measurement")


def _starts_by_itself(bench: Bench) -> str | None:
    chance = random.Random(2026)
    for number in range(RECONNECTS):
        bench.disconnect()
        bench.run(chance.randrange(1, 10) * SECOND)
        bench.connect()
        bench.hear(chance.randbytes(200))
        for _ in range(chance.randrange(5, 20)):
            wrong = _said_start(bench)
            if wrong:
                return f"connection {number + 1}: {wrong}"
    bench.run(2 * MINUTE)
    return _said_start(bench)


def _said_start(bench: Bench) -> str | None:
    """Whether the cuff is inflated, or the dialogue says in a second what it would say to start one."""
    # A copy is asked, so that the asking changes nothing.
    start = b"" if bench.dialogue is None else copy.deepcopy(bench.dialogue).request_measurement(bench.now)
    before = len(bench.said)
    bench.run(SECOND)
    if start and any(words == start for _, words in bench.said[before:]):
        return f"{start!r} was said by itself, which starts a measurement"
    if bench.cuff is not None and bench.inflated:
        return "the cuff was inflated although nobody asked for it"
    return None


CHECKS: Final = (
    Check("reconnect", "Each connection has a decoder of its own, and numbers come again.", reconnect),
    Check("never starts", "Connecting and waiting never start a measurement.", never_starts),
)
