"""Events as they were recorded, for customers whose state has to be worked out again."""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import Event, Program
from app.services.rows import batches
from dsl.meaning import checked
from dsl.meaning.events import Event as ReadEvent
from dsl.meaning.events import read_recorded

# The order in which events are decided: by time, then by the bytes of the id.
Place = tuple[dt.datetime, str]


@dataclass(frozen=True, slots=True)
class RecordedEvent:
    """An event on record, read again only where something follows from it."""

    seq: int
    place: Place
    type: str
    content: str

    def read(self, program: checked.Program) -> ReadEvent:
        """The event as a program understands it; what it does not know is left out."""
        return read_recorded(json.loads(self.content, parse_float=Decimal), program)


@dataclass(frozen=True, slots=True)
class Extent:
    """How much of a program's history is on record: how many events, from when to when."""

    events: int
    first_at: dt.datetime | None
    last_at: dt.datetime | None
    last_seq: int


def extent(session: Session, program: Program) -> Extent:
    """What is on record of a program."""
    count, first_at, last_at, last_seq = session.execute(
        select(func.count(), func.min(Event.at), func.max(Event.at), func.max(Event.seq)).where(
            Event.program_id == program.id
        )
    ).one()
    return Extent(count, first_at, last_at, last_seq or 0)


def recorded_events(
    session: Session, customer_ids: Collection[int]
) -> dict[int, list[RecordedEvent]]:
    """All events of customers in the order of their places."""
    found: defaultdict[int, list[RecordedEvent]] = defaultdict(list)
    for ids in batches(sorted(customer_ids)):
        rows = session.execute(
            select(
                Event.customer_id, Event.seq, Event.at, Event.event_id, Event.type, Event.content
            ).where(Event.customer_id.in_(ids))
        )
        for customer, seq, at, event_id, type_, content in rows:
            found[customer].append(RecordedEvent(seq, (at, event_id), type_, content))
    for events in found.values():
        events.sort(key=lambda one: one.place)
    return dict(found)


def events_of(session: Session, customer_id: int) -> list[RecordedEvent]:
    """All events of one customer in the order of their places."""
    return recorded_events(session, [customer_id]).get(customer_id, [])
