"""The `tally` command run in this process, on a database of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine

from app import db
from app.cli import main
from app.models import User
from app.services import programs, users
from tests.app.cli import histories
from tests.app.given import BASE, HEAD, NOW, publish

Tally = Callable[..., Result]
PASSWORD = "a long enough password"


@pytest.fixture
def tally(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tally:
    """Run `tally` with arguments; its database is not there yet."""
    monkeypatch.setenv("TALLY_FOLDER", str(tmp_path / "var"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("DATABASE_URL", raising=False)

    def run(*arguments: object, stdin: str | None = None) -> Result:
        texts = [str(argument) for argument in arguments]
        result = CliRunner().invoke(main, texts, input=stdin, prog_name="tally")
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return run


@pytest.fixture
def empty(tally: Tally, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Tally:
    """The same, on a database with its tables."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    return tally


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """The database at hand."""
    engine = db.connect(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def installed(empty: Tally, engine: Engine) -> Tally:
    """The same with one person of each kind and a program with a rule in force."""
    with db.sessions(engine).begin() as session:
        made: dict[str, User] = {
            role: users.create_user(
                session, f"{role}@demo.example", PASSWORD, roles=[role], now=NOW, is_demo=True
            )
            for role in ("admin", "marketer", "approver")
        }
        program = programs.create_program(session, "Club", actor=made["admin"], now=NOW)
        publish(session, program, HEAD, [BASE], made["marketer"], made["approver"], NOW)
    return empty


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of programs, of which one is wrong, and events."""
    for name, text in {"base": histories.BASE, "double": histories.DOUBLE, "wrong": "rule"}.items():
        (tmp_path / f"{name}.rules").write_text(text, encoding="utf-8")
    (tmp_path / "events.csv").write_text(histories.EVENTS, encoding="utf-8")
    return tmp_path
