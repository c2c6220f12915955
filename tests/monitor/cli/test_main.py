"""The frame: help, exit codes, errors without tracebacks."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

import pytest

from monitor import cli
from monitor.cli import build_parser, main
from monitor.core.errors import ConfigError, IllegalTransition, InputError, JournalError

ROOT = Path(__file__).parents[3]


def test_help_as_a_module_outside_the_repository(tmp_path: Path) -> None:
    """`python -P -m monitor --help`, from a folder that has a stranger called config."""
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "__init__.py").write_text("raise SystemExit('the wrong package')")
    ran = subprocess.run(
        [sys.executable, "-P", "-m", "monitor", "--help"], cwd=tmp_path, capture_output=True, text=True, timeout=60
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    for command in ("check", "config", "decode", "user"):
        assert f"\n    {command} " in ran.stdout


def commands() -> dict[str, argparse.ArgumentParser]:
    """Every command by its name, as the parser has them."""
    (action,) = [each for each in build_parser()._actions if isinstance(each, argparse._SubParsersAction)]
    return dict(action.choices)


@pytest.mark.parametrize("name", commands())
def test_help_of_each_command_teaches(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A few words on what it does, and an example to copy."""
    assert main([name, "--help"]) == 0
    text = capsys.readouterr().out
    assert f"bedwatch {name}" in text.partition("example")[2]


@pytest.mark.parametrize("line", [[], ["chek"], ["decode"], ["user", "add", "nurse-a"], ["user", "add", "--rol", "x"]])
def test_wrong_usage(line: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(line) == 2
    assert "usage: bedwatch" in capsys.readouterr().err


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("bedwatch ")


def raising(error: BaseException, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the one command `fail` end with `error`."""

    def run(args: argparse.Namespace) -> int:
        raise error

    def parser() -> argparse.ArgumentParser:
        made = argparse.ArgumentParser()
        made.set_defaults(run=run)
        return made

    monkeypatch.setattr(cli, "build_parser", parser)


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (ConfigError("site.toml:3: wrong"), 2, "bedwatch: site.toml:3: wrong\n"),
        (ConfigError("one\ntwo"), 2, "bedwatch: 2 things to mend:\none\ntwo\n"),
        (InputError("line 3: wrong"), 2, "bedwatch: line 3: wrong\n"),
        (JournalError("no disk"), 3, "bedwatch: no disk\n"),
        (KeyboardInterrupt(), 1, "bedwatch: stopped\n"),
    ],
)
def test_errors_become_exit_codes(
    error: BaseException, code: int, words: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What the user can mend is told in words alone."""
    raising(error, monkeypatch)
    assert main([]) == code
    assert capsys.readouterr().err == words


def test_a_bug_keeps_its_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    raising(IllegalTransition("no cell"), monkeypatch)
    with pytest.raises(IllegalTransition):
        main([])


def test_a_reader_that_goes_is_no_error() -> None:
    """`bedwatch decode … | head -1`."""
    capture = ROOT / "tests" / "captures" / "nonin-df2" / "clean" / "input.bin"
    line = [sys.executable, "-P", "-m", "monitor", "decode", "nonin-df2", "-"]
    with subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        running.stdout.close()
        running.stdin.write(capture.read_bytes() * 100)
        running.stdin.close()
        assert running.stderr is not None
        assert running.stderr.read() == b""
    assert running.returncode == 0
