"""What counts items and past events, windows, figures of a customer: read, written, refused."""

from __future__ import annotations

import datetime as dt

import pytest

from dsl.text import ast
from dsl.text.format import format_text
from dsl.text.parse import parse
from tests.dsl.text.reading import (
    AFTER_PAST,
    CURRENCY,
    EVER,
    GOLD,
    MONTH,
    NAME,
    NUMBER,
    OPERATOR,
    PERIOD,
    POINTS,
    PURCHASE,
    TEXT,
    TIME_UNIT,
    A,
    D,
    condition_of,
    days,
    expression_of,
    marked,
    name,
    syntax,
)

DEVICE, STORE, REFERRER = name("device"), name("store"), name("referrer")
WINDOWS: dict[str, ast.Window] = {
    "in last 30 days": ast.Last(days(30)),
    "last 1 hour": ast.Last(ast.Duration(1, "hour")),
    "in this week": ast.This("week"),
    "this year": ast.This("year"),
    "in previous quarter": ast.Previous("quarter"),
    "previous day": ast.Previous("day"),
    "since 2026-11-01": ast.Since(ast.Date(dt.date(2026, 11, 1))),
    "ever": EVER,
}


@pytest.mark.parametrize("text", WINDOWS)
def test_windows(text: str) -> None:
    past = ast.Past(PURCHASE, window=WINDOWS[text])
    assert expression_of(f"number of purchases {text}") == ast.EventCount(past)
    earned = ast.Earned(POINTS, WINDOWS[text])
    assert expression_of(f"points earned {text}") == earned


EXPRESSIONS: dict[str, ast.Expr] = {
    "number of purchase ever": ast.EventCount(ast.Past(PURCHASE, window=EVER)),
    "number of `purchases` ever": ast.EventCount(ast.Past(name("purchases"), window=EVER)),
    "number of previous purchases ever": ast.EventCount(
        ast.Past(PURCHASE, previous=True, window=EVER)
    ),
    "number of purchases where (a = 1) in last 30 days": ast.EventCount(
        ast.Past(PURCHASE, where=A, window=MONTH)
    ),
    "number of referral as referrer ever": ast.EventCount(
        ast.Past(name("referral"), role=REFERRER, window=EVER)
    ),
    "number of signups by anyone with same device in last 30 days": ast.EventCount(
        ast.Past(name("signup"), anyone=True, same=(DEVICE,), window=MONTH)
    ),
    "number of purchases with same store with same device ever": ast.EventCount(
        ast.Past(PURCHASE, same=(STORE, DEVICE), window=EVER)
    ),
    "total amount of purchase in last 30 days": ast.EventFigure(
        "total", name("amount"), ast.Past(PURCHASE, window=MONTH)
    ),
    "average rating of review where (a = 1) ever": ast.EventFigure(
        "average", name("rating"), ast.Past(name("review"), where=A, window=EVER)
    ),
    "largest amount of previous purchase ever": ast.EventFigure(
        "largest", name("amount"), ast.Past(PURCHASE, previous=True, window=EVER)
    ),
    "smallest amount of purchase ever": ast.EventFigure(
        "smallest", name("amount"), ast.Past(PURCHASE, window=EVER)
    ),
    "number of distinct store of purchase ever": ast.EventDistinct(
        STORE, ast.Past(PURCHASE, window=EVER)
    ),
    "number of items of purchase ever": ast.PastItemCount(None, ast.Past(PURCHASE, window=EVER)),
    "number of items (a = 1) of purchase in last 30 days": ast.PastItemCount(
        A, ast.Past(PURCHASE, window=MONTH)
    ),
    "total of items (a = 1) of purchase where (a = 1) ever": ast.PastItemTotal(
        A, ast.Past(PURCHASE, where=A, window=EVER)
    ),
    "streak of checkin in days": ast.Streak(name("checkin"), None, "day"),
    "streak of checkins where (a = 1) in weeks": ast.Streak(name("checkin"), A, "week"),
    "streak of checkin in months": ast.Streak(name("checkin"), None, "month"),
    "days since joined": ast.DaysSinceJoined(),
    "days since previous purchase": ast.DaysSincePrevious(PURCHASE),
    "distance to (31.23, 121.47)": ast.Distance(D("31.23"), D("121.47")),
    "distance to (-31.23, -121)": ast.Distance(D("-31.23"), D(-121)),
    "lifetime points": ast.Lifetime(POINTS),
    "lifetime point": ast.Lifetime(POINTS),
    "points earned in last 30 days": ast.Earned(POINTS, MONTH),
    "left to gold": ast.LeftTo(GOLD),
    "min(a, 2)": ast.Call("min", (name("a"), ast.Number(D(2)))),
    "MAX (a)": ast.Call("max", (name("a"),)),
    "floor(ceil(round(abs(a))))": ast.Call(
        "floor", (ast.Call("ceil", (ast.Call("round", (ast.Call("abs", (name("a"),)),)),)),)
    ),
    "this.amount": name("this.amount"),
    "customer.referrer.city": name("customer.referrer.city"),
}


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_figures_are_read_exactly(text: str) -> None:
    assert expression_of(text) == EXPRESSIONS[text]


