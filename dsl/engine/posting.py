"""Step 9, the ledger: what is paid becomes lots, things and tiers, and a line of the decision.

Source: docs/language.md, section 4, step 9, and "Windows".
"""

from __future__ import annotations

from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING

from dsl.engine.customer import AwardedTier, Holding
from dsl.engine.decision import Award, Status
from dsl.engine.entries import Paid
from dsl.engine.wallet import NEVER, Lot
from dsl.meaning import checked

if TYPE_CHECKING:
    from dsl.engine.compiled import Compiled
    from dsl.engine.customer import Customer
    from dsl.engine.due import Due
    from dsl.engine.paying import Matched, Payment
    from dsl.engine.scene import Scene
    from dsl.meaning.types import Unit


BY_PLACE = attrgetter("plan.place")
# Stands in an award's place until its status is known.
NO_AWARD = Award("", 0, "", "", 0, 0)


def post(scene: Scene, due: Due, found: list[Matched], now: int, last: int) -> list[Paid]:
    """Post what was decided, in text order, as of now; withheld awards are lines alone.

    `last` is when the last event happened.
    """
    paid, came_to_nothing = [], []
    for matched in sorted(found, key=BY_PLACE):
        for payment in matched.payments:
            if payment.amount:
                one = _post(scene, due, matched, payment, now, last)
                if one is not None:
                    paid.append(one)
                else:
                    came_to_nothing.append(payment)
    if came_to_nothing:
        # An event on which nothing was paid is none of a limit's times.
        marked = {key for payment in came_to_nothing for key in payment.marked}
        for key in marked.difference(*(one.marked for one in paid)):
            scene.take(key, -1)
    return paid


def line(scene: Scene, matched: Matched, payment: Payment, status: Status = "posted") -> Award:
    """The award as a line."""
    plan, event = payment.plan, scene.cause.event
    unit = plan.unit
    # By place: this is made for every award.
    return Award(
        matched.plan.rule.name,
        plan.number,
        payment.recipient,
        plan.called,
        -payment.amount if payment.is_deduction else payment.amount,
        unit.precision if unit is not None else 0,
        payment.text,
        status,
        event,
        scene.cause.at if event is None else None,
    )


def _post(
    scene: Scene, due: Due, matched: Matched, payment: Payment, now: int, last: int
) -> Paid | None:
    if matched.withheld:
        return Paid(line(scene, matched, payment, "withheld"), 0, matched.plan)
    paid = Paid(NO_AWARD, payment.amount, matched.plan)
    paid.drawn, paid.marked = payment.drawn, payment.marked
    at, customer = scene.cause.at, scene.others(payment.recipient)
    if payment.plan.is_undated and not scene.is_held:
        # Most awards: what follows, in short.
        wallet = customer.wallet(payment.plan.called)
        wallet.moved_at = last
        paid.lot = wallet.earn(payment.amount, at)
        paid.award = line(scene, matched, payment)
        return paid
    compiled, rule, unit = scene.compiled, matched.plan.rule, payment.unit
    begins = at if rule.pending is None else compiled.clock.after(at, rule.pending)
    if payment.is_deduction and unit is not None:
        wallet = customer.wallet(unit.name)
        wanted = payment.amount
        paid.parts = wallet.take(wanted)
        payment.amount = sum(part for _, part in paid.parts)
        for key, each in payment.drawn:
            scene.take(key, (payment.amount - wanted) * each)
        if not payment.amount:
            return None
        wallet.moved_at = last
        paid.amount = -payment.amount
        begins = at
    elif unit is not None and not unit.is_money:
        customer.wallet(unit.name).moved_at = last
        terms = Dating(compiled, rule, unit, at, is_held=scene.is_held)
        paid.lot = grant(customer, due, terms, payment.amount, now)
        begins = paid.lot.pending_until
    else:
        match payment.plan.reward.form:
            case checked.Thing(kind=kind, name=name, valid=valid):
                expires = compiled.end_of(at, valid) if valid else compiled.expiry(at, rule.expiry)
                paid.holding = Holding(kind, name, begins, expires, is_waiting=scene.is_held)
                customer.holdings.append(paid.holding)
            case checked.TierAward(duration=duration):
                until = compiled.end_of(at, duration) if duration is not None else NEVER
                paid.tier = AwardedTier(payment.text or "", at, until, is_waiting=scene.is_held)
                customer.awarded.append(paid.tier)
                begins = at
            case checked.Message():
                begins = at
            case _ if payment.plan.is_discount:
                # What is to be paid is known at once.
                begins = at
            case _:
                pass
    status: Status = "pending" if begins > at else "posted"
    if scene.is_held and not payment.is_deduction:
        status = "held"
    paid.award = line(scene, matched, payment, status)
    return paid


@dataclass(frozen=True, slots=True)
class Dating:
    """What an award's lot is dated by: the rule's word first, then the unit's."""

    compiled: Compiled
    rule: checked.Rule
    unit: Unit
    at: int
    is_held: bool


def grant(customer: Customer, due: Due, terms: Dating, amount: int, now: int) -> Lot:
    """A lot of a customer, as of now; pending and expiry count from the award."""
    compiled, rule, unit, at = terms.compiled, terms.rule, terms.unit, terms.at
    wait = rule.pending or unit.pending
    begins = at if wait is None else compiled.clock.after(at, wait)
    expires = compiled.expiry(at, rule.expiry, unit.expiry)
    wallet = customer.wallet(unit.name)
    lot = wallet.add(amount, at, None if terms.is_held else begins, expires)
    lot.pending_until = begins
    if expires <= now:
        if begins <= expires and not terms.is_held:
            wallet.lapse(lot, begins)
        else:
            wallet.expire(lot)
        return lot
    if not terms.is_held and begins <= now:
        wallet.open(lot, begins)
    due.lot(customer, lot, now)
    return lot
