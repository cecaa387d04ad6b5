"""Recorded events as a history: read once, kept on disk, never another database's."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app import db
from app.history.database import MOST_PIECES, Histories
from app.models import Program, User
from app.services import ingest, programs
from dsl.engine.columns import History
from tests.app.given import BASE, HEAD, NOW, person, publish, purchase


@pytest.fixture
def program(session: Session, program: Program, marketer: User, approver: User) -> Program:
    """A program with a rule in force and two purchases on record."""
    publish(session, program, HEAD, [BASE], marketer, approver, NOW)
    take(session, program, "e2", "e1")
    return program


def take(session: Session, program: Program, *ids: str) -> None:
    raws = [{**purchase(id_, 5), "items": [{"sku": id_, "price": "2.5"}] * 2} for id_ in ids]
    receipts = ingest.ingest(session, program, raws, now=NOW)
    assert all(isinstance(one, ingest.Accepted) for one in receipts)
    session.commit()


def loaded(histories: Histories, session: Session, program: Program) -> History:
    checked = programs.current_program(session, program, NOW)
    return histories.of(session, program, checked, now=NOW)


def ids(history: History) -> list[str]:
    return [history.event_id(row) for row in range(len(history))]


def pieces(folder: Path) -> list[Path]:
    return sorted(folder.rglob("events.arrow"))


def test_events_come_in_order_with_their_lines(
    session: Session, program: Program, tmp_path: Path
) -> None:
    history = loaded(Histories(tmp_path), session, program)
    assert ids(history) == ["e1", "e2"]
    assert history.lines.starts.tolist() == [0, 2, 4]
    assert history.lines.columns["amount"].values.tolist() == [2_5000_0000] * 4


def test_only_new_events_are_read_again(session: Session, program: Program, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    checked = programs.current_program(session, program, NOW)

    def read() -> History:
        # As another process would: nothing in memory.
        return Histories(tmp_path).of(
            session, program, checked, now=NOW, progress=lambda *share: told.append(share)
        )

    assert ids(read()) == ["e1", "e2"]
    take(session, program, "e3")
    assert ids(read()) == ["e1", "e2", "e3"]
    assert ids(read()) == ["e1", "e2", "e3"]
    assert told == [(0, 2), (0, 1)]
    assert len(pieces(tmp_path)) == 2


def test_new_events_show_at_once_in_a_small_history(
    session: Session, program: Program, tmp_path: Path
) -> None:
    histories = Histories(tmp_path)
    first = loaded(histories, session, program)
    assert loaded(histories, session, program) is first
    take(session, program, "e0")
    assert ids(loaded(histories, session, program)) == ["e0", "e1", "e2"]


def test_many_pieces_become_one(session: Session, program: Program, tmp_path: Path) -> None:
    for number in range(MOST_PIECES + 1):
        take(session, program, f"f{number:02}")
        loaded(Histories(tmp_path), session, program)
    assert len(pieces(tmp_path)) < MOST_PIECES
    assert len(loaded(Histories(tmp_path), session, program)) == MOST_PIECES + 3


def test_what_another_database_left_is_not_served(tmp_path: Path, sqlite_template: Path) -> None:
    folder, file = tmp_path / "history", tmp_path / "same.sqlite"
    found = []
    for amounts in ((1, 2), (1, 3)):
        shutil.copyfile(sqlite_template, file)
        engine: Engine = db.connect(f"sqlite:///{file}")
        with db.sessions(engine)() as session:
            admin, writer, approver = (
                person(session, role, role) for role in ("admin", "marketer", "approver")
            )
            program = programs.create_program(session, "Club", actor=admin, now=NOW)
            publish(session, program, HEAD, [BASE], writer, approver, NOW)
            # The last event is the same, one before it is not.
            raws = [purchase("a", amounts[1], "2026-01-01T00:00:00Z"), purchase("b", amounts[0])]
            ingest.ingest(session, program, raws, now=NOW)
            session.commit()
            history = loaded(Histories(folder), session, program)
            column = next(c for (name, _), c in history.columns.items() if name == "amount")
            found.append(column.values.tolist())
        engine.dispose()
        for path in tmp_path.glob("same.sqlite*"):
            path.unlink()
    assert found == [[2_0000, 1_0000], [3_0000, 1_0000]]


def test_a_spoilt_piece_is_read_anew(session: Session, program: Program, tmp_path: Path) -> None:
    loaded(Histories(tmp_path), session, program)
    for path in tmp_path.rglob("events.arrow"):
        path.write_bytes(b"spoilt")
    assert ids(loaded(Histories(tmp_path), session, program)) == ["e1", "e2"]
    assert [path.read_bytes()[:6] for path in pieces(tmp_path)] == [b"ARROW1"]


def test_a_program_without_events_has_an_empty_history(
    session: Session, admin: User, tmp_path: Path
) -> None:
    empty = programs.create_program(session, "Tea Club", actor=admin, now=NOW)
    history = loaded(Histories(tmp_path), session, empty)
    assert (len(history), history.span()) == (0, None)


def test_a_large_history_waits_a_minute_for_few_events(
    session: Session, program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.history.database.LARGE", 2)
    monkeypatch.setattr("app.history.database.LITTLE", 2)
    histories = Histories(tmp_path)
    checked = programs.current_program(session, program, NOW)
    first = histories.of(session, program, checked, now=NOW)
    take(session, program, "e3")
    soon, later = NOW + dt.timedelta(seconds=59), NOW + dt.timedelta(seconds=61)
    assert histories.of(session, program, checked, now=soon) is first
    assert len(histories.of(session, program, checked, now=later)) == 3
    take(session, program, "e4", "e5")
    assert len(histories.of(session, program, checked, now=later)) == 5
