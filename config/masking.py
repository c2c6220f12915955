"""Which settings are secrets, how they look when printed, and which shipped examples protect nothing."""

from __future__ import annotations

import re

MASK = "********"

EXAMPLE_SECRETS = frozenset(
    {
        "whsec_YmVkd2F0Y2ggZXhhbXBsZSBzZWNyZXQsIHJlcGxhY2UgbWU=",  # in the documents: the webhook's
        "bedwatch-example",  # in the documents and docker-compose.yml: the broker's
    }
)
"""Secrets that stand in this project's own examples. Everybody knows them: they are for the demo alone."""

_SECRET_KEY = re.compile(r"(.*_)?(secret|password|token|passphrase|api_key)")
_URL = re.compile(r"([a-z][a-z0-9+.-]*://)([^/@]*@)?([^/?#]*)(.*)", re.IGNORECASE | re.DOTALL)


def is_secret(key: str) -> bool:
    """Whether the setting called `key` is a secret by its name; `NAME_file` only says where one lies."""
    return _SECRET_KEY.fullmatch(key) is not None


def shown(section: str, key: str, value: object) -> object:
    """`value` fit for a screen: secrets masked, URLs without what may be one."""
    if is_secret(key):
        return MASK if value else value
    if isinstance(value, dict):
        return {name: shown(section, name, inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [shown(section, key, inner) for inner in value]
    match = _URL.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return value
    scheme, login, host, rest = match[1], match[2] or "", match[3], match[4]
    if login:
        user, colon, _ = login[:-1].partition(":")
        login = f"{user}:{MASK}@" if colon else login
    if section == "channel" and len(rest) > 1:
        # The path of a webhook's address may hold a token.
        rest = f"/{MASK}"
    return f"{scheme}{login}{host}{rest}"
