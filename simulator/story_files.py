"""Where stories are read from: the shipped ones by name, one's own by path."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

from simulator.tables import ScenarioError, nearest


class StoryFile(NamedTuple):
    """A story's text, its name, and what errors call its file."""

    text: str
    name: str
    origin: str


def story_names(*folder: str) -> list[str]:
    """The names of the shipped stories in a folder below `scenarios`."""
    shelf = files("simulator").joinpath("scenarios", *folder)
    return sorted(entry.name.removesuffix(".toml") for entry in shelf.iterdir() if entry.name.endswith(".toml"))


def find_story(name_or_path: str | Path, what: str, *folder: str) -> StoryFile:
    """A shipped story by name, or one of your own by the path of its `.toml` file; `what` is it called in messages.

    Raises:
        ScenarioError: there is none, or it cannot be read.
    """
    path = Path(name_or_path)
    if path.suffix == ".toml":
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as problem:
            raise ScenarioError(f"{path}: cannot be read ({problem}); give the path of a {what} file") from problem
        return StoryFile(text, path.stem, str(path))
    name, names = str(name_or_path), story_names(*folder)
    if name not in names:
        raise ScenarioError(f'there is no {what} "{name}"{nearest(name, names)}; or give the path of a .toml file')
    shelf = files("simulator").joinpath("scenarios", *folder)
    return StoryFile((shelf / f"{name}.toml").read_text(encoding="utf-8"), name, f"{name}.toml")


def read_toml(text: str, origin: str) -> dict[str, Any]:
    """The document in `text`; `origin` is what errors call the file.

    Raises:
        ScenarioError: it is not TOML.
    """
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise ScenarioError(f"{origin}: not valid TOML: {problem}") from problem
