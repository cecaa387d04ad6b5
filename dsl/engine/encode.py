"""An event as whole numbers: the row E, the rows I of its lines; a customer's attributes in S.

Source: docs/language.md, sections 1 and 3.
"""

from __future__ import annotations

import datetime as dt
import math
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from dsl.engine.calendar import instant
from dsl.engine.calendar_cells import CalendarCells
from dsl.engine.cells import E_AT, E_LINES, E_TYPE, NA, S_JOINED
from dsl.engine.clock import ORDINAL
from dsl.meaning.types import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from dsl.engine.clock import Clock
    from dsl.engine.layout import Key, Layout
    from dsl.meaning.events import Event, Item
    from dsl.meaning.types import Type

EARTH_KM = 6371.0088
ONE = Decimal(1)


class _Numbered(dict[str, int]):
    """Texts with their numbers; one that is looked up and not there is given the next."""

    __slots__ = ("texts",)

    def __init__(self, base: Mapping[str, int]) -> None:
        super().__init__(base)
        self.texts = list(base)

    def __missing__(self, text: str) -> int:
        self.texts.append(text)
        code = self[text] = len(self.texts)
        return code


class Codes:
    """Texts as whole numbers from 1: a program's own first, then others as they come.

    `code` is the code of a text, a new one where it was not seen before.
    """

    __slots__ = ("_texts", "code")

    def __init__(self, base: Mapping[str, int]) -> None:
        numbered = _Numbered(base)
        self._texts = numbered.texts
        self.code: Callable[[str], int] = numbered.__getitem__

    def text(self, code: int) -> str:
        """The text of a code."""
        return self._texts[code - 1]


