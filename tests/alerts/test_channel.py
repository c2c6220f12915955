"""Kinds of channel are found by name; settings are checked before anything is opened."""

from __future__ import annotations

from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

import alerts.channel
from alerts.channel import ChannelError, ChannelKind, find_kinds, open_channel, specify
from alerts.channels import log
from config.vocabulary import Priority

HOOK = {"url": "https://example.org/hook", "secret": "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"}
third_party = ChannelKind("buzzer", open=lambda channel_id, options: log.LogChannel(channel_id))
second_log = ChannelKind("log", open=lambda channel_id, options: log.LogChannel(channel_id))
not_a_kind = "something else"


def plug_in(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Pretend that an installed package offers `name` of this module as a channel."""
    point = EntryPoint("x", f"{__name__}:{name}", alerts.channel.ENTRY_POINTS)
    monkeypatch.setattr(alerts.channel, "entry_points", lambda group: [point])


def test_the_shipped_kinds_are_found() -> None:
    kinds = find_kinds()
    assert set(kinds) >= {"log", "webhook"}
    assert (kinds["webhook"].min_priority, kinds["webhook"].keeps_record) == (Priority.MEDIUM, False)


def test_a_third_party_kind_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    plug_in(monkeypatch, "third_party")
    assert find_kinds()["buzzer"] is third_party


@pytest.mark.parametrize(("name", "complaint"), [("second_log", "exists twice"), ("not_a_kind", "not a ChannelKind")])
def test_a_bad_entry_point_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, complaint: str) -> None:
    plug_in(monkeypatch, name)
    with pytest.raises(ChannelError, match=complaint):
        find_kinds()


def test_a_channel_is_specified_and_opened() -> None:
    kinds = find_kinds()
    spec = specify(kinds, "pager", "webhook", HOOK, min_priority="high")
    assert (spec.id, spec.kind, spec.min_priority, spec.keeps_record) == ("pager", "webhook", Priority.HIGH, False)
    assert "whsec" not in repr(spec)
    assert open_channel(kinds, spec).id == "pager"


def test_the_kind_gives_what_the_site_file_leaves_out() -> None:
    spec = specify(find_kinds(), "log", "log", {})
    assert (spec.min_priority, spec.keeps_record) == (Priority.LOW, True)


@pytest.mark.parametrize(
    ("kind", "options", "min_priority", "complaint"),
    [
        ("webhok", {}, None, "channel 'pager': kind 'webhok' is unknown; there are .*log, webhook"),
        ("webhook", {**HOOK, "secretfile": "x"}, None, "'secretfile' is unknown .*did you mean 'secret_file'"),
        ("log", {"zzz": 1}, None, "'zzz' is unknown to kind 'log'; known are none"),
        ("webhook", {"secret": "x"}, None, "option 'url' is missing"),
        ("webhook", {**HOOK, "url": "nowhere"}, None, "channel 'pager': option 'url' must be an address"),
        ("log", {}, "urgent", "channel 'pager': min_priority: unknown priority 'urgent'"),
    ],
)
def test_settings_that_cannot_work_are_refused_by_name(
    kind: str, options: dict[str, object], min_priority: str | None, complaint: str
) -> None:
    with pytest.raises(ChannelError, match=complaint):
        specify(find_kinds(), "pager", kind, options, min_priority=min_priority)


def test_a_secret_file_that_is_missing_is_reported_with_its_channel(tmp_path: Path) -> None:
    kinds = find_kinds()
    spec = specify(kinds, "pager", "webhook", {"url": HOOK["url"], "secret_file": str(tmp_path / "none")})
    with pytest.raises(ChannelError, match="channel 'pager': option 'secret_file'"):
        open_channel(kinds, spec)
