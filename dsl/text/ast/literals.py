"""Literals, names and what is counted in: the leaves of the one tree.

Source of every form: docs/language.md, sections 1 and 3.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, get_args

from dsl.text.source import NOWHERE, Span

if TYPE_CHECKING:
    import datetime as dt
    from decimal import Decimal

PERIODS = ("day", "week", "month", "quarter", "year")
Period = Literal["day", "week", "month", "quarter", "year"]
DurationUnit = Literal["minute", "hour", "day", "week", "month", "quarter", "year"]
Function = Literal["min", "max", "floor", "ceil", "round", "abs"]
FUNCTIONS: tuple[Function, ...] = get_args(Function)
Figure = Literal["total", "average", "largest", "smallest"]
ThingKind = Literal["coupon", "gift", "badge", "perk"]
AttributeKind = Literal[
    "text", "number", "money", "date", "datetime", "flag", "customer", "list", "one of"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A place in the tree; `span` is where it was written."""

    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Number(Node):
    """An exact decimal as written, such as `19.90`."""

    value: Decimal


@dataclass(frozen=True, slots=True)
class Percent(Node):
    """`5%`; the value is the number before the sign."""

    value: Decimal


@dataclass(frozen=True, slots=True)
class Money(Node):
    """`10 CNY`."""

    value: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Text(Node):
    """A quoted text, escapes resolved."""

    value: str


@dataclass(frozen=True, slots=True)
class Flag(Node):
    """`true` or `false`."""

    value: bool


@dataclass(frozen=True, slots=True)
class Date(Node):
    """A calendar date in the program's timezone."""

    value: dt.date


@dataclass(frozen=True, slots=True)
class DateTime(Node):
    """A local date and time in the program's timezone (naive)."""

    value: dt.datetime


@dataclass(frozen=True, slots=True)
class Time(Node):
    """A local time of day."""

    value: dt.time


@dataclass(frozen=True, slots=True)
class Weekday(Node):
    """`monday` (0) … `sunday` (6)."""

    value: int


@dataclass(frozen=True, slots=True)
class MonthName(Node):
    """`january` (1) … `december` (12)."""

    value: int


@dataclass(frozen=True, slots=True)
class Duration(Node):
    """`30 days`, `1 month`."""

    count: int
    unit: DurationUnit


@dataclass(frozen=True, slots=True)
class Name(Node):
    """A name or a dotted path, such as `amount`, `customer.city`, `tier`, `gold`."""

    parts: tuple[str, ...]

    @property
    def dotted(self) -> str:
        """The path with dots."""
        return ".".join(self.parts)


@dataclass(frozen=True, slots=True)
class Last(Node):
    """`in last 30 days`."""

    duration: Duration


@dataclass(frozen=True, slots=True)
class This(Node):
    """`in this month`."""

    period: Period


@dataclass(frozen=True, slots=True)
class Previous(Node):
    """`in previous month`."""

    period: Period


@dataclass(frozen=True, slots=True)
class Since(Node):
    """`since 2026-11-01`: from that day's first local midnight."""

    date: Date


@dataclass(frozen=True, slots=True)
class Ever(Node):
    """`ever`."""


Window = Last | This | Previous | Since | Ever
