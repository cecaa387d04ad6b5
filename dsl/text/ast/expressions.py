"""Expressions and conditions of the one tree, which name each other.

Source of every form: docs/language.md, section 3.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from dsl.text.ast.literals import (
    Date,
    DateTime,
    Duration,
    Figure,
    Flag,
    Function,
    Money,
    MonthName,
    Name,
    Node,
    Number,
    Percent,
    Text,
    ThingKind,
    Time,
    Weekday,
    Window,
)

if TYPE_CHECKING:
    from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Arithmetic(Node):
    """`left op right` on numbers."""

    op: Literal["+", "-", "*", "/"]
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class Negation(Node):
    """A leading minus."""

    operand: Expr


@dataclass(frozen=True, slots=True)
class ItemCount(Node):
    """`number of items [(COND)]`: adds quantities."""

    where: Condition | None = None


@dataclass(frozen=True, slots=True)
class ItemTotal(Node):
    """`total of items [(COND)]`: adds amounts."""

    where: Condition | None = None


@dataclass(frozen=True, slots=True)
class ItemDistinct(Node):
    """`number of distinct sku of items [(COND)]`."""

    attribute: Name
    where: Condition | None = None


@dataclass(frozen=True, slots=True)
class Call(Node):
    """`min(a, b)`, `round(a)`: a built-in function of numbers."""

    function: Function
    arguments: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Lifetime(Node):
    """`lifetime points`: all of a unit that was ever earned."""

    unit: Name


@dataclass(frozen=True, slots=True)
class Earned(Node):
    """`points earned in last 30 days`: what was released in the window."""

    unit: Name
    window: Window


@dataclass(frozen=True, slots=True)
class LeftTo(Node):
    """`left to gold`: what the tier's first item still lacks."""

    tier: Name


@dataclass(frozen=True, slots=True)
class DaysSinceJoined(Node):
    """`days since joined`, in 24-hour days, exact."""


@dataclass(frozen=True, slots=True)
class DaysSincePrevious(Node):
    """`days since previous purchase`, in 24-hour days, exact."""

    event: Name


@dataclass(frozen=True, slots=True)
class Distance(Node):
    """`distance to (31.23, 121.47)`: km from the event's lat and lon."""

    lat: Decimal
    lon: Decimal


@dataclass(frozen=True, slots=True)
class Past(Node):
    """Which events are counted: `[previous] purchase [where (COND)] [with same …] [WINDOW]`.

    `previous` leaves the event at hand out. `role` is that of `as referrer`: events of others that
    name this customer there. `same` are the attributes of `with same`, `anyone` is `by anyone`.
    `window` None, where a form may go without one, is for ever.
    """

    event: Name
    previous: bool = False
    where: Condition | None = None
    role: Name | None = None
    anyone: bool = False
    same: tuple[Name, ...] = ()
    window: Window | None = None


@dataclass(frozen=True, slots=True)
class EventCount(Node):
    """`number of purchases in last 30 days`."""

    past: Past


@dataclass(frozen=True, slots=True)
class EventFigure(Node):
    """`total amount of purchase in last 30 days`; likewise average, largest, smallest."""

    figure: Figure
    attribute: Name
    past: Past


@dataclass(frozen=True, slots=True)
class EventDistinct(Node):
    """`number of distinct store of purchase in last 30 days`."""

    attribute: Name
    past: Past


@dataclass(frozen=True, slots=True)
class PastItemCount(Node):
    """`number of items (COND) of purchase in last 30 days`: adds quantities."""

    items: Condition | None
    past: Past


@dataclass(frozen=True, slots=True)
class PastItemTotal(Node):
    """`total of items (COND) of purchase in last 30 days`: adds amounts."""

    items: Condition | None
    past: Past


@dataclass(frozen=True, slots=True)
class Streak(Node):
    """`streak of checkin [where (COND)] in days`: calendar periods in a row up to today's."""

    event: Name
    where: Condition | None
    period: Literal["day", "week", "month"]


Constant = (
    Number | Percent | Money | Text | Flag | Date | DateTime | Time | Weekday | MonthName | Duration
)
Expr = (
    Constant
    | Name
    | Arithmetic
    | Negation
    | Call
    | ItemCount
    | ItemTotal
    | ItemDistinct
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
)


@dataclass(frozen=True, slots=True)
class Comparison(Node):
    """`left op right`."""

    op: Literal["=", "!=", "<", "<=", ">", ">="]
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class Between(Node):
    """`value between low and high`, both included."""

    value: Expr
    low: Expr
    high: Expr


@dataclass(frozen=True, slots=True)
class In(Node):
    """`value [not] in (…)`."""

    value: Expr
    choices: tuple[Expr, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class InList(Node):
    """`value [not] in list promo_skus`."""

    value: Expr
    list: Name
    negated: bool = False


@dataclass(frozen=True, slots=True)
class InSegment(Node):
    """`in segment lapsed`: the customer's settled membership."""

    segment: Name


@dataclass(frozen=True, slots=True)
class TextTest(Node):
    """`value starts with "A"`, `ends with`, `contains`."""

    op: Literal["starts with", "ends with", "contains"]
    value: Expr
    text: Expr


@dataclass(frozen=True, slots=True)
class HasTag(Node):
    """`customer.tags has "vip"`."""

    value: Expr
    tag: Expr


@dataclass(frozen=True, slots=True)
class Holds(Node):
    """`has badge "B"`: the thing is held, unused and unexpired."""

    kind: ThingKind
    name: str


@dataclass(frozen=True, slots=True)
class IsBirthday(Node):
    """`is birthday`."""


@dataclass(frozen=True, slots=True)
class BirthdayMonth(Node):
    """`birthday month`."""


@dataclass(frozen=True, slots=True)
class EventTest(Node):
    """`no purchase in last 60 days` (count 0), `at least 3 purchases …`, `more than 3 …`."""

    quantity: Literal["no", "at least", "more than"]
    count: int
    past: Past


@dataclass(frozen=True, slots=True)
class Nth(Node):
    """`first purchase`, `3rd purchase in this month`, `every 5th purchase`: this event is it."""

    number: int
    every: bool
    past: Past


@dataclass(frozen=True, slots=True)
class Known(Node):
    """`value is known`, negated `is unknown`."""

    value: Expr
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Not(Node):
    """True where the operand is false."""

    operand: Condition


@dataclass(frozen=True, slots=True)
class And(Node):
    """True where all parts are; never directly inside another And."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Or(Node):
    """True where any part is; never directly inside another Or."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class ItemTest(Node):
    """`any item (COND)`, `every item (COND)`, `no item (COND)`."""

    quantifier: Literal["any", "every", "no"]
    where: Condition


# An expression stands as a condition where it is a flag, such as `customer.student`.
Condition = (
    Comparison
    | Between
    | In
    | InList
    | InSegment
    | TextTest
    | HasTag
    | Holds
    | IsBirthday
    | BirthdayMonth
    | EventTest
    | Nth
    | Known
    | Not
    | And
    | Or
    | ItemTest
    | Expr
)
