"""One event as the integers a plan wants: the row E and the rows I of its lines."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from dsl.engine.calendar import DAY_US, HOUR_US, before, instant, period_index, to_local
from dsl.engine.plan import NA
from dsl.meaning.types import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dsl.engine.plan import Field, Plan
    from dsl.meaning.events import Event, Item, Value
    from dsl.meaning.types import Type

EPOCH_ORDINAL = dt.date(1970, 1, 1).toordinal()


class Codes:
    """Texts as whole numbers from 1: a program's own first, then others as they come."""

    __slots__ = ("_base", "_extra", "_texts")

    def __init__(self, base: dict[str, int]) -> None:
        self._base = base
        self._extra: dict[str, int] = {}
        self._texts: list[str] = []

    def code(self, text: str) -> int:
        """The code of a text, a new one where it was not seen before."""
        code = self._base.get(text) or self._extra.get(text)
        if code is None:
            self._texts.append(text)
            code = self._extra[text] = len(self._base) + len(self._texts)
        return code

    def text(self, code: int) -> str:
        """The text of a code."""
        if code > len(self._base):
            return self._texts[code - len(self._base) - 1]
        return next(text for text, number in self._base.items() if number == code)


def encode_value(value: Value | None, type_: Type, codes: Codes) -> int:
    """A typed value as an integer, absent as NA."""
    if value is None:
        return NA
    match type_.kind:
        case Kind.NUMBER | Kind.MONEY if isinstance(value, Decimal):
            return int(value.scaleb(type_.decimals))
        case Kind.DATE if isinstance(value, dt.date):
            return value.toordinal() - EPOCH_ORDINAL
        case Kind.DATETIME if isinstance(value, dt.datetime):
            return instant(value)
        case Kind.FLAG:
            return int(bool(value))
        case _:
            return codes.code(str(value))


class Encoder:
    """Fills the rows of a plan; local time is worked out only where the plan asks for it."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._zone = ZoneInfo(plan.program.timezone)
        self._needs_local = any(f.source in ("local", "period") for f in plan.fields)

    def row(self, event: Event, at: int, codes: Codes) -> list[int]:
        """The event's row: its type's code, its instant, and the plan's fields."""
        attributes: Mapping[str, Value] = event.attributes
        local = to_local(at, self._zone) if self._needs_local else 0
        row = [self._plan.types.get(event.type, 0), at]
        for field in self._plan.fields:
            if field.type is not None:
                value = event.customer if field.name == "customer" else attributes.get(field.name)
                row.append(encode_value(value, field.type, codes))
            else:
                row.append(self._calendar(field, at, local))
        return row

    def _calendar(self, field: Field, at: int, local: int) -> int:
        if field.source == "local":
            return local_part(field.name, local)
        if field.source == "period":
            return period_index(local, field.name)  # type: ignore[arg-type]  # a period by its source
        return self.before(at, field.count, field.name)

    def tick(self, at: int) -> list[int]:
        """The row of an instant at which nothing happens but the passing of time."""
        local = to_local(at, self._zone) if self._needs_local else 0
        calendar = (
            NA if field.type is not None else self._calendar(field, at, local)
            for field in self._plan.fields
        )
        return [0, at, *calendar]

    def before(self, at: int, count: int, unit: str) -> int:
        """The instant a number of units before another, by the program's calendar."""
        return before(at, count, unit, self._zone)  # type: ignore[arg-type]  # a unit

    def period(self, at: int, period: str | None) -> int:
        """The index of the calendar period an instant is in; 0 where there is none."""
        if period is None:
            return 0
        return period_index(to_local(at, self._zone), period)  # type: ignore[arg-type]  # a period

    def lines(self, items: tuple[Item, ...] | None, codes: Codes) -> list[int]:
        """The lines' rows, one after the other."""
        fields = self._plan.item_fields
        if not fields or not items:
            return []
        cells = []
        for item in items:
            for field in fields:
                value = item_value(item, field.name)
                cells.append(encode_value(value, field.type, codes))
        return cells


def item_value(item: Item, name: str) -> Value | None:
    """A line's attribute; an absent quantity is 1, an absent amount price × quantity."""
    value = item.get(name)
    if value is None and name == "quantity":
        return Decimal(1)
    if value is None and name == "amount":
        price, quantity = item.get("price"), item_value(item, "quantity")
        if isinstance(price, Decimal) and isinstance(quantity, Decimal):
            return price * quantity
    return value


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
            return dt.date.fromordinal(day + EPOCH_ORDINAL).month
