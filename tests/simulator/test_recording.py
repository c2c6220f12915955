"""Recordings as bodies: a small made-up one, what is wrong with broken ones, and the real ones where present."""

from __future__ import annotations

import gzip
import json
import math
from pathlib import Path

import pytest

from config.vocabulary import CuffError
from simulator.recording import Recording, RecordingError

REAL = Path(__file__).parents[2] / ".." / "shared" / "recordings"
NUMERICS = """t_s,spo2,pr,rr,sbp,dbp,map,nibp_sys,nibp_dia,nibp_map
0,97,70,14,,,,,,
1,96.5,71,14,,,,121,77,92
2,,,14,,,,,,
3,95,72,14,,,,,,
"""


def write_recording(
    folder: Path,
    *,
    numerics: str | None = NUMERICS,
    wave: str | None = None,
    meta: object = None,
) -> Path:
    """A made-up recording: four seconds of numerics and of a 1.25 Hz wave at 50 Hz with half a second missing."""
    sidecar = folder / "made01.json"
    default = {"id": "made01", "num": {"period_s": 1.0}, "wave": {"fs_hz": 50.0}}
    sidecar.write_text(json.dumps(default if meta is None else meta), encoding="utf-8")
    if numerics is not None:
        (folder / "made01.num.csv").write_text(numerics, encoding="utf-8")
    if wave is None:
        lines = ["t_s,pleth"]
        for sample in range(200):
            t_s = sample / 50
            level = "" if 2.0 <= t_s < 2.5 else f"{1000 + 3 * math.sin(2 * math.pi * 1.25 * t_s):.4f}"
            lines.append(f"{t_s:.2f},{level}")
        wave = "\n".join(lines) + "\n"
    with gzip.open(folder / "made01.wave.csv.gz", "wt", encoding="utf-8") as stream:
        stream.write(wave)
    return sidecar


def real(name: str) -> Path:
    """The sidecar of a third-party recording beside the checkout, or a skip."""
    path = REAL / f"{name}.json"
    if not path.exists():
        pytest.skip(f"recording {name} not present beside the checkout")
    return path


def test_numerics_are_shown_as_recorded(tmp_path: Path) -> None:
    """Each row stands for its period, and an empty cell is no value, never 0."""
    body = Recording(write_recording(tmp_path))
    shown = []
    for _ in range(8):
        seen = body.oximeter()
        shown.append((seen.spo2, seen.pulse_rate, seen.finger_out))
        body.advance(0.5)
    first, second, third, fourth = (97.0, 70.0, False), (96.5, 71.0, False), (None, None, True), (95.0, 72.0, False)
    assert shown == [first, first, second, second, third, third, fourth, fourth]


def test_it_ends_and_then_shows_nothing(tmp_path: Path) -> None:
    """After the last row there is no stale number, no wave, no pressure."""
    body = Recording(write_recording(tmp_path))
    assert body.duration_s == pytest.approx(4.0)
    body.advance(4.0)
    assert body.finished
    assert body.oximeter().spo2 is None
    assert body.oximeter().finger_out
    assert body.pleth(3, 75.0) == [128, 128, 128]
    assert body.cuff_reading().cuff_error is CuffError.WEAK_SIGNAL


def test_a_loop_begins_again(tmp_path: Path) -> None:
    """With `loop` second 4 is second 0 once more."""
    body = Recording(write_recording(tmp_path), loop=True)
    body.advance(401.0)
    assert not body.finished
    assert body.oximeter().spo2 == 96.5
    assert body.time_s == pytest.approx(401.0)


def test_wave_is_resampled_scaled_and_flat_where_missing(tmp_path: Path) -> None:
    """75 Hz out of 50 Hz: the pulse fills the scale, and the half second without samples is a flat line."""
    body = Recording(write_recording(tmp_path))
    body.advance(2.0)
    present = body.pleth(150, 75.0)
    assert len(present) == 150
    assert max(present) - min(present) > 150
    assert all(0 <= level <= 255 for level in present)
    body.advance(0.5)
    assert set(body.pleth(37, 75.0)[2:-2]) == {128}


