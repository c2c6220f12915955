"""Layers, origins and every message about a site file by itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.layers import Flag
from config.load import examine, explain, load_site, read_layers, read_text
from config.problem import SettingsError
from tests.config.site_texts import HARBOUR, look, messages


def test_a_whole_site_file() -> None:
    loaded = look(HARBOUR)
    assert not loaded.problems
    assert not loaded.warnings
    assert loaded.settings is not None
    assert [bed.label for bed in loaded.settings.bed] == ["Bay 1"]
    assert loaded.settings.station.port == 8080


def test_layers_stand_above_each_other() -> None:
    """shipped < site < environment < flag, each with its origin."""
    text = HARBOUR + '[station]\nport = 1\nhost = "ward"\nlock_after_h = 2\n'
    environ = {"BEDWATCH_STATION__PORT": "2", "BEDWATCH_STATION__HOST": "tower"}
    loaded = look(text, environ, [Flag("--port", "station.port", 3), Flag("--data", "journal.folder", None)])
    assert loaded.settings is not None
    station = loaded.settings.station
    assert (station.port, station.host, station.lock_after_h) == (3, "tower", 2)
    shown = {each.key: (each.value, str(each.origin)) for each in explain(loaded.layers)}
    assert shown["station.port"] == (3, "flag --port")
    assert shown["station.host"] == ("tower", "environment BEDWATCH_STATION__HOST")
    assert shown["station.lock_after_h"] == (2, "site")
    assert shown["journal.folder"] == ("bedwatch-data", "shipped")


def test_explain_masks_secrets() -> None:
    """Neither a secret nor the path of a webhook's address nor a password in a URL is shown."""
    text = HARBOUR.replace("serial:///dev/ttyUSB0", "mqtt://ward:hidden@broker/a/b/+")
    shown = {each.key: str(each.value) for each in explain(look(text).layers)}
    assert shown["channel.pager.secret"] == "********"
    assert shown["channel.pager.url"] == "https://example.org/********"
    assert shown["device.ox-1.url"] == "mqtt://ward:********@broker/a/b/+"


def test_secrets_are_not_in_the_repr() -> None:
    loaded = look(HARBOUR.replace('bed = "bay-1"', 'bed = "bay-1"\npassword = "hidden"'))
    assert loaded.settings is not None
    assert "hidden" not in repr(loaded)
    assert "whsec" not in repr(loaded)


@pytest.mark.parametrize(
    ("name", "value", "path"),
    [
        ("BEDWATCH_DEVICE__OX_1__URL", "tcp://box:4001", ("device", 0, "url")),
        ("BEDWATCH_BED__BAY_1__LABEL", "1", ("bed", 0, "label")),
        ("BEDWATCH_CHANNEL__PAGER__SECRET", "123456", ("channel", 0, "secret")),
        ("BEDWATCH_SITE__NAME", "2026", ("site", "name")),
    ],
)
def test_text_from_the_environment_stays_text(name: str, value: str, path: tuple[str | int, ...]) -> None:
    """A label, name or secret made of digits is no number."""
    found: object = look(HARBOUR, {name: value}).layers.table
    for part in path:
        found = found[part]  # type: ignore[index]
    assert found == value


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("BEDWATCH_STATION__ALLOWED_ORIGINS", "https://a.example, https://b.example", ["https://a.example", "https://b.example"]),
        ("BEDWATCH_STATION__ALLOWED_ORIGINS", '["https://a.example"]', ["https://a.example"]),
        ("BEDWATCH_STATION__LOCK_AFTER_H", "0.5", 0.5),
    ],
)  # fmt: skip
def test_numbers_and_lists_from_the_environment(name: str, text: str, value: object) -> None:
    loaded = look(HARBOUR, {name: text})
    assert not loaded.problems
    assert value in loaded.layers.table["station"].values()


def test_options_from_the_environment_keep_their_kind() -> None:
    loaded = look(HARBOUR, {"BEDWATCH_DEVICE__OX_1__OPTIONS__BAUD": "19200", "BEDWATCH_CHANNEL__PAGER__TIMEOUT_S": "5"})
    assert loaded.layers.table["device"][0]["options"] == {"baud": 19200}
    assert loaded.layers.table["channel"][0]["timeout_s"] == 5


