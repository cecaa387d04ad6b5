"""Draws for all events of a history at once. Source: docs/language.md, section 4, step 4."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dsl.engine.scene import draw, fallen_on

if TYPE_CHECKING:
    from dsl.engine.columns.convert import Ints
    from dsl.engine.columns.history import History
    from dsl.meaning.types import Exact


@dataclass(frozen=True, slots=True)
class Draw:
    """What is drawn for a rule: on which of some shares, one after the other, a draw falls."""

    purpose: str
    rule: str
    shares: tuple[Exact, ...]


def drawn(history: History, secret: bytes, what: Draw) -> Ints:
    """The place of the share each event's draw falls on; of one share 1 where it does, else 0."""
    by_customer = what.purpose == "holdout"
    ids = history.customer_ids if by_customer else history.ids.to_pylist()
    numbers = (draw(secret, what.purpose, what.rule, id_) for id_ in ids)
    places = [fallen_on(number, what.shares) for number in numbers]
    found = np.array(places, np.int64)
    if what.purpose != "one-of":
        found = 1 - found
    return found[history.customers] if by_customer else found
