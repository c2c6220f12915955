"""Stories in TOML: strict to load, and the shipped ones tell what their titles say."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.events import EVENTS
from simulator.patient import VirtualPatient
from simulator.pharmacology import PumpAction
from simulator.presets import Preset
from simulator.scenario import Device, Scenario, ScenarioError, Truth, load_scenario, parse_scenario, scenario_names

STORIES = [
    "calm",
    "desaturation",
    "fainting",
    "hypertensive",
    "re-excursion",
    "recovery",
    "restless",
    "unplugged",
    "usual",
]


def parse(text: str) -> Scenario:
    """A story with the least head."""
    return parse_scenario(f'title = "T"\n{text}', name="t", origin="t.toml")


def read_cuff(patient: VirtualPatient, minutes: list[int]) -> list[float]:
    """Systolic readings at these minutes of the story."""
    readings = []
    for minute in minutes:
        patient.advance(minute * 60 - patient.time_s)
        systolic = patient.cuff_reading().systolic
        assert systolic is not None
        readings.append(systolic)
    return readings


def test_the_shipped_stories_are_there_and_load() -> None:
    """Every one loads from the package, has a title, a length, a session and an infusion."""
    assert scenario_names() == STORIES
    for name in STORIES:
        story = load_scenario(name)
        assert story.name == name
        assert story.title
        assert story.story
        assert story.infusion is not None
        assert story.nurse[0].does == "open_session"
        assert all(action.at_s <= story.length_s for action in story.nurse)


def test_in_each_story_the_nurse_enters_what_the_pump_does() -> None:
    """Start and end of the infusion are entered when they happen."""
    for name in STORIES:
        story = load_scenario(name)
        assert story.infusion is not None
        entered = {action.does: action.at_s for action in story.nurse}
        assert entered["start_infusion"] == story.infusion.start_s
        assert entered["end_infusion"] == story.infusion.start_s + story.infusion.planned_s


def test_calm_rises_and_returns_in_time() -> None:
    """Clearly above the band at the end, two readings within 10 % of the baseline by +20 min."""
    patient = load_scenario("calm").patient()
    before = sorted(read_cuff(patient, [1, 6, 11]))
    during = read_cuff(patient, [46, 51])
    after = read_cuff(patient, [56, 61, 66, 71])
    band = before[1] * 1.1
    assert before[2] - before[0] <= 10
    assert min(during) > band
    assert after[2] <= band
    assert after[3] <= band


def test_desaturation_falls_below_80_at_its_minute() -> None:
    """Quiet before minute 20, at 79 within the next two minutes, recovered at minute 25."""
    patient = load_scenario("desaturation").patient()
    patient.advance(20 * 60)
    assert (patient.oximeter().spo2 or 0) > 94
    patient.advance(120)
    assert (patient.oximeter().spo2 or 100) == pytest.approx(79, abs=1)
    patient.advance(180)
    assert (patient.oximeter().spo2 or 0) > 94


def test_hypertensive_is_not_back_at_20_minutes() -> None:
    """A reading of 180 or more, and at +19 and +24 min still above the band."""
    patient = load_scenario("hypertensive").patient()
    before = sorted(read_cuff(patient, [1, 6, 11]))
    assert max(read_cuff(patient, list(range(16, 57, 5)))) >= 180
    assert min(read_cuff(patient, [71, 76])) > before[1] * 1.1


def test_recovery_begins_in_the_middle() -> None:
    """The play begins ten minutes after the end of the infusion, with the past lived through."""
    story = load_scenario("recovery")
    patient = story.patient()
    assert patient.time_s == 62 * 60
    assert not patient.infusing
    assert 0.2 < patient.effect < 0.9
    whole = story.patient(begin_s=0)
    whole.advance(62 * 60)
    assert whole.oximeter() == patient.oximeter()


def test_unplugged_tells_when_each_cable_is_in() -> None:
    """The link events are data for whoever serves the device."""
    story = load_scenario("unplugged")
    minutes = {minute: story.connected(Device.OXIMETER, minute * 60) for minute in (0, 17, 18, 20, 21)}
    assert minutes == {0: True, 17: True, 18: False, 20: False, 21: True}
    assert story.connected(Device.CUFF, 20 * 60)
    assert not story.connected(Device.CUFF, 40.9 * 60)
    assert story.connected(Device.CUFF, 41 * 60)


def test_re_excursion_returns_and_rises_again() -> None:
    """Within the band at +9 and +14, above it at +19 and +24, back at the end."""
    patient = load_scenario("re-excursion").patient()
    before = sorted(read_cuff(patient, [1, 6, 11]))
    band = before[1] * 1.1
    assert min(read_cuff(patient, [46, 51])) > band
    assert max(read_cuff(patient, [61, 66])) <= band
    assert min(read_cuff(patient, [71, 76])) > band
    assert max(read_cuff(patient, [91, 96])) <= band


def test_fainting_drops_pulse_and_pressure() -> None:
    """At minute 5 the pulse is under 45 and the pressure under 95; at minute 10 both are back."""
    patient = load_scenario("fainting").patient()
    patient.advance(305)
    assert patient.body.pulse_rate < 45
    assert patient.body.systolic < 95
    patient.advance(300)
    assert patient.body.pulse_rate > 55


def test_restless_is_full_of_trouble() -> None:
    """It names motion, a slipped probe and failing cuff readings."""
    kinds = {event.kind for event in load_scenario("restless").events}
    assert kinds >= {"motion", "probe_off", "agitation", "cuff_error", "low_perfusion"}


def test_minutes_and_seconds_mean_the_same() -> None:
    """Any `…_s` may be written `…_min`."""
    one = parse('[[event]]\nkind = "probe_off"\nat_min = 1.5\nfor_min = 2')
    other = parse('[[event]]\nkind = "probe_off"\nat_s = 90\nfor_s = 120')
    assert one.events == other.events


def test_every_event_kind_loads_with_its_time_alone() -> None:
    """The defaults of the library are complete scripts."""
    for kind in EVENTS:
        story = parse(f'[[event]]\nkind = "{kind}"\nat_min = 1')
        assert story.events[0].until_s > 60


def test_pump_events_follow_the_plan() -> None:
    """Pause and early end are told in order after the start of `[infusion]`."""
    story = parse(
        '[infusion]\nstart_min = 2\n[[event]]\nkind = "infusion_end"\nat_min = 30\n'
        '[[event]]\nkind = "infusion_pause"\nat_min = 10\n[[event]]\nkind = "infusion_resume"\nat_min = 15'
    )
    assert [step.action for step in story.pump] == [
        PumpAction.START,
        PumpAction.PAUSE,
        PumpAction.RESUME,
        PumpAction.END,
    ]


def test_overrides_keep_the_rest_of_the_patient() -> None:
    """What the file sets is set; the seed draws the others; a drawn pressure gives way to a set one."""
    story = parse('[patient]\npreset = "MILD"\nseed = 5\nweight_kg = 92\nsystolic = 85')
    assert story.preset is Preset.MILD
    assert story.traits().weight_kg == 92
    assert story.traits().systolic == 85
    assert story.traits().systolic - story.traits().diastolic >= 20
    assert story.traits(6).weight_kg == 92
    assert story.traits(6).age != story.traits().age or story.traits(6).ke0 != story.traits().ke0
    high = parse("[patient]\ndiastolic = 128").traits()
    assert high.systolic >= 148


def test_truths_tell_what_really_happened() -> None:
    """Onset and end of each event and each lost cable, for scoring what was noticed."""
    story = parse(
        '[[event]]\nkind = "probe_off"\nat_s = 50\nfor_s = 10\n'
        '[[event]]\nkind = "device_unplugged"\ndevice = "oximeter"\nat_s = 20\nfor_s = 15\n'
        '[[event]]\nkind = "device_unplugged"\ndevice = "cuff"\nat_s = 70'
    )
    assert story.truths() == (
        Truth("oximeter_unplugged", 20, 35),
        Truth("probe_off", 50, 60),
        Truth("cuff_unplugged", 70, float("inf")),
    )


def test_nurse_actions_are_plain_data_in_order() -> None:
    """Fields go through as written."""
    story = parse(
        '[[nurse]]\ndoes = "record_event"\nat_min = 3\nkind = "activity"\ntext = "walked"\n'
        '[[nurse]]\ndoes = "open_session"\nat_s = 0\npatient = "P-1"'
    )
    assert [(action.at_s, action.does, dict(action.fields)) for action in story.nurse] == [
        (0, "open_session", {"patient": "P-1"}),
        (180, "record_event", {"kind": "activity", "text": "walked"}),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("lenght_min = 3", r't\.toml: unknown key "lenght_min"; did you mean "length_min"\?'),
        ("[patients]\nseed = 1", r'unknown key "patients"; did you mean "patient"\?'),
        ("[patient]\nwieght_kg = 80", r'\[patient\]: unknown key "wieght_kg"; did you mean "weight_kg"\?'),
        ('[patient]\npreset = "STRNG"', r'preset cannot be "STRNG"; did you mean "STRONG"\?'),
        ("[patient]\nseed = 1.5", "seed must be a whole number"),
        ("[patient]\nspo2 = 20", "spo2 must lie between 80 and 100, and is 20"),
        ("[patient]\nwhite_coat = 1", "white_coat must be true or false"),
        ("[patient]\nweight_kg = nan", "weight_kg must be a number"),
        ("[patient]\nsystolic = 100\ndiastolic = 95", "systolic must be at least 20 above diastolic"),
        ("patient = 3", r"patient must be one table, written \[patient\]"),
        ("[infusion]\nplanned_min = 40", r"\[infusion\]: start_s \(or start_min\) is missing"),
        ("[infusion]\nstart_min = -1", "start_s must not be negative"),
        ("[infusion]\nstart_min = 1\nplanned_min = 0", "planned_s must lie between"),
        ("[cuff]\nevery_min = true", "every_min|every_s must be a number"),
        ("[event]\nat_s = 1", r"event must be a list of tables, each headed \[\[event\]\]"),
        ("[[event]]\nat_s = 1", r"\[\[event\]\] 1: kind is missing"),
        ('[[event]]\nkind = "desat"\nat_s = 1', r'no such event; did you mean "desaturation"\?'),
        ('[[event]]\nkind = "desaturation"', r"\(desaturation\): at_s \(or at_min\) is missing"),
        ('[[event]]\nkind = "desaturation"\nat_s = -5', "at_s must not be negative, and is -5 s"),
        ('[[event]]\nkind = "desaturation"\nat_s = 5\nat_min = 1', "both in seconds and in minutes"),
        ('[[event]]\nkind = "desaturation"\nat_s = 5\nlowst = 80', r'unknown key "lowst"; did you mean "lowest"\?'),
        ('[[event]]\nkind = "cuff_error"\nat_s = 5\nerror = "leek"', r'error cannot be "leek"; did you mean "leak"\?'),
        ('[[event]]\nkind = "device_unplugged"\nat_s = 5\ndevice = "cuf"', r'did you mean "cuff"\?'),
        ('[[event]]\nkind = "infusion_pause"\nat_s = 5\nplanned_min = 9', "takes only at_min or at_s"),
        ("[[nurse]]\nat_s = 1", r"\[\[nurse\]\] 1: does is missing"),
        (
            '[[nurse]]\nat_s = 1\ndoes = "start_infuson"',
            r'a nurse cannot "start_infuson"; did you mean "start_infusion"\?',
        ),
        ('[[nurse]]\ndoes = "take_cuff"', "at_min .or at_s. is missing"),
        ('[[nurse]]\nat_min = -1\ndoes = "take_cuff"', "must not be negative"),
        ('[[nurse]]\nat_s = 1\ndoes = "acknowledge"\nalrm = "X"', r'unknown key "alrm"; did you mean "alarm"\?'),
        ("story = 3", "story must be text in quotes"),
        ("story = \n[patient]", r"t\.toml: not valid TOML: .*line 2"),
    ],
)
def test_mistakes_are_named_with_their_remedy(text: str, message: str) -> None:
    """File, place, key, and the nearest key known."""
    with pytest.raises(ScenarioError, match=message):
        parse(text)


def test_a_story_without_title_is_refused() -> None:
    """The one key that has no default."""
    with pytest.raises(ScenarioError, match="title is missing"):
        parse_scenario("", name="t", origin="t.toml")


def test_unknown_names_and_unreadable_files(tmp_path: Path) -> None:
    """The nearest story is offered; a path that cannot be read is said to be one."""
    with pytest.raises(ScenarioError, match=r'no scenario "clam"; did you mean "calm"\?'):
        load_scenario("clam")
    with pytest.raises(ScenarioError, match=r"nowhere\.toml: cannot be read"):
        load_scenario(tmp_path / "nowhere.toml")


def test_a_story_of_ones_own(tmp_path: Path) -> None:
    """A file by path; its name is the story's."""
    path = tmp_path / "mine.toml"
    path.write_text('title = "Mine"\nstart_at_min = 2\n', encoding="utf-8")
    story = load_scenario(path)
    assert story.name == "mine"
    assert story.patient().time_s == 120
    assert story.infusion is None
