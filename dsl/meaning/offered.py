"""Forms that the editor offers for a word: what it makes sense with, by where it stands."""

from __future__ import annotations

# What can begin with a number, by what begins there.
STARTERS: dict[str, tuple[str, ...]] = {
    "reward": (
        *("1 point per 10 spent", "2x points", "100 points", "5 points per item"),
        *("points by amount (from 100: 10, from 200: 30)", "10% discount", "5% cashback"),
    ),
    "limit": ("500 points per customer per month", "3 times per customer"),
    "budget": ("50000 points", "50000 points per month", "1000 times"),
    "tier": ("1000 spent in last 12 months",),
    "trigger": ("7 days before birthday", "7 days after signup", "60 days without purchase"),
}
# Where a condition or a value begins.
IN_CONDITION: dict[str, tuple[str, ...]] = {
    "number": ("number of items", "number of items (", "number of purchases in last 30 days"),
    "total": ("total of items", "total of items (", "total amount of purchase in last 12 months"),
    "average": ("average amount of purchase in last 12 months",),
    "largest": ("largest amount of purchase in last 12 months",),
    "smallest": ("smallest amount of purchase in last 12 months",),
    "streak": ("streak of checkin in days",),
    "lifetime": ("lifetime points",),
    "left": ("left to",),
    "days": ("days since joined", "days since previous purchase"),
    "distance": ("distance to (",),
    "any": ("any item (",),
    "every": ("every item (", "every 5th purchase"),
    "no": ("no item (", "no purchase in last 60 days"),
    "at": ("at least 3 purchases in last 30 days",),
    "more": ("more than 3 purchases in last 30 days",),
    "first": ("first purchase",),
    "in": ("in segment",),
    "is": ("is birthday",),
    "birthday": ("birthday month",),
    "has": ("has badge", "has coupon", "has gift", "has perk"),
}
# After a value that can be compared.
AFTER_VALUE: dict[str, tuple[str, ...]] = {
    "not": ("not in (", "not in list"),
    "in": ("in (", "in list"),
    "is": ("is known", "is unknown"),
    "starts": ("starts with",),
    "ends": ("ends with",),
}
# Where neither stands: triggers, rewards, clauses and declarations.
ANYWHERE: dict[str, tuple[str, ...]] = {
    "at": ("at most",),
    "attributes": ("attributes of",),
    "one": ("one of (",),
    "every": ("every day", "every monday"),
    "day": ("day 1 of every month",),
    "last": ("last day of every month",),
    "entering": ("entering segment",),
    "leaving": ("leaving segment",),
    "in": ("in campaign",),
    "only": ("only best of", "only first of"),
    "once": ("once per customer",),
    "whole": ("whole awards only",),
    "after": ("after opting in",),
    "with": ("with 5% chance",),
    "expires": ("expires 90 days after award", "expires on"),
    "never": ("never expires",),
    "funded": ("funded by",),
    "cheapest": ("cheapest 1 of every 3 items free",),
    "deduct": ("deduct 50 points", "deduct 5% of points"),
}
# Where a window can begin.
WINDOWS: dict[str, tuple[str, ...]] = {
    "in": ("in last 30 days", "in this month"),
    "last": ("last",),
    "with": ("with same",),
}
# Among the options of a unit.
OF_UNIT: dict[str, tuple[str, ...]] = {
    "never": ("never below zero",),
    "redeem": ("redeem at least", "redeem in steps of"),
    "expire": ("expire 12 months after earned", "expire at end of next year"),
}
# Words that ask about history, and those that ask about items: a condition on past events has no
# history of its own, one on items neither.
HISTORY_WORDS = (
    *("average", "largest", "smallest", "streak", "distance", "at", "more", "first", "days"),
)
ITEM_WORDS = ("any", "every", "no", "number", "total")
# Words that stand after a value only where its kind has an order.
ORDERED_WORDS = ("between",)
# Words that make sense with one kind of value alone, by its name.
WORDS_OF: dict[str, tuple[str, ...]] = {
    "text": ("starts", "ends", "contains"),
    "tags": ("has",),
    "number": (
        *("number", "total", "average", "largest", "smallest", "streak", "lifetime", "left"),
        *("days", "distance"),
    ),
}
