"""The events of a history in another order, or some of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from dsl.engine.columns.lines import Lines

if TYPE_CHECKING:
    from dsl.engine.columns.convert import Ints
    from dsl.engine.columns.history import History

KEY = ("by customer",)


@dataclass(frozen=True, slots=True)
class ByCustomer:
    """A history's events in the order (customer, `at`, `id`), without their ids.

    `rows` are the places they have in the history.
    """

    rows: Ints
    history: History


def by_customer(history: History) -> ByCustomer:
    """The events, those of one customer after the other; made once for a history."""
    found = history.ordered.get(KEY)
    if not isinstance(found, ByCustomer):
        rows = np.argsort(history.customers, kind="stable")
        found = history.ordered[KEY] = ByCustomer(rows, _taken(history, rows))
    return found


def of_rows(history: History, rows: Ints) -> History:
    """Some of the events, in the order of the rows."""
    return replace(_taken(history, rows), ids=history.ids.take(pa.array(rows)))


def _taken(history: History, rows: Ints) -> History:
    """Events in another order, or some of them, without their ids."""
    lines = history.lines
    counts = (lines.starts[1:] - lines.starts[:-1])[rows]
    starts = np.zeros(len(rows) + 1, np.int64)
    np.cumsum(counts, out=starts[1:])
    places = np.repeat(lines.starts[rows] - starts[:-1], counts) + np.arange(starts[-1])
    return replace(
        history,
        types=history.types[rows],
        at=history.at[rows],
        customers=history.customers[rows],
        ids=history.ids[:0],
        columns={key: column.take(rows) for key, column in history.columns.items()},
        lines=Lines(starts, {name: column.take(places) for name, column in lines.columns.items()}),
        cells={},
        inputs={},
        ordered={},
    )
