"""A drill file is read strictly: what is wrong is named with its place and the remedy."""

from __future__ import annotations

import pytest

from monitor.drill.story import Drill, parse_drill
from simulator.scenario import ScenarioError

HEAD = """
title = "T"
document = "clinical/alarm-system.md"
section = "3.1"
sentence = "S"
length_min = 10
"""
EXPECT = '[[expect]]\nsilent = "any"\n'


def parse(text: str) -> Drill:
    """A drill with the least head."""
    return parse_drill(HEAD + text, name="t", origin="t.toml")


def test_the_usual_visit_is_spelled_out() -> None:
    """Opening, three readings, start and end of the infusion, discharge; the pump does what the nurse enters."""
    drill = parse(f"[visit]\nstart_min = 4\nend_min = 8\ndischarge_min = 9\n{EXPECT}")
    assert [(action.at_s, action.does) for action in drill.scenario.nurse] == [
        (0, "open_session"),
        (10, "take_cuff"),
        (80, "take_cuff"),
        (150, "take_cuff"),
        (240, "start_infusion"),
        (480, "end_infusion"),
        (540, "discharge"),
    ]
    assert [(step.at_s, step.action) for step in drill.scenario.pump] == [
        (240, "infusion_start"),
        (480, "infusion_end"),
    ]


def test_the_patient_is_quiet_unless_the_file_says_otherwise() -> None:
    """Traits not given are those of a patient to whom nothing happens."""
    traits = parse(f"[patient]\nsystolic = 150\n{EXPECT}").scenario.traits()
    assert (traits.systolic, traits.pulse_rate, traits.white_coat, traits.cuff_failure_share) == (150, 70, False, 0)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "it expects nothing"),
        ('[[expect]]\nalarn = "SPO2_LOW"\n', "says nothing to expect; use one of alarm"),
        ('[[expect]]\nalarm = "SPO2_LOW"\n', "by when"),
        ('[[expect]]\nalarm = "SPO2_LOW"\nby_min = 5\nprioriti = "high"\n', 'did you mean "priority"'),
        ('[[expect]]\nalarm = "SPO2_LOW"\nby_min = 5\npriority = "hihg"\n', "priority"),
        ('[[expect]]\nalarm = "SPO2_LOW"\nby_min = -5\n', "at least 0"),
        ('[[expect]]\nalarm = "SPO2_LOW"\nby_min = 5\nafter_min = 6\n', "must come after"),
        ('[[expect]]\nalarm = "SPO2_LOW"\nwithin_s = 5\n', "belong together"),
        ('[[expect]]\nalarm = "SPO2_LOW"\nwithin_s = 5\nof = "x"\nby_min = 6\n', "either by_min"),
        ('[[expect]]\nalarm = "SPO2_LOW"\nby_min = 5\nno_sooner_s = 6\n', "`of` is missing"),
        ('[[expect]]\nsilent = "any"\nphase = "PRE"\n', "several things at once"),
        ('[[expect]]\nphase = "PREE"\nat_min = 1\n', 'did you mean "PRE"'),
        ('[[expect]]\nphase = "PRE"\n', "at_min (or at_s) is missing"),
        ('[[expect]]\nevent = "alarm_razed"\nby_min = 1\n', 'did you mean "alarm_raised"'),
        ('[[expect]]\nverdict = "RETURNED"\n', "there is no verdict"),
        ('[[expect]]\nopen = "X"\nat_min = 1\nstate = "OPEN"\n', "there is no state"),
        ('[[expect]]\nopen = "X"\nat_min = 1\nstale = "yes"\n', "true or false"),
        ('[[expect]]\nevent = "value_rejected"\nby_min = 1\nwith = "x"\n', "with names fields"),
        ('[[expect]]\nalarm = "X"\nby_min = 1\nreads = 80\n', "the least and the greatest"),
        ('[[expect]]\npage = "alarm.raized"\nby_min = 1\n', 'did you mean "alarm.raised"'),
        ("[[expect]]\nsilent = 3\n", "must be a word in quotes"),
        (f"[visit]\nend_min = 4\n{EXPECT}", "give start_min"),
        (f"[visit]\nstart_mn = 4\n{EXPECT}", 'did you mean "start_min"'),
        (f'[devices]\noximeter = "nonin"\n{EXPECT}', 'did you mean "nonin-df2"'),
        (f'[[system]]\nat_min = 1\nhappens = "reboot"\n{EXPECT}', "Known: "),
        (f"[fails_when]\noff = 3\n{EXPECT}", "off names rules"),
        (f'[fails_when]\nset = "x"\n{EXPECT}', "set names keys"),
        (f'[fails_when]\nwithout = "x"\n{EXPECT}', "unknown key"),
        (f"[viist]\nx = 3\n{EXPECT}", "unknown key"),
        (f"visit = 3\n{EXPECT}", "written [visit]"),
        (f"devices = 3\n{EXPECT}", "written [devices]"),
        ("expect = 3\n", "headed [[expect]]"),
        ("[[", "not valid TOML"),
    ],
)
def test_what_is_wrong_is_named(text: str, said: str) -> None:
    """The message holds the file, and what to do."""
    with pytest.raises(ScenarioError) as error:
        parse(text)
    assert str(error.value).startswith("t.toml: ")
    assert said in str(error.value)


def test_a_drill_says_where_it_comes_from() -> None:
    """Document, section and sentence are required."""
    with pytest.raises(ScenarioError, match="document is missing"):
        parse_drill(f'title = "T"\n{EXPECT}', name="t", origin="t.toml")
