"""`bedwatch capture`: fixtures that the other tests could take as they are."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tomllib
import tty
from pathlib import Path

import pytest

from monitor.cli import main
from tests.adapters.captures import ROOT, Capture, decode

MASIMO = (
    b"03/17/16 19:19:3%d SN=0000123456 SPO2=098%% BPM=123 PI=00.55%% SPCO=--.-%% SPMET=--.-%% DESAT=-- PIDELTA=+-- "
    b"ALARM=0000 EXC=000000\r\n"
)


def is_a_fixture(folder: Path, driver: str) -> bool:
    """Whether it is what the conformance kit wants of `tests/captures/<driver>/<case>`."""
    assert sorted(path.name for path in folder.iterdir() if not path.name.startswith("input.")) == [
        "about.toml",
        "arrivals.jsonl",
        "expected.jsonl",
    ]
    capture = Capture(folder)
    about = capture.about
    lines = (folder / "expected.jsonl").read_text("utf-8").splitlines()
    items = decode(driver, capture.input, options=about.get("options"))
    arrivals = [json.loads(line) for line in (folder / "arrivals.jsonl").read_text().splitlines()]
    end = arrivals[-1]["offset"] + arrivals[-1]["bytes"]
    return bool(about["real"] and about["origin"] and about["shows"].endswith(".")) and (
        len(lines) == len(items) and end == len(capture.input)
    )


def replayed(path: Path) -> str:
    return f"replay://{path}?rate=1000000"


def test_a_capture_is_a_fixture_without_serial_numbers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """All that came, though the connection ended before the time was over."""
    source = tmp_path / "heard.bin"
    source.write_bytes(b"".join(MASIMO % second for second in range(5)))
    out = tmp_path / "masimo-ascii1" / "a-case"
    line = ["capture", replayed(source), "--driver", "masimo-ascii1", "--out", str(out), "--shows", 'It "works"']
    assert main(line) == 0
    said = capsys.readouterr().out
    assert "identities: 5 masked" in said
    assert "5 readings, 0 faults; ended: heard.bin: end of the capture" in said
    masked = (out / "input.bin").read_bytes()
    assert len(masked) == source.stat().st_size
    assert b"123456" not in masked
    assert all(b"123456" not in path.read_bytes() for path in out.iterdir())
    assert is_a_fixture(out, "masimo-ascii1")
    assert tomllib.loads((out / "about.toml").read_text())["shows"] == 'It "works".'


def test_a_protocol_without_identities_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = ROOT / "nonin-df1" / "clean" / "input.bin"
    assert main(["capture", replayed(source), "--driver", "nonin-df1", "--out", str(tmp_path / "a")]) == 0
    assert "says that its protocol carries none" in capsys.readouterr().out
    assert is_a_fixture(tmp_path / "a", "nonin-df1")
    assert (tmp_path / "a" / "input.bin").read_bytes() == source.read_bytes()


def test_options_stand_in_the_fixture(tmp_path: Path) -> None:
    """With them the capture is read; without, it would not be."""
    source = ROOT / "pm6750" / "clean" / "input.bin"
    line = ["capture", replayed(source), "--driver", "pm6750", "--out", str(tmp_path / "a")]
    assert main([*line, "--option", "patient=neonate", "--option", "spo2=false"]) == 0
    about = tomllib.loads((tmp_path / "a" / "about.toml").read_text())
    assert about["options"] == {"patient": "neonate", "spo2": False}
    assert is_a_fixture(tmp_path / "a", "pm6750")


def test_nothing_is_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "precious.txt").write_text("mine")
    source = ROOT / "nonin-df1" / "clean" / "input.bin"
    assert main(["capture", replayed(source), "--driver", "nonin-df1", "--out", str(tmp_path)]) == 2
    assert "is not empty" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["precious.txt"]


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (["serial:///dev/no-such-port", "--driver", "nonin-df2"], 3, "no such port"),
        (["tcp:nowhere", "--driver", "nonin-df2"], 2, "tcp://192.0.2.10:4001"),
        (["mqtt://broker/#", "--driver", "nonin-df2"], 2, "driver nonin-df2 reads bytes"),
        (["tcp://127.0.0.1:9", "--driver", "nonin"], 2, "unknown driver"),
        (["tcp://127.0.0.1:9", "--driver", "nonin-df2", "--option", "x=1"], 2, "has no option 'x'"),
        (["tcp://127.0.0.1:9", "--driver", "nonin-df2", "--option", "x"], 2, "KEY=VALUE is wanted"),
        (["tcp://127.0.0.1:9", "--driver", "pm6750", "--option", "spo2=true", "--option", "spo2=true"], 2, "twice"),
        (["tcp://127.0.0.1:9", "--driver", "nonin-df2", "--seconds", "0"], 2, "seconds are wanted"),
    ],
)
def test_what_cannot_be_recorded_is_named(
    args: list[str], code: int, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert main(["capture", *args, "--out", str(out)]) == code
    captured = capsys.readouterr()
    assert said in captured.err
    assert captured.out == ""
    assert not out.exists() or not list(out.iterdir())


@pytest.mark.enable_socket
def test_ctrl_c_keeps_what_came(tmp_path: Path) -> None:
    """On a real pseudo-terminal; the recording has begun when the port has taken the bytes."""
    device, end = os.openpty()
    tty.setraw(end)
    url = f"serial://{os.ttyname(end)}"
    running = subprocess.Popen(
        [sys.executable, "-P", "-m", "monitor", "capture", url, "--driver", "par-nibp", "--out", str(tmp_path / "a")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert os.read(device, 100).startswith(b"\x02"), "the driver's dialogue asks how the cuff is"
        frames = (ROOT / "par-nibp" / "clean" / "input.bin").read_bytes()[:42]
        os.write(device, frames)
        os.read(device, 100)
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=60)
    finally:
        running.kill()
        os.close(device)
        os.close(end)
    assert running.returncode == 0, err
    assert "ended: stopped" in out
    assert (tmp_path / "a" / "input.bin").read_bytes() == frames


@pytest.mark.enable_socket
def test_a_silent_device_leaves_no_capture(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    device, end = os.openpty()
    try:
        line = ["capture", f"serial://{os.ttyname(end)}", "--driver", "nonin-df2", "--seconds", "1"]
        assert main([*line, "--out", str(tmp_path / "a")]) == 1
    finally:
        os.close(device)
        os.close(end)
    assert "nothing was heard" in capsys.readouterr().out
    assert list((tmp_path / "a").iterdir()) == []
