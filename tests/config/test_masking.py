"""What is a secret and how it is shown."""

from __future__ import annotations

import pytest

from config.masking import MASK, is_secret, shown


@pytest.mark.parametrize("key", ["secret", "password", "token", "api_key", "bot_token", "smtp_password"])
def test_secrets_by_name(key: str) -> None:
    assert is_secret(key)
    assert shown("channel", key, "x") == MASK


@pytest.mark.parametrize("key", ["secret_file", "url", "tokens", "name"])
def test_not_secrets(key: str) -> None:
    assert not is_secret(key)


@pytest.mark.parametrize(
    ("section", "url", "seen"),
    [
        ("device", "mqtt://ward:pass@broker:1883/a/#", f"mqtt://ward:{MASK}@broker:1883/a/#"),
        ("device", "mqtt://ward@broker/a", "mqtt://ward@broker/a"),
        ("device", "serial:///dev/ttyUSB0?baud=9600", "serial:///dev/ttyUSB0?baud=9600"),
        ("channel", "https://example.org/hook/T0K3N", f"https://example.org/{MASK}"),
        ("channel", "https://example.org?key=1", f"https://example.org/{MASK}"),
        ("channel", "https://example.org", "https://example.org"),
    ],
)
def test_addresses(section: str, url: str, seen: str) -> None:
    """A login and the path of a webhook may let somebody in."""
    assert shown(section, "url", url) == seen


def test_secrets_inside_tables_and_lists() -> None:
    assert shown("channel", "targets", [{"url": "https://a/b", "token": "t"}]) == [
        {"url": f"https://a/{MASK}", "token": MASK}
    ]