def test_what_narrows_past_events_stands_in_any_order() -> None:
    past = ast.Past(
        PURCHASE, where=A, role=REFERRER, anyone=True, same=(STORE,), window=ast.Last(days(30))
    )
    parts = ["where (a = 1)", "as referrer", "by anyone", "with same store", "in last 30 days"]
    for turn in range(len(parts)):
        said = " ".join([*parts[turn:], *parts[:turn]])
        text = f"number of purchases {said}"
        assert expression_of(text) == ast.EventCount(past)
    written = format_text(f"on purchase where {text} > 1 award 5 points", rule=True)
    assert f"number of purchases {' '.join(parts)} > 1" in written


CONDITIONS: dict[str, ast.Condition] = {
    "no purchase in last 30 days": ast.EventTest("no", 0, ast.Past(PURCHASE, window=MONTH)),
    "no previous purchase ever": ast.EventTest(
        "no", 0, ast.Past(PURCHASE, previous=True, window=EVER)
    ),
    "at least 3 purchases where (a = 1) ever": ast.EventTest(
        "at least", 3, ast.Past(PURCHASE, where=A, window=EVER)
    ),
    "more than 0 purchases ever": ast.EventTest("more than", 0, ast.Past(PURCHASE, window=EVER)),
    "first purchase": ast.Nth(1, every=False, past=ast.Past(PURCHASE)),
    "1st purchase where (a = 1)": ast.Nth(1, every=False, past=ast.Past(PURCHASE, where=A)),
    "first purchase in this month": ast.Nth(
        1, every=False, past=ast.Past(PURCHASE, window=ast.This("month"))
    ),
    "3rd purchase in this month": ast.Nth(
        3, every=False, past=ast.Past(PURCHASE, window=ast.This("month"))
    ),
    "22nd purchase": ast.Nth(22, every=False, past=ast.Past(PURCHASE)),
    "every 5th purchase where (a = 1) ever": ast.Nth(
        5, every=True, past=ast.Past(PURCHASE, where=A, window=EVER)
    ),
    "amount in list promo and tier not in list x": ast.And(
        (
            ast.InList(name("amount"), name("promo")),
            ast.InList(name("tier"), name("x"), negated=True),
        )
    ),
    "in segment lapsed": ast.InSegment(name("lapsed")),
    "not in segment lapsed": ast.Not(ast.InSegment(name("lapsed"))),
    'sku starts with "A"': ast.TextTest("starts with", name("sku"), ast.Text("A")),
    'sku ends with "A"': ast.TextTest("ends with", name("sku"), ast.Text("A")),
    'sku contains "A"': ast.TextTest("contains", name("sku"), ast.Text("A")),
    'customer.tags has "vip"': ast.HasTag(name("customer.tags"), ast.Text("vip")),
    'has badge "B" or has coupon "C"': ast.Or((ast.Holds("badge", "B"), ast.Holds("coupon", "C"))),
    'has perk "P" and has gift "G"': ast.And((ast.Holds("perk", "P"), ast.Holds("gift", "G"))),
    "is birthday": ast.IsBirthday(),
    "birthday month": ast.BirthdayMonth(),
    "streak of checkin in days in (5, 10)": ast.In(
        ast.Streak(name("checkin"), None, "day"), (ast.Number(D(5)), ast.Number(D(10)))
    ),
}


@pytest.mark.parametrize("text", CONDITIONS)
def test_conditions_of_history_are_read_exactly(text: str) -> None:
    assert condition_of(text) == CONDITIONS[text]


@pytest.mark.parametrize(
    "text",
    [
        *("at = 1", "birthday = 1", "birthday is known and at < 2", "min + max = 1", "first = 1"),
        *("points >= 5 and month = june", "lifetime = left", "days = 3", "total > number"),
    ],
)
def test_a_word_is_a_name_where_what_follows_cannot_follow_the_keyword(text: str) -> None:
    words = [word for word in text.split() if word.isalpha() and word not in ("and", "is", "known")]
    shown = str(condition_of(text))
    assert all(f"'{word}'" in shown for word in words if word != "june")


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("number of purchase last 30 day > 1", "number of purchases in last 30 days > 1"),
        ("number of `purchases` ever > 1", "number of `purchases` ever > 1"),
        ("number of `items` ever > 1", "number of `items` ever > 1"),
        ("at least 1 purchases ever", "at least 1 purchase ever"),
        ("at least 2 purchase ever", "at least 2 purchases ever"),
        ("no purchases ever", "no purchase ever"),
        ("1st purchase", "first purchase"),
        ("every 1st purchase", "every 1st purchase"),
        ("11st purchase or 21th purchase", "11th purchase or 21st purchase"),
        ("-(number of items of purchase ever) > 1", "-number of items of purchase ever > 1"),
        ("(first purchase) and (in segment x)", "first purchase and in segment x"),
        ("not (first purchase)", "not first purchase"),
        ("points earned this month > 1", "points earned in this month > 1"),
        ("min((a), (2)) = 1", "min(a, 2) = 1"),
        ("`at` = `birthday`", "at = birthday"),
        ("`min` = `first`", "min = `first`"),
        ("distance to (-1.50, 2) < 3", "distance to (-1.50, 2) < 3"),
        ("lifetime `point` > 1", "lifetime `point` > 1"),
    ],
)
def test_history_is_written_one_way(written: str, canonical: str) -> None:
    text = f"on purchase\nwhere {canonical}\naward 5 points"
    assert format_text(f"on purchase where {written} award 5 points", rule=True) == text


