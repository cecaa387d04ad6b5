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

from dsl.meaning.types import Exact, Type
from dsl.text.source import NOWHERE, Span

if TYPE_CHECKING:
    from decimal import Decimal

    from dsl.meaning.types import AttributeInfo, EventType, Unit
    from dsl.text import ast
    from dsl.text.ast import Duration, Period, ThingKind, Window


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
class InSegment(Typed):
    """The customer is in the segment, as settled just before the event; never absent."""

    segment: str


@dataclass(frozen=True, slots=True)
class TextTest(Typed):
    """The value starts with, ends with or contains a constant text, case included."""

    op: Literal["starts with", "ends with", "contains"]
    value: Expr
    text: Const


@dataclass(frozen=True, slots=True)
class HasTag(Typed):
    """The tags at hand include a constant text; never absent (no tags: false)."""

    value: Expr
    tag: Const


@dataclass(frozen=True, slots=True)
class Holds(Typed):
    """The customer holds the thing, unused and unexpired; never absent."""

    kind: ThingKind
    name: str


@dataclass(frozen=True, slots=True)
class IsBirthday(Typed):
    """The event's local date is the customer's birthday; absent where that is not known."""


@dataclass(frozen=True, slots=True)
class BirthdayMonth(Typed):
    """The event's local month is that of the customer's birthday; absent likewise."""


@dataclass(frozen=True, slots=True)
class Nth(Typed):
    """This event is counted by `past` and is the `number`th of them, or `every` such one."""

    number: int
    every: bool
    past: Past


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
    | InSegment
    | TextTest
    | HasTag
    | Holds
    | IsBirthday
    | BirthdayMonth
    | Nth
    | Known
    | Truth
    | Inversion
    | Conjunction
    | Disjunction
    | ItemTest
)


# --- rewards --------------------------------------------------------------------------------


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
    """The amount of the highest step that `by` reaches; shares, and money's cap, are of `base`."""

    by: Expr
    steps: tuple[Step, ...]
    base: Expr | None = None


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


# --- rules ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Allowance:
    """A limit (per customer) or budget (over all customers) of a rule, campaign or the program.

    It counts events (`times`), a unit, or money: units by worth, things by cost, money at face
    value. `amount` is exact in what it counts. `period` None is for ever. `name` is unique in the
    program and stays when the rule's text changes elsewhere, so that what is used carries over.
    """

    name: str
    scope: Literal["limit", "budget"]
    counts: Literal["times", "unit", "money"]
    amount: Exact
    unit: Unit | None
    period: Period | None
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Once:
    """`once per customer [per month]`, `once per customer per post_id`, `once per code`.

    The mark is the attribute's value, of the customer or over all customers.
    """

    name: str
    per_customer: bool
    attribute: EventField | None
    period: Period | None
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Funding:
    """Who pays for the awards, and which share of 1 of them."""

    name: str
    share: Exact


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule ready to be planned; `starts` is included, `ends` is not (instants, or None).

    `trigger` is the tree's, every name in it the one it stands for; `events` are the events of an
    event trigger. A challenge's rewards are a rule of its name, on its completion.
    """

    name: str
    trigger: ast.Trigger
    events: tuple[str, ...]
    where: Condition | None
    rewards: tuple[Reward, ...]
    allowances: tuple[Allowance, ...]
    starts: int | None
    ends: int | None
    because: str | None
    once: tuple[Once, ...] = ()
    whole_only: bool = False
    campaign: str | None = None
    group: tuple[Literal["best", "first"], str] | None = None
    priority: int = 0
    pending: Duration | None = None
    expiry: ast.ExpiresAfter | ast.ExpiresOn | ast.NeverExpires | None = None
    opt_in: bool = False
    chance: Exact | None = None
    holdout: Exact | None = None
    funding: Funding | None = None
    text: str = field(compare=False, default="")
    span: Span = field(default=NOWHERE, compare=False)


# --- declarations ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AtLeast:
    """A tier's item: the value (never absent) reaches `least`."""

    value: Expr
    least: Exact
    text: str = field(compare=False, default="")


@dataclass(frozen=True, slots=True)
class Tier:
    """A tier by rank from 1, held where any of `items` is, each all of its parts.

    Without items it is held by award only.
    """

    name: str
    rank: int
    items: tuple[tuple[AtLeast | Condition, ...], ...]
    keep: ast.Keep | ast.KeepUntilEnd | None = None
    grace: Duration | None = None
    one_step: bool = False
    perks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Segment:
    """Customers the condition is true for."""

    name: str
    where: Condition


@dataclass(frozen=True, slots=True)
class Campaign:
    """What rules share that are in it."""

    name: str
    starts: int | None = None
    ends: int | None = None
    allowances: tuple[Allowance, ...] = ()
    once: tuple[Once, ...] = ()


@dataclass(frozen=True, slots=True)
class ThingInfo:
    """What is declared of a coupon, gift, badge or perk; amounts of money."""

    kind: ThingKind
    name: str
    worth: Exact | None = None
    cost: Exact | None = None
    stock: int | None = None


@dataclass(frozen=True, slots=True)
class Price:
    """What a redemption takes: `amount` in the unit's precision, and money beside it."""

    unit: Unit
    amount: int
    money: Exact | None = None


@dataclass(frozen=True, slots=True)
class Redeemable:
    """`reward "Free coffee": …`: what a redeem event can name."""

    name: str
    prices: tuple[Price, ...]
    audience: Group | None = None
    where: Condition | None = None
    stock: int | None = None
    allowances: tuple[Allowance, ...] = ()
    once: tuple[Once, ...] = ()


@dataclass(frozen=True, slots=True)
class Goal:
    """So many events the condition is true for (PastField), or so many of their lines' quantities.

    `items` is True where quantities of a purchase's lines are counted (ItemField).
    """

    count: int
    event: str
    where: Condition | None
    items: bool = False


@dataclass(frozen=True, slots=True)
class Challenge:
    """Goals within one window; `rule` is what completing awards, under the challenge's name."""

    name: str
    goals: tuple[Goal, ...]
    within: Duration
    once_per_customer: bool
    rule: Rule


@dataclass(frozen=True, slots=True)
class Guard:
    """What is held, rejected or flagged before rules are asked."""

    name: str
    action: Literal["hold", "reject", "flag"]
    events: tuple[str, ...]
    where: Condition
    because: str | None = None


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
    segments: dict[str, Segment] = field(default_factory=dict)
    campaigns: dict[str, Campaign] = field(default_factory=dict)
    things: dict[tuple[str, str], ThingInfo] = field(default_factory=dict)
    redeemables: dict[str, Redeemable] = field(default_factory=dict)
    challenges: dict[str, Challenge] = field(default_factory=dict)
    guards: tuple[Guard, ...] = ()
    parameters: dict[str, Const] = field(default_factory=dict)

    def tier_name(self, rank: int) -> str | None:
        """The name of the tier of a rank; None for 0."""
        return self.tiers[rank - 1].name if rank else None
