"""What a decoder makes of bytes: any split, any noise, bounded memory, and finding its feet again."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any, Final

from monitor.conformance.claims import accounted, finds_its_feet, holds_little, only_faults, same_when_cut
from monitor.conformance.outcome import Check, Outcome, broken, held
from monitor.conformance.streams import some_cuts, spoilt_pieces
from monitor.conformance.subject import Subject

SEED: Final = 2026
TRIALS: Final = 60
"""Streams drawn for a driver."""
FEWEST: Final = 12
"""Of them for each table of options."""
NOISE: Final = 2000
FLOOD: Final = 1 << 16
"""As much as a decoder may hold: one that keeps every byte, or a reading for each, holds more."""


def drawn(subject: Subject) -> Iterator[tuple[random.Random, dict[str, Any], bytes]]:
    """Spoilt streams of every table of options that the captures name, the same ones each time."""
    settings = subject.settings()
    for options, pool in settings:
        chance = random.Random(SEED)
        for _ in range(max(FEWEST, TRIALS // len(settings))):
            yield chance, options, spoilt_pieces(chance, pool)


def split(subject: Subject) -> Outcome:
    """Any split of the bytes gives the same."""
    for chance, options, stream in drawn(subject):
        cuts, everywhere = some_cuts(chance, len(stream)), range(1, len(stream))
        wrong = same_when_cut(subject, stream, cuts, options) or same_when_cut(subject, stream, everywhere, options)
        if wrong:
            return broken(wrong)
    return held()


def garbage(subject: Subject) -> Outcome:
    """Pure noise gives only faults; noise between good pieces never raises and never counts a byte twice."""
    settings = subject.settings()
    for options, _ in settings:
        chance = random.Random(SEED)
        for _ in range(max(FEWEST, TRIALS // len(settings))):
            wrong = only_faults(subject, noise(chance, subject), options)
            if wrong:
                return broken(wrong)
    for _, options, stream in drawn(subject):
        wrong = accounted(subject, stream, options)
        if wrong:
            return broken(wrong)
    return held()


def noise(chance: random.Random, subject: Subject) -> bytes:
    """Random bytes; for message drivers as the payload of a topic, now and then one of JSON."""
    data = chance.randbytes(chance.randint(0, NOISE))
    if not subject.driver.messages:
        return data
    payload = chance.choice((data, b"{}", b"[]", b"null", b'{"values":{}}', b"[" * 2000, b'{"a":' * 2000, b"97"))
    return b"a/b/c " + payload.replace(b"\n", b" ")


def memory(subject: Subject) -> Outcome:
    """Whatever floods in, little is held."""
    for options, pool in subject.settings():
        for flood in floods(pool):
            wrong = holds_little(subject, flood, options)
            if wrong:
                return broken(wrong)
    return held()


def floods(pool: list[bytes]) -> Iterator[bytes]:
    """Endless noise, endless sameness, the heads of good units over and over, and text that never ends."""
    yield random.Random(SEED).randbytes(FLOOD)
    for same in (0x00, 0x06, 0x0A, 0xFF):
        yield bytes((same,)) * FLOOD
    yield b"\x02" + b"9" * FLOOD
    for head in sorted({source[:length] for source in pool for length in (1, 2, 5) if source}):
        yield head * (FLOOD // len(head))
    if pool:
        yield pool[0] * (FLOOD // max(1, len(pool[0])))


def resync(subject: Subject) -> Outcome:
    """After noise the next good traffic is understood, within the bytes that the driver declares."""
    clean = subject.clean
    if clean is None:
        return broken("there is no capture `clean` to find the way back to")
    worst = 0
    pool = next(inputs for options, inputs in subject.settings() if options == clean.options)
    chance = random.Random(SEED)
    for _ in range(2 * TRIALS):
        before = spoilt_pieces(chance, pool) + chance.choice(
            (b"", clean.input[: chance.randrange(1 + len(clean.input))])
        )
        lost, wrong = finds_its_feet(subject, before, clean.input, clean.options)
        if wrong:
            return broken(wrong)
        worst = max(worst, lost)
    bound = subject.driver.resync_bytes
    unit = "lines" if subject.driver.messages else "B"
    if bound is not None and worst > bound:
        return broken(f"{worst} {unit} of good traffic were thrown away after noise; the driver declares {bound}")
    return held(f"{worst} {unit}")


CHECKS: Final = (
    Check("split", "Any split of the bytes gives the same readings and faults.", split),
    Check("garbage", "Any garbage gives only faults, and every byte is accounted for.", garbage),
    Check("memory", "Memory stays bounded, whatever floods in.", memory),
    Check("resync", "After garbage the next good unit is found; the most bytes of good traffic thrown away.", resync),
)
