"""Programs of the plain sort, and their rules with all that is the same for every event.

Source: docs/language.md, sections 3 and 4.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dsl.engine.amounts import constant
from dsl.engine.cells import LARGEST
from dsl.engine.columns.awards import PENDING, POSTED
from dsl.engine.columns.clock import Clocks
from dsl.engine.entries import CORRECTING
from dsl.engine.native.fitting import FORMS
from dsl.engine.scene import mark
from dsl.meaning import checked
from dsl.meaning.types import Exact

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from dsl.engine.columns.collected import Collected
    from dsl.engine.columns.history import History
    from dsl.engine.compiled import Compiled
    from dsl.engine.decision import CounterKey
    from dsl.engine.plans import RewardPlan, RulePlan
    from dsl.engine.terms import Term
    from dsl.meaning.types import Unit
    from dsl.text.ast import Period


def is_quick(compiled: Compiled, history: History) -> bool:
    """True of a program of the plain sort, over a history without corrections."""
    program, uses = compiled.program, compiled.uses
    if program.guards or program.challenges or compiled.timed or compiled.derived:
        return False
    if uses.balances or uses.lifetimes or uses.earned or uses.holds:
        return False
    if compiled.emitted.foreign or compiled.encoder.others or not compiled.is_plain:
        return False
    present = history.types.distinct.tolist()
    if any(history.type_names[code] in CORRECTING for code in present):
        return False
    return all(_is_quick_rule(plan) for plan in compiled.rules)


def _is_quick_rule(plan: RulePlan) -> bool:
    return plan.rule.group is None and all(
        _is_quick_reward(one) and isinstance(one.reward.audience, checked.Group | None)
        for one in plan.rewards
    )


def _is_quick_reward(plan: RewardPlan) -> bool:
    if plan.choices:
        return all(_is_quick_reward(choice) for _, choice in plan.choices)
    return isinstance(plan.reward.form, FORMS) and not plan.reward.is_discount


@dataclass(slots=True)
class Holder:
    """A limit or budget as one reward draws on it; `each` is 0 where events are counted."""

    name: str
    is_limit: bool
    periods: list[int] | None
    capacity: int
    each: int
    term: Term
    marks: checked.EventField | None
    compiled: Compiled

    def key(self, payment: Payment, row: int, cells: list[int]) -> CounterKey | None:
        """The counter a payment is counted in; None where what it marks is absent."""
        marked = ""
        if self.marks is not None:
            place = self.term.place
            found = mark(self.compiled, self.marks, place, cells, payment.causer)
            if found is None:
                return None
            marked = found
        period = 0 if self.periods is None else self.periods[row]
        return (self.name, payment.recipient if self.is_limit else "", marked, period)


@dataclass(slots=True)
class Reward:
    """A reward with all that is the same for every event; `times` is of a multiplier.

    `choices` are those of `one of`, each with the share that draws stay below, over 10**decimals.
    """

    plan: RewardPlan
    number: int
    unit: int
    text: int
    status: int
    audience: checked.Group | None
    whole: bool
    is_rate: bool
    most: int | None
    own: list[Holder]
    shared: list[Holder]
    holders: list[Holder]
    is_limited: bool
    fixed: int = 0
    amount: Callable[..., int] | None = None
    times: Callable[[int], int] | None = None
    recipient: Callable[..., int] | None = None
    choices: list[tuple[int, int, Reward]] = field(default_factory=list)

    def chosen(self, number: int) -> Reward | None:
        """What a draw falls on, a fraction of 2**64."""
        for upto, decimals, choice in self.choices:
            if number * 10**decimals < upto << 64:
                return choice
        return None


@dataclass(slots=True)
class Rule:
    """A rule with its rewards; `is_always` of one whose condition is all there is to ask.

    It and its campaign are in force from an instant up to another.
    """

    plan: RulePlan
    name: str
    order: int
    matches: Callable[..., int] | None
    rewards: list[Reward]
    is_always: bool
    starts: int
    ends: int


@dataclass(slots=True)
class Payment:
    """What a reward of a rule is about to give a customer, because of one, maybe another."""

    rule: Rule
    reward: Reward
    recipient: str
    causer: str
    withheld: bool = False
    amount: int = 0


class Preparation:
    """Makes the rules of a program ready for a history."""

    def __init__(self, compiled: Compiled, history: History, collected: Collected) -> None:
        self.compiled, self.collected = compiled, collected
        self._clocks = Clocks(history.at.values, compiled.program.timezone)
        self._periods: dict[Period, list[int]] = {}

    def rules_on(self, event: str) -> list[Rule]:
        """The rules on an event, in text order."""
        return [self._rule(plan) for plan in self.compiled.by_event.get(event, ())]

    def _rule(self, plan: RulePlan) -> Rule:
        own, campaign = plan.rule, plan.campaign
        rewards = [self._reward(plan, reward) for reward in plan.rewards]
        spans = [(own.starts, own.ends)]
        if campaign is not None:
            spans.append((campaign.starts, campaign.ends))
        starts = [one for one, _ in spans if one is not None]
        ends = [one for _, one in spans if one is not None]
        asks = own.opt_in or own.chance or own.holdout or starts or ends
        return Rule(
            plan=plan,
            name=plan.name,
            order=plan.order,
            matches=plan.matches,
            rewards=rewards,
            is_always=not asks
            and not any(one.audience or one.recipient or one.choices for one in rewards),
            starts=max(starts, default=-LARGEST),
            ends=min(ends, default=LARGEST),
        )

    def _reward(self, rule: RulePlan, plan: RewardPlan) -> Reward:
        reward, unit, form = plan.reward, plan.reward.unit, plan.reward.form
        name = plan.called
        if not plan.choices:
            self.collected.precisions.setdefault(name, unit.precision if unit is not None else 0)
        of_unit = unit.pending if unit is not None and not unit.is_money else None
        wait = rule.rule.pending or of_unit
        is_thing = isinstance(form, checked.Thing)
        own, shared = self._holders(plan.own), self._holders(plan.shared)
        found = Reward(
            plan=plan,
            number=plan.number,
            unit=-1 if plan.choices else self.collected.units.code(name),
            text=self.collected.texts.code(form.name) if isinstance(form, checked.Thing) else -1,
            status=PENDING if wait is not None and wait.count else POSTED,
            audience=reward.audience if isinstance(reward.audience, checked.Group) else None,
            whole=rule.rule.whole_only or unit is None,
            is_rate=reward.is_rate,
            most=reward.at_most if unit is not None else None,
            own=own,
            shared=shared,
            holders=[*own, *shared],
            is_limited=bool(own or shared),
            fixed=1 if is_thing else plan.fixed or 0,
            amount=plan.amount,
            recipient=plan.recipient,
        )
        upto = Exact(0)
        for share, choice in plan.choices:
            upto = _sum(upto, share)
            found.choices.append((upto.value, upto.decimals, self._reward(rule, choice)))
        if isinstance(form, checked.Multiplier) and unit is not None:
            found.times = _multiple(form, unit)
        return found

    def _holders(self, terms: Iterable[Term]) -> list[Holder]:
        return [
            Holder(
                term.name,
                term.per_customer,
                self._period(term.period),
                term.capacity,
                term.each,
                term,
                term.marks,
                self.compiled,
            )
            for term in terms
        ]

    def _period(self, period: Period | None) -> list[int] | None:
        if period is None:
            return None
        if period not in self._periods:
            self._periods[period] = self._clocks.period(period).tolist()
        return self._periods[period]


def _sum(one: Exact, other: Exact) -> Exact:
    decimals = max(one.decimals, other.decimals)
    scaled = [each.value * int(10 ** (decimals - each.decimals)) for each in (one, other)]
    return Exact(sum(scaled), decimals)


def _multiple(form: checked.Multiplier, unit: Unit) -> Callable[[int], int]:
    """What a multiplier adds to a base."""
    more = form.factor.value - 10**form.factor.decimals
    decimals = form.factor.decimals + unit.precision
    return lambda base: constant(Exact(base * more, decimals), unit)
