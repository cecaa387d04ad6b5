"""The text of a program run over a history by CPython, whose numbers have no end.

Source: docs/engine.md, "Native".
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from dsl.engine.cells import E_LINES, UNSET
from dsl.engine.columns.by_text import ByText, NotByTextError
from dsl.engine.columns.stream import Stream
from dsl.engine.native.cells import standing_cells

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dsl.engine.columns.by_text import Progress
    from dsl.engine.columns.convert import Ints
    from dsl.engine.columns.inputs import Inputs

# So many events stand in lists at once.
PIECE = 1 << 14
# A draft and what is live, in a few programs at once.
MOST_KEPT = 8


@dataclass(slots=True)
class _Customer:
    """S, H, K, C and A of one customer, and where what is told of them goes on in T."""

    state: list[int]
    history: list[int]
    lines: list[int]
    counters: list[int]
    earned: list[int]
    told: int


class Interpreted(ByText):
    """A program over a history by CPython."""

    _functions: dict[str, Any]

    def _make_ready(self) -> None:
        self._functions = _functions(self._decisions.text)

    def _apart(self, inputs: Inputs, progress: Progress) -> Stream | None:
        shared = self._nothing_shared(inputs).tolist()
        stream = Stream()
        places = np.arange(len(self._history))
        self._decide(stream, inputs, places, shared, progress, free=1)
        if self._decisions.shared and not self._goes_round(inputs, shared):
            return None
        return stream

    def _together(self, inputs: Inputs, progress: Progress) -> tuple[Stream, Sequence[int]]:
        stream = Stream()
        places = self._own.places.astype(np.int64)
        shared = self._nothing_shared(inputs).tolist()
        self._decide(stream, inputs, places[: self._end], shared, progress, free=0)
        return stream, shared

    def _decide(
        self,
        stream: Stream,
        inputs: Inputs,
        order: Ints,
        shared: list[int],
        progress: Progress,
        *,
        free: int,
    ) -> None:
        """Decide the events at some places by customer, in that order; `free` as in the text."""
        program, functions = self._compiled.program, self._functions
        settle, tell, record = (functions[name] for name in ("settle", "tell", "record"))
        pay, stand = functions["pay"], functions["stand"]
        scratch = [UNSET] * (2 * self._compiled.layout.memos + 1)
        variables, awards = [0] * (self._decisions.variables + 1), [0] * (self._widest + 1)
        told = inputs.told.cells.tolist()
        width = max(1, standing_cells(program))
        since, end, whose = self._since, self._end, self._history.customers
        known: dict[int, _Customer] = {}
        before = np.zeros(len(self._history) + 1, np.int64)
        np.cumsum(inputs.events.column(E_LINES), out=before[1:])
        who = -1
        for piece in _pieces(order):
            rows = self._own.rows[piece]
            found: list[int] = []
            counts, standing = [0] * len(piece), [0] * (len(piece) * width)
            for number, (place, row, customer, event, items) in enumerate(
                zip(
                    piece.tolist(),
                    rows.tolist(),
                    whose[rows].tolist(),
                    inputs.events.rows(piece).tolist(),
                    self._items(inputs, before[piece], before[piece + 1]),
                    strict=True,
                )
            ):
                if row >= end:
                    continue
                if customer != who:
                    who = customer
                    if customer not in known:
                        if free:
                            # Whoever comes before comes no more.
                            known.clear()
                        known[customer] = self._new(inputs, customer)
                    own = known[customer]
                    state, history, lines = own.state, own.history, own.lines
                    counters, earned = own.counters, own.earned
                settle(event, items, state, history, lines, scratch, counters, earned)
                own.told = tell(state, told, own.told, place)
                record(event, items, state, history, lines, scratch, counters)
                if row < since:
                    continue
                used = pay(
                    event,
                    items,
                    state,
                    history,
                    lines,
                    scratch,
                    counters,
                    earned,
                    shared,
                    variables,
                    awards,
                    0,
                    free,
                )
                if used < 0:
                    raise NotByTextError
                if used:
                    found += awards[:used]
                    counts[number] = used
                    stand(state, counters, standing, number)
            stream.put(program, *(np.array(one, np.int64) for one in (found, counts, standing)))
            progress(int(piece[-1]) + 1 if free else int(rows[-1]) + 1)

    def _new(self, inputs: Inputs, customer: int) -> _Customer:
        """A customer nothing is known of, with room for all their events."""
        events = int(self._own.starts[customer + 1] - self._own.starts[customer])
        lines = int(inputs.starts[customer + 1] - inputs.starts[customer])
        return _Customer(
            self._first_state.tolist(),
            [0] * (events * self._compiled.width + 1),
            [0] * (lines * self._compiled.layout.line.width + 1),
            self._first_counters.tolist(),
            [0] * (events * self._decisions.earned + 1),
            int(inputs.told.starts[customer]),
        )

    def _items(self, inputs: Inputs, firsts: Ints, ends: Ints) -> Iterator[list[int]]:
        """I of each event, whose lines stand from a first one up to an end."""
        width, counts = self._compiled.layout.line.width, ends - firsts
        if not width or not counts.any():
            return iter([[]] * len(counts))
        upto = np.cumsum(counts)
        lines = np.repeat(ends - upto, counts) + np.arange(int(upto[-1]))
        cells = inputs.lines.rows(lines).ravel().tolist()
        upto *= width
        places = zip((upto - counts * width).tolist(), upto.tolist(), strict=True)
        return (cells[first:end] for first, end in places)


def _pieces(order: Ints) -> Iterator[Ints]:
    return (order[first : first + PIECE] for first in range(0, len(order), PIECE))


@lru_cache(MOST_KEPT)
def _functions(text: str) -> dict[str, Any]:
    """The functions of a text."""
    found: dict[str, Any] = {"__builtins__": {}}
    # The text holds whole numbers and our own names only, nothing a user wrote.
    exec(compile(text, "<decisions>", "exec"), found)  # noqa: S102
    found["copy"] = _copy
    return found


def _copy(cells: list[int], others: list[int], count: int) -> int:
    """What the text's own says cell by cell."""
    cells[:count] = others[:count]
    return 0
