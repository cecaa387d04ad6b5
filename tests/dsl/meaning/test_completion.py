"""What the editor offers at a place of a text."""

from __future__ import annotations

import pytest

from dsl.meaning.check import Part
from dsl.meaning.completion import Completion, complete, keywords
from dsl.text.source import Span

HEAD = """program "Test" currency CNY
attributes of customer: vip flag, style text
event dinner: room one of ("north", "the \\"south\\""), seats number
event `birthday party`
tier silver: 100 spent ever
tier gold: 1000 spent ever
"""


def offered(text: str, head: str = HEAD) -> tuple[Completion, ...]:
    """What is offered at the sign `|` of a rule's text."""
    offset = text.index("|")
    return complete([Part(head), Part(text.replace("|", ""), rule="r")], 1, offset)


def labels(text: str, *kinds: str) -> list[str]:
    return [one.label for one in offered(text) if not kinds or one.kind in kinds]


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
            "and", "or", "not in (", "between", "in (", "is known", "is unknown", "award",
        ]),
        ("on purchase where number of distinct |", "", ["sku", "category", "brand"]),
        ("on purchase where any item (|", "item", [
            "sku", "category", "brand", "price", "quantity", "amount",
        ]),
        ("on purchase where amount > 1 |", "", ["and", "or", "award", "CNY"]),
        ("on purchase award |", "", [
            "1 point per 10 spent", "2x points", "100 points", "5 points per item",
        ]),
        ("on purchase award 2x points, |", "form", [
            "1 point per 10 spent", "2x points", "100 points", "5 points per item",
        ]),
        ("on purchase award 2x |", "", ["points"]),
        ("on purchase award 5 points per item (|", "item", [
            "sku", "category", "brand", "price", "quantity", "amount",
        ]),
        ("on purchase award 5 points per item (amount > 5) |", "keyword", [
            "to", "at most", "limit", "budget", "from", "through", "until", "because",
        ]),
        ("on dinner award 1 point per 1 of |", "attribute", ["seats", "hour"]),
        ("on purchase award 2x points to |", "", ["silver", "gold", "not", "everyone"]),
        ("on purchase award 2x points to gold or |", "", ["silver", "gold"]),
        ("on purchase award 1 point to gold, 2 |", "unit", ["points"]),
        ("on purchase award 1 point limit 5 |", "", ["points", "times"]),
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
    (party,) = (one for one in offered("on |") if one.label.startswith("birthday"))
    assert party.apply == "`birthday party`"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tier prime: |", ["1000 spent in last 12 months"]),
        ("tier prime: 100 spent |", ["last", "this", "previous", "since", "ever"]),
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


def test_the_words_of_the_language_are_grouped_for_highlighting() -> None:
    words = keywords()
    assert {"on", "where", "award", "limit", "because"} <= set(words["keyword"])
    assert words["operator"] == ("and", "not", "or")
    assert {"monday", "june", "true"} <= set(words["constant"])
    assert {"day", "days"} <= set(words["time"])
    assert {"text", "money"} <= set(words["type"])
