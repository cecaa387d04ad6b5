"""The clauses of a rule: what bounds it, when it is in force, and what becomes of its awards.

Source of every form: docs/language.md, section 3.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from dsl.text.ast.literals import (
    Date,
    DateTime,
    Duration,
    Name,
    Node,
    Period,
)

if TYPE_CHECKING:
    from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Limit(Node):
    """`limit 500 points per customer [per month]`; the unit may be `times` or the currency."""

    amount: Decimal
    unit: Name
    period: Period | None = None


@dataclass(frozen=True, slots=True)
class Once(Node):
    """`once per customer [per month]`, `once per customer per post_id`, `once per code`."""

    per_customer: bool
    attribute: Name | None = None
    period: Period | None = None


@dataclass(frozen=True, slots=True)
class Budget(Node):
    """`budget 50000 points [per month]`, over all; the unit may be `times` or the currency."""

    amount: Decimal
    unit: Name
    period: Period | None = None


@dataclass(frozen=True, slots=True)
class WholeAwards(Node):
    """`whole awards only`."""


@dataclass(frozen=True, slots=True)
class InCampaign(Node):
    """`in campaign "Spring"`."""

    name: str


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
class OnlyOf(Node):
    """`only best of "group"`, `only first of "group"`."""

    which: Literal["best", "first"]
    group: str


@dataclass(frozen=True, slots=True)
class Priority(Node):
    """`priority 10`."""

    value: int


@dataclass(frozen=True, slots=True)
class Pending(Node):
    """`pending 14 days`: of a rule's awards, and of a unit."""

    duration: Duration


@dataclass(frozen=True, slots=True)
class ExpiresAfter(Node):
    """`expires 90 days after award`."""

    duration: Duration


@dataclass(frozen=True, slots=True)
class ExpiresOn(Node):
    """`expires on 2026-12-31`."""

    date: Date


@dataclass(frozen=True, slots=True)
class NeverExpires(Node):
    """`never expires`."""


@dataclass(frozen=True, slots=True)
class AfterOptingIn(Node):
    """`after opting in`."""


@dataclass(frozen=True, slots=True)
class Chance(Node):
    """`with 5% chance`."""

    percent: Decimal


@dataclass(frozen=True, slots=True)
class Holdout(Node):
    """`holdout 10%`."""

    percent: Decimal


@dataclass(frozen=True, slots=True)
class FundedBy(Node):
    """`funded by "Bakery Co" [50%]`; without a share all of it."""

    name: str
    percent: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Because(Node):
    """`because "Thank you for being gold"`: what the customer is told."""

    text: str


Clause = (
    Limit
    | Once
    | Budget
    | WholeAwards
    | InCampaign
    | From
    | Through
    | Until
    | OnlyOf
    | Priority
    | Pending
    | ExpiresAfter
    | ExpiresOn
    | NeverExpires
    | AfterOptingIn
    | Chance
    | Holdout
    | FundedBy
    | Because
)
