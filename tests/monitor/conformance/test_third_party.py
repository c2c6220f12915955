"""A driver of an installed package: found by entry points, asked by the command line, without anything of our tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.cli import main
from monitor.conformance.badges import BEGIN, END
from tests.monitor.conformance.acme import acme


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder on the path with the metadata of a distribution; the folder of its captures."""
    acme(tmp_path / "captures")
    info = tmp_path / "site" / "bedwatch_acme-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: bedwatch-acme\nVersion: 1.0\n", "utf-8")
    (info / "entry_points.txt").write_text(
        "[bedwatch.drivers]\nacme = tests.monitor.conformance.acme:ACME\n"
        "[bedwatch.emulators]\nacme = tests.monitor.conformance.acme:EMULATOR\n",
        "utf-8",
    )
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    return tmp_path / "captures"


def test_it_gets_its_badges(installed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["conformance", "acme", "--captures", str(installed)]) == 0
    head, row = capsys.readouterr().out.splitlines()
    assert head.split()[:2] == ["driver", "trust"]
    assert row.split() == [
        "acme",
        "V",
        "1",
        "own",
        "yes",
        "yes",
        "yes",
        "0",
        "B",
        "oximeter,",
        "cuff",
        "3",
        "flags",
        "7",
        "errors",
        "sum",
        "yes",
        "yes",
    ]


def test_a_missing_badge_has_its_reason(installed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without captures: exit 1."""
    assert main(["conformance", "acme", "--captures", str(tmp_path / "nowhere")]) == 1
    told = capsys.readouterr()
    assert "NO" in told.out.splitlines()[1].split()
    assert "acme, captures: there is no capture" in told.err


def test_its_row_goes_into_a_table(installed: Path, tmp_path: Path) -> None:
    """Rows of other drivers that are found stay; those of strangers go."""
    page = tmp_path / "page.md"
    kept, gone = "| `par-nibp` | PAR |\n", "| `vanished` | what it was |\n"
    page.write_text(f"before\n\n{BEGIN}\n| driver |\n| --- |\n{kept}{gone}{END}\nafter\n", "utf-8")
    assert main(["conformance", "acme", "--captures", str(installed), "--write", str(page)]) == 0
    lines = page.read_text("utf-8").splitlines()
    assert lines[:3] == ["before", "", BEGIN]
    assert lines[5].startswith("| `acme` | Acme, made up | V | 1 own |")
    assert lines[6:] == [kept.strip(), END, "after"]


def test_the_table_as_markdown(installed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["conformance", "acme", "--captures", str(installed), "--markdown"]) == 0
    assert capsys.readouterr().out.startswith("| driver | device | trust |")


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["nonin-fd2"], 2, "did you mean nonin-df2"),
        (["zzzzzzzzzz"], 2, "known are"),
        (["acme", "--write", "nowhere/page.md"], 3, "No such file"),
        (["acme", "--write", "empty.md"], 2, "no place for the table"),
    ],
)
def test_what_cannot_be_done_is_said(
    arguments: list[str],
    code: int,
    told: str,
    installed: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(installed)
    Path("empty.md").write_text("nothing\n", "utf-8")
    assert main(["conformance", *arguments, "--captures", str(installed)]) == code
    assert told in capsys.readouterr().err


def test_what_is_asked_can_be_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["conformance", "--checks"]) == 0
    assert "never starts: Connecting and waiting never start a measurement." in capsys.readouterr().out.splitlines()
