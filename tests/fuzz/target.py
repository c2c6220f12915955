"""One input of the fuzzer: bytes for the choice of options and a cut, the rest is the stream.

The modules under test are imported inside the functions: the engine has to instrument them as they come in.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from monitor.conformance.subject import Subject

CAPTURES: Final = Path(__file__).parents[1] / "captures"
HEAD: Final = 3
"""Bytes before the stream: which options, and where it is cut."""
MEMORY_ASKED_EVERY: Final = 16
"""How much is held is asked of one input in so many: it takes far longer than decoding."""


class Finding(AssertionError):
    """The decoder does not hold what it has to."""


class Target:
    """A driver under the fuzzer. A finding is kept as a capture folder, whose test fails until it is mended."""

    def __init__(self, name: str, found: Path = CAPTURES) -> None:
        from monitor.conformance.subject import find_subjects

        self.subject: Subject = find_subjects([CAPTURES])[name]
        self.settings = self.subject.settings()
        self._found = found

    def seeds(self) -> Iterator[bytes]:
        """The driver's captures as inputs, whole and in their first halves."""
        for number, (_, inputs) in enumerate(self.settings):
            for stream in inputs:
                yield bytes((number, 0, 7)) + stream
                yield bytes((number, 1, 1)) + stream[: len(stream) // 2]

    def __call__(self, data: bytes) -> None:
        """Try one input. Raises Finding, or what the decoder raised, once the input is kept."""
        if len(data) < HEAD:
            return
        options, stream = self.settings[data[0] % len(self.settings)][0], data[HEAD:]
        cut = int.from_bytes(data[1:HEAD], "big") % (len(stream) + 1)
        wrong = None
        try:
            wrong = self._wrong(stream, cut, options)
        except Exception as error:
            self._keep(stream, options, f"raised {type(error).__name__}")
            raise
        if wrong:
            self._keep(stream, options, wrong)
            raise Finding(wrong)

    def _wrong(self, stream: bytes, cut: int, options: dict[str, Any]) -> str | None:
        from monitor.conformance.claims import accounted, holds_little, same_when_cut

        wrong = accounted(self.subject, stream, options) or same_when_cut(self.subject, stream, [cut], options)
        if wrong is None and sum(stream) % MEMORY_ASKED_EVERY == 0:
            return holds_little(self.subject, stream, options)
        return wrong

    def _keep(self, stream: bytes, options: dict[str, Any], what: str) -> None:
        name = f"found-{hashlib.sha256(stream).hexdigest()[:8]}"
        folder = self._found / self.subject.driver.name / name
        folder.mkdir(parents=True, exist_ok=True)
        suffix = "txt" if self.subject.driver.messages else "bin"
        (folder / f"input.{suffix}").write_bytes(stream)
        shows = f"Bytes that once were not held: {_plain(what)}."
        about = f'origin = "found by the fuzzer"\nreal = false\nshows = "{shows}"\npleth = true\n'
        given = next((each for each in self.subject.captures if each.options == options and options), None)
        if given is not None:
            # Tables within tables are copied as they are written there.
            text = (given.folder / "about.toml").read_text("utf-8")
            about += "\n" + text[text.index("[options") :]
        tomllib.loads(about)
        (folder / "about.toml").write_text(about, "utf-8")


def _plain(what: str) -> str:
    """The beginning of the reason, in characters that need no quoting."""
    return "".join(each for each in what if each.isalnum() or each in " ,:;()=_-")[:120].rstrip(" .")
