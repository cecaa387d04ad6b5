"""Programs of the plain sort over a history, without a book: what most previews are of.

A program is plain where no decision hangs on what was awarded before it, limits and budgets apart:
no balances, things held, timers, challenges, guards, groups, discounts or roles. Its decisions are
those of a book, which tests hold against each other. Source: docs/language.md, section 4.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dsl.engine.cells import LARGEST, NA, S_CURRENT, S_END, S_TIER, UNSET
from dsl.engine.columns.awards import STATUSES, WITHHELD
from dsl.engine.columns.prepared import Payment, Preparation
from dsl.engine.customer import Customer
from dsl.engine.decision import Decision
from dsl.engine.paying import decide
from dsl.engine.posting import line
from dsl.engine.scene import Cause, Scene, draw

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from dsl.engine.columns.collected import Collected
    from dsl.engine.columns.encode import HistoryEncoder
    from dsl.engine.columns.history import History
    from dsl.engine.columns.prepared import Holder, Reward, Rule
    from dsl.engine.compiled import Compiled
    from dsl.engine.decision import CounterKey
    from dsl.engine.entries import Entry
    from dsl.meaning.types import Exact

# Events that say something of their customer.
TELLING = ("profile", "signup", "referral", "optin")


class Quick:
    """The customers of a plain program, decided event by event."""

    def __init__(
        self,
        compiled: Compiled,
        history: History,
        encoder: HistoryEncoder,
        collected: Collected,
        secret: bytes,
        entry: Callable[[int], Entry],
    ) -> None:
        self.compiled, self.history, self.collected = compiled, history, collected
        self.secret, self._encoder, self._entry = secret, encoder, entry
        self.used: dict[CounterKey, int] = {}
        self.customers: list[Customer | None] = [None] * len(history.customer_ids)
        self._memos = [UNSET] * compiled.layout.memos
        self._ages = compiled.uses.age is not None
        self._rows = encoder.matrix
        self._net_amounts()
        self._ats: list[int] = history.at.tolist()
        self._ids: list[str] = history.ids.to_pylist()
        self._codes: list[int] = history.customers.tolist()
        self._types: list[int] = history.types.tolist()
        names = history.type_names
        self._telling = frozenset(n for n, name in enumerate(names) if name in TELLING)
        self._recorded = frozenset(n for n, name in enumerate(names) if name in compiled.recorded)
        prepared = Preparation(compiled, history, collected)
        self._rules = [prepared.rules_on(name) for name in names]

    # --- what is the same for every event -----------------------------------------------------

    def _net_amounts(self) -> None:
        """An absent amount is the gross, where no discount takes anything off it."""
        places = self.compiled.layout.event.places
        amount, gross = (self._rows[:, places["attribute", n]] for n in ("amount", "gross"))
        codes = [n for n, name in enumerate(self.history.type_names) if name == "purchase"]
        absent = (amount == NA) & (gross != NA) & np.isin(self.history.types, codes)
        if absent.any():
            self._rows = self._rows.copy()
            self._rows[absent, places["attribute", "amount"]] = gross[absent]

    # --- events -------------------------------------------------------------------------------

    def fold(self, rows: Iterable[int]) -> None:
        """Take in events that are not decided."""
        for row in rows:
            self._record(self._codes[row], row)

    def _newcomer(self, code: int) -> Customer:
        found = Customer(self.history.customer_ids[code], self.compiled)
        self.customers[code] = found
        return found

    def _record(self, code: int, row: int) -> tuple[Customer, list[int], list[int]]:
        """Note what an event says of its customer, and the event; its row and lines."""
        cells: list[int] = self._rows[row].tolist()
        customer = self.customers[code]
        is_new = customer is None
        if customer is None:
            customer = self._newcomer(code)
        if self.compiled.is_settling:
            self._settle(customer, row, cells)
        if is_new or self._types[row] in self._telling:
            entry = self._entry(row)
            customer.learn(entry.event, entry.at)
        lines = self._encoder.lines_of(row)
        state = customer.row
        state[S_CURRENT] = state[S_END] = len(customer.history)
        if self._types[row] in self._recorded:
            customer.record(cells, lines, self._memos.copy(), counts=True)
        return customer, cells, lines

    def decisions(
        self, rows: Iterable[int], watched: str | None, reasoned: Callable[[int], bool]
    ) -> Iterator[tuple[int, Decision | None]]:
        """Decide events; told are those in which a rule paid, and those asked for with reasons."""
        for row in rows:
            code = self._codes[row]
            customer, cells, lines = self._record(code, row)
            rules = self._rules[self._types[row]]
            if not rules and not reasoned(row):
                continue
            if self._ages:
                customer.fill(self._ats[row])
            decision = self._reasons(customer, row, cells, lines) if reasoned(row) else None
            scratch = self._memos.copy()
            given = (cells, lines, customer.row, customer.history, customer.lines, scratch)
            payments = self._worked_out(rules, customer, row, given)
            paid = bool(payments) and self._pay(payments, code, row, cells, watched)
            if paid or decision is not None:
                yield row, decision

    def _settle(self, customer: Customer, row: int, cells: list[int]) -> None:
        """Tier and segments as of just before an event: no test of theirs looks at the event."""
        compiled, state = self.compiled, customer.row
        state[S_CURRENT] = state[S_END]
        if self._ages:
            customer.fill(self._ats[row])
        lines: list[int] = []
        given = cells, lines, state, customer.history, customer.lines, self._memos.copy()
        rank = 0
        for number, function in enumerate(compiled.tiers, start=1):
            if function is not None and function(*given) == 1:
                rank = number
        customer.rank = state[S_TIER] = rank
        if compiled.segments:
            self._settle_segments(customer, given[:-1])

    def _settle_segments(self, customer: Customer, given: tuple[list[int], ...]) -> None:
        inside = set()
        for name, function in self.compiled.segments.items():
            is_in = function(*given, self._memos.copy()) == 1
            if is_in:
                inside.add(name)
            place = self.compiled.uses.segments.get(name)
            if place is not None:
                customer.row[place] = int(is_in)
        customer.segments = frozenset(inside)

    # --- steps 3 to 5 -------------------------------------------------------------------------

    def _worked_out(
        self, rules: list[Rule], customer: Customer, row: int, given: tuple[list[int], ...]
    ) -> list[Payment]:
        """What rewards come to, multiples of the base last."""
        payments: list[Payment] = []
        for rule in rules:
            if rule.matches is not None and rule.matches(*given) != 1:
                continue
            if rule.is_always:
                id_ = customer.id
                payments += [Payment(rule, one, id_, id_) for one in rule.rewards]
            elif self._is_on(rule, customer, row):
                payments += self._meant(rule, customer, row, given)
        bases: dict[tuple[int, str], int] = {}
        multiples: list[Payment] = []
        for payment in payments:
            one = payment.reward
            if one.times is not None:
                multiples.append(payment)
                continue
            amount = one.fixed if one.amount is None else one.amount(*given)
            if amount > 0:
                payment.amount = _bound(amount, one.most)
                if one.is_rate and not payment.withheld:
                    key = one.unit, payment.recipient
                    bases[key] = bases.get(key, 0) + payment.amount
        for payment in multiples:
            one = payment.reward
            base = bases.get((one.unit, payment.recipient), 0)
            if base and one.times is not None:
                payment.amount = _bound(one.times(base), one.most)
        return payments

    def _is_on(self, rule: Rule, customer: Customer, row: int) -> bool:
        """True of a rule that is in force, and asked of this customer at all."""
        own = rule.plan.rule
        return (
            rule.starts <= self._ats[row] < rule.ends
            and (not own.opt_in or own.name in customer.opted_in)
            and (own.chance is None or self._draws("chance", own.name, self._ids[row], own.chance))
        )

    def _meant(
        self, rule: Rule, customer: Customer, row: int, given: tuple[list[int], ...]
    ) -> Iterator[Payment]:
        """The rewards of a rule that are for this customer, or for whoever has a role."""
        own, id_ = rule.plan.rule, customer.id
        withheld = own.holdout is not None and self._draws("holdout", own.name, id_, own.holdout)
        for one in rule.rewards:
            recipient = id_
            if one.recipient is not None:
                cell = one.recipient(*given)
                if cell == NA:
                    continue
                recipient = self.compiled.codes.text(cell)
            audience = one.audience
            if audience is not None:
                is_in = customer.rank in audience.ranks or not audience.segments.isdisjoint(
                    customer.segments
                )
                if is_in is audience.negated:
                    continue
            chosen: Reward | None = one
            if one.choices:
                chosen = one.chosen(draw(self.secret, "one-of", own.name, self._ids[row]))
            if chosen is not None:
                yield Payment(rule, chosen, recipient, id_, withheld=withheld)

    def _draws(self, purpose: str, rule: str, of: str, share: Exact) -> bool:
        number = draw(self.secret, purpose, rule, of)
        return number * int(10**share.decimals) < share.value << 64

    # --- steps 6 to 9 -------------------------------------------------------------------------

    def _pay(
        self, payments: list[Payment], code: int, row: int, cells: list[int], watched: str | None
    ) -> bool:
        """Cut what limits leave, move them by what is paid, note the awards."""
        running: dict[CounterKey, int] = {}
        rule: Rule | None = None
        is_shared = False
        for payment in payments:
            if payment.rule is not rule:
                rule, running = payment.rule, {}
            if payment.reward.own:
                self._fit(payment, payment.reward.own, running, row, cells)
            is_shared = is_shared or bool(payment.reward.shared)
        running = {}
        for payment in payments if is_shared else ():
            if payment.reward.shared:
                self._fit(payment, payment.reward.shared, running, row, cells)
        counted: set[CounterKey] = set()
        awards, at, paid = self.collected.cells, self._ats[row], False
        standing, kind = self._standing(code), self.collected.kind
        for payment in payments:
            amount, one = payment.amount, payment.reward
            if not amount:
                continue
            whose = code
            if payment.recipient != payment.causer:
                whose = self.collected.customers.code(payment.recipient)
            rule = payment.rule
            status = WITHHELD if payment.withheld else one.status
            what = kind(rule.order, one.number, one.unit, one.text, status)
            awards += (row, at, whose, what, amount, standing)
            paid = paid or rule.name == watched
            if one.is_limited and not payment.withheld:
                self._take(payment, counted, row, cells)
        return paid

    def _standing(self, code: int) -> int:
        customer = self.customers[code]
        if customer is None:
            return 0
        return self.collected.standing(customer.tier, customer.segments)

    def _take(self, payment: Payment, counted: set[CounterKey], row: int, cells: list[int]) -> None:
        """Move the counters by what is paid; an event counts once."""
        used = self.used
        for holder in payment.reward.holders:
            key = holder.key(payment, row, cells)
            if key is None:
                continue
            if holder.each:
                used[key] = used.get(key, 0) + payment.amount * holder.each
            elif key not in counted:
                counted.add(key)
                used[key] = used.get(key, 0) + 1

    def _fit(
        self,
        payment: Payment,
        holders: list[Holder],
        running: dict[CounterKey, int],
        row: int,
        cells: list[int],
    ) -> None:
        """Cut a payment to what every holder leaves, after what payments before it take."""
        passed = []
        for holder in holders:
            if not payment.amount:
                return
            key = holder.key(payment, row, cells)
            if key is None:
                payment.amount = 0
                return
            passed.append((holder, key))
            used, before = self.used.get(key, 0), running.get(key, 0)
            if not holder.each:
                if used >= holder.capacity and not before:
                    payment.amount = 0
                continue
            room = max(0, holder.capacity - used - before) // holder.each
            if payment.amount > room:
                payment.amount = 0 if payment.reward.whole else room
        if payment.amount and not payment.withheld:
            for holder, key in passed:
                taken = payment.amount * holder.each if holder.each else 1
                running[key] = running.get(key, 0) + taken

    # --- why ----------------------------------------------------------------------------------

    def _reasons(
        self, customer: Customer, row: int, cells: list[int], lines: list[int]
    ) -> Decision:
        """The decision as a book makes it, with the reasons of every rule; it moves nothing."""
        compiled, entry = self.compiled, self._entry(row)
        scene = Scene(
            compiled=compiled,
            customer=customer,
            cause=Cause(entry.at, entry.id, entry.id, entry.id),
            event=cells,
            lines=lines,
            scratch=compiled.scratch(),
            used=self.used,
            secret=self.secret,
            others=lambda _: customer,
            why=True,
        )
        found = decide(scene, compiled.by_event.get(entry.event.type, ()))
        statuses = {one.plan.name: one.status for one in self._every_reward(row)}
        awards = [
            line(
                scene,
                matched,
                payment,
                "withheld" if matched.withheld else STATUSES[statuses[payment.plan.name]],
            )
            for matched in sorted(found, key=lambda matched: matched.plan.order)
            for payment in matched.payments
            if payment.amount
        ]
        return Decision(
            event_id=entry.id,
            customer=customer.id,
            tier=customer.tier,
            segments=customer.segments,
            awards=tuple(awards),
            outcomes=tuple(outcome for _, outcome in sorted(scene.outcomes.items())),
            taken=dict(scene.taken),
        )

    def _every_reward(self, row: int) -> Iterator[Reward]:
        for rule in self._rules[self._types[row]]:
            for reward in rule.rewards:
                yield reward
                yield from (choice for *_, choice in reward.choices)


def _bound(amount: int, most: int | None) -> int:
    """An award capped by its `at most`; a number too large is none."""
    if most is not None and amount > most:
        return most
    return amount if amount <= LARGEST else 0
