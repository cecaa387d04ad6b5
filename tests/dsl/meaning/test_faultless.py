"""Events without a fault are read quickly, and just as those that are read slowly."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dsl.meaning import catalogue
from dsl.meaning.checked import Program
from dsl.meaning.events import read_event
from dsl.meaning.faultless import read_faultless
from dsl.meaning.types import AttributeInfo, EventType, Kind, Type

DINNER = EventType(
    "dinner",
    {
        info.name: info
        for info in (
            AttributeInfo("room", Type(Kind.TEXT, choices=("north", "south", "x" * 1001))),
            AttributeInfo("day", Type(Kind.DATE)),
            AttributeInfo("seated", Type(Kind.DATETIME)),
            AttributeInfo("birthday", Type(Kind.FLAG)),
            AttributeInfo("friend", Type(Kind.CUSTOMER)),
            AttributeInfo("guests", Type(Kind.NUMBER)),
            AttributeInfo("bill", Type(Kind.MONEY, 17)),
            AttributeInfo("tags", Type(Kind.TAGS)),
            AttributeInfo("dishes", Type(Kind.LIST)),
        )
    },
)
TASTING = EventType(
    "tasting",
    {name: AttributeInfo(name, Type(Kind.LIST)) for name in ("items", "dishes", "wines")},
)


def program(items: dict[str, AttributeInfo]) -> Program:
    return Program(
        name="Test",
        timezone="Asia/Shanghai",
        currency="CNY",
        events={**catalogue.BUILT_IN_EVENTS, "dinner": DINNER, "tasting": TASTING},
        customer_attributes=catalogue.CUSTOMER_ATTRIBUTES,
        item_attributes=items,
        units={"points": catalogue.POINTS},
        tiers=(),
        rules=(),
        allowances=(),
    )


PLAIN = program(catalogue.ITEM_ATTRIBUTES)
# Lines whose amount is a text, and that have an id.
ODD = program(
    {
        **catalogue.ITEM_ATTRIBUTES,
        "amount": AttributeInfo("amount", Type(Kind.TEXT)),
        "id": AttributeInfo("id", Type(Kind.TEXT)),
    }
)
USUAL: dict[str, Any] = {
    "id": "e1",
    "type": "purchase",
    "at": "2026-11-22T10:00:00+08:00",
    "customer": "c1",
    "amount": Decimal("250.00"),
    "channel": "web",
    "coupon": None,
    "items": [{"sku": "a", "price": Decimal("125.00"), "quantity": 2, "brand": None}],
}

DIGITS = "0123456789"
TIMES = st.one_of(
    st.datetimes(timezones=st.just(dt.UTC)).map(dt.datetime.isoformat),
    st.from_regex(
        r"(19|20|21|22|18|00|99)\d\d-[01]\d-[0-3]\d[Tt ][0-2]\d:[0-5]\d(:[0-5]\d(\.\d{1,7})?)?"
        r"([Zz]|[+-]\d\d:?\d\d(:\d\d)?)?",
        fullmatch=True,
    ),
    # A usual one with a character or two of another kind.
    st.builds(
        lambda place, put, length: USUAL["at"][:place] + put + USUAL["at"][place + length :],
        st.integers(0, 25),
        st.text(DIGITS + "-+:TZWz .,\uff11\ud800\0", max_size=2),
        st.integers(0, 2),
    ),
    st.sampled_from(["2026-W47-7T10:00:00Z", "20261122T100000.000+08:00", "2026-11-22T10:00:00Z"]),
)
NUMBERS = st.one_of(
    st.integers(-1100, 1100),
    st.integers(-(10**15), 10**15),
    st.decimals(places=2, min_value=-(10**6), max_value=10**6),
    st.decimals(),
    st.builds(
        lambda sign, digits, exponent: Decimal((sign, digits, exponent)),
        st.integers(0, 1),
        st.lists(st.integers(0, 9), max_size=20).map(tuple),
        st.integers(-22, 16),
    ),
    st.from_regex(r"-?\d{1,16}(\.\d{1,10})?", fullmatch=True),
    st.booleans() | st.floats(),
)
TEXTS = st.one_of(
    st.text(max_size=6),
    st.sampled_from(["", "web", "north", "nort", "true", "2026-11-22", "\ud800", "\0", "a\nb"]),
    st.sampled_from([200, 201, 1000, 1001]).map("x".__mul__),
    st.sampled_from([200, 1000, 1001]).map("\n".__mul__),
)
ANY = st.one_of(
    st.none(), st.booleans(), NUMBERS, TEXTS, TIMES, st.dates(), st.lists(TEXTS, max_size=2)
)
LINE = st.dictionaries(
    st.sampled_from(["price", "quantity", "amount", "sku", "brand", "id", "none", "type"]),
    st.none() | NUMBERS | TEXTS,
    max_size=5,
)
LINES = st.one_of(
    st.lists(st.fixed_dictionaries({}, optional={"price": NUMBERS, "quantity": NUMBERS})),
    st.lists(LINE, max_size=4),
    st.lists(LINE | ANY | LINE.map(MappingProxyType), max_size=3),
    st.lists(LINE, max_size=3).map(tuple),
    ANY,
)
VALUES = {
    **dict.fromkeys(["id", "customer", "friend", "channel", "store", "room"], TEXTS | ANY),
    "type": st.sampled_from(["purchase", "dinner", "tasting", "refund", "supper"]) | ANY,
    **dict.fromkeys(["at", "seated"], TIMES | st.datetimes() | ANY),
    **dict.fromkeys(["amount", "gross", "guests", "bill"], NUMBERS | ANY),
    **dict.fromkeys(["items", "dishes", "wines"], LINES),
    **dict.fromkeys(["day", "birthday", "tags", "colour", "7"], ANY),
}
BY_TYPE = {
    "purchase": ("amount", "gross", "channel", "store", "items"),
    "dinner": ("room", "friend", "seated", "guests", "bill", "day", "birthday", "tags", "dishes"),
    "tasting": ("items", "dishes", "wines"),
}


def usual(type_: str) -> dict[str, Any]:
    """The usual event, of another type without what that has not."""
    known = {*BY_TYPE[type_], "id", "at", "customer"}
    return {n: value for n, value in USUAL.items() if n in known} | {"type": type_}


@st.composite
def events(draw: st.DrawFn) -> dict[str, Any]:
    """An event of which some values are arbitrary; seldom one that its type has not."""
    type_ = draw(st.sampled_from(sorted(BY_TYPE)))
    names = st.sampled_from(["id", "at", "customer", *BY_TYPE[type_]])
    if draw(st.integers(0, 5)) == 0:
        names = st.sampled_from(sorted(VALUES))
    changes = {name: draw(VALUES[name]) for name in draw(st.lists(names, max_size=4))}
    return usual(type_) | changes


@given(events(), st.sampled_from([PLAIN, ODD]))
@example(usual("purchase") | {"items": [{"price": 99_999_999, "quantity": 100}]}, PLAIN)
@example(usual("purchase") | {"items": [{"price": 99_999_999, "quantity": 101}]}, PLAIN)
@example(usual("purchase") | {"items": [{"price": -99_999_999, "quantity": 101}]}, PLAIN)
@example(usual("purchase") | {"items": [{"amount": 10**9}] * 10}, PLAIN)
@example(usual("purchase") | {"items": [{}] * 10_001}, PLAIN)
@example(usual("purchase") | {"amount": Decimal("1.2300000")}, PLAIN)
@example(usual("purchase") | {"amount": Decimal("-0E-9")}, PLAIN)
@example(usual("purchase") | {"amount": Decimal("sNaN")}, PLAIN)
@example(usual("dinner") | {"bill": 10}, PLAIN)
@example(usual("dinner") | {"dishes": [{"sku": "soup"}], "wines": []}, PLAIN)
@example(usual("tasting") | {"items": None, "wines": [], "dishes": [{"sku": "soup"}]}, PLAIN)
@example(usual("dinner") | {"dishes": [{"sku": "soup"}], "wines": None}, PLAIN)
@example(usual("tasting") | {"dishes": [{"sku": "soup"}], "items": []}, PLAIN)
def test_every_event_is_read_as_it_is_slowly(raw: dict[str, Any], known: Program) -> None:
    # Only a dict is read quickly.
    slowly = read_event(MappingProxyType(raw), known)
    assert repr(read_event(raw, known)) == repr(slowly)
    quickly = read_faultless(raw, known)
    assert quickly is None or repr(quickly) == repr(slowly)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"at": "2026-11-22T10:00:00Z"},
        {"at": "2026-11-22T10:00:00.25Z"},
        {"amount": 0, "items": None},
        {"amount": "250.00", "channel": "a\nb"},
        {"items": [{"amount": Decimal("99.5"), "price": 1_000_000, "quantity": 3}]},
        {"type": "dinner", "amount": None, "channel": None, "items": None, "birthday": True},
    ],
)
def test_what_is_mostly_sent_is_read_quickly(changes: dict[str, Any]) -> None:
    assert read_faultless(USUAL | changes, PLAIN) is not None


@pytest.mark.parametrize(
    "changes",
    [
        *({name: None} for name in ("id", "type", "at", "customer")),
        {"type": "supper"},
        {"amount": Decimal("0.00001")},
        {"colour": "red"},
        {"items": [{"price": "cheap"}]},
        {"items": [[]]},
        {"items": "a"},
        {"at": "2199-12-31T23:00:00-08:00"},
    ],
)
def test_what_has_a_fault_is_left_to_be_told(changes: dict[str, Any]) -> None:
    assert read_faultless(USUAL | changes, PLAIN) is None
