"""Checked expressions: names resolved, kinds and decimals known.

Source: docs/language.md, sections 1, 3 and 5.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from dsl.text.source import NOWHERE, Span

if TYPE_CHECKING:
    from decimal import Decimal

    from dsl.meaning.checked.conditions import Condition
    from dsl.meaning.types import Type, Unit
    from dsl.text.ast import Window


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """A typed expression; `span` is its place in the rule's own text."""

    type: Type
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Const(Typed):
    """A literal: a scaled integer, or a text."""

    value: int | str


@dataclass(frozen=True, slots=True)
class EventField(Typed):
    """An attribute of the event being decided."""

    name: str


@dataclass(frozen=True, slots=True)
class PastField(Typed):
    """An attribute of the past event at hand, inside a history condition or figure only."""

    name: str


@dataclass(frozen=True, slots=True)
class CustomerField(Typed):
    """An attribute of the customer as of the event, what the event itself sets included."""

    name: str


@dataclass(frozen=True, slots=True)
class OtherField(Typed):
    """An attribute of another customer: `referrer.city`, `customer.referrer.referrer.city`.

    `root` names a customer, each name of `path` leads from one to the next; absent where any is.
    """

    root: EventField | CustomerField
    path: tuple[str, ...]
    name: str


@dataclass(frozen=True, slots=True)
class ItemField(Typed):
    """An attribute of the line item at hand, inside an item condition only."""

    name: str


@dataclass(frozen=True, slots=True)
class Calendar(Typed):
    """A part of the event's `at` in the program's timezone; of the past event's where `past`."""

    part: Literal["date", "time", "hour", "day", "month"]
    past: bool = False


@dataclass(frozen=True, slots=True)
class TierNow(Typed):
    """The customer's settled tier, by rank; never absent (no tier is 0)."""


@dataclass(frozen=True, slots=True)
class Balance(Typed):
    """What is spendable of a unit, before this event's awards; never absent."""

    unit: Unit


@dataclass(frozen=True, slots=True)
class Lifetime(Typed):
    """All that was ever earned (released) of a unit; never absent."""

    unit: Unit


@dataclass(frozen=True, slots=True)
class Earned(Typed):
    """What was earned (released) of a unit in a window; never absent."""

    unit: Unit
    window: Window


@dataclass(frozen=True, slots=True)
class LeftTo(Typed):
    """What the first item of a tier still lacks, not below zero; the tier by rank."""

    rank: int


@dataclass(frozen=True, slots=True)
class DaysSinceJoined(Typed):
    """24-hour days since the customer joined, exact: (at - joined) / 86,400 s."""


@dataclass(frozen=True, slots=True)
class DaysSincePrevious(Typed):
    """24-hour days since the event of a type before this one, exact; absent without one."""

    event: str


@dataclass(frozen=True, slots=True)
class Distance(Typed):
    """Kilometres from the event's lat and lon to a place, 3 decimals."""

    lat: Decimal
    lon: Decimal


@dataclass(frozen=True, slots=True)
class Past:
    """Which events are counted, see ast.Past; `role` names a customer attribute of the event.

    `where` looks at a past event by PastField and Calendar(past=True). `window` None is for ever.
    """

    event: str
    previous: bool = False
    where: Condition | None = None
    role: str | None = None
    anyone: bool = False
    same: tuple[str, ...] = ()
    window: Window | None = None


@dataclass(frozen=True, slots=True)
class EventCount(Typed):
    """How many events are counted; never absent."""

    past: Past


@dataclass(frozen=True, slots=True)
class EventFigure(Typed):
    """A figure over the known values of an attribute of them: a total is 0 of none, else absent."""

    figure: Literal["total", "average", "largest", "smallest"]
    attribute: PastField
    past: Past


@dataclass(frozen=True, slots=True)
class EventDistinct(Typed):
    """How many different known values of an attribute they have."""

    attribute: PastField
    past: Past


@dataclass(frozen=True, slots=True)
class PastItemCount(Typed):
    """The sum of the quantities of their lines the condition is true for."""

    items: Condition | None
    past: Past


@dataclass(frozen=True, slots=True)
class PastItemTotal(Typed):
    """The sum of the amounts of their lines the condition is true for."""

    items: Condition | None
    past: Past


@dataclass(frozen=True, slots=True)
class Streak(Typed):
    """How many periods in a row, up to the one the event is in, have such an event."""

    past: Past
    period: Literal["day", "week", "month"]


@dataclass(frozen=True, slots=True)
class Call(Typed):
    """A function: min and max of several; floor, ceil, round (to whole, half up) and abs of one."""

    function: Literal["min", "max", "floor", "ceil", "round", "abs"]
    arguments: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Arithmetic(Typed):
    """Exact arithmetic; a sum has the larger scale, a product their sum, a division 6."""

    op: Literal["+", "-", "*", "/"]
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class Negation(Typed):
    """The operand with its sign turned."""

    operand: Expr


@dataclass(frozen=True, slots=True)
class ItemCount(Typed):
    """The sum of the quantities of the lines the condition is true for."""

    where: Condition | None


@dataclass(frozen=True, slots=True)
class ItemTotal(Typed):
    """The sum of the amounts of the lines the condition is true for."""

    where: Condition | None


@dataclass(frozen=True, slots=True)
class ItemDistinct(Typed):
    """How many different known values of a text attribute those lines have."""

    attribute: ItemField
    where: Condition | None


Expr = (
    Const
    | EventField
    | PastField
    | CustomerField
    | OtherField
    | ItemField
    | Calendar
    | TierNow
    | Balance
    | Lifetime
    | Earned
    | LeftTo
    | DaysSinceJoined
    | DaysSincePrevious
    | Distance
    | EventCount
    | EventFigure
    | EventDistinct
    | PastItemCount
    | PastItemTotal
    | Streak
    | Call
    | Arithmetic
    | Negation
    | ItemCount
    | ItemTotal
    | ItemDistinct
)
