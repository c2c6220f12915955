"""What a way out has to offer: the contract of a channel, its outcomes, and how kinds are found by name."""

from __future__ import annotations

import difflib
import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields
from importlib.metadata import entry_points
from typing import Any, Protocol, TypeAlias

import alerts.channels
from alerts.alert import AlertKind
from alerts.ledger import Page
from alerts.route import ALARM_KINDS, ChannelSpec
from config.instant import Duration, Instant
from config.vocabulary import Priority

ENTRY_POINTS = "bedwatch.channels"
"""Entry-point group of channels by third parties; each names a ChannelKind (interfaces, section 1)."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """The receiver has it. `receipt` is what it answered, for the record."""

    receipt: str


@dataclass(frozen=True, slots=True)
class Retry:
    """Not delivered, worth another try: after the usual backoff, or after `after` when the receiver asked for more."""

    reason: str
    after: Duration | None = None


@dataclass(frozen=True, slots=True)
class Rejected:
    """The receiver wants nothing more, ever (HTTP 410): the channel is off until the service restarts."""

    reason: str


Outcome: TypeAlias = Delivered | Retry | Rejected


class Channel(Protocol):
    """One way out. Delivery failures are outcomes, not exceptions; retrying is not its business."""

    @property
    def id(self) -> str:
        """The channel's id in the site file."""
        ...

    async def send(self, page: Page, now: Instant) -> Outcome:
        """Try once to deliver `page`, in bounded time. `now` is the moment of this try on the machine's own clock."""
        ...

    async def aclose(self) -> None:
        """Give back connections. Nothing is sent afterwards."""
        ...


class ChannelError(ValueError):
    """A channel's settings cannot work; the message names the channel, the key and the remedy."""


@dataclass(frozen=True)
class NoOptions:
    """For kinds without options."""


@dataclass(frozen=True, slots=True)
class ChannelKind:
    """One kind of channel, found by its name.

    Attributes:
        name: as `kind` in the site file.
        options: dataclass of its options with defaults; it raises ValueError for a value that cannot work.
        open: makes the channel from its id and checked options; opens no connection.
        min_priority: the least priority told when the site file gives none.
        keeps_record: True when it writes down instead of calling a person; it then hears everything.
    """

    name: str
    open: Callable[[str, Any], Channel]
    options: type = NoOptions
    min_priority: Priority = Priority.MEDIUM
    keeps_record: bool = False


def find_kinds() -> dict[str, ChannelKind]:
    """Every kind there is: the `KIND` of each file in alerts/channels, then the entry points.

    Raises:
        ChannelError: two kinds share a name, or an entry point does not name a ChannelKind.
    """
    found: list[tuple[str, object]] = []
    for module in pkgutil.iter_modules(alerts.channels.__path__):
        name = f"alerts.channels.{module.name}"
        found.append((name, importlib.import_module(name).KIND))
    found.extend((point.value, point.load()) for point in entry_points(group=ENTRY_POINTS))
    kinds: dict[str, ChannelKind] = {}
    for origin, kind in found:
        if not isinstance(kind, ChannelKind):
            raise ChannelError(f"{origin} is not a ChannelKind: remove the package or mend its entry point")
        if kind.name in kinds:
            raise ChannelError(
                f"channel kind {kind.name!r} exists twice, again in {origin}: remove one of the packages"
            )
        kinds[kind.name] = kind
    return kinds


def specify(
    kinds: Mapping[str, ChannelKind],
    channel_id: str,
    kind: str,
    options: Mapping[str, object],
    *,
    min_priority: str | None = None,
    tell: frozenset[AlertKind] = ALARM_KINDS,
) -> ChannelSpec:
    """A channel of the site file, checked without opening anything.

    Raises:
        ChannelError: unknown kind, priority or option, a missing option, or a value that cannot work.
    """
    where = f"channel {channel_id!r}"
    if kind not in kinds:
        raise ChannelError(f"{where}: kind {kind!r} is unknown; there are {', '.join(sorted(kinds))}")
    chosen = kinds[kind]
    try:
        priority = chosen.min_priority if min_priority is None else Priority.from_word(min_priority)
    except ValueError as error:
        raise ChannelError(f"{where}: min_priority: {error}") from None
    return ChannelSpec(
        id=channel_id,
        kind=kind,
        options=_read_options(chosen, where, options),
        min_priority=priority,
        tell=tell,
        keeps_record=chosen.keeps_record,
    )


def open_channel(kinds: Mapping[str, ChannelKind], spec: ChannelSpec) -> Channel:
    """The channel that `spec` describes; opens no connection.

    Raises:
        ChannelError: what it needs on this machine, such as a secret file, cannot be had.
    """
    try:
        return kinds[spec.kind].open(spec.id, spec.options)
    except ValueError as error:
        raise ChannelError(f"channel {spec.id!r}: {error}") from None


def _read_options(kind: ChannelKind, where: str, given: Mapping[str, object]) -> object:
    known = {field.name: field for field in fields(kind.options)}
    for key in given:
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(known) or 'none'}"
            raise ChannelError(f"{where}: option {key!r} is unknown to kind {kind.name!r}; {hint}")
    for key, field in known.items():
        if key not in given and field.default is MISSING and field.default_factory is MISSING:
            raise ChannelError(f"{where}: option {key!r} is missing; kind {kind.name!r} needs it")
    try:
        return kind.options(**given)
    except ValueError as error:
        raise ChannelError(f"{where}: {error}") from None
