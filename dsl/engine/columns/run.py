"""The emitted text over the rows of a history: state moved on, awards collected, samples kept."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

import numpy as np

from dsl.engine.columns.encode import BatchEncoder
from dsl.engine.live import WANT_AWARDS, WANT_REASONS, WANT_STATE
from dsl.engine.paying import ROW_AWARD
from dsl.engine.plan import HISTORY_WIDTH, NA, ROW
from dsl.meaning.types import Kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from dsl.engine.columns.encode import Batch
    from dsl.engine.columns.history import Folded, History
    from dsl.engine.decision import Decision
    from dsl.engine.live import Compiled

    Progress = Callable[[int, int], None]

PROGRESS_EVERY = 4096
OTHER_SAMPLES = 4
# How many folded histories are kept with one: those of the programs that are compared.
KEPT_FOLDS = 4


def code_of(history: History, event_type: str) -> int:
    """The code of an event type in a history; -1 where it has none."""
    return history.type_names.index(event_type) if event_type in history.type_names else -1


class Run:
    """The state rows of all customers, and what came out: row, rule, reward of each award."""

    def __init__(self, compiled: Compiled, history: History, progress: Progress | None) -> None:
        self.compiled, self.history, self.progress = compiled, history, progress
        self.plan = compiled.plan
        self.encoder = BatchEncoder(self.plan, history)
        self.budgets = [0] * self.plan.budgets
        for counter in self.plan.counters:
            if counter.allowance.scope == "budget" and counter.period_field is not None:
                self.budgets[counter.cell] = NA
        self.output = [0] * self.plan.output_size()
        self.past, self.past_start = self._room_for_history()
        self.state = compiled.new_row() * len(history.customer_ids)
        self.batch: Batch | None = None
        self.awards: list[int] = []
        self.amounts: list[int] = []
        self.kept: deque[tuple[int, list[int], list[int]]] = deque()
        self.others: deque[tuple[int, list[int], list[int]]] = deque()

    def _room_for_history(self) -> tuple[list[int], list[int]]:
        """Room in H for every purchase, and where each customer's begins."""
        customers = len(self.history.customer_ids)
        if not self.plan.keeps_history:
            return [], [0] * customers
        purchases = self.history.types == code_of(self.history, "purchase")
        counts = np.bincount(self.history.customers[purchases], minlength=customers)
        ends = np.cumsum(counts) * HISTORY_WIDTH
        return [0] * (HISTORY_WIDTH * int(counts.sum())), (ends - counts * HISTORY_WIDTH).tolist()

    def fold(self, end: int) -> None:
        """Move every customer's state on by the events before row `end`, deciding none.

        What rules say does not come into it, so that programs with the same aggregates share one
        fold; only text attributes keep their codes to one run.
        """
        if end == 0 or not self.plan.aggregates:
            return
        shared = not any(a.type and a.type.kind in _TEXTUAL for a in self.plan.aggregates)
        key = (self.plan.program.timezone, self.plan.aggregates, end)
        folded = self.history.folds.get(key) if shared else None
        if folded is not None:
            self._restore(folded)
            return
        self.batch = self.encoder.encode(0, end, lines=False)
        for done, row in enumerate(self._events_that_matter(0, end)):
            self._tell(done, end)
            self._decide(row, int(self.history.customers[row]), WANT_STATE)
        if shared:
            while len(self.history.folds) >= KEPT_FOLDS:
                self.history.folds.pop(next(iter(self.history.folds)), None)
            self.history.folds[key] = (self._kept_cells(), list(self.past))

    def _size(self) -> int:
        """How many slots of a state row are no counters."""
        last = self.plan.aggregates[-1]
        return last.slot + last.size

    def _kept_cells(self) -> list[list[int]]:
        size, slots = self._size(), self.plan.slots
        return [self.state[start : start + size] for start in range(0, len(self.state), slots)]

    def _restore(self, folded: Folded) -> None:
        cells, past = folded
        rest = self.compiled.new_row()[self._size() :]
        self.state = [cell for own in cells for cell in (*own, *rest)]
        self.past = list(past)

    def _tell(self, done: int, total: int) -> None:
        if self.progress is not None and done % PROGRESS_EVERY == 0:
            self.progress(done, total)

    def decide(self, first: int, end: int, watch: str | None, samples: int) -> None:
        """Decide the events from row `first` to `end`, keeping what samples need of a rule."""
        self.batch = self.encoder.encode(first, end, lines=bool(self.plan.item_fields))
        watched, watched_types = self._watched(watch, samples)
        self.kept, self.others = deque(maxlen=samples), deque(maxlen=OTHER_SAMPLES)
        types, customers = self.history.types[first:end].tolist(), self.history.customers.tolist()
        # One flat list of numbers: nothing for the collector to walk.
        output, awards, amounts = self.output, self.awards, self.amounts
        for row in self._events_that_matter(first, end):
            self._tell(row - first, end - first)
            customer = customers[row]
            before = self._memory(customer) if types[row - first] in watched_types else None
            size = self._decide(row, customer, WANT_AWARDS)
            paid = False
            for start in range(1, size, ROW):
                if output[start] == ROW_AWARD:
                    rule = output[start + 1]
                    awards += (row, rule, output[start + 2])
                    amounts.append(output[start + 3])
                    paid = paid or rule == watched
            if before is not None:
                (self.kept if paid else self.others).append((row, *before))
        if self.progress is not None:
            self.progress(end - first, end - first)

    def _watched(self, watch: str | None, samples: int) -> tuple[int, frozenset[int]]:
        for index, rule in enumerate(self.plan.program.rules):
            if rule.name == watch and samples:
                return index, frozenset(code_of(self.history, name) for name in rule.events)
        return -1, frozenset()

    def _events_that_matter(self, first: int, end: int) -> list[int]:
        """The events a rule is on or the state follows from, in order."""
        plan, history = self.plan, self.history
        matters = np.array([name in plan.types for name in history.type_names], np.bool_)
        if any(a.kind == "attribute" and a.name == "joined" for a in plan.aggregates):
            matters[:] = True
        return (np.flatnonzero(matters[history.types[first:end]]) + first).tolist()

    def _memory(self, customer: int) -> tuple[list[int], list[int]]:
        """The state a decision starts from, so that it can be made again with its reasons."""
        start = customer * self.plan.slots
        return self.state[start : start + self.plan.slots], list(self.budgets)

    def _decide(self, row: int, customer: int, want: int) -> int:
        batch = self.batch
        if batch is None:
            msg = "nothing is encoded"
            raise ValueError(msg)
        place = row - batch.first
        return self.compiled.decide_cells(
            batch.rows,
            place * batch.width,
            batch.lines,
            batch.starts[place],
            batch.starts[place + 1],
            self.state,
            customer * self.plan.slots,
            self.past,
            self.past_start[customer],
            self.budgets,
            self.output,
            want,
        )

    def samples(self) -> list[tuple[int, Decision]]:
        """The kept decisions made again, with why; the latest first, paying ones before others."""
        found = []
        for kept in (self.kept, self.others):
            for row, state, budgets in reversed(kept):
                customer = int(self.history.customers[row])
                start = customer * self.plan.slots
                own = slice(start, start + self.plan.slots)
                now = self.state[own], self.budgets
                self.state[own], self.budgets = state, budgets
                size = self._decide(row, customer, WANT_REASONS)
                self.state[own], self.budgets = now
                decision = self.compiled.decision(
                    self.history.event_id(row),
                    self.history.customer_ids[customer],
                    self.output[:size],
                    {},
                )
                found.append((row, decision))
        return found


_TEXTUAL = (Kind.TEXT, Kind.CUSTOMER)
