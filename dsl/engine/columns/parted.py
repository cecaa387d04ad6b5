"""A history in two: customers of whom events are corrected, and all others.

What a refund, a redeem or a cancel changes is decided again by the fold; it is of one customer, and
most have none. So the others are decided natively, as if the former were not there, and both are
put together where what all of them draw on goes round.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from dsl.engine.columns.collected import Collected
from dsl.engine.columns.order import of_rows
from dsl.engine.columns.shared import Draws
from dsl.engine.entries import CORRECTING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from dsl.engine.columns.convert import Ints
    from dsl.engine.columns.history import History
    from dsl.engine.columns.span import Span
    from dsl.engine.decision import CounterKey

KEY = ("parts",)
# Beyond this share of the events the fold may as well decide all.
MOST_CORRECTED = 0.9


@dataclass(frozen=True, slots=True)
class Part:
    """The events of some customers; `rows` are the places they have in the whole."""

    rows: Ints
    history: History

    def span(self, span: Span) -> Span:
        """The part of a span."""
        first, end = np.searchsorted(self.rows, [span.first, span.end]).tolist()
        return replace(span, first=first, end=end)


@dataclass(frozen=True, slots=True)
class Parts:
    """The customers without corrections, and those with them, of whom there may be none."""

    plain: Part
    corrected: Part | None

    @property
    def share(self) -> float:
        """What part of the events is of customers with corrections."""
        if self.corrected is None:
            return 0.0
        return len(self.corrected.rows) / max(1, len(self.plain.rows) + len(self.corrected.rows))


def parts(history: History) -> Parts:
    """The two parts of a history, made once."""
    found = history.ordered.get(KEY)
    if not isinstance(found, Parts):
        found = history.ordered[KEY] = _parts(history)
    return found


def _parts(history: History) -> Parts:
    codes = [code for code, name in enumerate(history.type_names) if name in CORRECTING]
    own = np.unique(history.customers[np.isin(history.types, codes)]) if codes else np.empty(0)
    if not len(own):
        return Parts(Part(np.arange(len(history)), history), None)
    is_corrected = np.isin(history.customers, own)
    plain, corrected = np.flatnonzero(~is_corrected), np.flatnonzero(is_corrected)
    return Parts(Part(plain, of_rows(history, plain)), Part(corrected, of_rows(history, corrected)))


def beside(collected: Collected) -> Collected:
    """What collects awards under the same names, by itself."""
    return replace(collected, cells=[])


class Noted(dict["CounterKey", int]):
    """Counters of a book that note by row what is drawn from those all customers share."""

    def __init__(self, used: Mapping[CounterKey, int], names: Collection[str]) -> None:
        super().__init__(used)
        self._names, self.row = frozenset(names), 0
        # Whether the event at hand corrects others, and whether any such drew more.
        self.is_correcting = self.is_corrected = False
        self._noted: list[tuple[str, int, int, int]] = []

    def __setitem__(self, key: CounterKey, value: int) -> None:
        name, holder, _, period = key
        if not holder and name in self._names:
            more = value - self.get(key, 0)
            self._noted.append((name, self.row, period, more))
            self.is_corrected |= more > 0 and self.is_correcting
        super().__setitem__(key, value)

    def draws(self, rows: Ints) -> dict[str, Draws]:
        """By counter what was drawn, and given back; `rows` are those of the whole."""
        found = {}
        for name in self._names:
            cells = np.array([one[1:] for one in self._noted if one[0] == name], np.int64)
            row, period, amount = cells.reshape(-1, 3).T
            found[name] = Draws(rows[row], period, amount)
        return found
