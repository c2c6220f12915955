"""What an emulated device on a serial line can do, and which ones there are.

Emulators are found, not listed: every module of `simulator.devices` that offers `EMULATORS`, and every entry point of
the group `bedwatch.emulators` (an Emulator or several). Each is named after the driver that reads it.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any, Final, Protocol, TypeVar, runtime_checkable

from config.instant import Duration
from simulator import devices
from simulator.vitals import VitalSource

GROUP: Final = "bedwatch.emulators"

T = TypeVar("T")


class SerialEmulator(Protocol):
    """A device on a serial line: bytes in, bytes out, time as an argument."""

    @property
    def baud(self) -> int:
        """The speed of its line."""
        ...

    def receive(self, chunk: bytes) -> None:
        """Bytes from the host, cut anywhere."""
        ...

    def advance(self, dt: Duration) -> bytes:
        """Let `dt` pass; the bytes that the device sent meanwhile."""
        ...


@runtime_checkable
class CuffEmulator(SerialEmulator, Protocol):
    """A cuff: it also has buttons, and tells whether it is inflated."""

    @property
    def measuring(self) -> bool:
        """Whether the cuff is inflated."""
        ...

    def press_start(self) -> None:
        """The device's own button: start one measurement."""
        ...

    def press_stop(self) -> None:
        """The device's own button: let the pressure out; the attempt has no result."""
        ...


@dataclass(frozen=True, slots=True)
class Emulator:
    """One emulated device.

    Attributes:
        driver: name of the driver that reads it.
        title: for people: which model it plays.
        make: puts a fresh one on a body; the seed decides its chances.
        bits_per_byte: what one byte costs on the line: 10 for 8N1, 11 with a parity bit.
        variant: tells several emulators of one driver apart; empty for the usual one.
        options: the driver's options that read it, where the defaults do not.
    """

    driver: str
    title: str
    make: Callable[[VitalSource, int], SerialEmulator]
    bits_per_byte: int = 10
    variant: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The driver's name, with the variant where there is one."""
        return f"{self.driver}/{self.variant}" if self.variant else self.driver


def emulators() -> dict[str, Emulator]:
    """Every emulator by its name, in the order of the names.

    Raises:
        ValueError: two have one name.
    """
    named: dict[str, Emulator] = {}
    for each in offered("EMULATORS", Emulator):
        if each.name in named:
            raise ValueError(f"there are two emulators {each.name!r}")
        named[each.name] = each
    return dict(sorted(named.items()))


def offered(name: str, kind: type[T]) -> Iterator[T]:
    """Everything of this kind that the modules of `simulator.devices` offer under `name`, and the entry points."""
    for module in pkgutil.iter_modules(devices.__path__, f"{devices.__name__}."):
        yield from getattr(import_module(module.name), name, ())
    for point in entry_points(group=GROUP):
        found = point.load()
        for each in found if isinstance(found, tuple | list) else (found,):
            if isinstance(each, kind):
                yield each
