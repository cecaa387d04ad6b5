"""Expressions, conditions and windows of the one tree.

Source of every form: docs/language.md, sections 1 to 3.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from dsl.text.source import NOWHERE, Span

if TYPE_CHECKING:
    import datetime as dt
    from decimal import Decimal

PERIODS = ("day", "week", "month", "quarter", "year")
Period = Literal["day", "week", "month", "quarter", "year"]
DurationUnit = Literal["minute", "hour", "day", "week", "month", "quarter", "year"]
AttributeKind = Literal[
    "text", "number", "money", "date", "datetime", "flag", "customer", "list", "one of"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A place in the tree; `span` is where it was written."""

    span: Span = field(default=NOWHERE, compare=False, repr=False)


# --- expressions and conditions -------------------------------------------------------------


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


Constant = (
    Number | Percent | Money | Text | Flag | Date | DateTime | Time | Weekday | MonthName | Duration
)
Expr = Constant | Name | Arithmetic | Negation | ItemCount | ItemTotal | ItemDistinct


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
Condition = Comparison | Between | In | Known | Not | And | Or | ItemTest | Expr


# --- windows --------------------------------------------------------------------------------


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
