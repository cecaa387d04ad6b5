"""What limits, budgets, marks and stock leave of payments, and what an event takes of them.

A counter is looked at by its term's name, whose it is, what is marked, and the calendar period of
the event's `at`. Payments are looked at one after the other, each after what those before it take;
only what is paid moves a counter. Source: docs/language.md, section 4, steps 6 and 8.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsl.engine.decision import Cut
from dsl.engine.terms import CAMPAIGN

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dsl.engine.decision import CounterKey
    from dsl.engine.paying import Matched, Payment
    from dsl.engine.scene import Scene
    from dsl.engine.terms import Term


class Allowances:
    """The allowances of one pass over the rules of an event."""

    __slots__ = ("_scene",)

    def __init__(self, scene: Scene) -> None:
        self._scene = scene

    def apply_own(self, matched: Matched) -> None:
        """Step 6: what the rule's own marks, limits and budgets leave."""
        running: dict[CounterKey, int] = {}
        for payment in matched.payments:
            if payment.plan.own and payment.amount:
                self._fit(matched, payment, payment.plan.own, running)

    def apply_shared(self, matcheds: Iterable[Matched], gross: int | None) -> None:
        """Step 8: what is left of the gross amount, the campaign's, the program's, the stock."""
        running: dict[CounterKey, int] = {}
        for matched in matcheds:
            for payment in matched.payments:
                if gross is not None:
                    payment.amount = min(payment.amount, gross)
                if matched.is_void and payment.amount:
                    payment.drop(CAMPAIGN, "campaign")
                if payment.plan.shared and payment.amount:
                    self._fit(matched, payment, payment.plan.shared, running)
                if gross is not None and matched.counts:
                    gross -= payment.amount

    def take(self, matcheds: Iterable[Matched]) -> None:
        """Move the counters by what is paid."""
        scene = self._scene
        for matched in matcheds:
            for payment in matched.payments:
                if not (payment.amount and payment.passed):
                    continue
                drawn, marked = [], []
                for term, key in payment.passed:
                    if term.each:
                        scene.take(key, payment.amount * term.each)
                        drawn.append((key, term.each))
                    else:
                        # An event counts once, however many of its awards count.
                        if key not in scene.counted:
                            scene.counted.add(key)
                            scene.take(key, 1)
                        marked.append(key)
                payment.drawn, payment.marked = drawn, marked

    def _key(self, term: Term, recipient: str) -> CounterKey | None:
        """The counter of a term for one who is paid; None where what it marks is absent."""
        scene = self._scene
        mark = ""
        if term.marks is not None:
            found = scene.mark(term.marks, term.place)
            if found is None:
                return None
            mark = found
        holder = recipient if term.per_customer else ""
        return (term.name, holder, mark, scene.period(term.period))

    def _fit(
        self,
        matched: Matched,
        payment: Payment,
        terms: Sequence[Term],
        running: dict[CounterKey, int],
    ) -> None:
        """Cut a payment to what every term leaves, after what payments before it take."""
        scene, passed = self._scene, []
        for term in terms:
            key = self._key(term, payment.recipient)
            if key is None:
                # `once per X` with X absent does not fire (section 5).
                payment.drop(term.step, term.reason)
                return
            used, before = scene.counter(key), running.get(key, 0)
            if term.each:
                if payment.amount * term.each > term.capacity - used - before:
                    self._cut(matched, payment, term, used, before)
            elif used >= term.capacity and not before and key not in scene.counted:
                self._tell(matched, payment, term, used, 1, 0)
                payment.drop(term.step, term.reason)
            if not payment.amount:
                return
            passed.append((term, key))
        payment.passed = [*payment.passed, *passed]
        if matched.counts:
            for term, key in passed:
                taken = payment.amount * term.each if term.each else 1
                running[key] = running.get(key, 0) + taken

    def _cut(self, matched: Matched, payment: Payment, term: Term, used: int, before: int) -> None:
        """An amount fills up what is left, or is dropped: with `whole awards only`, or a thing."""
        room = (term.capacity - used - before) // term.each
        whole = matched.plan.rule.whole_only or payment.unit is None
        granted = 0 if whole or room < 0 else room
        self._tell(matched, payment, term, used, payment.amount, granted)
        if granted:
            payment.amount = granted
        else:
            payment.drop(term.step, term.reason)

    def _tell(
        self, matched: Matched, payment: Payment, term: Term, used: int, wanted: int, granted: int
    ) -> None:
        if self._scene.why:
            matched.cuts.append(Cut(term.name, payment.plan.number, used, wanted, granted))
