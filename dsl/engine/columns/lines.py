"""Line items of a history: whose they are, and what is absent in them.

Source: docs/language.md, section 2.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dsl.engine.cells import LARGEST, NA
from dsl.engine.columns.convert import Column, Ints, int64, whole
from dsl.meaning.types import lines_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dsl.engine.columns.narrow import Narrow
    from dsl.meaning.types import EventType

# The column that says in which list of their event lines stood; `items` where it says nothing.
OF_LIST = "list name"


@dataclass(frozen=True, slots=True)
class Lines:
    """Line items: those of event n are the rows from starts[n] to starts[n + 1]."""

    starts: Narrow
    columns: Mapping[str, Column]


def places_of(items: pa.Table, name: str, ids: pa.StringArray) -> tuple[Ints, int]:
    """The row of each line's event, -1 where there is none, and how many lines have none."""
    own = whole(items[name].cast(pa.string()))
    # Most lines stand with the others of their event: each is looked up once.
    changes = pc.fill_null(pc.not_equal(own[1:], own[:-1]), fill_value=True)
    begins = np.ones(len(own), np.bool_)
    begins[1:] = changes.to_numpy(zero_copy_only=False)
    found = pc.index_in(own.filter(pa.array(begins)), value_set=ids)
    place = int64(found.fill_null(-1))[np.cumsum(begins) - 1]
    return place, int((place < 0).sum())


def own_lines(items: pa.Table, place: Ints, event_types: Sequence[EventType], types: Ints) -> Ints:
    """The rows of events, -1 for lines of a list that is not the one of their event's items."""
    if OF_LIST not in items.column_names:
        return place
    names = whole(items[OF_LIST].cast(pa.string())).to_pylist()
    known = [lines_of(one) for one in event_types]
    # Lines of no list by name are the event's items, whatever its own list is called.
    own = np.array(
        [
            at >= 0 and (name is None or known[types[at]] == (name,))
            for at, name in zip(place.tolist(), names, strict=True)
        ],
        np.bool_,
    )
    return np.where(own, place, -1)


def completed(columns: dict[str, Column], count: int) -> dict[str, Column]:
    """Lines with an absent quantity read as 1 and an absent amount as price × quantity."""
    one = 10**4
    given = columns.get("quantity")
    quantity = np.full(count, NA, np.int64) if given is None else given.values
    quantity = np.where(quantity == NA, one, quantity)
    columns["quantity"] = Column(quantity)
    price = columns.get("price")
    own = columns.get("amount")
    amount = np.full(count, NA, np.int64) if own is None else own.values
    if price is not None:
        # What is too large to be exact is absent.
        fits = np.abs(price.values.astype(np.float64) * quantity) < LARGEST
        derived = np.where((price.values == NA) | ~fits, NA, price.values * quantity)
        amount = np.where(amount == NA, derived, amount)
    columns["amount"] = Column(amount)
    return columns
