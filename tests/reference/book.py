"""What has been recorded: events in their order, and what later refunds took off them.

From a refund on, history sees the purchase net (docs/language.md, section 4).
"""

from __future__ import annotations

import datetime as dt
from bisect import insort
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from tests.reference.programs import Program
from tests.reference.reading import Event, Line
from tests.reference.values import NOTHING, Value

# Events stand in order of (`at`, `id`, byte order); what is settled before one just before it.
Place = tuple[dt.datetime, bytes, int]
EVER = 10**18


def place_of(at: dt.datetime, event: str) -> Place:
    """Where an event stands among all others."""
    return at, event.encode(), 1


def just_before(at: dt.datetime, event: str = "") -> Place:
    """The place just before an event, or before all events of an instant."""
    return at, event.encode(), 0


def end_of(at: dt.datetime) -> Place:
    """The place after all events of an instant."""
    return at, b"\xff", 1


@dataclass(frozen=True)
class Moment:
    """From where one looks back: windows from `at`, over events up to a place.

    Balances are those at `now`; of all that is recorded, what came after `seq` is not seen.
    """

    at: dt.datetime
    place: Place
    seq: int
    now: dt.datetime

    def sees(self, seq: int, at: dt.datetime) -> bool:
        """True of what was recorded by then and has happened by now."""
        return seq <= self.seq and at <= self.now


def moment_at(at: dt.datetime) -> Moment:
    """The moment before the events of an instant, with all that is recorded."""
    return Moment(at, just_before(at), EVER, at)


@dataclass(frozen=True)
class Return:
    """What one refund took off a purchase; `lines` are (quantity, amount) by the line's index."""

    seq: int
    place: Place
    amount: Fraction
    lines: Mapping[int, tuple[Fraction, Fraction]]
    whole: bool


@dataclass(eq=False)
class Record:
    """An event that was taken; `discounts` are what its own decision gave."""

    raw: Mapping[str, Any]
    id: str
    type: str
    at: dt.datetime
    customer: str
    seq: int
    discounts: Fraction = NOTHING
    returns: list[Return] = field(default_factory=list)
    # The event as each program reads it: nothing else is kept from being done anew.
    readings: dict[int, Event] = field(default_factory=dict)
    # Where a redeem was cancelled.
    cancelled: list[tuple[int, Place]] = field(default_factory=list)
    # Where the event stands among all others.
    place: Place = field(init=False)

    def __post_init__(self) -> None:
        self.place = place_of(self.at, self.id)

    @property
    def is_turned(self) -> bool:
        """True of a refund without original: a purchase of the negative amount."""
        return self.type == "refund" and self.raw.get("original") is None


class Book:
    """All records, by id and by customer."""

    def __init__(self) -> None:
        self.records: dict[str, Record] = {}
        self._of: dict[str, list[Record]] = {}

    def add(self, record: Record) -> None:
        """Take an event in, at its place."""
        self.records[record.id] = record
        insort(self._of.setdefault(record.customer, []), record, key=lambda r: r.place)

    def remove(self, record: Record) -> None:
        """Leave a refused event out, as if it had not come."""
        del self.records[record.id]
        self._of[record.customer].remove(record)

    def of(self, customer: str | None) -> list[Record]:
        """The records of a customer, or of all, in order."""
        if customer is not None:
            return self._of.get(customer, [])
        return sorted(self.records.values(), key=lambda r: r.place)

    def seen(
        self, customer: str | None, program: Program, moment: Moment, kind: str | None = None
    ) -> Iterator[Event]:
        """The events a moment looks back on, net, in order; turned purchases among them.

        `kind` leaves out what is of another type.
        """
        for record in self.of(customer):
            if record.place > moment.place:
                break
            if record.seq > moment.seq:
                continue
            if kind not in (None, record.type) and not record.is_turned:
                continue
            event = net(record, program, moment)
            if event is not None:
                yield event
            if record.is_turned:
                yield turned(record, program)


def read(record: Record, program: Program) -> Event:
    """A record as a program reads it; an absent amount is gross less the discounts paid."""
    known = record.readings.get(id(program))
    if known is None:
        known = record.readings[id(program)] = program.kinds.read(record.raw, program.units)
    return with_amount(known, program, record.discounts)


def with_amount(event: Event, program: Program, discounts: Fraction) -> Event:
    """The event with an absent amount filled in from its gross."""
    gross = event.values.get("gross")
    named = "amount" in program.kinds.events.get(event.type, {})
    if not named or gross is None or event.values.get("amount") is not None:
        return event
    return _changed(event, {**event.values, "amount": gross - discounts})


def net(record: Record, program: Program, moment: Moment) -> Event | None:
    """A record less what was returned by the moment; None where nothing of it is left."""
    event = read(record, program)
    if not record.returns and not record.cancelled:
        return event
    if any(_is_past(place, seq, moment) for seq, place in record.cancelled):
        return None
    returns = [one for one in record.returns if _is_past(one.place, one.seq, moment)]
    if any(one.whole for one in returns):
        return None
    for one in returns:
        event = less(event, one)
    return event


def less(event: Event, taken: Return) -> Event:
    """The event with an amount and lines taken off."""
    values = dict(event.values)
    for name in ("amount", "gross"):
        if values.get(name) is not None:
            values[name] -= taken.amount
    lines = [_less(line, taken.lines.get(n)) for n, line in enumerate(event.items)]
    return _changed(event, values, lines)


def turned(record: Record, program: Program) -> Event:
    """The purchase of a negative amount that a refund without original is."""
    event = program.kinds.read({**record.raw, "type": "purchase"}, program.units)
    amount = event.values.get("amount")
    if amount is None:
        amount = sum((line.get("amount") or NOTHING for line in event.items), NOTHING)
    values = {**event.values, "amount": -abs(amount)}
    return Event(event.id, event.type, event.at, event.customer, values, event.items, turned=True)


def _is_past(place: Place, seq: int, moment: Moment) -> bool:
    return place <= moment.place and seq <= moment.seq


def _less(line: Line, taken: tuple[Fraction, Fraction] | None) -> Line:
    """A line less a quantity and an amount; it keeps its index though nothing may be left."""
    if taken is None:
        return line
    quantity, amount = taken
    rest: dict[str, Value] = {**line, "quantity": line["quantity"] - quantity}
    if "amount" in line:
        rest["amount"] = line["amount"] - amount
    return rest


def _changed(
    event: Event, values: Mapping[str, Value], lines: Sequence[Line] | None = None
) -> Event:
    items = event.items if lines is None else lines
    return Event(
        event.id, event.type, event.at, event.customer, values, items, event.asked, event.turned
    )
