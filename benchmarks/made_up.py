"""A history to measure on: 100,000 purchases of 5,000 customers in a year, the same every time."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from typing import Any

PURCHASES, CUSTOMERS, DAYS = 100_000, 5_000, 365
FIRST = dt.datetime(2025, 11, 24, tzinfo=dt.UTC)
DECLARATIONS = """\
program "Benchmark" timezone "America/New_York" currency USD
tier silver: 500 spent in last 12 months
tier gold: 1500 spent in last 12 months
"""
RULES = {
    "Base": "on purchase award 1 point per 1 spent",
    "Weekend": "on purchase where day in (saturday, sunday) award 1.5x points"
    " limit 200 points per customer per month",
    "Produce": 'on purchase where any item (category = "c7") award 5 points'
    " limit 4 times per customer per month",
    "Big shop": "on purchase where amount >= 100 award 50 points to silver and above"
    " limit 1 times per customer per month",
    "Web": 'on purchase where channel = "web" award 1 point per item budget 20000 points per month',
}
DRAFT = "on purchase where amount >= 200 award 2x points to gold"


def purchases() -> Iterator[dict[str, Any]]:
    """Purchases in the order of their times, each with one to six lines."""
    chance = random.Random(7)
    seconds = sorted(chance.randrange(DAYS * 86_400) for _ in range(PURCHASES))
    for number, second in enumerate(seconds):
        lines, cents = [], 0
        for _ in range(chance.randrange(1, 7)):
            price, quantity = chance.randrange(100, 6000), chance.randrange(1, 4)
            cents += price * quantity
            lines.append(
                {
                    "sku": f"s{chance.randrange(3000)}",
                    "category": f"c{chance.randrange(60)}",
                    "quantity": quantity,
                    "price": f"{price // 100}.{price % 100:02}",
                }
            )
        yield {
            "id": f"p{number:06}",
            "type": "purchase",
            "at": (FIRST + dt.timedelta(seconds=second)).isoformat(),
            "customer": f"c{int(chance.paretovariate(1.2) * 40) % CUSTOMERS}",
            "channel": chance.choice(("web", "store", "app")),
            "amount": f"{cents // 100}.{cents % 100:02}",
            "items": lines,
        }
