"""Whatever stands in a site file, the answer is a site or a list of problems, never another exception;
and `bedwatch config show` can print it."""

from __future__ import annotations

import contextlib

from hypothesis import given, settings
from hypothesis import strategies as st

from config.load import explain, read_text
from config.problem import SettingsError
from monitor.core.errors import ConfigError
from monitor.site import read_site_text

LINES = [
    "[site]", 'id = "harbour"', 'name = "Harbour"', 'preset = "ours"',
    "[[bed]]", 'id = "bay-1"', 'label = "Bay 1"',
    "[[device]]", 'id = "ox-1"', 'bed = "bay-1"', 'driver = "par-nibp"', 'url = "serial:///dev/a"', "commands = true",
    "[device.options]", "baud = 19200",
    "[[device]]", 'id = "ox-2"', 'bed = "bay-1"', 'driver = "mqtt-vitals"', 'url = "mqtt://u@b/a/+"', 'password = "p"',
    "[[channel]]", 'id = "c"', 'kind = "webhook"', 'url = "https://a"', 'secret = "x"', "timeout_s = 3",
    "[station]", "port = 1", "allowed_origins = []",
    "[journal]", 'folder = "d"',
    "[preset.ours]", 'based_on = "ketamine-adult"', "[preset.ours.cuff]", "interval_s = 300",
]  # fmt: skip

VALUES = [
    "1", "-1", "1.5", "nan", "true", '""', '"x"', "[]", "[1]", "[{}]", "{}", "{ a = 1 }", "2026-11-22", "07:30:00",
    "'mqtt://'", "'mqtt://:@/'", "'serial://'", "'tcp://[::1'", "'webhook'", "'log'", "'ours'", "9223372036854775808",
]  # fmt: skip


@st.composite
def texts(draw: st.DrawFn) -> str:
    """A good site file with some lines dropped and some values exchanged."""
    lines = []
    for line in LINES:
        fate = draw(st.integers(0, 9))
        if fate == 0:
            continue
        key, equals, _ = line.partition(" = ")
        lines.append(f"{key} = {draw(st.sampled_from(VALUES))}" if equals and fate == 1 else line)
    return "\n".join(lines)


VARIABLES = [
    "STATION__PORT", "DEVICE__OX_1__URL", "DEVICE__OX_1__OPTIONS__BAUD", "CHANNEL__C__SECRET", "BED", "BED____", "X__Y",
]  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(texts(), st.dictionaries(st.sampled_from(VARIABLES), st.sampled_from(VALUES), max_size=3))
def test_a_site_or_problems(text: str, variables: dict[str, str]) -> None:
    environ = {f"BEDWATCH_{name}": value for name, value in variables.items()}
    with contextlib.suppress(SettingsError):
        explain(read_text("site.toml", text, environ))
    with contextlib.suppress(ConfigError):
        read_site_text("site.toml", text, environ)
