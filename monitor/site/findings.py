"""What a look through a site file collects on its way, and how secrets are read."""

from __future__ import annotations

from pathlib import Path

from config.layers import Layers
from config.masking import EXAMPLE_SECRETS
from config.problem import Path as Key
from config.problem import Problem

LARGEST_SECRET = 64 * 1024


class Findings:
    """Problems to mend and warnings to look at."""

    def __init__(self, layers: Layers, *, demo: bool, need_secrets: bool) -> None:
        """`demo` accepts example secrets; without `need_secrets` a secret's file may be absent."""
        self.problems: list[Problem] = []
        self.warnings: list[str] = []
        self._layers = layers
        self._demo = demo
        self._need_secrets = need_secrets

    def number(self, section: str, entry_id: str) -> int:
        """Which entry of the merged list has that id; checked entries may be fewer than written ones."""
        entries = self._layers.table[section]
        return next(
            number for number, each in enumerate(entries) if isinstance(each, dict) and each.get("id") == entry_id
        )

    def wrong(self, key: Key, message: str) -> None:
        """Something to mend."""
        self.problems.append(self._layers.problem(key, message))

    def odd(self, key: Key, message: str) -> None:
        """Something to look at."""
        self.warnings.append(str(self._layers.problem(key, message)))

    def check_secret(self, key: Key, secret: object) -> None:
        """Refuse a secret that stands in this project's own examples, outside a demo."""
        if not self._demo and isinstance(secret, str) and secret in EXAMPLE_SECRETS:
            self.wrong(
                key, "is the example secret of the documents, which everybody knows: put a secret of your own there"
            )

    def read_secret(self, key: Key, name: str) -> str | None:
        """The secret that lies in the file `name`, without line end; None with a finding when it cannot be had."""
        try:
            with Path(name).open("rb") as file:
                text = file.read(LARGEST_SECRET).decode("utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not text"
            remedy = f"{name} cannot be read here ({reason}): put the secret alone into that file"
            if self._need_secrets:
                self.wrong(key, remedy)
            else:
                self.odd(key, f"{remedy}; the service does not start without it")
            return None
        if not text:
            self.wrong(key, f"{name} is empty: put the secret alone into that file")
            return None
        self.check_secret(key, text)
        return text
