"""A program that fits, run over the columns of a history by LLVM: the same text, many at once.

The customers are taken one after the other, on two threads, as if nothing bound them together;
where what all of them drew on is more than there is, the events are taken anew, as they came.
Source: docs/language.md, section 4; docs/engine.md, "A history".
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dsl.engine.cells import NA, S_JOINED
from dsl.engine.columns.collected import AWARD, STATUSES
from dsl.engine.customer import JOINS, NAMES_REFERRER, TAKEN_OVER, Customer
from dsl.engine.native.lower import UnfitError
from dsl.engine.native.machine import Machine
from dsl.engine.native.text import EXPORTED, decisions
from dsl.meaning import checked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from dsl.engine.columns.collected import Collected
    from dsl.engine.columns.convert import Ints
    from dsl.engine.columns.encode import HistoryEncoder
    from dsl.engine.columns.history import History
    from dsl.engine.compiled import Compiled
    from dsl.engine.customer import Entry
    from dsl.engine.native.cells import Counter
    from dsl.engine.native.text import Decisions

THREADS = 2
# Events that say something of their customer beside when they joined.
TELLING = ("profile", JOINS, *NAMES_REFERRER)
# So many cells of O are filled before they are taken away, and so many events told of at once.
BATCH = 1 << 20
# From so many events on it is worth a better compilation.
MANY = 200_000
POSTED, PENDING = STATUSES.index("posted"), STATUSES.index("pending")


class NotNativeError(Exception):
    """The run cannot be done in 64 bits, or in this order; the fold gives the answer."""


@dataclass(frozen=True, slots=True)
class _Memory:
    """What one thread writes: the rows of a customer, and what all of them share."""

    state: Ints
    history: Ints
    lines: Ints
    memos: Ints
    counters: Ints
    earned: Ints
    shared: Ints
    place: Ints


class Native:
    """One program over a history; `span` is from which row on events are decided, and up to which.

    `entry` is the event of a row as the fold takes it.
    """

    def __init__(
        self,
        compiled: Compiled,
        history: History,
        encoder: HistoryEncoder,
        entry: Callable[[int], Entry],
        span: tuple[int, int],
    ) -> None:
        self._compiled, self._history, self._entry = compiled, history, entry
        self._since, self._end = span
        self._decisions: Decisions = decisions(compiled)
        cells = self._decisions.cells
        self._rows = encoder.rows(cells.columns)
        self._net_amounts()
        lines, ends = encoder.lines_by_place
        self._lines = lines if len(lines) else np.zeros(1, np.int64)
        self._line_places = np.ascontiguousarray(ends[history.lines.starts])
        self._customers = np.ascontiguousarray(history.customers)
        self._first_state = np.array(compiled.new_row(), np.int64)
        self._first_counters = np.array(self._decisions.first, np.int64)
        self._told, self._told_from = self._what_is_told()
        self._periods = {
            one.period: self._rows[:, cells.column(("period", one.period))]
            for one in self._decisions.shared
            if one.period is not None
        }
        self._cells = np.zeros(len(history), np.int64)

    @property
    def is_shared(self) -> bool:
        """True where customers draw on something together."""
        return bool(self._decisions.shared)

    def _net_amounts(self) -> None:
        """An absent amount is the gross, as no discount takes anything off it."""
        places = self._compiled.layout.event.places
        amount, gross = (self._rows[:, places["attribute", n]] for n in ("amount", "gross"))
        codes = [n for n, name in enumerate(self._history.type_names) if name == "purchase"]
        absent = (amount == NA) & (gross != NA) & np.isin(self._history.types, codes)
        self._rows[absent, places["attribute", "amount"]] = gross[absent]

    # --- what events say of their customer ----------------------------------------------------

    def _what_is_told(self) -> tuple[Ints, Ints]:
        """Pairs of a place of S and a value, and where those of each event begin."""
        history, count = self._history, len(self._history)
        _, firsts = np.unique(history.customers[: self._end], return_index=True)
        codes = [n for n, name in enumerate(history.type_names) if name in TELLING]
        telling = np.flatnonzero(np.isin(history.types[: self._end], codes))
        # Most say no more than that their customer joined.
        mixed = np.unique(history.customers[telling])
        joined_elsewhere = "joined" in self._compiled.attributes.names
        is_mixed = np.isin(history.customers[firsts], mixed) | joined_elsewhere
        simple = firsts[~is_mixed & (history.at[firsts] != TAKEN_OVER)]
        told = {int(row): [S_JOINED, int(history.at[row])] for row in simple}
        asked = np.unique(np.concatenate([telling, firsts[is_mixed]]))
        told.update(self._learned(asked.tolist()))
        sizes = np.zeros(count + 1, np.int64)
        rows = sorted(told)
        sizes[np.array(rows, np.int64) + 1] = [len(told[row]) for row in rows]
        pairs = np.array([cell for row in rows for cell in told[row]] or [0, 0], np.int64)
        return pairs, np.cumsum(sizes)

    def _learned(self, rows: Iterable[int]) -> dict[int, list[int]]:
        """What events say, one after the other, as pairs."""
        known: dict[int, Customer] = {}
        told = {}
        for row in rows:
            code = int(self._customers[row])
            customer = known.get(code)
            if customer is None:
                id_ = self._history.customer_ids[code]
                customer = known[code] = Customer(id_, self._compiled)
            before = list(customer.row)
            entry = self._entry(row)
            customer.learn(entry.event, entry.at)
            pairs = [
                cell
                for place, (one, other) in enumerate(zip(before, customer.row, strict=True))
                if one != other
                for cell in (place, other)
            ]
            if pairs:
                told[row] = pairs
        return told

    # --- running ------------------------------------------------------------------------------

    def run(self, collected: Collected, progress: Callable[[int], None]) -> dict[str, Ints]:
        """The awards by column (see columns/collected), in the order of their events.

        Raises NotNativeError.
        """
        try:
            machine = Machine(self._decisions.text, EXPORTED, int(self._end > MANY))
        except UnfitError as error:
            raise NotNativeError from error
        order, stream = self._apart(machine, progress)
        if stream is None:
            order, stream = np.arange(self._end), self._together(machine, progress)
        return self._columns(collected, *self._in_order(order, stream))

    def _apart(self, machine: Machine, progress: Callable[[int], None]) -> tuple[Ints, Ints | None]:
        """Customer by customer; None where what they share does not go round."""
        order = np.argsort(self._customers[: self._end], kind="stable")
        customers = self._customers[order]
        changes = np.flatnonzero(customers[1:] != customers[:-1]) + 1
        cuts = [0]
        for part in range(1, THREADS):
            later = changes[changes >= self._end * part // THREADS]
            cuts.append(int(later[0]) if len(later) else self._end)
        cuts.append(self._end)
        done = [0] * THREADS

        def work(part: int) -> tuple[list[Ints], Ints]:
            memory = self._memory(customers)
            function = machine.functions["apart"]

            def call(first: int, batch: Ints) -> int:
                return function(
                    first,
                    cuts[part + 1],
                    self._since,
                    len(batch) - self._widest,
                    *_addresses(
                        memory.place,
                        order,
                        self._customers,
                        self._rows.ravel(),
                        self._lines,
                        self._line_places,
                        self._told_from,
                        self._told,
                        self._first_state,
                        self._first_counters,
                        memory.state,
                        memory.history,
                        memory.lines,
                        memory.memos,
                        memory.counters,
                        memory.earned,
                        memory.shared,
                        batch,
                        self._cells,
                    ),
                    1,
                )

            def told(place: int) -> None:
                done[part] = place - cuts[part]
                progress(sum(done))

            return self._batches(machine, call, memory, cuts[part], cuts[part + 1], told)

        with ThreadPoolExecutor(THREADS) as pool:
            parts = list(pool.map(work, range(THREADS)))
        drawn = np.sum([shared for _, shared in parts], axis=0)
        if self._decisions.shared and not self._goes_round(drawn):
            return order, None
        return order, np.concatenate([batch for batches, _ in parts for batch in batches])

    def _together(self, machine: Machine, progress: Callable[[int], None]) -> Ints:
        """Event by event as they came."""
        count = len(self._history.customer_ids)
        memory = self._memory(None)
        width = np.array([self._compiled.width, 0, self._decisions.earned], np.int64)
        events = np.bincount(self._customers[: self._end], minlength=count)
        cells = np.diff(self._line_places)[: self._end]
        lines = np.zeros(count, np.int64)
        np.add.at(lines, self._customers[: self._end], cells)
        sizes = np.stack([events * width[0], lines, events * width[2]], axis=1)
        starts = np.zeros((count, 3), np.int64)
        starts[1:] = np.cumsum(sizes, axis=0)[:-1]
        state = np.tile(self._first_state, count)
        counters = np.tile(self._first_counters, count)
        function = machine.functions["together"]

        def call(first: int, batch: Ints) -> int:
            return function(
                first,
                self._end,
                self._since,
                len(batch) - self._widest,
                *_addresses(
                    memory.place,
                    self._customers,
                    self._rows.ravel(),
                    self._lines,
                    self._line_places,
                    self._told_from,
                    self._told,
                    state,
                    memory.history,
                    memory.lines,
                    memory.memos,
                    counters,
                    memory.earned,
                    starts.ravel(),
                    memory.shared,
                    batch,
                    self._cells,
                ),
                0,
            )

        self._cells[:] = 0
        batches, _ = self._batches(machine, call, memory, 0, self._end, progress)
        return np.concatenate(batches)

    def _batches(
        self,
        machine: Machine,
        call: Callable[[int, Ints], int],
        memory: _Memory,
        first: int,
        end: int,
        told: Callable[[int], None],
    ) -> tuple[list[Ints], Ints]:
        """Call again and again, until all events are taken; what O held, and what was shared."""
        batches = [np.empty(0, np.int64)]
        batch = np.empty(BATCH + self._widest, np.int64)
        place = first
        while place < end:
            if call(place, batch) < 0 or machine.has_trapped:
                raise NotNativeError
            place, used, _ = memory.place.tolist()
            batches.append(batch[:used].copy())
            told(place)
        return batches, memory.shared

    @property
    def _widest(self) -> int:
        return 2 * len(self._decisions.slots)

    def _memory(self, customers: Ints | None) -> _Memory:
        """What is written; `customers` in order where their rows are used one after the other."""
        compiled, count = self._compiled, self._end
        lines = int(self._line_places[self._end]) if self._end else 0
        if customers is not None:
            count = int(np.bincount(customers).max()) if len(customers) else 0
            sizes = np.diff(self._line_places)[: self._end]
            lines = int(np.bincount(self._customers[: self._end], sizes).max()) if count else 0
        if compiled.line_places[0] is None:
            lines = 0
        return _Memory(
            state=np.zeros(len(self._first_state), np.int64),
            history=np.empty(count * compiled.width + 1, np.int64),
            lines=np.empty(lines + 1, np.int64),
            memos=np.empty(compiled.layout.memos + 1, np.int64),
            counters=np.zeros(len(self._first_counters), np.int64),
            earned=np.empty(count * self._decisions.earned + 1, np.int64),
            shared=self._nothing_shared(),
            place=np.array([0, 0, -1], np.int64),
        )

    # --- what all customers share -------------------------------------------------------------

    def _nothing_shared(self) -> Ints:
        """G at first: where the cells of each counter begin, less its first period; then those."""
        starts, size = [], len(self._decisions.shared)
        for one in self._decisions.shared:
            first, last = self._span(one)
            starts.append(size - first)
            size += last - first + 1
        found = np.zeros(size + 1, np.int64)
        found[: len(starts)] = starts
        return found

    def _span(self, counter: Counter) -> tuple[int, int]:
        """The first and the last period of a counter."""
        if counter.period is None or not self._end:
            return 0, 0
        periods = self._periods[counter.period][: self._end]
        return int(periods.min()), int(periods.max())

    def _goes_round(self, drawn: Ints) -> bool:
        """True where nobody drew more than there is; `drawn` sums up what the threads counted."""
        place = len(self._decisions.shared)
        for one in self._decisions.shared:
            first, last = self._span(one)
            end = place + last - first + 1
            if int(drawn[place:end].max(initial=0)) > one.term.capacity:
                return False
            place = end
        return True

    # --- awards -------------------------------------------------------------------------------

    def _in_order(self, order: Ints, stream: Ints) -> tuple[Ints, Ints, Ints]:
        """The rows, slots and amounts of awards in the order of their events."""
        own = self._cells[order] // 2
        starts = np.zeros(len(order), np.int64)
        np.cumsum(own[:-1], out=starts[1:])
        by_row = np.zeros(self._end, np.int64)
        by_row[order] = starts
        counts = self._cells[: self._end] // 2
        rows = np.repeat(np.arange(self._end), counts)
        before = np.repeat(by_row - (np.cumsum(counts) - counts), counts)
        places = 2 * (before + np.arange(len(rows)))
        return rows, stream[places], stream[places + 1]

    def _columns(
        self, collected: Collected, rows: Ints, slots: Ints, amounts: Ints
    ) -> dict[str, Ints]:
        of_slot = np.array([self._of(collected, n) for n in range(len(self._decisions.slots))])
        told = of_slot.reshape(-1, 5)[slots]
        columns = dict.fromkeys(AWARD, rows)
        columns["at"] = self._history.at[rows]
        columns["customer"] = self._customers[rows]
        names = ("rule", "reward", "unit", "text", "status")
        columns |= {name: told[:, place].copy() for place, name in enumerate(names)}
        columns["amount"] = amounts
        return columns

    def _of(self, collected: Collected, number: int) -> tuple[int, int, int, int, int]:
        """What a slot's awards have in common, see AWARD."""
        slot = self._decisions.slots[number]
        reward, rule = slot.reward, slot.rule.rule
        unit, form = reward.unit, reward.reward.form
        precision = unit.precision if unit is not None else 0
        collected.precisions.setdefault(reward.called, precision)
        wait = rule.pending or (unit.pending if unit is not None and not unit.is_money else None)
        text = collected.texts.code(form.name) if isinstance(form, checked.Thing) else -1
        status = PENDING if wait is not None and wait.count else POSTED
        return slot.rule.order, reward.number, collected.units.code(reward.called), text, status


def _addresses(*arrays: Ints) -> list[int]:
    return [array.ctypes.data for array in arrays]
