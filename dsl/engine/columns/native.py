"""A program that fits, run over the columns of a history by LLVM: the same text, many at once.

The customers are taken one after the other, on two threads, as if nothing bound them together;
where what all of them drew on is more than there is, the events are taken anew, as they came.
Source: docs/language.md, section 4; docs/engine.md, "Native".
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np

from dsl.engine.cells import UNSET
from dsl.engine.columns.awards import KIND, Awards
from dsl.engine.columns.collected import STATUSES
from dsl.engine.columns.inputs import Inputs, Reading
from dsl.engine.columns.memory import Memory, addresses
from dsl.engine.columns.shared import Drawing
from dsl.engine.columns.standing import standings
from dsl.engine.native.cells import standing_cells
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
    from dsl.engine.compiled import Compiled
    from dsl.engine.entries import Entry
    from dsl.engine.native.cells import Counter
    from dsl.engine.native.text import Decisions
    from dsl.engine.plans import RewardPlan
    from dsl.engine.terms import Term

THREADS = 2
# So many cells of O are filled before they are taken away.
BATCH = 1 << 20
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
        # How many cells of O each event has filled, in the order they are taken in.
        self._counts = np.zeros(len(history), np.int64)
        # Where customers stood, in cells, by the same order.
        self._standing = np.zeros(len(history) * max(1, standing_cells(compiled.program)), np.int64)
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
        inputs = self.reading.inputs(by_customer=True)
        stream = self._apart(compiled, inputs, progress)
        if stream is not None:
            self._awards = self._found(collected, inputs, stream)
        if stream is None:
            if free:
                raise NotNativeError
            self._counts[:] = 0
            inputs = self.reading.inputs(by_customer=False)
            stream = self._together(compiled, inputs, progress)
            self._awards = self._found(collected, inputs, stream)
        return self._awards or self._found(collected, inputs, stream)

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
    ) -> list[Ints] | None:
        """What O held; None where what customers share does not go round."""
        count = len(inputs)
        changes = np.flatnonzero(inputs.customers[1:] != inputs.customers[:-1]) + 1
        cuts = [0]
        for part in range(1, THREADS):
            later = changes[changes >= count * part // THREADS]
            cuts.append(int(later[0]) if len(later) else count)
        cuts.append(count)
        done = [0] * THREADS

        def call(first: int, end: int, memory: Memory, batch: Ints) -> int:
            most = len(batch) - self._widest
            return machine.functions["apart"](
                *addresses(self._numbers),
                *(first, end, self._since, self._end, most),
                *addresses(memory.place, inputs.rows),
                *self._read(inputs),
                *addresses(self._first_state, self._first_counters),
                *memory.written,
                *addresses(memory.shared, memory.variables, batch, self._counts),
                *addresses(self._standing),
            )

        def work(part: int) -> tuple[list[Ints], Ints]:
            def told(place: int) -> None:
                done[part] = place - cuts[part]
                progress(sum(done))

            return self._batches(call, self._reused(inputs), cuts[part : part + 2], told)

        with ThreadPoolExecutor(THREADS) as pool:
            parts = list(pool.map(work, range(THREADS)))
        drawn = np.sum([shared for _, shared in parts], axis=0)
        if self._decisions.shared and not self._goes_round(inputs, drawn):
            return None
        return [batch for batches, _ in parts for batch in batches]

    def _reused(self, inputs: Inputs) -> Memory:
        """The rows of one customer after the other."""
        most, lines = 0, 0
        if len(inputs):
            most = int(np.bincount(inputs.customers).max())
            if self._compiled.line_places[0] is not None:
                lines = int(np.bincount(inputs.customers, np.diff(inputs.line_places)).max())
        return self._memory(inputs, 1, most, lines)

    # --- as they came -------------------------------------------------------------------------

    def _together(
        self, machine: Machine, inputs: Inputs, progress: Callable[[int], None]
    ) -> list[Ints]:
        """What O held, event by event."""
        count = len(self._history.customer_ids)
        events = np.bincount(inputs.customers, minlength=count)
        lines = np.bincount(inputs.customers, np.diff(inputs.line_places), count).astype(np.int64)
        widths = (events * self._compiled.width, lines, events * self._decisions.earned)
        starts = np.zeros((count + 1, len(widths)), np.int64)
        np.cumsum(np.stack(widths, axis=1), axis=0, out=starts[1:])
        places = starts.ravel()

        def call(first: int, end: int, memory: Memory, batch: Ints) -> int:
            most = len(batch) - self._widest
            return machine.functions["together"](
                *addresses(self._numbers),
                *(first, end, self._since, most),
                *addresses(memory.place),
                *self._read(inputs),
                *memory.written,
                *addresses(places, memory.shared, memory.variables, batch, self._counts),
                *addresses(self._standing),
            )

        memory = self._memory(inputs, count, len(inputs), int(lines.sum()))
        batches, _ = self._batches(call, memory, [0, self._end], progress)
        return batches

    # --- both ---------------------------------------------------------------------------------

    def _batches(
        self,
        call: Callable[[int, int, Memory, Ints], int],
        memory: Memory,
        span: list[int],
        told: Callable[[int], None],
    ) -> tuple[list[Ints], Ints]:
        """Call again and again, until all events are taken; what O held, and what was shared."""
        batches = [np.empty(0, np.int64)]
        batch = np.empty(BATCH + self._widest, np.int64)
        place, end = span
        while place < end:
            if call(place, end, memory, batch) < 0 or self._numbers[TRAPPED]:
                raise NotNativeError
            place, used, _ = memory.place.tolist()
            batches.append(batch[:used].copy())
            told(place)
        return batches, memory.shared

    def _read(self, inputs: Inputs) -> list[int]:
        """W, M, L, F, U and T."""
        return addresses(
            inputs.customers,
            inputs.events,
            inputs.lines,
            inputs.line_places,
            inputs.told_places,
            inputs.told,
        )

    def _memory(self, inputs: Inputs, customers: int, events: int, lines: int) -> Memory:
        """What is written for so many customers, with so many events and cells of lines in all."""
        compiled = self._compiled
        memos = compiled.layout.memos
        return Memory(
            state=np.tile(self._first_state, customers),
            history=np.empty(events * compiled.width + 1, np.int64),
            lines=np.empty(lines + 1, np.int64),
            memos=np.full(2 * memos + 1, UNSET, np.int64),
            counters=np.tile(self._first_counters, customers),
            earned=np.empty(events * self._decisions.earned + 1, np.int64),
            shared=self._nothing_shared(inputs),
            variables=np.zeros(self._decisions.variables + 1, np.int64),
            place=np.array([0, 0, -1], np.int64),
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
        if counter.period is None or not len(inputs):
            return 0, 0
        cells = self._decisions.cells
        column = inputs.events.reshape(len(inputs), cells.width)[
            :, cells.column(("period", counter.period))
        ]
        return int(column.min()), int(column.max())

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

    def _found(self, collected: Collected, inputs: Inputs, stream: list[Ints]) -> Awards:
        """What O held as awards: a kind for each slot, then for each that is withheld."""
        of_slots = [self._of(collected, n) for n in range(len(self._decisions.slots))]
        withheld = [(*told[:-1], WITHHELD) for told in of_slots]
        table = np.array([*of_slots, *withheld], np.int64).reshape(-1, len(KIND))
        each, standing = self._counts // 2, self._standings(collected)
        rows, at = inputs.rows, self._history.at
        return Awards(
            table,
            np.concatenate([batch[0::2] for batch in stream]),
            np.concatenate([batch[1::2] for batch in stream]),
            {
                "rows": lambda: np.repeat(rows, each),
                "at": lambda: np.repeat(at[rows], each),
                "customers": lambda: np.repeat(inputs.customers, each),
                "standings": lambda: np.repeat(standing, each),
            },
            lambda: _in_order(rows, each),
        )

    def _standings(self, collected: Collected) -> Ints:
        """Where the customers of events stood, by number."""
        places, known = standings(self._compiled.program, self._standing)
        codes = [collected.standing(one.tier, one.segments) for one in known]
        return np.asarray(np.array(codes, np.int64)[places])

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


def _in_order(order: Ints, counts: Ints) -> Ints:
    """The places of awards in the order of their events.

    `order` are the rows as they were taken, `counts` how many awards each has.
    """
    starts = np.zeros(len(order), np.int64)
    np.cumsum(counts[:-1], out=starts[1:])
    by_row, own = np.empty_like(starts), np.empty_like(counts)
    by_row[order], own[order] = starts, counts
    before = np.repeat(by_row - (np.cumsum(own) - own), own)
    return np.asarray(before + np.arange(len(before)))
