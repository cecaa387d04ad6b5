"""Sums and counts of many awards at once, exact whatever they come to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dsl.engine.columns.convert import Ints

# Whole numbers of 64 bits, or of any size.
Exact = np.ndarray[tuple[int], np.dtype[np.int64] | np.dtype[np.object_]]
# What sums of so many awards may come to is added up in 64 bits; beyond, as Python does.
SAFE = 1 << 62
# Cells of a table of all pairs there can be, before pairs are sorted instead.
MOST_CELLS = 1 << 26


def sums(keys: Ints, units: Ints, amounts: Ints) -> Iterator[tuple[int, int, int]]:
    """The sum of the amounts of each key and unit that stand together."""
    if not len(keys):
        return
    first, width = int(keys.min()), int(units.max()) + 1
    pairs = keys - first
    pairs *= width
    pairs += units
    last = int(pairs.max())
    if last >= MOST_CELLS:
        found, pairs = np.unique(pairs, return_inverse=True)
        last = len(found) - 1
    else:
        found = np.arange(last + 1)
    is_there = np.bincount(pairs, minlength=last + 1) > 0
    totals = sums_of(pairs, amounts, last + 1)[is_there].tolist()
    key, unit = np.divmod(found[is_there], width)
    yield from zip((key + first).tolist(), unit.tolist(), totals, strict=True)


def nothing(count: int, *, is_small: bool) -> Exact:
    """So many sums of nothing yet; `is_small` where 64 bits hold what they will come to."""
    return np.zeros(count, np.int64) if is_small else np.zeros(count, np.object_)


def sums_of(keys: Ints, amounts: Ints, count: int) -> Exact:
    """The sums of the amounts of each key, from 0 up to a count."""
    largest = max(int(amounts.max(initial=0)), -int(amounts.min(initial=0)))
    if largest * len(amounts) < SAFE:
        added = np.zeros(count, np.int64)
        np.add.at(added, keys, amounts)
        return added
    exact = np.zeros(count, object)
    np.add.at(exact, keys, amounts.astype(object))
    return exact


class Added:
    """Sums by cell, of so many cells, that are added up a block at a time."""

    def __init__(self, cells: int, *, is_small: bool) -> None:
        self._is_small = is_small
        self._is_table = cells <= MOST_CELLS
        self._sums = nothing(cells if self._is_table else 0, is_small=is_small)
        self._counts = np.zeros(len(self._sums), np.int64)
        # Where there are too many cells for a table.
        self._found: dict[int, int] = {}

    def add(self, cells: Ints, amounts: Ints) -> None:
        """Add an amount to the cell that stands with it."""
        if self._is_table:
            self._counts += np.bincount(cells, minlength=len(self._counts))
            np.add.at(self._sums, cells, amounts.astype(self._sums.dtype))
            return
        found, places = np.unique(cells, return_inverse=True)
        own = sums_of(places, amounts, len(found)).tolist()
        for cell, amount in zip(found.tolist(), own, strict=True):
            self._found[cell] = self._found.get(cell, 0) + amount

    def found(self) -> tuple[Ints, Exact]:
        """The cells to which anything was added, in their order, and what they come to."""
        if self._is_table:
            cells = np.flatnonzero(self._counts)
            return cells, self._sums[cells]
        cells = np.array(sorted(self._found), np.int64)
        sums_ = nothing(len(cells), is_small=self._is_small)
        sums_[:] = [self._found[cell] for cell in cells.tolist()]
        return cells, sums_


class Distinct:
    """The different values that stand with each key; both are counted from 0."""

    def __init__(self, keys: int, values: int) -> None:
        self._width = values
        self._seen = np.zeros(keys * values if keys * values <= MOST_CELLS else 0, np.bool_)
        # Pairs of both, where there are too many for a table.
        self._pairs = np.empty(0, np.int64)

    def add(self, keys: Ints, values: Ints) -> None:
        """Take in some of each that stand together."""
        pairs = keys * self._width + values
        if len(self._seen):
            self._seen[pairs] = True
        else:
            self._pairs = np.union1d(self._pairs, pairs)

    def of(self, key: int) -> Ints:
        """The different values of a key, in their order."""
        first = key * self._width
        if len(self._seen):
            return np.flatnonzero(self._seen[first : first + self._width])
        ends = np.searchsorted(self._pairs, [first, first + self._width])
        return np.asarray(self._pairs[slice(*ends.tolist())] - first)
