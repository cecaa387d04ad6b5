"""A program that fits, run over the columns of a history by LLVM: the same text, many at once.

The customers are taken one after the other, on two threads, as if nothing bound them together;
where what all of them drew on is more than there is, the events are taken anew, as they came.
Source: docs/language.md, section 4; docs/engine.md, "Native".
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from dsl.engine.cells import UNSET
from dsl.engine.columns.awards import KIND, Awards
from dsl.engine.columns.collected import STATUSES
from dsl.engine.columns.inputs import Inputs, Reading
from dsl.engine.columns.memory import Memory, addresses
from dsl.engine.columns.narrow import blocks, joined, narrow
from dsl.engine.columns.order import by_customer
from dsl.engine.columns.records import Cell, records
from dsl.engine.columns.shared import Drawing
from dsl.engine.columns.stream import CELLS, EVENTS, Batch, Stream
from dsl.engine.native.lower import UnfitError
from dsl.engine.native.machine import Machine, NotCompiledError, machines
from dsl.engine.native.numbers import TRAPPED, apart
from dsl.engine.native.text import EXPORTED, decisions
from dsl.meaning import checked

if TYPE_CHECKING:
    from collections.abc import Callable

    from dsl.engine.columns.collected import Collected
    from dsl.engine.columns.convert import Ints
    from dsl.engine.columns.history import History
    from dsl.engine.columns.order import ByCustomer, Rows
    from dsl.engine.compiled import Compiled
    from dsl.engine.entries import Entry
    from dsl.engine.native.cells import Counter
    from dsl.engine.native.text import Decisions
    from dsl.engine.plans import RewardPlan
    from dsl.engine.terms import Term

THREADS = 2
# From so many events on each better compilation is worth its time.
WORTH = (300_000, 3_000_000)
POSTED, PENDING, WITHHELD = map(STATUSES.index, ("posted", "pending", "withheld"))


class NotNativeError(Exception):
    """The run cannot be done in 64 bits, or in this order; the fold gives the answer."""


class Native:
    """One program over a history; `span` is from which row on events are decided, and up to which.

    `entry` is the event of a row as the fold takes it.
    """

    def __init__(
        self,
        compiled: Compiled,
        history: History,
        entry: Callable[[int], Entry],
        span: tuple[int, int],
        secret: bytes = b"",
    ) -> None:
        self._compiled, self._history = compiled, history
        self._since, self._end = span
        self._decisions: Decisions = decisions(compiled)
        cells = self._decisions.cells
        self.reading = Reading(compiled, history, cells, entry, secret)
        nobody = [0] * len(cells.opted_in)
        self._first_state = np.array([*compiled.new_row(), *nobody], np.int64)
        self._first_counters = np.array(self._decisions.first, np.int64)
        # The numbers of the text's rules, V.
        self._numbers = np.zeros(1, np.int64)
        self._awards: Awards | None = None
        # By shared counter and period what was wanted of it, where it goes round.
        self.wanted: dict[str, dict[int, int]] = {}

    @property
    def _widest(self) -> int:
        """How many cells of O one event fills at most."""
        return 2 * len(self._decisions.slots)

    def run(
        self, collected: Collected, progress: Callable[[int], None], *, free: bool = False
    ) -> Awards:
        """The awards, customer by customer or as the events came.

        `free` is asked for where nothing may be cut that all customers share, as others than those
        of the history draw on it. Raises NotNativeError.
        """
        try:
            level = sum(self._end > least for least in WORTH)
            parted = apart(self._decisions.text)
            compiled = machines.machine(parted.text, EXPORTED, level)
            self._numbers = np.array([0, *parted.numbers], np.int64)
        except (UnfitError, OverflowError, NotCompiledError) as error:
            raise NotNativeError from error
        inputs, rows = self.reading.inputs(), self._own.rows
        stream = self._apart(compiled, inputs, progress)
        if stream is None:
            if free:
                raise NotNativeError
            stream = self._together(compiled, inputs, progress)
            rows = np.arange(self._end, dtype=np.uint32)
        self._awards = self._found(collected, rows, stream)
        return self._awards

    @cached_property
    def _own(self) -> ByCustomer:
        return by_customer(self._history)

    @property
    def shared(self) -> list[Term]:
        """What of limits and budgets all customers share."""
        return [one.term for one in self._decisions.shared]

    @property
    def cuts_again(self) -> bool:
        """True where what draws on what all customers share may be cut by something else too."""
        shared = {term.name for term in self.shared}
        for slot in self._decisions.slots:
            terms = (*slot.reward.own, *slot.reward.shared)
            if any(term.name in shared for term in terms) and (
                len(terms) > 1 or slot.rule.rule.group is not None
            ):
                return True
        return False

    @property
    def holds_out(self) -> bool:
        """True where a rule that holds out would draw on what all customers share."""
        return any(
            slot.rule.rule.holdout is not None and _drawn_of(slot.reward, term.name) >= 0
            for slot in self._decisions.slots
            for term in self.shared
        )

    def drawing(self) -> Drawing:
        """What was drawn from what all customers share, once it has run."""
        if self._awards is None:
            msg = "nothing has run"
            raise ValueError(msg)
        slots = self._decisions.slots
        each = {
            # What is withheld draws on nothing.
            term.name: np.array(
                [*(_drawn_of(slot.reward, term.name) for slot in slots), *([-1] * len(slots))],
                np.int64,
            )
            for term in self.shared
        }
        return Drawing(self._compiled, self._history.at, self._awards, self.shared, each)

    # --- customer by customer -----------------------------------------------------------------

    def _apart(
        self, machine: Machine, inputs: Inputs, progress: Callable[[int], None]
    ) -> Stream | None:
        """What O held; None where what customers share does not go round."""
        starts, count = self._own.starts, len(self._history)
        # Threads part where a customer begins.
        wanted = [count * part // THREADS for part in range(1, THREADS)]
        firsts = [0, *np.searchsorted(starts, wanted).tolist(), len(starts) - 1]
        cuts = starts[firsts].tolist()
        places = self._by_customer(inputs)
        done = [0] * THREADS

        def call(first: int, end: int, memory: Memory, batch: Batch) -> int:
            return machine.functions["apart"](
                *addresses(self._numbers),
                *(first, end, CELLS),
                *addresses(memory.place),
                *self._read(inputs),
                *addresses(places, self._first_state, self._first_counters),
                *memory.written,
                *addresses(memory.shared, memory.variables),
                *batch.written,
            )

        def work(part: int) -> tuple[Stream, Ints]:
            def told(place: int) -> None:
                done[part] = place - cuts[part]
                progress(sum(done))

            memory = self._reused(inputs)
            # The customer before the first: the next one begins at once.
            memory.place[2] = firsts[part] - 1
            return self._batches(call, memory, cuts[part : part + 2], told)

        with ThreadPoolExecutor(THREADS) as pool:
            parts = list(pool.map(work, range(THREADS)))
        drawn = np.sum([shared for _, shared in parts], axis=0)
        if self._decisions.shared and not self._goes_round(inputs, drawn):
            return None
        stream = Stream()
        for part, _ in parts:
            stream.add(part)
        return stream

    def _by_customer(self, inputs: Inputs) -> Ints:
        """D of `apart`, and behind the last customer where another would begin."""
        starts, customers = self._own.starts, self._history.customers
        before = [
            np.bincount(customers[:row], minlength=len(starts) - 1)
            for row in (self._since, self._end)
        ]
        places = np.zeros((len(starts), 5), np.int64)
        places[:, 0], places[:, 1], places[:, 2] = starts, inputs.starts, inputs.told.starts
        for column, counts in enumerate(before, start=3):
            places[:-1, column] = starts[:-1] + counts
        return places.ravel()

    def _reused(self, inputs: Inputs) -> Memory:
        """The rows of one customer after the other."""
        most = int(np.diff(self._own.starts).max(initial=0))
        return self._memory(inputs, 1, most, int(self._line_cells(inputs).max(initial=0)))

    def _line_cells(self, inputs: Inputs) -> Ints:
        """How many cells of K the lines of each customer take."""
        if self._compiled.line_places[0] is None:
            return np.zeros(len(inputs.starts) - 1, np.int64)
        return np.asarray(np.diff(inputs.starts) * self._compiled.layout.line.width)

    # --- as they came -------------------------------------------------------------------------

    def _together(
        self, machine: Machine, inputs: Inputs, progress: Callable[[int], None]
    ) -> Stream:
        """What O held, event by event."""
        starts = self._own.starts
        count = len(starts) - 1
        events, lines = np.diff(starts), self._line_cells(inputs)
        widths = (events * self._compiled.width, lines, events * self._decisions.earned)
        places = np.zeros((count + 1, 6), np.int64)
        places[:, 0], places[:, 1], places[:, 2] = starts, inputs.starts, inputs.told.starts
        np.cumsum(np.stack(widths, axis=1), axis=0, out=places[1:, 3:])
        cells = places.ravel()
        owners = Cell(narrow(self._history.customers[: self._end]))
        whose = records(
            [owners], self._end, (np.arange(self._end)[one] for one in blocks(self._end))
        )

        def call(first: int, end: int, memory: Memory, batch: Batch) -> int:
            return machine.functions["together"](
                *addresses(self._numbers),
                *(first, end, self._since, CELLS),
                *addresses(memory.place, whose.data, whose.form),
                *self._read(inputs),
                *addresses(cells),
                *memory.written,
                *addresses(memory.shared, memory.variables),
                *batch.written,
            )

        memory = self._memory(inputs, count, len(self._history), int(lines.sum()))
        memory.place[3] = whose.first[0]
        stream, _ = self._batches(call, memory, [0, self._end], progress)
        return stream

    # --- both ---------------------------------------------------------------------------------

    def _batches(
        self,
        call: Callable[[int, int, Memory, Batch], int],
        memory: Memory,
        span: list[int],
        told: Callable[[int], None],
    ) -> tuple[Stream, Ints]:
        """Call again and again, until all events are taken; what O held, and what was shared."""
        stream, batch = Stream(), Batch(self._compiled.program, self._widest)
        place, end = span
        while place < end:
            first = place
            most = min(end, first + EVENTS)
            if call(first, most, memory, batch) < 0 or self._numbers[TRAPPED]:
                raise NotNativeError
            place, used = memory.place[:2].tolist()
            batch.take(stream, used, place - first)
            told(place)
        return stream, memory.shared

    def _read(self, inputs: Inputs) -> list[int]:
        """M, F, L, J and T."""
        events, lines = inputs.events, inputs.lines
        return addresses(events.data, events.form, lines.data, lines.form, inputs.told.cells)

    def _memory(self, inputs: Inputs, customers: int, events: int, lines: int) -> Memory:
        """What is written for so many customers, with so many events and cells of lines in all."""
        compiled = self._compiled
        memos = compiled.layout.memos
        return Memory(
            event=inputs.events.first.copy(),
            items=np.tile(inputs.lines.first, inputs.most_lines + 1),
            state=np.tile(self._first_state, customers),
            history=np.empty(events * compiled.width + 1, np.int64),
            lines=np.empty(lines + 1, np.int64),
            memos=np.full(2 * memos + 1, UNSET, np.int64),
            counters=np.tile(self._first_counters, customers),
            earned=np.empty(events * self._decisions.earned + 1, np.int64),
            shared=self._nothing_shared(inputs),
            variables=np.zeros(self._decisions.variables + 1, np.int64),
            place=np.zeros(5, np.int64),
        )

    # --- what all customers share -------------------------------------------------------------

    def _nothing_shared(self, inputs: Inputs) -> Ints:
        """G at first: where the cells of each counter begin, less its first period; then those."""
        starts, size = [], len(self._decisions.shared)
        for one in self._decisions.shared:
            first, last = self._periods(inputs, one)
            starts.append(size - first)
            size += last - first + 1
        found = np.zeros(size + 1, np.int64)
        found[: len(starts)] = starts
        return found

    def _periods(self, inputs: Inputs, counter: Counter) -> tuple[int, int]:
        """The first and the last period of a counter."""
        if counter.period is None or not len(self._history):
            return 0, 0
        return inputs.events.spans[self._decisions.cells.column(("period", counter.period))]

    def _goes_round(self, inputs: Inputs, drawn: Ints) -> bool:
        """True where nobody wanted more than there is; `drawn` sums up what the threads counted."""
        place = len(self._decisions.shared)
        for one in self._decisions.shared:
            first, last = self._periods(inputs, one)
            end = place + last - first + 1
            wanted = drawn[place:end]
            if int(wanted.max(initial=0)) > one.term.capacity:
                return False
            self.wanted[one.term.name] = dict(enumerate(wanted.tolist(), start=first))
            place = end
        return True

    # --- awards -------------------------------------------------------------------------------

    def _found(self, collected: Collected, rows: Rows, stream: Stream) -> Awards:
        """What O held as awards: a kind for each slot, then for each that is withheld."""
        of_slots = [self._of(collected, n) for n in range(len(self._decisions.slots))]
        withheld = [(*told[:-1], WITHHELD) for told in of_slots]
        table = np.array([*of_slots, *withheld], np.int64).reshape(-1, len(KIND))
        codes = np.array(
            [collected.standing(one.tier, one.segments) for one in stream.known], np.int64
        )
        counts, standing = joined(stream.counts), joined(stream.standings)
        at, customers = self._history.at, self._history.customers
        return Awards(
            table,
            joined(stream.kinds),
            joined(stream.amounts),
            {
                "rows": lambda: narrow(rows).repeated(counts.values),
                "at": lambda: narrow(at[rows]).repeated(counts.values),
                "customers": lambda: narrow(customers[rows]).repeated(counts.values),
                "standings": lambda: narrow(codes[standing.values]).repeated(counts.values),
            },
            lambda: _in_order(rows, counts.values),
        )

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


def _drawn_of(reward: RewardPlan, counter: str) -> int:
    """What the smallest part of an award draws of a counter, -1 where it draws nothing."""
    terms = (*reward.own, *reward.shared)
    return next((term.each for term in terms if term.name == counter), -1)


def _in_order(order: Rows, counts: Ints) -> Ints:
    """The places of awards in the order of their events.

    `order` are the rows as they were taken, `counts` how many awards each has.
    """
    starts = np.zeros(len(order), np.int64)
    np.cumsum(counts[:-1], out=starts[1:])
    by_row, own = np.empty_like(starts), np.empty_like(counts)
    by_row[order], own[order] = starts, counts
    before = np.repeat(by_row - (np.cumsum(own) - own), own)
    return np.asarray(before + np.arange(len(before)))
