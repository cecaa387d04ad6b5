"""What a text may name: events, attributes, units, functions, triggers, with types and docs.

The checker, the completion in the editor, the reader of events and the documentation all read
these same tables. Source: docs/language.md, section 2.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal
from zoneinfo import available_timezones

from dsl.meaning.types import AttributeInfo, EventType, Kind, Type, Unit
from dsl.text import ast

MONEY = Type(Kind.MONEY, 4)
NUMBER = Type(Kind.NUMBER, 4)
TEXT = Type(Kind.TEXT)
# A line's amount may be price × quantity, exactly.
LINE_AMOUNT = Type(Kind.MONEY, 8)
COUNT = Type(Kind.NUMBER)
# Days that are counted by their hours; an exact comparison does not round.
DAYS = Type(Kind.NUMBER, 6)
KILOMETRES = Type(Kind.NUMBER, 3)
TIER = Type(Kind.TIER)
CUSTOMER = Type(Kind.CUSTOMER)

DECLARED_TYPES: dict[str, Type] = {
    "text": TEXT,
    "number": NUMBER,
    "money": MONEY,
    "date": Type(Kind.DATE),
    "datetime": Type(Kind.DATETIME),
    "flag": Type(Kind.FLAG),
    "customer": Type(Kind.CUSTOMER),
    "list": Type(Kind.LIST),
}


def _attributes(*attributes: AttributeInfo) -> dict[str, AttributeInfo]:
    return {attribute.name: attribute for attribute in attributes}


ITEM_ATTRIBUTES = _attributes(
    AttributeInfo("sku", TEXT, "The article's number."),
    AttributeInfo("category", TEXT, "What kind of article it is."),
    AttributeInfo("brand", TEXT, "Whose article it is."),
    AttributeInfo("price", MONEY, "The price of one."),
    AttributeInfo("quantity", NUMBER, "How many; 1 where nothing is said."),
    AttributeInfo("amount", LINE_AMOUNT, "The line's amount; else price × quantity."),
)

CUSTOMER_ATTRIBUTES = _attributes(
    AttributeInfo("joined", Type(Kind.DATETIME), "When the customer signed up, or was first seen."),
    AttributeInfo("birthday", Type(Kind.DATE), "The day the customer was born."),
    AttributeInfo("city", TEXT, "The city the customer lives in."),
    AttributeInfo("country", TEXT, "The country the customer lives in."),
    AttributeInfo("gender", TEXT, "The customer's gender."),
    AttributeInfo("tags", Type(Kind.TAGS), "The labels the customer has been given."),
    AttributeInfo("age", COUNT, "The customer's age in whole years."),
    AttributeInfo("referrer", CUSTOMER, "Who brought the customer."),
)

# Every event may say by which device, channel and store it came.
COMMON_ATTRIBUTES = _attributes(
    AttributeInfo("device", TEXT, "The device it was done with."),
    AttributeInfo("channel", TEXT, "The way it came, such as web or store."),
    AttributeInfo("store", TEXT, "The store it happened in."),
)
REFERRER = AttributeInfo("referrer", CUSTOMER, "The customer who brought this one.")


def event_type(name: str, doc: str, *attributes: AttributeInfo) -> EventType:
    """An event type with what every event may carry."""
    return EventType(name, {**COMMON_ATTRIBUTES, **_attributes(*attributes)}, doc)


BUILT_IN_EVENTS: dict[str, EventType] = {
    event.name: event
    for event in (
        event_type(
            "purchase",
            "A customer bought something.",
            AttributeInfo("amount", MONEY, "What the customer pays, after discounts."),
            AttributeInfo("gross", MONEY, "The amount before discounts."),
            AttributeInfo("tax", MONEY, "The tax in it."),
            AttributeInfo("shipping", MONEY, "What delivery costs."),
            AttributeInfo("category", TEXT, "What kind of purchase it is."),
            AttributeInfo("partner", TEXT, "The partner it was made at."),
            AttributeInfo("payment", TEXT, "How it was paid."),
            AttributeInfo("coupon", TEXT, "The coupon's code that was shown."),
            AttributeInfo("items", Type(Kind.LIST), "The lines of the receipt."),
            REFERRER,
        ),
        event_type(
            "refund",
            "A purchase was given back, wholly or in part.",
            AttributeInfo("original", TEXT, "The id of the purchase."),
            AttributeInfo("amount", MONEY, "How much was paid back."),
            AttributeInfo("items", Type(Kind.LIST), "The lines that were given back."),
        ),
        event_type("signup", "A customer joined.", REFERRER),
        event_type("referral", "A customer was brought by another.", REFERRER),
        event_type(
            "review",
            "A customer reviewed a product.",
            AttributeInfo("rating", NUMBER, "The rating given."),
            AttributeInfo("product", TEXT, "The product reviewed."),
        ),
        event_type(
            "share",
            "A customer shared something.",
            AttributeInfo("network", TEXT, "Where it was shared."),
            AttributeInfo("post_id", TEXT, "The post's id."),
        ),
        event_type(
            "survey",
            "A customer answered a survey.",
            AttributeInfo("survey", TEXT, "Which survey."),
            AttributeInfo("score", NUMBER, "The score given."),
        ),
        event_type(
            "checkin",
            "A customer checked in at a store.",
            AttributeInfo("lat", Type(Kind.NUMBER, 6), "Latitude in degrees."),
            AttributeInfo("lon", Type(Kind.NUMBER, 6), "Longitude in degrees."),
        ),
        event_type(
            "visit",
            "A customer visited a page.",
            AttributeInfo("page", TEXT, "The page."),
            AttributeInfo("minutes", NUMBER, "For how many minutes."),
        ),
        event_type("profile_completed", "A customer's profile is complete."),
        event_type("optin", "A customer opted in.", AttributeInfo("rule", TEXT, "To which rule.")),
        event_type("profile", "A customer's attributes were set."),
        event_type(
            "redeem",
            "A customer redeemed a reward, or an amount of a unit by the unit's name.",
            AttributeInfo("reward", TEXT, "The reward's name."),
            AttributeInfo("option", COUNT, "Which of the reward's prices is paid: 1, 2 …"),
        ),
        event_type(
            "cancel",
            "A redemption was undone.",
            AttributeInfo("original", TEXT, "The id of the redeem event."),
        ),
    )
}
# What every event has beside its attributes.
ESSENTIALS = ("id", "type", "at", "customer")
# Events that cannot be called so: these words mean something else where events are named.
RESERVED_EVENTS = ("customer", "item", "birthday", "anniversary")
POINTS = Unit("points")
# What money is paid as; each a unit in the program's currency.
MONEY_UNITS = ("discount", "cashback", "donation")
# What a name may be that is no attribute: parts of the event's time, and the settled tier.
CALENDAR_PARTS: dict[str, Type] = {
    "date": Type(Kind.DATE),
    "time": Type(Kind.TIME),
    "hour": COUNT,
    "day": Type(Kind.WEEKDAY),
    "month": Type(Kind.MONTH),
}
CALENDAR_DOCS = {
    "date": "The event's date.",
    "time": "The event's time of day.",
    "hour": "The event's hour, 0 to 23.",
    "day": "The event's day of the week.",
    "month": "The event's month.",
}
# What a bare name means in every rule, whatever the event.
RESERVED_NAMES = (*ESSENTIALS, *CALENDAR_PARTS, "tier", "this")
TIER_DOC = "The customer's tier, as settled just before the event."
DEFAULT_PROGRAM, DEFAULT_TIMEZONE, DEFAULT_CURRENCY = "default", "UTC", "USD"
TIMEZONES = tuple(sorted(available_timezones()))


@dataclass(frozen=True, slots=True)
class FunctionInfo:
    """A function of numbers; `most` is None where it takes any number of them."""

    name: ast.Function
    least: int
    most: int | None
    doc: str
    labels: dict[str, str] = field(default_factory=dict)


FUNCTIONS: dict[str, FunctionInfo] = {
    function.name: function
    for function in (
        FunctionInfo("min", 1, None, "The smallest of several.", {"zh": "最小"}),
        FunctionInfo("max", 1, None, "The largest of several.", {"zh": "最大"}),
        FunctionInfo("floor", 1, 1, "The next whole number down.", {"zh": "下取整"}),
        FunctionInfo("ceil", 1, 1, "The next whole number up.", {"zh": "上取整"}),
        FunctionInfo("round", 1, 1, "The nearest whole number, halves up.", {"zh": "四舍五入"}),
        FunctionInfo("abs", 1, 1, "The number without its sign.", {"zh": "绝对值"}),
    )
}


@dataclass(frozen=True, slots=True)
class TriggerInfo:
    """A way for a rule to start beside events; `form` is how it is written in English."""

    form: str
    doc: str
    kind: Literal["timer", "calendar", "derived"]
    labels: dict[str, str] = field(default_factory=dict)


TRIGGERS = (
    TriggerInfo("birthday", "Each birthday of the customer.", "timer", {"zh": "生日"}),
    TriggerInfo("anniversary", "Each year after joining.", "timer", {"zh": "入会周年"}),
    TriggerInfo("7 days before birthday", "Days before a date of the customer.", "timer"),
    TriggerInfo("7 days after signup", "Days after an event, or after a date.", "timer"),
    TriggerInfo("60 days without purchase", "Once, when nothing happened for so long.", "timer"),
    TriggerInfo("points expiring in 30 days", "Ahead of a balance's last day.", "timer"),
    TriggerInfo("every day", "Each day, for every customer.", "calendar"),
    TriggerInfo("every monday", "Each such day of the week, for every customer.", "calendar"),
    TriggerInfo("day 1 of every month", "That day of each month.", "calendar"),
    TriggerInfo("last day of every month", "The last day of each month.", "calendar"),
    TriggerInfo("tier upgrade", "The customer reached a higher tier.", "derived"),
    TriggerInfo("tier downgrade", "The customer fell to a lower tier.", "derived"),
    TriggerInfo("entering segment", "The customer came into a segment.", "derived"),
    TriggerInfo("leaving segment", "The customer left a segment.", "derived"),
    TriggerInfo("challenge", "The customer completed a challenge.", "derived"),
)