MISTAKES: dict[str, tuple[str, ...]] = {
    "number of purchases ⟦>⟧ 3": AFTER_PAST,
    "no purchase⟦⟧": AFTER_PAST,
    "number of purchases in last ⟦month⟧ > 3": (NUMBER,),
    "number of purchases in last 30 ⟦>⟧ 3": (TIME_UNIT,),
    "number of purchases in ⟦30⟧ days > 3": ("`previous`", "`this`", "`last`"),
    "number of purchases in this ⟦30⟧ > 3": (PERIOD,),
    "number of purchases since ⟦monday⟧ > 3": ("a date such as `2026-11-30`",),
    "number of purchases where ⟦a⟧ = 1 ever > 3": ("`(`",),
    "number of purchases by ⟦me⟧ ever > 3": ("`anyone`",),
    "number of purchases with ⟦device⟧ ever > 3": ("`same`",),
    "number of ⟦>⟧ 3": ("`items`", "`distinct`", "`previous`", NAME),
    "number of distinct store ⟦purchase⟧ ever > 3": ("`of`",),
    "total amount ⟦purchase⟧ ever > 3": ("`of`",),
    "streak of checkin ⟦>⟧ 3": ("`where`", "`in`"),
    "streak of checkin in ⟦years⟧ > 3": ("`days`", "`weeks`", "`months`"),
    "at least ⟦purchases⟧ ever": (NUMBER,),
    "more ⟦3⟧ purchases ever": ("`than`",),
    "days since ⟦purchase⟧ > 3": ("`joined`", "`previous`"),
    "distance to ⟦31⟧ > 3": ("`(`",),
    "distance to (31 ⟦121⟧) > 3": ("`,`",),
    "distance to (⟦x⟧, 121) > 3": (NUMBER, OPERATOR),
    "lifetime ⟦3⟧ > 3": (NAME,),
    "has ⟦mug⟧": ("`coupon`", "`gift`", "`badge`", "`perk`"),
    "has badge ⟦B⟧": (TEXT,),
    "in ⟦lapsed⟧": ("`segment`",),
    'x starts ⟦"A"⟧': ("`with`",),
    "x not ⟦known⟧": ("`in`",),
    "is ⟦known⟧": ("`birthday`",),
    "every ⟦purchase⟧": ("`item`", "an ordinal such as `3rd`"),
    "max(1 ⟦2⟧) > 3": ("`)`", CURRENCY, TIME_UNIT, "`,`", OPERATOR),
}


@pytest.mark.parametrize("text", MISTAKES)
def test_a_mistake_in_history_says_what_could_stand_there(text: str) -> None:
    clean, (place,) = marked(f"on purchase where {text}")
    (found,) = parse(clean, rule=True).diagnostics[:1]
    assert found == syntax(clean, place, *MISTAKES[text])


MEANT = {
    "number of purchases in last 30 ⟦dyas⟧ > 3": "days",
    "number of purchases ⟦evr⟧ > 3": "ever",
    "at ⟦lest⟧ 3 purchases ever": "least",
    "in ⟦segement⟧ lapsed": "segment",
    "total amount ⟦off⟧ purchase ever > 3": "of",
    'has ⟦bagde⟧ "X"': "badge",
    "days since ⟦joind⟧ > 3": "joined",
    "x ⟦strats⟧ with y": "starts",
    "number of purchases ⟦sinse⟧ 2026-01-01 > 3": "since",
}


@pytest.mark.parametrize("text", MEANT)
def test_a_mistyped_word_of_history_is_read_as_meant(text: str) -> None:
    clean, (place,) = marked(f"on purchase where {text} award 5 points")
    (found,) = parse(clean).diagnostics
    assert (found.span, found.suggestion) == (place, MEANT[text])


@pytest.mark.parametrize("text", ["⟦0th⟧ purchase", "at least ⟦1.5⟧ purchases ever"])
def test_a_count_is_whole(text: str) -> None:
    clean, (place,) = marked(f"on purchase where {text} award 5 points")
    (found,) = parse(clean).diagnostics
    assert found.code == "bad-literal"
    assert found.span == place


def test_what_narrows_stands_once() -> None:
    text = "on purchase where no purchase by anyone ⟦by anyone⟧ ever award 5 points"
    clean, (place,) = marked(text)
    assert parse(clean).diagnostics == (syntax(clean, place),)
