"""A site file against drivers, channels and presets: plain values when it is in order, else every problem."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from adapters.driver import Cadence
from adapters.registry import drivers
from adapters.transports.url import MllpUrl, MqttUrl, SerialUrl
from alerts.channel import ChannelKind
from alerts.channels.log import LogChannel
from config.instant import MINUTE
from config.masking import EXAMPLE_SECRETS
from config.vocabulary import Priority
from monitor.core.errors import ConfigError
from monitor.restore import bed_setups
from monitor.site import Site, read_preset, read_site, read_site_text
from monitor.station.rights import Role

SECRET = "whsec_c29tZSBzZWNyZXQgb2YgYSB0ZXN0LCBsb25nIGVub3VnaA=="
WARD = """\
[site]
id = "harbour"
[[bed]]
id = "bay-1"
[[bed]]
id = "bay-2"
label = "Bay 2"
"""


def read(text: str, *, demo: bool = False, need_secrets: bool = True) -> Site:
    return read_site_text("site.toml", WARD + text, {}, demo=demo, need_secrets=need_secrets)


def refused(text: str, *, demo: bool = False) -> list[str]:
    """The problems of the text, one each."""
    with pytest.raises(ConfigError) as caught:
        read(text, demo=demo)
    return str(caught.value).splitlines()


def device(driver: str, url: str, more: str = "", name: str = "x", bed: str = "bay-1") -> str:
    return f'[[device]]\nid = "{name}"\nbed = "{bed}"\ndriver = "{driver}"\nurl = "{url}"\n{more}\n'


def test_plain_values_of_a_site() -> None:
    """What the service is built from: labels, checked options, parsed addresses, the preset's rules."""
    site = read(
        device("nonin-df2", "serial:///dev/ttyUSB0?baud=19200", name="ox-1")
        + device("par-nibp", "serial:///dev/ttyUSB1", "[device.options]\nbaud = 19200", name="cuff-1", bed="bay-2")
        + f'[[channel]]\nid = "pager"\nkind = "webhook"\nurl = "https://example.org"\nsecret = "{SECRET}"\n'
        + '[station]\nlock_after_h = 0.5\n[journal]\nfolder = "/srv/ward"\n'
    )
    assert (site.id, site.name, site.site_filter) == ("harbour", "harbour", "vitals/v1/harbour/#")
    assert [(bed.id, bed.label) for bed in site.beds] == [("bay-1", "bay-1"), ("bay-2", "Bay 2")]
    oximeter, cuff = site.devices
    assert oximeter.where == SerialUrl("/dev/ttyUSB0", baud=19200)
    assert (cuff.id, cuff.bed, cuff.spec.options.baud) == ("cuff-1", "bay-2", 19200)
    assert cuff.spec.line is not None
    assert cuff.spec.line.baud == 19200
    assert [spec.id for spec in site.specs] == ["ox-1", "cuff-1"]
    assert [(each.kind, each.min_priority) for each in site.channels] == [("webhook", Priority.MEDIUM)]
    assert site.ruleset.name == "ketamine-adult"
    assert site.station.lock_after == 30 * MINUTE
    assert site.room_list is None
    assert site.data == Path("/srv/ward")
    assert site.warnings == ()


def test_a_device_behind_a_broker() -> None:
    """Password out of its own key, commands where allowed, cadence where the driver serves several devices."""
    url = "mqtt://ward@broker/vitals/v1/harbour/bay-1/x/+"
    (found,) = read(device("mqtt-vitals", url, 'password = "p@ss/"\ncommands = true\ncadence = "stream"')).devices
    assert isinstance(found.where, MqttUrl)
    assert (found.where.broker.username, found.where.broker.password) == ("ward", "p@ss/")
    assert found.spec.command_topic == "vitals/v1/harbour/bay-1/x/command"
    assert found.spec.cadence is Cadence.STREAM
    assert "p@ss" not in repr(found)
    assert "p%40ss" not in repr(found)


FLOORED = ("nonin-df2", "serial:///dev/ttyUSB0")


