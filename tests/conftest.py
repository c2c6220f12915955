"""What every test stands on: no network, and the third-party data where they lie."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
import pytest_socket
import structlog

from tests.badge_summary import summary_lines

TESTS = Path(__file__).resolve().parent
SHARED = TESTS.parent.parent / "shared"
OWN_LOGGERS = ("bedwatch", "monitor", "adapters", "alerts", "simulator")
LOOPBACK = ["127.0.0.1", "::1", "localhost"]
REAL_PARTS = frozenset({"enable_socket", "journey", "browser", "broker"})
"""Marks of tests that go through real parts and may therefore open sockets."""
REAL_FOLDERS = (TESTS / "journeys", TESTS / "adapters" / "transports")

# No luck and no stopwatch: a property fails on every machine or on none, however busy that machine is.
# `--hypothesis-profile=search` looks further than the suite does, with another seed each time.
hypothesis.settings.register_profile(
    "suite", deadline=None, derandomize=True, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.register_profile(
    "search", hypothesis.settings.get_profile("suite"), derandomize=False, max_examples=2000
)
# For `make mutants`: a test that notices need not find the smallest example.
hypothesis.settings.register_profile(
    "mutants",
    hypothesis.settings.get_profile("suite"),
    database=None,
    phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
)
hypothesis.settings.load_profile("suite")


def pytest_configure() -> None:
    """Say that no event loop is set in the main thread.

    Before Python 3.12 `asyncio.get_event_loop()`, which pytest-asyncio calls, makes a loop where none was ever set, and
    nobody closes it: some later test, by chance, gets the blame.
    """
    asyncio.set_event_loop(None)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What the conformance kit found of each driver, at the end of the run."""
    reports = [each for kind in ("passed", "failed", "xfailed") for each in terminalreporter.stats.get(kind, [])]
    lines = summary_lines(reports)
    if lines:
        terminalreporter.section("device drivers: conformance")
        for line in lines:
            terminalreporter.write_line(line)


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    """A command that sets up logging in this process does so for its own test alone."""
    root = logging.getLogger()
    handlers, levels = root.handlers, {name: logging.getLogger(name).level for name in ("", *OWN_LOGGERS)}
    yield
    if structlog.is_configured():
        structlog.reset_defaults()
        root.handlers = handlers
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)


@pytest.fixture(autouse=True)
def no_network(request: pytest.FixtureRequest) -> None:
    """Refuse sockets. Tests through real parts reach the loopback of this machine, never further.

    Unix sockets stay open everywhere: the event loop needs a pair of them. pytest-socket lifts its own
    restrictions after each test.
    """
    node = request.node
    if any(node.path.is_relative_to(folder) for folder in REAL_FOLDERS) or any(
        mark.name in REAL_PARTS for mark in node.iter_markers()
    ):
        pytest_socket.socket_allow_hosts(LOOPBACK, allow_unix_socket=True)
    else:
        pytest_socket.disable_socket(allow_unix_socket=True)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of third-party captures and recordings beside the checkout; skips where there is none."""
    if not SHARED.is_dir():
        pytest.skip("third-party captures and recordings (../shared) are not present beside the checkout")
    return SHARED