def test_a_secret_of_the_environment_replaces_the_file() -> None:
    text = HARBOUR.replace(
        'secret = "whsec_c29tZSBzZWNyZXQgb2YgYSB0ZXN0LCBsb25nIGVub3VnaA=="', 'secret_file = "/run/hook"'
    )
    layers = look(text, {"BEDWATCH_CHANNEL__PAGER__SECRET": "other"}).layers
    assert layers.table["channel"][0].get("secret") == "other"
    assert "secret_file" not in layers.table["channel"][0]
    assert "channel.pager.secret_file" not in [each.key for each in explain(layers)]


def test_an_empty_variable_counts_as_not_set() -> None:
    assert not look(HARBOUR, {"BEDWATCH_STATION__PORT": ""}).problems


def test_a_variable_without_double_underscore_is_a_warning() -> None:
    loaded = look(HARBOUR, {"BEDWATCH_STATION_PORT": "1", "BEDWATCH_SITE": "x", "BEDWATCH_PASSWORD": "y"})
    assert not loaded.problems
    assert [warning.split(" is no setting")[0] for warning in loaded.warnings] == ["environment BEDWATCH_STATION_PORT"]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("BEDWATCH_STATION__PROT", "environment BEDWATCH_STATION__PROT: unknown setting: did you mean 'port'?"),
        ("BEDWATCH_DEVICE__OX_1__URI", "environment BEDWATCH_DEVICE__OX_1__URI: unknown setting: did you mean 'url'?"),
        (
            "BEDWATCH_DEVICE__OX_2__URL",
            "environment BEDWATCH_DEVICE__OX_2__URL: no [[device]] has the id 'ox-2': did you mean 'ox-1'?",
        ),
    ],
)
def test_a_variable_that_fits_nothing(name: str, message: str) -> None:
    assert messages(HARBOUR, {name: "x"}) == [message]


def test_a_variable_of_no_section() -> None:
    (message,) = messages(HARBOUR, {"BEDWATCH_PRESET__OURS__TITLE": "x"})
    assert message.startswith("environment BEDWATCH_PRESET__OURS__TITLE: is no setting: there is BEDWATCH_SITE__")


def test_a_wrong_value_names_the_variable() -> None:
    """Who looks into the site file for it would look in vain."""
    (message,) = messages(HARBOUR, {"BEDWATCH_STATION__PORT": "many"})
    assert message.startswith("environment BEDWATCH_STATION__PORT: station.port: is not a whole number")


NO_NUMBER = "is not a number: write it without quotes"
BED = '[site]\nid = "a"\n[[bed]]\nid = "b"\n'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[site]\nid = "a"', "site.toml: bed: the site has no bed: add [[bed]] with id = \"bay-1\""),
        ('[[bed]]\nid = "b"', "site.toml: site.id: is missing: add id = ... below [site]"),
        (BED + "[bed2]", "site.toml:5: bed2: unknown key: did you mean 'bed'?"),
        (BED + '[[channel]]\nkind = "log"', "site.toml:5: channel.#1.id: is missing: add id = ... below [[channel]]"),
        (BED + '[device]\nid = "x"', "site.toml:5: device: has many entries: open each with two brackets, [[device]]"),
        (
            BED + '[[bed]]\nid = "site"',
            "site.toml:6: bed.site.id: 'site' stands for the service itself in alarm ids: write it like bay-1",
        ),
        (BED + '[[bed]]\nid = "b"', "site.toml:6: bed.b.id: 'b' is there twice: give every bed an id of its own"),
        (
            BED + '[[bed]]\nid = "Bay 2"',
            "site.toml:6: bed.Bay 2.id: 'Bay 2' has other characters than a-z, 0-9 and -: write it like bay-1",
        ),
        (BED + "[[bed]]\nid = 2", 'site.toml:6: bed.#2.id: is not a text: put it in quotes, as in "..."'),
        (BED + 'label = ""', "site.toml:5: bed.b.label: is empty or has more than one line: write a short text"),
        (BED + f'label = "{"x" * 81}"', "site.toml:5: bed.b.label: is too long: at most 80 characters"),
        (BED + 'labl = "x"', "site.toml:5: bed.b.labl: unknown key: did you mean 'label'?"),
        (BED + "[station]\nport = 70000", "site.toml:6: station.port: is too large: 65535 is the limit"),
        (BED + "[station]\nport = -1", "site.toml:6: station.port: is too small: 0 is the limit"),
        (BED + "[station]\nlock_after_h = nan", f"site.toml:6: station.lock_after_h: {NO_NUMBER}"),
        (BED + "[station]\nlock_after_h = true", f"site.toml:6: station.lock_after_h: {NO_NUMBER}"),
        (
            BED + '[station]\nallowed_origins = ["ward.example"]',
            "site.toml:6: station.allowed_origins.#1: is no origin: scheme and host alone, as in https://ward.example",
        ),
        (
            BED + '[station]\nallowed_origins = "x"',
            "site.toml:6: station.allowed_origins: is not a list: write it in brackets, as in []",
        ),
        ("station = 3\n" + BED, "site.toml:1: station: is not a table: open it with [station]"),
        (
            BED + '[[channel]]\nid = "c"\nkind = "log"\nmin_priority = "urgent"',
            "site.toml:8: channel.c.min_priority: is not one of 'low', 'medium' or 'high'",
        ),
    ],
)  # fmt: skip
def test_one_clear_message(text: str, message: str) -> None:
    """File, line, key and remedy, and nothing else beside it."""
    assert messages(text) == [message]