def test_v4_a_device_may_have_its_own_floors_of_the_perfusion_index() -> None:
    """They reach the core; weaker signals than the signed page says are worth a look."""
    site = read(device(*FLOORED, "perfusion_invalid = 0.1\nperfusion_suspect = 0.3"))
    (found,) = (each for setup in bed_setups(site) for each in setup.devices.values())
    assert (found.perfusion_invalid, found.perfusion_suspect) == (0.1, 0.3)
    assert any("takes weaker signals than the preset's page says" in warning for warning in site.warnings)
    stricter = read(device(*FLOORED, "perfusion_suspect = 0.5"))
    assert not any("weaker" in warning for warning in stricter.warnings)


def test_a_second_oximeter_on_a_bed_is_worth_a_look() -> None:
    """One gives the bed's values; the other is not shown, and alarms all the same."""
    second = device("nonin-df2", "serial:///dev/ttyUSB1", name="spare")
    assert any("give a bed one oximeter" in warning for warning in read(device(*FLOORED) + second).warnings)
    elsewhere = device("nonin-df2", "serial:///dev/ttyUSB1", name="other", bed="bay-2")
    assert not any("one oximeter" in warning for warning in read(device(*FLOORED) + elsewhere).warnings)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("perfusion_invalid = 0.5", "INVALID begins below 0.5 %, SUSPECT below 0.4 %"),
        ("perfusion_suspect = 0.1", "INVALID begins below 0.2 %, SUSPECT below 0.1 %"),
        ("perfusion_invalid = -1", "is too small"),
    ],
)
def test_v4_floors_that_cannot_be(more: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        read(device(*FLOORED, more))


@pytest.mark.parametrize(
    ("driver", "url", "more", "startable"),
    [
        ("par-nibp", "serial:///dev/a", "commands = true", True),
        ("par-nibp", "serial:///dev/a", "", False),
        ("mqtt-vitals", "mqtt://broker/vitals/v1/harbour/bay-1/x/+", "commands = true", True),
        ("mqtt-vitals", "mqtt://broker/vitals/v1/harbour/bay-1/x/+", 'commands = true\ncadence = "stream"', False),
        ("mqtt-vitals", "mqtt://broker/vitals/v1/harbour/bay-1/x/+", "", False),
    ],
)
def test_a_cuff_is_started_only_where_the_site_file_says_so(driver: str, url: str, more: str, startable: bool) -> None:
    """Off by default; a device that streams is no cuff."""
    (found,) = read(device(driver, url, more)).devices
    assert found.startable is startable


def test_without_a_channel_pages_go_to_the_log() -> None:
    assert [(each.id, each.kind, each.keeps_record) for each in read("").channels] == [("log", "log", True)]


OWN = "mqtt://broker/vitals/v1/harbour/bay-1"


def test_monitors_of_two_beds_may_send_to_one_port() -> None:
    """And what neither takes may go to a third device, whose URL names no bed."""
    text = "".join(
        device("hl7-mllp", f"mllp://0.0.0.0:2575/{bed}", '[device.options.codes]\n149522 = "pulse_rate"', name=name)
        for name, bed in (("x", "BED12"), ("y", "BED13"), ("z", ""))
    )
    assert [each.where.bed for each in read(text).devices if isinstance(each.where, MllpUrl)] == ["BED12", "BED13", ""]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            device("nonin-df22", "serial:///dev/a"),
            "site.toml:11: device.x.driver: unknown driver 'nonin-df22': did you mean 'nonin-df2'",
        ),
        (
            device("mqtt-vitals", "serial:///dev/a"),
            "site.toml:12: device.x.url: driver mqtt-vitals reads messages from a broker: write mqtt://",
        ),
        (
            device("hl7-mllp", f"{OWN}/x/+"),
            "site.toml:12: device.x.url: driver hl7-mllp reads what a monitor sends to a port here: write mllp://",
        ),
        (
            device("mqtt-vitals", "mllp://0.0.0.0:2575/BED12"),
            "site.toml:12: device.x.url: driver mqtt-vitals reads messages from a broker: write mqtt://",
        ),
        (
            device("nonin-df2", "mllp://0.0.0.0:2575/BED12"),
            "site.toml:12: device.x.url: driver nonin-df2 reads bytes from a line, not messages",
        ),
        (
            device("hl7-mllp", "mllp://0.0.0.0/BED12"),
            "site.toml:12: device.x.url: an HL7 listener is named by its address here, its port and the bed",
        ),
        (
            device("hl7-mllp", "mllp://0.0.0.0:2575/B") + device("hl7-mllp", "mllp://0.0.0.0:2575/B", name="y"),
            "site.toml:18: device.y.url: device 'x' reads from there already",
        ),
        (
            device("hl7-mllp", "mllp://0.0.0.0:2575/B", '[device.options.codes]\n149522 = "puls"'),
            "site.toml:13: device.x.options.codes: options of driver 'hl7-mllp': ",
        ),
        (
            device("nonin-df2", f"{OWN}/x/+"),
            "site.toml:12: device.x.url: driver nonin-df2 reads bytes from a line, not messages: write serial:///dev",
        ),
        (device("nonin-df2", "seriel:///dev/a"), "site.toml:12: device.x.url: unknown kind of connection 'seriel'"),
        (
            device("nonin-df2", "serial:///dev/a?bauds=1"),
            "site.toml:12: device.x.url: unknown setting 'bauds' in a serial URL",
        ),
        (
            device("par-nibp", "serial:///dev/a", "[device.options]\nspeed = 1"),
            "site.toml:14: device.x.options.speed: driver 'par-nibp' has no option 'speed'",
        ),
        (
            device("par-nibp", "serial:///dev/a", "[device.options]\nbaud = 300"),
            "site.toml:14: device.x.options.baud: options of driver 'par-nibp': ",
        ),
        (
            device("nonin-df2", "serial:///dev/a") + device("nonin-df2", "serial:///dev/a?baud=19200", name="y"),
            "site.toml:18: device.y.url: device 'x' reads from there already: each needs a line of its own",
        ),
        (
            device("nonin-df2", "tcp://box:1") + device("nonin-df2", "tcp://box:1", name="y"),
            "site.toml:18: device.y.url: device 'x' reads from there already",
        ),
        (
            device("mqtt-vitals", f"{OWN}/#") + device("mqtt-vitals", f"{OWN}/y/+", name="y"),
            "site.toml:18: device.y.url: device 'x' reads from there already",
        ),
        (
            device("nonin-df2", "serial:///dev/a", "commands = true"),
            "site.toml:13: device.x.commands: is for devices behind a broker",
        ),
        (
            device("mqtt-vitals", "mqtt://broker/vitals/v1/harbour/+/+/+", "commands = true"),
            "site.toml:13: device.x.commands: needs a topic of one device in url, ending in /+",
        ),
        (
            device("nonin-df2", "serial:///dev/a", 'password = "p"'),
            "site.toml:13: device.x.password: belongs to an account at a broker",
        ),
        (
            device("mqtt-vitals", "mqtt://u:p@broker/a/+", 'password = "p"'),
            "site.toml:13: device.x.password: belongs to an account at a broker",
        ),
        (
            device("mqtt-vitals", "mqtt://u@broker/a/+", 'password_file = "/none/there"'),
            "site.toml:13: device.x.password_file: /none/there cannot be read here (No such file or directory)",
        ),
        (
            '[[channel]]\nid = "c"\nkind = "webhok"',
            "site.toml:10: channel.c.kind: unknown kind 'webhok': did you mean 'webhook'?",
        ),
        (
            f'[[channel]]\nid = "c"\nkind = "webhook"\nurl = "ward"\nsecret = "{SECRET}"',
            "site.toml:11: channel.c.url: option 'url' must be an address such as https://example.org/hook",
        ),
        (
            f'[[channel]]\nid = "c"\nkind = "webhook"\nsecret = "{SECRET}"',
            "site.toml:8: channel.c: option 'url' is missing; kind 'webhook' needs it",
        ),
        (
            f'[[channel]]\nid = "c"\nkind = "webhook"\nurl = "https://a"\nsecret = "{SECRET}"\ntimeout = 3',
            "site.toml:13: channel.c.timeout: option 'timeout' is unknown to kind 'webhook'; did you mean 'timeout_s'?",
        ),
        (
            '[[channel]]\nid = "c"\nkind = "webhook"\nurl = "https://a"\nsecret_file = "/none/there"',
            "site.toml:12: channel.c.secret_file: /none/there cannot be read here",
        ),
        ('[preset.ours]\nbased_on = "ketamin"', "site.toml:8: preset.ours: unknown preset 'ketamin'"),
        (
            '[preset.ours]\nbased_on = "ketamine-adult"\n[preset.ours.rules.SPO2_LOW]\ndelay = 3',
            "site.toml:11: preset.ours.rules.SPO2_LOW.delay: unknown key; did you mean 'delay_s'?",
        ),
        (
            '[preset.ours]\nbased_on = "ketamine-adult"\npreset = 3',
            "site.toml:10: preset.ours.preset: a table is wanted here, not 3",
        ),
        (
            '[preset.ours]\nbased_on = "ketamine-adult"\n[preset.ours.cuff]\ninterval_s = "5 min"',
            "site.toml:11: preset.ours.cuff.interval_s: a number is wanted, not '5 min'",
        ),
    ],
)  # fmt: skip
def test_one_clear_message(text: str, message: str) -> None:
    """File, line, key, remedy, and nothing else beside it."""
    (found,) = refused(text)
    assert found.startswith(message)


