"""A history as the rows a program wants: what dsl/engine/encode.py does for one event, for all."""

from __future__ import annotations

from decimal import Decimal
from functools import cached_property, partial
from typing import TYPE_CHECKING, cast

import numpy as np

from dsl.engine.cells import E_AT, E_LINES, E_TYPE, NA
from dsl.engine.columns.clock import Clocks
from dsl.engine.columns.events import LineItems, PastEvent
from dsl.engine.columns.narrow import Narrow, blocks, joined, narrow, nothing
from dsl.engine.columns.records import Cell, looked_up
from dsl.engine.encode import Encoder, distance_m, tested

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from dsl.engine.clock import Clock
    from dsl.engine.columns.convert import Column, Ints
    from dsl.engine.columns.history import History
    from dsl.engine.encode import Codes
    from dsl.engine.layout import Key, Layout
    from dsl.meaning.events import Event, Item
    from dsl.meaning.types import Type

CALENDAR = ("local", "period", "start", "ago", "release", "expiry", "expiry at end")
Bools = np.ndarray[tuple[int], np.dtype[np.bool_]]
Rows = np.ndarray[tuple[int, int], np.dtype[np.int64]]
# So many columns are kept with a history for programs to come.
MOST_KEPT = 96


class HistoryEncoder(Encoder):
    """Has the rows of a history's events ready; fills those of others as an Encoder does."""

    def __init__(self, layout: Layout, clock: Clock, codes: Codes, history: History) -> None:
        super().__init__(layout, clock, codes)
        self._history = history
        self._columns = _Columns(layout, codes, history)

    @cached_property
    def matrix(self) -> Rows:
        """The rows of all events."""
        cells = self.cells({})
        rows = np.empty((len(self._history), len(cells)), np.int64)
        for place, cell in enumerate(cells):
            rows[:, place] = cell.values
        return rows

    @cached_property
    def lines_by_place(self) -> tuple[Ints, Ints]:
        """The cells of all lines that count, and up to which of them lines before one come."""
        kept, cells = self._columns.counted, self.line_cells()
        count = self._history.lines.starts[-1]
        if not cells:
            return np.empty(0, np.int64), np.zeros(count + 1, np.int64)
        ends = np.arange(count + 1) * len(cells)
        if kept is not None:
            np.cumsum(kept * len(cells), out=ends[1:])
        rows = np.empty((int(ends[-1]) // len(cells), len(cells)), np.int64)
        for place, cell in enumerate(cells):
            rows[:, place] = cell.values if kept is None else cell.values[kept]
        return rows.ravel(), ends

    @cached_property
    def _line_ends(self) -> list[int]:
        ends = self.lines_by_place[1]
        return ends.tolist()

    @cached_property
    def _line_starts(self) -> list[int]:
        return self._history.lines.starts.tolist()

    @property
    def counted(self) -> Bools | None:
        """The lines of which there is anything; None where that is all of them."""
        return self._columns.counted

    def cells(self, further: Mapping[Key, int]) -> list[Cell]:
        """The cells of rows, by place; keys of the calendar have places after the layout's."""
        return self._columns.cells(further)

    def line_cells(self) -> list[Cell]:
        """The cells of lines, by place, those of which there is nothing included."""
        return self._columns.line_cells()

    def types(self, name: str) -> list[Type]:
        """The types that an attribute has in kinds of event."""
        return self._columns.types(name)

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
        self._timezone = program.timezone
        self._has_lines = bool(layout.line.places)
        self._attributes = [program.events[name].attributes for name in history.type_names]

    def cells(self, further: Mapping[Key, int]) -> list[Cell]:
        """The cells of rows E, and further keys in places of theirs."""
        layout, history = self._layout, self._history
        types = np.array([layout.types.get(name, 0) for name in history.type_names], np.int64)
        width = layout.event.width + len(further)
        found = [self._nothing] * width
        found[E_TYPE] = looked_up(history.types, types)
        found[E_AT] = Cell(history.at)
        found[E_LINES] = Cell(narrow(np.zeros(len(history), np.int64)))
        if self._has_lines:
            found[E_LINES] = Cell(self._kept(("lines",), lambda: narrow(self._counts())))
        places = (*layout.event.places.items(), *further.items())
        self._keep_calendar([key for key, _ in places if key[0] in CALENDAR])
        for key, place in places:
            found[place] = self._cell(key)
        return found

    def line_cells(self) -> list[Cell]:
        """The cells of lines."""
        layout, lines = self._layout, self._history.lines
        count = lines.starts[-1]
        found = [Cell(nothing(count))] * layout.line.width if self._has_lines else []
        for key, place in layout.line.places.items():
            column = lines.columns.get(str(key[1] if key[0] == "attribute" else key[2]))
            if column is None:
                continue
            if key[0] == "attribute":
                found[place] = self._coded(column)
            else:
                found[place] = _tested(column, str(key[1]), str(key[3])) or found[place]
        return found

    @cached_property
    def counted(self) -> Bools | None:
        """The lines of which there is anything; None where that is all of them."""
        quantity = self._history.lines.columns.get("quantity")
        if quantity is None:
            return None
        own = quantity.narrow
        if own.is_constant:
            return np.zeros(len(own), np.bool_) if len(own) and not own.value(0) else None
        code, left = divmod(-own.base, own.scale)
        if left or not 0 < code <= own.most:
            return None
        kept = own.codes != code
        return None if kept.all() else kept

    def _counts(self) -> Ints:
        """How many lines count, by event."""
        starts, kept = self._history.lines.starts.values, self.counted
        if kept is None:
            return np.asarray(np.diff(starts))
        ends = np.zeros(len(kept) + 1, np.int64)
        np.cumsum(kept, out=ends[1:])
        return np.asarray(np.diff(ends[starts]))

    @property
    def _nothing(self) -> Cell:
        return Cell(nothing(len(self._history)))

    def _cell(self, key: Key) -> Cell:
        match key:
            case ("attribute", name):
                return self._attribute(str(name))
            case ("customer",):
                codes = [self._codes.code(name) for name in self._history.customer_ids]
                return looked_up(self._history.customers, np.array(codes, np.int64))
            case ("test", op, "customer", text):
                ids = self._history.customer_ids
                return looked_up(self._history.customers, _tests(ids, str(op), str(text)))
            case ("test", op, name, text):
                columns = self._named(str(name))
                tests = (_tested(column, str(op), str(text)) for column in columns)
                return self._first([one for one in tests if one is not None])
            case ("distance", Decimal() as lat, Decimal() as lon):
                return Cell(self._kept(key, lambda: narrow(self._distances(lat, lon))))
            case (kind, *_) if kind in CALENDAR:
                return Cell(self._kept((self._timezone, *key), lambda: self._calendar([key])[0]))
            case _:
                return self._nothing

    def _attribute(self, name: str) -> Cell:
        columns = self._named(name)
        if len(columns) > 1 and all(one.texts is None and one.tags is None for one in columns):
            numbers = (one.narrow.values for one in columns)
            key = ("attribute", name, *self.types(name))
            return Cell(self._kept(key, lambda: narrow(_first([*numbers]))))
        return self._first([self._coded(column) for column in columns])

    def _first(self, cells: list[Cell]) -> Cell:
        """The first known value of each row."""
        if len(cells) == 1:
            return cells[0]
        return Cell(narrow(_first([cell.values for cell in cells]))) if cells else self._nothing

    def types(self, name: str) -> list[Type]:
        """The types that an attribute has in kinds of event."""
        known = (attributes.get(name) for attributes in self._attributes)
        return list(dict.fromkeys(info.type for info in known if info is not None))

    def _named(self, name: str) -> list[Column]:
        """The columns of an attribute, one for each type."""
        columns = self._history.columns
        return [columns[name, one] for one in self.types(name) if (name, one) in columns]

    def _coded(self, column: Column) -> Cell:
        """A column's integers, texts in the program's codes."""
        if column.tags is not None:
            return looked_up(column.narrow, np.array([*map(len, column.tags)], np.int64))
        if column.texts is None:
            return Cell(column.narrow)
        codes = [self._codes.code(text) for text in column.texts]
        return looked_up(column.narrow, np.array(codes, np.int64))

    def _kept(self, key: Key, make: Callable[[], Narrow]) -> Narrow:
        return kept(self._history, key, make)

    def _keep_calendar(self, keys: list[Key]) -> None:
        """Have the columns of keys of the calendar that were not asked for yet."""
        asked = [key for key in keys if (self._timezone, *key) not in self._history.cells]
        made = dict(zip(asked, self._calendar(asked), strict=True))
        for key in asked:
            self._kept((self._timezone, *key), partial(made.__getitem__, key))

    def _calendar(self, keys: list[Key]) -> list[Narrow]:
        """Columns of the calendar, block by block."""
        found: list[list[Narrow]] = [[] for _ in keys]
        for rows in blocks(len(self._history)) if keys else ():
            clocks = Clocks(self._history.at[rows], self._timezone)
            for key, parts in zip(keys, found, strict=True):
                parts.append(narrow(_of_calendar(clocks, key)))
        return [joined(parts) for parts in found]

    def _distances(self, lat: Decimal, lon: Decimal) -> Ints:
        """Metres to a place from where events say they were."""
        known = ((attributes.get("lat"), attributes.get("lon")) for attributes in self._attributes)
        types = dict.fromkeys((a.type, b.type) for a, b in known if a is not None and b is not None)
        none = np.full(len(self._history), NA, np.int64)
        return _first([self._distances_of(*pair, lat, lon) for pair in types] or [none])

    def _distances_of(self, first: Type, second: Type, lat: Decimal, lon: Decimal) -> Ints:
        """The same of those kinds of event whose lat and lon are of these types."""
        columns = self._history.columns
        here, there = columns.get(("lat", first)), columns.get(("lon", second))
        if here is None or there is None:
            return np.full(len(self._history), NA, np.int64)
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


def kept(history: History, key: Key, make: Callable[[], Narrow]) -> Narrow:
    """A column that is the same for every program that asks for it."""
    cells = history.cells
    found = cells.get(key)
    if found is None:
        while len(cells) >= MOST_KEPT:
            # Of a copy: another thread may keep something of the same history meanwhile.
            cells.pop(next(iter(tuple(cells))), None)
        found = cells[key] = make()
    return found


def _of_calendar(clocks: Clocks, key: Key) -> Ints:
    match key:
        case ("local", part):
            return clocks.part(str(part))
        case ("period", period):
            return clocks.period(period)  # type: ignore[arg-type]  # a period
        case ("start", period, back):
            return clocks.start(period, back)  # type: ignore[arg-type]  # its key
        case ("release", unit, int(count)):
            return clocks.before(-count, unit)  # type: ignore[arg-type]  # its key
        case ("expiry", unit, int(count)):
            return clocks.day_ends(count, unit)  # type: ignore[arg-type]  # its key
        case ("expiry at end", period, int(ahead)):
            return clocks.period_ends(period, ahead)  # type: ignore[arg-type]  # its key
        case (_, unit, count):
            return clocks.before(count, unit)  # type: ignore[arg-type]  # its key
        case _:
            raise TypeError(key)


def _first(columns: list[Ints]) -> Ints:
    """The first known value of each row."""
    found, *others = columns
    for other in others:
        found = np.where(found == NA, other, found)
    return found


def _tested(column: Column, op: str, text: str) -> Cell | None:
    """A test of texts, each looked at once; None where there are no texts."""
    if column.texts is None:
        return None
    return looked_up(column.narrow, _tests(column.texts, op, text))


def _tests(texts: Sequence[str], op: str, text: str) -> Ints:
    return np.array([tested(op, own, text) for own in texts], np.int64)
