"""What the editor offers at a place of a text."""

from __future__ import annotations

import pytest

from dsl.meaning.check import Part
from dsl.meaning.completion import Completion, complete
from dsl.text.source import Span

HEAD = """program "Test" currency CNY
attributes of customer: vip flag, style text
event dinner: room one of ("north", "the \\"south\\""), seats number
event `birthday party`
tier silver: 100 spent ever
tier gold: 1000 spent ever
"""
WHOLE = """event dinner: friend customer, seats number
attributes of customer: renewal date
unit stars
tier gold: 1 spent ever
segment lapsed: no purchase in last 60 days
list promo: "A", "B"
parameter least: 200
campaign "Spring"
gift "Mug"
reward "Coffee": 150 points
challenge "Week": 3 purchases within 7 days award 1 point
"""


def offered(text: str, head: str = HEAD) -> tuple[Completion, ...]:
    """What is offered at the sign `|` of a rule's text."""
    offset = text.index("|")
    return complete([Part(head), Part(text.replace("|", ""), rule="r")], 1, offset)


def labels(text: str, *kinds: str) -> list[str]:
    return [one.label for one in offered(text) if not kinds or one.kind in kinds]


FORMS = [
    *("1 point per 10 spent", "2x points", "100 points", "5 points per item"),
    *("points by amount (from 100: 10, from 200: 30)", "10% discount", "5% cashback"),
]


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("|", "keyword", ["on"]),
        ("on purchase where tier >= |", "", ["silver", "gold"]),
        ("on purchase where tier in (gold, |", "", ["silver", "gold"]),
        ("on purchase where day = |", "", [
            "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
        ]),
        ("on purchase where customer.vip = |", "", ["true", "false"]),
        ("on purchase where hour >= |", "attribute", ["amount", "gross", "tax", "shipping"]),
        ("on dinner where room = |", "value", ['"north"', '"the \\"south\\""']),
        ("on dinner where room in (\"north\", |", "value", ['"north"', '"the \\"south\\""']),
        ("on dinner where room = \"no|", "", ['"north"', '"the \\"south\\""']),
        ("on dinner where room |", "operator", ["=", "!="]),
        ("on dinner where seats |", "operator", ["=", "!=", ">=", ">", "<=", "<"]),
        ("on dinner where seats |", "keyword", [
            "and", "or", "not in (", "not in list", "between", "in (", "in list", "is known",
            "is unknown", "earned", "award",
        ]),
        ("on purchase where number of distinct |", "item", ["sku", "category", "brand"]),
        ("on purchase where any item (|", "item", [
            "sku", "category", "brand", "price", "quantity", "amount",
        ]),
        ("on purchase where amount > 1 |", "", ["and", "or", "award", "CNY"]),
        ("on purchase award |", "form", FORMS),
        ("on purchase award |", "keyword", [
            "one of (", "tier", "coupon", "gift", "badge", "perk", "deduct 50 points",
            "deduct 5% of points", "discount", "cashback", "cheapest 1 of every 3 items free",
            "donation", "message",
        ]),
        ("on purchase award 2x points, |", "form", FORMS),
        ("on purchase award 2x |", "", ["points"]),
        ("on purchase award 5 points per item (|", "item", [
            "sku", "category", "brand", "price", "quantity", "amount",
        ]),
        ("on purchase award 5 points per item (amount > 5) |", "keyword", [
            "with 5% chance", "in campaign", "at most", "to", "after opting in", "never expires",
            "until", "from", "limit", "once per customer", "budget", "whole awards only",
            "only best of", "only first of", "through", "priority", "pending",
            "expires 90 days after award", "expires on", "holdout", "funded by", "because",
        ]),
        ("on dinner award 1 point per 1 of |", "attribute", ["seats", "hour"]),
        ("on purchase award 2x points to |", "", [
            "silver", "gold", "referrer", "not", "everyone", "top",
        ]),
        ("on purchase award 2x points to gold or |", "", ["silver", "gold"]),
        ("on purchase award 1 point to gold, 2 |", "unit", ["points"]),
        ("on purchase award 1 point limit 5 |", "", ["points", "times", "CNY"]),
        ("on purchase award 1 point limit 5 times per |", "", ["customer"]),
        ("on purchase award 1 point budget 5 points per |", "", [
            "day", "week", "month", "quarter", "year",
        ]),
        ("on purchase # |", "", []),
        ("on purchase where channel = \"|", "", []),
    ],
)  # fmt: skip
def test_what_could_stand_at_a_place_is_offered(text: str, kind: str, expected: list[str]) -> None:
    assert labels(text, *([kind] if kind else [])) == expected


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("on purchase where in segment |", "", ["lapsed"]),
        ("on purchase where channel in list |", "", ["promo"]),
        ("on purchase where channel |", "keyword", [
            "and", "or", "not in (", "not in list", "in (", "in list", "starts with", "ends with",
            "contains", "is known", "is unknown", "earned", "award",
        ]),
        ("on purchase where amount > |", "parameter", ["least"]),
        ("on purchase where amount > |", "unit", ["points", "stars"]),
        ("on review where number of purchases where (this.|", "attribute", [
            "amount", "gross", "tax", "shipping", "category", "partner", "payment", "coupon",
            "referrer", "device", "channel", "store", "this.device", "this.channel", "this.store",
            "this.rating", "this.product", "date", "time", "hour", "day", "month", "tier",
        ]),
        ("on purchase where number of referrals as |", "", ["referrer"]),
        ("on signup where number of signups by anyone with same |", "", [
            "device", "channel", "store", "referrer",
        ]),
        ("on purchase where number of purchases |", "keyword", [
            "with same", "in last 30 days", "in this month", "since", "previous", "this", "by",
            "where", "last", "as", "ever",
        ]),
        ("on purchase where number of purchases in last 30 d|", "keyword", [
            "minute", "minutes", "hour", "hours", "day", "days", "week", "weeks", "month",
            "months", "quarter", "quarters", "year", "years",
        ]),
        ("on purchase where left to |", "", ["gold"]),
        ("on purchase where has gift \"|", "", ['"Mug"']),
        ("on redeem where reward = \"|", "", ['"Coffee"']),
        ("on purchase award tier |", "", ["gold"]),
        ("on purchase award 1 |", "unit", ["points", "stars"]),
        ("on dinner award 1 point to |", "", [
            "gold", "lapsed", "friend", "not", "everyone", "top",
        ]),
        ("on share award 1 point once per customer per |", "attribute", [
            "device", "channel", "store", "network", "post_id",
        ]),
        ("on purchase award 1 point in campaign |", "", ['"Spring"']),
        ("on challenge |", "", ['"Week"']),
        ("on tier upgrade to |", "", ["gold"]),
        ("on leaving segment |", "", ["lapsed"]),
        ("on 30 days before |", "", ["birthday", "anniversary", "customer.renewal"]),
        ("on every |", "", [
            "day", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
        ]),
    ],
)  # fmt: skip
def test_what_is_declared_is_offered_in_its_place(
    text: str, kind: str, expected: list[str]
) -> None:
    found = offered(text, WHOLE)
    assert [one.label for one in found if not kind or one.kind == kind] == expected


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ('guard "g": hold |', "event", ["purchase", "refund", "signup"]),
        ('guard "g": hold signup where |', "attribute", ["referrer", "device", "channel"]),
        ('challenge "c": 3 purchases where (|', "attribute", ["amount", "gross", "tax"]),
        ('reward "r": 10 |', "unit", ["points", "stars"]),
        ('reward "r": 10 points, to |', "tier", ["gold"]),
        ("tier prime: 5 |", "event", ["purchase", "refund", "signup"]),
        ("segment s: customer.|", "customer", ["customer.joined", "customer.birthday"]),
        ("unit miles: |", "keyword", ["expire 12 months after earned"]),
    ],
)
def test_declarations_name_what_is_there(text: str, kind: str, expected: list[str]) -> None:
    parts = [Part(WHOLE), Part(text.replace("|", ""))]
    found = [one.label for one in complete(parts, 1, text.index("|")) if one.kind == kind]
    assert found[: len(expected)] == expected


