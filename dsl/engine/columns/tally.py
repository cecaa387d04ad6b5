"""What awards come to, added up by machine code as it gives them: by slot and local date, for whom.

Of millions of awards it takes far longer to look at each again than to add it up while it is there.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from dsl.engine.columns.sums import SAFE
from dsl.engine.columns.totals import RULE, UNIT, Counted, OfDays, OfRule

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dsl.engine.columns.narrow import Ints
    from dsl.engine.native.slots import Slot

# The cells of U before those of slots (native/text.py).
HEAD = 5
# So many rules stand in one cell, a bit each.
BITS = 62
# More cells than these take longer to make ready than they save.
MOST_CELLS = 1 << 22


@dataclass(frozen=True, slots=True)
class Tally:
    """U: what so many slots gave on each local date, and which customers got anything of a rule.

    `rules` are the rules of the slots, by number. Where a sum grows beyond what 64 bits surely
    hold, or there is too much to count, nothing is counted any more.
    """

    rules: Sequence[int]
    first_day: int
    days: int
    customers: int
    cells: Ints

    @classmethod
    def of(cls, slots: Sequence[Slot], days: tuple[int, int], customers: int) -> Tally:
        """Nothing yet, of customers by number and the local dates from one to another."""
        rules, width = [one.rule.order for one in slots], days[1] - days[0] + 1
        size = len(rules)
        words = max(rules, default=0) // BITS + 1
        head = HEAD + 3 * size
        cells = head + size * width + customers * words
        if cells > MOST_CELLS:
            # Nobody is counted.
            return cls(rules, days[0], 0, 0, np.zeros(head + 1, np.int64))
        found = np.zeros(cells, np.int64)
        found[:HEAD] = customers, head + size * width, words, head - days[0], width
        found[HEAD + size : HEAD + 2 * size] = [rule // BITS for rule in rules]
        found[HEAD + 2 * size : head] = [1 << rule % BITS for rule in rules]
        return cls(rules, days[0], width, customers, found)

    @property
    def is_counting(self) -> bool:
        """True where all that was given is added up."""
        return self.customers > 0 and int(self.cells[0]) == self.customers

    def with_(self, other: Tally) -> Tally:
        """What both have found; they are of the same slots, dates and customers."""
        if not (self.is_counting and other.is_counting):
            return self if not self.is_counting else other
        found = self.cells.copy()
        for sums in (self._counts, self._dates):
            found[sums] += other.cells[sums]
        found[self._people] |= other.cells[self._people]
        return Tally(self.rules, self.first_day, self.days, self.customers, found)

    @property
    def _counts(self) -> slice:
        return slice(HEAD, HEAD + len(self.rules))

    @property
    def _dates(self) -> slice:
        first = HEAD + 3 * len(self.rules)
        return slice(first, first + len(self.rules) * self.days)

    @property
    def _people(self) -> slice:
        return slice(self._dates.stop, None)

    @property
    def awards(self) -> Ints:
        """How many awards there are of each slot."""
        return self.cells[self._counts]

    @property
    def by_day(self) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
        """What each slot gave on each date from the first on."""
        return self.cells[self._dates].reshape(len(self.rules), self.days)

    def people(self, rule: int) -> Ints:
        """Who got anything of a rule, by number."""
        words = self.cells[self._people].reshape(self.customers, -1)
        return np.flatnonzero(words[:, rule // BITS] & 1 << rule % BITS)


class Tallied(Counted):
    """The totals of awards that were added up as they were given."""

    @cached_property
    def _tally(self) -> Tally:
        tally = self._awards.tally
        if tally is None:
            msg = "nothing was added up"
            raise ValueError(msg)
        return tally

    @cached_property
    def of_rules(self) -> Mapping[str, OfRule]:
        """By rule, those that gave nothing included."""
        tally, named = self._tally, self._named
        counts: list[int] = [0] * len(named.rules)
        units: list[dict[str, int]] = [{} for _ in named.rules]
        sums = [sum(own) for own in tally.by_day.tolist()]
        for kind, count, total in zip(
            self._awards.table.tolist(), tally.awards.tolist(), sums, strict=False
        ):
            if count:
                rule, unit = kind[RULE], named.units[kind[UNIT]]
                counts[rule] += count
                units[rule][unit] = units[rule].get(unit, 0) + total
        return {
            name: OfRule(counts[rule], tally.people(rule), units[rule])
            for rule, name in enumerate(named.rules)
        }

    @cached_property
    def of_days(self) -> Mapping[tuple[str, str], OfDays]:
        """By rule and unit, those that were given."""
        tally, named = self._tally, self._named
        found: dict[tuple[str, str], Any] = {}
        by_day: Any = tally.by_day
        if int(by_day.max(initial=0)) * len(by_day) >= SAFE:
            by_day = by_day.astype(object)
        for kind, own in zip(self._awards.table.tolist(), by_day, strict=False):
            pair = named.rules[kind[RULE]], named.units[kind[UNIT]]
            found[pair] = own if pair not in found else found[pair] + own
        return {
            pair: OfDays(np.flatnonzero(own) + tally.first_day, own[np.flatnonzero(own)])
            for pair, own in found.items()
            if own.any()
        }
