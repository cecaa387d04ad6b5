"""Clauses of rules: read, written, refused."""

from __future__ import annotations

import datetime as dt

import pytest

from dsl.text import ast
from dsl.text.format import format_text
from dsl.text.parse import parse
from tests.dsl.text.reading import (
    NUMBER,
    PERCENT,
    PERIOD,
    POINTS,
    TEXT,
    D,
    days,
    marked,
    name,
    rule_of,
    syntax,
)

CLAUSES: dict[str, ast.Clause] = {
    "limit 3 times per customer": ast.Limit(D(3), name("times")),
    "limit 50 CNY per customer per month": ast.Limit(D(50), name("CNY"), "month"),
    "once per customer": ast.Once(per_customer=True),
    "once per customer per month": ast.Once(per_customer=True, period="month"),
    "once per customer per post_id": ast.Once(per_customer=True, attribute=name("post_id")),
    "once per customer per post_id per day": ast.Once(
        per_customer=True, attribute=name("post_id"), period="day"
    ),
    "once per code": ast.Once(per_customer=False, attribute=name("code")),
    "once per code per year": ast.Once(per_customer=False, attribute=name("code"), period="year"),
    "once per `month`": ast.Once(per_customer=False, attribute=name("month")),
    "budget 10000 CNY": ast.Budget(D(10000), name("CNY")),
    "budget 1000 times per week": ast.Budget(D(1000), name("times"), "week"),
    "whole awards only": ast.WholeAwards(),
    'in campaign "Spring"': ast.InCampaign("Spring"),
    'only best of "group"': ast.OnlyOf("best", "group"),
    'only first of "group"': ast.OnlyOf("first", "group"),
    "priority 10": ast.Priority(10),
    "priority -10": ast.Priority(-10),
    "pending 14 days": ast.Pending(days(14)),
    "expires 90 days after award": ast.ExpiresAfter(days(90)),
    "expires on 2026-12-31": ast.ExpiresOn(ast.Date(dt.date(2026, 12, 31))),
    "never expires": ast.NeverExpires(),
    "after opting in": ast.AfterOptingIn(),
    "with 5% chance": ast.Chance(D(5)),
    "holdout 2.5%": ast.Holdout(D("2.5")),
    'funded by "Bakery Co"': ast.FundedBy("Bakery Co"),
    'funded by "Bakery Co" 50%': ast.FundedBy("Bakery Co", D(50)),
    'because "Thank you"': ast.Because("Thank you"),
}


def test_clauses_stand_in_any_order() -> None:
    forwards = rule_of(f"on purchase award 5 points {' '.join(CLAUSES)}")
    backwards = rule_of(f"on purchase award 5 points {' '.join(reversed(CLAUSES))}")
    assert forwards.clauses == tuple(CLAUSES.values())
    assert backwards.clauses == tuple(reversed(CLAUSES.values()))


@pytest.mark.parametrize("text", CLAUSES)
def test_a_clause_follows_any_reward(text: str) -> None:
    for reward in (
        *("2 points per 1 of number of purchases ever", "10% discount of total of items"),
        *('coupon "W" valid 3 days', "5 points to top 3 by number of purchases by anyone ever"),
        *("5 points to gold", "tier gold for 3 days", "1 point per 10 spent prorated at most 3"),
    ):
        assert rule_of(f"on purchase award {reward} {text}").clauses == (CLAUSES[text],)


@pytest.mark.parametrize("text", CLAUSES)
def test_a_clause_has_a_line_of_its_own(text: str) -> None:
    written = format_text(f"on purchase award 5 points {text.upper()}", rule=True)
    again = rule_of(f"on purchase award 5 points {text}")
    assert format_text(f"on purchase award 5 points {text}", rule=True) == (
        f"on purchase\naward 5 points\n{text}"
    )
    assert written.count("\n") == 2
    assert again.clauses == (CLAUSES[text],)


def test_points_are_no_reason_to_repeat_a_clause() -> None:
    twice = rule_of(
        "on purchase award 5 points limit 5 points per customer limit 9 points per "
        "customer per year"
    )
    assert twice.clauses == (ast.Limit(D(5), POINTS), ast.Limit(D(9), POINTS, "year"))


MISTAKES: dict[str, tuple[str, ...]] = {
    "limit ⟦once⟧ per customer": (NUMBER,),
    "limit 5 points per ⟦month⟧": ("`customer`",),
    "limit 5 points per customer per ⟦purchase⟧": (PERIOD,),
    "once ⟦a⟧ month": ("`per`",),
    "once per ⟦5⟧": ("`customer`", "a name", PERIOD),
    "whole ⟦points⟧": ("`awards`",),
    "in ⟦spring⟧": ("`campaign`",),
    "in campaign ⟦Spring⟧": (TEXT,),
    "only ⟦one⟧ of x": ("`first`", "`best`"),
    'only best ⟦"g"⟧': ("`of`",),
    "priority ⟦high⟧": (NUMBER, "an operator such as `+`"),
    "pending ⟦until⟧ 2026-01-01": (NUMBER,),
    "expires ⟦in⟧ 90 days": (NUMBER, "`on`"),
    "expires 90 days⟦⟧": ("`after`",),
    "expires 90 days after ⟦earned⟧": ("`award`",),
    "never ⟦end⟧": ("`expires`",),
    "after ⟦they⟧ in": ("`opting`",),
    "with ⟦5⟧ chance": (PERCENT,),
    "with 5%⟦⟧": ("`chance`",),
    "holdout ⟦10⟧": (PERCENT,),
    "funded ⟦Bakery⟧": ("`by`",),
    "because ⟦thanks⟧": (TEXT,),
    "through ⟦2026-11-30 18:00⟧": ("a date such as `2026-11-30`",),
}


@pytest.mark.parametrize("text", MISTAKES)
def test_a_mistake_in_a_clause_says_what_could_stand_there(text: str) -> None:
    clean, (place,) = marked(f"on purchase award 5 points {text}")
    (found,) = parse(clean).diagnostics[:1]
    assert found == syntax(clean, place, *MISTAKES[text])


def test_once_a_period_asks_for_whom() -> None:
    clean, (place,) = marked("on purchase award 5 points once per ⟦month⟧")
    meant = syntax(clean, place, "`customer`", meant="customer per month")
    assert parse(clean).diagnostics == (meant,)
    corrected = clean[: place.start] + "customer per month"
    assert rule_of(corrected).clauses == (ast.Once(per_customer=True, period="month"),)


MEANT = {
    "⟦limitt⟧ 5 points per customer": "limit",
    "⟦limt⟧ 5 points per customer": "limit",
    "⟦holdot⟧ 10%": "holdout",
    "with 5% ⟦chanse⟧": "chance",
    "never ⟦expire⟧": "expires",
    "after ⟦optin⟧ in": "opting",
    'only ⟦frist⟧ of "x"': "first",
}


@pytest.mark.parametrize("text", MEANT)
def test_a_mistyped_word_of_a_clause_is_read_as_meant(text: str) -> None:
    clean, (place,) = marked(f"on purchase award 5 points {text}")
    (found,) = parse(clean).diagnostics
    assert (found.span, found.suggestion) == (place, MEANT[text])
