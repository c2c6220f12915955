"""The list of people and tokens."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from monitor.core.errors import ConfigError
from monitor.station.people import People
from monitor.station.rights import Right
from tests.support.station import PASSWORD, QUICK_HASHER


def people_in(folder: Path) -> People:
    return People(folder / "people.json", QUICK_HASHER)


async def test_name_and_password_fit_or_not(tmp_path: Path) -> None:
    people = people_in(tmp_path)
    people.add("nurse-a", "nurse", PASSWORD)
    found = await people.check("nurse-a", PASSWORD)
    assert found is not None
    assert found.role == "nurse"
    assert await people.check("nurse-a", PASSWORD + "x") is None
    assert await people.check("nurse-b", PASSWORD) is None


def test_nothing_readable_is_kept_and_only_the_owner_reads_it(tmp_path: Path) -> None:
    people = people_in(tmp_path)
    people.add("nurse-a", "nurse", PASSWORD)
    token = people.issue_token("nurse-a", ["read"])
    path = tmp_path / "people.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert PASSWORD not in path.read_text()
    assert token.split("_", 2)[2] not in path.read_text()
    assert [one.name for one in tmp_path.iterdir()] == ["people.json"]


async def test_what_another_process_wrote_counts_at_once(tmp_path: Path) -> None:
    running, command = people_in(tmp_path), people_in(tmp_path)
    command.add("nurse-a", "nurse", PASSWORD)
    assert await running.check("nurse-a", PASSWORD) is not None
    token = command.issue_token("nurse-a", ["read"])
    assert running.by_token(token) is not None
    command.disable("nurse-a")
    assert running.by_token(token) is None
    assert await running.check("nurse-a", PASSWORD) is None
    assert [(one.name, one.disabled) for one in running.list()] == [("nurse-a", True)]


async def test_adding_again_sets_a_new_password(tmp_path: Path) -> None:
    people = people_in(tmp_path)
    people.add("nurse-a", "nurse", PASSWORD)
    people.disable("nurse-a")
    people.add("nurse-a", "lead", "another long one")
    assert await people.check("nurse-a", PASSWORD) is None
    assert await people.check("nurse-a", "another long one") is not None
    assert len(people.list()) == 1


def test_a_token_is_never_more_than_its_person(tmp_path: Path) -> None:
    people = people_in(tmp_path)
    people.add("viewer-v", "viewer", PASSWORD)
    with pytest.raises(ConfigError, match="may not command"):
        people.issue_token("viewer-v", ["read", "command"])
    people.add("nurse-a", "nurse", PASSWORD)
    token = people.issue_token("nurse-a", ["read", "command"])
    people.add("nurse-a", "viewer", PASSWORD)
    found = people.by_token(token)
    assert found is not None
    assert found[1] == {Right.READ}


@pytest.mark.parametrize(
    "bearer", ["", "bw", "bw_", "bw__", "xx_{id}_{secret}", "bw_{id}_wrong", "bw_0_{secret}", "\ud800"]
)
def test_only_the_whole_token_counts(tmp_path: Path, bearer: str) -> None:
    people = people_in(tmp_path)
    people.add("nurse-a", "nurse", PASSWORD)
    _, token_id, secret = people.issue_token("nurse-a", ["read"]).split("_", 2)
    assert people.by_token(bearer.format(id=token_id, secret=secret)) is None


@pytest.mark.parametrize(
    ("name", "role", "password", "remedy"),
    [
        ("Nurse A", "nurse", PASSWORD, "for instance nurse-a"),
        ("a", "nurse", PASSWORD, "2 to 32"),
        ("nurse-a\n", "nurse", PASSWORD, "2 to 32"),
        ("nurse-a", "boss", PASSWORD, "viewer, nurse, lead, prescriber"),
        ("nurse-a", "nurse", "short", "choose 8 to 256"),
    ],
)
def test_what_will_not_do_is_refused_with_the_remedy(
    tmp_path: Path, name: str, role: str, password: str, remedy: str
) -> None:
    with pytest.raises(ConfigError, match=remedy):
        people_in(tmp_path).add(name, role, password)
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_person_is_named_with_the_known_ones(tmp_path: Path) -> None:
    people = people_in(tmp_path)
    with pytest.raises(ConfigError, match="nobody yet"):
        people.disable("nurse-b")
    people.add("nurse-a", "nurse", PASSWORD)
    with pytest.raises(ConfigError, match=r"there is: nurse-a.*bedwatch user add"):
        people.issue_token("nurse-b", ["read"])
    with pytest.raises(ConfigError, match="unknown scope everything"):
        people.issue_token("nurse-a", ["everything"])
    with pytest.raises(ConfigError, match="unknown scope"):
        people.issue_token("nurse-a", [])


@pytest.mark.parametrize("content", ["{", "[]", '{"people": [{"name": 1}]}', '{"colour": 1}', "\udcff"])
def test_a_broken_file_is_refused_at_start(tmp_path: Path, content: str) -> None:
    (tmp_path / "people.json").write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(ConfigError, match="restore it from a backup"):
        people_in(tmp_path)


async def test_a_file_broken_later_leaves_the_people_known_so_far(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody is locked out of acknowledging by a bad edit; the log says so."""
    people = people_in(tmp_path)
    people.add("nurse-a", "nurse", PASSWORD)
    (tmp_path / "people.json").write_text("{")
    assert await people.check("nurse-a", PASSWORD) is not None
    assert "people_file_unreadable" in capsys.readouterr().out


def test_a_folder_that_cannot_be_made_is_said_plainly(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where the folder should be")
    with pytest.raises(ConfigError, match=r"cannot be (read|written)"):
        People(tmp_path / "data" / "people.json", QUICK_HASHER).add("nurse-a", "nurse", PASSWORD)


async def test_a_stored_hash_that_is_none_never_fits(tmp_path: Path) -> None:
    person = {"name": "nurse-a", "role": "nurse", "password": "plain", "disabled": False}
    (tmp_path / "people.json").write_text(json.dumps({"version": 1, "people": [person], "tokens": []}))
    assert await people_in(tmp_path).check("nurse-a", "plain") is None
