"""What customers hold at the end of a run, as far as it is more than their awards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dsl.engine.customer import Customer


@dataclass(slots=True)
class Balance:
    """Of one unit what all customers hold, pending awards included, and what of it expired."""

    outstanding: int = 0
    expired: int = 0


def balances(customers: Iterable[Customer]) -> dict[str, Balance]:
    """What the wallets of customers come to, by unit."""
    found: dict[str, Balance] = {}
    for customer in customers:
        for unit, wallet in customer.wallets.items():
            one = found.setdefault(unit, Balance())
            pending = sum(lot.left for lot in wallet.pending)
            one.outstanding += wallet.balance + pending
            one.expired += wallet.expired
    return found
