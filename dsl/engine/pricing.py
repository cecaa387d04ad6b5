"""The amount and the gross of a purchase, one of which may be absent.

Where discounts and guards are decided an absent one reads as the other; after the discounts an
absent amount is the gross less what they took. Source: docs/language.md, section 4, step 2.
"""

from __future__ import annotations

from contextlib import contextmanager
from decimal import Decimal
from typing import TYPE_CHECKING

from dsl.engine.cells import NA

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dsl.engine.compiled import Compiled
    from dsl.engine.entries import Entry
    from dsl.meaning.events import Event

AMOUNT, GROSS = ("attribute", "amount"), ("attribute", "gross")


@contextmanager
def both_amounts(compiled: Compiled, event: Event, row: list[int]) -> Iterator[bool]:
    """Let an absent amount or gross of a purchase read as the other; True where it does."""
    if event.type != "purchase":
        yield False
        return
    amount, gross = (compiled.layout.event.places[key] for key in (AMOUNT, GROSS))
    before = row[amount], row[gross]
    if before[0] == NA:
        row[amount] = before[1]
    if before[1] == NA:
        row[gross] = before[0]
    yield (row[amount], row[gross]) != before
    row[amount], row[gross] = before


def net_amount(compiled: Compiled, entry: Entry, row: list[int]) -> bool:
    """Put what an absent amount comes to into the row and the entry; True where it was absent."""
    event = entry.net or entry.event
    if event.type != "purchase":
        return False
    amount, gross = (compiled.layout.event.places[key] for key in (AMOUNT, GROSS))
    if row[amount] != NA or row[gross] == NA:
        return False
    decimals = compiled.program.events["purchase"].attributes["amount"].type.decimals
    row[amount] = row[gross] - entry.discount * 10**decimals // 10**compiled.money_decimals
    value = Decimal(row[amount]).scaleb(-decimals)
    entry.net = event.changed({**event.attributes, "amount": value})
    return True
