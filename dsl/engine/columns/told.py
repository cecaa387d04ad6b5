"""What the events of a history say of their customers, as cells of S.

Source: docs/language.md, section 2.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dsl.engine.cells import S_JOINED
from dsl.engine.columns.order import by_customer
from dsl.engine.customer import JOINS, NAMES_REFERRER, TAKEN_OVER, Customer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from dsl.engine.columns.convert import Ints
    from dsl.engine.columns.history import History
    from dsl.engine.compiled import Compiled
    from dsl.engine.entries import Entry

# Events that say something of their customer beside when they joined.
TELLING = ("profile", JOINS, *NAMES_REFERRER)
OPTING_IN = "optin"


@dataclass(frozen=True, slots=True)
class Told:
    """Cells of T: triples of an event's place, by customer, a place of S and its value.

    They stand in the order of their events; those of customer n begin at starts[n]. Behind the last
    is one of no event.
    """

    cells: Ints
    starts: Ints


def what_is_told(
    compiled: Compiled,
    history: History,
    entry: Callable[[int], Entry],
    opted_in: Mapping[str, int],
) -> Told:
    """What the events say; `entry` is the event of a row as the fold takes it.

    `opted_in` are the cells that are 1 where a customer has opted in to a rule.
    """
    own = by_customer(history)
    starts = own.starts
    firsts = own.rows[starts[:-1][starts[1:] > starts[:-1]]].astype(np.int64)
    kinds = (*TELLING, OPTING_IN) if opted_in else TELLING
    codes = [n for n, name in enumerate(history.type_names) if name in kinds]
    tells = np.isin(history.types.all_of(), codes)
    telling = np.flatnonzero(tells[history.types.codes])
    # Most customers' events say no more than that they joined.
    is_mixed = np.isin(history.customers[firsts], np.unique(history.customers[telling]))
    if "joined" in compiled.attributes.names:
        is_mixed[:] = True
    simple = firsts[~is_mixed & (history.at[firsts] != TAKEN_OVER)]
    asked = np.unique(np.concatenate([telling, firsts[is_mixed]]))
    learned = _learned(compiled, history, entry, asked.tolist(), opted_in)
    cells = [(row, *cell) for row, pairs in learned.items() for cell in pairs]
    joined = np.full((len(simple), 3), S_JOINED, np.int64)
    joined[:, 0], joined[:, 2] = simple, history.at[simple]
    found = np.concatenate([joined, np.array(cells, np.int64).reshape(-1, 3)])
    found[:, 0] = own.places[found[:, 0]]
    found = found[np.argsort(found[:, 0], kind="stable")]
    first_of_each = 3 * np.searchsorted(found[:, 0], starts)
    return Told(np.append(found.ravel(), [-1, 0, 0]), first_of_each)


def _learned(
    compiled: Compiled,
    history: History,
    entry: Callable[[int], Entry],
    rows: Iterable[int],
    opted_in: Mapping[str, int],
) -> dict[int, list[tuple[int, int]]]:
    """What events say, one after the other, as pairs of a place of S and its value."""
    known: dict[int, Customer] = {}
    told = {}
    for row in rows:
        code = int(history.customers[row])
        customer = known.get(code)
        if customer is None:
            customer = known[code] = Customer(history.customer_ids[code], compiled)
        before, event = list(customer.row), entry(row)
        customer.learn(event.event, event.at)
        pairs = [
            (place, other)
            for place, (one, other) in enumerate(zip(before, customer.row, strict=True))
            if one != other
        ]
        if event.event.type == OPTING_IN:
            place = opted_in.get(str(event.event.attributes.get("rule")))
            pairs += [] if place is None else [(place, 1)]
        if pairs:
            told[row] = pairs
    return told
