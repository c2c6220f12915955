"""Nothing that can be set, connected or chosen is left unexplained."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest

from adapters.registry import drivers
from alerts.channel import find_kinds
from config.models import LISTS, TABLES
from monitor.cli import build_parser

ROOT = Path(__file__).resolve().parents[2]
KINDS = find_kinds()
PAGES = [ROOT / "README.md", *ROOT.glob("docs/*.md"), *(ROOT.glob("*/README.md"))]
TEXT = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
SETTINGS = [
    (section, name)
    for section, model in {**TABLES, **LISTS}.items()
    for name in model.model_fields
    if name != "options"
]


def told(word: str) -> bool:
    """Whether a page names `word` as code."""
    return re.search(rf"`[^`\n]*(?<![\w-]){re.escape(word)}(?![\w-])[^`\n]*`", TEXT) is not None


@pytest.mark.parametrize(("section", "key"), SETTINGS, ids=lambda part: part)
def test_every_setting_is_documented(section: str, key: str) -> None:
    """config/README.md has the section's line, and the line names the key."""
    lines = [line for line in (ROOT / "config/README.md").read_text("utf-8").splitlines() if line.startswith("| `[")]
    (line,) = [line for line in lines if re.match(rf"\| `\[+{section}\]+`", line)]
    assert f"`{key}`" in line


@pytest.mark.parametrize("name", drivers())
def test_every_driver_is_documented(name: str) -> None:
    """A reader of the pages learns its name, and the driver names its source."""
    assert told(name)
    assert drivers()[name].source


@pytest.mark.parametrize(
    ("owner", "option"),
    [(name, field.name) for name, driver in drivers().items() for field in dataclasses.fields(driver.options)]
    + [(name, field.name) for name, kind in KINDS.items() for field in dataclasses.fields(kind.options)],
)
def test_every_option_is_documented(owner: str, option: str) -> None:
    """Options of drivers and channels stand on some page."""
    assert told(option), f"{owner}: no page names the option {option}"


@pytest.mark.parametrize("name", KINDS)
def test_every_channel_is_documented(name: str) -> None:
    """A reader of the pages learns its name."""
    assert told(name)


def test_every_command_is_documented() -> None:
    """`bedwatch COMMAND` stands on some page, for each command there is."""
    commands = re.findall(r"^    ([a-z]+)  ", build_parser().format_help(), re.MULTILINE)
    assert commands
    assert [name for name in commands if f"bedwatch {name}" not in TEXT] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    """Relative links and pictures exist."""
    links = re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []
