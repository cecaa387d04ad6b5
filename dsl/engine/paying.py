"""Who is paid what: steps 3 to 8 of a decision, once for discounts, once for all else.

Source of every step: docs/language.md, section 4.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dsl.engine.allowances import Allowances
from dsl.engine.amounts import constant, constant_over
from dsl.engine.cells import LARGEST, NA, S_TIER
from dsl.engine.cheapest import cheapest_free
from dsl.engine.decision import Cut, Outcome, Reason
from dsl.engine.groups import settle_groups
from dsl.engine.messages import message
from dsl.engine.plans import RewardPlan, RulePlan
from dsl.engine.scene import fallen_on
from dsl.engine.terms import OVERFLOW
from dsl.engine.why import failed_test, working
from dsl.meaning import checked
from dsl.meaning.types import Exact, Unit

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Sequence

    from dsl.engine.decision import CounterKey, Working
    from dsl.engine.scene import Scene
    from dsl.engine.terms import Term

    Rows = tuple[list[int], list[int], list[int], list[int], list[int], list[int]]


# Reasons of rules that did not match in one stage, of no account where they match in the other.
UNMATCHED = ("not-in-force", "guard", "opt-in", "condition", "audience", "chance")


@dataclass(slots=True)
class Payment:
    """What one reward is about to give one customer; a thing has amount 1 and its name.

    `worked` is what it came to before anything was taken off it, of `base` where it multiplies.
    """

    plan: RewardPlan
    recipient: str
    amount: int
    text: str | None = None
    base: int | None = None
    worked: int = 0
    is_deduction: bool = False
    # What it is within, each with its counter.
    passed: Sequence[tuple[Term, CounterKey]] = ()
    # What it took of counters: so much each of its smallest part, and one of each that counts once.
    drawn: Sequence[tuple[CounterKey, int]] = ()
    marked: Sequence[CounterKey] = ()

    # The test that left nothing of it, and how late in the order of steps it stands.
    failed: tuple[int, Reason] | None = None

    def drop(self, step: int, reason: Reason) -> None:
        """Nothing is left of it."""
        self.amount = 0
        self.failed = (step, reason)

    @property
    def unit(self) -> Unit | None:
        """What the amount is of, None for a thing."""
        return self.plan.unit

    @property
    def name(self) -> str:
        """The unit's name, or the kind of thing."""
        return self.plan.called


@dataclass(slots=True)
class Matched:
    """A rule that matched: what it is about to pay, and why it pays less."""

    plan: RulePlan
    rewards: Sequence[RewardPlan]
    withheld: bool = False
    # Outside its campaign's dates: worked out only to name the first test that fails.
    is_void: bool = False
    payments: list[Payment] = field(default_factory=list)
    by: str | None = None
    cuts: list[Cut] = field(default_factory=list)

    @property
    def counts(self) -> bool:
        """True where it is paid: it enters bases, groups and counters."""
        return not (self.withheld or self.is_void)

    @property
    def reason(self) -> Reason | None:
        """The last test that left nothing of a payment; None where nothing came to anything."""
        failed = [payment.failed for payment in self.payments if payment.failed is not None]
        return max(failed, key=lambda test: test[0])[1] if failed else None


def decide(
    scene: Scene,
    plans: Iterable[RulePlan],
    *,
    discounts: bool = False,
    turned: bool = False,
    sure: Container[int] = (),
) -> list[Matched]:
    """What rules pay on one cause; only what is paid has moved the scene's counters.

    `turned` is of a refund without an original: rates alone count, and no limit. `sure` are rules,
    by their order, whose condition is known to be true.
    """
    rows = scene.rows
    if not turned:
        plans = [plan for plan in plans if (plan.has_discount if discounts else plan.has_other)]
    if scene.why:
        found = [one for plan in plans if (one := _matched(scene, plan, rows, sure)) is not None]
    else:
        found = _quickly_matched(scene, plans, rows, sure)
    if not found:
        return found
    _work_out(scene, found, rows, discounts=discounts, turned=turned)
    allowances = Allowances(scene)
    paying = [matched for matched in found if matched.counts]
    if not turned:
        for matched in found:
            if matched.plan.has_own_terms:
                allowances.apply_own(matched)
    if scene.compiled.has_groups:
        settle_groups(scene.compiled, paying)
    if not turned:
        if discounts or scene.compiled.has_shared_terms:
            allowances.apply_shared(found, scene.gross() if discounts else None)
        allowances.take(paying)
    if scene.why:
        for matched in found:
            _explain(scene, matched)
    return paying if len(paying) == len(found) else [one for one in found if not one.is_void]


# --- steps 3 and 4: who matches ---------------------------------------------------------------


def _quickly_matched(
    scene: Scene, plans: Iterable[RulePlan], rows: Rows, sure: Container[int]
) -> list[Matched]:
    """The rules that match, where no reason is asked for: of most their condition tells alone."""
    event, lines, state, history, past_lines, scratch = rows
    found = []
    for plan in plans:
        if not plan.is_simple:
            one = _matched(scene, plan, rows, sure)
            if one is not None:
                found.append(one)
        elif (
            plan.order in sure
            or (matches := plan.matches) is None
            or matches(event, lines, state, history, past_lines, scratch) == 1
        ):
            found.append(Matched(plan, plan.rewards))
    return found


def _matched(scene: Scene, plan: RulePlan, rows: Rows, sure: Container[int]) -> Matched | None:
    """The rule with those of its rewards that are for the customer, where it matches."""
    matches = None if plan.order in sure else plan.matches
    rule, at = plan.rule, scene.at
    if (rule.starts is not None and at < rule.starts) or (
        rule.ends is not None and at >= rule.ends
    ):
        _refused(scene, plan, "not-in-force")
        return None
    if rule.opt_in and rule.name not in scene.customer.opted_in:
        _refused(scene, plan, "opt-in")
        return None
    if matches is not None and matches(*rows) != 1:
        _refused(scene, plan, "condition")
        return None
    rewards = [reward for reward in plan.rewards if is_meant(scene, reward)]
    if not rewards:
        _refused(scene, plan, "audience")
        return None
    if rule.chance is not None and not scene.draws("chance", rule.name, rule.chance):
        _refused(scene, plan, "chance")
        return None
    campaign = plan.campaign
    is_void = campaign is not None and (
        (campaign.starts is not None and at < campaign.starts)
        or (campaign.ends is not None and at >= campaign.ends)
    )
    withheld = rule.holdout is not None and scene.draws(
        "holdout", rule.name, rule.holdout, scene.customer.id
    )
    return Matched(plan, rewards, withheld, is_void)


def _refused(scene: Scene, plan: RulePlan, reason: Reason) -> None:
    if not scene.why:
        return
    before = scene.outcomes.get(plan.order)
    # A rule whose discount came to nothing is refused by what its other rewards fail by.
    if before is None or before.reason == "nothing":
        test = failed_test(scene, plan) if reason == "condition" else None
        scene.outcomes[plan.order] = Outcome(plan.name, reason, test)


def is_meant(scene: Scene, plan: RewardPlan) -> bool:
    """True where the customer is among those a reward is for; who ranks is found beforehand."""
    audience = plan.reward.audience
    if audience is None:
        return plan.recipient is None or plan.recipient(*scene.rows) != NA
    if not isinstance(audience, checked.Group):
        chosen = scene.chosen or {}
        return scene.customer.id in chosen.get(plan.name, frozenset())
    customer = scene.customer
    inside = customer.row[S_TIER] in audience.ranks or not audience.segments.isdisjoint(
        customer.segments
    )
    return inside is not audience.negated


# --- step 5: what it comes to -----------------------------------------------------------------


def _work_out(
    scene: Scene, found: list[Matched], rows: Rows, *, discounts: bool, turned: bool
) -> None:
    bases: dict[tuple[str, str], int] = {}
    multipliers: list[Payment] = []
    own = scene.customer.id
    if scene.turned is not None:
        rows = (scene.turned, *rows[1:])
    for matched in found:
        for plan in matched.rewards:
            chosen = _chosen(scene, matched.plan, plan) if plan.choices else plan
            if chosen is None or chosen.is_discount is not discounts:
                continue
            recipient = own if plan.recipient is None else _recipient(scene, plan)
            if recipient is None or (turned and not chosen.is_rate):
                continue
            payment = Payment(chosen, recipient, 0)
            matched.payments.append(payment)
            if chosen.is_multiplier:
                multipliers.append(payment)
                continue
            if chosen.is_plain:
                amount = chosen.fixed if chosen.amount is None else chosen.amount(*rows)
                _come_to(payment, amount or 0)
            else:
                _fill(scene, payment)
            if chosen.is_rate and payment.amount and matched.counts:
                key = (chosen.called, recipient)
                bases[key] = bases.get(key, 0) + payment.amount
    for payment in multipliers:
        form, unit = payment.plan.reward.form, payment.unit
        if isinstance(form, checked.Multiplier) and unit is not None:
            payment.base = bases.get((unit.name, payment.recipient), 0)
            more = form.factor.value - 10**form.factor.decimals
            exact = Exact(payment.base * more, form.factor.decimals + unit.precision)
            _come_to(payment, constant(exact, unit))


