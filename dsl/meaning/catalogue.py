"""What a text may name: events, attributes, units, with their types and docs.

The checker, the completion in the editor, the reader of events and the documentation all read
these same tables. Source: docs/language.md, section 2.
"""

from __future__ import annotations

from zoneinfo import available_timezones

from dsl.meaning.types import AttributeInfo, EventType, Kind, Type, Unit

MONEY = Type(Kind.MONEY, 4)
NUMBER = Type(Kind.NUMBER, 4)
TEXT = Type(Kind.TEXT)
# A line's amount may be price × quantity, exactly.
LINE_AMOUNT = Type(Kind.MONEY, 8)
COUNT = Type(Kind.NUMBER)

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
    AttributeInfo("referrer", Type(Kind.CUSTOMER), "Who brought the customer."),
)

# Every event may say by which device, channel and store it came.
COMMON_ATTRIBUTES = _attributes(
    AttributeInfo("device", TEXT, "The device it was done with."),
    AttributeInfo("channel", TEXT, "The way it came, such as web or store."),
    AttributeInfo("store", TEXT, "The store it happened in."),
)
REFERRER = AttributeInfo("referrer", Type(Kind.CUSTOMER), "The customer who brought this one.")


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
    )
}
POINTS = Unit("points")
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
TIER_DOC = "The customer's tier, as settled just before the event."
DEFAULT_PROGRAM, DEFAULT_TIMEZONE, DEFAULT_CURRENCY = "default", "UTC", "USD"
TIMEZONES = tuple(sorted(available_timezones()))
