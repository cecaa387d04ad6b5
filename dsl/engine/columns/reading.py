"""Arrow tables read into a history, as a program's catalogue types it.

Nothing is dropped silently: what could not be taken is counted, with the first rows (left_out.py).
"""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dsl.engine.cells import NA
from dsl.engine.columns.convert import (
    Column,
    Ints,
    as_codes,
    codes_of,
    convert,
    instants,
    int64,
    whole,
)
from dsl.engine.columns.event_rows import EventRows
from dsl.engine.columns.history import PROFILE, Attribute, History
from dsl.engine.columns.left_out import LeftOut
from dsl.engine.columns.lines import OF_LIST, Lines, completed, own_lines, places_of
from dsl.engine.columns.narrow import narrow
from dsl.meaning.types import Kind, Type

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dsl.meaning.checked import Program
    from dsl.meaning.types import AttributeInfo

NAMES = {
    "id": ("event_id", "id"),
    "type": ("type",),
    "at": ("ts", "at"),
    "customer": ("customer_id", "customer"),
}
JOINED = ("joined_on", "joined")
# Columns beside those of a file: the instants, and which row of it each is.
AT, ROW = "\0at", "\0row"
# Beside a column of this name stand those of its values that are lists of texts, as JSON.
LISTED = " list"
T = TypeVar("T")
# The row of each line's event, and how many have none, once that is found.
Placed = Future[tuple[Ints, int]]


class MissingColumnError(ValueError):
    """A table lacks a column that every history has; `names` are those it may go by."""

    def __init__(self, names: tuple[str, ...]) -> None:
        super().__init__(" or ".join(names))
        self.names = names


def read_history(
    program: Program,
    events: pa.Table,
    items: pa.Table | None = None,
    customers: pa.Table | None = None,
) -> tuple[History, LeftOut]:
    """A history as a program's catalogue types it, and what of the tables could not be taken.

    events: event_id, type, ts (with offset), customer_id (or id, type, at, customer) and a
    column per attribute; items: event_id and a column per attribute of a line; customers:
    customer_id, joined_on and a column per attribute. Raises MissingColumnError.
    """
    return _Reader(program).read(events, items, customers)


