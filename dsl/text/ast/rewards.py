"""Rewards and who gets them.

Source of every form: docs/language.md, section 3.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from dsl.text.ast.expressions import (
    Condition,
    Expr,
)
from dsl.text.ast.literals import (
    Duration,
    Money,
    Name,
    Node,
    Number,
    Percent,
    ThingKind,
)

if TYPE_CHECKING:
    from decimal import Decimal

# What money rewards are paid as.
MoneyKind = Literal["discount", "cashback"]

# --- units ----------------------------------------------------------------------------------


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


@dataclass(frozen=True, slots=True)
class Formula(Node):
    """`(EXPRESSION) points`."""

    value: Expr
    unit: Name


@dataclass(frozen=True, slots=True)
class Step(Node):
    """`from 100: 10`; a percentage only of discounts and cashback."""

    start: Decimal
    amount: Number | Percent


@dataclass(frozen=True, slots=True)
class Steps(Node):
    """`points by amount (from 100: 10, from 200: 30)`: the highest step reached."""

    unit: Name
    by: Expr
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Bands(Node):
    """`points by each part of amount (from 0: 1, from 100: 2)`: each part at its own rate per 1."""

    unit: Name
    by: Expr
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Deduction(Node):
    """`deduct 50 points`, `deduct 5% of points`, `deduct (EXPRESSION) points`.

    `value` is a Number, a Percent (of what is spendable) or any other expression.
    """

    value: Expr
    unit: Name


# --- money ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PercentOff(Node):
    """`10% discount [of EXPRESSION]`; `of items (COND)` is the base ItemTotal, as in all these."""

    kind: MoneyKind
    percent: Decimal
    of: Expr | None = None


@dataclass(frozen=True, slots=True)
class FixedOff(Node):
    """`20 CNY discount [of EXPRESSION]`."""

    kind: MoneyKind
    amount: Money
    of: Expr | None = None


@dataclass(frozen=True, slots=True)
class RateOff(Node):
    """`10 CNY discount per 100 spent [of EXPRESSION] [prorated]`."""

    kind: MoneyKind
    amount: Money
    per: Decimal
    of: Expr | None = None
    prorated: bool = False


@dataclass(frozen=True, slots=True)
class FormulaOff(Node):
    """`(EXPRESSION) discount`."""

    kind: MoneyKind
    value: Expr


@dataclass(frozen=True, slots=True)
class StepsOff(Node):
    """`discount by amount (from 100: 10, from 300: 15%) [of EXPRESSION]`."""

    kind: MoneyKind
    by: Expr
    steps: tuple[Step, ...]
    of: Expr | None = None


@dataclass(frozen=True, slots=True)
class CheapestFree(Node):
    """`cheapest 1 of every 3 items [(COND)] free`: a discount."""

    free: int
    every: int
    where: Condition | None = None


@dataclass(frozen=True, slots=True)
class Donation(Node):
    """`donation 1 CNY for "WWF"`."""

    amount: Money
    to: str


# --- things, tiers, messages, chance --------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Thing(Node):
    """`coupon "WELCOME10" [valid 30 days]`, `gift "Mug"`, `badge "Explorer"`, `perk "Lounge"`."""

    kind: ThingKind
    name: str
    valid: Duration | None = None


@dataclass(frozen=True, slots=True)
class TierAward(Node):
    """`tier gold [for 30 days]`."""

    tier: Name
    duration: Duration | None = None


@dataclass(frozen=True, slots=True)
class Message(Node):
    """`message "Only {left to gold} to gold"`: texts, braces resolved, and expressions in turn."""

    parts: tuple[str | Expr, ...]


@dataclass(frozen=True, slots=True)
class Choice(Node):
    """`60%: 10 points [at most 5]`: one outcome of `one of`."""

    share: Decimal
    form: RewardForm
    at_most: Number | Money | None = None


@dataclass(frozen=True, slots=True)
class OneOf(Node):
    """`one of (60%: 10 points, 30%: 50 points)`: at most one of them, by a draw."""

    choices: tuple[Choice, ...]


RewardForm = (
    Flat
    | Rate
    | PerItem
    | Multiplier
    | Formula
    | Steps
    | Bands
    | Deduction
    | PercentOff
    | FixedOff
    | RateOff
    | FormulaOff
    | StepsOff
    | CheapestFree
    | Donation
    | Thing
    | TierAward
    | Message
    | OneOf
)

# --- who gets them --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AnyOf(Node):
    """`gold or platinum`: tiers or segments by name; a role (`customer`, `referrer`) alone."""

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


@dataclass(frozen=True, slots=True)
class Top(Node):
    """`top 10 by EXPRESSION`."""

    count: int
    by: Expr


@dataclass(frozen=True, slots=True)
class AtRandom(Node):
    """`10 at random`."""

    count: int


Target = AnyOf | AndAbove | NotIn | Everyone | Top | AtRandom


@dataclass(frozen=True, slots=True)
class Reward(Node):
    """One reward of a rule: its form, the cap of a single award, and who gets it."""

    form: RewardForm
    at_most: Number | Money | None = None
    to: Target | None = None
