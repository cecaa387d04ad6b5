"""Where customers stood when something was decided: their tier and segments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dsl.engine.native.cells import BITS, standing_cells

if TYPE_CHECKING:
    from dsl.engine.columns.convert import Ints
    from dsl.meaning.checked import Program

Rows = np.ndarray[tuple[int, int], np.dtype[np.int64]]
# The tier and up to BITS segments are looked up in a table of so many cells at most.
CELLS_PACKED, MOST_LOOKED_UP = 2, 1 << 20


@dataclass(frozen=True, slots=True)
class Standing:
    """A tier, None below the first, and the segments a customer was in."""

    tier: str | None
    segments: frozenset[str]


def standings(program: Program, cells: Ints) -> tuple[Ints, list[Standing]]:
    """The different standings in rows of cells, and which of them each row has."""
    width = standing_cells(program)
    if not width:
        return np.zeros(len(cells), np.int64), [Standing(None, frozenset())]
    places, found = _different(cells.reshape(-1, width), 1 + len(program.tiers))
    tiers: list[str | None] = [None, *(tier.name for tier in program.tiers)]
    names = list(program.segments)
    known = [
        Standing(
            tiers[rank],
            frozenset(
                name
                for number, name in enumerate(names)
                if bits[number // BITS] >> number % BITS & 1
            ),
        )
        for rank, *bits in found.tolist()
    ]
    return places, known


def _different(rows: Rows, ranks: int) -> tuple[Ints, Rows]:
    """The different rows, and which of them each is."""
    packed = rows[:, 0] + ranks * rows[:, 1] if rows.shape[1] > 1 else rows[:, 0]
    most = int(packed.max(initial=0))
    if rows.shape[1] > CELLS_PACKED or most >= MOST_LOOKED_UP:
        found, places = np.unique(rows, axis=0, return_inverse=True)
        return places.ravel(), found
    # Most programs have few: a table of all there can be is quicker than sorting.
    where = np.full(most + 1, -1, np.int64)
    where[packed] = np.arange(len(packed))
    present = np.flatnonzero(where >= 0)
    codes = np.zeros(most + 1, np.int64)
    codes[present] = np.arange(len(present))
    return codes[packed], rows[where[present]]
