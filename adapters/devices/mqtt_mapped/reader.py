"""A table of settings to a mapping; every mistake is told with its place and the remedy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from adapters.devices.mqtt_mapped.mapping import (
    VALUES,
    ErrorRule,
    Kind,
    MessageRule,
    PublisherMapping,
    Retained,
    StateRule,
)
from adapters.devices.mqtt_mapped.payload import Form, Payload
from adapters.devices.mqtt_mapped.place import Condition, parse_path, read_condition, read_paths
from adapters.devices.mqtt_mapped.table import MappingError, Table, nearest
from adapters.devices.mqtt_mapped.times import read_time
from adapters.devices.mqtt_mapped.topic import TopicPattern, parse_topic
from adapters.devices.mqtt_mapped.value import ValueRule, read_value
from config.instant import seconds
from config.vocabulary import CuffError, Flag

MOST_MESSAGES: Final = 32
SEPARATED: Final = (Form.TEXT, Form.PAIR)


def read_mapping(
    content: Mapping[str, Any], topics: Mapping[str, str] | None = None, zone: str | None = None
) -> PublisherMapping:
    """The mapping that the table describes.

    Args:
        topics: instead of the mapping's own, by the name of the message.
        zone: of times without one, instead of the mapping's own.

    Raises:
        MappingError: with the place in the table and the remedy.
    """
    table = Table(content)
    given = dict(topics or {})
    own = table.tables("message")
    if not 0 < len(own) <= MOST_MESSAGES:
        raise table.wrong("message", f"a mapping has 1 to {MOST_MESSAGES} tables [[message]], not {len(own)}")
    messages = tuple(_message(each, f"message-{number}", given, zone) for number, each in enumerate(own, 1))
    names = [message.name for message in messages]
    for name in names:
        if names.count(name) > 1:
            raise MappingError(f"message: two are called {name!r}: give each a name of its own")
    for name in given:
        raise MappingError(f"topics: the mapping has no message {name!r}: {nearest(name, names)}")
    mapping = PublisherMapping(
        title=table.text("title", "a mapping of this site") or "",
        source=table.text("source", "the site file") or "",
        messages=messages,
        retained=table.word("retained", Retained, Retained.HISTORY) or Retained.HISTORY,
        join_within=seconds(table.number("join_within_s", 2.0, 0.1, 60)),
        keep=frozenset(table.texts("keep")),
    )
    table.done()
    joined = {message.kind for message in messages if message.join}
    if len(joined) > 1:
        raise MappingError("message: join puts the values of one oximeter or one cuff together, not of both")
    return mapping


def _message(table: Table, usual: str, topics: dict[str, str], zone: str | None) -> MessageRule:
    name = table.text("name", usual) or usual
    kind = table.word("kind", Kind)
    if kind is None:
        raise table.wrong("kind", f"is missing: what the message tells: {', '.join(Kind)}")
    values = tuple(_values(table, kind))
    battery = table.take("battery")
    time = table.table("time")
    beat = table.number("heartbeat_s", 0.0, 0, 86_400)
    rule = MessageRule(
        name=name,
        kind=kind,
        topic=_topic(table, topics.pop(name, None), name),
        payload=_payload(table),
        only_if=tuple(_condition(each) for each in table.tables("only_if")),
        each=read_paths(table, "each") if table.take("each") is not None else (),
        device=read_paths(table, "device") if table.take("device") is not None else (),
        values=values,
        absent=table.word("absent", Flag),
        flags=tuple(_flag(each) for each in table.tables("flags")),
        error=_error(table.table("error")),
        irregular=_optional_condition(table.table("irregular")),
        map_computed=table.truth("map_computed"),
        time=None if time is None else read_time(time, zone, streams=kind is Kind.OXIMETER),
        once_by=tuple(parse_path(text, table.at("once_by")) for text in table.texts("once_by")),
        seq=tuple(parse_path(text, table.at("seq")) for text in table.texts("seq")),
        battery=None if battery is None else read_value("battery", battery, table),
        state=_state(table.table("state")),
        heartbeat=seconds(beat) if beat else None,
        join=table.truth("join"),
    )
    table.done()
    _fits(rule, table)
    return rule


def _fits(rule: MessageRule, table: Table) -> None:
    """What only the whole message shows."""
    names = {value.name for value in rule.values}
    if rule.kind is not Kind.STATUS and not names:
        raise table.wrong("kind", f"a message of kind {rule.kind} gives one of {', '.join(VALUES[rule.kind])}")
    if rule.kind is Kind.CUFF and not rule.join and not {"systolic", "diastolic"} <= names:
        raise table.wrong(
            "kind", "a cuff's message has systolic and diastolic; where they come one by one, add join = true to each"
        )
    if rule.kind is Kind.STATUS and rule.state is None and rule.battery is None:
        raise table.wrong("kind", "a message of kind status has state or battery")
    named = set() if rule.topic is None else set(rule.topic.names)
    for path in (*rule.paths(), *rule.device):
        if path.start == "topic" and path.steps[0] not in named:
            raise table.wrong(
                "topic", f"has no part called {path.text}: write it as a level, as in ward7/{path.text}/oxi"
            )
    cuffs = {"error": rule.error, "irregular": rule.irregular, "map_computed": rule.map_computed or None}
    for key, given in cuffs.items():
        if given is not None and rule.kind is not Kind.CUFF:
            raise table.wrong(key, "belongs to a message of kind cuff")
    if (rule.absent is not None or rule.flags) and rule.kind is not Kind.OXIMETER:
        raise table.wrong("absent" if rule.absent else "flags", "belongs to a message of kind oximeter")
    if rule.heartbeat is not None and rule.kind is not Kind.STATUS:
        raise table.wrong("heartbeat_s", "belongs to a message of kind status")
    if rule.join and (rule.each or rule.kind is Kind.STATUS):
        raise table.wrong("join", "is for values that come in messages of their own, without each")


def _values(table: Table, kind: Kind) -> list[ValueRule]:
    found = []
    for name in VALUES[kind]:
        content = table.take(name)
        if content is not None:
            found.append(read_value(name, content, table))
    return found


def _topic(table: Table, instead: str | None, name: str) -> TopicPattern | None:
    own = table.text("topic")
    if instead is not None:
        return parse_topic(instead, f"topics.{name}")
    return None if own is None else parse_topic(own, table.at("topic"))


def _payload(table: Table) -> Payload:
    form = table.word("payload", Form, Form.JSON) or Form.JSON
    separator = table.text("separator")
    if form is Form.SPARKPLUG:
        raise table.wrong("payload", "Sparkplug B is not read; let the gateway publish JSON beside it")
    if separator is not None and form not in SEPARATED:
        raise table.wrong("separator", "belongs to payload = text or pair")
    return Payload(form, "/" if form is Form.PAIR and separator is None else separator)


def _condition(table: Table) -> Condition:
    found = read_condition(table)
    table.done()
    return found


def _optional_condition(table: Table | None) -> Condition | None:
    return None if table is None else _condition(table)


def _flag(table: Table) -> tuple[Flag, Condition]:
    flag = table.word("flag", Flag)
    if flag is None:
        raise table.wrong("flag", f"is missing: one of {', '.join(Flag)}")
    return flag, _condition(table)


def _error(table: Table | None) -> ErrorRule | None:
    if table is None:
        return None
    words = table.take("words")
    if not isinstance(words, Mapping) or not words:
        raise table.wrong("words", "is missing: what stands there and what it means, as in {E1 = 'leak'}")
    for word, meaning in words.items():
        if not isinstance(meaning, str) or meaning not in set(CuffError):
            raise table.wrong("words", f"{word} = {meaning!r}: {nearest(str(meaning), CuffError)}")
    fine = table.take("fine")
    if fine is not None and not isinstance(fine, list):
        raise table.wrong("fine", "wants a list of what stands there after a good measurement, as in [0, '']")
    rule = ErrorRule(
        read_paths(table), {str(word): CuffError(meaning) for word, meaning in words.items()}, tuple(fine or ())
    )
    table.done()
    return rule


def _state(table: Table | None) -> StateRule | None:
    if table is None:
        return None
    said = {key: table.take(key) for key in ("online", "offline")}
    for key, value in said.items():
        if value is not None and (isinstance(value, Mapping) or value == []):
            raise table.wrong(key, "wants what stands there, or a list of it")
    if said["online"] is None and said["offline"] is None:
        raise table.wrong("online", "is missing: what stands there while the device is there")
    lists = {key: tuple(value) if isinstance(value, list) else (value,) for key, value in said.items()}
    rule = StateRule(
        read_paths(table),
        *(tuple(each for each in lists[key] if each is not None) for key in ("online", "offline")),
    )
    table.done()
    return rule
