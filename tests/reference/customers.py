"""What a customer is: a fold over events (docs/language.md, section 2)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from tests.reference.book import Book, Moment
from tests.reference.instants import is_anniversary, local_day, to_instant
from tests.reference.programs import Program
from tests.reference.values import Value


@dataclass
class Opening:
    """What a customer starts from: attributes before any event, a fixed tier."""

    joined: str | None = None
    tier: str | None = None
    given: Mapping[str, Any] = field(default_factory=dict)


def attributes_of(
    book: Book, opening: Opening, customer: str, program: Program, moment: Moment
) -> Mapping[str, Value]:
    """The customer's attributes as of a moment, its own event included."""
    state = program.kinds.attributes(opening.given)
    if opening.joined is not None:
        state["joined"] = _joined(opening.joined, program.zone)
    for record in book.of(customer):
        # Who once bought has joined, whatever was given back.
        if record.place <= moment.place and record.seq <= moment.seq:
            state.setdefault("joined", record.at)
    for past in book.seen(customer, program, moment):
        if past.type == "signup":
            state["joined"] = past.at
        if past.type in ("signup", "referral") and past.values.get("referrer") is not None:
            state.setdefault("referrer", past.values["referrer"])
        if past.type == "profile":
            set_here = program.kinds.customer
            state |= {k: v for k, v in past.values.items() if k in set_here}
    if "birthday" in state:
        state["age"] = _age(state["birthday"], local_day(moment.at, program.zone))
    return state


def _joined(text: str, zone: ZoneInfo) -> dt.datetime:
    """A time of joining; a date stands for its first local instant."""
    moment = dt.datetime.fromisoformat(text)
    return to_instant(moment, zone) if moment.tzinfo is None else moment.astimezone(dt.UTC)


def _age(born: dt.date, today: dt.date) -> int:
    """Whole years; who is born on the 29th of February is a year older on the 28th of others."""
    had = (today.month, today.day) >= (born.month, born.day) or is_anniversary(today, born)
    return today.year - born.year - (0 if had else 1)
