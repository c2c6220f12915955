"""`bedwatch simulate`: one story on devices that anybody may read."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from adapters.reading import CuffProgress, CuffReading, OximeterReading
from adapters.registry import build_options, driver
from config.instant import MINUTE, SECOND
from monitor.cli import main
from monitor.core.errors import ConfigError
from monitor.demo.choice import cuffs, oximeters
from monitor.demo.simulate import Outlets, PlaceUnavailable, Simulation, parse_broker, paste_text
from monitor.site import read_site_text
from simulator.emulator import emulators
from simulator.scenario import load_scenario, parse_scenario, scenario_names
from tests.support.clock import ManualClock, let_tasks_run

START = 1_795_000_000 * SECOND
COARSE = 20.0
"""Devices are served once a second then, which is enough for a test."""

SHORT = """\
title = "Three minutes"
length_min = 3
[cuff]
every_min = 0
[[event]]
at_min = 1
kind = "device_unplugged"
device = "oximeter"
for_s = 30
[[nurse]]
at_min = 1.5
does = "take_cuff"
"""


def short_story() -> Any:
    return parse_scenario(SHORT, name="short", origin="short.toml")


def simulation(outlets: Outlets, clock: ManualClock, tell: Callable[[str], None] = lambda line: None) -> Simulation:
    return Simulation(short_story(), outlets, clock, site="harbour", bed="bay-2", tell=tell, speed=COARSE, seed=5)


def links(folder: Path) -> list[str]:
    """What lies there."""
    return sorted(entry.name for entry in folder.iterdir())


def drain(end: int) -> bytes:
    """What a reader without blocking finds on a pseudo-terminal."""
    found = b""
    while True:
        try:
            chunk = os.read(end, 4096)
        except OSError:
            return found
        if not chunk:
            return found
        found += chunk


def decoded(name: str, chunk: bytes) -> list[Any]:
    """What our driver makes of the bytes."""
    found = driver(name)
    return list(found.decoder(build_options(found, {})).feed(chunk))


def test_list_shows_every_story_with_its_title(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "--list"]) == 0
    out = capsys.readouterr().out
    for name in scenario_names():
        assert f"{name}: {load_scenario(name).title}\n" in out
    for each in emulators().values():
        assert f"    {each.name}: {each.title}\n" in out


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (["calmm", "--tcp", "0"], 'did you mean "calm"?'),
        (["./nowhere.toml", "--tcp", "0"], "nowhere.toml"),
        (["calm"], "--pty DIR, --tcp PORT or --mqtt URL"),
        ([], "--list"),
        (["calm", "--mqtt", "http://broker"], "mqtt://HOST[:PORT] is wanted"),
        (["calm", "--mqtt", "mqtt://broker/vitals"], "mqtt://HOST[:PORT] is wanted"),
        (["calm", "--mqtt", "mqtt://broker:port"], "mqtt://HOST[:PORT] is wanted"),
        (["calm", "--tcp", "65535"], "next port"),
        (["calm", "--tcp", "0", "--oximeter", "masimo"], "did you mean masimo-ascii1"),
        (["calm", "--tcp", "0", "--cuff", "nonin-df2"], "there is no cuff 'nonin-df2'"),
        (["calm", "--tcp", "0", "--oximeter", "pm6750"], "there is no oximeter 'pm6750'"),
        (["calm", "--mqtt", "mqtt://broker", "--cuff", "pm6750"], "are for wires"),
        (["calm", "--tcp", "0", "--bed", "Bay 1"], "small letters"),
        (["calm", "--tcp", "0", "--speed", "nan"], "0.1 to 1000"),
        (["calm", "--tcp", "0", "--seed", "-1"], "from 0 on"),
    ],
)
def test_what_cannot_be_played_is_named(line: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 2, nothing on standard output, the remedy on standard error."""
    assert main(["simulate", *line]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert said in captured.err


def test_a_password_in_the_broker_url_is_refused_and_not_repeated() -> None:
    """Simulated devices sign in nowhere."""
    with pytest.raises(ConfigError) as caught:
        parse_broker("mqtt://me:secret@broker")
    assert "secret" not in str(caught.value)
    assert parse_broker("mqtt://broker") == ("broker", 1883)
    assert parse_broker("mqtt://broker:2883/") == ("broker", 2883)


async def test_the_story_on_pseudo_terminals(tmp_path: Path) -> None:
    """Both devices speak what their drivers understand; the cable goes and comes; at the end nothing is left."""
    clock = ManualClock(START)
    playing = simulation(Outlets(pty=tmp_path), clock)
    task = asyncio.create_task(playing.run())
    await let_tasks_run()
    oximeter = os.open(tmp_path / "ox-1", os.O_RDWR | os.O_NONBLOCK | os.O_NOCTTY)
    cuff = os.open(tmp_path / "cuff-1", os.O_RDWR | os.O_NONBLOCK | os.O_NOCTTY)
    try:
        heard = b""
        for _ in range(10):
            await clock.advance(SECOND)
            heard += drain(oximeter)
        readings = [item for item in decoded("nonin-df2", heard) if isinstance(item, OximeterReading)]
        assert readings
        assert all(reading.spo2 and reading.spo2 > 85 for reading in readings[3:])
        await clock.advance(55 * SECOND)
        assert not (tmp_path / "ox-1").exists(), "the oximeter's cable is out from minute 1 on"
        assert (tmp_path / "cuff-1").exists()
        assert drain(cuff) == b"", "a cuff at rest says nothing unasked"
        await clock.advance(26 * SECOND)
        assert (tmp_path / "ox-1").exists(), "for half a minute"
        heard = b""
        for _ in range(80):
            await clock.advance(SECOND)
            heard += drain(cuff)
        pressures = [item.pressure for item in decoded("par-nibp", heard) if isinstance(item, CuffProgress)]
        assert max(pressure or 0 for pressure in pressures) > 100, "the story's nurse has pressed its button"
        await clock.advance(MINUTE)
        await task
        assert links(tmp_path) == []
    finally:
        os.close(oximeter)
        os.close(cuff)


@pytest.mark.enable_socket
async def test_every_outlet_gets_its_pair_and_its_lines(tmp_path: Path) -> None:
    """The lines stand in a site file as they are printed."""
    playing = simulation(Outlets(pty=tmp_path, tcp=0, broker=("127.0.0.1", 1)), ManualClock(START))
    try:
        assert [[line.device for line in group] for group in playing.lines] == [["ox-1", "cuff-1"]] * 3
        frame = '[site]\nid = "harbour"\nname = "H"\n[[bed]]\nid = "bay-2"\nlabel = "Bay 2"\n'
        drivers = []
        for group in playing.lines:
            site = read_site_text("pasted", frame + paste_text([group]), {})
            drivers.append([device.spec.driver.name for device in site.devices])
            assert not [warning for warning in site.warnings if "silence" in warning]
        assert drivers == [["nonin-df2", "par-nibp"]] * 2 + [["mqtt-vitals", "mqtt-vitals"]]
        assert [line.cadence for line in playing.lines[2]] == ["stream", "episodic"]
        assert playing.lines[2][0].url == "mqtt://127.0.0.1:1/vitals/v1/harbour/bay-2/ox-1/+"
    finally:
        playing.close()
    assert links(tmp_path) == []


def chosen(outlets: Outlets, clock: ManualClock, oximeter: str, cuff: str, story: str = SHORT) -> Simulation:
    return Simulation(
        parse_scenario(story, name="short", origin="short.toml"),
        outlets,
        clock,
        site="harbour",
        bed="bay-2",
        tell=lambda line: None,
        speed=COARSE,
        oximeter=emulators()[oximeter],
        cuff=emulators()[cuff],
    )


def test_any_device_may_be_chosen_and_has_lines_that_read_it(tmp_path: Path) -> None:
    """Driver and options of every emulator stand in a site file as they are printed."""
    frame = '[site]\nid = "harbour"\nname = "H"\n[[bed]]\nid = "bay-2"\nlabel = "Bay 2"\n'
    assert set(oximeters()) | set(cuffs()) == set(emulators())
    for number in range(max(len(oximeters()), len(cuffs()))):
        oximeter = list(oximeters())[number % len(oximeters())]
        cuff = list(cuffs())[number % len(cuffs())]
        playing = chosen(Outlets(pty=tmp_path), ManualClock(START), oximeter, cuff)
        try:
            site = read_site_text("pasted", frame + paste_text(playing.lines), {})
        finally:
            playing.close()
        for device, name in zip(site.devices, (oximeter, cuff), strict=True):
            assert device.spec.driver.name == emulators()[name].driver
            for key, value in emulators()[name].options.items():
                assert getattr(device.spec.options, key) == value


async def test_a_chosen_pair_plays_the_story(tmp_path: Path) -> None:
    """The cuff has no cycle of its own: its button is pressed by the story's, and by the story's nurse."""
    clock = ManualClock(START)
    story = 'title = "Cycle"\nlength_min = 5\n[cuff]\nfirst_min = 0.1\nevery_min = 2\n'
    playing = chosen(Outlets(pty=tmp_path), clock, "masimo-ascii1", "and-tm265x", story)
    task = asyncio.create_task(playing.run())
    await let_tasks_run()
    ends = {
        device: os.open(tmp_path / device, os.O_RDWR | os.O_NONBLOCK | os.O_NOCTTY) for device in ("ox-1", "cuff-1")
    }
    heard = dict.fromkeys(ends, b"")
    try:
        for _ in range(4 * 60):
            await clock.advance(SECOND)
            for device, end in ends.items():
                heard[device] += drain(end)
        task.cancel()
        await asyncio.wait([task])
    finally:
        for end in ends.values():
            os.close(end)
    rows = [item for item in decoded("masimo-ascii1", heard["ox-1"]) if isinstance(item, OximeterReading)]
    assert len(rows) > 200
    results = [item for item in decoded("and-tm265x", heard["cuff-1"]) if isinstance(item, CuffReading)]
    assert len(results) == 2
    assert all(result.systolic for result in results)


@pytest.mark.enable_socket
async def test_a_port_that_is_taken_is_said_and_the_first_one_given_back(tmp_path: Path) -> None:
    """Exit 3 in the command; nothing stays open."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PlaceUnavailable, match="cannot be offered"):
            simulation(Outlets(pty=tmp_path, tcp=port), ManualClock(START))
        assert links(tmp_path) == []


@pytest.mark.enable_socket
async def test_a_broker_that_is_away_is_told_once() -> None:
    """Two devices try again and again; a person reads one line."""
    clock, told, heard = ManualClock(START), [], asyncio.Event()

    def tell(line: str) -> None:
        told.append(line)
        heard.set()

    playing = simulation(Outlets(broker=("127.0.0.1", 1)), clock, tell)
    task = asyncio.create_task(playing.run())
    async with asyncio.timeout(20):
        await heard.wait()
    for _ in range(5):
        await clock.advance(2 * SECOND)
        await asyncio.to_thread(lambda: None)
    assert len(told) == 1
    assert told[0].startswith("broker 127.0.0.1:1: ")
    assert told[0].endswith("trying again until it is there")
    task.cancel()
    await asyncio.wait([task])


def start(*line: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "monitor", "simulate", *line],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.enable_socket
def test_the_command_runs_to_the_end_of_its_story(tmp_path: Path) -> None:
    """Own story, by path; a pipe gets the lines before the end."""
    path = tmp_path / "mine.toml"
    path.write_text(SHORT)
    running = start(str(path), "--tcp", "0", "--speed", "200")
    out, err = running.communicate(timeout=60)
    assert running.returncode == 0
    assert 'url = "tcp://127.0.0.1:' in out
    assert "the story has ended" in err


@pytest.mark.enable_socket
def test_ctrl_c_ends_it_with_success(tmp_path: Path) -> None:
    """And takes the links away."""
    running = start("calm", "--pty", str(tmp_path))
    assert running.stderr is not None
    assert "stop with Ctrl-C" in running.stderr.readline()
    running.send_signal(signal.SIGINT)
    running.communicate(timeout=60)
    assert running.returncode == 0
    assert list(tmp_path.iterdir()) == []
