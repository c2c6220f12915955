"""The named people of the station and their programs' tokens: `people.json` in the data folder.

Passwords are kept as argon2 hashes, tokens as SHA-256 of a random secret; neither can be read back.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import os
import re
import secrets
import tempfile
from base64 import b64encode
from collections.abc import Iterable
from pathlib import Path

import msgspec
import structlog
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from monitor.core.errors import ConfigError
from monitor.station.rights import RIGHTS, Right, Role

NAME = re.compile(r"[a-z0-9-]{2,32}")
SHORTEST_PASSWORD = 8
LONGEST_PASSWORD = 256
HASHES_AT_ONCE = 2
"""Each hash takes 64 MiB for a fifth of a second: more at once would let strangers exhaust the machine."""


class Person(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One named user. `password` is an argon2 hash."""

    name: str
    role: Role
    password: str
    disabled: bool = False


class Token(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One API token: it acts in the name of a person, within its scopes. `secret` is a SHA-256 hash."""

    id: str
    name: str
    scopes: list[Right]
    secret: str


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    version: int = 1
    people: list[Person] = []
    tokens: list[Token] = []


class People:
    """Reads and writes the file; takes up what another process wrote as soon as it is asked about anybody."""

    def __init__(self, path: Path, hasher: PasswordHasher | None = None) -> None:
        """Raises ConfigError when the file is there and cannot be read."""
        self._path = path
        self._hasher = hasher or PasswordHasher()
        self._hashing = asyncio.Semaphore(HASHES_AT_ONCE)
        self._stamp: tuple[int, int, int] | None = None
        self._file = _File()
        self._log = structlog.get_logger(__name__)
        self._load()
        # Checked against when the name is unknown, so that guessing a name takes as long as guessing a password.
        self._nobody = _fits_nobody(self._hasher)

    def add(self, name: str, role: str, password: str) -> None:
        """A new person, or a new role and password for an existing one, who is then enabled again.

        Raises:
            ConfigError: name, role or password will not do; the message says what will.
        """
        _check_name(name)
        if role not in set(Role):
            raise ConfigError(f"unknown role {role!r}: choose one of {', '.join(Role)}")
        if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
            raise ConfigError(
                f"the password has {len(password)} characters: choose {SHORTEST_PASSWORD} to {LONGEST_PASSWORD}, "
                "for instance four words in a row"
            )
        self._load()
        person = Person(name, Role(role), self._hasher.hash(password))
        others = [one for one in self._file.people if one.name != name]
        self._write(msgspec.structs.replace(self._file, people=[*others, person]))

    def disable(self, name: str) -> None:
        """`name` may not sign in any more, and the tokens of that name end. Raises ConfigError when unknown."""
        self._load()
        person = self._known(name)
        people = [msgspec.structs.replace(one, disabled=True) if one is person else one for one in self._file.people]
        tokens = [token for token in self._file.tokens if token.name != name]
        self._write(msgspec.structs.replace(self._file, people=people, tokens=tokens))

    def issue_token(self, name: str, scopes: Iterable[str]) -> str:
        """A new token for a program acting as `name`; shown this once. Raises ConfigError with the remedy."""
        self._load()
        person = self._known(name)
        wanted = sorted(set(scopes))
        unknown = [scope for scope in wanted if scope not in set(Right)]
        if unknown or not wanted:
            raise ConfigError(f"unknown scope {', '.join(unknown) or '(none)'}: choose from {', '.join(Right)}")
        beyond = [scope for scope in wanted if Right(scope) not in RIGHTS[person.role]]
        if beyond:
            raise ConfigError(
                f"{name} is {person.role} and may not {', '.join(beyond)}: give the token less, or another person"
            )
        token_id, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
        token = Token(token_id, name, [Right(scope) for scope in wanted], _digest(secret))
        self._write(msgspec.structs.replace(self._file, tokens=[*self._file.tokens, token]))
        return f"bw_{token_id}_{secret}"

    def list(self) -> list[Person]:
        """Everybody, by name."""
        self.refresh()
        return sorted(self._file.people, key=lambda person: person.name)

    def find(self, name: str) -> Person | None:
        """The enabled person of that name; None when there is none."""
        self.refresh()
        return next((one for one in self._file.people if one.name == name and not one.disabled), None)

    async def check(self, name: str, password: str) -> Person | None:
        """The person, when name and password fit. Takes as long for an unknown name; hashes in a thread."""
        person = self.find(name)
        async with self._hashing:
            fits = await asyncio.to_thread(self._fits, person.password if person else self._nobody, password)
        return person if fits else None

    def by_token(self, bearer: str) -> tuple[Person, frozenset[Right]] | None:
        """Whom a token stands for and what it may do; None when it is unknown or its person disabled."""
        prefix, _, rest = bearer.partition("_")
        token_id, _, secret = rest.partition("_")
        given = _digest(secret)
        for token in (token for token in self._current().tokens if prefix == "bw" and token.id == token_id):
            person = self.find(token.name)
            if hmac.compare_digest(token.secret, given) and person is not None:
                return person, frozenset(token.scopes) & RIGHTS[person.role]
        return None

    def refresh(self) -> None:
        """Take up a changed file. One that cannot be read is logged, and the people known so far stay."""
        try:
            self._load()
        except ConfigError as error:
            self._log.error("people_file_unreadable", detail=str(error))

    def _current(self) -> _File:
        self.refresh()
        return self._file

    def _fits(self, stored: str, password: str) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False

    def _known(self, name: str) -> Person:
        person = next((one for one in self._file.people if one.name == name), None)
        if person is None:
            names = ", ".join(sorted(one.name for one in self._file.people)) or "nobody yet"
            raise ConfigError(
                f"there is no person {name!r} in {self._path} (there is: {names}); add one with `bedwatch user add`"
            )
        return person

    def _load(self) -> None:
        try:
            found = self._path.stat()
        except FileNotFoundError:
            self._stamp, self._file = None, _File()
            return
        except OSError as error:
            raise ConfigError(
                f"{self._path} cannot be read: {error.strerror}; check the data folder's owner"
            ) from error
        stamp = (found.st_mtime_ns, found.st_size, found.st_ino)
        if stamp == self._stamp:
            return
        self._stamp = stamp
        try:
            self._file = msgspec.json.decode(self._path.read_bytes(), type=_File)
        except OSError as error:
            raise ConfigError(f"{self._path} cannot be read: {error.strerror}; check the file's owner") from error
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise ConfigError(
                f"{self._path}: {error}; restore it from a backup or move it away and add the people again"
            ) from error

    def _write(self, file: _File) -> None:
        content = msgspec.json.format(msgspec.json.encode(file), indent=2) + b"\n"
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            # mkstemp makes the file readable by its owner alone, and the rename keeps it so.
            handle, name = tempfile.mkstemp(prefix=".people-", dir=self._path.parent)
            try:
                with os.fdopen(handle, "wb") as out:
                    out.write(content)
                    out.flush()
                    os.fsync(out.fileno())
                Path(name).replace(self._path)
            except BaseException:
                Path(name).unlink(missing_ok=True)
                raise
        except OSError as error:
            raise ConfigError(
                f"{self._path} cannot be written: {error.strerror}; check the data folder's owner and free space"
            ) from error
        self._stamp = None
        self._load()


def _fits_nobody(hasher: PasswordHasher) -> str:
    """A hash of the same cost that no password fits: drawn, not computed, as computing one takes 64 MiB at start."""
    salt, digest = (
        b64encode(secrets.token_bytes(length)).decode().rstrip("=") for length in (hasher.salt_len, hasher.hash_len)
    )
    cost = f"m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}"
    return f"$argon2id$v=19${cost}${salt}${digest}"


def _check_name(name: str) -> None:
    if not NAME.fullmatch(name):
        raise ConfigError(f"{name!r} is no user name: 2 to 32 of the characters a-z, 0-9 and -, for instance nurse-a")


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
