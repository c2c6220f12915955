"""Which drivers there are, and whether a table of options fits one.

Drivers are found, not listed: every module of `adapters.devices` that offers `DRIVERS`, and every entry point of
the group `bedwatch.drivers` (a Driver or several).
"""

from __future__ import annotations

import pkgutil
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass, replace
from difflib import get_close_matches
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any, Final, Literal, get_args, get_origin, get_type_hints

import msgspec

from adapters import devices
from adapters.driver import Driver, LineSettings

GROUP: Final = "bedwatch.drivers"


class UnknownDriver(LookupError):
    """No driver has this name."""


class DriverConflict(ValueError):
    """Two drivers claim one name, or an entry point does not lead to a driver."""


class OptionError(ValueError):
    """A table of options does not fit the driver; the text names the key and what would fit."""


def drivers() -> dict[str, Driver]:
    """Every driver by its name, in the order of the names.

    Raises:
        DriverConflict: two claim one name, or an entry point offers something else.
    """
    return collect([*_shipped(), *_from_entry_points()])


def driver(name: str) -> Driver:
    """The driver called `name`.

    Raises:
        UnknownDriver: there is none; the text names the nearest ones.
    """
    known = drivers()
    if name not in known:
        nearest = get_close_matches(name, known, n=3)
        hint = f"did you mean {' or '.join(nearest)}?" if nearest else f"known are {', '.join(known)}"
        raise UnknownDriver(f"unknown driver {name!r}: {hint}")
    return known[name]


def collect(found: Iterable[tuple[str, Driver]]) -> dict[str, Driver]:
    """Pairs of origin and driver as a dictionary by name; refuses a name claimed twice."""
    origins: dict[str, str] = {}
    named: dict[str, Driver] = {}
    for origin, each in found:
        if each.name in named:
            raise DriverConflict(f"driver name {each.name!r} is claimed by {origins[each.name]} and by {origin}")
        origins[each.name] = origin
        named[each.name] = each
    return dict(sorted(named.items()))


def build_options(chosen: Driver, table: Mapping[str, object]) -> Any:
    """`[device.options]` of the site file as the driver's Options dataclass.

    Raises:
        OptionError: a key is unknown or a value does not fit.
    """
    known = [field.name for field in fields(chosen.options)]
    for key in table:
        if key not in known:
            nearest = get_close_matches(key, known, n=1)
            hint = f"did you mean {nearest[0]!r}?" if nearest else f"it has {', '.join(known) or 'no options'}"
            raise OptionError(f"driver {chosen.name!r} has no option {key!r}: {hint}")
    try:
        return msgspec.convert(dict(table), chosen.options)
    except msgspec.ValidationError as error:
        raise OptionError(f"options of driver {chosen.name!r}: {error}{_choices(chosen.options, table)}") from None


def line_settings(chosen: Driver, options: object) -> LineSettings | None:
    """How the port is opened with these options: an option `baud` stands above the driver's own rate."""
    baud = getattr(options, "baud", None)
    if chosen.line is None or baud is None:
        return chosen.line
    return replace(chosen.line, baud=baud)


def _shipped() -> Iterable[tuple[str, Driver]]:
    for module in sorted(pkgutil.iter_modules(devices.__path__, f"{devices.__name__}."), key=lambda each: each.name):
        for each in getattr(import_module(module.name), "DRIVERS", ()):
            yield module.name, each


def _from_entry_points() -> Iterable[tuple[str, Driver]]:
    for point in sorted(entry_points(group=GROUP), key=lambda each: each.name):
        origin = f"entry point {point.name!r} ({point.value})"
        offered = point.load()
        for each in (offered,) if isinstance(offered, Driver) else offered:
            if not isinstance(each, Driver):
                raise DriverConflict(f"{origin} offers {type(each).__name__}, not a Driver")
            if not is_dataclass(each.options):
                raise DriverConflict(f"{origin}: the options of driver {each.name!r} are no dataclass")
            yield origin, each


def _choices(options: type, table: Mapping[str, object]) -> str:
    """The values that an enumerated option may have, for the first one that does not fit; else empty."""
    hints = get_type_hints(options)
    for key, value in table.items():
        if get_origin(hints[key]) is Literal and value not in get_args(hints[key]):
            return f" (one of {', '.join(map(repr, get_args(hints[key])))})"
    return ""
