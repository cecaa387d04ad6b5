"""What was used of limits and budgets that all customers share, just before each event.

So that the events of a few customers can be decided once more by themselves, with what all others
had drawn by then.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dsl.engine.columns.clock import Clocks

if TYPE_CHECKING:
    from collections.abc import Mapping, MutableMapping, Sequence

    from dsl.engine.columns.awards import Awards
    from dsl.engine.columns.convert import Ints
    from dsl.engine.columns.narrow import Narrow
    from dsl.engine.compiled import Compiled
    from dsl.engine.decision import CounterKey
    from dsl.engine.terms import Term


@dataclass(frozen=True, slots=True)
class Draws:
    """What events in rows of a history drew from one counter, of which of its calendar periods."""

    rows: Ints
    periods: Ints
    amounts: Ints

    def of(self, rows: Ints) -> Draws:
        """The same, where the rows stand at other places."""
        return Draws(rows[self.rows], self.periods, self.amounts)

    def with_(self, other: Draws) -> Draws:
        """These and others, in the order of their events."""
        rows = np.concatenate([self.rows, other.rows])
        order = np.argsort(rows, kind="stable")
        periods = np.concatenate([self.periods, other.periods])[order]
        amounts = np.concatenate([self.amounts, other.amounts])[order]
        return Draws(rows[order], periods, amounts)

    @property
    def given(self) -> dict[int, int]:
        """By period what was drawn, whatever was given back."""
        drawn = np.maximum(self.amounts, 0).tolist()
        found: dict[int, int] = {}
        for period, amount in zip(self.periods.tolist(), drawn, strict=True):
            found[period] = found.get(period, 0) + amount
        return found


@dataclass(frozen=True, slots=True)
class Drawing:
    """What awards of a program drew of some terms, worked out where that is asked.

    `at` are the instants of the history's events. `each` has by term, for each kind of award, what
    the smallest part of one draws: 0 where an event counts once, -1 where it draws nothing.
    """

    compiled: Compiled
    at: Narrow
    awards: Awards
    terms: Sequence[Term]
    each: Mapping[str, Ints]

    def draws(self) -> dict[str, Draws]:
        """By counter what was drawn from it."""
        awards = self.awards.ordered
        rows, amounts = awards.rows, awards.amounts
        found = {}
        for term in self.terms:
            drawn = self.each[term.name][awards.kinds]
            # However many awards of an event count, it counts once.
            once = np.flatnonzero(drawn == 0)
            once = once[np.unique(rows[once], return_index=True)[1]]
            places = np.sort(np.concatenate([np.flatnonzero(drawn > 0), once]))
            own = np.where(drawn[places] > 0, amounts[places] * drawn[places], 1)
            periods = periods_of(self.compiled, term, self.at[rows[places]])
            found[term.name] = Draws(rows[places], periods, own)
        return found


def periods_of(compiled: Compiled, term: Term, at: Ints) -> Ints:
    """The calendar periods of a counter that instants are in; 0 of one that is for ever."""
    if term.period is None:
        return np.zeros(len(at), np.int64)
    return Clocks(at, compiled.program.timezone).period(term.period)


def _running(periods: Ints, amounts: Ints) -> Ints:
    """The sums so far within each period, which stand one after the other."""
    if not len(periods):
        return amounts
    sums = np.cumsum(amounts)
    starts = np.flatnonzero(np.diff(periods, prepend=periods[:1] - 1))
    before = (sums - amounts)[starts]
    return np.asarray(sums - np.repeat(before, np.diff(starts, append=len(periods))))


@dataclass(frozen=True, slots=True)
class SharedUse:
    """One counter: by event the calendar period it stands in then, and what is used of it."""

    name: str
    periods: Ints
    used: Ints

    @classmethod
    def of(cls, name: str, periods: Ints, draws: Draws) -> SharedUse:
        """What was used just before each event of a history; `periods` are those they stand in."""
        kinds = np.unique(periods)
        count = len(periods) + 1
        # A draw and an event by period, then by row.
        draws_at = np.searchsorted(kinds, draws.periods) * count + draws.rows
        events_at = np.searchsorted(kinds, periods) * count + np.arange(len(periods))
        order = np.argsort(draws_at, kind="stable")
        sums = _running(draws.periods[order], draws.amounts[order])
        ordered = draws_at[order]
        if not len(ordered):
            return cls(name, periods, np.zeros(len(periods), np.int64))
        place = np.searchsorted(ordered, events_at) - 1
        # What was drawn last before an event stands in its own period, or nothing was.
        is_own = (place >= 0) & (ordered[place] // count == events_at // count)
        return cls(name, periods, np.where(is_own, sums[place], 0))

    def of_rows(self, rows: Ints) -> SharedUse:
        """The same of some events."""
        return SharedUse(self.name, self.periods[rows], self.used[rows])

    def put(self, row: int, used: MutableMapping[CounterKey, int]) -> None:
        """Let a counter stand where it stood before an event."""
        used[self.name, "", "", int(self.periods[row])] = int(self.used[row])
