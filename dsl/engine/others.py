"""What is asked about others: attributes of another customer, events of anyone.

Events that `by anyone` or `as referrer` looks at stand in arrays of their own, by what must be
alike in them, in order of time. Source: docs/language.md, section 3, "names" and "history".
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, cast

from dsl.engine.calendar import instant
from dsl.engine.cells import H_COUNTS, NA
from dsl.engine.encode import encoder_of, tested
from dsl.engine.layout import Key

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dsl.engine.book import Book
    from dsl.engine.compiled import Compiled
    from dsl.engine.customer import Customer
    from dsl.engine.entries import Entry, Place
    from dsl.engine.past import Foreign
    from dsl.meaning.events import Event


NO_OTHERS: Mapping[int, int] = MappingProxyType({})


@dataclass(slots=True)
class Rows:
    """Rows of H of events of anyone, with the lines they have, in order of time."""

    places: list[Place] = field(default_factory=list)
    history: list[int] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)


def net_of(entry: Entry) -> Event | None:
    """An event as it counts now, net of what was taken off it."""
    return None if entry.is_gone else entry.net or entry.event


class Others:
    """The arrays of one program; they follow from events alone and are made anew when asked.

    `known` is what an entry counts as, None where it does not.
    """

    def __init__(self, known: Callable[[Entry], Event | None] = net_of) -> None:
        self._known = known
        self._under: Compiled | None = None
        self._rows: dict[tuple[str, tuple[int, ...]], Rows] = {}

    def forget(self) -> None:
        """Make them anew: something that was recorded has changed."""
        self._under = None

    # --- attributes ---------------------------------------------------------------------------

    def look(self, book: Book, customer: Customer, row: list[int]) -> Mapping[int, int]:
        """Fill in what other customers are; what was filled in, by its place."""
        others = customer.compiled.encoder.others
        if not others:
            return NO_OTHERS
        found = {}
        for place, key in others:
            row[place] = found[place] = self.attribute(book, customer, row, key)
        return found

    def attribute(self, book: Book, customer: Customer, row: list[int], key: Key) -> int:
        """The cell of an attribute of another customer, as of now; NA where it is absent."""
        compiled = customer.compiled
        asked = cast("tuple[str, tuple[bool, str], tuple[str, ...], str, Any]", key)
        _, (own, root), path, name, test = asked
        if own:
            id_ = customer.values.get(root)
        else:
            cell = row[compiled.layout.event.places[("attribute", root)]]
            id_ = None if cell == NA else compiled.codes.text(cell)
        other = None
        for step in (*path, None):
            other = book.customers.get(id_) if id_ is not None else None
            if step is not None and other is not None:
                id_ = other.values.get(step)
            elif step is not None:
                id_ = None
        value = None
        if other is not None:
            value = other.joined if name == "joined" else other.values.get(name)
        return self._encoded(compiled, name, value, test)

    def _encoded(self, compiled: Compiled, name: str, value: Any, test: Any) -> int:  # noqa: ANN401 - by the attribute's type
        if test is not None and test[0] == "tag":
            return int(value is not None and test[1] in value)
        if test is not None:
            return tested(test[0], value, test[1])
        if value is None:
            return NA
        if name == "joined":
            return value if isinstance(value, int) else instant(value)
        type_ = compiled.program.customer_attributes[name].type
        return encoder_of(type_, compiled.codes)(value)

    # --- events -------------------------------------------------------------------------------

    def add(
        self, compiled: Compiled, customer: Customer, entry: Entry, row: list[int], lines: list[int]
    ) -> None:
        """Note an event for whoever asks about events of anyone."""
        if compiled is self._under and not entry.is_gone:
            self._add(compiled, customer, entry, row, lines)

    def _add(
        self, compiled: Compiled, customer: Customer, entry: Entry, row: list[int], lines: list[int]
    ) -> None:
        for foreign in compiled.emitted.foreign:
            if foreign.past.event == entry.event.type:
                key = self._key_of(compiled, foreign, row)
                own = foreign.past.role and key and key[-1] == compiled.codes.code(customer.id)
                if key is not None and not own:
                    self._insert(compiled, foreign, key, customer, entry, row, lines)

    def correct(
        self, compiled: Compiled, customer: Customer, entry: Entry, row: list[int], lines: list[int]
    ) -> None:
        """Note an event once more: its amount is known only now."""
        if compiled is not self._under:
            return
        for rows in self._rows.values():
            for place, known in enumerate(rows.places):
                if known == entry.place:
                    width = compiled.width
                    del rows.places[place]
                    del rows.history[place * width : (place + 1) * width]
                    break
        self.add(compiled, customer, entry, row, lines)

    def _key_of(
        self, compiled: Compiled, foreign: Foreign, row: list[int]
    ) -> tuple[int, ...] | None:
        """What must be alike in an event, and whom it names; None where that is absent."""
        names = (*foreign.past.same, *((foreign.past.role,) if foreign.past.role else ()))
        cells = tuple(row[compiled.layout.event.places[("attribute", name)]] for name in names)
        return None if NA in cells else cells

    def _insert(
        self,
        compiled: Compiled,
        foreign: Foreign,
        key: tuple[int, ...],
        customer: Customer,
        entry: Entry,
        row: list[int],
        lines: list[int],
    ) -> None:
        rows = self._rows.setdefault((foreign.name, key), Rows())
        place = bisect_right(rows.places, entry.place)
        rows.places.insert(place, entry.place)
        width = compiled.width
        cells = [0] * width
        start = len(rows.lines)
        rows.lines.extend(lines)
        compiled.observe(row, lines, customer.row, cells, rows.lines, compiled.scratch(), 0)
        first, last = compiled.line_places
        if first is not None and last is not None:
            cells[first], cells[last] = start, len(rows.lines)
        if not entry.counts:
            cells[H_COUNTS] = 0
        rows.history[place * width : place * width] = cells

    def fill(
        self, book: Book, customer: Customer, row: list[int], scratch: list[int], place: Place
    ) -> None:
        """Put what is asked about events of anyone into X, as of a place in time."""
        compiled = customer.compiled
        if not compiled.emitted.foreign:
            return
        if compiled is not self._under:
            self._make(book, compiled)
        for foreign in compiled.emitted.foreign:
            names = foreign.past.same
            cells = tuple(row[compiled.layout.event.places[("attribute", n)]] for n in names)
            if foreign.past.role is not None:
                cells = (*cells, compiled.codes.code(customer.id))
            rows = self._rows.get((foreign.name, cells))
            count = 0
            if rows is not None:
                find = bisect_left if foreign.past.previous else bisect_right
                count = find(rows.places, place)
            function = compiled.functions[foreign.name]
            arrays = (rows.history, rows.lines) if rows is not None else ([], [])
            scratch[foreign.memo] = function(
                row, [], customer.row, *arrays, scratch, count * compiled.width
            )

    def _make(self, book: Book, compiled: Compiled) -> None:
        self._under, self._rows = compiled, {}
        for customer in book.customers.values():
            for entry in customer.entries:
                event = self._known(entry)
                if event is not None:
                    row = compiled.encoder.row(event, entry.at)
                    lines = compiled.encoder.lines(event.items)
                    self._add(compiled, customer, entry, row, lines)
