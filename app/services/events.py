"""What is on record of a program's history."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import Event, Program


@dataclass(frozen=True, slots=True)
class Loaded:
    """How many events are on record, and the times of the first and the last."""

    count: int
    first_at: dt.datetime | None
    last_at: dt.datetime | None


def loaded(session: Session, program: Program) -> Loaded:
    """The extent of the program's history."""
    row = session.execute(
        select(func.count(), func.min(Event.at), func.max(Event.at)).where(
            Event.program_id == program.id
        )
    ).one()
    return Loaded(*row)
