"""The shape on which matching is measured, as rules and as events, the same from the same seed.

    rule "R17": on purchase where amount >= 143 and channel in ("web", "phone")
      and category = "c4" award 61 points to gold

25 categories, 4 channels of which a rule lists two, 3 tiers, amounts of 0.01 to 200.00 and
thresholds of 80 to 200, all spread evenly: of the pairs of a rule and an event one in 500 matches.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from benchmarks.full import packed

CATEGORIES = tuple(f"c{number}" for number in range(25))
CHANNELS = ("web", "app", "store", "phone")
TIERS = ("silver", "gold", "platinum")
LEAST, MOST = 80, 200
SHARE = 0.002

# What one event gets: the rules that match, by number, and the points that each awards.
Answer = tuple[tuple[int, int], ...]
Event = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ShapeRule:
    """One rule of the shape."""

    least: int
    channels: tuple[str, ...]
    category: str
    points: int
    tier: str

    def text(self, number: int) -> str:
        """The rule as a sentence."""
        channels = ", ".join(f'"{channel}"' for channel in self.channels)
        return (
            f'rule "R{number}": on purchase where amount >= {self.least}'
            f' and channel in ({channels}) and category = "{self.category}"'
            f" award {self.points} points to {self.tier}"
        )


def shape_rules(count: int, seed: int = 7) -> list[ShapeRule]:
    """Rules of the shape; fewer are the first ones of more."""
    chance = random.Random(seed)
    return [
        ShapeRule(
            chance.randint(LEAST, MOST),
            tuple(chance.sample(CHANNELS, 2)),
            chance.choice(CATEGORIES),
            chance.randint(1, 99),
            chance.choice(TIERS),
        )
        for _ in range(count)
    ]


def shape_texts(rules: Sequence[ShapeRule]) -> list[str]:
    """The program of the rules; its tiers are given, as nothing here has a state."""
    tiers = "".join(f"tier {tier}: by award\n" for tier in TIERS)
    return packed(tiers, (f"{rule.text(number)}\n" for number, rule in enumerate(rules)))


def shape_events(count: int, seed: int = 11) -> list[Event]:
    """Purchases; the tier is what the customer held before them."""
    chance = random.Random(seed)
    return [
        {
            "type": "purchase",
            "amount": Decimal(chance.randint(1, MOST * 100)).scaleb(-2),
            "channel": chance.choice(CHANNELS),
            "category": chance.choice(CATEGORIES),
            "tier": chance.choice(TIERS),
        }
        for _ in range(count)
    ]


def expected(rules: Sequence[ShapeRule], event: Event) -> Answer:
    """What an event gets, by looking at every rule."""
    return tuple(
        (number, rule.points)
        for number, rule in enumerate(rules)
        if event["amount"] >= rule.least
        and event["channel"] in rule.channels
        and event["category"] == rule.category
        and event["tier"] == rule.tier
    )