DEVICE = BED + '[[device]]\nid = "x"\nbed = "b"\ndriver = "nonin-df2"\nurl = "serial:///dev/x"\n'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            DEVICE.replace('bed = "b"', 'bed = "c"'),
            "site.toml:7: device.x.bed: there is no [[bed]] with id 'c': there is b",
        ),
        (
            DEVICE + 'commands = "yes"',
            "site.toml:10: device.x.commands: is not a switch: true or false, without quotes",
        ),
        (
            DEVICE + 'password = "p"\npassword_file = "/p"',
            "site.toml:10: device.x.password: stands beside password_file: keep one of them, better the file",
        ),
        (DEVICE + "options = 3", "site.toml:10: device.x.options: is not a table: open it with [device.options]"),
    ],
)
def test_one_clear_message_about_a_device(text: str, message: str) -> None:
    assert messages(text) == [message]


def test_all_problems_are_found_in_one_go() -> None:
    """And what is in order is still there to be checked further."""
    loaded = look(
        DEVICE + 'speed = 3\n[[device]]\nid = "y"\nbed = "q"\ndriver = "d"\nurl = "u"\n[station]\nport = "x"\n'
    )
    assert len(loaded.problems) == 3
    assert loaded.settings is not None
    assert [device.id for device in loaded.settings.device] == ["y"]
    assert loaded.settings.station.port == 8080


def test_a_bed_without_device_is_a_warning() -> None:
    assert look(BED).warnings == (
        "site.toml:3: bed.b: has no device: nothing is measured there until a [[device]] names bed = 'b'",
    )


def test_a_channel_of_the_site_file_replaces_the_shipped_one() -> None:
    assert [each["id"] for each in look(BED).layers.table["channel"]] == ["log"]
    assert [each["id"] for each in look(HARBOUR).layers.table["channel"]] == ["pager"]


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("[site]\nid = harbour", "site.toml:2: is not TOML: Invalid value;"),
        ("[site]\nid = \"", "site.toml:2: is not TOML: "),
        ("a = 1\na = 2", "site.toml:2: is not TOML: Cannot overwrite a value;"),
    ],
)  # fmt: skip
def test_what_is_not_toml(text: str, start: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read_text("site.toml", text, {})
    assert str(caught.value).startswith(start)


def test_lists_without_end_inside_each_other() -> None:
    """The parser gives up with an exception of the interpreter's."""
    with pytest.raises(SettingsError, match="go too deep"):
        read_text("site.toml", "a = " + "[" * 50_000, {})


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    """Missing, a folder, not UTF-8, far too large: each says so."""
    latin, large = tmp_path / "latin.toml", tmp_path / "large.toml"
    latin.write_bytes(b'[site]\nname = "K\xfcste"')
    large.write_bytes(b"#" * (1024 * 1024 + 1))
    for path, words in (
        (tmp_path / "none.toml", "none.toml: cannot be read: No such file"),
        (tmp_path, "cannot be read: Is a directory"),
        (latin, "latin.toml:2: is not UTF-8"),
        (large, "is larger than"),
    ):
        with pytest.raises(SettingsError) as caught:
            load_site(path, {})
        assert words in str(caught.value)


def test_load_site_refuses_and_accepts(tmp_path: Path) -> None:
    path = tmp_path / "site.toml"
    path.write_text(HARBOUR)
    assert load_site(path, {}).settings is not None
    path.write_text(BED + "[bed2]")
    with pytest.raises(SettingsError, match=r"site\.toml:5: bed2: unknown key"):
        load_site(path, {})


def test_without_a_site_file_the_shipped_settings_are_explained() -> None:
    layers = read_layers(None, {})
    assert {str(each.origin) for each in explain(layers)} == {"shipped"}
    assert str(examine(layers).problems[0]).startswith("shipped settings: ")
