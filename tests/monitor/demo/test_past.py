"""What happened before the demo begins: phase of the story, baseline, running clocks."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.instant import SECOND, seconds
from config.vocabulary import Phase
from monitor.core.bed import settle
from monitor.core.bed_state import Bed
from monitor.core.errors import ConfigError
from monitor.demo.beds import DemoBed, demo_beds
from monitor.demo.devices import DemoDevices, site_text
from monitor.demo.past import write_past
from monitor.demo.run import _fresh_folder
from monitor.restore import bed_setups, revive
from monitor.site import Site, read_site_text
from tests.support.clock import ManualClock
from tests.support.live_ward import START, open_journal

BEDS = {bed.story.name: bed for bed in demo_beds(8)}


def site_of(beds: list[DemoBed], folder: Path) -> Site:
    """The site file that the demo writes for itself, read as any other."""
    devices = DemoDevices(ManualClock(START), 1.0, folder, 1883)
    try:
        for bed in beds:
            devices.add(bed)
        return read_site_text("the demo's site file", site_text(beds, devices.lines, None), {}, demo=True)
    finally:
        devices.ward.close()


async def joined(name: str, folder: Path) -> Bed:
    """The bed of a story as the service takes it up when the demo begins."""
    demo_bed, clock = BEDS[name], ManualClock(START)
    site = site_of([demo_bed], folder)
    journal = await open_journal(folder / "journal.sqlite", clock)
    try:
        await write_past(journal, demo_bed, bed_setups(site)[0], clock, START)
        await journal.flush()
        found = await revive(journal, site, START)
    finally:
        await journal.close()
    assert found.untold == []
    assert not found.first_start
    return found.ward.beds[demo_bed.id]


@pytest.mark.enable_socket
@pytest.mark.parametrize(
    ("name", "phase"),
    [
        ("calm", Phase.INFUSING),
        ("desaturation", Phase.INFUSING),
        ("recovery", Phase.RECOVERY),
        ("fainting", Phase.PRE),
    ],
)
async def test_a_bed_is_in_the_phase_of_its_story(name: str, phase: Phase, tmp_path: Path) -> None:
    """Joined in the middle; whoever is past the start has a baseline."""
    bed = await joined(name, tmp_path)
    state = bed.state
    assert state.phase is phase
    assert state.session is not None
    begin = START - seconds(BEDS[name].begin_s)
    assert begin <= state.session.opened_at <= START
    assert bool(state.session.baseline) is (phase is not Phase.PRE)
    assert state.spo2.raw_at is not None
    assert START - state.spo2.raw_at <= SECOND


@pytest.mark.enable_socket
async def test_a_recovering_bed_has_its_deadline_before_it(tmp_path: Path) -> None:
    """The page counts down when it opens, and the verdict comes while somebody watches."""
    bed = await joined("recovery", tmp_path)
    session = bed.state.session
    assert session is not None
    deadline = session.deadline_at()
    assert deadline is not None
    assert START < deadline < START + 1200 * SECOND
    assert session.verdict is None
    events = settle(bed, deadline + 600 * SECOND)
    assert "return_verdict" in [event.kind.value for event in events]


@pytest.mark.enable_socket
def test_every_bed_of_the_demo_stands_in_its_site_file(tmp_path: Path) -> None:
    """Sixteen beds: each story twice, with other patients; two devices each."""
    beds = demo_beds(16)
    site = site_of(beds, tmp_path)
    assert [bed.id for bed in site.beds] == [f"bay-{number}" for number in range(1, 17)]
    assert len(site.devices) == 32
    assert {device.bed for device in site.devices} == {bed.id for bed in beds}
    assert len({(bed.story.name, bed.seed) for bed in beds}) == 16


def test_no_beds_are_no_beds() -> None:
    """As with a recording alone."""
    assert demo_beds(0) == []


def test_a_folder_with_something_strange_in_it_is_refused_and_left_alone(tmp_path: Path) -> None:
    """Only what an earlier demo left is ever removed."""
    (tmp_path / "thesis.txt").write_text("three years of work")
    with pytest.raises(ConfigError, match="--data"):
        _fresh_folder(tmp_path)
    assert (tmp_path / "thesis.txt").read_text() == "three years of work"


def test_the_folder_of_an_earlier_demo_is_emptied(tmp_path: Path) -> None:
    """Twice in a row, whatever the last one left."""
    folder = tmp_path / "demo"
    _fresh_folder(folder)
    assert folder.stat().st_mode & 0o077 == 0
    (folder / "ports").mkdir()
    (folder / "ports" / "ox-1").write_text("")
    (folder / "people.json").write_text("{}")
    _fresh_folder(folder)
    left = {entry.name for entry in folder.iterdir()}
    assert ".bedwatch-demo" in left
    assert not left & {"ports", "people.json"}
