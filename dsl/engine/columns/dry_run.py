"""A program run over a history: the emitted text, event by event in the order (`at`, `id`).

Balances and counters start from nothing; what follows from earlier events (windows, tiers,
attributes) is folded from all of the history. Nothing is written anywhere.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np

from dsl.engine.calendar import instant
from dsl.engine.columns.encode import Clock
from dsl.engine.columns.run import Run, code_of
from dsl.engine.encode import EPOCH_ORDINAL

if TYPE_CHECKING:
    from collections.abc import Callable

    from dsl.engine.columns.convert import Ints
    from dsl.engine.columns.history import History
    from dsl.engine.decision import Decision
    from dsl.engine.live import Compiled


@dataclass(frozen=True, slots=True)
class RuleTotal:
    """What one rule gave: awards, how many customers got any, and how much of each unit."""

    awards: int
    customers: int
    units: dict[str, int]


@dataclass(frozen=True, slots=True)
class Sample:
    """One decision of the run with its reasons, and the row of its event in the history."""

    row: int
    decision: Decision


@dataclass(frozen=True, slots=True)
class DryRun:
    """The awards of a run, one row each: the event's row, rule and reward by index, the amount.

    Amounts are integers of the unit's precision. `decided` counts the events of the period.
    """

    compiled: Compiled
    history: History
    decided: int
    rows: Ints
    rules: Ints
    rewards: Ints
    amounts: Ints
    samples: tuple[Sample, ...] = field(default=())

    @property
    def units(self) -> Ints:
        """The unit of each award, as an index into the program's units."""
        names = list(self.compiled.program.units)
        widest = max((len(r.rewards) for r in self.compiled.program.rules), default=0)
        table = np.zeros((len(self.compiled.program.rules) or 1, widest or 1), np.int64)
        for index, rule in enumerate(self.compiled.program.rules):
            for place, reward in enumerate(rule.rewards):
                table[index, place] = names.index(reward.unit.name)
        return np.asarray(table[self.rules, self.rewards])

    @property
    def customers(self) -> Ints:
        """The customer of each award, as an index into the history's customers."""
        return np.asarray(self.history.customers[self.rows])

    def by_rule(self) -> dict[str, RuleTotal]:
        """What each rule gave, in text order, those that gave nothing included."""
        units, customers = self.units, self.customers
        totals = {}
        for index, rule in enumerate(self.compiled.program.rules):
            own = self.rules == index
            totals[rule.name] = RuleTotal(
                awards=int(own.sum()),
                customers=len(np.unique(customers[own])),
                units=self._sums(units[own], self.amounts[own]),
            )
        return totals

    def total(self) -> RuleTotal:
        """What all rules gave together."""
        return RuleTotal(
            len(self.rows), len(np.unique(self.customers)), self._sums(self.units, self.amounts)
        )

    def by_day(self) -> dict[dt.date, dict[str, int]]:
        """How much of each unit the awards of each local date came to, in the order of dates."""
        names = list(self.compiled.program.units)
        zone = ZoneInfo(self.compiled.program.timezone)
        days = Clock(self.history.at[self.rows], zone).part("date")
        totals: dict[dt.date, dict[str, int]] = {}
        for day, unit, amount in zip(
            days.tolist(), self.units.tolist(), self.amounts.tolist(), strict=True
        ):
            own = totals.setdefault(dt.date.fromordinal(day + EPOCH_ORDINAL), {})
            own[names[unit]] = own.get(names[unit], 0) + amount
        return totals

    def _sums(self, units: Ints, amounts: Ints) -> dict[str, int]:
        names = list(self.compiled.program.units)
        # Sums stay exact: NumPy's add in 64 bits, which 10**18 a row could leave, is not used.
        return {
            names[unit]: sum(amounts[units == unit].tolist()) for unit in np.unique(units).tolist()
        }

    def by_customer(self) -> dict[str, dict[str, int]]:
        """How much of each unit each customer got; those that got nothing are left out."""
        names = list(self.compiled.program.units)
        totals: dict[str, dict[str, int]] = {}
        cells = zip(
            self.customers.tolist(), self.units.tolist(), self.amounts.tolist(), strict=True
        )
        for customer, unit, amount in cells:
            own = totals.setdefault(self.history.customer_ids[customer], {})
            own[names[unit]] = own.get(names[unit], 0) + amount
        return totals


def dry_run(
    compiled: Compiled,
    history: History,
    *,
    since: dt.datetime | None = None,
    until: dt.datetime | None = None,
    watch: str | None = None,
    samples: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> DryRun:
    """Decide the events from `since` on and before `until`.

    `watch` names the rule whose latest `samples` paying decisions are kept, with a few of its
    others; `progress` is called with how many events are done and how many there are, and may
    raise to end the run.
    """
    lower = instant(since) if since else -(1 << 62)
    upper = instant(until) if until else 1 << 62
    first, end = np.searchsorted(history.at, [lower, upper]).tolist()
    run = Run(compiled, history, progress)
    run.fold(first)
    run.decide(first, end, watch, samples)
    awards = np.array(run.awards, np.int64).reshape(-1, 3)
    profiles = history.types[first:end] == code_of(history, "profile")
    return DryRun(
        compiled,
        history,
        end - first - int(profiles.sum()),
        awards[:, 0],
        awards[:, 1],
        awards[:, 2],
        np.array(run.amounts, np.int64),
        tuple(Sample(row, decision) for row, decision in run.samples()),
    )