def test_an_unknown_preset_names_the_nearest() -> None:
    with pytest.raises(ConfigError) as caught:
        read_site_text("site.toml", WARD.replace("[[bed]]", 'preset = "ketamine"\n[[bed]]', 1), {})
    assert (
        str(caught.value)
        == "site.toml:3: site.preset: unknown preset 'ketamine': did you mean 'esketamine-2h' or 'ketamine-adult'?"
    )


def test_all_problems_come_in_one_go_in_the_order_of_lines() -> None:
    """Those of the file by itself and those that need a driver, a channel or a preset."""
    found = refused(
        device("nonin-df9", "serial://ttyUSB0", bed="bay-7")
        + '[[channel]]\nid = "c"\nkind = "pager"\n[preset.ours]\n[station]\nport = 1.5'
    )
    assert [line.split(": ")[:2] for line in found] == [
        ["site.toml:10", "device.x.bed"],
        ["site.toml:11", "device.x.driver"],
        ["site.toml:12", "device.x.url"],
        ["site.toml:16", "channel.c.kind"],
        ["site.toml:17", "preset.ours"],
        ["site.toml:19", "station.port"],
    ]


def test_messages_show_no_secret() -> None:
    """A URL that is wrong is quoted without its password, a secret not at all."""
    text = device("mqtt-vitals", "mqtt://ward:hidden@broker") + (
        '[[channel]]\nid = "c"\nkind = "webhook"\nurl = "https://a"\nsecret = "hidden2"'
    )
    assert not [line for line in refused(text) if "hidden" in line]