def _chosen(scene: Scene, rule: RulePlan, plan: RewardPlan) -> RewardPlan | None:
    """The reward itself, or that choice of `one of` which the draw falls on."""
    if not plan.choices:
        return plan
    number = scene.draw("one-of", rule.name)
    place = fallen_on(number, [share for share, _ in plan.choices])
    return plan.choices[place][1] if place < len(plan.choices) else None


def _recipient(scene: Scene, plan: RewardPlan) -> str | None:
    if plan.recipient is None:
        return scene.customer.id
    code = plan.recipient(*scene.rows)
    return None if code == NA else scene.compiled.codes.text(code)


def _fill(scene: Scene, payment: Payment) -> None:
    """What a reward that is no multiplier comes to; nothing of an absent value."""
    plan = payment.plan
    match plan.reward.form:
        case checked.Thing(name=name):
            payment.amount, payment.text = 1, name
        case checked.TierAward(rank=rank):
            payment.amount, payment.text = 1, scene.compiled.program.tier_name(rank)
        case checked.Message() as form:
            payment.text = message(scene, plan.name, form)
            payment.amount = int(payment.text is not None)
        case checked.CheapestFree() as form:
            _come_to(payment, cheapest_free(scene, plan, form))
        case checked.Deduction() as form:
            payment.is_deduction = True
            _fill_deduction(scene, payment, form)
        case form:
            raise TypeError(form)
    payment.worked = payment.amount


def _fill_deduction(scene: Scene, payment: Payment, form: checked.Deduction) -> None:
    """What is taken away, as far as the balance goes."""
    plan, unit = payment.plan, payment.unit
    if plan.amount is None or unit is None:
        return
    found = plan.amount(*scene.rows)
    balance = max(0, scene.balance(payment.recipient, unit.name))
    if found != NA and form.percent:
        share = Exact(found * balance, unit.precision)
        divisor = scene.compiled.divisor(f"q{plan.name}")
        found = constant_over(share, divisor, unit)
    payment.amount = max(0, min(found, balance))
    most = plan.reward.at_most
    if most is not None:
        payment.amount = min(payment.amount, most)
    if payment.amount > LARGEST:
        payment.drop(OVERFLOW, "overflow")


def _come_to(payment: Payment, amount: int) -> None:
    """What one award comes to: never below 0, at most its `at most`; no number too large."""
    if amount <= 0:
        return
    most = payment.plan.reward.at_most
    if most is not None and amount > most:
        amount = most
    if amount > LARGEST:
        payment.drop(OVERFLOW, "overflow")
        return
    payment.amount = payment.worked = amount


# --- why --------------------------------------------------------------------------------------


def _explain(scene: Scene, matched: Matched) -> None:
    reason: Reason | None = matched.reason or "nothing"
    if any(payment.amount > 0 for payment in matched.payments):
        # What is withheld is refused by nothing, and paid by nothing.
        reason = "nothing" if matched.withheld else None
    before = scene.outcomes.get(matched.plan.order)
    by = matched.by
    if before is not None and before.reason is None:
        reason = None
    elif before is not None and reason == "nothing" and before.reason not in UNMATCHED:
        # What refused its discount, where nothing refused the rest.
        reason, by = before.reason, before.by
    scene.outcomes[matched.plan.order] = Outcome(
        matched.plan.name,
        reason,
        workings=(*(before.workings if before else ()), *_workings(matched)),
        cuts=(*(before.cuts if before else ()), *matched.cuts),
        by=by,
    )


def _workings(matched: Matched) -> Iterable[Working]:
    return map(working, matched.payments)
