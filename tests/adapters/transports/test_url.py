"""The `url` of a device in the site file."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.driver import LineSettings, Parity
from adapters.transports import open_transport
from adapters.transports.url import (
    BleUrl,
    Broker,
    MllpUrl,
    MqttUrl,
    ReplayUrl,
    SerialUrl,
    TcpUrl,
    TransportUrl,
    brings,
    parse_url,
    redacted,
)
from tests.support.clock import ManualClock


@pytest.mark.parametrize(
    ("url", "meaning"),
    [
        ("serial:///dev/ttyUSB0", SerialUrl("/dev/ttyUSB0")),
        ("serial:///dev/x?baud=19200&parity=e", SerialUrl("/dev/x", baud=19200, parity=Parity.EVEN)),
        ("serial:///dev/x?data_bits=7&stop_bits=2", SerialUrl("/dev/x", data_bits=7, stop_bits=2)),
        ("tcp://192.0.2.10:4001", TcpUrl("192.0.2.10", 4001)),
        ("tcp://[::1]:4001", TcpUrl("::1", 4001)),
        ("replay:///srv/ox.bin", ReplayUrl(Path("/srv/ox.bin"))),
        ("replay:///srv/ox.bin?rate=375&repeat=yes", ReplayUrl(Path("/srv/ox.bin"), 375, repeat=True)),
        (
            "mqtt://broker:1883/vitals/v1/harbour/bay-1/cuff-1/+",
            MqttUrl(Broker("broker", 1883), "vitals/v1/harbour/bay-1/cuff-1/+"),
        ),
        ("mqtt://broker/a/#", MqttUrl(Broker("broker", 1883), "a/#")),
        (
            "mqtts://ward:p%40ss@broker/a?ca=/etc/ca.pem",
            MqttUrl(Broker("broker", 8883, True, "ward", "p@ss", "/etc/ca.pem"), "a"),
        ),
        (
            "mqtts://broker/a?cert=/c.pem&key=/k.pem&version=5&client_id=ward-7",
            MqttUrl(
                Broker("broker", 8883, True, cert_file="/c.pem", key_file="/k.pem", version="5", client_id="ward-7"),
                "a",
            ),
        ),
    ],
)
def test_what_a_url_means(url: str, meaning: TransportUrl) -> None:
    assert parse_url(url) == meaning


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        ("", "no kind of connection"),
        ("/dev/ttyUSB0", "no kind of connection"),
        ("bluetooth://x", "unknown kind of connection 'bluetooth'"),
        ("serial://dev/ttyUSB0", "three slashes"),
        ("serial:///dev/x?baud=fast", "baud=fast"),
        ("serial:///dev/x?baud=10", "from 50"),
        ("serial:///dev/x?parity=M", "N, O or E"),
        ("serial:///dev/x?speed=9600", "one of baud, parity, data_bits, stop_bits"),
        ("serial:///dev/x?baud", "key=value"),
        ("serial:///dev/x?baud=9600&baud=19200", "twice"),
        ("tcp://host", "host and port"),
        ("tcp://host:0", "host and port"),
        ("tcp://host:99999", "not a URL"),
        ("tcp://host:1/path", "host and port alone"),
        ("tcp://host:1?x=1", "takes none"),
        ("mqtt:///topic", "names its broker"),
        ("mqtt://broker:1883", "lacks a topic"),
        ("mqtt://broker/a/#/b", "last level"),
        ("mqtt://broker/a/b+", "stand alone"),
        ("mqtt://broker/$share/group/a", "shared subscriptions"),
        ("mqtt://broker/a?ca=/x", "one of version, client_id"),
        ("mqtt://broker/a?version=4", "3.1.1 or 5"),
        ("mqtt://broker/a?client_id=", "1 to 64 characters"),
        ("mqtts://broker/a?key=/x", "add cert="),
        ("replay://ox.bin", "three slashes"),
        ("replay:///ox.bin?rate=0", "rate=0"),
        ("replay:///ox.bin?repeat=maybe", "yes or no"),
    ],
)
def test_a_wrong_url_is_refused_with_the_remedy(url: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        parse_url(url)


@given(
    st.one_of(
        st.text(), st.tuples(st.sampled_from(["serial", "tcp", "mqtt", "mqtts", "replay"]), st.text()).map("://".join)
    )
)
def test_any_text_is_a_url_or_a_value_error(text: str) -> None:
    """`check` reports; it never crashes."""
    try:
        parse_url(text)
    except ValueError:
        return


def test_no_password_is_shown() -> None:
    """Neither by a broker nor in a message nor in a URL made fit for a log."""
    secret = "mqtt://ward:hunter2@broker:1883/a"
    assert "hunter2" not in f"{parse_url(secret)!r} {parse_url(secret)}"
    assert redacted(secret) == "mqtt://ward:***@broker:1883/a"
    assert redacted("serial:///dev/ttyUSB0") == "serial:///dev/ttyUSB0"
    with pytest.raises(ValueError, match="unknown kind") as caught:
        parse_url("mqqt://ward:hunter2@broker/a")
    assert "hunter2" not in str(caught.value)
    with pytest.raises(ValueError, match="not a URL") as caught:
        parse_url("mqtt://ward:hunter2@broker:port/a")
    assert "hunter2" not in str(caught.value)


def test_line_settings_of_the_url_stand_above_the_drivers() -> None:
    usual = LineSettings(9600, Parity.ODD, 7, 2)
    assert SerialUrl("/dev/x").line(usual) == usual
    assert SerialUrl("/dev/x", 19200, Parity.NONE, 8, 1).line(usual) == LineSettings(19200)
    assert SerialUrl("/dev/x", 19200).line(None) == LineSettings(19200)
    with pytest.raises(ValueError, match="baud"):
        SerialUrl("/dev/x").line(None)


@pytest.mark.parametrize("url", ["mqtt://broker/a", "mllp://0.0.0.0:2575/BED12", "ble://AA:BB:CC:DD:EE:FF"])
def test_a_message_url_opens_no_byte_transport(url: str) -> None:
    with pytest.raises(ValueError, match="whole messages"):
        open_transport(url, None, ManualClock())


@pytest.mark.parametrize(
    ("url", "where", "carrier"),
    [
        ("mllp://0.0.0.0:2575/BED12", MllpUrl("0.0.0.0", 2575, "BED12"), "mllp"),  # noqa: S104 - only parsed
        ("mllp://[::1]:2575/WARD7%5EROOM2%5EBED12", MllpUrl("::1", 2575, "WARD7^ROOM2^BED12"), "mllp"),
        ("mllp://localhost:2575", MllpUrl("localhost", 2575), "mllp"),
        ("ble://aa:bb:cc:dd:ee:0f", BleUrl("AA:BB:CC:DD:EE:0F"), "ble"),
        ("ble://0F0E0D0C-0001-0002-0003-AABBCCDDEEFF", BleUrl("0F0E0D0C-0001-0002-0003-AABBCCDDEEFF"), "ble"),
        ("mqtt://broker/a", None, "mqtt"),
        ("tcp://host:1", None, None),
    ],
)
def test_message_urls(url: str, where: object, carrier: str | None) -> None:
    found = parse_url(url)
    assert where in (None, found)
    assert brings(found) == carrier


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        ("mllp://0.0.0.0/BED12", "its port"),
        ("mllp:///BED12", "its port"),
        ("mllp://u@h:1/BED12", "its port"),
        ("mllp://h:1/BED12?tls=yes", "unknown setting"),
        ("ble://AA:BB:CC", "by its address"),
        ("ble://AA:BB:CC:DD:EE:FF/180F", "by its address"),
        ("ble:", "by its address"),
    ],
)
def test_message_urls_that_are_refused(url: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        parse_url(url)


@pytest.mark.parametrize("url", ["serial:///dev/x", "tcp://host:1", "replay:///x"])
def test_every_other_kind_gives_a_transport_and_opens_nothing(url: str) -> None:
    assert open_transport(url, LineSettings(9600), ManualClock()) is not None