class _Reader:
    def __init__(self, program: Program) -> None:
        self.program = program
        self.left_out = LeftOut()

    def read(
        self, events: pa.Table, items: pa.Table | None, customers: pa.Table | None
    ) -> tuple[History, LeftOut]:
        names = {key: _named(events, options) for key, options in NAMES.items()}
        events = self._rows(events, names)
        ids = whole(events[names["id"]])
        # Whose lines are whose is found beside all else: Arrow holds no lock meanwhile.
        with ThreadPoolExecutor(1) as beside:
            placed = None
            if items is not None:
                placed = beside.submit(places_of, items, _named(items, NAMES["id"]), ids)
            types, type_names = codes_of(events[names["type"]])
            columns: dict[Attribute, Column] = {}
            for name in events.column_names:
                if name not in names.values() and not name.endswith(LISTED):
                    self._event_column(name, events, types, type_names, columns)
            at = int64(events[AT])
            who = whole(events[names["customer"]])
            rows = EventRows(type_names, types, at, who, ids, columns)
            if customers is not None and len(customers):
                rows = self._profiles(rows, customers)
            return self._ordered(rows, items, placed), self.left_out

    def _rows(self, events: pa.Table, names: dict[str, str]) -> pa.Table:
        """The rows that are events the program knows: each left-out one counted."""
        table = events.append_column(ROW, pa.array(np.arange(len(events))))
        for key in ("id", "type", "customer"):
            column = table[names[key]]
            place = table.column_names.index(names[key])
            if key == "id":
                column = column if pa.types.is_string(column.type) else column.cast(pa.string())
                known = pc.fill_null(pc.not_equal(column, ""), fill_value=False)
            else:
                column = as_codes(column)
                known = _told(column, lambda texts: pc.not_equal(texts, ""))
            table = table.set_column(place, names[key], column)
            table = self._kept(table, known, f"no {names[key]}")
        table = self._known_types(table, names["type"])
        table = self._with_times(table, names["at"])
        first = _first_of_each(table[names["id"]])
        return self._kept(table, first, f"{names['id']} seen before")

    def _known_types(self, table: pa.Table, name: str) -> pa.Table:
        known_types = pa.array(list(self.program.events), pa.string())
        known = _told(table[name], lambda texts: pc.is_in(texts, value_set=known_types))
        if pc.all(known).as_py() is not False:
            return table
        unknown = table.filter(pc.invert(known))
        types, rows = unknown[name].cast(pa.string()), int64(unknown[ROW])
        for entry in pc.value_counts(types).to_pylist():
            of_type = int64(pc.indices_nonzero(pc.equal(types, entry["values"])))
            self.left_out.note("event_types", entry["values"], rows[of_type], entry["counts"])
        return table.filter(known)

    def _kept(self, table: pa.Table, keep: Any, reason: str) -> pa.Table:  # noqa: ANN401 - Arrow
        left = len(table) - int(pc.sum(keep).as_py() or 0)
        if left:
            rows = int64(table.filter(pc.invert(keep))[ROW])
            self.left_out.note("rows", reason, rows, left)
            table = table.filter(keep)
        return table

    def _with_times(self, table: pa.Table, name: str) -> pa.Table:
        times = whole(table[name])
        try:
            at = instants(times)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
            # Not all are times as a whole column can be taken: each by itself, and counted.
            column = convert(pa.chunked_array([times]), Type(Kind.DATETIME))
            at = column[0].values if column else np.full(len(table), NA, np.int64)
        table = table.append_column(AT, pa.array(at))
        return self._kept(table, pa.array(at != NA), f"{name} is no time with offset")

    def _event_column(
        self,
        name: str,
        events: pa.Table,
        types: Ints,
        type_names: list[str],
        columns: dict[Attribute, Column],
    ) -> None:
        """Take a column for the event types that have such an attribute, by its type."""
        holders: dict[Type, list[int]] = {}
        has_lines = False
        for code, type_name in enumerate(type_names):
            info = self._attributes(type_name).get(name)
            if info is not None and info.type.kind is Kind.LIST:
                has_lines = True
            elif info is not None:
                holders.setdefault(info.type, []).append(code)
        if name in (AT, ROW):
            return
        # What stood in a list is among the lines; a column of nothing is none.
        is_empty = events[name].null_count == len(events)
        is_known = has_lines or any(name in self._attributes(one) for one in self.program.events)
        if not holders and not (is_known and is_empty):
            self.left_out.columns[name] += 1
        for type_, codes in holders.items():
            values, own = _listed(events, name, type_), np.isin(types, codes)
            if len(holders) > 1:
                if pa.types.is_dictionary(values.type):
                    values = values.cast(values.type.value_type)
                # What one kind of event calls so is something else in another.
                values = pc.if_else(pa.array(own), values, pa.scalar(None, values.type))
            converted = self._converted(name, values, type_, int64(events[ROW]))
            if converted is not None:
                columns[name, type_] = converted.masked(own)

    def _attributes(self, event_type: str) -> Mapping[str, AttributeInfo]:
        own = self.program.events[event_type].attributes
        return {**self.program.customer_attributes, **own} if event_type == PROFILE else own

    def _converted(
        self, name: str, values: pa.ChunkedArray, type_: Type, rows: Ints | None = None
    ) -> Column | None:
        """A column; `rows` are those of the file, where that has others too."""
        converted = convert(values, type_)
        if converted is None:
            self.left_out.columns[name] += 1
            return None
        column, misfits = converted
        if misfits:
            given = pc.is_valid(values).to_numpy(zero_copy_only=False).astype(np.bool_)
            places = np.flatnonzero(given & (column.values == NA))
            self.left_out.note("values", name, places if rows is None else rows[places], misfits)
        return column

    def _profiles(self, rows: EventRows, customers: pa.Table) -> EventRows:
        """A profile event for each customer, at the time of the first event of theirs."""
        name = _named(customers, NAMES["customer"])
        ids = whole(customers[name].cast(pa.string()))
        first = _first_at(rows)
        at = np.array([first.get(who, NA) for who in ids.to_pylist()], np.int64)
        columns: dict[Attribute, Column] = {}
        for column_name in customers.column_names:
            info = self.program.customer_attributes.get(
                "joined" if column_name in JOINED else column_name
            )
            if column_name == name or column_name.endswith(LISTED):
                continue
            if info is None:
                self.left_out.columns[column_name] += 1
                continue
            values = _listed(customers, column_name, info.type)
            if info.type.kind is Kind.DATETIME:
                values = _midnights(values)
            converted = self._converted(column_name, values, info.type)
            if converted is not None:
                columns[info.name, info.type] = converted
        keep = at != NA
        self.left_out.note(
            "rows", "customers without events", np.flatnonzero(~keep), int((~keep).sum())
        )
        chosen = np.flatnonzero(keep)
        return rows.joined_with(
            at[chosen], ids.take(pa.array(chosen)), {k: c.take(chosen) for k, c in columns.items()}
        )

    def _ordered(self, rows: EventRows, items: pa.Table | None, placed: Placed | None) -> History:
        customers, customer_ids = codes_of(rows.who)
        types, at, ids, columns = rows.types, rows.at, rows.ids, rows.columns
        order = None
        if not _is_ordered(at, ids):
            table = pa.table({"at": at, "id": ids})
            order = int64(pc.sort_indices(table, [("at", "ascending"), ("id", "ascending")]))
            types, at, customers = types[order], at[order], customers[order]
            ids = ids.take(pa.array(order))
            columns = {key: column.take(order) for key, column in columns.items()}
        return History(
            type_names=tuple(rows.type_names),
            customer_ids=tuple(customer_ids),
            types=narrow(types),
            at=narrow(at),
            customers=narrow(customers),
            ids=ids,
            columns=columns,
            lines=Lines(narrow(np.zeros(len(ids) + 1, np.int64)), {})
            if items is None or placed is None
            else self._lines(rows.type_names, types, items, placed, order),
        )

    def _lines(
        self,
        type_names: list[str],
        types: Ints,
        items: pa.Table,
        placed: Placed,
        order_of_events: Ints | None,
    ) -> Lines:
        columns = self._line_columns(items)
        place, missing = placed.result()
        if order_of_events is not None:
            # Where events stand now; none stays none.
            stands = np.full(len(types) + 1, -1, np.int64)
            stands[order_of_events] = np.arange(len(types))
            place = stands[place]
        self.left_out.note("rows", "lines without event", np.flatnonzero(place < 0), missing)
        place = own_lines(items, place, [self.program.events[n] for n in type_names], types)
        order = None
        if missing or (place[1:] < place[:-1]).any() or (place[:1] < 0).any():
            order = np.argsort(place, kind="stable")[int((place < 0).sum()) :]
            place = place[order]
        starts = np.zeros(len(types) + 1, np.int64)
        np.cumsum(np.bincount(place, minlength=len(types)), out=starts[1:])
        if order is not None:
            columns = {name: column.take(order) for name, column in columns.items()}
        return Lines(narrow(starts), completed(columns, len(place)))

    def _line_columns(self, items: pa.Table) -> dict[str, Column]:
        """The attributes of lines, as they stand in the table."""
        name, columns = _named(items, NAMES["id"]), dict[str, Column]()
        for column_name in items.column_names:
            info = self.program.item_attributes.get(column_name)
            if column_name in (name, OF_LIST):
                continue
            if info is None:
                self.left_out.columns[f"items.{column_name}"] += 1
                continue
            converted = self._converted(f"items.{column_name}", items[column_name], info.type)
            if converted is not None:
                columns[column_name] = converted
        return columns


