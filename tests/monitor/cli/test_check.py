"""`bedwatch check` and `bedwatch config show`."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.cli import main
from monitor.cli.site_file import find_site_file
from tests.support.ward import shipped_rules

GOOD = """\
[site]
id = "harbour"
[[bed]]
id = "bay-1"
label = "Bay 1"
[[bed]]
id = "bay-2"
[[device]]
id = "ox-1"
bed = "bay-1"
driver = "nonin-df2"
url = "serial:///dev/ttyUSB0"
[[channel]]
id = "pager"
kind = "webhook"
url = "https://example.org/t0ken"
secret_file = "/none/hook"
"""


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BEDWATCH_SITE", raising=False)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    path = tmp_path / "site.toml"
    path.write_text(GOOD)
    return path


def test_a_good_site_file(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Says what it found; what should be looked at stands on standard error."""
    assert main(["check", str(site)]) == 0
    out, err = capsys.readouterr()
    assert out.splitlines() == [
        f"site harbour: harbour, preset ketamine-adult version 1, fingerprint {shipped_rules().short_fingerprint}",
        "bed bay-1: Bay 1; ox-1 (nonin-df2)",
        "bed bay-2: bay-2; no device",
        "channels: 1 webhook",
        f"{site}: in order, but look at the 2 warnings",
    ]
    assert [line.split(": ")[2] for line in err.splitlines()] == ["bed.bay-2", "channel.pager.secret_file"]


