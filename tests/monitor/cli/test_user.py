"""`bedwatch user`: people and tokens, with real hashing."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from monitor.cli import main
from monitor.station.people import People


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder; no variable and no terminal speak for the user."""
    for name in ("BEDWATCH_PASSWORD", "BEDWATCH_SITE", "BEDWATCH_JOURNAL__FOLDER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("sys.stdin", io.StringIO())
    return tmp_path / "data"


def add(data: Path, monkeypatch: pytest.MonkeyPatch, name: str = "nurse-a", role: str = "nurse") -> int:
    monkeypatch.setenv("BEDWATCH_PASSWORD", "correct horse battery")
    return main(["user", "add", name, "--role", role, "--data", str(data)])


async def test_add_list_disable(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is written is what the station reads."""
    assert add(data, monkeypatch) == 0
    people = People(data / "people.json")
    assert await people.check("nurse-a", "correct horse battery") is not None
    assert main(["user", "list", "--data", str(data)]) == 0
    assert capsys.readouterr().out == "nurse-a  nurse\n"
    assert main(["user", "disable", "nurse-a", "--data", str(data)]) == 0
    assert main(["user", "list", "--data", str(data)]) == 0
    assert capsys.readouterr().out == "nurse-a  nurse  disabled\n"
    assert people.find("nurse-a") is None


def test_a_token_stands_alone_on_standard_output(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """So that a program can take it up."""
    add(data, monkeypatch)
    capsys.readouterr()
    assert main(["user", "token", "nurse-a", "--scope", "read", "--data", str(data)]) == 0
    found = People(data / "people.json").by_token(capsys.readouterr().out.strip())
    assert found is not None
    assert (found[0].name, set(found[1])) == ("nurse-a", {"read"})


async def test_a_password_from_a_file(data: Path, tmp_path: Path) -> None:
    path = tmp_path / "password"
    path.write_text("correct horse battery\n")
    assert main(["user", "add", "nurse-a", "--role", "nurse", "--password-file", str(path), "--data", str(data)]) == 0
    assert await People(data / "people.json").check("nurse-a", "correct horse battery") is not None


class Terminal(io.StringIO):
    """A standard input at which somebody sits."""

    def isatty(self) -> bool:
        """Always."""
        return True


@pytest.mark.parametrize(
    ("typed", "code", "words"),
    [
        (["correct horse battery"] * 2, 0, "nurse-a may sign in as nurse"),
        (["correct horse battery", "correct horse buttery"], 2, "the two passwords differ"),
        (["short", "short"], 2, "the password has 5 characters"),
    ],
)
def test_a_password_from_the_prompt(
    typed: list[str], code: int, words: str, data: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    """Asked for twice; nothing is written when it will not do."""
    answers = iter(typed)
    monkeypatch.setattr("sys.stdin", Terminal())
    monkeypatch.setattr("getpass.getpass", lambda prompt: next(answers))
    assert main(["user", "add", "nurse-a", "--role", "nurse", "--data", str(data)]) == code
    assert words in capsys.readouterr().err
    assert (data / "people.json").exists() == (code == 0)


@pytest.mark.parametrize(
    ("line", "code", "words"),
    [
        (["add", "nurse-a", "--role", "nurse"], 2, "no terminal to ask for the password"),
        (["add", "nurse-a", "--role", "nurse", "--password-file", "/none/x"], 3, "/none/x cannot be read"),
        (["disable", "nurse-b"], 2, "there is no person 'nurse-b'"),
        (["token", "nurse-b", "--scope", "read"], 2, "there is no person 'nurse-b'"),
    ],
)
def test_what_cannot_be_done(
    line: list[str], code: int, words: str, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["user", *line, "--data", str(data)]) == code
    assert words in capsys.readouterr().err


def test_an_unknown_role(data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert add(data, monkeypatch, role="doctor") == 2
    assert "unknown role 'doctor'" in capsys.readouterr().err


def test_nobody_yet(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["user", "list", "--data", str(data)]) == 0
    out, err = capsys.readouterr()
    assert out == ""
    assert "bedwatch user add" in err


def test_the_data_folder_of_the_settings(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without --data it is the one the service uses: of the site file, or the environment above it."""
    monkeypatch.setenv("BEDWATCH_PASSWORD", "correct horse battery")
    site = tmp_path / "site.toml"
    site.write_text(f'[journal]\nfolder = "{data}"\n')
    assert main(["user", "add", "nurse-a", "--role", "nurse", "--site", str(site)]) == 0
    assert (data / "people.json").exists()
    other = tmp_path / "other"
    monkeypatch.setenv("BEDWATCH_JOURNAL__FOLDER", str(other))
    assert main(["user", "list", "--site", str(site)]) == 0
    assert capsys.readouterr().out == ""


def test_a_data_folder_that_is_none(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    site = tmp_path / "site.toml"
    site.write_text("[journal]\nfolder = 3\n")
    assert main(["user", "list", "--site", str(site)]) == 2
    assert f"{site}:2: journal.folder: is not the path of a folder" in capsys.readouterr().err