def _listed(table: pa.Table, name: str, type_: Type) -> pa.ChunkedArray:
    """A column; of tags those that are lists of texts."""
    if type_.kind is Kind.TAGS and f"{name}{LISTED}" in table.column_names:
        return table[f"{name}{LISTED}"]
    return table[name]


def _named(table: pa.Table, options: tuple[str, ...]) -> str:
    for name in options:
        if name in table.column_names:
            return name
    raise MissingColumnError(options)


def _first_of_each(column: pa.ChunkedArray) -> pa.Array:
    """True for the first row of each value."""
    ids = whole(column)
    if pc.all(pc.less(ids[:-1], ids[1:])).as_py() is not False:
        return pa.array(np.ones(len(ids), np.bool_))
    codes = int64(ids.dictionary_encode().indices)
    first = np.zeros(len(codes), np.bool_)
    first[np.unique(codes, return_index=True)[1]] = True
    return pa.array(first)


def _told(column: pa.ChunkedArray, test: Callable[[pa.Array], pa.Array]) -> pa.Array:
    """What a test says of the texts of a column of codes, each looked at once; absent is False."""
    codes = whole(column)
    told = np.append(pc.fill_null(test(codes.dictionary), fill_value=False), False)
    places = codes.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    return pa.array(told.astype(np.bool_)[places])


def _is_ordered(at: Ints, ids: pa.StringArray) -> bool:
    """True where the events stand in the order (`at`, `id`)."""
    steps = np.diff(at)
    if (steps < 0).any():
        return False
    ties = pa.array(np.flatnonzero(steps == 0))
    earlier, later = ids.take(ties), ids.take(pc.add(ties, 1))
    return bool(pc.all(pc.less_equal(earlier, later)).as_py() is not False)


def _first_at(rows: EventRows) -> dict[str, int]:
    customers, names = codes_of(rows.who)
    first = np.full(len(names), np.iinfo(np.int64).max, np.int64)
    np.minimum.at(first, customers, rows.at)
    return dict(zip(names, first.tolist(), strict=True))


def _midnights(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Dates as their first instant in UTC, where a time is wanted and only days are given."""
    if pa.types.is_string(values.type):
        only_days = pc.all(pc.equal(pc.utf8_length(values), len("2026-01-01")), skip_nulls=True)
        if not only_days.as_py():
            return values
        values = values.cast(pa.date32())
    if pa.types.is_date(values.type):
        return values.cast(pa.timestamp("us")).cast(pa.timestamp("us", tz="UTC"))
    return values
