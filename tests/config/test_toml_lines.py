"""Where keys stand in a TOML text."""

from __future__ import annotations

from config.toml_lines import LONGEST_STATEMENT, find_lines, line_of

TEXT = '''\
# a = "in a comment"
top = 1

[site]                      # a table
name = "a # b = c"
text = """
[not.a.table]
key = 3
"""

[[device]]
id = "a"
[device.options]
baud = 4800

[[device]]
id = "b"
options.mapping."odd key" = [
  1,
  2,
]
inline = { inner = 1 }
'''


def test_tables_keys_and_entries() -> None:
    """Comments and texts of many lines do not mislead it; `options.mapping` is a table on the way."""
    assert find_lines(TEXT) == {
        ("top",): 2,
        ("site",): 4,
        ("site", "name"): 5,
        ("site", "text"): 6,
        ("device", 0): 11,
        ("device", 0, "id"): 12,
        ("device", 0, "options"): 13,
        ("device", 0, "options", "baud"): 14,
        ("device", 1): 16,
        ("device", 1, "id"): 17,
        ("device", 1, "options"): 18,
        ("device", 1, "options", "mapping"): 18,
        ("device", 1, "options", "mapping", "odd key"): 18,
        ("device", 1, "inline"): 22,
    }


def test_a_key_without_a_line_has_that_of_its_table() -> None:
    lines = find_lines(TEXT)
    assert line_of(("device", 1, "inline", "inner"), lines) == 22
    assert line_of(("device", 1, "url"), lines) == 16
    assert line_of(("nowhere",), lines) is None


def test_behind_a_very_long_statement_no_line_is_known() -> None:
    """Better none than a wrong one, or minutes of work."""
    text = 'a = 1\nb = """\n' + "x\n" * LONGEST_STATEMENT + '"""\nc = 2\n'
    assert find_lines(text) == {("a",): 1}
