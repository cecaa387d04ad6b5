"""An event as whole numbers: the row E, the rows I of its lines; a customer's attributes in S.

Source: docs/language.md, sections 1 and 3.
"""

from __future__ import annotations

import datetime as dt
import math
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from dsl.engine.calendar import HOUR_US, instant
from dsl.engine.cells import DAY_US, E_AT, E_LINES, E_TYPE, NA, S_JOINED
from dsl.engine.clock import ORDINAL, date_of
from dsl.meaning.types import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from dsl.engine.clock import Clock
    from dsl.engine.layout import Key, Layout
    from dsl.meaning.events import Event, Item
    from dsl.meaning.types import Type

EARTH_KM = 6371.0088


class Codes:
    """Texts as whole numbers from 1: a program's own first, then others as they come."""

    __slots__ = ("_codes", "_texts")

    def __init__(self, base: Mapping[str, int]) -> None:
        self._codes = dict(base)
        self._texts = list(base)

    def code(self, text: str) -> int:
        """The code of a text, a new one where it was not seen before."""
        code = self._codes.get(text)
        if code is None:
            self._texts.append(text)
            code = self._codes[text] = len(self._texts)
        return code

    def text(self, code: int) -> str:
        """The text of a code."""
        return self._texts[code - 1]


def encoder_of(type_: Type, codes: Codes) -> Callable[[Any], int]:
    """How a known value of a type becomes a whole number."""
    match type_.kind:
        case Kind.NUMBER | Kind.MONEY:
            factor = 10**type_.decimals
            return lambda value: int(value * factor)
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
        return Decimal(1)
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


def local_part(part: str, local: int) -> int:
    """A part of a wall-clock time: days, microseconds of the day, hour, weekday, month."""
    day, time = divmod(local, DAY_US)
    match part:
        case "date":
            return day
        case "time":
            return time
        case "hour":
            return time // HOUR_US
        case "day":
            return (day + 3) % 7
        case _:
            return date_of(day).month


class Encoder:
    """Fills the rows of a layout."""

    def __init__(self, layout: Layout, clock: Clock, codes: Codes) -> None:
        self._layout = layout
        self._clock = clock
        self._codes = codes
        self._width = layout.event.width
        self._by_type: dict[str, Sequence[tuple[int, str, Callable[[Any], int]]]] = {}
        self._tests: list[tuple[int, str, str, str]] = []
        self._distances: list[tuple[int, Decimal, Decimal]] = []
        self._calendar: list[tuple[int, Key]] = []
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
                    self._calendar.append((place, key))
        self._line = [
            (key, encoder_of(layout.line.types[key], codes) if key[0] == "attribute" else None)
            for key in layout.line.places
        ]

    def _attributes(self, type_: str) -> Sequence[tuple[int, str, Callable[[Any], int]]]:
        found = self._by_type.get(type_)
        if found is None:
            known = self._layout.program.events.get(type_)
            found = self._by_type[type_] = [
                (place, str(key[1]), encoder_of(known.attributes[str(key[1])].type, self._codes))
                for key, place in self._layout.event.places.items()
                if key[0] == "attribute" and known is not None and key[1] in known.attributes
            ]
        return found

    def row(self, event: Event, at: int) -> list[int]:
        """The row of an event; what is of other customers is left absent."""
        row = [NA] * self._width
        row[E_TYPE] = self._layout.types.get(event.type, 0)
        row[E_AT] = at
        items = event.items if self._line else None
        row[E_LINES] = sum(1 for item in items if item_value(item, "quantity")) if items else 0
        values = event.attributes
        for place, name, encode in self._attributes(event.type):
            value = values.get(name)
            if value is not None:
                row[place] = encode(value)
        if self._customer is not None:
            row[self._customer] = self._codes.code(event.customer)
        for place, op, name, text in self._tests:
            value = event.customer if name == "customer" else values.get(name)
            row[place] = tested(op, value if isinstance(value, str) else None, text)
        for place, lat, lon in self._distances:
            here, there = values.get("lat"), values.get("lon")
            if isinstance(here, Decimal) and isinstance(there, Decimal):
                row[place] = distance_m(here, there, lat, lon)
        if self._calendar:
            self._fill_calendar(row, at)
        return row

    def tick(self, at: int, customer: str) -> list[int]:
        """The row of an instant at which nothing is known but the time and whose it is."""
        row = [NA] * self._width
        row[E_TYPE], row[E_AT], row[E_LINES] = 0, at, 0
        if self._customer is not None:
            row[self._customer] = self._codes.code(customer)
        for place, op, name, text in self._tests:
            row[place] = tested(op, customer, text) if name == "customer" else NA
        self._fill_calendar(row, at)
        return row

    def _fill_calendar(self, row: list[int], at: int) -> None:
        clock = self._clock
        for place, key in self._calendar:
            match key:
                case ("local", part):
                    row[place] = local_part(str(part), clock.local(at))
                case ("period", period):
                    row[place] = clock.period(at, period)  # type: ignore[arg-type]  # a period
                case ("start", period, back):
                    row[place] = clock.start(at, period, back)  # type: ignore[arg-type]  # its key
                case ("ago", unit, count):
                    row[place] = clock.before(at, count, unit)  # type: ignore[arg-type]  # its key

    def lines(self, items: Sequence[Item] | None) -> list[int]:
        """The lines' rows, one after the other."""
        if not items or not self._line:
            return []
        cells = []
        for item in items:
            # What was given back whole, or never was there, is no line.
            if not item_value(item, "quantity"):
                continue
            for key, encode in self._line:
                value = item_value(item, str(key[1] if encode else key[2]))
                if encode is None:
                    text = value if isinstance(value, str) else None
                    cells.append(tested(str(key[1]), text, str(key[3])))
                else:
                    cells.append(NA if value is None else encode(value))
        return cells


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
