"""What a run by text reads of a history: records of events and lines, what is told of customers.

Kept with the history, for programs that read the same: an edit that changes a number reads nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from dsl.engine.cells import E_LINES, NA
from dsl.engine.columns.draws import Draw, drawn
from dsl.engine.columns.encode import HistoryEncoder
from dsl.engine.columns.narrow import blocks, narrow
from dsl.engine.columns.order import by_customer, lines_of
from dsl.engine.columns.records import Cell, records
from dsl.engine.columns.told import what_is_told

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from dsl.engine.columns.history import History
    from dsl.engine.columns.narrow import Bools, Ints
    from dsl.engine.columns.order import ByCustomer
    from dsl.engine.columns.records import Records
    from dsl.engine.columns.told import Told
    from dsl.engine.compiled import Compiled
    from dsl.engine.entries import Entry
    from dsl.engine.layout import Key
    from dsl.engine.native.cells import Cells

# What two programs read, a draft and what is live, and two more.
MOST_KEPT = 4
# Bytes in all that are kept, but for what was read last.
MOST_BYTES = 1 << 30


@dataclass(frozen=True, slots=True)
class Inputs:
    """What is read of events and their lines, those of one customer after the other.

    `starts` are where the lines of each customer begin; `most_lines` is how many there are of one
    event at most.
    """

    events: Records
    lines: Records
    starts: Ints
    told: Told
    most_lines: int

    @property
    def size(self) -> int:
        """About how many bytes there are."""
        return self.events.size + self.lines.size


class Reading:
    """What one program reads of one history; `entry` is the event of a row as the fold takes it."""

    def __init__(
        self,
        compiled: Compiled,
        history: History,
        cells: Cells,
        entry: Callable[[int], Entry],
        secret: bytes,
    ) -> None:
        self._compiled, self._history, self._cells = compiled, history, cells
        self._entry, self._secret = entry, secret

    def inputs(self) -> Inputs:
        """The events and their lines."""
        kept = self._history.inputs
        key = tuple(self._read_by())
        found = kept.get(key)
        if isinstance(found, Inputs):
            return found
        read = self._encoded()
        while len(kept) >= MOST_KEPT or (kept and _size((*kept.values(), read)) > MOST_BYTES):
            # Of a copy: another thread may keep something of the same history meanwhile.
            kept.pop(next(iter(tuple(kept))), None)
        kept[key] = read
        return read

    def _read_by(self) -> Iterator[object]:
        """All that inputs hang on."""
        layout, cells = self._compiled.layout, self._cells
        yield from (layout.program.timezone, self._secret)
        for columns in (layout.event, layout.line, layout.customer):
            places = columns.places.items()
            yield tuple((key, place, columns.types.get(key)) for key, place in places)
        yield from (tuple(codes.items()) for codes in (layout.types, layout.texts))
        yield from (tuple(cells.columns.items()), tuple(cells.opted_in.items()))
        yield from (self._draw(key) for key in cells.columns if key[0] == "draw")

    def _encoded(self) -> Inputs:
        compiled, history, cells = self._compiled, self._history, self._cells
        # Arrow holds on to what the tables took that a history was read from.
        pa.default_memory_pool().release_unused()
        told = what_is_told(compiled, history, self._entry, cells.opted_in)
        encoder = HistoryEncoder(compiled.layout, compiled.clock, compiled.codes, history)
        own = by_customer(history)
        events, lines = encoder.cells(cells.columns), encoder.line_cells()
        for key, place in cells.columns.items():
            if key[0] == "draw":
                events[place] = Cell(narrow(drawn(history, self._secret, self._draw(key))))
        self._fill_amount(events)
        counts, ends = events[E_LINES].form, np.zeros(len(history) + 1, np.int64)
        np.cumsum(events[E_LINES].values[own.rows], out=ends[1:])
        return Inputs(
            records(events, len(history), (own.rows[rows] for rows in blocks(len(history)))),
            records(lines, int(ends[-1]), self._lines(own, encoder.counted) if lines else ()),
            ends[own.starts],
            told,
            counts.largest if counts.most else 0,
        )

    def _lines(self, own: ByCustomer, counted: Bools | None) -> Iterator[Ints]:
        """The lines that count, by customer, those of a block of events at a time."""
        for rows in blocks(len(own.rows)):
            places, _ = lines_of(self._history.lines, own.rows[rows].astype(np.int64))
            yield places if counted is None else places[counted[places]]

    def _fill_amount(self, events: list[Cell]) -> None:
        """An absent amount is the gross, as no discount takes anything off it."""
        history, places = self._history, self._compiled.layout.event.places
        amount, gross = (places["attribute", name] for name in ("amount", "gross"))
        if events[gross].is_constant and events[gross].first == NA:
            return
        codes = [n for n, name in enumerate(history.type_names) if name == "purchase"]
        values, other = events[amount].values, events[gross].values
        absent = (values == NA) & (other != NA) & np.isin(history.types, codes)
        values[absent] = other[absent]
        events[amount] = Cell(narrow(values))

    def _draw(self, key: Key) -> Draw:
        """What a column of draws is of."""
        _, purpose, rule, reward = key
        plan = self._compiled.rules[int(str(rule))]
        shares = [plan.rule.chance if purpose == "chance" else plan.rule.holdout]
        if purpose == "one-of":
            shares = [share for share, _ in plan.rewards[int(str(reward))].choices]
        return Draw(str(purpose), plan.name, tuple(one for one in shares if one is not None))


def _size(kept: Iterable[object]) -> int:
    return sum(one.size for one in kept if isinstance(one, Inputs))