def test_example_secrets_are_for_the_demo_alone(tmp_path: Path) -> None:
    """Everybody knows them; in a key, in a file, or in a URL."""
    hook = next(secret for secret in EXAMPLE_SECRETS if secret.startswith("whsec_"))
    (tmp_path / "hook").write_text(hook + "\n")
    channel = '[[channel]]\nid = "c"\nkind = "webhook"\nurl = "https://a"\n'
    for text, key in (
        (f'{channel}secret = "{hook}"', "channel.c.secret"),
        (f'{channel}secret_file = "{tmp_path / "hook"}"', "channel.c.secret_file"),
        (device("mqtt-vitals", "mqtt://u:bedwatch-example@b/a/+"), "device.x.url"),
        (device("mqtt-vitals", "mqtt://u@b/a/+", 'password = "bedwatch-example"'), "device.x.password"),
    ):
        (message,) = refused(text)
        assert f" {key}: is the example secret of the documents" in message
        assert hook not in message
        assert read(text, demo=True)


def test_a_password_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("of the ward\n")
    more = f'password_file = "{tmp_path / "password"}"'
    (found,) = read(device("mqtt-vitals", "mqtt://u@b/a/+", more)).devices
    assert isinstance(found.where, MqttUrl)
    assert found.where.broker.password == "of the ward"


