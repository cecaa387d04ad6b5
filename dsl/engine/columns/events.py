"""Events of a history as the fold takes them, without a dict for each.

What a fold asks of most events, their row and their lines, is encoded for all of them at once; the
values of attributes are looked up in the columns where they are asked for.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, overload

from dsl.engine.calendar import moment
from dsl.engine.cells import NA
from dsl.engine.clock import date_of
from dsl.meaning.events import Event
from dsl.meaning.types import Kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from dsl.engine.columns.convert import Column
    from dsl.engine.columns.history import History
    from dsl.meaning.events import Item
    from dsl.meaning.types import AttributeInfo
    from dsl.meaning.values import Value


class Reader:
    """The values of one column, one at a time."""

    __slots__ = ("_decode", "_narrow")

    def __init__(self, column: Column, info: AttributeInfo) -> None:
        self._narrow = column.narrow
        self._decode = _decoder(column, info)

    def value(self, row: int) -> Value | None:
        """The value in a row; None where it is absent."""
        cell = self._narrow.value(row)
        return None if cell == NA else self._decode(cell)


def _decoder(column: Column, info: AttributeInfo) -> Callable[[int], Any]:
    if column.texts is not None:
        return column.texts.__getitem__
    if column.tags is not None:
        return column.tags.__getitem__
    match info.type.kind:
        case Kind.NUMBER | Kind.MONEY:
            decimals = info.type.decimals
            return lambda cell: Decimal(cell).scaleb(-decimals)
        case Kind.DATE:
            return date_of
        case Kind.DATETIME:
            return moment
        case _:
            return bool


class Readers:
    """What of a history can be read, by event type and attribute, and of lines by attribute."""

    def __init__(
        self,
        history: History,
        events: Mapping[str, Mapping[str, AttributeInfo]],
        lines: Mapping[str, AttributeInfo],
    ) -> None:
        self.history = history
        self.starts = history.lines.starts.tolist()
        self.events = {
            name: {
                info.name: Reader(column, info)
                for info in attributes.values()
                if (column := history.columns.get((info.name, info.type))) is not None
            }
            for name, attributes in events.items()
        }
        self.lines = {
            name: Reader(column, lines[name])
            for name, column in history.lines.columns.items()
            if name in lines
        }


class Values(Mapping[str, "Value"]):
    """An event's attributes; equal to the dict of them."""

    __slots__ = ("_readers", "_row")

    def __init__(self, readers: dict[str, Reader], row: int) -> None:
        self._readers, self._row = readers, row

    def __getitem__(self, name: str) -> Value:
        reader = self._readers.get(name)
        found = None if reader is None else reader.value(self._row)
        if found is None:
            raise KeyError(name)
        return found

    def get(self, name: str, default: Any = None) -> Any:  # noqa: ANN401 - as Mapping has it
        """The value of an attribute."""
        reader = self._readers.get(name)
        found = None if reader is None else reader.value(self._row)
        return default if found is None else found

    def __iter__(self) -> Iterator[str]:
        row = self._row
        return (name for name, reader in self._readers.items() if reader.value(row) is not None)

    def __len__(self) -> int:
        return sum(1 for _ in self)


class LineItems(Sequence["Item"]):
    """The line items from one place up to another, read where they are asked for."""

    __slots__ = ("_readers", "end", "start")

    def __init__(self, readers: Readers, start: int, end: int) -> None:
        self._readers, self.start, self.end = readers, start, end

    def __len__(self) -> int:
        return self.end - self.start

    @overload
    def __getitem__(self, place: int) -> Item: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Item]: ...
    def __getitem__(self, place: int | slice) -> Item | Sequence[Item]:
        if isinstance(place, slice):
            return [self._item(row) for row in range(self.start, self.end)[place]]
        return self._item(range(self.start, self.end)[place])

    def _item(self, row: int) -> Item:
        return {
            name: value
            for name, reader in self._readers.lines.items()
            if (value := reader.value(row)) is not None
        }


class PastEvent:
    """An event of a history: all that an Event has, and `row`, its place there."""

    __slots__ = ("_readers", "customer", "id", "row", "type")

    def __init__(self, readers: Readers, row: int, id_: str, type_: str, customer: str) -> None:
        self._readers, self.row = readers, row
        self.id, self.type, self.customer = id_, type_, customer

    @property
    def at(self) -> dt.datetime:
        """When it happened."""
        return moment(self._readers.history.at[self.row])

    @property
    def attributes(self) -> Mapping[str, Value]:
        """Its known values."""
        return Values(self._readers.events[self.type], self.row)

    @property
    def items(self) -> LineItems | None:
        """Its lines; None where it has none."""
        start, end = self._readers.starts[self.row : self.row + 2]
        return LineItems(self._readers, start, end) if start < end else None

    def changed(self, attributes: Mapping[str, Any], **others: Any) -> Event:  # noqa: ANN401 - as Event has it
        """The event with other attributes, by itself."""
        items = self.items
        given = {
            "id": self.id,
            "type": self.type,
            "at": self.at,
            "customer": self.customer,
            "attributes": dict(attributes),
            "items": None if items is None else tuple(items),
        }
        return Event(**{**given, **others})
