"""One customer, live: recorded events are folded, new ones decided, the state kept as JSON.

The same text and the same paying as a book's, with a book of this customer alone: what other
customers are or did, and what falls due without an event, is not seen here. What counters had used
is given from outside. Source: docs/language.md, section 4.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from dsl.engine.book import Book
from dsl.engine.calendar import instant
from dsl.engine.cells import NA, S_CURRENT, S_END
from dsl.engine.entries import Entry
from dsl.engine.keeping import (
    first_kept,
    history_texts,
    layout_hash,
    line_texts,
    sums_from,
)
from dsl.engine.pricing import net_amount
from dsl.engine.scene import mark
from dsl.engine.settling import settle

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from dsl.engine.compiled import Compiled
    from dsl.engine.decision import CounterKey, Decision
    from dsl.engine.plans import RewardPlan
    from dsl.meaning.events import Event


class Live:
    """A customer under one program, on the way through their events in order of (`at`, `id`)."""

    def __init__(self, compiled: Compiled, customer: str, *, tier: str | None = None) -> None:
        self.compiled = compiled
        self._book = Book([(None, compiled)])
        self._customer = self._book.open(customer, {}, tier=tier)

    @classmethod
    def again(cls, compiled: Compiled, customer: str, snapshot: Mapping[str, Any] | None) -> Live:
        """The customer before any event, with what no event gave and a snapshot holds: a tier."""
        return cls(compiled, customer, tier=snapshot["fixed_tier"] if snapshot else None)

    @classmethod
    def restored(
        cls, compiled: Compiled, customer: str, snapshot: Mapping[str, Any]
    ) -> Live | None:
        """The customer a snapshot holds; None where this program lays its state out otherwise."""
        if snapshot["layout"] != layout_hash(compiled):
            return None
        live = cls.again(compiled, customer, snapshot)
        live.take_up(snapshot)
        return live

    # --- events -------------------------------------------------------------------------------

    def decide(self, event: Event, used: dict[CounterKey, int]) -> Decision:
        """Decide the next event; the state moves on, and so does what counters have used."""
        self._book.used = used
        decisions = self._book.step(event)
        return next(one for one in decisions if one.event_id == event.id)

    def fold(self, event: Event) -> None:
        """Move the state on by the next event, which is not decided (again)."""
        compiled, customer = self.compiled, self._customer
        at = instant(event.at)
        customer.learn(event, at)
        if event.type in compiled.recorded:
            row = compiled.encoder.row(event, at)
            net_amount(compiled, Entry(at, event.id, event), row)
            lines = compiled.encoder.lines(event.items)
            customer.record(row, lines, compiled.scratch(), counts=True)
        self._end()

    def tier(self, at: dt.datetime) -> str | None:
        """The tier as settled at an instant not before the last event."""
        now = instant(at)
        row, scratch = self._book.tick(self._customer, now)
        settle(self._customer, row, scratch, now, "before")
        return self._customer.tier

    # --- the state as JSON --------------------------------------------------------------------

    def snapshot(self) -> dict[str, Any]:
        """The state as JSON holds it: what is known of the customer, and the history."""
        compiled, customer = self.compiled, self._customer
        first = first_kept(compiled, customer.history)
        history, lines = customer.history[first:], customer.lines
        width = compiled.layout.line.width
        return {
            "layout": layout_hash(compiled),
            "values": {name: _written(value) for name, value in customer.values.items()},
            "opted_in": sorted(customer.opted_in),
            "history": self._plain(history, compiled.width, history_texts(compiled)),
            "lines": self._plain(lines, width, line_texts(compiled)),
            "sums": sums_from(compiled, customer.row, first),
            "fixed_tier": customer.fixed_tier,
        }

    def _plain(self, cells: list[int], width: int, texts: Sequence[int]) -> list[int | str | None]:
        """Cells with texts in place of their codes, and None in place of what is absent."""
        plain: list[int | str | None] = [None if cell == NA else cell for cell in cells]
        for place in texts:
            for index in range(place, len(cells), width):
                if cells[index] != NA:
                    plain[index] = self.compiled.codes.text(cells[index])
        return plain

    def take_up(self, snapshot: Mapping[str, Any]) -> None:
        """Go on from a snapshot of the same layout."""
        customer = self._customer
        for name, value in snapshot["values"].items():
            customer.set(name, _read(value))
        customer.opted_in = set(snapshot["opted_in"])
        customer.history = self._cells(snapshot["history"])
        customer.lines = self._cells(snapshot["lines"])
        for place, value in zip(self.compiled.uses.caches, snapshot["sums"], strict=True):
            customer.row[place] = value
        self._end()

    def _cells(self, plain: list[int | str | None]) -> list[int]:
        code = self.compiled.codes.code
        return [NA if one is None else code(one) if isinstance(one, str) else one for one in plain]

    def _end(self) -> None:
        row = self._customer.row
        row[S_CURRENT] = row[S_END] = len(self._customer.history)


def counters(compiled: Compiled, event: Event) -> tuple[CounterKey, ...]:
    """What an event may draw on, in the order in which locks are taken."""
    at = instant(event.at)
    row: list[int] | None = None
    found: set[CounterKey] = set()
    rewards = (reward for plan in compiled.by_event.get(event.type, ()) for reward in plan.rewards)
    terms = {
        term for reward in rewards for one in _given(reward) for term in (*one.own, *one.shared)
    }
    for term in terms:
        marked: str | None = ""
        if term.marks is not None:
            row = compiled.encoder.row(event, at) if row is None else row
            marked = mark(compiled, term.marks, term.place, row, event.customer)
        if marked is not None:
            holder = event.customer if term.per_customer else ""
            period = compiled.clock.period(at, term.period) if term.period else 0
            found.add((term.name, holder, marked, period))
    return tuple(sorted(found))


def _given(reward: RewardPlan) -> Iterator[RewardPlan]:
    if not reward.choices:
        yield reward
    for _, choice in reward.choices:
        yield from _given(choice)


def _written(value: Any) -> Any:  # noqa: ANN401 - by the attribute's type
    """A known value as JSON, with a word that says what it is where JSON does not."""
    match value:
        case Decimal():
            return {"number": f"{value:f}"}
        case dt.datetime():
            return {"time": value.isoformat()}
        case dt.date():
            return {"date": value.isoformat()}
        case tuple():
            return {"tags": list(value)}
        case _:
            return value


def _read(value: Any) -> Any:  # noqa: ANN401 - as above
    """The value that `_written` wrote."""
    match value:
        case {"number": text}:
            return Decimal(text)
        case {"time": text}:
            return dt.datetime.fromisoformat(text)
        case {"date": text}:
            return dt.date.fromisoformat(text)
        case {"tags": tags}:
            return tuple(tags)
        case _:
            return value
