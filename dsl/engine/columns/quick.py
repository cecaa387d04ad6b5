"""Programs of the plain sort over a history, without a book: what most previews are of.

A program is plain where no decision hangs on what was awarded before it, limits and budgets apart:
no balances, things held, timers, challenges, guards, groups, discounts or roles. Its decisions are
those of a book, which tests hold against each other. Source: docs/language.md, section 4.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dsl.engine.allowances import capacity, drawn_by
from dsl.engine.amounts import constant
from dsl.engine.cells import E_LINES, E_TYPE, LARGEST, NA, S_CURRENT, S_END, S_TIER
from dsl.engine.columns.clock import Clocks
from dsl.engine.customer import Customer
from dsl.engine.decision import Decision, Status
from dsl.engine.paying import decide, name_of
from dsl.engine.posting import line
from dsl.engine.scene import Cause, Scene, draw
from dsl.engine.settling import is_plain as is_settled_anew
from dsl.meaning import checked
from dsl.meaning.types import Exact

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from dsl.engine.columns.encode import HistoryEncoder
    from dsl.engine.columns.history import History
    from dsl.engine.columns.run import Collected
    from dsl.engine.compiled import Compiled, RewardPlan, RulePlan
    from dsl.engine.customer import Entry
    from dsl.engine.decision import CounterKey
    from dsl.meaning.types import Unit
    from dsl.text.ast import Period

# Events that change what others came to.
CORRECTING = ("refund", "redeem", "cancel")
# Events that say something of their customer.
TELLING = ("profile", "signup", "referral", "optin")
FORMS = (
    checked.Flat,
    checked.Rate,
    checked.PerItem,
    checked.Multiplier,
    checked.Formula,
    checked.Steps,
    checked.Bands,
    checked.Share,
    checked.Thing,
)
STATUSES: tuple[Status, ...] = ("posted", "pending", "held", "withheld", "revoked")
POSTED, PENDING = 0, 1


def is_quick(compiled: Compiled, history: History) -> bool:
    """True of a program of the plain sort, over a history without corrections."""
    program, uses = compiled.program, compiled.uses
    if program.guards or program.challenges or compiled.timed or compiled.derived:
        return False
    if uses.balances or uses.lifetimes or uses.earned or uses.holds or program.segments:
        return False
    if compiled.emitted.foreign or compiled.encoder.others or not is_settled_anew(compiled):
        return False
    if any(info.stock is not None for info in program.things.values()):
        return False
    present = np.unique(history.types).tolist()
    if any(history.type_names[code] in CORRECTING for code in present):
        return False
    return all(_is_quick_rule(plan) for plan in compiled.rules)


def _is_quick_rule(plan: RulePlan) -> bool:
    rule = plan.rule
    once = [*plan.once, *((one, None) for one in (plan.campaign.once if plan.campaign else ()))]
    if rule.group is not None or rule.holdout is not None:
        return False
    if any(one.attribute is not None for one, _ in once):
        return False
    return all(
        isinstance(one.reward.form, FORMS)
        and one.recipient is None
        and not one.choices
        and not one.reward.is_discount
        and isinstance(one.reward.audience, checked.Group | None)
        for one in plan.rewards
    )


@dataclass(slots=True)
class _Holder:
    """A limit or budget as one reward draws on it; `each` is 0 where events are counted."""

    name: str
    is_limit: bool
    periods: list[int] | None
    capacity: int
    each: int

    def key(self, id_: str, row: int) -> CounterKey:
        """The counter an event's award to a customer is counted in."""
        period = 0 if self.periods is None else self.periods[row]
        return (self.name, id_ if self.is_limit else "", "", period)


@dataclass(slots=True)
class _Reward:
    """A reward with all that is the same for every event; `times` is of a multiplier."""

    plan: RewardPlan
    number: int
    unit: int
    text: int
    status: int
    audience: checked.Group | None
    whole: bool
    is_rate: bool
    most: int | None
    own: list[_Holder]
    shared: list[_Holder]
    holders: list[_Holder]
    fixed: int = 0
    amount: Callable[..., int] | None = None
    times: Callable[[int], int] | None = None


@dataclass(slots=True)
class _Rule:
    """A rule with its rewards; it and its campaign are in force from an instant up to another."""

    plan: RulePlan
    rewards: list[_Reward]
    is_selective: bool
    starts: int
    ends: int
    campaign_starts: int
    campaign_ends: int


