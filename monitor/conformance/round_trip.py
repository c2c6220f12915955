"""Emulated device to driver: what is decoded is what the body showed, and without a pulse or a result it is nothing."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from typing import Final

from adapters.driver import FrameCheck
from adapters.reading import CuffReading, Fault, OximeterReading, Reading
from config.instant import MINUTE, SECOND
from config.vocabulary import CuffError, Flag
from monitor.conformance.bench import ILL, WELL, Bench, cuff_readings, oximeter_readings, readings_of
from monitor.conformance.outcome import Check, Outcome, broken, does_not_apply, held
from monitor.conformance.subject import Subject
from simulator.emulator import Emulator
from simulator.publisher import Publisher
from simulator.vitals import Vitals

ROUNDING: Final = 0.5 + 1e-9
INDEX_ROUNDING: Final = 0.05 + 1e-9
NO_PULSE: Final = WELL._replace(spo2=None, pulse_rate=None, perfusion_index=None)
SETTLING: Final = 15 * SECOND
"""Nonins hold what they display for 10 s."""
WITHOUT_PULSE: Final = {
    "sensor off": (NO_PULSE._replace(sensor_off=True), {Flag.SENSOR_OFF, Flag.NO_FINGER}),
    "finger out": (
        NO_PULSE._replace(finger_out=True),
        {Flag.SENSOR_OFF, Flag.NO_FINGER, Flag.SEARCHING, Flag.OUT_OF_TRACK},
    ),
    "no pulse": (NO_PULSE, {Flag.SEARCHING, Flag.NO_FINGER, Flag.OUT_OF_TRACK}),
}
"""What the body shows, and the flags of which a reading gives at least one: few families tell all of them apart."""
DOUBTFUL: Final = {
    "low perfusion": (WELL._replace(low_perfusion=True), {Flag.LOW_PERFUSION}),
    "motion": (WELL._replace(motion=True), {Flag.MOTION, Flag.ARTIFACT}),
}
SHORT: Final = 20
OFTEN, SELDOM = 0.25, 0.03
"""How often a tenth of a second is spoilt: of a device that says little then, each word has to meet with damage."""
FAILURES: Final = tuple(error for error in CuffError if error is not CuffError.ABORTED)


def devices(subject: Subject) -> tuple[Emulator | Publisher, ...]:
    """Everything emulated that the driver reads."""
    return (*subject.emulators, *subject.publishers)


def each_device(subject: Subject, ask: Callable[[Bench], str | None]) -> str | None:
    """What is wrong with the first device with which something is, or None. A driver without any has shown nothing."""
    if not devices(subject):
        return "there is no emulated device to try it with (group bedwatch.emulators, simulator/README.md)"
    for device in devices(subject):
        wrong = ask(Bench(subject, device))
        if wrong:
            return f"{device.name}: {wrong}"
    return None


def is_near(told: float | None, shown: float | None, within: float = ROUNDING) -> bool:
    """The number told is the one shown, rounded; an absent one is never wrong."""
    return told is None or (shown is not None and abs(told - shown) <= within)


def true_of(reading: OximeterReading | CuffReading, vitals: Vitals) -> bool:
    """Every number of the reading is one that the body shows."""
    if isinstance(reading, OximeterReading):
        return (
            is_near(reading.spo2, vitals.spo2)
            and is_near(reading.pulse_rate, vitals.pulse_rate)
            and is_near(reading.perfusion_index, vitals.perfusion_index, INDEX_ROUNDING)
        )
    mean = reading.map_computed or is_near(reading.mean, vitals.mean)
    pressures = is_near(reading.systolic, vitals.systolic) and is_near(reading.diastolic, vitals.diastolic)
    return mean and pressures and is_near(reading.pulse_rate, vitals.pulse_rate)


def first_untrue(items: Iterable[Reading | Fault], vitals: Vitals) -> Reading | Fault | None:
    """The first reading with a number that the body does not show."""
    return next((item for item in readings_of(list(items)) if not true_of(item, vitals)), None)


def has_numbers(reading: OximeterReading | CuffReading) -> bool:
    """It gives the value that it is there for."""
    return (reading.spo2 if isinstance(reading, OximeterReading) else reading.systolic) is not None


def settled(bench: Bench, vitals: Vitals) -> list[Reading | Fault]:
    """The body shows something else; what is told once the device's own averaging is over."""
    bench.show(vitals)
    bench.run(max(SETTLING, bench.scene // 2))
    return bench.run(bench.scene)


def values(subject: Subject) -> Outcome:
    """Two different bodies, one after the other: numbers come, all of them true, one result for each measurement."""
    kinds: set[str] = set()

    def ask(bench: Bench) -> str | None:
        for vitals in (WELL, ILL):
            told = settled(bench, vitals)
            results = bench.measure()
            if bench.publishes:
                # Its cuff, where it has one, measures by itself.
                told += bench.run_until(lambda items: bool(cuff_readings(items)))
            untrue = first_untrue([*told, *results], vitals)
            if untrue:
                return f"{untrue} while the body showed {vitals}"
            with_numbers = [each for each in (*readings_of(told), *results) if has_numbers(each)]
            if not with_numbers:
                return f"no number was told while the body showed {vitals}"
            if bench.cuff is not None and len(results) != 1:
                return f"one measurement gave {len(results)} results"
            kinds.update("cuff" if isinstance(each, CuffReading) else "oximeter" for each in with_numbers)
        return None

    wrong = each_device(subject, ask)
    return broken(wrong) if wrong else held(", ".join(sorted(kinds, reverse=True)))


def absence(subject: Subject) -> Outcome:
    """Without a pulse there is no number, and a flag says why; with a doubtful one numbers are true or none."""
    declared = subject.driver.flags
    told_flags = flags_of_captures(subject)
    gives_oximetry: set[str] = set()

    def ask(bench: Bench) -> str | None:
        well = oximeter_readings(settled(bench, WELL))
        if not any(map(has_numbers, well)):
            return None
        gives_oximetry.add("yes")
        stray = next((each for each in well if each.flags - {Flag.BATTERY_LOW}), None)
        if stray:
            return f"{stray} while the body was well"
        for name, (vitals, wanted) in {**WITHOUT_PULSE, **DOUBTFUL}.items():
            transition = len(bench.items)
            readings = oximeter_readings(settled(bench, vitals))
            untrue = first_untrue(bench.items[transition:], WELL)
            late = next((each for each in readings if each.spo2 is not None or each.pulse_rate is not None), None)
            flags = frozenset[Flag]().union(*(each.flags for each in readings))
            told_flags.update(flags)
            if name in WITHOUT_PULSE and late:
                return f"{late} while the body showed: {name}"
            # What a gateway publishes is its own choice, and null is an absence: of messages none is demanded.
            silent = bench.subject.driver.messages if declared is None else not declared & wanted
            if name in WITHOUT_PULSE and readings and not flags & wanted and not silent:
                return f"no flag says why there is no number, while the body showed: {name}"
            if name in DOUBTFUL and untrue and not isinstance(untrue, CuffReading):
                return f"{untrue} while the body showed: {name}"
            if not any(map(has_numbers, oximeter_readings(settled(bench, WELL)))):
                return f"no number came back after: {name}"
        return None

    wrong = each_device(subject, ask)
    if wrong:
        return broken(wrong)
    if declared is not None and told_flags != declared:
        return broken(f"declares {_words(declared)}; captures and emulated devices give {_words(told_flags)}")
    return held(f"{len(told_flags)} flags") if gives_oximetry else does_not_apply("no oximeter")


def flags_of_captures(subject: Subject) -> set[Flag]:
    """Every flag that the driver reads out of its captures."""
    return {
        flag
        for capture in subject.captures
        for reading in oximeter_readings(subject.decode(capture.input, options=capture.options))
        for flag in reading.flags
    }


def _words(flags: Iterable[Flag]) -> str:
    return ", ".join(sorted(flag.value for flag in flags)) or "no flags"


def failures(subject: Subject) -> Outcome:
    """A cuff measurement that failed, each way there is, gives an error and no number."""
    named: set[CuffError] = set()
    tried: set[str] = set()

    def ask(bench: Bench) -> str | None:
        bench.run(5 * SECOND)
        if bench.cuff is None and not cuff_readings(bench.run_until(lambda items: bool(cuff_readings(items)))):
            return None
        for error in FAILURES:
            bench.show(WELL._replace(systolic=None, diastolic=None, mean=None, cuff_error=error))
            heard = bench.heard
            results = bench.measure() if bench.cuff is not None else _scheduled(bench)
            if results == [] and bench.heard == heard:
                continue  # some cuffs print nothing about a measurement that failed
            tried.add(error)
            if not results:
                return f"a measurement that ended with {error.value} told nothing"
            for each in results:
                if each.error is None or has_numbers(each) or each.diastolic is not None or each.mean is not None:
                    return f"{each} for a measurement that ended with {error.value}"
            named.update(each.error for each in results if each.error is error)
        return None

    wrong = each_device(subject, ask)
    if wrong:
        return broken(wrong)
    return held(f"{len(named)} errors") if tried else does_not_apply("no cuff")


def _scheduled(bench: Bench) -> list[CuffReading]:
    """Of a device without a button the next measurement of its own cycle, one under way passed over."""
    bench.run(MINUTE)
    return cuff_readings(bench.run_until(lambda items: bool(cuff_readings(items))))


def bad_line(subject: Subject) -> Outcome:
    """Bytes lost and doubled, and turned over where a check sum tells: numbers are true or absent, and do come."""
    turns = subject.driver.frame_check is FrameCheck.SUM

    def ask(bench: Bench) -> str | None:
        bench.run(10 * SECOND)
        chance = random.Random(2026)
        bench.damage = lambda said: spoilt(chance, said, turns)
        told: list[OximeterReading | CuffReading] = []
        for _ in range(3):
            items = bench.run(max(MINUTE, bench.scene))
            results = bench.measure()
            untrue = first_untrue([*items, *results], WELL)
            if untrue:
                return f"{untrue} on a bad line, while the body showed {WELL}"
            told += [*readings_of(items), *results]
        return None if any(map(has_numbers, told)) else "no number at all came over a bad line"

    if subject.driver.messages:
        return does_not_apply("messages come whole")
    wrong = each_device(subject, ask)
    return broken(wrong) if wrong else held(subject.driver.frame_check.value)


def spoilt(chance: random.Random, said: bytes, turns: bool) -> bytes:
    """Now and then bytes lost or doubled, and with `turns` one turned into another."""
    out = bytearray(said)
    if out and chance.random() < (OFTEN if len(out) < SHORT else SELDOM):
        at = chance.randrange(len(out))
        length = chance.randint(1, 12)
        match chance.randrange(3 if turns else 2):
            case 0:
                del out[at : at + length]
            case 1:
                out[at:at] = out[at : at + length]
            case _:
                out[at] ^= 1 << chance.randrange(8)
    return bytes(out)


CHECKS: Final = (
    Check("values", "What is decoded is what the emulated device's body showed, within rounding.", values),
    Check("absence", "A sentinel is never a value, and a flag says why.", absence),
    Check("failures", "A cuff's failure is an error without numbers.", failures),
    Check(
        "bad line", "No number without the protocol's valid sign: on a bad line values are true or absent.", bad_line
    ),
)
