"""The channels of a site file, checked against their kinds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from alerts.alert import AlertKind
from alerts.channel import ChannelError, ChannelKind, find_kinds, specify
from alerts.route import ALARM_KINDS, ChannelSpec
from config.masking import is_secret
from config.models import ChannelSection, Settings
from config.problem import Path, nearest
from monitor.site.findings import Findings

TELL = {"alarms": ALARM_KINDS, "heartbeat": frozenset({AlertKind.HEARTBEAT})}
"""What a channel may be told, and the kinds of message that each word stands for."""


def read_channels(settings: Settings, findings: Findings) -> tuple[ChannelSpec, ...]:
    """Every channel that is in order; what is wrong with the others goes to `findings`."""
    kinds = find_kinds()
    found = [
        _channel(channel, ("channel", findings.number("channel", channel.id)), kinds, findings)
        for channel in settings.channel
    ]
    return tuple(spec for spec in found if spec is not None)


def _channel(
    channel: ChannelSection, where: Path, kinds: Mapping[str, ChannelKind], findings: Findings
) -> ChannelSpec | None:
    if channel.kind not in kinds:
        findings.wrong((*where, "kind"), f"unknown kind {channel.kind!r}: {nearest(channel.kind, kinds)}")
        return None
    options = _with_secrets(channel.options, where, kinds[channel.kind], findings)
    try:
        tell = frozenset[AlertKind]().union(*(TELL[word] for word in channel.tell))
        return specify(kinds, channel.id, channel.kind, options, min_priority=channel.min_priority, tell=tell)
    except ChannelError as error:
        message = str(error).removeprefix(f"channel {channel.id!r}: ")
        key = next((key for key in options if repr(key) in message), None)
        findings.wrong(where if key is None else (*where, key), message)
        return None


def _with_secrets(options: dict[str, Any], where: Path, kind: ChannelKind, findings: Findings) -> dict[str, Any]:
    """The options with secrets checked, and with NAME instead of NAME_file for a kind that only knows NAME."""
    known = {each.name for each in fields(kind.options)}
    read = dict(options)
    for key, value in options.items():
        name = key.removesuffix("_file")
        if is_secret(key):
            findings.check_secret((*where, key), value)
        elif name != key and is_secret(name) and isinstance(value, str):
            secret = findings.read_secret((*where, key), value)
            if key not in known and name in known:
                if name in options:
                    findings.wrong((*where, name), f"stands beside {key}: keep one of them, better the file")
                del read[key]
                # What cannot be read has its finding already; an empty text lets the other options be checked.
                read[name] = secret or ""
    return read
