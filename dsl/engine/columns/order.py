"""The order of a history's events by customer, and some of them by themselves."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from dsl.engine.columns.lines import Lines
from dsl.engine.columns.narrow import narrow

if TYPE_CHECKING:
    from dsl.engine.columns.convert import Ints
    from dsl.engine.columns.history import History

Rows = np.ndarray[tuple[int], np.dtype[np.uint32]]
KEY = ("by customer",)


# Customers by so many bits are sorted by counting.
DIGIT = 1 << 16


@dataclass(frozen=True)
class ByCustomer:
    """The rows of a history in the order (customer, `at`, `id`).

    Those of customer n are the places from starts[n] to starts[n + 1].
    """

    rows: Rows
    starts: Ints

    @cached_property
    def places(self) -> Rows:
        """Of each row the place where it stands in this order."""
        found = np.empty(len(self.rows), np.uint32)
        found[self.rows] = np.arange(len(self.rows), dtype=np.uint32)
        return found


def by_customer(history: History) -> ByCustomer:
    """The events, those of one customer after the other; made once for a history."""
    found = history.ordered.get(KEY)
    if not isinstance(found, ByCustomer):
        starts = np.zeros(len(history.customer_ids) + 1, np.int64)
        customers = history.customers.values
        np.cumsum(np.bincount(customers, minlength=len(starts) - 1), out=starts[1:])
        found = history.ordered[KEY] = ByCustomer(_sorted(customers, len(starts)), starts)
    return found


def _sorted(codes: Ints, count: int) -> Rows:
    """The places of codes in their order, those of one as they are."""
    rows = np.argsort((codes % DIGIT).astype(np.uint16), kind="stable").astype(np.uint32)
    if count > DIGIT:
        high = (codes // DIGIT).astype(np.uint16 if count <= DIGIT**2 else np.int64)
        rows = rows[np.argsort(high[rows], kind="stable")]
    return rows


def of_rows(history: History, rows: Ints) -> History:
    """Some of the events, in the order of the rows."""
    lines = history.lines
    places, starts = lines_of(lines, rows)
    return replace(
        history,
        types=history.types.take(rows),
        at=history.at.take(rows),
        customers=history.customers.take(rows),
        ids=history.ids.take(pa.array(rows)),
        columns={key: column.take(rows) for key, column in history.columns.items()},
        lines=Lines(
            narrow(starts), {name: column.take(places) for name, column in lines.columns.items()}
        ),
        cells={},
        inputs={},
        ordered={},
    )


def lines_of(lines: Lines, rows: Ints) -> tuple[Ints, Ints]:
    """The lines of some events, and where those of each begin among them."""
    counts = lines.starts[rows + 1] - lines.starts[rows]
    starts = np.zeros(len(rows) + 1, np.int64)
    np.cumsum(counts, out=starts[1:])
    return np.repeat(lines.starts[rows] - starts[:-1], counts) + np.arange(starts[-1]), starts
