"""Which rules match an event and what they award, without any state.

What is asked is what follows from the event, its lines, its instant and the tier it comes with:
conditions, dates, audiences by tier, amounts. Nothing was before the event and nothing else is
known of its customer; limits, budgets, groups, draws and opting in are those of a decision, and
what hangs on a draw, on a balance or on the cheapest lines counts as 0.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from dsl.engine.amounts import constant
from dsl.engine.calendar import instant
from dsl.engine.cells import E_AT, NA, S_TIER
from dsl.engine.compiled import Compiled
from dsl.engine.index import Index
from dsl.meaning import checked
from dsl.meaning.events import Event
from dsl.meaning.types import Exact, Kind

if TYPE_CHECKING:
    from dsl.engine.index import Cell, Key
    from dsl.engine.plans import Function, RewardPlan, RulePlan

# The rules that match, by their place in text order, each with what a reward of it comes to.
Answer = tuple[tuple[int, int], ...]
Raw = Mapping[str, Any]
Rows = tuple[list[int], list[int], list[int], list[int], list[int], list[int]]

NUMERIC = (Kind.NUMBER, Kind.MONEY)
ALONE = (Kind.TEXT, Kind.CUSTOMER, Kind.FLAG, *NUMERIC)
THINGS = (checked.Thing, checked.TierAward, checked.Message)
# What only a decision can tell.
UNTOLD = (checked.OneOf, checked.Deduction, checked.CheapestFree)
OF_TIME = ("local", "period", "start", "ago")
BEGINNING = dt.datetime.fromtimestamp(0, dt.UTC)
# Values, thresholds and pairs in lists before all are forgotten.
MOST_KEPT = 5_000_000


@dataclass(frozen=True, slots=True)
class Candidate:
    """A rule, what is left to be asked of it, and the rewards that are for the tier."""

    plan: RulePlan
    test: Function | None
    rewards: tuple[RewardPlan, ...]


@dataclass(frozen=True, slots=True)
class Open:
    """Rules of which something is left to be asked, or worked out."""

    candidates: tuple[Candidate, ...]


@dataclass(slots=True)
class Known:
    """What events of one key get, by where the thresholds place them; None is not yet told.

    `cuts` are the thresholds as numbers of an event.
    """

    rank: int
    cell: Cell
    cuts: list[Decimal]
    answers: list[Answer | Open | None]


class Matcher:
    """The rules of a program, asked about events alone.

    An event is a mapping of its type, its attributes as they are read (numbers Decimal or int) and
    `tier`, the name of the tier its customer has; `at`, an aware time, where a rule asks for it.
    """

    def __init__(self, program: checked.Program) -> None:
        self._compiled = Compiled(program)
        self._forms = {name: Form(self._compiled, name) for name in self._compiled.by_event}

    def match(self, events: Iterable[Raw]) -> list[Answer]:
        """What each event gets: the place of each rule that matches, with what it awards.

        Amounts are in the precision of their unit, things count as 1. Raises KeyError where an
        event has no type, or no `at` though a rule asks for the time.
        """
        found: list[Answer] = []
        add, forms = found.append, self._forms
        for event in events:
            form = forms.get(event["type"]) or self.form(event["type"])
            try:
                known = form.seen[form.key(event)]
                answer = known.answers[bisect_right(known.cuts, form.number(event))]
            except (KeyError, TypeError):
                add(form.asked(event))
                continue
            add(answer if type(answer) is tuple else form.asked(event))
        return found

    def form(self, name: str) -> Form:
        """What is known of the events of a type."""
        found = self._forms.get(name)
        if found is None:
            found = self._forms[name] = Form(self._compiled, name)
        return found


class Form:
    """The events of one type: which of their values make the key, and what is known of each key."""

    def __init__(self, compiled: Compiled, name: str) -> None:
        self._compiled = compiled
        self._name = name
        self._index = index = Index(
            compiled.layout, compiled.by_event.get(name, ()), by_lines=False
        )
        self._ranks = {tier.name: tier.rank for tier in compiled.program.tiers}
        self._asks_time = any(_is_dated(plan) for plan in index.plans) or any(
            key[0] in OF_TIME for key in compiled.layout.event.places
        )
        self._customer = compiled.new_row()
        names = [_name(compiled, name, column.place, ALONE) for column in index.columns[1:]]
        number, self._decimals = None, 0
        if index.has_thresholds:
            number = _name(compiled, name, index.threshold, NUMERIC)
        if number is not None:
            attributes = compiled.program.events[name].attributes
            self._decimals = attributes[number].type.decimals
        # Only values that stand in the event itself are looked up as they are.
        self._is_plain = None not in names and (number is not None or not index.has_thresholds)
        self._names = ("type", "tier", *(one for one in names if one is not None))
        self._number = number or "type"
        self.key: Callable[[Raw], Any] = itemgetter(*self._names)
        self.number: Callable[[Raw], Any] = itemgetter(self._number)
        # By values as they stand in events, and by what the rules tell apart of them.
        self.seen: dict[tuple[Any, ...], Known] = {}
        self._known: dict[tuple[int, Key], Known] = {}
        self._kept = 0
        # By tier, then by the rule's place.
        self._same: dict[int, dict[int, Answer | None]] = {}

    def asked(self, event: Raw) -> Answer:
        """What an event gets, however little is known of its like."""
        get = event.get
        raw = tuple([get(name) for name in self._names])
        known = self.seen.get(raw) if self._is_plain else None
        row: list[int] | None = None
        if known is None:
            row = self._row(event)
            known = self._place(row, self._ranks.get(get("tier") or "", 0))
            if self._is_plain:
                self._keep(len(raw))
                self.seen[raw] = known
        if row is not None:
            place = bisect_right(known.cell.cuts, row[self._index.threshold])
        else:
            number = get(self._number)
            place = 0 if number is None or not known.cuts else bisect_right(known.cuts, number)
        answer = known.answers[place]
        if answer is None:
            answer = known.answers[place] = self._told(known, place)
            self._keep(len(answer.candidates if isinstance(answer, Open) else answer))
        if isinstance(answer, Open):
            return self._worked_out(answer, event, known.rank, row or self._row(event))
        return answer

    def _place(self, row: list[int], rank: int) -> Known:
        key = self._index.key(row, rank)
        known = self._known.get((rank, key))
        if known is None:
            cell = self._index.cell(key)
            # Exact, which arithmetic on them need not be.
            cuts = [Decimal(f"{cut}E-{self._decimals}") for cut in cell.cuts]
            known = Known(rank, cell, cuts, [None] * len(cell.segments))
            self._keep(2 * len(cuts))
            self._known[rank, key] = known
        return known

    def _keep(self, count: int) -> None:
        """Count what is kept; let go of all where it is too much."""
        self._kept += count
        if self._kept > MOST_KEPT:
            self.seen.clear()
            self._known.clear()
            self._kept = count

    def _row(self, event: Raw) -> list[int]:
        at: dt.datetime = event["at"] if self._asks_time else event.get("at") or BEGINNING
        told = Event(
            "",
            self._name,
            at,
            event.get("customer") or "",
            {name: value for name, value in event.items() if value is not None},
            event.get("items"),
        )
        return self._compiled.encoder.row(told, instant(at))

    # --- what rules award ---------------------------------------------------------------------

    def _told(self, known: Known, place: int) -> Answer | Open:
        """What the rules between two thresholds award, as far as it is the same for all events."""
        rank, plans = known.rank, self._index.segment(known.cell, place)
        same = self._same.setdefault(rank, {})
        found: list[tuple[int, int]] = []
        for plan in plans:
            try:
                pairs = same[plan.order]
            except KeyError:
                pairs = same[plan.order] = self._pairs(self._candidate(plan, rank))
            if pairs is None:
                return Open(tuple([self._candidate(plan, rank) for plan in plans]))
            found += pairs
        return tuple(found)

    def _candidate(self, plan: RulePlan, rank: int) -> Candidate:
        rewards = tuple(one for one in plan.rewards if _is_for(one, rank))
        return Candidate(plan, None if plan.order in self._index.sure else plan.matches, rewards)

    def _pairs(self, candidate: Candidate) -> Answer | None:
        """What a rule awards, where that is the same for all events that lead to it."""
        plan = candidate.plan
        amounts = [_amount(one, None) for one in candidate.rewards]
        if candidate.test is not None or _is_dated(plan) or None in amounts:
            return None
        return tuple((plan.order, amount) for amount in amounts if amount is not None)

    def _worked_out(self, answer: Open, event: Raw, rank: int, row: list[int]) -> Answer:
        compiled, at = self._compiled, row[E_AT]
        self._customer[S_TIER] = rank
        lines = compiled.encoder.lines(event.get("items"))
        rows: Rows = row, lines, self._customer, [], [], compiled.scratch()
        found: list[tuple[int, int, RewardPlan]] = []
        bases: dict[str, int] = {}
        for candidate in answer.candidates:
            plan, rule = candidate.plan, candidate.plan.rule
            if (rule.starts is not None and at < rule.starts) or (
                rule.ends is not None and at >= rule.ends
            ):
                continue
            if candidate.test is not None and candidate.test(*rows) != 1:
                continue
            for one in candidate.rewards:
                if one.recipient is not None and one.recipient(*rows) == NA:
                    continue
                amount = _amount(one, rows) or 0
                found.append((plan.order, amount, one))
                if one.reward.is_rate and one.unit is not None:
                    bases[one.unit.name] = bases.get(one.unit.name, 0) + amount
        return tuple((order, _multiplied(one, bases, amount)) for order, amount, one in found)


def _name(compiled: Compiled, type_: str, place: int, kinds: tuple[Kind, ...]) -> str | None:
    """The attribute that stands at a place of E as events have it; None of all else."""
    key = next(key for key, at in compiled.layout.event.places.items() if at == place)
    if key == ("customer",):
        return "customer" if Kind.CUSTOMER in kinds else None
    attributes = compiled.program.events[type_].attributes
    if key[0] != "attribute" or str(key[1]) not in attributes:
        return None
    return str(key[1]) if attributes[str(key[1])].type.kind in kinds else None


def _is_dated(plan: RulePlan) -> bool:
    return plan.rule.starts is not None or plan.rule.ends is not None


def _is_for(plan: RewardPlan, rank: int) -> bool:
    """True where a reward is for a tier; of segments and rankings nobody is known to be."""
    audience = plan.reward.audience
    if audience is None:
        return True
    if not isinstance(audience, checked.Group):
        return False
    return (rank in audience.ranks) is not audience.negated


def _amount(plan: RewardPlan, rows: Rows | None) -> int | None:
    """What a reward comes to by itself; without rows None where it is not the same for all."""
    form, most = plan.reward.form, plan.reward.at_most
    if rows is None and plan.recipient is not None:
        return None
    if isinstance(form, THINGS):
        return 1
    if isinstance(form, UNTOLD):
        return 0
    found = plan.fixed
    if plan.amount is not None or isinstance(form, checked.Multiplier):
        if rows is None:
            return None
        found = plan.amount(*rows) if plan.amount is not None else 0
    found = max(0, found or 0)
    return found if most is None else min(found, most)


def _multiplied(plan: RewardPlan, bases: Mapping[str, int], amount: int) -> int:
    """What a multiplier adds to what the event's rates came to; of all else the amount itself."""
    form, unit, most = plan.reward.form, plan.unit, plan.reward.at_most
    if not isinstance(form, checked.Multiplier) or unit is None:
        return amount
    more = form.factor.value - 10**form.factor.decimals
    exact = Exact(bases.get(unit.name, 0) * more, form.factor.decimals + unit.precision)
    found = max(0, constant(exact, unit))
    return found if most is None else min(found, most)
