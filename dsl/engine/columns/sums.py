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


class Distinct:
    """How many different values stand with each key, and in all; both are counted from 0."""

    def __init__(self, keys: int, values: int) -> None:
        self._width, self._values = values, np.zeros(values, np.bool_)
        self._keys = keys
        self._seen = np.zeros(keys * values if keys * values <= MOST_CELLS else 0, np.bool_)
        # Pairs of both, where there are too many for a table.
        self._pairs = np.empty(0, np.int64)

    def add(self, keys: Ints, values: Ints) -> None:
        """Take in some of each that stand together."""
        self._values[values] = True
        pairs = keys * self._width + values
        if len(self._seen):
            self._seen[pairs] = True
        else:
            self._pairs = np.union1d(self._pairs, pairs)

    def by_key(self) -> list[int]:
        """How many different values each key has."""
        if len(self._seen):
            found = self._seen.reshape(self._keys, self._width).sum(axis=1)
        else:
            found = np.bincount(self._pairs // max(1, self._width), minlength=self._keys)
        return [int(count) for count in found]

    def total(self) -> int:
        """How many different values there are."""
        return int(self._values.sum())
