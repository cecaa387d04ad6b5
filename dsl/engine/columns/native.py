"""The text of a program run over a history by LLVM, on two threads.

Source: docs/engine.md, "Native".
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import reduce
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

import numpy as np

from dsl.engine.cells import UNSET
from dsl.engine.columns.by_text import ByText, NotByTextError, TooLargeError
from dsl.engine.columns.memory import Memory, addresses
from dsl.engine.columns.narrow import blocks
from dsl.engine.columns.records import Cell, records
from dsl.engine.columns.stream import CELLS, EVENTS, Batch, Stream
from dsl.engine.columns.tally import Tally
from dsl.engine.native.llvm import BETTER, SOONEST
from dsl.engine.native.lower import UnfitError
from dsl.engine.native.machine import Machine, NotCompiledError, machines
from dsl.engine.native.numbers import TRAPPED, apart
from dsl.engine.native.text import DAY, EXPORTED

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dsl.engine.columns.by_text import Progress
    from dsl.engine.columns.convert import Ints
    from dsl.engine.columns.inputs import Inputs

# Some customers have many events: threads take one part after the other.
THREADS, PARTS = 2, 8
# From so many events on each better compilation is worth its time.
WORTH = 300_000


class Native(ByText):
    """A program over a history by machine code."""

    _machine: Machine
    # The numbers of the text's rules, V.
    _numbers: Ints

    def _make_ready(self) -> None:
        try:
            level = BETTER if self._end > WORTH else SOONEST
            parted = apart(self._decisions.text)
            self._machine = machines.machine(parted.text, EXPORTED, level)
            self._numbers = np.array([0, *parted.numbers], np.int64)
        except (UnfitError, OverflowError, NotCompiledError) as error:
            raise TooLargeError from error

    # --- customer by customer -----------------------------------------------------------------

    def _apart(self, inputs: Inputs, progress: Progress) -> Stream | None:
        starts, count = self._own.starts, len(self._history)
        # Parts begin where a customer does.
        wanted = [count * part // PARTS for part in range(1, PARTS)]
        firsts = [0, *np.searchsorted(starts, wanted).tolist(), len(starts) - 1]
        cuts = starts[firsts].tolist()
        places = self._by_customer(inputs)
        done = [0] * PARTS

        def call(first: int, end: int, memory: Memory, batch: Batch) -> int:
            return self._machine.functions["apart"](
                *addresses(self._numbers),
                *(first, end, CELLS),
                *addresses(memory.place),
                *self._read(inputs),
                *addresses(places, self._first_state, self._first_counters),
                *memory.written,
                *addresses(memory.shared, memory.variables),
                *batch.written,
                *addresses(memory.tally.cells),
            )

        left = SimpleQueue[int]()
        for part in range(PARTS):
            left.put(part)

        def work() -> tuple[dict[int, Stream], Memory]:
            memory, found = self._reused(inputs), dict[int, Stream]()
            batch = Batch(self._compiled.program, self._widest)
            while (part := _next(left)) is not None:

                def told(place: int, part: int = part) -> None:
                    done[part] = place - cuts[part]
                    progress(sum(done))

                # The customer before the first: the next one begins at once.
                memory.place[2] = firsts[part] - 1
                found[part] = self._batches(call, memory, batch, cuts[part : part + 2], told)
            return found, memory

        with ThreadPoolExecutor(THREADS) as pool:
            threads = [one.result() for one in [pool.submit(work) for _ in range(THREADS)]]
        memories = [memory for _, memory in threads]
        drawn = np.sum([memory.shared for memory in memories], axis=0)
        if self._decisions.shared and not self._goes_round(inputs, drawn.tolist()):
            return None
        stream = Stream(tally=_counted(reduce(Tally.with_, (one.tally for one in memories))))
        streams = {part: one for found, _ in threads for part, one in found.items()}
        for part in range(PARTS):
            stream.add(streams[part])
        return stream

    def _by_customer(self, inputs: Inputs) -> Ints:
        """D of `apart`, and behind the last customer where another would begin."""
        starts, customers = self._own.starts, self._history.customers
        every = {0: np.zeros(len(starts) - 1, np.int64), len(customers): np.diff(starts)}
        before = [
            every[row] if row in every else np.bincount(customers[:row], minlength=len(starts) - 1)
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

    def _together(self, inputs: Inputs, progress: Progress) -> tuple[Stream, Sequence[int]]:
        starts = self._own.starts
        count = len(starts) - 1
        events, lines = np.diff(starts), self._line_cells(inputs)
        widths = (events * self._compiled.width, lines, events * self._decisions.earned)
        places = np.zeros((count + 1, 6), np.int64)
        places[:, 0], places[:, 1], places[:, 2] = starts, inputs.starts, inputs.told.starts
        np.cumsum(np.stack(widths, axis=1), axis=0, out=places[1:, 3:])
        cells = places.ravel()
        owners = Cell(self._history.customers)
        whose = records(
            [owners], self._end, (np.arange(self._end)[one] for one in blocks(self._end))
        )

        def call(first: int, end: int, memory: Memory, batch: Batch) -> int:
            return self._machine.functions["together"](
                *addresses(self._numbers),
                *(first, end, self._since, CELLS),
                *addresses(memory.place, whose.data, whose.form),
                *self._read(inputs),
                *addresses(cells),
                *memory.written,
                *addresses(memory.shared, memory.variables),
                *batch.written,
                *addresses(memory.tally.cells),
            )

        memory = self._memory(inputs, count, len(self._history), int(lines.sum()))
        memory.place[[3, 5, 6]] = whose.first[0]
        batch = Batch(self._compiled.program, self._widest)
        stream = self._batches(call, memory, batch, [0, self._end], progress)
        stream.tally = _counted(memory.tally)
        return stream, memory.shared.tolist()

    # --- both ---------------------------------------------------------------------------------

    def _batches(
        self,
        call: Callable[[int, int, Memory, Batch], int],
        memory: Memory,
        batch: Batch,
        span: list[int],
        told: Callable[[int], None],
    ) -> Stream:
        """Call again and again, until all events are taken; what O held."""
        stream = Stream()
        place, end = span
        while place < end:
            first = place
            most = min(end, first + EVENTS)
            ended = call(first, most, memory, batch)
            if self._numbers[TRAPPED]:
                raise TooLargeError
            if ended < 0:
                raise NotByTextError
            place, used = memory.place[:2].tolist()
            batch.take(stream, used, place - first)
            told(place)
        return stream

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
            place=np.zeros(7, np.int64),
            tally=Tally.of(
                self._decisions.slots,
                inputs.events.spans[self._decisions.cells.column(DAY)],
                len(self._own.starts) - 1,
            ),
        )


def _counted(tally: Tally) -> Tally | None:
    return tally if tally.is_counting else None


def _next(left: SimpleQueue[int]) -> int | None:
    """What is left to do next."""
    try:
        return left.get_nowait()
    except Empty:
        return None
