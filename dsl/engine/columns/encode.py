"""A history as the rows a program wants: what dsl/engine/encode.py does for one event, for all."""

from __future__ import annotations

from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, cast

import numpy as np

from dsl.engine.cells import E_AT, E_LINES, E_TYPE, NA
from dsl.engine.columns.clock import Clocks
from dsl.engine.columns.convert import Column, Ints
from dsl.engine.columns.events import LineItems, PastEvent
from dsl.engine.encode import Encoder, distance_m, tested

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from dsl.engine.clock import Clock
    from dsl.engine.columns.history import History
    from dsl.engine.encode import Codes
    from dsl.engine.layout import Key, Layout
    from dsl.meaning.events import Event, Item
    from dsl.meaning.types import Type

CALENDAR = ("local", "period", "start", "ago", "release", "expiry", "expiry at end")
NOTHING = np.array([NA], np.int64)
Rows = np.ndarray[tuple[int, int], np.dtype[np.int64]]
# So many columns are kept with a history for programs to come.
MOST_KEPT = 48


class HistoryEncoder(Encoder):
    """Has the rows of a history's events ready; fills those of others as an Encoder does."""

    def __init__(self, layout: Layout, clock: Clock, codes: Codes, history: History) -> None:
        super().__init__(layout, clock, codes)
        self._history = history
        self._columns = _Columns(layout, codes, history)

    @cached_property
    def matrix(self) -> Rows:
        """The rows of all events."""
        return self._columns.rows({})

    @cached_property
    def lines_by_place(self) -> tuple[Ints, Ints]:
        """The cells of all lines that count, and up to which of them lines before one come."""
        ends, cells = self._columns.lines()
        return cells, ends

    @cached_property
    def _line_ends(self) -> list[int]:
        return self.lines_by_place[1].tolist()

    @cached_property
    def _line_starts(self) -> list[int]:
        return self._history.lines.starts.tolist()

    def rows(self, further: Mapping[Key, int]) -> Rows:
        """The rows of all events, with keys of the calendar in places after those of the layout."""
        return self._columns.rows(further)

    def row(self, event: Event, at: int) -> list[int]:
        """The row of an event; what is of other customers is left absent."""
        given: object = event
        if isinstance(given, PastEvent):
            return cast("list[int]", self.matrix[given.row].tolist())
        return super().row(event, at)

    def lines(self, items: Sequence[Item] | None) -> list[int]:
        """The lines' rows, one after the other."""
        if isinstance(items, LineItems):
            start, end = self._line_ends[items.start], self._line_ends[items.end]
            return cast("list[int]", self.lines_by_place[0][start:end].tolist())
        return super().lines(items)

    def lines_of(self, row: int) -> list[int]:
        """The lines' rows of the event in a row of the history."""
        start, end = (
            self._line_ends[self._line_starts[row]],
            self._line_ends[self._line_starts[row + 1]],
        )
        if start == end:
            return []
        return cast("list[int]", self.lines_by_place[0][start:end].tolist())


