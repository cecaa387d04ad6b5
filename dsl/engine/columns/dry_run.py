"""A program run over a history: the emitted text, event by event in the order (`at`, `id`).

Balances and counters start from nothing; what follows from earlier events (windows, tiers,
attributes) is folded from all of the history. Nothing is written anywhere.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from dsl.engine.calendar import instant
from dsl.engine.columns.encode import encode
from dsl.engine.live import WANT_AWARDS, WANT_REASONS, WANT_STATE
from dsl.engine.paying import ROW_AWARD
from dsl.engine.plan import HISTORY_WIDTH, NA, ROW

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from dsl.engine.columns.convert import Ints
    from dsl.engine.columns.encode import Batch
    from dsl.engine.columns.history import History
    from dsl.engine.decision import Decision
    from dsl.engine.live import Compiled

PROGRESS_EVERY = 4096
OTHER_SAMPLES = 4


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
    run = _Run(compiled, history, encode(compiled.plan, history))
    lower = instant(since) if since else -(1 << 62)
    upper = instant(until) if until else 1 << 62
    run.drive(lower, upper, watch, samples, progress)
    awards = np.array(run.awards, np.int64).reshape(-1, 3)
    amounts = np.array(run.amounts, np.int64)
    period = (history.at >= lower) & (history.at < upper)
    profiles = period & (history.types == _code(history, "profile"))
    return DryRun(
        compiled,
        history,
        int(period.sum()) - int(profiles.sum()),
        awards[:, 0],
        awards[:, 1],
        awards[:, 2],
        amounts,
        run.samples(),
    )


def _code(history: History, name: str) -> int:
    return history.type_names.index(name) if name in history.type_names else -1


class _Run:
    """The state rows of all customers, and what came out."""

    def __init__(self, compiled: Compiled, history: History, batch: Batch) -> None:
        self.compiled, self.history, self.batch = compiled, history, batch
        plan = compiled.plan
        self.slots = plan.slots
        self.state = compiled.new_row() * len(history.customer_ids)
        self.budgets = [0] * plan.budgets
        for counter in plan.counters:
            cells = self.budgets if counter.allowance.scope == "budget" else None
            if cells is not None and counter.period_field is not None:
                cells[counter.cell] = NA
        self.output = [0] * plan.output_size()
        self.past, self.past_start = self._room_for_history()
        self.awards: list[tuple[int, int, int]] = []
        self.amounts: list[int] = []
        self.kept: deque[tuple[int, list[int], list[int]]] = deque()
        self.others: deque[tuple[int, list[int], list[int]]] = deque()

    def _room_for_history(self) -> tuple[list[int], list[int]]:
        """Room in H for every purchase, and where each customer's begins."""
        customers = len(self.history.customer_ids)
        if not self.compiled.plan.keeps_history:
            return [], [0] * customers
        purchases = self.history.types == _code(self.history, "purchase")
        counts = np.bincount(self.history.customers[purchases], minlength=customers)
        ends = np.cumsum(counts) * HISTORY_WIDTH
        return [0] * (HISTORY_WIDTH * int(counts.sum())), (ends - counts * HISTORY_WIDTH).tolist()

    def drive(
        self,
        lower: int,
        upper: int,
        watch: str | None,
        samples: int,
        progress: Callable[[int, int], None] | None,
    ) -> None:
        """Run the text over every event that can change or decide anything."""
        watched = self._watched(watch, samples)
        self.kept, self.others = deque(maxlen=samples), deque(maxlen=OTHER_SAMPLES)
        events = self._events_that_matter(upper)
        at = self.history.at.tolist()
        types, customers = self.history.types.tolist(), self.history.customers.tolist()
        output, watched_rule, watched_types = self.output, watched[0], watched[1]
        for done, row in enumerate(events):
            if progress is not None and done % PROGRESS_EVERY == 0:
                progress(done, len(events))
            if at[row] < lower:
                self._decide(row, customers[row], WANT_STATE)
                continue
            before = self._memory(customers[row]) if types[row] in watched_types else None
            size = self._decide(row, customers[row], WANT_AWARDS)
            paid = False
            for start in range(1, size, ROW):
                if output[start] == ROW_AWARD:
                    rule = output[start + 1]
                    self.awards.append((row, rule, output[start + 2]))
                    self.amounts.append(output[start + 3])
                    paid = paid or rule == watched_rule
            if before is not None:
                (self.kept if paid else self.others).append((row, *before))
        if progress is not None:
            progress(len(events), len(events))

    def _watched(self, watch: str | None, samples: int) -> tuple[int, frozenset[int]]:
        rules = self.compiled.program.rules
        for index, rule in enumerate(rules):
            if rule.name == watch and samples:
                return index, frozenset(_code(self.history, name) for name in rule.events)
        return -1, frozenset()

    def _events_that_matter(self, upper: int) -> list[int]:
        """All events a rule is on or the state follows from, in order."""
        plan = self.compiled.plan
        matters = np.array([name in plan.types for name in self.history.type_names], np.bool_)
        if any(a.kind == "attribute" and a.name == "joined" for a in plan.aggregates):
            matters[:] = True
        rows = np.flatnonzero(matters[self.history.types] & (self.history.at < upper))
        return [int(row) for row in rows]

    def _memory(self, customer: int) -> tuple[list[int], list[int]]:
        """The state a decision starts from, so that it can be made again with its reasons."""
        start = customer * self.slots
        return self.state[start : start + self.slots], list(self.budgets)

    def _decide(self, row: int, customer: int, want: int) -> int:
        batch = self.batch
        return self.compiled.decide_cells(
            batch.rows,
            row * batch.width,
            batch.lines,
            batch.starts[row],
            batch.starts[row + 1],
            self.state,
            customer * self.slots,
            self.past,
            self.past_start[customer],
            self.budgets,
            self.output,
            want,
        )

    def samples(self) -> tuple[Sample, ...]:
        """The kept decisions made again, with why; the latest first, paying ones before others."""
        found = []
        for kept in (self.kept, self.others):
            for row, state, budgets in reversed(kept):
                customer = int(self.history.customers[row])
                start = customer * self.slots
                now = self.state[start : start + self.slots], self.budgets
                self.state[start : start + self.slots], self.budgets = state, budgets
                size = self._decide(row, customer, WANT_REASONS)
                self.state[start : start + self.slots], self.budgets = now
                decision = self.compiled.decision(
                    self.history.event_id(row),
                    self.history.customer_ids[customer],
                    self.output[:size],
                    {},
                )
                found.append(Sample(row, decision))
        return tuple(found)
