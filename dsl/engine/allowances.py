"""Limits, budgets, `once` and stock: what is left of each, and what an event takes of it.

A counter is looked at by its name, whose it is, and the calendar period of the event's `at`. Money
is counted in 10**-12, units in their precision, events by one. Payments are looked at one after the
other, each after what those before it take; only what is paid moves a counter.
Source: docs/language.md, section 3, "Clauses", and section 4, steps 6 and 8.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dsl.engine.compiled import money
from dsl.engine.decision import Cut
from dsl.meaning import checked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from dsl.engine.compiled import RewardPlan
    from dsl.engine.decision import CounterKey, Reason
    from dsl.engine.paying import Matched, Payment
    from dsl.engine.scene import Scene
    from dsl.text.ast import Period

# How late in the order of steps a test stands: of the tests that left nothing, the last is named.
OVERFLOW, OWN_LIMIT, OWN_BUDGET, GROUP, CAMPAIGN, LIMIT, BUDGET, STOCK = range(8)


@dataclass(frozen=True, slots=True)
class Holder:
    """One thing that holds so much: how much, what one of a payment takes (0: the event itself)."""

    name: str
    key: CounterKey | None
    capacity: int
    each: int
    step: int
    reason: Reason


def capacity(allowance: checked.Allowance) -> int:
    """How much an allowance holds, in what it counts."""
    amount = allowance.amount
    if allowance.counts == "money":
        return money(amount)
    precision = allowance.unit.precision if allowance.unit is not None else 0
    return amount.value * 10**precision // 10**amount.decimals


def drawn(allowance: checked.Allowance, payment: Payment) -> int | None:
    """What the smallest part of a payment takes of an allowance, 0 of one that counts events.

    None where it takes nothing: deductions do not, nor does what is no money of an amount of it.
    """
    return drawn_by(allowance, payment.plan)


def drawn_by(allowance: checked.Allowance, plan: RewardPlan) -> int | None:
    """The same of whatever a reward pays."""
    if allowance.counts == "times":
        return 0
    if isinstance(plan.reward.form, checked.Deduction):
        return None
    if allowance.counts == "money":
        return plan.each or None
    unit = plan.reward.unit
    named = allowance.unit is not None and unit is not None and allowance.unit.name == unit.name
    return 1 if named else None


class Allowances:
    """The allowances of one pass over the rules of an event."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene

    def apply_own(self, matched: Matched) -> None:
        """Step 6: what the rule's own marks, limits and budgets leave."""
        self._apply(matched, self._own)

    def apply_shared(self, matcheds: Iterable[Matched], gross: int | None) -> None:
        """Step 8: what is left of the gross amount, the campaign's, the program's, the stock."""
        running: dict[CounterKey, int] = {}
        for matched in matcheds:
            for payment in matched.payments:
                if gross is not None:
                    payment.amount = min(payment.amount, gross)
                if matched.is_void and payment.amount:
                    payment.drop(CAMPAIGN, "campaign")
                self._fit(matched, payment, self._shared(matched, payment), running)
                if gross is not None and matched.counts:
                    gross -= payment.amount

    def take(self, matcheds: Iterable[Matched]) -> None:
        """Move the counters by what is paid."""
        for matched in matcheds:
            for payment in matched.payments:
                if not payment.amount:
                    continue
                holders = (*self._own(matched, payment), *self._shared(matched, payment))
                for holder in holders:
                    if holder.key is None:
                        continue
                    if holder.each:
                        self._scene.take(holder.key, payment.amount * holder.each)
                        payment.drawn.append((holder.key, holder.each))
                    else:
                        # An event counts once, however many of its awards count.
                        if holder.key not in self._scene.counted:
                            self._scene.counted.add(holder.key)
                            self._scene.take(holder.key, 1)
                        payment.marked.append(holder.key)

    # --- what holds so much -------------------------------------------------------------------

    def _own(self, matched: Matched, payment: Payment) -> Iterator[Holder]:
        """The rule's: limits, then budgets."""
        for once, place in matched.plan.once:
            yield self._once(once, place, payment, OWN_LIMIT, "limit")
        for allowance in matched.plan.limits:
            step = OWN_LIMIT if allowance.scope == "limit" else OWN_BUDGET
            yield from self._allowance(allowance, payment, step, allowance.scope)

    def _shared(self, matched: Matched, payment: Payment) -> Iterator[Holder]:
        """The campaign's, the program's, and what there is of a thing."""
        compiled = self._scene.compiled
        campaign = matched.plan.campaign
        if campaign is not None:
            for once in campaign.once:
                place = compiled.mark_place(once)
                yield self._once(once, place, payment, CAMPAIGN, "campaign")
            for allowance in campaign.allowances:
                yield from self._allowance(allowance, payment, CAMPAIGN, "campaign")
        for allowance in compiled.program.allowances:
            step = LIMIT if allowance.scope == "limit" else BUDGET
            yield from self._allowance(allowance, payment, step, allowance.scope)
        form = payment.plan.reward.form
        if isinstance(form, checked.Thing):
            info = compiled.program.things.get((form.kind, form.name))
            if info is not None and info.stock is not None:
                name = f"stock of {form.kind} {form.name}"
                yield Holder(name, (name, "", "", 0), info.stock, 1, STOCK, "stock")

    def _allowance(
        self, allowance: checked.Allowance, payment: Payment, step: int, reason: Reason
    ) -> Iterator[Holder]:
        each = drawn(allowance, payment)
        if each is None:
            return
        holder = payment.recipient if allowance.scope == "limit" else ""
        key = (allowance.name, holder, "", self._period(allowance.period))
        yield Holder(allowance.name, key, capacity(allowance), each, step, reason)

    def _once(
        self,
        once: checked.Once,
        place: int | None,
        payment: Payment,
        step: int,
        reason: Reason,
    ) -> Holder:
        """A limit of one time; without a key where its attribute is absent: it does not fire."""
        mark: str | None = ""
        if once.attribute is not None:
            mark = self._scene.mark(once.attribute, place)
        key: CounterKey | None = None
        if mark is not None:
            holder = payment.recipient if once.per_customer else ""
            key = (once.name, holder, mark, self._period(once.period))
        return Holder(once.name, key, 1, 0, step, reason)

    def _period(self, period: Period | None) -> int:
        if period is None:
            return 0
        return self._scene.compiled.clock.period(self._scene.at, period)

    # --- what they leave ----------------------------------------------------------------------

    def _apply(self, matched: Matched, holders: Callable[[Matched, Payment], Iterator[Holder]]
    ) -> None:
        running: dict[CounterKey, int] = {}
        for payment in matched.payments:
            self._fit(matched, payment, holders(matched, payment), running)

    def _fit(
        self,
        matched: Matched,
        payment: Payment,
        holders: Iterator[Holder],
        running: dict[CounterKey, int],
    ) -> None:
        """Cut a payment to what every holder leaves, after what payments before it take."""
        passed = []
        for holder in holders:
            if not payment.amount:
                break
            self._cut(matched, payment, holder, running)
            passed.append(holder)
        if payment.amount and matched.counts:
            for holder in passed:
                if holder.key is not None:
                    taken = payment.amount * holder.each if holder.each else 1
                    running[holder.key] = running.get(holder.key, 0) + taken

    def _cut(
        self,
        matched: Matched,
        payment: Payment,
        holder: Holder,
        running: dict[CounterKey, int],
    ) -> None:
        """An amount fills up, or with `whole awards only` is dropped; a time, or a thing, drops."""
        key = holder.key
        if key is None:
            payment.drop(holder.step, holder.reason)
            return
        used, before = self._scene.counter(key), running.get(key, 0)
        if not holder.each:
            if used >= holder.capacity and not before and key not in self._scene.counted:
                self._tell(matched, payment, holder, used, 1, 0)
                payment.drop(holder.step, holder.reason)
            return
        room = max(0, holder.capacity - used - before) // holder.each
        if payment.amount <= room:
            return
        whole = matched.plan.rule.whole_only or payment.unit is None
        granted = 0 if whole else room
        self._tell(matched, payment, holder, used, payment.amount, granted)
        if granted:
            payment.amount = granted
        else:
            payment.drop(holder.step, holder.reason)

    def _tell(
        self, matched: Matched, payment: Payment, holder: Holder, used: int, wanted: int, granted: int
    ) -> None:
        if self._scene.why:
            matched.cuts.append(Cut(holder.name, payment.plan.number, used, wanted, granted))
