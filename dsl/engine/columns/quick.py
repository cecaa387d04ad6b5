"""Programs of the plain sort over a history, without a book: what most previews are of.

A program is plain where no decision hangs on what was awarded before it, limits and budgets apart:
no balances, things held, timers, challenges, guards, groups, discounts or roles. Its decisions are a
book's; a property test holds them together. Source: docs/language.md, section 4.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from dsl.engine.allowances import capacity, drawn_by
from dsl.engine.amounts import constant
from dsl.engine.cells import E_LINES, E_TYPE, LARGEST, NA, S_CURRENT, S_END, S_TIER
from dsl.engine.columns.clock import Clocks
from dsl.engine.customer import Customer
from dsl.engine.decision import Decision
from dsl.engine.paying import decide, name_of
from dsl.engine.posting import line
from dsl.engine.scene import Cause, Scene, draw
from dsl.engine.settling import is_plain as is_settled_anew
from dsl.meaning import checked
from dsl.meaning.types import Exact

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from dsl.engine.columns.convert import Ints
    from dsl.engine.columns.encode import HistoryEncoder
    from dsl.engine.columns.history import History
    from dsl.engine.columns.run import Collected
    from dsl.engine.compiled import Compiled, RewardPlan, RulePlan
    from dsl.engine.customer import Entry
    from dsl.engine.decision import Award, CounterKey
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
PENDING, POSTED = 1, 0


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


@dataclass(slots=True)
class _Reward:
    """A reward with all that is the same for every event."""

    plan: RewardPlan
    unit: int
    text: int
    status: int
    audience: checked.Group | None
    whole: bool
    base: str
    fixed: int = 0
    amount: Callable[..., int] | None = None
    times: Callable[[int], int] | None = None
    most: int = LARGEST
    own: list[_Holder] = field(default_factory=list)
    shared: list[_Holder] = field(default_factory=list)


@dataclass(slots=True)
class _Rule:
    """A rule with its rewards; in force from an instant up to another."""

    plan: RulePlan
    order: int
    starts: int
    ends: int
    rewards: list[_Reward]


class Quick:
    """The customers of a plain program, decided event by event."""

    def __init__(
        self, compiled: Compiled, history: History, collected: Collected, secret: bytes
    ) -> None:
        self.compiled, self.history, self.collected = compiled, history, collected
        self.secret = secret
        self.used: dict[CounterKey, int] = {}
        self.customers: list[Customer | None] = [None] * len(history.customer_ids)
        self._clocks = Clocks(history.at, compiled.program.timezone)
        self._periods: dict[Period, list[int]] = {}
        encoder: HistoryEncoder = compiled.encoder  # type: ignore[assignment]  # a run's own
        self._rows = encoder.rows
        self._ticks = self._tick_rows() if compiled.program.tiers else self._rows
        self._net_amounts()
        self._rules = [
            self._rules_on(name) if name in compiled.by_event else []
            for name in history.type_names
        ]

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
                plan.order,
                -LARGEST if plan.rule.starts is None else plan.rule.starts,
                LARGEST if plan.rule.ends is None else plan.rule.ends,
                [self._reward(plan, reward) for reward in plan.rewards],
            )
            for plan in self.compiled.by_event[event]
        ]

    def _reward(self, rule: RulePlan, plan: RewardPlan) -> _Reward:
        reward, unit = plan.reward, plan.reward.unit
        form, collected = reward.form, self.collected
        name = name_of(reward)
        collected.precisions.setdefault(name, unit.precision if unit is not None else 0)
        wait = rule.rule.pending or (unit.pending if unit and not unit.is_money else None)
        audience = reward.audience
        found = _Reward(
            plan,
            collected.units.code(name),
            collected.texts.code(form.name) if isinstance(form, checked.Thing) else -1,
            PENDING if wait is not None and wait.count else POSTED,
            audience if isinstance(audience, checked.Group) else None,
            rule.rule.whole_only or unit is None,
            name if reward.is_rate else "",
            own=[*self._once(rule.rule.once), *self._holders(plan, rule.limits)],
            shared=self._shared(rule, plan),
        )
        if isinstance(form, checked.Multiplier) and unit is not None:
            more = form.factor.value - 10**form.factor.decimals
            decimals = form.factor.decimals + unit.precision
            found.base = name
            found.times = lambda base: constant(Exact(base * more, decimals), unit)
        elif isinstance(form, checked.Thing):
            found.fixed = 1
        elif plan.amount is not None:
            found.amount = plan.amount
        else:
            found.fixed = plan.fixed or 0
        if unit is not None and reward.at_most is not None:
            found.most = reward.at_most
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
        return [
            _Holder(one.name, one.per_customer, self._period(one.period), 1, 0) for one in once
        ]

    def _holders(
        self, plan: RewardPlan, allowances: Iterable[checked.Allowance]
    ) -> list[_Holder]:
        return [
            _Holder(
                one.name, one.scope == "limit", self._period(one.period), capacity(one), each
            )
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

    def fold(self, entries: Iterator[tuple[int, Entry]]) -> None:
        """Take in events that are not decided."""
        codes = self.history.customers.tolist()
        for row, entry in entries:
            self._record(codes[row], row, entry)

    def _record(self, code: int, row: int, entry: Entry) -> tuple[list[int], list[int]]:
        """Note what an event says of its customer, and the event; its row and lines."""
        customer, compiled = self.customers[code], self.compiled
        event = entry.event
        if customer is None:
            customer = self.customers[code] = Customer(event.customer, compiled)
            customer.learn(event, entry.at)
        elif event.type in TELLING:
            customer.learn(event, entry.at)
        cells: list[int] = self._rows[row].tolist()
        lines = compiled.encoder.lines(event.items)
        state = customer.row
        state[S_CURRENT] = state[S_END] = len(customer.history)
        if event.type in compiled.recorded:
            customer.record(cells, lines, compiled.scratch(), counts=True)
        return cells, lines

    def decisions(
        self,
        entries: Iterator[tuple[int, Entry]],
        watched: int,
        reasoned: Callable[[int], bool],
    ) -> Iterator[tuple[int, Decision | None]]:
        """Decide events; those are told in which a rule paid, and with reasons those asked for."""
        history, compiled = self.history, self.compiled
        codes, types = history.customers.tolist(), history.types.tolist()
        fills = compiled.uses.age is not None
        has_tiers = bool(compiled.program.tiers)
        for row, entry in entries:
            code, at = codes[row], entry.at
            if has_tiers:
                self._settle(code, row, entry)
            cells, lines = self._record(code, row, entry)
            rules = self._rules[types[row]]
            if not rules:
                continue
            customer = self.customers[code]
            if customer is None:
                continue
            if fills:
                customer.fill(at)
            decision = None
            if reasoned(row):
                decision = self._reasons(customer, entry, cells, lines)
            rows = (
                cells,
                lines,
                customer.row,
                customer.history,
                customer.lines,
                compiled.scratch(),
            )
            paid = self._decide(rules, customer, row, code, entry, rows, watched)
            if decision is not None or paid:
                yield row, decision

    def _settle(self, code: int, row: int, entry: Entry) -> None:
        """The tier as of just before an event."""
        compiled, customer = self.compiled, self.customers[code]
        if customer is None:
            customer = self.customers[code] = Customer(entry.event.customer, compiled)
            self._settle(code, row, entry)
            customer.learn(entry.event, entry.at)
            return
        state = customer.row
        state[S_CURRENT] = state[S_END]
        if compiled.uses.age is not None:
            customer.fill(entry.at)
        tick = self._ticks[row].tolist()
        scratch = compiled.scratch()
        rank = 0
        for tier, function in zip(compiled.program.tiers, compiled.tiers, strict=True):
            if (
                function is not None
                and function(tick, [], state, customer.history, customer.lines, scratch) == 1
            ):
                rank = tier.rank
        customer.rank = state[S_TIER] = rank

    def _decide(  # noqa: C901, PLR0912, PLR0913 - the steps of a decision, one after the other
        self,
        rules: list[_Rule],
        customer: Customer,
        row: int,
        code: int,
        entry: Entry,
        rows: tuple[list[int], ...],
        watched: int,
    ) -> bool:
        at = entry.at
        found: list[tuple[_Rule, list[list[object]]]] = []
        bases: dict[str, int] = {}
        multiplied: list[tuple[_Reward, list[int]]] = []
        payments: list[tuple[_Rule, _Reward, list[int]]] = []
        for rule in rules:
            plan = rule.plan
            if at < rule.starts or at >= rule.ends:
                continue
            if plan.rule.opt_in and plan.rule.name not in customer.opted_in:
                continue
            if plan.matches is not None and plan.matches(*rows) != 1:
                continue
            chance = plan.rule.chance
            campaign = plan.campaign
            rewards = [
                one
                for one in rule.rewards
                if one.audience is None
                or (customer.rank in one.audience.ranks) is not one.audience.negated
            ]
            if not rewards:
                continue
            if chance is not None and not self._draws(plan.rule.name, entry.id, chance):
                continue
            if campaign is not None and (
                (campaign.starts is not None and at < campaign.starts)
                or (campaign.ends is not None and at >= campaign.ends)
            ):
                continue
            for one in rewards:
                cell = [0]
                payments.append((rule, one, cell))
                if one.times is not None:
                    multiplied.append((one, cell))
                    continue
                amount = one.fixed if one.amount is None else one.amount(*rows)
                amount = min(amount, one.most)
                if 0 < amount <= LARGEST:
                    cell[0] = amount
                    if one.base:
                        bases[one.base] = bases.get(one.base, 0) + amount
        for one, cell in multiplied:
            if one.times is not None:
                amount = min(one.times(bases.get(one.base, 0)), one.most)
                cell[0] = amount if 0 < amount <= LARGEST else 0
        return bool(payments) and self._pay(payments, customer, row, code, at, watched)
