"""Checked rewards: what is given, of which unit, and to whom.

Source: docs/language.md, section 3.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dsl.text.source import NOWHERE, Span

if TYPE_CHECKING:
    from dsl.meaning.checked.conditions import Condition
    from dsl.meaning.checked.expressions import Expr, ItemCount
    from dsl.meaning.types import Exact, Unit
    from dsl.text.ast import Duration, ThingKind


@dataclass(frozen=True, slots=True)
class Flat:
    """A fixed number of a unit; money is capped by `base` where it has one."""

    amount: Exact
    base: Expr | None = None


@dataclass(frozen=True, slots=True)
class Rate:
    """`amount` for each whole `per` of the base, or in proportion where prorated."""

    amount: Exact
    per: Exact
    base: Expr
    prorated: bool


@dataclass(frozen=True, slots=True)
class PerItem:
    """`amount` for each one of the lines' quantities the condition is true for; a rate."""

    amount: Exact
    count: ItemCount


@dataclass(frozen=True, slots=True)
class Multiplier:
    """(factor - 1) times the event's base."""

    factor: Exact


@dataclass(frozen=True, slots=True)
class Formula:
    """What an expression comes to."""

    value: Expr


@dataclass(frozen=True, slots=True)
class Step:
    """From `start` on: an amount, or where `percent` a share of the base (0.15 is 15 %)."""

    start: Exact
    amount: Exact
    percent: bool = False


@dataclass(frozen=True, slots=True)
class Steps:
    """The amount of the highest step that `by` reaches; shares are of `base`.

    A fixed amount never exceeds a base that was named (`is_capped`).
    """

    by: Expr
    steps: tuple[Step, ...]
    base: Expr | None = None
    is_capped: bool = False


@dataclass(frozen=True, slots=True)
class Bands:
    """Each part of `by` at the rate of its step."""

    by: Expr
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Deduction:
    """What is taken away: `value`, or where `percent` that share of what is spendable."""

    value: Expr
    percent: bool


@dataclass(frozen=True, slots=True)
class Share:
    """A share of the base (0.1 is 10 %): `10% discount`, `5% cashback`."""

    share: Exact
    base: Expr


@dataclass(frozen=True, slots=True)
class CheapestFree:
    """`cheapest 1 of every 3 items (COND) free`."""

    free: int
    every: int
    where: Condition | None


@dataclass(frozen=True, slots=True)
class Thing:
    """A coupon, gift, badge or perk; `valid` from the award."""

    kind: ThingKind
    name: str
    valid: Duration | None = None


@dataclass(frozen=True, slots=True)
class TierAward:
    """A tier, by rank, for a time or for good."""

    rank: int
    duration: Duration | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """Texts and expressions in turn."""

    parts: tuple[str | Expr, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One outcome of `one of`: its share of 1, and what it gives."""

    share: Exact
    reward: Reward


@dataclass(frozen=True, slots=True)
class OneOf:
    """At most one of the choices, by a draw; what their shares leave gives nothing."""

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
    | Share
    | CheapestFree
    | Thing
    | TierAward
    | Message
    | OneOf
)


@dataclass(frozen=True, slots=True)
class Group:
    """The customers of any of the tiers (by rank, 0: none) or segments; `negated`, all others."""

    ranks: frozenset[int] = frozenset()
    segments: frozenset[str] = frozenset()
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Top:
    """The `count` customers with the highest value (rules of the calendar only)."""

    count: int
    by: Expr


@dataclass(frozen=True, slots=True)
class AtRandom:
    """The `count` customers with the lowest draws (rules of the calendar only)."""

    count: int


@dataclass(frozen=True, slots=True)
class Reward:
    """One reward of a rule.

    `unit` is what an amount is of: a unit, or money (`discount`, `cashback`, `donation`); None for
    things, tiers, messages and `one of`. `at_most` is in its precision. `audience` None is
    everyone; `recipient`, a role, None is the event's customer. `donee` is whom a donation is for.
    """

    form: RewardForm
    unit: Unit | None
    at_most: int | None = None
    audience: Group | Top | AtRandom | None = None
    recipient: Expr | None = None
    donee: str | None = None
    span: Span = field(default=NOWHERE, compare=False)

    @property
    def is_rate(self) -> bool:
        """True where it counts towards the event's base (section 4, step 5)."""
        return isinstance(self.form, Rate | PerItem)

    @property
    def is_discount(self) -> bool:
        """True where it is worked out before all else (section 4, step 2)."""
        return self.unit is not None and self.unit.name == "discount" and self.unit.is_money
