"""The checked program: its rules and its declarations.

Source: docs/language.md, sections 2 and 3.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from dsl.text.source import NOWHERE, Span

if TYPE_CHECKING:
    from collections.abc import Callable

    from dsl.meaning.checked.conditions import Condition
    from dsl.meaning.checked.expressions import Const, EventField, Expr
    from dsl.meaning.checked.rewards import Group, Reward
    from dsl.meaning.event import Event
    from dsl.meaning.types import AttributeInfo, EventType, Exact, Unit
    from dsl.text import ast
    from dsl.text.ast import Duration, Period, ThingKind

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
    """Goals within one window; `rule` is what completing awards, under the challenge's name.

    `rules_before` is how many rules stand before it in the text.
    """

    name: str
    goals: tuple[Goal, ...]
    within: Duration
    once_per_customer: bool
    rule: Rule
    rules_before: int


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
    # The readers of events of a type, made when the first comes (faultless.py).
    readers: dict[str, Callable[[dict[str, Any]], Event]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def tier_name(self, rank: int) -> str | None:
        """The name of the tier of a rank; None for 0."""
        return self.tiers[rank - 1].name if rank else None