def test_an_events_own_attributes_come_first() -> None:
    assert labels("on purchase where |")[:4] == ["amount", "gross", "tax", "shipping"]
    assert {"room", "seats", "customer.style"} <= set(labels("on dinner where |"))
    assert "room" not in labels("on purchase where |")


@pytest.mark.parametrize(
    ("text", "span", "typed"),
    [
        ("on purch|", Span(3, 8), "purch"),
        ("on pur|chase where", Span(3, 11), "purchase"),
        ("on purchase where customer.ci|", Span(18, 29), "customer.ci"),
        ('on dinner where room = "no|"', Span(23, 27), '"no"'),
        ("on purchase where |", Span(18, 18), ""),
    ],
)
def test_what_has_been_typed_of_the_word_is_replaced(text: str, span: Span, typed: str) -> None:
    found = offered(text)
    assert {one.span for one in found} == {span}
    assert text.replace("|", "")[span.start : span.end] == typed


@pytest.mark.parametrize(
    "text",
    [
        "on purchse where amout >> 3 award 2x points to |",
        "on purchase wher amount > 3 award 2x points to |",
        "on purchase where (amount > 3 award 2x points to |",
        "on purchase where amount > 3 > 4 award 1 point limit award 1 point to |",
    ],
)
def test_a_text_that_is_wrong_before_the_place_is_completed(text: str) -> None:
    assert labels(text, "tier") == ["silver", "gold"]


def test_what_a_completion_is_comes_with_it() -> None:
    (amount,) = (one for one in offered("on purchase where am|") if one.label == "amount")
    assert amount == Completion(
        label="amount",
        kind="attribute",
        span=Span(18, 20),
        apply="amount",
        detail="an amount of money",
        doc="What the customer pays, after discounts.",
    )


def test_a_name_that_would_be_read_otherwise_is_put_in_backquotes() -> None:
    (party,) = (one for one in offered("on |") if one.label.startswith("birthday p"))
    assert party.apply == "`birthday party`"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tier prime: |", [
            "1000 spent in last 12 months", "one of (", "by", "where", "keep", "grace", "perks",
        ]),
        ("tier prime: 100 spent |", [
            "in last 30 days", "in this month", "since", "previous", "this", "last", "ever",
        ]),
        ("tier |", []),
        ('program "Other" currency US|', None),
        ('program "Other" timezone "Asia/Sh|', None),
        ("attributes of customer: size |", [
            "one of (", "text", "number", "money", "date", "datetime", "flag", "customer", "list",
        ]),
    ],
)  # fmt: skip
def test_declarations_are_completed(text: str, expected: list[str] | None) -> None:
    found = [one.label for one in complete([Part(text.replace("|", ""))], 0, text.index("|"))]
    if expected is None:
        assert {"USD", "EUR"} <= set(found) or {'"Asia/Shanghai"'} <= set(found)
    else:
        assert found == expected


def test_a_text_that_cannot_be_scanned_offers_nothing() -> None:
    assert complete([Part("on purchase \0 where ")], 0, 20) == ()
    assert complete([Part("(" * 200)], 0, 200) == ()
