"""A program run over a history: the fold of the live decision, event by event.

Balances, counters and challenges start from nothing; what follows from earlier events (windows,
tiers, segments, attributes) is folded from all of the history. Nothing is written anywhere.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dsl.engine.calendar import instant
from dsl.engine.clock import date_of
from dsl.engine.columns.awards import KIND
from dsl.engine.columns.clock import Clocks
from dsl.engine.columns.collected import STATUSES
from dsl.engine.columns.narrow import narrow
from dsl.engine.columns.run import Run, Way
from dsl.engine.columns.span import Sample, Span
from dsl.engine.columns.sums import Distinct, sums, sums_of
from dsl.meaning import checked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from dsl.engine.columns.awards import Awards
    from dsl.engine.columns.balance import Balance
    from dsl.engine.columns.convert import Ints
    from dsl.engine.columns.history import History
    from dsl.engine.columns.shared import SharedUse
    from dsl.engine.columns.standing import Standing
    from dsl.engine.compiled import Compiled
    from dsl.engine.plans import RewardPlan

Bools = np.ndarray[tuple[int], np.dtype[np.bool_]]
WITHHELD, REVOKED = STATUSES.index("withheld"), STATUSES.index("revoked")
LATEST = 1 << 62


@dataclass(frozen=True, slots=True)
class RuleTotal:
    """What one rule gave: awards, how many customers got any, and how much of each unit.

    Units are money and things too, things by their kind. What was withheld is not given; what was
    taken back is no award, but is taken off the amounts.
    """

    awards: int
    customers: int
    units: dict[str, int]


@dataclass(frozen=True)
class DryRun:
    """The awards of a run, and what the numbers in them stand for.

    Customers, rules, units (money, and kinds of thing, among them), texts (what things are called,
    -1 without) and standings (where customers stood as rules saw them) are places in the names;
    rewards are places in the rule, statuses in STATUSES. Amounts are integers of `precisions` by
    unit. `decided` counts the events of the period, `until` is its last instant; `way` is how they
    were decided. `balances` are what customers hold at the end by unit, but for those of whom that
    follows from their awards: who is not `folded`; None after an edit, when it is not known where
    customers stood either, and awards of one instant stand in no certain order. `used` finds what
    was used of what all customers share, if it can.
    """

    compiled: Compiled
    history: History
    span: Span
    secret: bytes = field(repr=False)
    decided: int
    until: int
    way: Way
    awards: Awards
    customer_ids: tuple[str, ...]
    rule_names: tuple[str, ...]
    unit_names: tuple[str, ...]
    text_names: tuple[str, ...]
    standing_names: tuple[Standing, ...]
    precisions: Mapping[str, int]
    balances: Mapping[str, Balance] | None
    folded: Bools
    used: Callable[[], Sequence[SharedUse]] | None = field(repr=False, compare=False)
    samples: tuple[Sample, ...] = field(default=())
    explained: tuple[Sample, ...] = field(default=())

    def is_of(self, history: History, span: Span, secret: bytes) -> bool:
        """True where it is of these events, with these draws."""
        return self.history is history and self.span == span and self.secret == secret

    def units_of(self, rule: str) -> list[str]:
        """What a rule may give: units, money, kinds of things."""
        plan = next(plan for plan in self.compiled.rules if plan.name == rule)
        given = [one for reward in plan.rewards for one in _every(reward)]
        return list(dict.fromkeys(one.called for one in given if not one.choices))

    # --- what the awards are of, by kind ------------------------------------------------------

    @cached_property
    def given(self) -> Bools:
        """True of the awards that are not withheld."""
        return np.asarray((self._statuses != WITHHELD)[self.awards.kinds])

    @property
    def moved(self) -> Ints:
        """What the amounts are with revoked things taken off."""
        return self._moved(self.awards.kinds, self.awards.amounts)

    def _moved(self, kinds: Ints, amounts: Ints) -> Ints:
        revoked = self._statuses == REVOKED
        return np.where(revoked[kinds], -np.abs(amounts), amounts) if revoked.any() else amounts

    @cached_property
    def _may_count(self) -> tuple[Bools, Bools]:
        """Of each kind whether it is what was given, and whether it is so below zero too."""
        takes = {
            (rule, place)
            for rule, plan in enumerate(self.compiled.rules)
            for place, reward in enumerate(plan.rewards)
            if any(_deducts(one) for one in _every(reward))
        }
        pairs = self.awards.table[:, :2].tolist()
        lowers = np.array([(rule, reward) in takes for rule, reward in pairs], np.bool_)
        return (self._statuses != WITHHELD) & (self._statuses != REVOKED), lowers

    def _is_award(self, kinds: Ints, amounts: Ints) -> Bools:
        """True of what was given, False of what was taken back."""
        may_count, lowers = self._may_count
        found = np.asarray(may_count[kinds])
        if amounts.min(initial=1) <= 0:
            found &= (amounts > 0) | lowers[kinds]
        return found

    @property
    def _statuses(self) -> Ints:
        return self.awards.table[:, KIND.index("status")]

    # --- sums ---------------------------------------------------------------------------------

    def by_rule(self) -> dict[str, RuleTotal]:
        """What each rule gave, in text order, those that gave nothing included."""
        units: dict[int, dict[int, int]] = {}
        for rule, unit, sum_ in self._by_kind:
            own = units.setdefault(rule, {})
            own[unit] = own.get(unit, 0) + sum_
        counts, people, _ = self._counted
        return {
            name: RuleTotal(counts[rule], people[rule], self._named(units.get(rule, {})))
            for rule, name in enumerate(self.rule_names)
        }

    def total(self) -> RuleTotal:
        """What all rules gave together."""
        units: dict[int, int] = {}
        for _, unit, sum_ in self._by_kind:
            units[unit] = units.get(unit, 0) + sum_
        counts, _, people = self._counted
        return RuleTotal(sum(counts), people, self._named(units))

    @cached_property
    def _counted(self) -> tuple[list[int], list[int], int]:
        """By rule how many awards and customers there are, and how many customers in all."""
        counts = np.zeros(len(self.rule_names), np.int64)
        people = Distinct(len(self.rule_names), len(self.customer_ids))
        rules = self.awards.table[:, KIND.index("rule")]
        for kinds, amounts, customers in self.awards.pieces("kinds", "amounts", "customers"):
            is_award = self._is_award(kinds, amounts)
            chosen = slice(None) if is_award.all() else is_award
            own = rules[kinds[chosen]]
            counts += np.bincount(own, minlength=len(counts))
            people.add(own, customers[chosen])
        return counts.tolist(), people.by_key(), people.total()

    @cached_property
    def _by_kind(self) -> list[tuple[int, int, int]]:
        """Of each kind of award that was given the rule, the unit, and what it comes to."""
        table = self.awards.table
        counts, totals = np.zeros(len(table), np.int64), [0] * len(table)
        for kinds, amounts in self.awards.pieces("kinds", "amounts"):
            counts += np.bincount(kinds, minlength=len(table))
            own = sums_of(kinds, self._moved(kinds, amounts), len(table)).tolist()
            totals = [one + other for one, other in zip(totals, own, strict=True)]
        return [
            (rule, unit, sum_)
            for (rule, _, unit, _, status), count, sum_ in zip(
                table.tolist(), counts.tolist(), totals, strict=True
            )
            if count and status != WITHHELD
        ]

    def _named(self, units: Mapping[int, int]) -> dict[str, int]:
        return {self.unit_names[unit]: units[unit] for unit in sorted(units, key=self._order)}

    def _order(self, unit: int) -> tuple[int, int]:
        """The program's units in its order, then what else there is as it came."""
        names = list(self.compiled.program.units)
        name = self.unit_names[unit]
        return (names.index(name) if name in names else len(names)), unit

    def by_day(self) -> dict[dt.date, dict[str, int]]:
        """How much of each unit the awards of each local date came to, in the order of dates."""
        units, found = self.awards.table[:, KIND.index("unit")], dict[tuple[int, int], int]()
        when, days_of = "rows", self._days_of_rows
        if self.awards.has_timed:
            when, days_of = "at", self._days_of_instants
        for kinds, amounts, places in self.awards.pieces("kinds", "amounts", when):
            chosen = self._statuses[kinds] != WITHHELD
            days, moved = days_of(places), self._moved(kinds, amounts)
            for day, unit, amount in sums(days[chosen], units[kinds][chosen], moved[chosen]):
                found[day, unit] = found.get((day, unit), 0) + amount
        totals: dict[dt.date, dict[str, int]] = {}
        for (day, unit), amount in sorted(found.items()):
            totals.setdefault(date_of(day), {})[self.unit_names[unit]] = amount
        return totals

    def _days_of_instants(self, places: Ints) -> Ints:
        return Clocks(places, self.compiled.program.timezone).part("date")

    def _days_of_rows(self, places: Ints) -> Ints:
        """The local dates of events."""
        zone = self.compiled.program.timezone
        # There are fewer events, they stand in the order of time, and rules ask for it too.
        key, cells = (zone, "local", "date"), self.history.cells
        days = cells.get(key)
        if days is None:
            days = cells[key] = narrow(Clocks(self.history.at.values, zone).part("date"))
        return days[places]

    def by_customer(self) -> dict[str, dict[str, int]]:
        """How much of each unit each customer got; those that got nothing are left out."""
        return {
            self.customer_ids[code]: own for code, own in self._by(self.awards.customers).items()
        }

    def _by(self, keys: Ints) -> dict[int, dict[str, int]]:
        given, units, amounts = self.given, self.awards.units, self.moved
        if not given.all():
            keys, units, amounts = keys[given], units[given], amounts[given]
        totals: dict[int, dict[str, int]] = {}
        for key, unit, amount in sums(keys, units, amounts):
            totals.setdefault(key, {})[self.unit_names[unit]] = amount
        return totals


