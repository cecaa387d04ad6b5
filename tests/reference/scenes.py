"""What a rule sees (docs/language.md, section 4, step 3)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from dsl.text import ast
from tests.reference.book import Book, Moment
from tests.reference.customers import Opening, attributes_of
from tests.reference.instants import local_time
from tests.reference.ledger import Ledger
from tests.reference.programs import Program
from tests.reference.reading import Event, Line
from tests.reference.values import Value

if TYPE_CHECKING:
    from tests.reference.payments import Payment
    from tests.reference.tiers import Settled

NO_SEGMENTS: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Completion:
    """A challenge completed: the events it used up."""

    challenge: str
    customer: str
    at: dt.datetime
    events: frozenset[str]


class World:
    """All that has happened, under whatever version of the program."""

    def __init__(self, secret: str) -> None:
        self.secret = secret
        self.openings: dict[str, Opening] = {}
        self.book = Book()
        self.ledger = Ledger(self.number)
        self.payments: list[Payment] = []
        self.completions: list[Completion] = []
        self.settled: dict[str, list[Settled]] = defaultdict(list)
        self.redeemed: list[Payment] = []
        # The number under which something was last recorded.
        self.last = 0

    def number(self) -> int:
        """The next number under which something is recorded."""
        self.last += 1
        return self.last

    def customers(self) -> list[str]:
        """Everybody known, by id."""
        return sorted(self.openings, key=str.encode)


@dataclass(frozen=True)
class Scene:
    """The event at hand, the customer as of it, the settled tier and segments.

    In a nested condition `past` is the past event, `item` the line item that is looked at.
    `winners` are those who rank, by the audience that says so.
    """

    world: World
    program: Program
    moment: Moment
    event: Event
    customer: str
    tier: str | None = None
    segments: frozenset[str] = NO_SEGMENTS
    winners: Mapping[ast.Target, frozenset[str]] = field(default_factory=dict)
    past: Event | None = None
    item: Line | None = None

    def of_item(self, item: Line) -> Scene:
        """The same, seen from one line item."""
        return replace(self, item=item)

    def of_past(self, event: Event) -> Scene:
        """The same, seen from a past event."""
        return replace(self, past=event, item=None)

    @property
    def near(self) -> Event:
        """The event that bare names are of: the past one, else the one at hand."""
        return self.past or self.event

    def lines(self, holds: Callable[[Scene], bool]) -> Iterator[Line]:
        """The line items a condition is true for; one of no quantity is none any more."""
        for item in self.near.items:
            if item["quantity"] != 0 and holds(self.of_item(item)):
                yield item

    def history(self, customer: str | None, kind: str | None = None) -> Iterator[Event]:
        """The events so far of a customer or of all, the one at hand as it is decided."""
        for event in self.world.book.seen(customer, self.program, self.moment, kind):
            same = event.id == self.event.id and event.type == self.event.type
            yield self.event if same else event

    def spendable(self, unit: str, customer: str | None = None) -> Fraction:
        """What can be spent of a unit."""
        return self.world.ledger.spendable((customer or self.customer, unit), self.moment)

    def attributes(self, customer: str) -> Mapping[str, Value]:
        """The attributes of a customer as of now."""
        opening = self.world.openings.get(customer, Opening())
        return attributes_of(self.world.book, opening, customer, self.program, self.moment)

    def name(self, parts: tuple[str, ...]) -> Value:
        """What a name stands for: the nearest that has it."""
        if parts[0] == "this":
            return replace(self, past=None, item=None).name(parts[1:])
        if len(parts) > 1:
            return self._of_customer(parts)
        (name,) = parts
        kinds = self.program.kinds
        if self.item is not None and name in kinds.item:
            return self.item.get(name)
        for event in (self.past, self.event):
            if event is None:
                continue
            found = self._part(name, event)
            if found is not None or name in kinds.events.get(event.type, {}):
                return found
        return self._declared(name)

    def _of_customer(self, parts: tuple[str, ...]) -> Value:
        """A path such as `customer.referrer.city`: from customer to customer."""
        found: Value = self.name(parts[:1])
        for attribute in parts[1:]:
            if found is None:
                return None
            found = self.attributes(found).get(attribute)
        return found

    def _part(self, name: str, event: Event) -> Value:
        """What every event has, its local time, and its own attributes."""
        local = local_time(event.at, self.program.zone)
        match name:
            case "id":
                return event.id
            case "at":
                return event.at
            case "date":
                return local.date()
            case "time":
                return local.time()
            case "hour":
                return Fraction(local.hour)
            case "day":
                return local.weekday()
            case "month":
                return local.month
        return event.values.get(name)

    def _declared(self, name: str) -> Value:
        """The customer, the tier, a tier's rank or a unit's balance."""
        program = self.program
        if name == "customer":
            return self.customer
        if name == "tier":
            return program.rank(self.tier)
        if any(tier.name.dotted == name for tier in program.tiers):
            return program.rank(name)
        unit = program.unit_name(name)
        return self.spendable(unit) if unit in program.units else None