def test_consecutive_pieces_join(tmp_path: Path) -> None:
    """A third of a second at a time gives the wave that one whole second gives."""
    whole, pieces = Recording(write_recording(tmp_path)), Recording(write_recording(tmp_path))
    whole.advance(1.0)
    joined: list[int] = []
    for _ in range(3):
        pieces.advance(1 / 3)
        joined += pieces.pleth(25, 75.0)
    expected = whole.pleth(75, 75.0)
    assert max(abs(a - b) for a, b in zip(joined, expected, strict=True)) <= 1


def test_a_device_that_comes_a_little_late_draws_no_gap(tmp_path: Path) -> None:
    """Packets fetched on a 50 ms tick still make the wave that lies in the file."""
    whole, late = Recording(write_recording(tmp_path)), Recording(write_recording(tmp_path))
    whole.advance(1.0)
    joined: list[int] = []
    for step in (0.35, 0.35, 0.30):
        late.advance(step)
        joined += late.pleth(25, 75.0)
    expected = whole.pleth(75, 75.0)
    assert max(abs(a - b) for a, b in zip(joined, expected, strict=True)) <= 1


def test_a_thinned_wave_stays_in_the_present(tmp_path: Path) -> None:
    """Thirty times the speed with few samples: each piece is cut from where the numerics are."""
    thinned, present = Recording(write_recording(tmp_path)), Recording(write_recording(tmp_path))
    for _ in range(3):
        thinned.advance(1.2)
        piece = thinned.pleth(10, 75.0)
    present.advance(3.6 - 10 / 75)
    present.pleth(1, 75.0)
    present.advance(10 / 75)
    assert piece == pytest.approx(present.pleth(10, 75.0), abs=16)


def test_cuff_value_stands_after_its_measurement_only(tmp_path: Path) -> None:
    """No reading before the recorded one; afterwards it is what a cuff finds, with nothing added."""
    body = Recording(write_recording(tmp_path))
    assert body.cuff_reading().cuff_error is CuffError.WEAK_SIGNAL
    assert body.cuff_reading().systolic is None
    body.advance(3.0)
    found = body.cuff_reading()
    assert (found.systolic, found.diastolic, found.mean, found.cuff_error) == (121.0, 77.0, 92.0, None)


def test_an_old_cuff_value_says_nothing_about_now(tmp_path: Path) -> None:
    """Sixteen minutes later the recorded reading is too old to stand for one that ends now."""
    rows = "t_s,spo2,pr,nibp_sys,nibp_dia,nibp_map\n0,97,70,121,77,92\n" + "".join(
        f"{60 * minute},97,70,,,\n" for minute in range(1, 20)
    )
    body = Recording(write_recording(tmp_path, numerics=rows, meta={"num": {"period_s": 60}, "wave": {"fs_hz": 50}}))
    body.advance(14 * 60)
    assert body.cuff_reading().systolic == 121
    body.advance(2 * 60)
    assert body.cuff_reading().cuff_error is CuffError.WEAK_SIGNAL


def test_arterial_pressures_stand_in_for_a_cuff(tmp_path: Path) -> None:
    """Without cuff columns the arterial pressures of the moment are what a cuff would find."""
    body = Recording(write_recording(tmp_path, numerics="t_s,spo2,pr,sbp,dbp,map\n0,97,70,118,71,88\n1,97,70,,,\n"))
    assert body.cuff_reading().systolic == 118
    body.advance(1.0)
    assert body.cuff_reading().cuff_error is CuffError.WEAK_SIGNAL


def test_no_going_back(tmp_path: Path) -> None:
    """Time and sample counts must make sense."""
    body = Recording(write_recording(tmp_path))
    with pytest.raises(ValueError, match="cannot pass"):
        body.advance(-1.0)
    with pytest.raises(ValueError, match="cannot give"):
        body.pleth(10, 0.0)


@pytest.mark.parametrize(
    ("numerics", "message"),
    [
        ("", r"num\.csv, line 1: the file is empty"),
        ("time,spo2\n0,97\n", r'num\.csv, line 1: no column "t_s"'),
        ("t_s,spo2\n0,97\n1,9x\n", r'num\.csv, line 3: spo2 is "9x", not a number; leave the cell empty'),
        ("t_s,spo2\n0,nan\n", r'num\.csv, line 2: spo2 is "nan"'),
        ("t_s,spo2\n0,97\n0,96\n", r"num\.csv, line 3: t_s must be given and grow"),
        ("t_s,spo2\n0,97\n1\n", r"num\.csv, line 3: 1 cells under 2 columns"),
    ],
)
def test_broken_numerics_name_file_line_and_remedy(tmp_path: Path, numerics: str, message: str) -> None:
    """One clear sentence for whoever made the file."""
    with pytest.raises(RecordingError, match=message):
        Recording(write_recording(tmp_path, numerics=numerics))


