"""`bedwatch probe`: what it prints, and on a real pseudo-terminal."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
import tty
from pathlib import Path

import aiomqtt
import pytest

from adapters.driver import LineSettings, Parity
from adapters.probe.score import Candidate, judge, score_all
from adapters.reading import CuffProgress, CuffReading, DeviceStatus, OximeterReading, PlethChunk
from adapters.registry import driver
from config.vocabulary import CuffError, CuffState, Flag
from monitor.cli import main
from monitor.cli.finding import site_lines, words
from monitor.site import read_site_text
from simulator.broker import HOST, EmbeddedBroker
from tests.adapters.captures import ROOT

FRAME = '[site]\nid = "harbour"\nname = "H"\n[[bed]]\nid = "bay-1"\nlabel = "Bay 1"\n'
CLEAN = {name: next((ROOT / name / "clean").glob("input.*")) for name in ("nonin-df2", "contec-5byte", "par-nibp")}


def lines_for(name: str, line: LineSettings | None, url: str, **table: object) -> str:
    candidate = Candidate(driver(name), table)
    path = ROOT / name / "clean" / "input.bin"
    verdict = judge(score_all([candidate], path.read_bytes()), line, candidate)
    assert verdict.best is not None
    return site_lines(verdict.best, verdict, line, url)


def test_a_recorded_file_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["probe", str(CLEAN["nonin-df2"])]) == 0
    out = capsys.readouterr().out
    assert out.startswith("nonin-df2: Nonin, data format 2")
    assert "100 % of 500 bytes in good units, 4 readings, no fault" in out
    assert 'driver = "nonin-df2"' in out


def test_a_family_is_told_honestly(capsys: pytest.CaptureFixture[str]) -> None:
    """Both are named, and what tells them apart."""
    assert main(["probe", f"replay://{CLEAN['contec-5byte']}"]) == 0
    out = capsys.readouterr().out
    assert "\nor contec-5byte: " in out or "\nor bci-5byte: " in out
    assert "five-byte family look alike" in out
    assert "the device's label tells which" in out
    assert '"  # or "' in out


def test_what_nobody_understands_is_unknown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 1, with what to look at."""
    noise = tmp_path / "noise.bin"
    noise.write_bytes(b"RING\r\nNO CARRIER\r\n" * 50)
    assert main(["probe", str(noise)]) == 1
    out, err = capsys.readouterr()
    assert out == "unknown\n"
    assert "Masimo: ASCII 1" in err
    noise.write_bytes(b"")
    assert main(["probe", str(noise)]) == 1
    assert "nothing was heard" in capsys.readouterr().err


def test_the_nearest_is_named_beside_unknown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    half = tmp_path / "half.bin"
    half.write_bytes((CLEAN["nonin-df2"].read_bytes() + bytes(700)) * 3)
    assert main(["probe", str(half)]) == 1
    assert "nearest: nonin-df2, " in capsys.readouterr().out


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (["http://x"], 2, "unknown kind of connection"),
        (["serial:///dev/x?bauds=1"], 2, "unknown setting 'bauds'"),
        (["mllp://127.0.0.1:2575/"], 2, "serial: and tcp: lines and to mqtt: brokers"),
        (["/dev/null"], 2, "serial:///dev/null"),
        (["serial:///dev/no-such-port"], 3, "no such port (is the device plugged in?)"),
        (["none.bin"], 3, "cannot be read"),
        (["tcp://127.0.0.1:9", "--seconds", "0"], 2, "1 to 600 seconds"),
        (["tcp://127.0.0.1:9", "--seconds", "nan"], 2, "1 to 600 seconds"),
    ],
)
def test_what_cannot_be_probed_is_named(
    args: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["probe", *args]) == code
    captured = capsys.readouterr()
    assert captured.out == ""
    assert said in captured.err


@pytest.mark.parametrize(
    ("name", "line", "url"),
    [
        ("nonin-df2", LineSettings(9600), "serial:///dev/ttyUSB0"),
        ("nellcor-ascii", LineSettings(9600), "serial:///dev/ttyUSB0?baud=9600"),
        ("contec-5byte", LineSettings(4800, Parity.ODD), "serial:///dev/ttyUSB0?baud=4800"),
        ("bci-5byte", LineSettings(9600, Parity.EVEN), "serial:///dev/ttyUSB0?baud=9600&parity=E"),
        ("nonin-df2", None, "serial:///dev/ttyUSB0"),
    ],
)
def test_the_lines_name_the_settings_where_they_are_not_the_drivers_own(
    name: str, line: LineSettings | None, url: str
) -> None:
    """Whatever the URL of the command said; and they stand in a site file as they are printed."""
    text = lines_for(name, line, "serial:///dev/ttyUSB0?stop_bits=1")
    assert f'url = "{url}"' in text
    site = read_site_text("pasted", FRAME + text, {})
    assert [device.spec.driver.name for device in site.devices] == [name]


def test_the_lines_of_a_cuff_and_of_a_unit_that_must_be_woken() -> None:
    cuff = lines_for("par-nibp", None, "tcp://192.0.2.10:4001")
    assert 'id = "cuff-1"' in cuff
    assert "# commands = true" in cuff
    woken = lines_for("contec-5byte", None, "tcp://192.0.2.10:4001", wake=True)
    assert 'id = "ox-1"' in woken
    assert woken.endswith("[device.options]\nwake = true")
    for text in (cuff, woken):
        assert len(read_site_text("pasted", FRAME + text, {}).devices) == 1


