"""Rewards, clauses and statements of the one tree.

Source of every form: docs/language.md, sections 2 and 3.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dsl.text.ast.expressions import (
    AttributeKind,
    Condition,
    Date,
    DateTime,
    Expr,
    Money,
    Name,
    Node,
    Number,
    Period,
    Text,
    Window,
)

if TYPE_CHECKING:
    from decimal import Decimal

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
