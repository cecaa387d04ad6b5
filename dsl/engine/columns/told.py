"""What the events of a history say of their customers, as cells of S.

Source: docs/language.md, section 2.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dsl.engine.cells import S_JOINED
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
    """Pairs of a place of S and its value: those of event n from places[n] to places[n + 1]."""

    pairs: Ints
    places: Ints

    def in_order(self, rows: Ints) -> Told:
        """The same of events in another order."""
        sizes = np.diff(self.places)[rows]
        places = np.zeros(len(rows) + 1, np.int64)
        np.cumsum(sizes, out=places[1:])
        from_ = np.repeat(self.places[rows] - places[:-1], sizes) + np.arange(places[-1])
        # An array without cells has no address.
        pairs = self.pairs[from_] if len(from_) else np.zeros(1, np.int64)
        return Told(pairs, places)


def what_is_told(
    compiled: Compiled,
    history: History,
    entry: Callable[[int], Entry],
    opted_in: Mapping[str, int],
) -> Told:
    """What the events say; `entry` is the event of a row as the fold takes it.

    `opted_in` are the cells that are 1 where a customer has opted in to a rule.
    """
    _, firsts = np.unique(history.customers, return_index=True)
    kinds = (*TELLING, OPTING_IN) if opted_in else TELLING
    codes = [n for n, name in enumerate(history.type_names) if name in kinds]
    telling = np.flatnonzero(np.isin(history.types, codes))
    # Most customers' events say no more than that they joined.
    is_mixed = np.isin(history.customers[firsts], np.unique(history.customers[telling]))
    if "joined" in compiled.attributes.names:
        is_mixed[:] = True
    simple = firsts[~is_mixed & (history.at[firsts] != TAKEN_OVER)]
    asked = np.unique(np.concatenate([telling, firsts[is_mixed]]))
    learned = _learned(compiled, history, entry, asked.tolist(), opted_in)
    rows = np.concatenate([simple, np.array(list(learned), np.int64)])
    sizes = np.zeros(len(history) + 1, np.int64)
    sizes[rows + 1] = [*([2] * len(simple)), *map(len, learned.values())]
    places = np.cumsum(sizes)
    pairs = np.zeros(int(places[-1]), np.int64)
    pairs[places[simple]] = S_JOINED
    pairs[places[simple] + 1] = history.at[simple]
    for row, cells in learned.items():
        pairs[places[row] : places[row + 1]] = cells
    return Told(pairs, places)


def _learned(
    compiled: Compiled,
    history: History,
    entry: Callable[[int], Entry],
    rows: Iterable[int],
    opted_in: Mapping[str, int],
) -> dict[int, list[int]]:
    """What events say, one after the other, as pairs."""
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
            cell
            for place, (one, other) in enumerate(zip(before, customer.row, strict=True))
            if one != other
            for cell in (place, other)
        ]
        if event.event.type == OPTING_IN:
            place = opted_in.get(str(event.event.attributes.get("rule")))
            pairs += () if place is None else (place, 1)
        if pairs:
            told[row] = pairs
    return told