def test_an_empty_secret_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("\n")
    (message,) = refused(device("mqtt-vitals", "mqtt://u@b/a/+", f'password_file = "{tmp_path / "password"}"'))
    assert message.endswith("is empty: put the secret alone into that file")


def test_a_check_elsewhere_only_warns_of_absent_secret_files() -> None:
    text = '[[channel]]\nid = "c"\nkind = "webhook"\nurl = "https://a"\nsecret_file = "/none/there"\n'
    (warning,) = [line for line in read(text, need_secrets=False).warnings if "secret" in line]
    assert warning.endswith("the service does not start without it")


def test_a_topic_of_another_bed_is_a_warning() -> None:
    """It may be meant so; it may also chart one patient's values at another's bed."""
    site = read(device("mqtt-vitals", "mqtt://b/vitals/v1/harbour/bay-2/x/+"))
    assert (
        "site.toml:12: device.x.url: its topic names bed 'bay-2', but the device is bound to 'bay-1'" in site.warnings
    )


def test_a_topic_outside_the_own_scheme_is_fine() -> None:
    assert not [line for line in read(device("mqtt-vitals", "mqtt://b/tele/x/+")).warnings if "topic" in line]


def test_an_hl7_device_without_a_bed_is_a_warning() -> None:
    """Whatever monitor is pointed at the port would chart at this bed."""

    def warned(url: str) -> list[str]:
        return [line for line in read(device("hl7-mllp", url)).warnings if "every monitor" in line]

    (warning,) = warned("mllp://0.0.0.0:2575/")
    assert warning.startswith("site.toml:12: device.x.url: takes every monitor that reaches this port: name its bed")
    assert warned("mllp://0.0.0.0:2575")
    assert not warned("mllp://0.0.0.0:2575/BED12")


def test_a_device_on_a_broker_says_what_its_silence_means() -> None:
    """Nobody can tell an oximeter from a cuff by its topic; an unmissed oximeter would never be DEVICE_OFFLINE."""

    def asked(topic: str, more: str = "") -> list[str]:
        site = read(device("mqtt-vitals", f"mqtt://b/vitals/v1/harbour/bay-1/x/{topic}", more))
        return [line for line in site.warnings if "silence" in line]

    (warning,) = asked("+")
    assert warning.startswith('site.toml:8: device.x: does not say what its silence means: add cadence = "stream"')
    assert asked("spo2")
    assert not asked("nibp")
    assert not asked("+", 'cadence = "stream"')
    assert not asked("+", 'cadence = "episodic"')
    assert not [line for line in read(device("nonin-df2", "serial:///dev/a")).warnings if "silence" in line]


def test_a_bluetooth_device_is_bound_by_its_address() -> None:
    """Once; and the site says whether it streams."""
    url = "ble://aa:bb:cc:dd:ee:ff"
    assert [each.id for each in read(device("ble-vitals", url, 'cadence = "stream"')).devices] == ["x"]
    assert any("does not say what its silence means" in line for line in read(device("ble-vitals", url)).warnings)
    (message,) = refused(device("ble-vitals", "ble://cuff"))
    assert "by its address: ble://AA:BB:CC:DD:EE:FF" in message
    (message,) = refused(device("ble-vitals", url) + device("ble-vitals", url.upper().replace("BLE", "ble"), name="y"))
    assert "device 'x' reads from there already" in message


def test_one_capture_may_be_replayed_twice() -> None:
    text = device("nonin-df2", "replay:///a.bin") + device("nonin-df2", "replay:///a.bin", name="y", bed="bay-2")
    assert len(read(text).devices) == 2


def test_a_preset_of_the_site_is_in_force() -> None:
    text = WARD.replace("[[bed]]", 'preset = "ours"\n[[bed]]', 1) + (
        '[preset.ours]\nbased_on = "ketamine-adult"\n[preset.ours.rules.SPO2_LOW]\ntrigger = { below = 92 }\n'
    )
    site = read_site_text("site.toml", text, {})
    assert site.ruleset.name == "ours"
    assert {rule.rule.name: rule.trigger.absolute for rule in site.ruleset.levels}["SPO2_LOW"] == 92
    assert [warning for warning in site.warnings if "preset.ours.rules.SPO2_LOW.clear: reaches into" in warning]


