"""The extent of a program's history."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from app.models import Program, User
from app.services import ingest, programs
from app.services.events import Loaded, loaded
from tests.app.given import NOW, purchase


def test_a_new_program_has_no_history(session: Session, program: Program) -> None:
    assert loaded(session, program) == Loaded(0, None, None)


def test_the_first_and_the_last_are_by_their_own_time(
    session: Session, program: Program, admin: User
) -> None:
    other = programs.create_program(session, "Tea Club", actor=admin, now=NOW)
    days = ["2026-11-03", "2026-11-01", "2026-11-02"]
    events = [purchase(day, 5, f"{day}T12:00:00+00:00") for day in days]
    ingest.ingest(session, program, events, now=NOW)
    ingest.ingest(session, other, events[:1], now=NOW)

    found = loaded(session, program)

    first, last = (dt.datetime(2026, 11, day, 12, tzinfo=dt.UTC) for day in (1, 3))
    assert found == Loaded(3, first, last)
