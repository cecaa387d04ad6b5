"""Programs of full-feature rules and the histories they decide, the same from the same seed.

Twelve kinds of rules in turn: points by the amount spent in a channel; multipliers by tier; the
third purchase in a window; cashback in some stores, with a limit of money; every fifth purchase and
the like; streaks; points per item of a category, and for a total of a brand's items, both in
groups; sums over windows, with limits and budgets; reviews, check-ins and visits, once a day;
weekend hours and a tier; the time since the last purchase, with `or` and `not`. Tiers follow from
what was spent and from points earned, so that awards change what is awarded later. Programs of many
rules are those of a chain of stores: most rules name one of 200.

Histories: 5,000 customers, some of them far busier than others; seven events in ten are purchases
of one to five lines, the others reviews, check-ins and visits.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

STORES, CATEGORIES, BRANDS, CUSTOMERS = 200, 300, 40, 5_000
CHANNELS = ("web", "app", "store", "phone", "partner")
OTHER_EVENTS = ("review", "checkin", "visit")
WINDOWS = (30, 7, 60, 90, 365)
FIRST = dt.datetime(2026, 1, 1, tzinfo=dt.timezone(dt.timedelta(hours=8)))
SECONDS_BETWEEN = (1, 60)
# A stored text may be a little longer (docs/language.md, section 6).
MOST_LENGTH = 60_000
# From so many rules on, most name a store.
MANY = 200
DECLARATIONS = """\
program "Benchmark" timezone "Asia/Shanghai" currency CNY
unit points: worth 0.01 CNY
tier silver: 3000 spent in last 12 months or 1500 points earned in last 12 months
tier gold: 10000 spent in last 12 months or 6000 points earned in last 12 months
"""


@dataclass(frozen=True, slots=True)
class _Numbers:
    """What makes one rule differ from the others of its kind."""

    number: int
    turn: int
    store: int
    in_store: str

    @property
    def channel(self) -> str:
        return CHANNELS[self.turn % len(CHANNELS)]

    @property
    def window(self) -> str:
        return f"in last {WINDOWS[self.turn % len(WINDOWS)]} days"

    @property
    def category(self) -> str:
        return f"c{(self.turn * 17 + self.number) % CATEGORIES}"

    @property
    def brand(self) -> str:
        return f"b{self.turn % BRANDS}"

    @property
    def group(self) -> str:
        return f'only best of "g{self.turn % 4}" priority {self.turn % 3}'


def _spent(n: _Numbers) -> str:
    return (
        f'on purchase where channel = "{n.channel}" and amount >= {10 * (n.turn % 30)}{n.in_store}'
        f" award 1 point per {10 + n.turn % 20} spent"
    )


def _multiplier(n: _Numbers) -> str:
    factor = ("1.5", "2", "2.5")[n.turn % 3]
    return (
        f'on purchase where tier >= silver and channel = "{n.channel}"'
        f" and amount >= {20 + n.turn % 50}{n.in_store} award {factor}x points"
        " limit 500 points per customer per month"
    )


def _third(n: _Numbers) -> str:
    where = "" if n.turn % 2 else f' where (channel = "{n.channel}")'
    return (
        f"on purchase where number of purchases{where} {n.window} = 3{n.in_store}"
        f" award {50 + n.turn} points limit 1 times per customer per month"
    )


def _cashback(n: _Numbers) -> str:
    stores = ", ".join(f'"s{(n.store + step) % STORES}"' for step in (0, 5, 9))
    return (
        f"on purchase where store in ({stores}) and amount >= 5"
        f" award {5 + n.turn % 10}% cashback limit 500 CNY per customer per month"
    )


def _every(n: _Numbers) -> str:
    where = f' where (channel = "{n.channel}")' if n.turn % 3 == 0 else ""
    return (
        f"on purchase where every {5 + n.turn % 7}th purchase{where}{n.in_store}"
        f" award {100 + n.turn} points"
    )


def _streak(n: _Numbers) -> str:
    return (
        f"on purchase where streak of purchase in days >= {2 + n.turn % 5}{n.in_store}"
        f" award {5 + n.turn % 9} points"
        " limit 1 times per customer per day limit 10 times per customer per month"
    )


def _items(n: _Numbers) -> str:
    of = f'(category = "{n.category}")'
    return f"on purchase where any item {of} award 5 points per item {of} {n.group}"


def _brand(n: _Numbers) -> str:
    return (
        f'on purchase where total of items (brand = "{n.brand}") >= {10 + n.turn % 90}{n.in_store}'
        f" award {20 + n.turn} points {n.group}"
    )


def _sum(n: _Numbers) -> str:
    return (
        f"on purchase where total amount of purchase {n.window}"
        f" >= {200 + 50 * (n.turn % 9)}{n.in_store} award {30 + n.turn} points"
        " limit 2 times per customer per month budget 500000 points per month"
    )


def _other_event(n: _Numbers) -> str:
    return (
        f"on {OTHER_EVENTS[n.turn % 3]} where hour >= 6{n.in_store}"
        f" award {10 + n.turn % 90} points once per customer per day"
    )


def _weekend(n: _Numbers) -> str:
    return (
        f"on purchase where day in (saturday, sunday) and hour between {9 + n.turn % 4} and 17"
        f"{n.in_store} award {15 + n.turn} points to {('silver', 'gold')[n.turn % 2]}"
    )


def _pause(n: _Numbers) -> str:
    return (
        f'on purchase where (channel = "{n.channel}" or amount >= {90 + n.turn})'
        f' and (not (store = "s{(n.store + 3) % STORES}") or store is unknown)'
        f" and days since previous purchase > 5{n.in_store}"
        f" award 2 points per {20 + n.turn % 30} spent limit 5000 points per customer"
    )


KINDS: Sequence[Callable[[_Numbers], str]] = (
    _spent,
    _multiplier,
    _third,
    _cashback,
    _every,
    _streak,
    _items,
    _brand,
    _sum,
    _other_event,
    _weekend,
    _pause,
)


def full_rules(count: int) -> list[str]:
    """Rules from `on` on, the kinds in turn."""
    rules = []
    for number in range(count):
        turn = number // len(KINDS)
        store = (turn * 37 + 11 * (number % len(KINDS) + 1)) % STORES
        in_store = f' and store = "s{store}"' if count >= MANY else ""
        numbers = _Numbers(number, turn, store, in_store)
        rules.append(KINDS[number % len(KINDS)](numbers))
    return rules


def full_texts(count: int) -> list[str]:
    """A program of so many rules, in as few texts as hold them."""
    return packed(
        DECLARATIONS, [f'rule "R{n}": {text}\n' for n, text in enumerate(full_rules(count))]
    )


def packed(text: str, statements: Iterable[str], most: int = MOST_LENGTH) -> list[str]:
    """Statements after a first text, in texts that are not too long."""
    texts = [text]
    for statement in statements:
        if len(texts[-1]) + len(statement) > most:
            texts.append("")
        texts[-1] += statement
    return texts


def full_events(count: int, seed: int = 3) -> Iterator[dict[str, Any]]:
    """Events as the service reads them from JSON, in the order of their times."""
    chance = random.Random(seed)
    at = FIRST
    for number in range(count):
        at += dt.timedelta(seconds=chance.randint(*SECONDS_BETWEEN) * 10)
        event: dict[str, Any] = {
            "id": f"e{number:07}",
            "type": "purchase",
            "at": at.isoformat(),
            "customer": f"u{int(chance.paretovariate(1.2) * 40) % CUSTOMERS}",
            "channel": chance.choice(CHANNELS),
            "store": f"s{chance.randrange(STORES)}",
        }
        if chance.random() < 0.7:  # noqa: PLR2004 - seven in ten
            event |= _basket(chance)
        else:
            event["type"] = chance.choice(OTHER_EVENTS)
        yield event


def _basket(chance: random.Random) -> dict[str, Any]:
    lines, cents = [], 0
    for _ in range(chance.randint(1, 5)):
        price, quantity = chance.randint(100, 6_000), chance.randint(1, 3)
        cents += price * quantity
        lines.append(
            {
                "sku": f"k{chance.randrange(3_000)}",
                "category": f"c{chance.randrange(CATEGORIES)}",
                "brand": f"b{chance.randrange(BRANDS)}",
                "price": _money(price),
                "quantity": quantity,
            }
        )
    return {"amount": _money(cents), "items": lines}


def _money(cents: int) -> Decimal:
    return Decimal(cents).scaleb(-2)
