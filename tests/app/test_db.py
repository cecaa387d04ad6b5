from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app import db
from app.config import AddressError
from app.models import Program
from tests.app.given import NOW


@pytest.mark.parametrize(
    ("given", "driver"),
    [
        ("postgresql://tally@localhost/tally", "postgresql+psycopg"),
        ("postgres://tally@localhost/tally", "postgresql+psycopg"),
        ("postgresql+psycopg://tally@localhost/tally", "postgresql+psycopg"),
        ("sqlite:///tally.sqlite", "sqlite"),
    ],
)
def test_an_address_names_its_driver(given: str, driver: str) -> None:
    assert db.database_url(given).drivername == driver


@pytest.mark.parametrize(
    "given", ["", "tally.sqlite", "postgresql://:::", "mysql://me@host/x", "sqlite+nope:///x"]
)
def test_an_address_of_no_database_is_refused(given: str) -> None:
    with pytest.raises(AddressError):
        db.connect(given)


def test_the_folder_of_a_sqlite_file_is_made(tmp_path: Path) -> None:
    engine = db.connect(f"sqlite:///{tmp_path / 'a' / 'b' / 'tally.sqlite'}")
    db.upgrade(engine)
    engine.dispose()
    assert (tmp_path / "a" / "b" / "tally.sqlite").exists()


def test_sqlite_keeps_foreign_keys_and_a_write_ahead_log(tmp_path: Path) -> None:
    engine = db.connect(f"sqlite:///{tmp_path / 'tally.sqlite'}")
    with engine.connect() as connection:
        assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
    engine.dispose()


def test_transactions_that_read_and_then_write_follow_one_another(engine: Engine) -> None:
    with db.sessions(engine).begin() as session:
        session.add(Program(name="0", slug="club", created_at=NOW))
    start = threading.Barrier(4)

    def count_up() -> None:
        def work(session: Session) -> None:
            program = session.query(Program).with_for_update().one()
            program.name = str(int(program.name) + 1)

        start.wait()
        for _ in range(25):
            db.in_transaction(engine, work)

    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(count_up) for _ in range(4)]:
            done.result()
    with db.reading_sessions(engine)() as session:
        assert session.query(Program).one().name == "100"


def test_reading_does_not_wait_for_a_writer(engine: Engine) -> None:
    with db.sessions(engine).begin() as writer:
        writer.add(Program(name="Club", slug="club", created_at=NOW))
        writer.flush()
        with db.reading_sessions(engine)() as reader:
            assert reader.query(Program).count() == 0


def test_a_transaction_the_database_gave_up_is_tried_again(engine: Engine) -> None:
    attempts: list[int] = []

    def work(session: Session) -> int:
        session.add(Program(name="Club", slug="club", created_at=NOW))
        session.flush()
        attempts.append(1)
        if len(attempts) < 3:
            deadlock = psycopg.errors.DeadlockDetected("deadlock detected")
            raise OperationalError("UPDATE", {}, deadlock)
        return len(attempts)

    assert db.in_transaction(engine, work) == 3
    with db.reading_sessions(engine)() as session:
        assert session.query(Program).count() == 1


def test_another_failure_is_not_tried_again(engine: Engine) -> None:
    attempts: list[int] = []

    def work(session: Session) -> None:
        attempts.append(1)
        session.execute(text("SELECT * FROM nowhere"))

    with pytest.raises(Exception, match="nowhere"):
        db.in_transaction(engine, work)
    assert attempts == [1]
