"""The findings of a comparison or a sweep as tables of text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from config.instant import SECOND, Duration, to_seconds
from monitor.whatif.comparison import Comparison
from monitor.whatif.sweep import Outcome, Setting

Row = Sequence[str]


def aligned(head: Row, rows: Iterable[Row]) -> Iterator[str]:
    """A table, its first column to the left, the others to the right."""
    whole = [list(head), *map(list, rows)]
    widths = [max(len(row[column]) for row in whole) for column in range(len(head))]
    for row in whole:
        first, *others = (
            cell.ljust(widths[0]) if not place else cell.rjust(widths[place]) for place, cell in enumerate(row)
        )
        yield "  ".join([first, *others]).rstrip()


def comparison_lines(found: Comparison, settings: Sequence[Row] = ()) -> Iterator[str]:
    """What changes from one preset to the other; `settings`: those that differ, each with both values, told first."""
    before, after = found.before, found.after
    yield f"{before.preset} against {after.preset}, {before.bed_hours:.2f} bed-hours"
    yield ""
    if settings:
        yield from aligned(("settings that differ", before.preset, after.preset), settings)
    else:
        yield "no setting differs"
    yield ""
    rows = sorted({*before.raised, *after.raised}, key=lambda row: (row[0], -row[1]))
    head = ("alarms", "priority", before.preset, after.preset, "an hour", "an hour")
    yield from aligned(
        head,
        (
            (
                row[0],
                row[1].word,
                str(before.raised[row]),
                str(after.raised[row]),
                f"{before.per_hour(row):.2f}",
                f"{after.per_hour(row):.2f}",
            )
            for row in rows
        ),
    )
    yield ""
    dropped = sorted({*before.dropped, *after.dropped})
    yield from aligned(
        ("held back by delay", before.preset, after.preset),
        ((rule, str(before.dropped[rule]), str(after.dropped[rule])) for rule in dropped),
    )
    yield ""
    if found.events:
        yield from aligned(
            ("SpO2 below 90 % for 30 s or more: first MEDIUM or HIGH", before.preset, after.preset),
            (
                (f"{event.bed} from {to_seconds(event.start):g} s", delay_text(one), delay_text(other))
                for event, one, other in zip(found.events, before.delays, after.delays, strict=True)
            ),
        )
    else:
        yield "no SpO2 below 90 % for 30 s or more"
    yield ""
    changed = [name for name, verdict in before.verdicts.items() if after.verdicts.get(name) != verdict]
    if changed:
        verdicts = ((name, before.verdicts[name], after.verdicts.get(name, "-")) for name in changed)
        yield from aligned(("sessions whose verdict changes", before.preset, after.preset), verdicts)
    else:
        yield f"no verdict changes in {len(before.verdicts)} session(s)"


def sweep_lines(found: Iterable[tuple[Setting, Outcome]]) -> Iterator[str]:
    """One line a setting, as alarm-system section 2 asks for them."""
    rows = [
        (f"{each.limit:g} %", f"{each.delay_s:g} s", f"{each.hysteresis:g}", *outcome_cells(out)) for each, out in found
    ]
    yield from aligned(("limit", "delay", "hysteresis", *OUTCOME_HEAD), rows)


OUTCOME_HEAD = ("alarms an hour", "removed", "announced within 30 s", "median", "slowest")


def outcome_cells(found: Outcome) -> tuple[str, ...]:
    """The cells that every outcome has."""
    return (
        f"{found.per_hour:.2f}",
        f"{100 * found.removed:.0f} %",
        f"{found.in_time} of {found.events}",
        "-" if found.median_s is None else f"{found.median_s:g} s",
        "-" if found.slowest_s is None else f"{found.slowest_s:g} s",
    )


PRESET_HEAD = (
    "rules of the preset",
    "over",
    "bed-hours",
    "without delay",
    "with it",
    "removed",
    "at most",
    "of idle ones",
    "announced within 20 s",
    "slowest",
)
"""`at most`: one alarm left for each event; `idle`: alarms about no event of 30 s or more."""


def preset_cells(rules: str, over: str, found: Outcome) -> tuple[str, ...]:
    """One line of the table that holds a preset against the same limits without delay and hysteresis."""
    return (
        rules,
        over,
        f"{found.hours:.1f}",
        str(found.undelayed),
        str(found.alarms),
        f"{100 * found.removed:.0f} %" if found.undelayed else "-",
        f"{100 * found.most_removed:.0f} %" if found.undelayed else "-",
        f"{found.idle_undelayed - found.idle} of {found.idle_undelayed}",
        f"{found.prompt} of {found.events}",
        "-" if found.slowest_s is None else f"{found.slowest_s:g} s",
    )


def delay_text(delay: Duration | None) -> str:
    """How long an announcement took."""
    return "not announced" if delay is None else f"after {delay / SECOND:g} s"
