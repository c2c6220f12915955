"""Messages of any publisher to readings, as its mapping says."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from adapters.devices.mqtt_mapped.joining import Joining, Parts
from adapters.devices.mqtt_mapped.mapping import Kind, MessageRule, PublisherMapping, Retained
from adapters.devices.mqtt_mapped.payload import PAYLOAD_LIMIT, Payload, Unreadable
from adapters.devices.mqtt_mapped.place import MISSING, Place, first_found, same
from adapters.devices.mqtt_mapped.redaction import excerpt
from adapters.devices.mqtt_mapped.said import Said, hear, key_of, reading
from adapters.devices.mqtt_mapped.topic import plain
from adapters.driver import Delivery
from adapters.reading import DeviceStatus, Fault, FaultKind, Reading
from adapters.replays import Replays
from config.instant import MINUTE, Duration, Instant, from_datetime
from config.vocabulary import Flag

REMEMBERED: Final = 256
"""Messages that are known again when they come twice."""
MOST_ELEMENTS: Final = 256
CHART_ONLY: Final[Duration] = MINUTE
"""A pressure older than this is for the chart alone (signals-and-simulation 1.2, B10)."""
LONGEST_KEPT: Final[Duration] = 24 * 60 * MINUTE
"""A time further back than any broker keeps a stream for is a clock that was never set."""
FLAPS: Final = 3
FLAPS_WITHIN: Final[Duration] = MINUTE
FILE: Final = Delivery()


@dataclass(frozen=True, slots=True)
class _Message:
    """One message under way through the decoder."""

    offset: int
    size: int
    delivery: Delivery


class MappedDecoder:
    """Implements `adapters.driver.DatedDecoder` for one device of one publisher.

    Args:
        where: which device is meant, where the publisher's topics or payloads tell several apart: named part of the
            topic, or `device`, to the identity.
        retained: instead of the mapping's own rule.
    """

    def __init__(
        self, mapping: PublisherMapping, where: Mapping[str, str] | None = None, retained: Retained | None = None
    ) -> None:
        self._mapping = mapping
        self._bound = {name: plain(identity) for name, identity in (where or {}).items()}
        self._retained = retained or mapping.retained
        self._shown = mapping.shown
        self._count = 0
        self._first: dict[str, str] = {}
        self._several: str | None = None
        self._told: deque[int] = deque(maxlen=REMEMBERED)
        self._replays = Replays(min((rule.time.late for rule in mapping.messages if rule.time), default=MINUTE))
        joined = [rule for rule in mapping.messages if rule.join]
        names = frozenset(value.name for rule in joined for value in rule.values)
        self._joining: Joining[Said] = Joining(names, mapping.join_within)
        self._battery: float | None = None
        self._online: bool | None = None
        self._went: deque[Instant] = deque(maxlen=FLAPS)
        self._beat_until: Instant | None = None

    def feed_message(self, topic: str, payload: bytes) -> list[Reading | Fault]:
        """A message from a file: nobody knows when it came, so no time in it is doubted."""
        return self.feed_delivery(topic, payload, FILE)

    def feed_delivery(self, topic: str, payload: bytes, delivery: Delivery) -> list[Reading | Fault]:
        """See `adapters.driver.DatedDecoder`."""
        message = _Message(self._count, len(payload), delivery)
        self._count += 1
        late = [] if delivery.received_at is None else self.tick(delivery.received_at)
        if delivery.retained and self._retained is Retained.IGNORE:
            return late
        if len(payload) > PAYLOAD_LIMIT:
            return [*late, self._fault(message, FaultKind.OVERFLOW, f"more than {PAYLOAD_LIMIT} bytes")]
        rules = self._rules(topic)
        if not rules:
            told = f"the mapping {self._mapping.title!r} has no message with such a topic"
            return [*late, self._fault(message, FaultKind.UNKNOWN_UNIT, told)]
        documents: dict[Payload, object] = {}
        items: list[Reading | Fault] = []
        for rule, captures in rules:
            document: object = None
            try:
                if rule.payload not in documents:
                    documents[rule.payload] = rule.payload.read(payload)
                document = documents[rule.payload]
                places = list(self._places(rule, document, captures))
            except Unreadable as error:
                items.append(self._spoilt(rule, error, document, message))
                continue
            heard: list[Reading | Fault] = []
            for place in places:
                try:
                    heard += self._element(rule, place, message)
                except Unreadable as error:
                    # A neighbour in the list costs nobody else his reading.
                    heard.append(self._spoilt(rule, error, document, message))
            # What several elements say in the same words is said once.
            items += dict.fromkeys(heard)
        return [*late, *items]

    def knows(self, topic: str) -> bool:
        """Whether the mapping has a message with this topic."""
        return bool(self._rules(topic))

    def tick(self, now: Instant) -> list[Reading | Fault]:
        """See `adapters.driver.DatedDecoder`."""
        items = self._joined(self._joining.expire(now))
        if self._beat_until is not None and now >= self._beat_until:
            self._beat_until = None
            self._online = False
            items.append(DeviceStatus(self._count, online=False))
        return items

    def finish(self) -> list[Reading | Fault]:
        """See `adapters.driver.DatedDecoder`."""
        return self._joined(self._joining.close())

    def next_deadline(self) -> Instant | None:
        """See `adapters.driver.DatedDecoder`."""
        return min((each for each in (self._joining.deadline, self._beat_until) if each is not None), default=None)

    def _rules(self, topic: str) -> list[tuple[MessageRule, dict[str, str]]]:
        """The rules that name the topic most exactly: `health/+` also matches `health/status`."""
        found = []
        for rule in self._mapping.messages:
            captures = {} if rule.topic is None else rule.topic.match(topic)
            if captures is not None:
                found.append((1000 if rule.topic is None else rule.topic.wildness, rule, captures))
        best = min((wildness for wildness, _, _ in found), default=0)
        return [(rule, captures) for wildness, rule, captures in found if wildness == best]

    def _places(self, rule: MessageRule, document: object, captures: Mapping[str, str]) -> Iterator[Place]:
        """The payload, or every element of its list, where it is ours."""
        whole = Place(document, document, captures)
        if not all(condition.holds(whole) for condition in rule.only_if):
            return
        if not rule.each:
            yield whole
            return
        found = first_found(rule.each, whole)
        if found is MISSING:
            raise Unreadable(f"{rule.each[0].text} is missing")
        elements = found if isinstance(found, list) else [found]
        if len(elements) > MOST_ELEMENTS:
            raise Unreadable(f"{rule.each[0].text} has {len(elements)} elements, more than {MOST_ELEMENTS}")
        for element in elements:
            yield Place(element, document, captures)

    def _element(self, rule: MessageRule, place: Place, message: _Message) -> Iterable[Reading | Fault]:
        ours = self._ours(rule, place)
        if ours is not None:
            return [self._fault(message, FaultKind.CONFLICT, ours)] if ours else []
        # The battery, too, is old in an old message.
        items: list[Reading | Fault] = []
        if not message.delivery.retained:
            try:
                items += self._battery_news(rule, place, message)
            except Unreadable as error:
                if rule.kind is Kind.STATUS and rule.state is None:
                    raise
                # The values beside it are none the worse for it.
                items.append(self._fault(message, FaultKind.MALFORMED, f"{rule.name}: {error}"))
        if rule.kind is Kind.STATUS:
            return [*items, *self._status(rule, place, message)]
        said = hear(rule, place, message.delivery.received_at)
        key = key_of(rule, place, said)
        if key is not None and key in self._told:
            return items
        doubt = self._old(said, message)
        if doubt is not None:
            return [*items, self._fault(message, FaultKind.STALE, f"{rule.name}: {doubt}")]
        if not rule.join:
            items.append(reading(said, message.offset))
        # Only now: what could not be used may come again, whole.
        self._told.extend([] if key is None else [key])
        if not rule.join:
            return items
        values = {name: said for name in said.seen if said.seen[name].there}
        return [*items, *self._joined(self._joining.add(values, message.offset, message.delivery.received_at))]

    def _ours(self, rule: MessageRule, place: Place) -> str | None:
        """None: of the device meant. Empty: of another one. Else why nobody knows whose it is."""
        who = dict(place.captures)
        told = first_found(rule.device, place)
        if rule.device and isinstance(told, str | int) and not isinstance(told, bool):
            who["device"] = str(told)
        elif rule.device and "device" in self._bound:
            raise Unreadable(f"{rule.device[0].text} does not say which device it was")
        who = {name: plain(identity) for name, identity in who.items()}
        if any(who.get(name, wanted) != wanted for name, wanted in self._bound.items()):
            return ""
        for name in sorted(who.keys() - self._bound.keys()):
            if self._first.setdefault(name, who[name]) != who[name]:
                self._several = name
        if self._several is None:
            return None
        # Whose values these are cannot be known, so from now on nothing counts.
        return f"several devices speak here: say which one is meant, [device.options.where] {self._several} = ..."

    def _old(self, said: Said, message: _Message) -> str | None:
        """Why a reading is history; None for one of now."""
        now = message.delivery.received_at
        measured = said.time.measured
        age = None if now is None or measured is None else now - from_datetime(measured)
        if message.delivery.retained and self._retained is Retained.HISTORY:
            charted = said.rule.kind is Kind.CUFF and age is not None and age > CHART_ONLY and not said.rule.join
            return None if charted else "kept by the broker, so it is an old reading"
        # A time too old to be believed is one all the same: a burst of such is no clock that is merely wrong.
        told = measured or said.time.device
        lag = None if now is None or told is None else now - from_datetime(told)
        if lag is not None and lag > LONGEST_KEPT:
            return None
        if said.rule.kind is not Kind.OXIMETER or lag is None or now is None or not self._replays.old(lag, now):
            return None
        return f"measured {lag // 1_000_000} s before it came; a burst of such readings is what a broker had kept"

    def _joined(self, closed: Iterable[Parts[Said]]) -> list[Reading | Fault]:
        items: list[Reading | Fault] = []
        for parts in closed:
            last = [*parts.found.values()][-1]
            seen = {name: said.seen[name] for name, said in parts.found.items()}
            flags = frozenset[Flag]().union(*(said.flags for said in parts.found.values()))
            error = next((said.error for said in parts.found.values() if said.error is not None), None)
            irregular = any(said.irregular for said in parts.found.values())
            whole = Said(seen, flags, error, irregular, last.time, last.seq, last.rule)
            try:
                items.append(reading(whole, parts.offset))
            except Unreadable as unfit:
                within = self._mapping.join_within / 1_000_000
                detail = f"{last.rule.name}: {unfit} within {within:g} s"
                items.append(Fault(parts.offset, FaultKind.INCOMPLETE, 0, detail))
        return items

    def _battery_news(self, rule: MessageRule, place: Place, message: _Message) -> Iterator[Reading]:
        if rule.battery is None:
            return
        charge = rule.battery.read(place).value
        if charge is not None and charge != self._battery:
            self._battery = charge
            yield DeviceStatus(message.offset, battery=charge)

    def _status(self, rule: MessageRule, place: Place, message: _Message) -> Iterator[Reading | Fault]:
        state, now = rule.state, message.delivery.received_at
        if state is None:
            return
        said = first_found(state.paths, place)
        online = any(same(said, each) for each in state.online)
        if not online and not any(same(said, each) for each in state.offline):
            raise Unreadable(f"{state.paths[0].text} says neither that the device is online nor that it is offline")
        if now is not None and not message.delivery.retained:
            if rule.heartbeat is not None:
                self._beat_until = now + rule.heartbeat if online else None
            yield from self._flapping(online, now, message)
        self._online = online
        yield DeviceStatus(message.offset, online=online)

    def _flapping(self, online: bool, now: Instant, message: _Message) -> Iterator[Fault]:
        """Two bridges of one client id throw each other out every few seconds (mqtt-payloads, section 7)."""
        if online or self._online is False:
            return
        self._went.append(now)
        if len(self._went) == FLAPS and now - self._went[0] <= FLAPS_WITHIN:
            detail = (
                f"went offline {FLAPS} times within a minute: do two bridges share one client id? "
                "A broker then throws out one for the other; give each its own"
            )
            self._went.clear()
            yield self._fault(message, FaultKind.CONFLICT, detail)

    def _spoilt(self, rule: MessageRule, error: Unreadable, document: object, message: _Message) -> Fault:
        found = excerpt(document, self._shown)
        detail = f"{rule.name}: {error}" + (f"; {found}" if found else "")
        return self._fault(message, FaultKind.MALFORMED, detail)

    def _fault(self, message: _Message, kind: FaultKind, detail: str) -> Fault:
        return Fault(message.offset, kind, message.size, detail)
