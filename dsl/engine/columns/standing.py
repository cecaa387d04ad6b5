"""Where customers stood when something was decided: their tier and segments, and sums by these."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from dsl.engine.columns.sums import sums
from dsl.engine.native.cells import BITS, standing_cells

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dsl.engine.columns.convert import Ints
    from dsl.engine.columns.dry_run import DryRun
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


def by_tier(run: DryRun) -> dict[str | None, dict[str, int]]:
    """What was given to customers of each tier, by unit; None below the first."""
    tiers = [None, *(tier.name for tier in run.compiled.program.tiers)]
    ranks = np.array([tiers.index(one.tier) for one in run.standing_names] or [0], np.int64)
    found = _sums(run, ranks[run.awards.standings])
    return {tier: found[rank] for rank, tier in enumerate(tiers) if rank in found}


def by_segment(run: DryRun) -> dict[str, dict[str, int]]:
    """What was given to customers in each segment, by unit; they may be in several, or in none."""
    found = {}
    for name in run.compiled.program.segments:
        own = in_segment(run, name)
        found[name] = _sums(own, np.zeros(len(own.awards), np.int64)).get(0, {})
    return found


def in_segment(run: DryRun, name: str) -> DryRun:
    """The awards of customers who were in a segment when it was decided.

    All else drew on budgets as it did. Raises KeyError where the program has no such segment.
    """
    if name not in run.compiled.program.segments:
        raise KeyError(name)
    inside = np.array([name in one.segments for one in run.standing_names] or [False])
    return of_awards(run, np.flatnonzero(inside[run.awards.ordered.standings]))


def of_awards(run: DryRun, places: Ints) -> DryRun:
    """Some of a run's awards."""
    return replace(run, awards=run.awards.ordered.some(places))


def _sums(run: DryRun, keys: Ints) -> dict[int, dict[str, int]]:
    chosen = run.given
    found: dict[int, dict[str, int]] = {}
    names: Sequence[str] = run.unit_names
    for key, unit, amount in sums(keys[chosen], run.awards.units[chosen], run.moved[chosen]):
        found.setdefault(key, {})[names[unit]] = amount
    return found
