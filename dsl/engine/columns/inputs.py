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
from dsl.engine.columns.encode import HistoryEncoder, kept
from dsl.engine.columns.narrow import blocks, narrow
from dsl.engine.columns.order import by_customer, lines_of
from dsl.engine.columns.records import Cell, pack, sources
from dsl.engine.columns.told import what_is_told

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from dsl.engine.columns.history import History
    from dsl.engine.columns.narrow import Bools, Ints, Narrow
    from dsl.engine.columns.order import ByCustomer, Rows
    from dsl.engine.columns.records import Packed, Records
    from dsl.engine.columns.told import Told
    from dsl.engine.compiled import Compiled
    from dsl.engine.entries import Entry
    from dsl.engine.layout import Key
    from dsl.engine.native.cells import Cells

# What two programs read, a draft and what is live, and two more.
MOST_KEPT = 4
# Bytes in all that are kept, but for what was read last.
MOST_BYTES = 1 << 30
# Records have no more columns that only other programs read.
MOST_COLUMNS = 24


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
    def packed(self) -> tuple[Packed, Packed]:
        """The bytes of events and of lines, which others may read too."""
        return self.events.packed, self.lines.packed

    def is_in(self, other: Inputs) -> bool:
        """True where another has other bytes, and all of these columns in them."""
        pairs = list(zip(self.packed, other.packed, strict=True))
        return any(one is not own for one, own in pairs) and all(
            one.count == own.count and own.has(one.sources) for one, own in pairs
        )


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
        known = self._history.inputs
        key = tuple(self._read_by())
        found = known.get(key)
        if isinstance(found, Inputs):
            # What was read last stays the longest.
            known.pop(key, None)
            known[key] = found
            return found
        read = self._encoded([one for one in tuple(known.values()) if isinstance(one, Inputs)])
        for other, one in tuple(known.items()):
            # What has no bytes of its own any more is quickly read anew.
            if isinstance(one, Inputs) and one.is_in(read):
                known.pop(other, None)
        known[key] = read
        while len(known) > MOST_KEPT or (
            len(known) > 1 and _size(tuple(known.values())) > MOST_BYTES
        ):
            # Of a copy: another thread may keep something of the same history meanwhile.
            known.pop(next(iter(tuple(known))), None)
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

    def _encoded(self, earlier: Sequence[Inputs]) -> Inputs:
        compiled, history, cells = self._compiled, self._history, self._cells
        # Arrow holds on to what the tables took that a history was read from.
        pa.default_memory_pool().release_unused()
        told = what_is_told(compiled, history, self._entry, cells.opted_in)
        encoder = HistoryEncoder(compiled.layout, compiled.clock, compiled.codes, history)
        own = by_customer(history)
        events, lines = encoder.cells(cells.columns), encoder.line_cells()
        for key, place in cells.columns.items():
            if key[0] == "draw":
                events[place] = Cell(self._drawn(self._draw(key)))
        self._fill_amount(events, encoder)
        starts = self._line_starts(events[E_LINES], own)
        counts = events[E_LINES].form
        order = (own.rows[rows] for rows in blocks(len(history)))
        line_order = self._lines(own, encoder.counted) if lines else iter(())
        return Inputs(
            self._packed(events, len(history), order, [one.packed[0] for one in earlier]),
            self._packed(lines, int(starts[-1]), line_order, [one.packed[1] for one in earlier]),
            starts,
            told,
            counts.largest if counts.most else 0,
        )

    def _packed(
        self,
        cells: Sequence[Cell],
        count: int,
        order: Iterable[Ints | Rows],
        earlier: Sequence[Packed],
    ) -> Records:
        """Records of cells: of before, where those have all their columns, else with theirs too."""
        wanted = sources(cells)
        for one in earlier:
            if one.count == count and one.has(wanted):
                return one.read(cells)
        own, lasting = {id(one) for one in wanted}, self._lasting()
        for one in earlier[-1:]:
            others = [
                other for other in one.sources if id(other) not in own and id(other) in lasting
            ]
            if one.count == count and len(wanted) + len(others) <= MOST_COLUMNS:
                wanted += others
        return pack(wanted, count, order).read(cells)

    def _lasting(self) -> set[int]:
        """The columns that are there as long as the history, by their identity."""
        history = self._history
        columns = (*history.columns.values(), *history.lines.columns.values())
        others = (history.types, history.at, history.customers, *tuple(history.cells.values()))
        return {id(one) for one in (*(column.narrow for column in columns), *others)}

    def _drawn(self, what: Draw) -> Narrow:
        """The column of a draw, which is the same for every program that has it."""
        key = ("draw", self._secret, what)
        return kept(self._history, key, lambda: narrow(drawn(self._history, self._secret, what)))

    def _line_starts(self, counts: Cell, own: ByCustomer) -> Ints:
        """Where the lines of each customer begin, and behind the last where others would."""
        if counts.is_constant and not counts.first:
            return np.zeros(len(own.starts), np.int64)
        ordered, key = self._history.ordered, ("line starts",)
        found = ordered.get(key)
        if not isinstance(found, np.ndarray):
            ends = np.zeros(len(self._history) + 1, np.int64)
            np.cumsum(counts.values[own.rows], out=ends[1:])
            found = ordered[key] = ends[own.starts]
        return found

    def _lines(self, own: ByCustomer, counted: Bools | None) -> Iterator[Ints]:
        """The lines that count, by customer, those of a block of events at a time."""
        for rows in blocks(len(own.rows)):
            places, _ = lines_of(self._history.lines, own.rows[rows].astype(np.int64))
            yield places if counted is None else places[counted[places]]

    def _fill_amount(self, events: list[Cell], encoder: HistoryEncoder) -> None:
        """An absent amount is the gross, as no discount takes anything off it."""
        history, places = self._history, self._compiled.layout.event.places
        amount, gross = (places["attribute", name] for name in ("amount", "gross"))
        if events[gross].is_constant and events[gross].first == NA:
            return
        both = events[amount], events[gross]
        key = ("filled", *(tuple(encoder.types(name)) for name in ("amount", "gross")))
        events[amount] = Cell(kept(history, key, lambda: _filled(history, *both)))

    def _draw(self, key: Key) -> Draw:
        """What a column of draws is of."""
        _, purpose, rule, reward = key
        plan = self._compiled.rules[int(str(rule))]
        shares = [plan.rule.chance if purpose == "chance" else plan.rule.holdout]
        if purpose == "one-of":
            shares = [share for share, _ in plan.rewards[int(str(reward))].choices]
        return Draw(str(purpose), plan.name, tuple(one for one in shares if one is not None))


def _filled(history: History, amounts: Cell, others: Cell) -> Narrow:
    codes = [n for n, name in enumerate(history.type_names) if name == "purchase"]
    values, other = amounts.values, others.values
    absent = (values == NA) & (other != NA) & np.isin(history.types, codes)
    values[absent] = other[absent]
    return narrow(values)


def _size(kept: Iterable[object]) -> int:
    """How many bytes inputs have, those of several once."""
    every = {id(own): own for one in kept if isinstance(one, Inputs) for own in one.packed}
    return sum(len(own.data) for own in every.values())