class _Columns:
    """The cells of a layout, column by column."""

    def __init__(self, layout: Layout, codes: Codes, history: History) -> None:
        self._layout, self._codes, self._history = layout, codes, history
        program = layout.program
        self._clocks = Clocks(history.at, program.timezone)
        self._timezone = program.timezone
        self._has_lines = bool(layout.line.places)
        self._attributes = [program.events[name].attributes for name in history.type_names]

    def rows(self, further: Mapping[Key, int]) -> Rows:
        """The rows E of all events, and further keys in places of theirs."""
        layout, history = self._layout, self._history
        types = np.array([layout.types.get(name, 0) for name in history.type_names], np.int64)
        rows = np.empty((len(history), layout.event.width + len(further)), np.int64)
        rows[:, E_TYPE] = types[history.types]
        rows[:, E_AT] = history.at
        rows[:, E_LINES] = self._counts() if self._has_lines else 0
        for key, place in (*layout.event.places.items(), *further.items()):
            rows[:, place] = self._cell(key)
        return rows

    def lines(self) -> tuple[Ints, Ints]:
        """Up to which cell lines before one come, and the cells of all lines that count."""
        layout, history = self._layout, self._history
        if not self._has_lines:
            return np.zeros(int(history.lines.starts[-1]) + 1, np.int64), np.empty(0, np.int64)
        kept = self._counted()
        width = layout.line.width
        cells = np.empty((int(kept.sum()), width), np.int64)
        for key, place in layout.line.places.items():
            name = str(key[1] if key[0] == "attribute" else key[2])
            column = history.lines.columns.get(name)
            if column is not None:
                column = column.take(np.flatnonzero(kept))
            if key[0] == "attribute":
                cells[:, place] = self._coded(column)
            else:
                cells[:, place] = _tested(column, str(key[1]), str(key[3]))
        ends = np.zeros(len(kept) + 1, np.int64)
        np.cumsum(kept * width, out=ends[1:])
        return ends, cells.ravel()

    def _counted(self) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """The lines of which there is anything."""
        quantity = self._history.lines.columns.get("quantity")
        if quantity is None:
            return np.ones(int(self._history.lines.starts[-1]), np.bool_)
        return np.asarray(quantity.values != 0)

    def _counts(self) -> Ints:
        ends = np.zeros(int(self._history.lines.starts[-1]) + 1, np.int64)
        np.cumsum(self._counted(), out=ends[1:])
        starts = ends[self._history.lines.starts]
        return np.asarray(starts[1:] - starts[:-1])

    def _cell(self, key: Key) -> Ints:
        match key:
            case ("attribute", name):
                return _first([self._coded(column) for column in self._named(str(name))])
            case ("customer",):
                codes = [self._codes.code(name) for name in self._history.customer_ids]
                return np.asarray(np.array(codes, np.int64)[self._history.customers])
            case ("test", op, "customer", text):
                ids = self._history.customer_ids
                return _tested(Column(self._history.customers, ids), str(op), str(text))
            case ("test", op, name, text):
                columns = self._named(str(name))
                return _first([_tested(column, str(op), str(text)) for column in columns])
            case ("distance", Decimal() as lat, Decimal() as lon):
                return self._kept(key, lambda: self._distances(lat, lon))
            case (kind, *_) if kind in CALENDAR:
                return self._kept((self._timezone, *key), lambda: self._calendar(key))
            case _:
                return NOTHING

    def _named(self, name: str) -> list[Column]:
        """The columns of an attribute: one for each type that it has in kinds of event."""
        known = (attributes.get(name) for attributes in self._attributes)
        types = dict.fromkeys(info.type for info in known if info is not None)
        columns = self._history.columns
        return [columns[name, type_] for type_ in types if (name, type_) in columns]

    def _coded(self, column: Column | None) -> Ints:
        """A column's integers, texts in the program's codes; absent where there is no column."""
        if column is None:
            return NOTHING
        if column.tags is not None:
            sizes = np.array([*map(len, column.tags), NA], np.int64)
            return np.asarray(sizes[np.where(column.values == NA, -1, column.values)])
        if column.texts is None:
            return column.values
        own = np.array([*(self._codes.code(text) for text in column.texts), NA], np.int64)
        return np.asarray(own[np.where(column.values == NA, -1, column.values)])

    def _kept(self, key: Key, make: Callable[[], Ints]) -> Ints:
        """A column that is the same for every program that asks for it."""
        cells = self._history.cells
        found = cells.get(key)
        if found is None:
            while len(cells) >= MOST_KEPT:
                cells.pop(next(iter(cells)), None)
            found = cells[key] = make()
        return found

    def _calendar(self, key: Key) -> Ints:
        match key:
            case ("local", part):
                return self._clocks.part(str(part))
            case ("period", period):
                return self._clocks.period(period)  # type: ignore[arg-type]  # a period
            case ("start", period, back):
                return self._clocks.start(period, back)  # type: ignore[arg-type]  # its key
            case ("release", unit, int(count)):
                return self._clocks.before(-count, unit)  # type: ignore[arg-type]  # its key
            case ("expiry", unit, int(count)):
                return self._clocks.day_ends(count, unit)  # type: ignore[arg-type]  # its key
            case ("expiry at end", period, int(ahead)):
                return self._clocks.period_ends(period, ahead)  # type: ignore[arg-type]  # its key
            case (_, unit, count):
                return self._clocks.before(count, unit)  # type: ignore[arg-type]  # its key
            case _:
                return NOTHING

    def _distances(self, lat: Decimal, lon: Decimal) -> Ints:
        """Metres to a place from where events say they were."""
        known = ((attributes.get("lat"), attributes.get("lon")) for attributes in self._attributes)
        types = dict.fromkeys((a.type, b.type) for a, b in known if a is not None and b is not None)
        return _first([self._distances_of(*pair, lat, lon) for pair in types])

    def _distances_of(self, first: Type, second: Type, lat: Decimal, lon: Decimal) -> Ints:
        """The same of those kinds of event whose lat and lon are of these types."""
        columns = self._history.columns
        here, there = columns.get(("lat", first)), columns.get(("lon", second))
        if here is None or there is None:
            return NOTHING
        found = np.full(len(self._history), NA, np.int64)
        known = np.flatnonzero((here.values != NA) & (there.values != NA))
        if not len(known):
            return found
        pairs = np.stack([here.values[known], there.values[known]], axis=1)
        # One place is looked up once.
        unique, places = np.unique(pairs, axis=0, return_inverse=True)
        scales = -first.decimals, -second.decimals
        metres = [
            distance_m(Decimal(a).scaleb(scales[0]), Decimal(b).scaleb(scales[1]), lat, lon)
            for a, b in unique.tolist()
        ]
        found[known] = np.array(metres, np.int64)[places.ravel()]
        return found


def _first(columns: list[Ints]) -> Ints:
    """The first known value of each row."""
    if not columns:
        return NOTHING
    found, *others = columns
    for other in others:
        found = np.where(found == NA, other, found)
    return found


def _tested(column: Column | None, op: str, text: str) -> Ints:
    """A test of texts, each looked at once; absent where there is no text."""
    if column is None or column.texts is None:
        return NOTHING
    results = np.array([*(tested(op, own, text) for own in column.texts), NA], np.int64)
    return np.asarray(results[np.where(column.values == NA, -1, column.values)])
