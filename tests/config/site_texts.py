"""Site files for tests, and how they are read without a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from config.layers import Flag
from config.load import LoadedSite, examine, read_text

HARBOUR = """\
[site]
id = "harbour"
name = "Harbour Clinic"

[[bed]]
id = "bay-1"
label = "Bay 1"

[[device]]
id = "ox-1"
bed = "bay-1"
driver = "nonin-df2"
url = "serial:///dev/ttyUSB0"

[[channel]]
id = "pager"
kind = "webhook"
url = "https://example.org/hook?token=abc"
secret = "whsec_c29tZSBzZWNyZXQgb2YgYSB0ZXN0LCBsb25nIGVub3VnaA=="
"""


def look(text: str, environ: Mapping[str, str] | None = None, flags: Sequence[Flag] = ()) -> LoadedSite:
    """The text as a site file called site.toml, examined."""
    return examine(read_text("site.toml", text, environ or {}, flags))


def messages(text: str, environ: Mapping[str, str] | None = None) -> list[str]:
    """What is wrong with the text, one line each."""
    return [str(problem) for problem in look(text, environ).problems]
