"""What deciding needs of each rule, reward and challenge, made once of the checked program."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dsl.meaning import checked

if TYPE_CHECKING:
    from dsl.engine.terms import Term
    from dsl.meaning.types import Exact, Unit

Function = Callable[..., int]


@dataclass(slots=True)
class RewardPlan:
    """What working out and paying one reward needs.

    `fixed` is a flat amount, `amount` the function of any other; `each` is what the smallest part
    of the unit, or the thing, counts for in money (10**-12).
    """

    reward: checked.Reward
    name: str
    number: int
    fixed: int | None = None
    amount: Function | None = None
    recipient: Function | None = None
    ranking: Function | None = None
    each: int = 0
    worth: int = 0
    choices: tuple[tuple[Exact, RewardPlan], ...] = ()
    # What it is paid within: the rule's own, then the campaign's and the program's.
    own: tuple[Term, ...] = ()
    shared: tuple[Term, ...] = ()
    # What an award of it is called: its unit, or the kind of thing; what an amount is of.
    called: str = ""
    unit: Unit | None = None
    is_discount: bool = False
    is_rate: bool = False
    is_multiplier: bool = False
    # An amount that is fixed or has a function, and nothing else to it.
    is_plain: bool = False
    # Of a unit that is no money, spendable at once and for ever.
    is_undated: bool = False

    @property
    def is_ranked(self) -> bool:
        """True where only some of the customers get it, who are found beforehand."""
        return isinstance(self.reward.audience, checked.Top | checked.AtRandom)


@dataclass(slots=True)
class RulePlan:
    """What deciding one rule needs.

    `order` is its number: rules in text order, then those of challenges; `place` where it stands in
    the text among both.
    """

    order: int
    place: tuple[int, int]
    rule: checked.Rule
    matches: Function | None
    rewards: tuple[RewardPlan, ...]
    campaign: checked.Campaign | None
    has_discount: bool
    has_other: bool
    # Nothing but its condition decides whether it matches, and everyone gets all its rewards.
    is_simple: bool
    has_own_terms: bool

    @property
    def name(self) -> str:
        """The rule's name."""
        return self.rule.name


@dataclass(slots=True)
class GoalPlan:
    """One goal of a challenge: how much an event adds, and how much is asked."""

    adds: Function
    asked: int


@dataclass(slots=True)
class ChallengePlan:
    """A challenge and what counts towards its goals.

    `asks_customer` is true where what counts hangs on more than the event.
    """

    challenge: checked.Challenge
    goals: tuple[GoalPlan, ...]
    rule: RulePlan
    asks_customer: bool


def given(plan: RewardPlan) -> Iterator[RewardPlan]:
    """A reward itself, or whatever choice of it may be given."""
    if not plan.choices:
        yield plan
    for _, choice in plan.choices:
        yield from given(choice)


def every(plans: Iterable[RewardPlan]) -> Iterator[RewardPlan]:
    """Rewards, and whatever choice of them may be given."""
    for plan in plans:
        yield plan
        yield from every(choice for _, choice in plan.choices)


def is_discount(plan: RewardPlan) -> bool:
    """True of what is worked out before all else (section 4, step 2)."""
    if isinstance(plan.reward.form, checked.CheapestFree):
        return True
    return plan.reward.is_discount


def gives(plan: RewardPlan, *, discounts: bool) -> bool:
    """True where a reward, or a choice of it, is a discount, or (else) anything other."""
    if plan.choices:
        return any(gives(choice, discounts=discounts) for _, choice in plan.choices)
    return is_discount(plan) is discounts