@dataclass(slots=True)
class _Payment:
    """What a reward of a rule is about to give."""

    rule: _Rule
    reward: _Reward
    amount: int = 0


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
        self.has_tiers = bool(compiled.program.tiers)
        self._clocks = Clocks(history.at, compiled.program.timezone)
        self._periods: dict[Period, list[int]] = {}
        self._rows = encoder.rows
        self._ticks = self._tick_rows() if self.has_tiers else self._rows
        self._net_amounts()
        self._ats: list[int] = history.at.tolist()
        self._ids: list[str] = history.ids.to_pylist()
        self._codes: list[int] = history.customers.tolist()
        self._types: list[int] = history.types.tolist()
        names = history.type_names
        self._telling = frozenset(n for n, name in enumerate(names) if name in TELLING)
        self._recorded = frozenset(n for n, name in enumerate(names) if name in compiled.recorded)
        self._rules = [self._rules_on(name) for name in names]

    # --- what is the same for every event -----------------------------------------------------

    def _tick_rows(self) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
        """The rows of the instants of events, at which nothing else is known."""
        ticks = self._rows.copy()
        for key, place in self.compiled.layout.event.places.items():
            is_own = key[0] == "test" and key[2] == "customer"
            if key[0] in ("attribute", "test", "distance") and not is_own:
                ticks[:, place] = NA
        ticks[:, [E_TYPE, E_LINES]] = 0
        return ticks

    def _net_amounts(self) -> None:
        """An absent amount is the gross, where no discount takes anything off it."""
        places = self.compiled.layout.event.places
        amount, gross = (self._rows[:, places["attribute", n]] for n in ("amount", "gross"))
        codes = [n for n, name in enumerate(self.history.type_names) if name == "purchase"]
        absent = (amount == NA) & (gross != NA) & np.isin(self.history.types, codes)
        if absent.any():
            self._rows = self._rows.copy()
            self._rows[absent, places["attribute", "amount"]] = gross[absent]

    def _rules_on(self, event: str) -> list[_Rule]:
        return [
            _Rule(
                plan,
                rewards := [self._reward(plan, reward) for reward in plan.rewards],
                any(one.audience is not None for one in rewards),
                *_span(plan.rule.starts, plan.rule.ends),
                *_span(
                    plan.campaign.starts if plan.campaign else None,
                    plan.campaign.ends if plan.campaign else None,
                ),
            )
            for plan in self.compiled.by_event.get(event, ())
        ]

    def _reward(self, rule: RulePlan, plan: RewardPlan) -> _Reward:
        reward, unit, form = plan.reward, plan.reward.unit, plan.reward.form
        name = name_of(reward)
        self.collected.precisions.setdefault(name, unit.precision if unit is not None else 0)
        of_unit = unit.pending if unit is not None and not unit.is_money else None
        wait = rule.rule.pending or of_unit
        is_thing = isinstance(form, checked.Thing)
        own = [*self._once(rule.rule.once), *self._holders(plan, rule.limits)]
        shared = self._shared(rule, plan)
        found = _Reward(
            plan=plan,
            number=plan.number,
            unit=self.collected.units.code(name),
            text=self.collected.texts.code(form.name) if isinstance(form, checked.Thing) else -1,
            status=PENDING if wait is not None and wait.count else POSTED,
            audience=reward.audience if isinstance(reward.audience, checked.Group) else None,
            whole=rule.rule.whole_only or unit is None,
            is_rate=reward.is_rate,
            most=reward.at_most if unit is not None else None,
            own=own,
            shared=shared,
            holders=[*own, *shared],
            fixed=1 if is_thing else plan.fixed or 0,
            amount=plan.amount,
        )
        if isinstance(form, checked.Multiplier) and unit is not None:
            found.times = _multiple(form, unit)
        return found

    def _shared(self, rule: RulePlan, plan: RewardPlan) -> list[_Holder]:
        campaign = rule.campaign
        own = (
            [*self._once(campaign.once), *self._holders(plan, campaign.allowances)]
            if campaign is not None
            else []
        )
        return [*own, *self._holders(plan, self.compiled.program.allowances)]

    def _once(self, once: Iterable[checked.Once]) -> list[_Holder]:
        return [_Holder(one.name, one.per_customer, self._period(one.period), 1, 0) for one in once]

    def _holders(self, plan: RewardPlan, allowances: Iterable[checked.Allowance]) -> list[_Holder]:
        return [
            _Holder(one.name, one.scope == "limit", self._period(one.period), capacity(one), each)
            for one in allowances
            if (each := drawn_by(one, plan)) is not None
        ]

    def _period(self, period: Period | None) -> list[int] | None:
        if period is None:
            return None
        if period not in self._periods:
            self._periods[period] = self._clocks.period(period).tolist()
        return self._periods[period]

    # --- events -------------------------------------------------------------------------------

    def fold(self, rows: Iterable[int]) -> None:
        """Take in events that are not decided."""
        for row in rows:
            self._record(self._codes[row], row)

    def _customer(self, code: int, row: int) -> Customer:
        """The customer of an event; a new one knows what the event says."""
        found = self.customers[code]
        if found is None:
            found = Customer(self.history.customer_ids[code], self.compiled)
            self.customers[code] = found
            if self.has_tiers:
                self._settle(found, row)
            self._learn(found, row)
        elif self._types[row] in self._telling:
            self._learn(found, row)
        return found

    def _learn(self, customer: Customer, row: int) -> None:
        entry = self._entry(row)
        customer.learn(entry.event, entry.at)

    def _record(self, code: int, row: int) -> tuple[Customer, list[int], list[int]]:
        """Note what an event says of its customer, and the event; its row and lines."""
        compiled = self.compiled
        customer = self._customer(code, row)
        cells: list[int] = self._rows[row].tolist()
        lines = self._encoder.lines_of(row)
        state = customer.row
        state[S_CURRENT] = state[S_END] = len(customer.history)
        if self._types[row] in self._recorded:
            customer.record(cells, lines, compiled.scratch(), counts=True)
        return customer, cells, lines

    def decisions(
        self, rows: Iterable[int], watched: str | None, reasoned: Callable[[int], bool]
    ) -> Iterator[tuple[int, Decision | None]]:
        """Decide events; told are those in which a rule paid, and those asked for with reasons."""
        compiled = self.compiled
        fills = compiled.uses.age is not None
        for row in rows:
            code = self._codes[row]
            if self.has_tiers and (known := self.customers[code]) is not None:
                self._settle(known, row)
            customer, cells, lines = self._record(code, row)
            rules = self._rules[self._types[row]]
            if not rules:
                continue
            if fills:
                customer.fill(self._ats[row])
            decision = self._reasons(customer, row, cells, lines) if reasoned(row) else None
            scratch = compiled.scratch()
            given = (cells, lines, customer.row, customer.history, customer.lines, scratch)
            payments = self._worked_out(rules, customer, row, given)
            paid = bool(payments) and self._pay(payments, customer.id, code, row, watched)
            if paid or decision is not None:
                yield row, decision

    def _settle(self, customer: Customer, row: int) -> None:
        """The tier as of just before an event."""
        compiled, state = self.compiled, customer.row
        state[S_CURRENT] = state[S_END]
        if compiled.uses.age is not None:
            customer.fill(self._ats[row])
        given = (
            self._ticks[row].tolist(),
            [],
            state,
            customer.history,
            customer.lines,
            compiled.scratch(),
        )
        rank = 0
        for tier, function in zip(compiled.program.tiers, compiled.tiers, strict=True):
            if function is not None and function(*given) == 1:
                rank = tier.rank
        customer.rank = state[S_TIER] = rank

    # --- steps 3 to 5 -------------------------------------------------------------------------

    def _worked_out(
        self, rules: list[_Rule], customer: Customer, row: int, given: tuple[list[int], ...]
    ) -> list[_Payment]:
        """What rewards come to, multiples of the base last."""
        payments: list[_Payment] = []
        multiples: list[_Payment] = []
        bases: dict[int, int] = {}
        for rule in rules:
            rewards = self._matched(rule, customer, row, given)
            for one in rewards:
                payment = _Payment(rule, one)
                payments.append(payment)
                if one.times is not None:
                    multiples.append(payment)
                    continue
                amount = one.fixed if one.amount is None else one.amount(*given)
                if amount > 0:
                    payment.amount = _bound(amount, one.most)
                    if one.is_rate:
                        bases[one.unit] = bases.get(one.unit, 0) + payment.amount
        for payment in multiples:
            one = payment.reward
            base = bases.get(one.unit, 0)
            if base and one.times is not None:
                payment.amount = _bound(one.times(base), one.most)
        return payments

    def _matched(
        self, rule: _Rule, customer: Customer, row: int, given: tuple[list[int], ...]
    ) -> list[_Reward]:
        """The rewards of a rule that matches which are for this customer."""
        plan, at = rule.plan, self._ats[row]
        own = plan.rule
        if not rule.starts <= at < rule.ends:
            return []
        if own.opt_in and own.name not in customer.opted_in:
            return []
        if plan.matches is not None and plan.matches(*given) != 1:
            return []
        rewards = rule.rewards
        if rule.is_selective:
            rank = customer.rank
            rewards = [
                one
                for one in rewards
                if one.audience is None or (rank in one.audience.ranks) is not one.audience.negated
            ]
        if own.chance is not None:
            share = own.chance
            number = draw(self.secret, "chance", own.name, self._ids[row])
            if number * 10**share.decimals >= share.value << 64:
                return []
        return rewards if rule.campaign_starts <= at < rule.campaign_ends else []

    # --- steps 6 to 9 -------------------------------------------------------------------------

    def _pay(
        self, payments: list[_Payment], id_: str, code: int, row: int, watched: str | None
    ) -> bool:
        """Cut what limits leave, move them by what is paid, note the awards."""
        running: dict[CounterKey, int] = {}
        rule: _Rule | None = None
        for payment in payments:
            if payment.rule is not rule:
                rule, running = payment.rule, {}
            if payment.reward.own:
                self._fit(payment, payment.reward.own, running, id_, row)
        running = {}
        for payment in payments:
            if payment.reward.shared:
                self._fit(payment, payment.reward.shared, running, id_, row)
        counted: set[CounterKey] = set()
        cells, at, paid = self.collected.cells, self._ats[row], False
        for payment in payments:
            amount, one = payment.amount, payment.reward
            if not amount:
                continue
            for holder in one.holders:
                key = holder.key(id_, row)
                if holder.each:
                    self.used[key] = self.used.get(key, 0) + amount * holder.each
                elif key not in counted:
                    counted.add(key)
                    self.used[key] = self.used.get(key, 0) + 1
            plan = payment.rule.plan
            cells += (row, at, code, plan.order, one.number, one.unit, one.text, amount, one.status)
            paid = paid or plan.name == watched
        return paid

    def _fit(
        self,
        payment: _Payment,
        holders: list[_Holder],
        running: dict[CounterKey, int],
        id_: str,
        row: int,
    ) -> None:
        """Cut a payment to what every holder leaves, after what payments before it take."""
        keys = [holder.key(id_, row) for holder in holders]
        for holder, key in zip(holders, keys, strict=True):
            if not payment.amount:
                return
            used, before = self.used.get(key, 0), running.get(key, 0)
            if not holder.each:
                if used >= holder.capacity and not before:
                    payment.amount = 0
                continue
            room = max(0, holder.capacity - used - before) // holder.each
            if payment.amount > room:
                payment.amount = 0 if payment.reward.whole else room
        if payment.amount:
            for holder, key in zip(holders, keys, strict=True):
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
            line(scene, matched, payment, STATUSES[statuses[payment.plan.name]])
            for matched in sorted(found, key=lambda matched: matched.plan.order)
            for payment in matched.payments
            if payment.amount
        ]
        return Decision(
            event_id=entry.id,
            customer=customer.id,
            tier=customer.tier,
            awards=tuple(awards),
            outcomes=tuple(outcome for _, outcome in sorted(scene.outcomes.items())),
            taken=dict(scene.taken),
        )

    def _every_reward(self, row: int) -> Iterator[_Reward]:
        for rule in self._rules[self._types[row]]:
            yield from rule.rewards


def _bound(amount: int, most: int | None) -> int:
    """An award capped by its `at most`; a number too large is none."""
    if most is not None and amount > most:
        return most
    return amount if amount <= LARGEST else 0


def _span(starts: int | None, ends: int | None) -> tuple[int, int]:
    return (-LARGEST if starts is None else starts), (LARGEST if ends is None else ends)


def _multiple(form: checked.Multiplier, unit: Unit) -> Callable[[int], int]:
    """What a multiplier adds to a base."""
    more = form.factor.value - 10**form.factor.decimals
    decimals = form.factor.decimals + unit.precision
    return lambda base: constant(Exact(base * more, decimals), unit)