@pytest.mark.parametrize(
    ("wave", "message"),
    [
        ("t_s,ecg\n0,1\n", r'wave\.csv\.gz, line 1: no column "pleth"'),
        ("t_s,pleth\n0,1\n5,2\n", r"wave\.csv\.gz, line 3: t_s is 5\.0, and 50 samples a second make it 0\.020"),
        ("t_s,pleth\n0,inf\n", r'wave\.csv\.gz, line 2: pleth is "inf"'),
    ],
)
def test_broken_waves_name_file_line_and_remedy(tmp_path: Path, wave: str, message: str) -> None:
    """A wave whose clock does not fit its rate is refused, not stretched."""
    with pytest.raises(RecordingError, match=message):
        Recording(write_recording(tmp_path, wave=wave))


def test_a_cut_gzip_file_is_refused(tmp_path: Path) -> None:
    """A download that broke off."""
    sidecar = write_recording(tmp_path)
    wave = tmp_path / "made01.wave.csv.gz"
    wave.write_bytes(wave.read_bytes()[:-20])
    with pytest.raises(RecordingError, match="gzipped CSV"):
        Recording(sidecar)


@pytest.mark.parametrize(
    ("meta", "message"),
    [
        ([], "one JSON object"),
        ({"num": {"period_s": 1}}, '"fs_hz"'),
        ({"num": {"period_s": 0}, "wave": {"fs_hz": 50}}, '"period_s"'),
        ({"wave": {"fs_hz": "fast"}}, "positive number, not 'fast'"),
    ],
)
def test_broken_sidecars_are_refused(tmp_path: Path, meta: object, message: str) -> None:
    """The rates must be there and be positive numbers."""
    with pytest.raises(RecordingError, match=message):
        Recording(write_recording(tmp_path, meta=meta))


def test_missing_files_are_named(tmp_path: Path) -> None:
    """No sidecar, not JSON, or a sidecar alone."""
    with pytest.raises(RecordingError, match=r"nothing\.json: cannot be read"):
        Recording(tmp_path / "nothing.json")
    lonely = tmp_path / "lonely.json"
    lonely.write_text("{", encoding="utf-8")
    with pytest.raises(RecordingError, match=r"lonely\.json, line 1: not valid JSON"):
        Recording(lonely)
    lonely.write_text("{}", encoding="utf-8")
    with pytest.raises(RecordingError, match=r"neither lonely\.num\.csv nor lonely\.wave\.csv\.gz"):
        Recording(lonely)


def test_real_desaturation() -> None:
    """hypox01 really falls to about 70 % and recovers."""
    body = Recording(real("hypox01"))
    values = []
    while not body.finished:
        values.append(body.oximeter().spo2)
        body.advance(1.0)
    assert None not in values
    assert min(value for value in values if value is not None) == 67
    assert values[0] == 98


def test_real_lost_probe() -> None:
    """bidmc19 has no value for 102 of 481 seconds, and each of them says so."""
    body = Recording(real("bidmc19"))
    lost = 0
    while not body.finished:
        seen = body.oximeter()
        assert seen.finger_out == (seen.spo2 is None)
        lost += seen.finger_out
        body.advance(1.0)
    assert lost == 102


def test_real_trend_of_one_minute_numerics() -> None:
    """trend_s00001: a value stands for its minute, 363 of 1936 are missing, cuff values appear."""
    body = Recording(real("trend_s00001"))
    missing = readings = minutes = 0
    while not body.finished:
        missing += body.oximeter().spo2 is None
        readings += body.cuff_reading().cuff_error is None
        minutes += 1
        body.advance(60.0)
    assert (minutes, missing) == (1936, 363)
    assert readings > 152


def test_real_wave_has_a_visible_pulse() -> None:
    """The camera's wave of hypox02 drifts by many pulse heights; the gain follows, and the pulse stays in sight."""
    body = Recording(real("hypox02"))
    heights = []
    for _ in range(600):
        body.advance(1.0)
        wave = body.pleth(75, 75.0)
        heights.append(max(wave) - min(wave))
    heights.sort()
    assert heights[60] > 60