def test_readings_in_words() -> None:
    assert words([OximeterReading(0, 97.0, 72.0, 4.1)]) == "SpO2 97 %, pulse 72/min, perfusion 4.1 %"
    flags = frozenset({Flag.NO_FINGER})
    assert words([OximeterReading(0, None, None, flags=flags)]) == "SpO2 --, pulse --, no_finger"
    assert words([CuffReading(0, 120.0, 80.0, 93.0, pulse_rate=70.0)]) == "cuff 120/80 mmHg, mean 93, pulse 70/min"
    assert words([CuffReading(0, None, None, None, error=CuffError.LEAK)]) == "cuff measurement failed: leak"
    assert words([CuffProgress(0, CuffState.INFLATING, 143.0)]) == "cuff inflating, 143 mmHg"
    assert words([CuffProgress(0, CuffState.IDLE)]) == "cuff idle"
    assert words([DeviceStatus(0, online=True), DeviceStatus(0, online=False)]) == (
        "the device answers; the device says good-bye"
    )
    assert words([PlethChunk(0, 75.0, (1,))]) == "no values"


@pytest.mark.enable_socket
def test_a_device_on_a_real_pseudo_terminal() -> None:
    """The whole command beside a device that streams: it is named, and nothing is ever said to it."""
    device, end = os.openpty()
    tty.setraw(end)  # else the terminal echoes what comes before the port is opened
    packet = CLEAN["nonin-df2"].read_bytes()
    over = threading.Event()
    probe = subprocess.Popen(
        [sys.executable, "-P", "-m", "monitor", "probe", f"serial://{os.ttyname(end)}", "--seconds", "2"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )

    def speak() -> None:
        while not over.wait(0.1):
            os.write(device, packet[: len(packet) // 4])

    speaking = threading.Thread(target=speak)
    speaking.start()
    try:
        out, err = probe.communicate(timeout=120)
    finally:
        over.set()
        speaking.join()
        os.set_blocking(device, False)
        with pytest.raises(BlockingIOError):
            os.read(device, 1)
        os.close(end)
        os.close(device)
    assert probe.returncode == 0, err
    assert out.startswith("nonin-df2: ")
    assert "SpO2 9" in err
    assert 'url = "serial:///dev/pts/' in out


@pytest.mark.enable_socket
@pytest.mark.parametrize("args", [["--listen-only"], []])
def test_a_silent_port_is_unknown_and_says_what_else_could_be_done(
    args: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """The hint at questions stands only where none was asked."""
    device, end = os.openpty()
    try:
        assert main(["probe", f"serial://{os.ttyname(end)}", "--seconds", "1", *args]) == 1
    finally:
        os.close(device)
        os.close(end)
    out, err = capsys.readouterr()
    assert out == "unknown\n"
    assert "nothing was heard" in err
    assert ("without --listen-only" in err) == bool(args)
    assert ("asking as par-nibp does" in err) != bool(args)


@pytest.mark.enable_socket
def test_a_broker_that_is_away_is_missing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["probe", "mqtt://127.0.0.1:1/#", "--seconds", "1"]) == 3
    assert "127.0.0.1:1" in capsys.readouterr().err


@pytest.mark.enable_socket
async def test_the_topics_of_a_broker_and_who_reads_them() -> None:
    """A publisher of our own scheme, a ring through its mapping, and one that nobody reads; all in one site file."""
    _, ring = next(line.split(b" ", 1) for line in (ROOT / "mqtt-mapped/clean/input.txt").read_bytes().splitlines())
    topic = (ROOT / "mqtt-mapped/clean/input.txt").read_bytes().split(b" ")[0].decode()
    own = b'{"t": "2026-11-22T14:30:00Z", "seq": 1, "values": {"spo2": 97, "pulse_rate": 72}, "flags": []}'
    async with EmbeddedBroker() as broker:
        probe = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "monitor", "probe", f"mqtt://{HOST}:{broker.port}/#", "--seconds", "4"),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        reading = asyncio.create_task(probe.communicate())
        async with asyncio.timeout(60), aiomqtt.Client(HOST, broker.port) as client:
            while not reading.done():
                await client.publish("vitals/v1/harbour/bay-1/ox-1/spo2", own)
                await client.publish(topic, ring)
                await client.publish("house/lamp", b"on")
                await asyncio.wait([reading], timeout=0.2)
        out = (await reading)[0].decode()
    assert probe.returncode == 0
    assert "vitals/v1/harbour/bay-1/ox-1/spo2: " in out
    assert "decoded: SpO2 97 %, pulse 72/min" in out
    assert 'mqtt-mapped (mapping = "viatom-ble")' in out
    assert "house/lamp: " in out
    lines = out.partition("beds:\n")[2]
    site = read_site_text("pasted", FRAME + lines, {})
    assert [device.spec.driver.name for device in site.devices].count("mqtt-vitals") == 1
    assert any(device.spec.driver.name == "mqtt-mapped" for device in site.devices)