def encoder_of(type_: Type, codes: Codes) -> Callable[[Any], int]:
    """How a known value of a type becomes a whole number."""
    match type_.kind:
        case Kind.NUMBER | Kind.MONEY:
            quantum = _quantum(type_)
            return lambda value: int(value // quantum)
        case Kind.DATE:
            return lambda value: value.toordinal() - ORDINAL
        case Kind.DATETIME:
            return instant
        case Kind.FLAG:
            return int
        case Kind.TAGS:
            return len
        case _:
            return codes.code


def _quantum(type_: Type) -> Decimal:
    """The smallest number of a type but 0."""
    return ONE.scaleb(-type_.decimals)


def tested(op: str, value: str | None, text: str) -> int:
    """1 where a text starts with, ends with or contains another, else 0; NA where it is absent."""
    if value is None:
        return NA
    if op == "starts with":
        return int(value.startswith(text))
    if op == "ends with":
        return int(value.endswith(text))
    return int(text in value)


def item_value(item: Item, name: str) -> Any:  # noqa: ANN401 - by the attribute's type
    """A line's attribute; an absent quantity is 1, an absent amount price × quantity."""
    value = item.get(name)
    if value is None and name == "quantity":
        return ONE
    if value is None and name == "amount":
        price, quantity = item.get("price"), item_value(item, "quantity")
        if isinstance(price, Decimal) and isinstance(quantity, Decimal):
            return price * quantity
    return value


def distance_m(lat: Decimal, lon: Decimal, to_lat: Decimal, to_lon: Decimal) -> int:
    """Metres between two places by the haversine formula (language.md, section 3: distance)."""
    one, other = math.radians(float(lat)), math.radians(float(to_lat))
    across = math.radians(float(to_lon) - float(lon)) / 2
    up = (other - one) / 2
    chord = math.sin(up) ** 2 + math.cos(one) * math.cos(other) * math.sin(across) ** 2
    return round(2 * EARTH_KM * 1000 * math.asin(math.sqrt(min(1.0, chord))))


class _Cells(NamedTuple):
    """Which values of attributes stand where: numbers by their smallest, others by an encoder."""

    numbers: list[tuple[int, str, Decimal]]
    others: list[tuple[int, str, Callable[[Any], int]]]

    @classmethod
    def of(cls, known: Iterable[tuple[int, str, Type]], codes: Codes) -> _Cells:
        """Those of places, names and types."""
        cells = cls([], [])
        for place, name, type_ in known:
            if type_.is_numeric:
                cells.numbers.append((place, name, _quantum(type_)))
            else:
                cells.others.append((place, name, encoder_of(type_, codes)))
        return cells

    def fill(self, row: list[int], values: Mapping[str, Any]) -> None:
        """Put known values in their places."""
        for place, name, quantum in self.numbers:
            value = values.get(name)
            if value is not None:
                row[place] = int(value // quantum)
        for place, name, encode in self.others:
            value = values.get(name)
            if value is not None:
                row[place] = encode(value)


class _Lines:
    """Fills the rows of the lines of an event."""

    def __init__(self, layout: Layout, codes: Codes) -> None:
        columns = layout.line
        self._row = [NA] * columns.width
        self._tests: list[tuple[int, str, str, str]] = []
        self._amount: tuple[int | None, Decimal] = (None, ONE)
        known: list[tuple[int, str, Type]] = []
        for key, place in columns.places.items():
            match key:
                case ("attribute", name):
                    type_ = columns.types[key]
                    known.append((place, str(name), type_))
                    if name == "quantity":
                        self._row[place] = encoder_of(type_, codes)(ONE)
                    elif name == "amount":
                        self._amount = (place, _quantum(type_))
                case (_, op, name, text):
                    self._tests.append((place, str(op), str(name), str(text)))
        self._cells = _Cells.of(known, codes)

    def count(self, items: Sequence[Item] | None) -> int:
        """How many lines count, where any line is asked for."""
        if not items or not self._row:
            return 0
        # What was given back whole, or never was there, is no line.
        return len([item for item in items if item.get("quantity", ONE)])

    def cells(self, items: Sequence[Item] | None) -> list[int]:
        """The rows of those that count, one after the other."""
        found: list[int] = []
        if not items or not self._row:
            return found
        numbers, others = self._cells
        amount, amount_quantum = self._amount
        for item in items:
            get = item.get
            quantity = get("quantity", ONE)
            if not quantity:
                continue
            row = self._row.copy()
            # As _Cells.fill does, without a call for each line.
            for place, name, quantum in numbers:
                value = get(name)
                if value is not None:
                    row[place] = int(value // quantum)  # type: ignore[operator]  # a number
            for place, name, encode in others:
                value = get(name)
                if value is not None:
                    row[place] = encode(value)
            if amount is not None and row[amount] == NA:
                price = get("price")
                if isinstance(price, Decimal) and isinstance(quantity, Decimal):
                    row[amount] = int(price * quantity // amount_quantum)
            for place, op, name, text in self._tests:
                value = item_value(item, name)
                row[place] = tested(op, value if isinstance(value, str) else None, text)
            found += row
        return found


class Encoder:
    """Fills the rows of a layout."""

    def __init__(self, layout: Layout, clock: Clock, codes: Codes) -> None:
        self._layout = layout
        self._codes = codes
        self._by_type: dict[str, _Cells] = {}
        self._tests: list[tuple[int, str, str, str]] = []
        self._distances: list[tuple[int, Decimal, Decimal]] = []
        asked: list[tuple[int, Key]] = []
        self.others: list[tuple[int, Key]] = []
        self._customer: int | None = None
        for key, place in layout.event.places.items():
            match key:
                case ("test", op, name, text):
                    self._tests.append((place, str(op), str(name), str(text)))
                case ("distance", Decimal() as lat, Decimal() as lon):
                    self._distances.append((place, lat, lon))
                case ("other", *_):
                    self.others.append((place, key))
                case ("customer",):
                    self._customer = place
                case ("attribute", _):
                    pass
                case _:
                    asked.append((place, key))
        self._calendar = CalendarCells(layout.event.width, asked, clock)
        self._lines = _Lines(layout, codes)

    def _attributes(self, type_: str) -> _Cells:
        """The attributes of a type of event."""
        event = self._layout.program.events.get(type_)
        known = event.attributes if event is not None else {}
        places = [
            (place, str(key[1]))
            for key, place in self._layout.event.places.items()
            if key[0] == "attribute"
        ]
        return _Cells.of(
            [(place, name, known[name].type) for place, name in places if name in known],
            self._codes,
        )

    def row(self, event: Event, at: int) -> list[int]:
        """The row of an event; what is of other customers is left absent."""
        row = self._calendar.row(at)
        row[E_TYPE] = self._layout.types.get(event.type, 0)
        row[E_AT] = at
        row[E_LINES] = self._lines.count(event.items)
        values = event.attributes
        cells = self._by_type.get(event.type)
        if cells is None:
            cells = self._by_type[event.type] = self._attributes(event.type)
        cells.fill(row, values)
        if self._customer is not None:
            row[self._customer] = self._codes.code(event.customer)
        for place, op, name, text in self._tests:
            value = event.customer if name == "customer" else values.get(name)
            row[place] = tested(op, value if isinstance(value, str) else None, text)
        for place, lat, lon in self._distances:
            here, there = values.get("lat"), values.get("lon")
            if isinstance(here, Decimal) and isinstance(there, Decimal):
                row[place] = distance_m(here, there, lat, lon)
        return row

    def tick(self, at: int, customer: str) -> list[int]:
        """The row of an instant at which nothing is known but the time and whose it is."""
        row = self._calendar.row(at)
        row[E_TYPE], row[E_AT], row[E_LINES] = 0, at, 0
        if self._customer is not None:
            row[self._customer] = self._codes.code(customer)
        for place, op, name, text in self._tests:
            row[place] = tested(op, customer, text) if name == "customer" else NA
        return row

    def lines(self, items: Sequence[Item] | None) -> list[int]:
        """The lines' rows, one after the other."""
        return self._lines.cells(items)


class Attributes:
    """Writes a customer's attributes into S, with what is asked of their texts and tags."""

    def __init__(self, layout: Layout, codes: Codes) -> None:
        self.names: dict[str, list[tuple[int, Callable[[Any], int]]]] = {}
        for key, place in layout.customer.places.items():
            if key[0] == "attribute":
                name = str(key[1])
                encode = encoder_of(layout.customer.types[key], codes)
                self.names.setdefault(name, []).append((place, encode))
            elif key[0] == "test":
                self.names.setdefault(str(key[2]), []).append((place, _test(key)))
            elif key[0] == "tag":
                self.names.setdefault("tags", []).append((place, _tag(str(key[1]))))

    def write(self, row: list[int], name: str, value: Any) -> None:  # noqa: ANN401 - by its type
        """Set an attribute."""
        if name == "joined":
            row[S_JOINED] = instant(value) if isinstance(value, dt.datetime) else value
        for place, encode in self.names.get(name, ()):
            row[place] = encode(value)


def _test(key: Key) -> Callable[[Any], int]:
    op, text = str(key[1]), str(key[3])
    return lambda value: tested(op, value, text)


def _tag(tag: str) -> Callable[[Any], int]:
    return lambda tags: int(tag in tags)