def test_the_site_file_of_the_environment(
    site: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BEDWATCH_SITE", str(site))
    assert main(["check"]) == 0
    assert f"{site}: in order" in capsys.readouterr().out


def test_which_site_file_is_meant(tmp_path: Path) -> None:
    """Command line, then variable, then the usual place when it is there."""
    usual = tmp_path / "usual.toml"
    environ = {"BEDWATCH_SITE": "/b.toml"}
    assert find_site_file("/a.toml", environ, usual) == Path("/a.toml")
    assert find_site_file(None, environ, usual) == Path("/b.toml")
    assert find_site_file(None, {}, usual) is None
    usual.touch()
    assert find_site_file(None, {}, usual) == usual


def test_problems_with_exit_code_2(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    site.write_text(GOOD.replace("nonin-df2", "nonin-df3").replace('bed = "bay-1"', 'bed = "bay-3"'))
    assert main(["check", str(site)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines()[0] == "bedwatch: 2 things to mend:"
    assert err.splitlines()[1].startswith(f"{site}:10: device.ox-1.bed: there is no [[bed]] with id 'bay-3'")


def test_a_missing_site_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(tmp_path / "none.toml")]) == 2
    assert "none.toml: cannot be read" in capsys.readouterr().err


MESSAGE = '{"t": "2026-11-22T10:00:00.000Z", "seq": 412, "values": {"spo2": 97, "pulse_rate": 72}, "flags": []}'
TOPIC = "vitals/v1/harbour/bay-1/ox-1/spo2"


def test_a_payload(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "message.json"
    path.write_text(MESSAGE)
    assert main(["check", "--payload", str(path), "--driver", "mqtt-vitals", "--topic", TOPIC]) == 0
    assert '"spo2": 97, "pulse_rate": 72' in capsys.readouterr().out


@pytest.mark.parametrize("payload", ["{", MESSAGE.replace("97", '"97"'), MESSAGE.replace("97", "NaN"), "x" * 300_000])
def test_a_payload_that_is_refused(payload: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 1, and the fault with its reason."""
    path = tmp_path / "message.json"
    path.write_text(payload)
    assert main(["check", "--payload", str(path), "--driver", "mqtt-vitals", "--topic", TOPIC]) == 1
    assert '"fault": ' in capsys.readouterr().out


def test_a_payload_without_topic_says_what_is_wanted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "message.json"
    path.write_text(MESSAGE)
    assert main(["check", "--payload", str(path), "--driver", "mqtt-vitals"]) == 1
    assert "--topic" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("line", "code", "words"),
    [
        (["check", "--driver", "mqtt-vitals"], 2, "belong to --payload"),
        (["check", "--payload", "x"], 2, "--payload needs --driver"),
        (["check", "--payload", "x", "--driver", "nonin-df2"], 2, "use `bedwatch decode nonin-df2 FILE`"),
        (["check", "--payload", "x", "--driver", "mqtt-vital"], 2, "did you mean mqtt-vitals"),
        (["check", "--payload", "/none/x", "--driver", "mqtt-vitals"], 3, "/none/x cannot be read"),
    ],
)
def test_a_payload_asked_for_wrongly(
    line: list[str], code: int, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(line) == code
    assert words in capsys.readouterr().err


def test_the_site_file_must_have_the_driver(site: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "message.json"
    path.write_text(MESSAGE)
    assert main(["check", str(site), "--payload", str(path), "--driver", "mqtt-vitals", "--topic", TOPIC]) == 2
    assert "no device has the driver mqtt-vitals" in capsys.readouterr().err


def test_a_foreign_payload_through_a_mapping(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A shipped one by its name, one of a file, and without either whichever knows the topic."""
    path, own = tmp_path / "message.json", tmp_path / "own.toml"
    path.write_text('{"SpO2":97,"HR":66,"PI":10,"Movement":0}')
    own.write_text('[[message]]\nkind = "oximeter"\nspo2 = "SpO2"\npulse_rate = "HR"\n')
    common = ["check", "--payload", str(path), "--driver", "mqtt-mapped", "--topic", "sensors"]
    for more in (["--mapping", "viatom-ble"], ["--mapping", str(own)], []):
        assert main([*common, *more]) == 0
        assert '"spo2": 97, "pulse_rate": 66' in capsys.readouterr().out
    own.write_text('[[message]]\nkind = "oximeter"\nspo = "SpO2"\n')
    assert main([*common, "--mapping", str(own)]) == 2
    assert "message[0].spo: unknown key; did you mean 'spo2'?" in capsys.readouterr().err
    assert main([*common, "--mapping", str(tmp_path / "none.toml")]) == 3
    assert main(["check", "--payload", str(path), "--driver", "mqtt-vitals", "--mapping", "viatom-ble"]) == 2


def test_a_single_value_is_shown_although_its_reading_waits(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "message.txt"
    path.write_text("97.0\n")
    topic = ["--topic", "bed12/sensor/spo2/state"]
    assert main(["check", "--payload", str(path), "--driver", "mqtt-mapped", *topic]) == 0
    assert '"spo2": 97' in capsys.readouterr().out


MAPPED = """\
[site]
id = "harbour"
[[bed]]
id = "bay-1"
[[bed]]
id = "bay-2"
[[device]]
id = "ox-1"
bed = "bay-1"
driver = "mqtt-mapped"
url = "mqtt://broker/dusun_sub"
[device.options]
mapping = "ava4-oximeter"
where = { device = "02:00:00:00:0A:02" }
[[device]]
id = "ox-2"
bed = "bay-2"
driver = "mqtt-mapped"
url = "mqtt://broker/dusun_sub"
[device.options]
mapping = "ava4-oximeter"
where = { device = "02:00:00:00:0A:07" }
"""
LIST = '{"type":"reportAttribute","data":{"value":{"device_list":[{"ble_addr":"020000000a07","spo2":88,"pulse":55}]}}}'


def test_two_devices_of_one_gateway_share_its_topic(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Told apart by their addresses; a message is shown as the device reads it that it belongs to."""
    site, path = tmp_path / "site.toml", tmp_path / "message.json"
    site.write_text(MAPPED)
    path.write_text(LIST)
    line = ["check", str(site), "--payload", str(path), "--driver", "mqtt-mapped", "--topic", "dusun_sub"]
    assert main(line) == 0
    out, err = capsys.readouterr()
    assert '"spo2": 88' in out
    assert "as device ox-2" in err
    site.write_text(MAPPED.replace("0A:07", "0a:02"))
    assert main(["check", str(site)]) == 2
    assert "device 'ox-1' reads from there already" in capsys.readouterr().err


def test_a_client_id_belongs_to_one_connection(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Two accounts at one broker are two connections; under one name they would throw each other out."""
    site = tmp_path / "site.toml"
    one, two = "mqtt://a@broker/dusun_sub?client_id=ward-7", "mqtt://b@broker/dusun_sub?client_id=ward-7"
    site.write_text(MAPPED.replace("mqtt://broker/dusun_sub", one))
    assert main(["check", str(site)]) == 0
    head, _, tail = MAPPED.rpartition("mqtt://broker/dusun_sub")
    site.write_text(head.replace("mqtt://broker/dusun_sub", one) + two + tail)
    assert main(["check", str(site)]) == 2
    assert "has the client_id of device 'ox-1'" in capsys.readouterr().err


def test_a_mapping_without_an_identity_is_worth_a_look(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    site = tmp_path / "site.toml"
    site.write_text(MAPPED.replace('where = { device = "02:00:00:00:0A:07" }', 'mapping2 = "x"'))
    assert main(["check", str(site)]) == 2
    assert "has no option 'mapping2': did you mean 'mapping'?" in capsys.readouterr().err
    site.write_text(MAPPED.partition('[[device]]\nid = "ox-2"')[0].replace("where = ", "# "))
    assert main(["check", str(site)]) == 0
    assert "add device to [device.options.where]" in capsys.readouterr().err


def test_config_show(site: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Key, value, origin; no secret."""
    monkeypatch.setenv("BEDWATCH_STATION__PORT", "9000")
    monkeypatch.setenv("BEDWATCH_CHANNEL__PAGER__SECRET", "whsec_hidden")
    assert main(["config", "show", "--site", str(site)]) == 0
    out, _ = capsys.readouterr()
    rows = {line.split()[0]: line.split(None, 2)[1:] for line in out.splitlines()}
    assert rows["station.port"] == ["9000", "environment BEDWATCH_STATION__PORT"]
    assert rows["station.host"] == ['"127.0.0.1"', "shipped"]
    assert rows["bed.bay-2.id"] == ['"bay-2"', "site"]
    assert "hidden" not in out
    assert "t0ken" not in out


def test_config_show_of_a_wrong_file(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The table all the same, then what is wrong."""
    site.write_text(GOOD + "[station]\nport = true\n")
    assert main(["config", "show", "--site", str(site)]) == 2
    out, err = capsys.readouterr()
    assert "station.port" in out
    assert "station.port: is not a whole number" in err


def test_config_show_without_a_site_file(capsys: pytest.CaptureFixture[str]) -> None:
    """The shipped settings, which are in order by themselves."""
    assert main(["config", "show"]) == 0
    assert "station.port" in capsys.readouterr().out


def test_config_show_of_what_is_not_toml(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    site.write_text("[site")
    assert main(["config", "show", "--site", str(site)]) == 2
    assert "site.toml:1: is not TOML" in capsys.readouterr().err
