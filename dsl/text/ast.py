"""The one tree of the rule language, whichever spoken form was typed.

Nodes are frozen; spans (code points of the source) take no part in equality, nor do comments.
Names stand as the language's own words (`points`, `purchase`, `day`): a spoken form's plurals and
labels are turned into them by its word table before they get here.
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


# --- rewards and who gets them --------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Flat(Node):
    """`100 points`."""

    amount: Decimal
    unit: Name


@dataclass(frozen=True, slots=True)
class Rate(Node):
    """`1 point per 10 spent [prorated]`, `2 points per 1 of EXPRESSION`; no `of` means spent."""

    amount: Decimal
    unit: Name
    per: Decimal
    of: Expr | None = None
    prorated: bool = False


@dataclass(frozen=True, slots=True)
class PerItem(Node):
    """`5 points per item [(COND)]`."""

    amount: Decimal
    unit: Name
    where: Condition | None = None


@dataclass(frozen=True, slots=True)
class Multiplier(Node):
    """`2x points`."""

    factor: Decimal
    unit: Name


RewardForm = Flat | Rate | PerItem | Multiplier


@dataclass(frozen=True, slots=True)
class AnyOf(Node):
    """`gold or platinum`: tiers by name; `customer`, a role, stands alone."""

    names: tuple[Name, ...]


@dataclass(frozen=True, slots=True)
class AndAbove(Node):
    """`gold and above`."""

    name: Name


@dataclass(frozen=True, slots=True)
class NotIn(Node):
    """`not gold`."""

    name: Name


@dataclass(frozen=True, slots=True)
class Everyone(Node):
    """`everyone`."""


Target = AnyOf | AndAbove | NotIn | Everyone


@dataclass(frozen=True, slots=True)
class Reward(Node):
    """One reward of a rule: its form, the cap of a single award, and who gets it."""

    form: RewardForm
    at_most: Number | Money | None = None
    to: Target | None = None


# --- clauses --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Limit(Node):
    """`limit 500 points per customer [per month]`; the unit `times` counts events."""

    amount: Decimal
    unit: Name
    period: Period | None = None


@dataclass(frozen=True, slots=True)
class Budget(Node):
    """`budget 50000 points [per month]`, over all customers; `times` counts events."""

    amount: Decimal
    unit: Name
    period: Period | None = None


@dataclass(frozen=True, slots=True)
class From(Node):
    """`from 2026-11-01`: a date's first local midnight or a local time, included."""

    moment: Date | DateTime


@dataclass(frozen=True, slots=True)
class Through(Node):
    """`through 2026-11-30`: that day included."""

    date: Date


@dataclass(frozen=True, slots=True)
class Until(Node):
    """`until 2026-11-30 18:00`: without that instant."""

    moment: Date | DateTime


@dataclass(frozen=True, slots=True)
class Because(Node):
    """`because "Thank you for being gold"`: what the customer is told."""

    text: str


Clause = Limit | Budget | From | Through | Until | Because


# --- statements -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ProgramDecl(Node):
    """`program "Coffee Club" timezone "Asia/Shanghai" currency CNY limit …`."""

    name: str
    timezone: Text | None = None
    currency: Name | None = None
    clauses: tuple[Limit | Budget, ...] = ()


@dataclass(frozen=True, slots=True)
class AttributeType(Node):
    """A declared type; `choices` only for `one of`."""

    kind: AttributeKind
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Attribute(Node):
    """`style text`."""

    name: Name
    type: AttributeType


@dataclass(frozen=True, slots=True)
class AttributesDecl(Node):
    """`attributes of customer: style text, renewal date`."""

    holder: Name
    attributes: tuple[Attribute, ...]


@dataclass(frozen=True, slots=True)
class EventDecl(Node):
    """`event dinner: city text`; of a built-in event, adds to it."""

    name: Name
    attributes: tuple[Attribute, ...] = ()


@dataclass(frozen=True, slots=True)
class Spent(Node):
    """`5000 spent in last 12 months`."""

    amount: Decimal
    window: Window


@dataclass(frozen=True, slots=True)
class TierDecl(Node):
    """`tier gold: 5000 spent in last 12 months`: any of `options`, each all of its items."""

    name: Name
    options: tuple[tuple[Spent, ...], ...]


@dataclass(frozen=True, slots=True)
class EventTrigger(Node):
    """`on purchase or review`."""

    events: tuple[Name, ...]


Trigger = EventTrigger


@dataclass(frozen=True, slots=True)
class Rule(Node):
    """`[rule "Name":] on TRIGGER [where CONDITION] award REWARDS [CLAUSES]`."""

    name: str | None
    trigger: Trigger
    where: Condition | None
    rewards: tuple[Reward, ...]
    clauses: tuple[Clause, ...] = ()


Statement = ProgramDecl | AttributesDecl | EventDecl | TierDecl | Rule


@dataclass(frozen=True, slots=True)
class Comment(Node):
    """From `#` to the end of the line, without the sign; takes no part in meaning.

    `own_line` is False where it follows something on its line.
    """

    text: str
    own_line: bool = True


@dataclass(frozen=True, slots=True)
class Document(Node):
    """One text: its statements in order, and its comments beside them."""

    statements: tuple[Statement, ...]
    comments: tuple[Comment, ...] = field(default=(), compare=False)
