"""The checked program: every name resolved, every expression typed, every number exact.

Numbers are integers with a scale: a value of `decimals` d stands for value / 10**d. Instants are
microseconds since 1970-01-01T00:00:00Z, dates are days since 1970-01-01, times of day are
microseconds since local midnight, weekdays count from monday = 0, months from january = 1, tiers
by rank from 1 (no tier is 0). A checked program never raises when it is run.
Source: docs/language.md, sections 1 to 5.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from dsl.meaning.types import Type
from dsl.text.source import NOWHERE, Span

if TYPE_CHECKING:
    from dsl.meaning.types import AttributeInfo, EventType, Unit
    from dsl.text.ast import Period, Window


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
class CustomerField(Typed):
    """An attribute of the customer as of the event, what the event itself sets included."""

    name: str


@dataclass(frozen=True, slots=True)
class ItemField(Typed):
    """An attribute of the line item at hand, inside an item condition only."""

    name: str


@dataclass(frozen=True, slots=True)
class Calendar(Typed):
    """A part of the event's `at` in the program's timezone."""

    part: Literal["date", "time", "hour", "day", "month"]


@dataclass(frozen=True, slots=True)
class TierNow(Typed):
    """The customer's settled tier, by rank; never absent (no tier is 0)."""


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
    | CustomerField
    | ItemField
    | Calendar
    | TierNow
    | Arithmetic
    | Negation
    | ItemCount
    | ItemTotal
    | ItemDistinct
)


@dataclass(frozen=True, slots=True)
class Comparison(Typed):
    """True, false, or neither where a side is absent; sides may differ in scale."""

    op: Literal["=", "!=", "<", "<=", ">", ">="]
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class Between(Typed):
    """`low <= value <= high`."""

    value: Expr
    low: Expr
    high: Expr


@dataclass(frozen=True, slots=True)
class Membership(Typed):
    """The value is, or negated is not, one of the choices."""

    value: Expr
    choices: tuple[Const, ...]
    negated: bool


@dataclass(frozen=True, slots=True)
class Known(Typed):
    """The value is there, or negated is absent; always true or false."""

    value: Expr
    negated: bool


@dataclass(frozen=True, slots=True)
class Truth(Typed):
    """A flag standing as a condition."""

    value: Expr


@dataclass(frozen=True, slots=True)
class Inversion(Typed):
    """Three-valued not."""

    operand: Condition


@dataclass(frozen=True, slots=True)
class Conjunction(Typed):
    """Three-valued and."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Disjunction(Typed):
    """Three-valued or."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class ItemTest(Typed):
    """Three-valued over the lines; without lines any is false, every and no are true."""

    quantifier: Literal["any", "every", "no"]
    where: Condition


Condition = (
    Comparison
    | Between
    | Membership
    | Known
    | Truth
    | Inversion
    | Conjunction
    | Disjunction
    | ItemTest
)


# --- rules ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Exact:
    """An exact number: value / 10**decimals, without trailing zeros."""

    value: int
    decimals: int = 0


@dataclass(frozen=True, slots=True)
class Flat:
    """A fixed number of a unit."""

    amount: Exact


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


RewardForm = Flat | Rate | PerItem | Multiplier


@dataclass(frozen=True, slots=True)
class Reward:
    """One reward; `tiers` are the ranks it is for (0: no tier), None is everyone.

    `at_most` is in the unit's precision.
    """

    form: RewardForm
    unit: Unit
    at_most: int | None
    tiers: frozenset[int] | None
    span: Span = field(default=NOWHERE, compare=False)

    @property
    def is_rate(self) -> bool:
        """True where it counts towards the event's base (section 4, step 5)."""
        return isinstance(self.form, Rate | PerItem)


@dataclass(frozen=True, slots=True)
class Allowance:
    """A limit (per customer) or budget (over all customers) of a rule or of the program.

    `unit` is None where it counts events; else `amount` is in the unit's precision. `period` None
    is for ever. `name` is unique in the program and stays when the rule's text changes elsewhere,
    so that what is used carries over.
    """

    name: str
    scope: Literal["limit", "budget"]
    amount: int
    unit: Unit | None
    period: Period | None
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule ready to be planned; `starts` is included, `ends` is not (instants, or None)."""

    name: str
    events: tuple[str, ...]
    where: Condition | None
    rewards: tuple[Reward, ...]
    allowances: tuple[Allowance, ...]
    starts: int | None
    ends: int | None
    because: str | None
    text: str = field(compare=False)
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Spent:
    """At least `amount` (scaled as money) spent on purchases in the window."""

    amount: int
    window: Window
    text: str = field(compare=False, default="")


@dataclass(frozen=True, slots=True)
class Tier:
    """A tier by rank from 1, held where any option has all its items."""

    name: str
    rank: int
    options: tuple[tuple[Spent, ...], ...]


@dataclass(frozen=True, slots=True)
class Program:
    """A whole program: what one event is decided by. `rules` stand in text order."""

    name: str
    timezone: str
    currency: str
    events: dict[str, EventType]
    customer_attributes: dict[str, AttributeInfo]
    item_attributes: dict[str, AttributeInfo]
    units: dict[str, Unit]
    tiers: tuple[Tier, ...]
    rules: tuple[Rule, ...]
    allowances: tuple[Allowance, ...]

    def tier_name(self, rank: int) -> str | None:
        """The name of the tier of a rank; None for 0."""
        return self.tiers[rank - 1].name if rank else None
