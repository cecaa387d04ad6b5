"""A program on the way: its vocabulary, and the declarations that its rules have named so far.

Every program speaks of the same few stores, tiers and things, and of amounts and days near the
edges that rules are written on, so that its parts come into play together. It holds only what
something of it names, and only forms of its topics: few forms at a time meet more often.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

# What a program can be about; amounts, items and conditions are in every one.
TOPICS = (
    "money", "things", "chance", "audience", "tiers", "segments", "history", "limits", "groups",
    "campaigns", "expiry", "redemption", "refunds", "challenges", "guards", "calendar", "timers",
    "derived", "referrals", "versions", "late", "large",
)  # fmt: skip

# Midnights of Havana are skipped and repeated by the clock change.
ZONES = ("UTC", "America/New_York", "Asia/Shanghai", "America/Havana")
CURRENCIES = ("USD", "CNY", "JPY")
PERIODS = ("day", "week", "month", "quarter", "year")
AMOUNTS = ("0", "0.01", "5", "9.99", "10", "99.5", "100", "199.99", "200")
# Near the largest that an event can carry.
LARGE = ("99999999999999", "99999999999999.99", "5000000000000", "-99999999999999")
WHOLE = ("1", "2", "3", "5", "10")
STORES = ("north", "south")
CHANNELS = ("web", "store")
CATEGORIES = ("coffee", "tea")
SKUS = ("A", "B")
STYLES = ("modern", "plain")
TAGS = ("vip", "new")
TIERS = ("silver", "gold", "platinum")
COUPONS = ("W10", "N5")
THINGS = {"coupon": COUPONS, "gift": ("Mug",), "badge": ("Star", "Moon"), "perk": ("Lounge",)}
CUSTOMERS = ("a", "b", "c")
# Local days whose neighbourhood has clock changes, ends of months, quarters and years.
DAYS = (
    "2025-12-31", "2026-01-01", "2026-02-28", "2026-03-01", "2026-03-07", "2026-03-08",
    "2026-03-29", "2026-03-31", "2026-04-30", "2026-10-31", "2026-11-01", "2026-11-02",
    "2027-02-28", "2028-02-29",
)  # fmt: skip

Draw = Callable[[st.SearchStrategy[Any]], Any]
# A text, or how to make one, which happens only where it is chosen.
Choice = str | Callable[[], str]


@dataclass
class Draft:
    """What is drawn of a program, mostly about its `focus`.

    `declared` has its declarations by what they are of.
    """

    draw: Draw
    topics: frozenset[str]
    currency: str = "USD"
    focus: str | None = None
    declared: dict[str, str] = field(default_factory=dict)

    def has(self, topic: str) -> bool:
        """True where forms of a topic may stand."""
        return topic in self.topics

    def weight(self, *topics: str) -> int:
        """How often forms of some topics stand among the choices there are."""
        if self.focus in topics:
            return 8
        return 2 if self.topics.intersection(topics) else 0

    def one(self, *choices: Choice) -> str:
        """One of these texts; simpler ones stand first."""
        chosen = self.draw(st.sampled_from(choices)) if len(choices) > 1 else choices[0]
        return chosen if isinstance(chosen, str) else chosen()

    def number(self, low: int, high: int) -> int:
        """A whole number between two, both included."""
        return int(self.draw(st.integers(low, high)))

    def once_in(self, times: int) -> bool:
        """True once in so many times."""
        return self.number(1, times) == times

    def some(self, low: int, high: int, make: Callable[[], str], by: str) -> str:
        """Several of a kind, in a row."""
        return by.join(make() for _ in range(self.number(low, high)))

    def declare(self, key: str, make: Callable[[], str]) -> None:
        """Declare something where nothing of the program has named it before."""
        if key not in self.declared:
            # What a declaration names itself may need this one.
            self.declared[key] = ""
            self.declared[key] = make()

    # --- what a program names -------------------------------------------------------------------

    def customer(self, name: str) -> str:
        """An attribute of the customer that the program declares."""
        text = "attributes of customer: style text, visits number, student flag, renewal date"
        self.declare("customer", lambda: text)
        return f"customer.{name}"

    def dinner(self) -> str:
        """An event that the program declares."""
        text = (
            'event dinner: city text, seats number, room one of ("north", "south"), friend customer'
        )
        self.declare("dinner", lambda: text)
        return "dinner"

    def promo_list(self) -> str:
        """A list of articles."""
        self.declare("list", lambda: 'list promo_skus: "A", "C"')
        return "promo_skus"

    def parameter(self) -> str:
        """A constant with a name."""
        self.declare("parameter", lambda: f'parameter least: {self.one(*AMOUNTS[2:])} "Least"')
        return "least"

    def thing(self, kind: str) -> str:
        """The name of a thing in quotes; what has a cost or a stock is declared."""
        name = self.one(*THINGS[kind])
        if self.once_in(3):
            options = [f"worth {self.one('30', '5.50')} {self.currency}"]
            options.append(f"cost {self.one('12', '3')} {self.currency}")
            if kind in ("gift", "coupon"):
                options.append(f"stock {self.number(1, 3)}")
            kept = ", ".join(options[: self.number(1, len(options))])
            self.declare(f"{kind} {name}", lambda: f'{kind} "{name}": {kept}')
        return f'"{name}"'


def texts_of(choices: Sequence[str]) -> tuple[str, ...]:
    """Texts in quotes."""
    return tuple(f'"{choice}"' for choice in choices)
