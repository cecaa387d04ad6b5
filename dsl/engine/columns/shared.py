"""What was used of limits and budgets that all customers share, just before each event.

So that the events of a few customers can be decided once more by themselves, with what all others
had drawn by then.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import MutableMapping

    from dsl.engine.columns.convert import Ints
    from dsl.engine.decision import CounterKey


@dataclass(frozen=True, slots=True)
class SharedUse:
    """One counter: by event the calendar period it stands in then, and what is used of it."""

    name: str
    periods: Ints
    used: Ints

    @classmethod
    def of(
        cls, name: str, periods: Ints, each: Ints, rows: Ints, slots: Ints, amounts: Ints
    ) -> SharedUse:
        """What awards came to by then, in the order of their events.

        `each` is by slot what the smallest part of an amount draws, 0 of one that counts the event
        once, -1 of one that draws nothing.
        """
        draws = each[slots]
        added = np.zeros(len(periods), np.int64)
        np.add.at(added, rows, np.where(draws > 0, amounts * draws, 0))
        added[rows[draws == 0]] = 1
        order = np.argsort(periods, kind="stable")
        before = np.cumsum(added[order]) - added[order]
        # Each period begins with nothing.
        starts = np.flatnonzero(np.diff(periods[order], prepend=periods[order][:1] - 1))
        before -= np.repeat(before[starts], np.diff(starts, append=len(order)))
        used = np.empty_like(before)
        used[order] = before
        return cls(name, periods, used)

    def of_rows(self, rows: Ints) -> SharedUse:
        """The same of some events."""
        return SharedUse(self.name, self.periods[rows], self.used[rows])

    def put(self, row: int, used: MutableMapping[CounterKey, int]) -> None:
        """Let a counter stand where it stood before an event."""
        used[self.name, "", "", int(self.periods[row])] = int(self.used[row])
