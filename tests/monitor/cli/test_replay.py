"""The command `bedwatch replay` for files."""

from __future__ import annotations

import io
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from monitor.cli import main
from monitor.cli.replay import LONGEST_LINE, PROGRESS_LINES
from monitor.cli.terminal import MISSING, OK, USAGE

OPEN = {"t": 0, "bed": "bay-1", "input": "open_session", "patient": "P-1", "by": "nurse-a"}
SITE = """
[site]
id = "harbour"
preset = "ours"

[preset.ours]
based_on = "ketamine-adult"

[preset.other]
based_on = "ketamine-adult"

[[bed]]
id = "bay-1"

[[device]]
id = "ox-1"
bed = "bay-1"
driver = "nonin-df2"
url = "serial:///dev/ttyUSB0"
"""


def write(folder: Path, *lines: dict[str, Any] | str) -> str:
    path = folder / "night.jsonl"
    path.write_text("".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines), "utf-8")
    return str(path)


def events(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_the_events_of_a_file_go_to_standard_output(tmp_path: Path, capfdbinary: Any) -> None:
    assert main(["replay", write(tmp_path, OPEN, {"t": 61, "input": "tick"})]) == OK
    out, err = capfdbinary.readouterr()
    told = [event["event"] for event in events(out.decode())]
    assert told == ["session_opened", "phase_changed", "alarm_raised", "nibp_requested"]
    assert err == b""


def test_the_same_file_gives_the_same_bytes_in_a_file(tmp_path: Path, capfdbinary: Any) -> None:
    source, out = write(tmp_path, OPEN, {"t": 61, "input": "tick"}), tmp_path / "events.jsonl"
    assert main(["replay", source]) == OK
    assert main(["replay", source, "--out", str(out)]) == OK
    assert out.read_bytes() == capfdbinary.readouterr().out


def test_standard_input_is_read(monkeypatch: pytest.MonkeyPatch, capfd: Any) -> None:
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(json.dumps(OPEN).encode())))
    assert main(["replay", "-"]) == OK
    assert events(capfd.readouterr().out)[0]["event"] == "session_opened"


def test_a_line_that_cannot_be_read_ends_it_with_its_number(tmp_path: Path, capfd: Any) -> None:
    source = write(tmp_path, OPEN, {"t": 5, "input": "tick"}, {"t": 4, "input": "tick"})
    assert main(["replay", source]) == USAGE
    out, err = capfd.readouterr()
    assert err == f"bedwatch: {source}, line 3: t: goes back by 1 s behind the line before\n"
    assert len(events(out)) == 2


def test_an_endless_line_is_refused(tmp_path: Path, capfd: Any) -> None:
    assert main(["replay", write(tmp_path, "x" * (LONGEST_LINE + 1))]) == USAGE
    assert "line 1: longer than" in capfd.readouterr().err


def test_without_a_site_the_preset_is_chosen_by_name(tmp_path: Path, capfd: Any) -> None:
    assert main(["replay", write(tmp_path, OPEN), "--preset", "ketamine-adult"]) == OK
    assert events(capfd.readouterr().out)[0]["preset"] == "ketamine-adult"
    assert main(["replay", write(tmp_path, OPEN), "--preset", "ketamin-adult"]) == USAGE
    assert "unknown preset 'ketamin-adult'" in capfd.readouterr().err


def test_with_a_site_its_preset_beds_and_devices_hold(tmp_path: Path, capfd: Any) -> None:
    site = tmp_path / "site.toml"
    site.write_text(SITE, "utf-8")
    # A driver that streams is expected to: its silence is an alarm.
    source = write(tmp_path, OPEN, {"t": 11, "input": "tick"})
    assert main(["replay", source, "--site", str(site)]) == OK
    found = events(capfd.readouterr().out)
    assert found[0]["preset"] == "ours"
    assert [(event["alarm"], event["device"]) for event in found if event["event"] == "alarm_raised"] == [
        ("DEVICE_OFFLINE", "ox-1")
    ]
    assert main(["replay", source, "--site", str(site), "--preset", "other"]) == OK
    assert events(capfd.readouterr().out)[0]["preset"] == "other"
    assert main(["replay", write(tmp_path, OPEN | {"bed": "bay-9"}), "--site", str(site)]) == USAGE
    assert "line 1: bed: 'bay-9' is not in the site file; beds there: bay-1" in capfd.readouterr().err


def test_files_that_cannot_be_opened_are_named(tmp_path: Path, capfd: Any) -> None:
    assert main(["replay", str(tmp_path / "none.jsonl")]) == MISSING
    assert "none.jsonl cannot be read" in capfd.readouterr().err
    source = write(tmp_path, OPEN)
    assert main(["replay", source, "--out", str(tmp_path / "no" / "events.jsonl")]) == MISSING
    assert "events.jsonl cannot be written" in capfd.readouterr().err
    assert main(["replay", source, "--site", str(tmp_path / "none.toml")]) == USAGE


def test_the_input_is_never_written_over(tmp_path: Path, capfd: Any) -> None:
    source = write(tmp_path, OPEN)
    assert main(["replay", source, "--out", source]) == USAGE
    assert "is the input itself" in capfd.readouterr().err
    assert Path(source).read_text("utf-8").startswith("{")


def test_progress_is_told_to_a_terminal_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: Any) -> None:
    """Every 50 000 lines, and at the end."""
    shown = io.StringIO()
    monkeypatch.setattr(shown, "isatty", lambda: True, raising=False)
    monkeypatch.setattr("sys.stderr", shown)
    source = write(tmp_path, *["" for _ in range(PROGRESS_LINES + 1)])
    assert main(["replay", source]) == OK
    assert shown.getvalue() == f"\r{source}: {PROGRESS_LINES} lines\r{source}: {PROGRESS_LINES + 1} lines\n"
    assert capfdbinary.readouterr().out == b""
