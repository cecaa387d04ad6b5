"""The awards of a run as they come: rows of numbers, names apart."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from dsl.engine.columns.standing import Standing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dsl.engine.columns.convert import Ints
    from dsl.engine.decision import Award, Status

STATUSES: tuple[Status, ...] = ("posted", "pending", "held", "withheld", "revoked")
# What stands in a row of awards.
AWARD = (
    *("row", "at", "customer", "rule", "reward"),
    *("unit", "text", "amount", "status", "standing"),
)


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
    cells: list[int] = field(default_factory=list)

    def standing(self, tier: str | None, segments: frozenset[str]) -> int:
        """The number of where a customer stands."""
        return self.standings.setdefault(Standing(tier, segments), len(self.standings))

    def add(self, award: Award, row: int, at: int, standing: int) -> None:
        """Note an award of an event, or of an instant; `standing` is by its number."""
        if award.unit not in self.precisions:
            self.precisions[award.unit] = award.precision
        text = award.text
        self.cells += (
            -1 if award.event is None else row,
            at if award.at is None else award.at,
            self.customers.code(award.customer),
            self.rules[award.rule],
            award.reward,
            self.units.code(award.unit),
            -1 if text is None else self.texts.code(text),
            award.amount,
            STATUSES.index(award.status),
            standing,
        )

    def columns(self) -> dict[str, Ints]:
        """The awards by column, see AWARD."""
        cells = np.array(self.cells, np.int64).reshape(-1, len(AWARD))
        return {name: cells[:, place].copy() for place, name in enumerate(AWARD)}