def _every(reward: RewardPlan) -> Iterable[RewardPlan]:
    yield reward
    for _, choice in reward.choices:
        yield choice


def _deducts(reward: RewardPlan) -> bool:
    return isinstance(reward.reward.form, checked.Deduction)


def dry_run(  # noqa: PLR0913 - each stands by itself
    compiled: Compiled,
    history: History,
    *,
    since: dt.datetime | None = None,
    until: dt.datetime | None = None,
    watch: str | None = None,
    samples: int = 0,
    explain: Sequence[str] = (),
    secret: bytes = b"",
    way: Way = "auto",
    before: DryRun | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> DryRun:
    """Decide the events from `since` on and before `until`, and what falls due by then.

    `until` None is up to the last event. `watch` names the rule whose latest `samples` paying
    decisions are kept, with a few of its others; `explain` are ids of events whose decisions are.
    Draws are keyed by `secret`; `progress` is called with how many events are done and how many
    there are, and may raise to end the run. `way` is how it is done, with the same result. `before`
    is a run of another program over the same: where only rules differ, only those are decided that
    hang together with one that does; what customers hold is not known then.
    """
    lower = instant(since) if since is not None else -LATEST
    upper = instant(until) if until is not None else LATEST
    first, end = np.searchsorted(history.at, [lower, upper]).tolist()
    end = max(first, end)
    run = Run(compiled, history, secret, progress, way=way)
    span, explained = Span(first, end, lower, lower), list[Sample]()
    if end or until is not None:
        last = upper - 1 if until is not None else int(history.at[end - 1])
        span = replace(span, until=last)
        # Every decision can be explained where everything was decided.
        run.decide(span, watch, samples, before if not explain else None)
        explained = run.explained(span, _rows_of(history, explain, first, end))
    found = run.collected
    awards = run.awards or run.collected.awards()
    profiles = history.profiles(first, end)
    # Whoever was paid without an event of their own.
    others = len(found.customers.codes) - len(history.customer_ids)
    return DryRun(
        compiled=compiled,
        history=history,
        span=span,
        secret=secret,
        decided=end - first - profiles,
        until=span.until,
        way=run.way,
        awards=awards,
        customer_ids=found.customers.names,
        rule_names=tuple(found.rules),
        unit_names=found.units.names,
        text_names=found.texts.names,
        standing_names=tuple(found.standings),
        precisions=found.precisions,
        balances=None if run.is_edited else run.balances,
        folded=np.append(run.folded, np.full(others, run.folded.all())),
        used=run.used,
        samples=tuple(run.samples),
        explained=tuple(explained),
    )


def _rows_of(history: History, ids: Sequence[str], first: int, end: int) -> list[int]:
    """The rows of events by their ids, of those from a row up to another that there are."""
    # Profiles of imported customers have no id.
    asked = [one for one in ids if one]
    if not asked:
        return []
    found = pc.index_in(pa.array(asked, pa.string()), value_set=history.ids)
    return sorted(row for row in found.to_pylist() if row is not None and first <= row < end)
