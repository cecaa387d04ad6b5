"""What the awards of a run come to: by rule, by local date, by customer; a block at a time.

Kept by name, so that those of rules that an edit does not touch can be put beside those it does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from dsl.engine.columns.awards import KIND
from dsl.engine.columns.clock import Clocks
from dsl.engine.columns.narrow import narrow
from dsl.engine.columns.sums import Added, Distinct, nothing, sums_of
from dsl.engine.plans import given
from dsl.meaning import checked

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from dsl.engine.columns.awards import Awards
    from dsl.engine.columns.convert import Ints
    from dsl.engine.columns.history import History
    from dsl.engine.columns.sums import Exact
    from dsl.engine.compiled import Compiled

Bools = np.ndarray[tuple[int], np.dtype[np.bool_]]
RULE, UNIT = KIND.index("rule"), KIND.index("unit")


@dataclass(frozen=True, slots=True)
class OfRule:
    """Of one rule how many awards there are, whose (by number), and what each unit comes to."""

    awards: int
    people: Ints
    units: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class OfDays:
    """Of one rule and unit the local dates on which it was given, and what each comes to."""

    days: Ints
    amounts: Exact


class Totals(Protocol):
    """What awards come to, by the names of rules and units."""

    @property
    def of_rules(self) -> Mapping[str, OfRule]:
        """By rule, those that gave nothing included."""

    @property
    def of_days(self) -> Mapping[tuple[str, str], OfDays]:
        """By rule and unit, those that were given."""

    def of_customers(self, unit: str, rules: Collection[str]) -> Exact:
        """What some rules gave of a unit, by the number of the customer."""


@dataclass(frozen=True, slots=True)
class Named:
    """What the numbers in awards stand for."""

    rules: Sequence[str]
    units: Sequence[str]
    customers: int


class Counted:
    """The totals of awards."""

    def __init__(self, compiled: Compiled, history: History, awards: Awards, named: Named) -> None:
        self._compiled, self._history, self._awards = compiled, history, awards
        self._named = named

    @property
    def _zone(self) -> str:
        return self._compiled.program.timezone

    @cached_property
    def _lowers(self) -> Bools:
        """Of each kind of award whether what is below zero is one too."""
        takes = {
            (rule, place)
            for rule, plan in enumerate(self._compiled.rules)
            for place, reward in enumerate(plan.rewards)
            if any(isinstance(one.reward.form, checked.Deduction) for one in given(reward))
        }
        pairs = self._awards.table[:, :2].tolist()
        return np.array([(rule, reward) in takes for rule, reward in pairs], np.bool_)

    def _is_award(self, kinds: Ints, amounts: Ints) -> Bools:
        """True of what was given, False of what was taken back."""
        found = np.asarray(self._awards.is_counted[kinds])
        if amounts.min(initial=1) <= 0:
            found &= (amounts > 0) | self._lowers[kinds]
        return found

    @cached_property
    def of_rules(self) -> Mapping[str, OfRule]:
        """By rule, those that gave nothing included."""
        awards, named = self._awards, self._named
        rules, size = awards.table[:, RULE], len(awards.table)
        counts = np.zeros(len(named.rules), np.int64)
        there, totals = np.zeros(size, np.int64), [0] * size
        people = Distinct(len(named.rules), named.customers)
        for kinds, amounts, customers in awards.pieces("kinds", "amounts", "customers"):
            is_award = self._is_award(kinds, amounts)
            chosen = slice(None) if is_award.all() else is_award
            own = rules[kinds[chosen]]
            counts += np.bincount(own, minlength=len(counts))
            people.add(own, customers[chosen])
            there += np.bincount(kinds, minlength=size)
            added = sums_of(kinds, awards.moved(kinds, amounts), size).tolist()
            totals = [one + other for one, other in zip(totals, added, strict=True)]
        units: list[dict[str, int]] = [{} for _ in named.rules]
        is_there = ((there > 0) & awards.is_given).tolist()
        for (rule, _, unit, *_), is_one, total in zip(
            awards.table.tolist(), is_there, totals, strict=True
        ):
            if is_one:
                name = named.units[unit]
                units[rule][name] = units[rule].get(name, 0) + total
        return {
            name: OfRule(int(counts[rule]), people.of(rule), units[rule])
            for rule, name in enumerate(named.rules)
        }

    @cached_property
    def of_days(self) -> Mapping[tuple[str, str], OfDays]:
        """By rule and unit, those that were given."""
        awards, named = self._awards, self._named
        if not len(awards):
            return {}
        kinds_of: dict[tuple[str, str], int] = {}
        pairs = np.array(
            [
                kinds_of.setdefault((named.rules[rule], named.units[unit]), len(kinds_of))
                for rule, _, unit, *_ in awards.table.tolist()
            ],
            np.int64,
        )
        last = awards.latest if awards.has_timed else self._history.at[-1]
        ends = Clocks(np.array([self._history.at[0], last], np.int64), self._zone).part("date")
        # A row for each pair, with room for a day that begins early.
        first, width = int(ends[0]) - 1, int(ends[1] - ends[0]) + 3
        added = Added(len(kinds_of) * width, is_small=awards.is_small)
        when, days_of = ("at", self._at) if awards.has_timed else ("rows", self._of_rows)
        for kinds, amounts, places in awards.pieces("kinds", "amounts", when):
            is_given, moved = awards.is_given[kinds], awards.moved(kinds, amounts)
            chosen = slice(None) if is_given.all() else is_given
            cells = pairs[kinds[chosen]] * width + (days_of(places)[chosen] - first)
            added.add(cells, moved[chosen])
        cells, totals = added.found()
        found = {}
        for pair, row in kinds_of.items():
            start, end = np.searchsorted(cells, [row * width, (row + 1) * width]).tolist()
            if start < end:
                days = cells[start:end] - row * width + first
                found[pair] = OfDays(days, totals[start:end])
        return found

    def _at(self, at: Ints) -> Ints:
        return Clocks(at, self._zone).part("date")

    def _of_rows(self, rows: Ints) -> Ints:
        """The local dates of events."""
        # There are fewer events, they stand in the order of time, and rules ask for it too.
        key, cells = (self._zone, "local", "date"), self._history.cells
        days = cells.get(key)
        if days is None:
            days = cells[key] = narrow(self._at(self._history.at.values))
        return days[rows]

    def of_customers(self, unit: str, rules: Collection[str]) -> Exact:
        """What some rules gave of a unit, by the number of the customer."""
        awards, named = self._awards, self._named
        found = nothing(named.customers, is_small=awards.is_small)
        chosen = np.array(
            [
                named.units[own] == unit and named.rules[rule] in rules
                for rule, _, own, *_ in awards.table.tolist()
            ],
            np.bool_,
        )
        chosen &= awards.is_given
        if not chosen.any():
            return found
        for kinds, amounts, customers in awards.pieces("kinds", "amounts", "customers"):
            places = np.flatnonzero(chosen[kinds])
            moved = awards.moved(kinds[places], amounts[places]).astype(found.dtype)
            np.add.at(found, customers[places], moved)
        return found


class Combined:
    """The totals of some rules beside those that others have in another run of the same events."""

    def __init__(
        self, names: Sequence[str], before: Totals, part: Totals, changed: frozenset[str]
    ) -> None:
        self._names, self._before, self._part, self._changed = names, before, part, changed

    def _of(self, rule: str) -> Totals:
        return self._part if rule in self._changed else self._before

    @cached_property
    def of_rules(self) -> Mapping[str, OfRule]:
        """By rule, those that gave nothing included."""
        return {name: self._of(name).of_rules[name] for name in self._names}

    @cached_property
    def of_days(self) -> Mapping[tuple[str, str], OfDays]:
        """By rule and unit, those that were given."""
        names = frozenset(self._names)
        return {
            pair: days
            for own in (self._before, self._part)
            for pair, days in own.of_days.items()
            if pair[0] in names and self._of(pair[0]) is own
        }

    def of_customers(self, unit: str, rules: Collection[str]) -> Exact:
        """What some rules gave of a unit, by the number of the customer."""
        chosen = frozenset(rules).intersection(self._names)
        changed: Any = self._part.of_customers(unit, chosen & self._changed)
        found: Exact = changed + self._before.of_customers(unit, chosen - self._changed)
        return found


def people_in_all(totals: Totals, customers: int) -> int:
    """How many customers got anything of any rule."""
    found = np.zeros(customers, np.bool_)
    for own in totals.of_rules.values():
        found[own.people] = True
    return int(found.sum())
