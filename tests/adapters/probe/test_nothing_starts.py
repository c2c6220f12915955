"""No word that a probe can say starts a measurement: every dialogue's own words, said to every cuff there is."""

from __future__ import annotations

import pytest

from adapters.probe.listen import talks
from adapters.probe.score import Candidate, Trial
from config.instant import SECOND
from simulator.emulator import CuffEmulator, emulators
from tests.adapters.probe.bench import EVERY, STEP
from tests.simulator.devices.still_body import StillBody

SPEAKERS = [each for each in EVERY if talks(each)]


def cuffs() -> dict[str, CuffEmulator]:
    """Fresh ones."""
    made = {name: each.make(StillBody(), 1) for name, each in emulators().items()}
    return {name: each for name, each in made.items() if isinstance(each, CuffEmulator)}


def test_there_are_cuffs_and_speakers() -> None:
    assert {"par-nibp", "suntech-advantage", "ge-dinamap", "pm6750"} <= {each.driver.name for each in SPEAKERS}
    assert {"par-nibp", "suntech-advantage", "ge-dinamap", "pm6750", "and-tm265x"} <= cuffs().keys()


@pytest.mark.parametrize("spoken", SPEAKERS, ids=lambda each: each.name)
def test_no_cuff_inflates_whatever_is_said_to_it(spoken: Candidate) -> None:
    """Half a minute of the whole exchange; what the device answers is heard, so the dialogue goes as far as it can."""
    assert spoken.driver.dialogue is not None
    for name, device in cuffs().items():
        dialogue, trial = spoken.driver.dialogue(spoken.options), Trial(spoken)
        device.receive(dialogue.opened(0))
        for now in range(STEP, 30 * SECOND, STEP):
            for item in trial.feed(device.advance(STEP)):
                device.receive(dialogue.on_reading(item, now))
            due = dialogue.next_deadline()
            if due is not None and due <= now:
                device.receive(dialogue.tick(now))
            assert not device.measuring, f"{name} inflates after the words of {spoken.name}"


def test_no_cuff_inflates_after_all_words_one_after_the_other() -> None:
    """As a probe says them to a device that nothing understands; also cut anywhere and put together anew."""
    words = [each.driver.dialogue(each.options).opened(0) for each in SPEAKERS if each.driver.dialogue is not None]
    for name, device in cuffs().items():
        for _ in range(2):
            for each in words:
                device.receive(each)
                device.advance(SECOND)
                assert not device.measuring, name
            for byte in b"".join(reversed(words)):
                device.receive(bytes((byte,)))
            device.advance(5 * SECOND)
            assert not device.measuring, name
