"""The awards of a run as they come: rows of numbers, names apart."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from dsl.engine.columns.awards import KIND, STATUSES, Awards
from dsl.engine.columns.narrow import Narrow, narrow
from dsl.engine.columns.standing import Standing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from dsl.engine.decision import Award

# What stands in a row of awards; a kind has a row of its own (awards.py).
CELLS = ("rows", "at", "customers", "kinds", "amounts", "standings")


class Names:
    """Names as whole numbers from 0, in the order they come in."""

    def __init__(self, first: Iterable[str] = ()) -> None:
        self.codes = {name: code for code, name in enumerate(first)}

    def code(self, name: str) -> int:
        """The number of a name."""
        return self.codes.setdefault(name, len(self.codes))

    @property
    def names(self) -> tuple[str, ...]:
        """The names by their numbers."""
        return tuple(self.codes)


@dataclass(slots=True)
class Collected:
    """The awards of a run, as one flat list of numbers; `precisions` are those of units."""

    customers: Names
    rules: dict[str, int]
    units: Names = field(default_factory=Names)
    texts: Names = field(default_factory=Names)
    precisions: dict[str, int] = field(default_factory=dict)
    standings: dict[Standing, int] = field(default_factory=dict)
    kinds: dict[tuple[int, int, int, int, int], int] = field(default_factory=dict)
    cells: list[int] = field(default_factory=list)

    def standing(self, tier: str | None, segments: frozenset[str]) -> int:
        """The number of where a customer stands."""
        return self.standings.setdefault(Standing(tier, segments), len(self.standings))

    def kind(self, rule: int, reward: int, unit: int, text: int, status: int) -> int:
        """The number of what awards have in common."""
        return self.kinds.setdefault((rule, reward, unit, text, status), len(self.kinds))

    def add(self, award: Award, row: int, at: int, standing: int) -> None:
        """Note an award of an event, or of an instant; `standing` is by its number."""
        if award.unit not in self.precisions:
            self.precisions[award.unit] = award.precision
        text = award.text
        self.cells += (
            -1 if award.event is None else row,
            at if award.at is None else award.at,
            self.customers.code(award.customer),
            self.kind(
                self.rules[award.rule],
                award.reward,
                self.units.code(award.unit),
                -1 if text is None else self.texts.code(text),
                STATUSES.index(award.status),
            ),
            award.amount,
            standing,
        )

    def awards(self) -> Awards:
        """The awards, in the order they came."""
        cells = np.array(self.cells, np.int64).reshape(-1, len(CELLS))
        sources = {name: _same(narrow(own)) for name, own in zip(CELLS, cells.T, strict=True)}
        table = np.array(list(self.kinds), np.int64).reshape(-1, len(KIND))
        return Awards(table, sources)


def _same(column: Narrow) -> Callable[[], Narrow]:
    return lambda: column
