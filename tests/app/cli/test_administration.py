"""People, keys, programs and tables are looked after from the command line."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest
from click import ClickException
from sqlalchemy import Engine

from app import db
from app.cli.serve import free_address, is_loopback
from app.services import keys, users
from tests.app.cli.conftest import PASSWORD, Tally


def test_tables_are_made_where_they_are_missing(tally: Tally, tmp_path: Path) -> None:
    before = tally("user", "list")
    assert before.exit_code == 1
    assert "tally db upgrade" in before.stderr
    assert tally("db", "upgrade").exit_code == 0
    assert (tmp_path / "var" / "tallystick.sqlite").is_file()
    assert tally("db", "upgrade").exit_code == 0
    assert (tally("user", "list").exit_code, tally("user", "list").stdout) == (0, "")


def test_a_database_that_does_not_answer_is_told_without_its_password(
    tally: Tally, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://me:secret@127.0.0.1:1/none")
    for command in (["db", "upgrade"], ["user", "list"]):
        result = tally(*command)
        assert result.exit_code == 1
        assert "does not answer" in result.stderr
        assert "secret" not in result.stderr


def test_an_address_of_no_database_is_told_without_its_password(
    tally: Tally, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "mysql://me:secret@127.0.0.1/none")
    result = tally("db", "upgrade")
    assert (result.exit_code, "postgresql://USER" in result.stderr) == (2, True)
    assert "secret" not in result.stderr


def test_a_file_that_is_no_database_is_told(
    tally: Tally, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "x.sqlite").write_bytes(b"no database" * 100)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'x.sqlite'}")
    result = tally("user", "list")
    assert (result.exit_code, "not a database" in result.stderr) == (1, True)


def test_a_person_is_added_and_given_another_password(empty: Tally, engine: Engine) -> None:
    added = empty(
        "user", "add", "Ada@Example.com", "--role", "admin", "--password-stdin", stdin=PASSWORD
    )
    assert (added.exit_code, added.stdout) == (0, "Added ada@example.com.\n")
    fresh = "quite another password"
    changed = empty("user", "password", "ada@example.com", stdin=f"{fresh}\n{fresh}\n")
    assert changed.exit_code == 0
    with db.reading_sessions(engine)() as session:
        (user,) = users.list_users(session)
        assert users.verify_password(user, fresh)
        assert not users.verify_password(user, PASSWORD)


@pytest.mark.parametrize(
    ("email", "password", "told"),
    [
        ("ada@example.com", "short", "at least 12 characters"),
        ("ada", PASSWORD, "not an email address"),
        ("admin@demo.example", PASSWORD, "already a user"),
    ],
)
def test_a_person_who_cannot_be_added_is_told(
    installed: Tally, email: str, password: str, told: str
) -> None:
    result = installed(
        "user", "add", email, "--role", "auditor", "--password-stdin", stdin=password
    )
    assert result.exit_code == 1
    assert told in result.stderr


def test_the_last_admin_stays(installed: Tally) -> None:
    assert installed("user", "deactivate", "marketer@demo.example").exit_code == 0
    result = installed("user", "deactivate", "admin@demo.example")
    assert (result.exit_code, "last active admin" in result.stderr) == (1, True)
    assert installed("user", "deactivate", "nobody@example.com").exit_code == 1
    listed = {one["email"]: one["active"] for one in json.loads(_json(installed, "user"))}
    assert listed["marketer@demo.example"] is False
    assert listed["admin@demo.example"] is True


def test_a_key_is_shown_once_and_revoked(installed: Tally, engine: Engine) -> None:
    token = installed("key", "add", "Till").stdout.strip()
    with db.reading_sessions(engine)() as session:
        key = keys.identify(session, token)
        assert key is not None
        assert (key.name, key.program.slug) == ("Till", "club")
    assert token not in installed("key", "list").stdout
    prefix = json.loads(_json(installed, "key"))[0]["prefix"]
    assert installed("key", "revoke", f"tly_{prefix}_…").exit_code == 0
    with db.reading_sessions(engine)() as session:
        assert keys.identify(session, token) is None
    assert "revoked" in installed("key", "list").stdout
    assert installed("key", "revoke", "00000000").exit_code == 1


def test_of_several_programs_one_is_chosen(installed: Tally) -> None:
    added = installed("program", "add", "Tea Club", "--by", "admin@demo.example")
    assert added.stdout == "tea-club\n"
    assert installed("program", "list").stdout.split() == [
        "club",
        "Club",
        "tea-club",
        "Tea",
        "Club",
    ]
    unclear = installed("key", "add", "Till")
    assert (unclear.exit_code, "--program: club, tea-club" in unclear.stderr) == (2, True)
    assert installed("key", "add", "Till", "--program", "tea-club").exit_code == 0
    assert installed("key", "add", "Till", "--program", "none").exit_code == 1


def test_demo_accounts_are_served_on_this_machine_alone(installed: Tally) -> None:
    result = installed("serve", "--host", "0.0.0.0")  # noqa: S104 - it must be refused
    assert result.exit_code == 1
    assert "tally user deactivate admin@demo.example" in result.stderr


@pytest.mark.parametrize(
    ("host", "inside"),
    [
        ("127.0.0.1", "yes"),
        ("127.8.9.1", "yes"),
        ("::1", "yes"),
        ("localhost", "yes"),
        ("0.0.0.0", "no"),  # noqa: S104 - an address to tell apart
        ("::", "no"),
        ("10.0.0.1", "no"),
        ("localhost.example", "no"),
    ],
)
def test_loopback_addresses_are_known(host: str, inside: str) -> None:
    assert is_loopback(host) is (inside == "yes")


def test_the_address_of_a_name_is_found() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        for host in ("localhost", "127.0.0.1"):
            with pytest.raises(ClickException, match="Address already in use"):
                free_address(host, port)
    assert free_address("localhost", port) == "127.0.0.1"
    for host in ("no such host", "x" * 100):
        with pytest.raises(ClickException, match="Cannot listen on"):
            free_address(host, port)


def _json(tally: Tally, group: str) -> str:
    result = tally(group, "list", "--json")
    assert result.exit_code == 0
    return result.stdout