def test_a_preset_that_nobody_can_want_is_refused() -> None:
    text = WARD.replace("[[bed]]", 'preset = "ours"\n[[bed]]', 1) + (
        '[preset.ours]\nbased_on = "ketamine-adult"\n[preset.ours.rules.SPO2_LOW]\ntrigger = { below = 50 }\n'
    )
    with pytest.raises(ConfigError, match="50 lies outside the values that are believed"):
        read_site_text("site.toml", text, {})


def test_read_site_takes_the_environment_and_names_a_missing_file(tmp_path: Path) -> None:
    path = tmp_path / "site.toml"
    path.write_text(WARD)
    assert read_site(path, {"BEDWATCH_STATION__PORT": "0"}).station.port == 0
    with pytest.raises(ConfigError, match="cannot be read: No such file"):
        read_site(tmp_path / "none.toml", {})


def test_read_preset() -> None:
    assert read_preset("ketamine-adult").name == "ketamine-adult"
    with pytest.raises(ConfigError, match="unknown preset 'x'"):
        read_preset("x")


@dataclass(frozen=True)
class MailOptions:
    """Options of a made-up kind that knows its password only itself."""

    password: str
    to: str = "ward"


def test_any_secret_of_a_channel_may_come_from_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also for a kind that knows nothing of files; never from two places."""
    kind = ChannelKind("mail", open=lambda channel_id, options: LogChannel(channel_id), options=MailOptions)
    monkeypatch.setattr("monitor.site.channels.find_kinds", lambda: {"mail": kind})
    (tmp_path / "password").write_text("of the ward\n")
    text = f'[[channel]]\nid = "c"\nkind = "mail"\npassword_file = "{tmp_path / "password"}"\n'
    assert read(text).channels[0].options == MailOptions("of the ward")
    (message,) = refused(text + 'password = "p"\n')
    assert message.startswith("site.toml:12: channel.c.password: stands beside password_file")


def test_a_serial_driver_without_usual_settings_needs_a_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    """A driver of a third party may leave the rate to the site."""
    usual = drivers()["nonin-df2"]
    monkeypatch.setattr("monitor.site.devices.drivers", lambda: {"odd": replace(usual, name="odd", line=None)})
    (message,) = refused(device("odd", "serial:///dev/a"))
    assert message.startswith("site.toml:12: device.x.url: serial:///dev/a: this driver has no usual line settings")
    assert read(device("odd", "serial:///dev/a?baud=9600")).devices[0].spec.line is None


def test_row_7_which_priorities_each_role_may_acknowledge() -> None:
    assert set(read("").station.acknowledges.values()) == {frozenset(Priority)}
    site = read('[acknowledge]\nnurse = ["low", "medium"]\nlead = []\n')
    assert site.station.acknowledges == {
        Role.NURSE: frozenset({Priority.LOW, Priority.MEDIUM}),
        Role.LEAD: frozenset(),
        Role.PRESCRIBER: frozenset(Priority),
    }


def test_row_7_somebody_may_acknowledge_each_priority() -> None:
    text = '[acknowledge]\nnurse = ["low"]\nlead = ["low"]\nprescriber = ["medium"]\n'
    (line,) = refused(text)
    assert "acknowledge: nobody may acknowledge a high alarm: add 'high' to a role" in line


def test_row_7_an_unknown_priority_or_role_is_named() -> None:
    assert "acknowledge" in refused('[acknowledge]\nnurse = ["urgent"]\n')[0]
    assert "acknowledge" in refused('[acknowledge]\nporter = ["low"]\n')[0]


def test_the_room_list_is_a_file_that_need_not_be_there_yet() -> None:
    """Who keeps it is another system; the service tells when it cannot be read."""
    text = WARD.replace("[site]\n", '[site]\nroom_list_file = "/var/lib/rooms.txt"\n')
    assert read_site_text("site.toml", text, {}).room_list == Path("/var/lib/rooms.txt")
