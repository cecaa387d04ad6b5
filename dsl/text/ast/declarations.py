"""The program and what it names: units, things, tiers, rewards, challenges, guards.

Source of every form: docs/language.md, section 2.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from dsl.text.ast.clauses import (
    Budget,
    Clause,
    From,
    Limit,
    Once,
    Pending,
    Through,
    Until,
)
from dsl.text.ast.expressions import (
    Condition,
    Constant,
    Past,
)
from dsl.text.ast.literals import (
    AttributeKind,
    Duration,
    Money,
    Name,
    Node,
    Period,
    Text,
    ThingKind,
    Window,
)
from dsl.text.ast.rewards import (
    Reward,
    Target,
)

if TYPE_CHECKING:
    from decimal import Decimal

# --- the program and what it names ----------------------------------------------------------


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
class SegmentDecl(Node):
    """`segment lapsed: no purchase in last 60 days`."""

    name: Name
    where: Condition


@dataclass(frozen=True, slots=True)
class ListDecl(Node):
    """`list promo_skus: "A-1", "A-2"`."""

    name: Name
    values: tuple[Constant, ...]


@dataclass(frozen=True, slots=True)
class ParameterDecl(Node):
    """`parameter least: 200 "Least purchase that counts"`."""

    name: Name
    value: Constant
    description: str | None = None


@dataclass(frozen=True, slots=True)
class CampaignDecl(Node):
    """`campaign "Spring": from 2026-03-01 through 2026-03-31 budget 50000 points`."""

    name: str
    clauses: tuple[From | Through | Until | Limit | Once | Budget, ...] = ()


# --- units and things -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ExpireAfter(Node):
    """`expire 12 months after earned`."""

    duration: Duration


@dataclass(frozen=True, slots=True)
class ExpireAtEnd(Node):
    """`expire at end of next year`; `this` or `next`, with month, quarter or year."""

    which: Literal["this", "next"]
    period: Period


@dataclass(frozen=True, slots=True)
class Worth(Node):
    """`worth 0.01 CNY`: of a unit or a thing."""

    money: Money


@dataclass(frozen=True, slots=True)
class Cost(Node):
    """`cost 12 CNY`: of a thing."""

    money: Money


@dataclass(frozen=True, slots=True)
class Stock(Node):
    """`stock 100`: of a thing or a reward."""

    count: int


@dataclass(frozen=True, slots=True)
class RedeemAtLeast(Node):
    """`redeem at least 500`."""

    amount: Decimal


@dataclass(frozen=True, slots=True)
class RedeemSteps(Node):
    """`redeem in steps of 100`."""

    amount: Decimal


@dataclass(frozen=True, slots=True)
class Precision(Node):
    """`precision 2`."""

    decimals: int


@dataclass(frozen=True, slots=True)
class Rounding(Node):
    """`round half up`; also `up`, `down`, `half even`."""

    mode: Literal["down", "up", "half up", "half even"]


@dataclass(frozen=True, slots=True)
class NeverBelowZero(Node):
    """`never below zero`."""


UnitOption = (
    ExpireAfter
    | ExpireAtEnd
    | Pending
    | Worth
    | RedeemAtLeast
    | RedeemSteps
    | Precision
    | Rounding
    | NeverBelowZero
)


@dataclass(frozen=True, slots=True)
class UnitDecl(Node):
    """`unit points: expire 12 months after earned, pending 14 days`."""

    name: Name
    options: tuple[UnitOption, ...] = ()


@dataclass(frozen=True, slots=True)
class ThingDecl(Node):
    """`gift "Mug": worth 30 CNY, cost 12 CNY, stock 100`; likewise coupon, perk, badge."""

    kind: ThingKind
    name: str
    options: tuple[Worth | Cost | Stock, ...] = ()


# --- tiers ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Spent(Node):
    """`5000 spent in last 12 months`."""

    amount: Decimal
    window: Window


@dataclass(frozen=True, slots=True)
class EarnedItem(Node):
    """`500 points earned in this year`."""

    amount: Decimal
    unit: Name
    window: Window


@dataclass(frozen=True, slots=True)
class HeldItem(Node):
    """`300 points held`."""

    amount: Decimal
    unit: Name


@dataclass(frozen=True, slots=True)
class EventsItem(Node):
    """`10 purchases [where (COND)] in last 12 months`."""

    count: Decimal
    past: Past


@dataclass(frozen=True, slots=True)
class WhereItem(Node):
    """`where (COND)`."""

    where: Condition


TierItem = Spent | EarnedItem | HeldItem | EventsItem | WhereItem


@dataclass(frozen=True, slots=True)
class Keep(Node):
    """`keep 12 months`."""

    duration: Duration


@dataclass(frozen=True, slots=True)
class KeepUntilEnd(Node):
    """`keep until end of next year`."""

    which: Literal["this", "next"]
    period: Period


@dataclass(frozen=True, slots=True)
class Grace(Node):
    """`grace 3 months`."""

    duration: Duration


@dataclass(frozen=True, slots=True)
class OneStep(Node):
    """`one step at a time`."""


@dataclass(frozen=True, slots=True)
class Perks(Node):
    """`perks "Adviser", "Lounge"`."""

    names: tuple[str, ...]


TierOption = Keep | KeepUntilEnd | Grace | OneStep | Perks


@dataclass(frozen=True, slots=True)
class TierDecl(Node):
    """`tier gold: 5000 spent in last 12 months or 300 points held, keep 12 months`.

    Held where any of `items` is, each all of its parts; none of them is `by award`.
    """

    name: Name
    items: tuple[tuple[TierItem, ...], ...] = ()
    options: tuple[TierOption, ...] = ()


# --- redemption, challenges, guards ---------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Price(Node):
    """`80 points + 5 CNY`: an amount of a unit, money beside it."""

    amount: Decimal
    unit: Name
    money: Money | None = None


@dataclass(frozen=True, slots=True)
class For(Node):
    """`to silver and above`: who may redeem."""

    target: Target


@dataclass(frozen=True, slots=True)
class Where(Node):
    """`where (channel = "store")`: when it may be redeemed."""

    where: Condition


@dataclass(frozen=True, slots=True)
class RewardDecl(Node):
    """`reward "Free coffee": 150 points or 80 points + 5 CNY, to silver and above, stock 100`."""

    name: str
    prices: tuple[Price, ...]
    options: tuple[For | Where | Stock | Limit | Once, ...] = ()


@dataclass(frozen=True, slots=True)
class EventGoal(Node):
    """`3 purchases [where (COND)]`."""

    count: int
    event: Name
    where: Condition | None = None


@dataclass(frozen=True, slots=True)
class ItemGoal(Node):
    """`10 items [(COND)]`: counts quantities of purchases' lines."""

    count: int
    where: Condition | None = None


@dataclass(frozen=True, slots=True)
class ChallengeDecl(Node):
    """`challenge "Coffee week": 3 purchases and 1 review within 7 days award gift "Mug"`."""

    name: str
    goals: tuple[EventGoal | ItemGoal, ...]
    within: Duration
    rewards: tuple[Reward, ...]
    clauses: tuple[Clause, ...] = ()


@dataclass(frozen=True, slots=True)
class GuardDecl(Node):
    """`guard "Signup farm": hold signup where CONDITION [because "…"]`."""

    name: str
    action: Literal["hold", "reject", "flag"]
    events: tuple[Name, ...]
    where: Condition
    because: str | None = None
