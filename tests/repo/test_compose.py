"""The compose file's parts speak of the same ward."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import yaml

from monitor.cli import simulate
from monitor.site import read_site

ROOT = Path(__file__).parents[2]


def simulator_arguments() -> argparse.Namespace:
    """What the simulator's service of the compose file is started with."""
    services: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]
    parser = argparse.ArgumentParser()
    simulate.add(parser.add_subparsers())
    return parser.parse_args(services["simulator"]["command"])


def test_the_simulator_publishes_where_the_service_listens() -> None:
    """`docker compose --profile simulator up` shows values on the first bed."""
    arguments = simulator_arguments()
    site = read_site(ROOT / "docs" / "examples" / "ward.toml", {})
    assert arguments.site == site.id
    assert arguments.bed in [bed.id for bed in site.beds]
