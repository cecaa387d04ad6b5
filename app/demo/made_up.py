"""A small made-up history, where the real one cannot be had: the same every time."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from app.demo.history import Extent

ZONE = ZoneInfo("America/New_York")
FIRST, LAST = dt.date(2025, 1, 1), dt.date(2025, 12, 31)
CUSTOMERS = 120
SHELVES = (
    ("milk", "DAIRY", "Private", 189),
    ("bread", "BAKERY", "Private", 249),
    ("apples", "FRUIT", "National", 399),
    ("coffee", "COFFEE", "National", 899),
    ("cheese", "DAIRY", "National", 649),
    ("pasta", "PASTA", "Private", 129),
    ("chicken", "MEAT", "National", 1199),
    ("soap", "HOUSEHOLD", "Private", 299),
)


class MadeUpHistory:
    """A hundred and twenty households who shop every few days."""

    def __init__(self) -> None:
        self._purchases = sorted(_shopping(), key=lambda p: (p["local"], p["id"]))

    @property
    def extent(self) -> Extent:
        """The year it plays in."""
        return Extent(FIRST, LAST, len(self._purchases))

    def customers(self, weeks: int) -> Iterator[Mapping[str, Any]]:
        """Every household, from the first day."""
        joined = (FIRST + dt.timedelta(weeks=weeks)).isoformat()
        for number in range(1, CUSTOMERS + 1):
            size = str(1 + number % 5)
            yield {"customer": f"h{number}", "joined": joined, "household_size": size}

    def purchases(self, weeks: int) -> Iterator[Mapping[str, Any]]:
        """Every basket as a purchase with its lines."""
        shift = dt.timedelta(weeks=weeks)
        for purchase in self._purchases:
            local = purchase["local"].replace(tzinfo=ZONE) + shift
            rest = {name: value for name, value in purchase.items() if name != "local"}
            yield {**rest, "at": local.isoformat()}


def _shopping() -> Iterator[dict[str, Any]]:
    chance = random.Random(20_250_101)  # noqa: S311 - a story, not a secret
    for number in range(1, CUSTOMERS + 1):
        every = chance.uniform(2, 9)
        day = chance.uniform(0, every)
        while day < (LAST - FIRST).days + 1:
            local = dt.datetime.combine(FIRST, dt.time()) + dt.timedelta(
                days=int(day), hours=chance.randrange(8, 21), minutes=chance.randrange(60)
            )
            lines = [
                _line(*chance.choice(SHELVES), chance.randrange(1, 4))
                for _ in range(chance.randrange(1, 12))
            ]
            cents = sum(cents for cents, _ in lines)
            yield {
                "id": f"b{number}-{int(day * 100)}",
                "type": "purchase",
                "local": local,
                "customer": f"h{number}",
                "store": f"s{1 + number % 3}",
                "amount": f"{cents // 100}.{cents % 100:02}",
                "items": [line for _, line in lines],
            }
            day += chance.uniform(0.5, 1.5) * every


def _line(
    sku: str, category: str, brand: str, price: int, quantity: int
) -> tuple[int, dict[str, Any]]:
    line = {
        "sku": sku,
        "category": category,
        "brand": brand,
        "price": f"{price // 100}.{price % 100:02}",
        "quantity": quantity,
    }
    return price * quantity, line
