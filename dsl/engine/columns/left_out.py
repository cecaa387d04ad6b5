"""What of a history could not be taken: counted by what it was, with the first rows."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dsl.engine.columns.convert import Ints

# So many rows are named of what was left out for one reason.
NAMED = 3


@dataclass(slots=True)
class LeftOut:
    """What of a history could not be taken, counted by what it was.

    `where` has the first rows of each, from 1, by kind and name; a column is left out whole.
    """

    event_types: Counter[str] = field(default_factory=Counter)
    columns: Counter[str] = field(default_factory=Counter)
    values: Counter[str] = field(default_factory=Counter)
    rows: Counter[str] = field(default_factory=Counter)
    where: dict[str, dict[str, list[int]]] = field(default_factory=dict)

    def note(self, kind: str, name: str, places: Iterable[int] | Ints, count: int) -> None:
        """Count what was left out, and name the first of the rows, which begin with 0."""
        if not count:
            return
        counts: Counter[str] = getattr(self, kind)
        counts[name] += count
        named = self.where.setdefault(kind, {}).setdefault(name, [])
        for place in np.asarray(places)[: NAMED - len(named)].tolist():
            named.append(int(place) + 1)

    def to_json(self) -> dict[str, dict[str, Any]]:
        """The counts that are not empty, and where."""
        parts: dict[str, Counter[str]] = {
            "event_types": self.event_types,
            "columns": self.columns,
            "values": self.values,
            "rows": self.rows,
        }
        found: dict[str, dict[str, Any]] = {
            name: dict(sorted(counts.items())) for name, counts in parts.items() if counts
        }
        if self.where:
            found["where"] = {
                kind: dict(sorted(own.items())) for kind, own in sorted(self.where.items())
            }
        return found
