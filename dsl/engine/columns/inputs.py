"""What a native run reads of a history: rows of events, lines, draws, what is told of customers.

Kept with the history, for programs that read the same: an edit that changes a number reads nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dsl.engine.cells import NA
from dsl.engine.columns import order
from dsl.engine.columns.draws import Draw, drawn
from dsl.engine.columns.encode import HistoryEncoder
from dsl.engine.columns.told import what_is_told

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from dsl.engine.columns.convert import Ints
    from dsl.engine.columns.history import History
    from dsl.engine.compiled import Compiled
    from dsl.engine.entries import Entry
    from dsl.engine.layout import Key
    from dsl.engine.native.cells import Cells

# What two programs read, a draft and what is live, each in both orders.
MOST_KEPT = 4
# Cells of 8 bytes in all that are kept, but for what was read last.
MOST_CELLS = 1 << 27


@dataclass(frozen=True, slots=True)
class Inputs:
    """What is read, event by event in one order; `rows` are their places in the history."""

    rows: Ints
    customers: Ints
    events: Ints
    lines: Ints
    line_places: Ints
    told: Ints
    told_places: Ints

    def __len__(self) -> int:
        """How many events there are."""
        return len(self.rows)


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

    def inputs(self, *, by_customer: bool) -> Inputs:
        """The events as they came, or those of one customer after the other."""
        kept = self._history.inputs
        key = (by_customer, *self._read_by())
        found = kept.get(key)
        if isinstance(found, Inputs):
            return found
        read = self._encoded(by_customer=by_customer)
        while len(kept) >= MOST_KEPT or (kept and _cells((*kept.values(), read)) > MOST_CELLS):
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

    def _encoded(self, *, by_customer: bool) -> Inputs:
        compiled, history, cells = self._compiled, self._history, self._cells
        told = what_is_told(compiled, history, self._entry, cells.opted_in)
        rows = np.arange(len(history))
        if by_customer:
            own = order.by_customer(history)
            history, rows = own.history, own.rows
        encoder = HistoryEncoder(compiled.layout, compiled.clock, compiled.codes, history)
        events = encoder.rows(cells.columns)
        for key, place in cells.columns.items():
            if key[0] == "draw":
                events[:, place] = drawn(self._history, self._secret, self._draw(key))[rows]
        # An absent amount is the gross, as no discount takes anything off it.
        places = compiled.layout.event.places
        amount, gross = (events[:, places["attribute", name]] for name in ("amount", "gross"))
        codes = [n for n, name in enumerate(history.type_names) if name == "purchase"]
        absent = (amount == NA) & (gross != NA) & np.isin(history.types, codes)
        events[absent, places["attribute", "amount"]] = gross[absent]
        lines, ends = encoder.lines_by_place
        told = told.in_order(rows)
        return Inputs(
            rows,
            history.customers,
            events.ravel(),
            lines if len(lines) else np.zeros(1, np.int64),
            ends[history.lines.starts],
            told.pairs,
            told.places,
        )

    def _draw(self, key: Key) -> Draw:
        """What a column of draws is of."""
        _, purpose, rule, reward = key
        plan = self._compiled.rules[int(str(rule))]
        shares = [plan.rule.chance if purpose == "chance" else plan.rule.holdout]
        if purpose == "one-of":
            shares = [share for share, _ in plan.rewards[int(str(reward))].choices]
        return Draw(str(purpose), plan.name, tuple(one for one in shares if one is not None))


def _cells(kept: Iterable[object]) -> int:
    return sum(len(one.events) + len(one.lines) for one in kept if isinstance(one, Inputs))
