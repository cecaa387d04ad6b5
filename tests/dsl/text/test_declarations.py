"""Declarations, their options and their comments: read, written, refused."""

from __future__ import annotations

import datetime as dt
from textwrap import dedent

import pytest

from dsl.text import ast
from dsl.text.format import format_text
from dsl.text.parse import parse
from tests.dsl.text.reading import (
    CONDITION,
    CONSTANT,
    CURRENCY,
    DATE,
    DATETIME,
    EVER,
    FIVE,
    GOLD,
    NAME,
    NUMBER,
    PERIOD,
    POINTS,
    PURCHASE,
    STATEMENT,
    TARGET,
    TEXT,
    TIME_UNIT,
    WINDOW,
    A,
    D,
    cny,
    days,
    marked,
    months,
    name,
    number,
    statement_of,
    syntax,
)

MILES = name("miles")
YEAR = ast.Last(months(12))
SPRING = (
    ast.From(ast.Date(dt.date(2026, 3, 1))),
    ast.Through(ast.Date(dt.date(2026, 3, 31))),
    ast.Budget(D(50000), POINTS),
    ast.Limit(D(500), POINTS),
)

STATEMENTS: dict[str, ast.Statement] = {
    "unit miles": ast.UnitDecl(MILES),
    "unit point": ast.UnitDecl(POINTS),
    "unit points: expire 12 months after earned, pending 14 days, worth 0.01 CNY": ast.UnitDecl(
        POINTS, (ast.ExpireAfter(months(12)), ast.Pending(days(14)), ast.Worth(cny("0.01")))
    ),
    "unit points: redeem at least 500, redeem in steps of 100": ast.UnitDecl(
        POINTS, (ast.RedeemAtLeast(D(500)), ast.RedeemSteps(D(100)))
    ),
    "unit miles: precision 2, round half up, expire at end of next year, never below zero": (
        ast.UnitDecl(
            MILES,
            (
                ast.Precision(2),
                ast.Rounding("half up"),
                ast.ExpireAtEnd("next", "year"),
                ast.NeverBelowZero(),
            ),
        )
    ),
    "unit a: round up, expire at end of this month": ast.UnitDecl(
        name("a"), (ast.Rounding("up"), ast.ExpireAtEnd("this", "month"))
    ),
    "unit a: round down": ast.UnitDecl(name("a"), (ast.Rounding("down"),)),
    "unit a: round half even": ast.UnitDecl(name("a"), (ast.Rounding("half even"),)),
    "tier gold": ast.TierDecl(GOLD),
    "tier gold: by award": ast.TierDecl(GOLD),
    'tier gold: by award, perks "A"': ast.TierDecl(GOLD, (), (ast.Perks(("A",)),)),
    'tier gold: perks "A", "B", keep 12 months': ast.TierDecl(
        GOLD, (), (ast.Perks(("A", "B")), ast.Keep(months(12)))
    ),
    "tier gold: 5000 spent in last 12 months and 10 purchases in last 12 months "
    'or 300 points held, keep 12 months, perks "Adviser"': ast.TierDecl(
        GOLD,
        (
            (ast.Spent(D(5000), YEAR), ast.EventsItem(D(10), ast.Past(PURCHASE, window=YEAR))),
            (ast.HeldItem(D(300), POINTS),),
        ),
        (ast.Keep(months(12)), ast.Perks(("Adviser",))),
    ),
    "tier gold: 500 points earned this year or where (a = 1) or 1 spent where (a = 1) ever": (
        ast.TierDecl(
            GOLD,
            (
                (ast.EarnedItem(D(500), POINTS, ast.This("year")),),
                (ast.WhereItem(A),),
                (ast.EventsItem(D(1), ast.Past(name("spent"), where=A, window=EVER)),),
            ),
        )
    ),
    "tier gold: 1 referral as referrer ever, keep until end of next year, grace 3 months, "
    "one step at a time": ast.TierDecl(
        GOLD,
        ((ast.EventsItem(D(1), ast.Past(name("referral"), role=name("referrer"), window=EVER)),),),
        (ast.KeepUntilEnd("next", "year"), ast.Grace(months(3)), ast.OneStep()),
    ),
    "segment lapsed: no purchase in last 60 days and days since joined > 60": ast.SegmentDecl(
        name("lapsed"),
        ast.And(
            (
                ast.EventTest("no", 0, ast.Past(PURCHASE, window=ast.Last(days(60)))),
                ast.Comparison(">", ast.DaysSinceJoined(), number("60")),
            )
        ),
    ),
    'list promo: "A-1", "A-2"': ast.ListDecl(name("promo"), (ast.Text("A-1"), ast.Text("A-2"))),
    "list codes: 1, 2.5, 10 CNY, 5%": ast.ListDecl(
        name("codes"), (number("1"), number("2.5"), cny("10"), ast.Percent(D(5)))
    ),
    'parameter least: 200 "Least purchase that counts"': ast.ParameterDecl(
        name("least"), number("200"), "Least purchase that counts"
    ),
    "parameter window: 30 days": ast.ParameterDecl(name("window"), days(30)),
    'parameter word: "a" "b"': ast.ParameterDecl(name("word"), ast.Text("a"), "b"),
    'campaign "Spring"': ast.CampaignDecl("Spring"),
    'campaign "Spring": from 2026-03-01 through 2026-03-31 budget 50000 points '
    "limit 500 points per customer": ast.CampaignDecl("Spring", SPRING),
    'campaign "C": until 2026-03-01 18:00 once per customer': ast.CampaignDecl(
        "C",
        (
            ast.Until(ast.DateTime(dt.datetime(2026, 3, 1, 18))),  # noqa: DTZ001 - local
            ast.Once(per_customer=True),
        ),
    ),
    'gift "Mug": worth 30 CNY, cost 12 CNY, stock 100': ast.ThingDecl(
        "gift", "Mug", (ast.Worth(cny("30")), ast.Cost(cny("12")), ast.Stock(100))
    ),
    'coupon "C"': ast.ThingDecl("coupon", "C"),
    'badge "B": stock 0': ast.ThingDecl("badge", "B", (ast.Stock(0),)),
    'perk "P": cost 1 CNY': ast.ThingDecl("perk", "P", (ast.Cost(cny("1")),)),
    'reward "F": 150 points': ast.RewardDecl("F", (ast.Price(D(150), POINTS),)),
    'reward "F": 150 points or 80 points + 5 CNY, to gold and above, where (a = 1), stock 100, '
    "limit 1 times per customer per month, once per customer": ast.RewardDecl(
        "F",
        (ast.Price(D(150), POINTS), ast.Price(D(80), POINTS, cny("5"))),
        (
            ast.For(ast.AndAbove(GOLD)),
            ast.Where(A),
            ast.Stock(100),
            ast.Limit(D(1), name("times"), "month"),
            ast.Once(per_customer=True),
        ),
    ),
    'challenge "W": 3 purchases where (a = 1) and 1 review within 7 days award 5 points '
    "once per customer": ast.ChallengeDecl(
        "W",
        (ast.EventGoal(3, PURCHASE, A), ast.EventGoal(1, name("review"))),
        days(7),
        (FIVE,),
        (ast.Once(per_customer=True),),
    ),
    'challenge "W": 10 items (a = 1) within 7 days award 5 points': ast.ChallengeDecl(
        "W", (ast.ItemGoal(10, A),), days(7), (FIVE,)
    ),
    'guard "G": hold signup where a = 1': ast.GuardDecl("G", "hold", (name("signup"),), A),
    'guard "G": reject signup or purchases where a = 1 because "B"': ast.GuardDecl(
        "G", "reject", (name("signup"), PURCHASE), A, "B"
    ),
    'guard "G": flag refund where a = 1': ast.GuardDecl("G", "flag", (name("refund"),), A),
}


@pytest.mark.parametrize("text", STATEMENTS)
def test_declarations_are_read_exactly(text: str) -> None:
    assert statement_of(text) == STATEMENTS[text]


@pytest.mark.parametrize("text", STATEMENTS)
def test_declarations_are_written_as_they_are_read(text: str) -> None:
    written = format_text(text)
    assert statement_of(written) == STATEMENTS[text]
    assert format_text(written) == written


def test_a_declaration_ends_where_the_next_one_starts() -> None:
    parsed = parse(" ".join(STATEMENTS))
    assert parsed.document is not None
    assert parsed.document.statements == tuple(STATEMENTS.values())


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("tier gold", "tier gold: by award"),
        ("tier gold: 1 purchases ever", "tier gold: 1 purchase ever"),
        ("tier gold: 2 purchase ever", "tier gold: 2 purchases ever"),
        ("tier gold: 1 points held", "tier gold: 1 point held"),
        ("tier gold: 1 `spent` ever", "tier gold: 1 `spent` ever"),
        ("tier `tier`: 1 spent ever", "tier tier: 1 spent ever"),
        ("segment x: (a = 1)", "segment x: a = 1"),
        ("list x:1,2", "list x: 1, 2"),
        (
            'challenge "W": 1 purchases and 2 review within 1 days award 5 points',
            'challenge "W":\n  1 purchase and 2 reviews within 1 day\n  award 5 points',
        ),
        ('guard "G": hold purchases where a=1', 'guard "G":\n  hold purchase\n  where a = 1'),
        ('campaign "C"', 'campaign "C"'),
        ("unit `point`", "unit `point`"),
    ],
)
def test_declarations_are_written_one_way(written: str, canonical: str) -> None:
    assert format_text(written) == f"{canonical}\n"


COMMENTED = """\
unit points:  # whole
  expire 12 months after earned,  # a year
  # not at once
  pending 14 days

tier gold:
  # rich
  5000 spent in last 12 months  # or nearly
    and 10 purchases ever
  or 300 points held,  # saved
  # at least
  keep 12 months

segment lapsed:
  # long ago
  no purchase in last 60 days  # two months
    and days since joined > 60

list promo:
  "A-1",  # first
  # second
  "A-2"

campaign "Spring":
  # begins
  from 2026-03-01
  through 2026-03-31  # ends

gift "Mug": stock 100  # few

reward "Coffee":
  150 points  # dear
    or 80 points + 5 CNY,
  # who
  to silver and above

challenge "Week":  # of coffee
  # what to do
  3 purchases and 1 review within 7 days
  # what for
  award gift "Mug"  # blue
  # how often
  once per customer

guard "Farm":
  hold signup  # many
  # when
  where a = 1
    # or so
    or b = 2
  because "so"
"""


def test_comments_of_declarations_keep_their_places() -> None:
    assert format_text(COMMENTED) == COMMENTED


def test_kinds_of_declarations_are_set_apart_and_blocks_from_each_other() -> None:
    text = (
        'gift "A" gift "B" badge "C" guard "D": hold signup where a = 1 guard "E": hold '
        "signup where a = 1"
    )
    assert format_text(text) == dedent("""\
        gift "A"
        gift "B"
        badge "C"

        guard "D":
          hold signup
          where a = 1

        guard "E":
          hold signup
          where a = 1
        """)


MISTAKES: dict[str, tuple[str, ...]] = {
    "unit points ⟦expire⟧ 12 months after earned": ("`:`", STATEMENT),
    "unit points: worth 0.01⟦⟧": (CURRENCY,),
    "unit points: expire 12 months after ⟦award⟧": ("`earned`",),
    "unit points: expire at end of ⟦year⟧": ("`this`", "`next`"),
    "unit points: expire at end of next ⟦12⟧": (PERIOD,),
    "unit points: expire ⟦never⟧": (NUMBER, "`at`"),
    "unit points: redeem ⟦500⟧": ("`in`", "`at`"),
    "unit points: round half ⟦5⟧": ("`up`", "`even`"),
    "unit points: precision ⟦two⟧": (NUMBER,),
    "unit points: never ⟦negative⟧": ("`below`",),
    "tier gold: 5000 spent⟦⟧": (WINDOW,),
    "tier gold: 300 points ⟦>⟧ 5": (WINDOW, "`where`", "`with`", "`by`", "`held`", "`as`"),
    "tier gold: 5 spent ever ⟦keep⟧ 12 months": ("`and`", "`or`", "`,`", STATEMENT),
    "tier gold: keep until ⟦2026-01-01⟧": ("`end`",),
    "tier gold: where ⟦a⟧ = 1": ("`(`",),
    "tier gold: one ⟦tier⟧ at a time": ("`step`",),
    'tier gold: 5 spent ever, ⟦"Adviser"⟧': ("`perks`",),
    "segment x ⟦a⟧ = 1": ("`:`",),
    "segment x:⟦⟧": (CONDITION,),
    "list x: ⟦promo⟧": (CONSTANT,),
    "parameter x ⟦5⟧": ("`:`",),
    "parameter x: ⟦-⟧5": (CONSTANT,),
    'campaign "S": ⟦for⟧ everyone': (
        *("`until`", "`from`", "`limit`", "`once`", "`budget`", "`through`"),
    ),
    'campaign "S": from ⟦monday⟧': (DATE, DATETIME),
    "gift ⟦Mug⟧": (TEXT,),
    'gift "Mug" ⟦worth⟧ 30 CNY': ("`:`", STATEMENT),
    'gift "Mug": ⟦valid⟧ 30 days': ("`worth`", "`cost`", "`stock`"),
    'reward "F": ⟦free⟧': (NUMBER,),
    'reward "F": 5 points + 5 ⟦points⟧': (CURRENCY,),
    'reward "F": 5 points, ⟦for⟧ gold': ("`where`", "`to`", "`stock`", "`limit`", "`once`"),
    'reward "F": 5 points, to⟦⟧': (TARGET,),
    'challenge "C": ⟦purchase⟧ within 5 days': (NUMBER,),
    'challenge "C": 3 purchases ⟦award⟧ gift "X"': ("`where`", "`and`", "`within`"),
    'challenge "C": 3 purchases within 7 ⟦award⟧ gift "X"': (TIME_UNIT,),
    'guard "G": ⟦block⟧ signup': ("`flag`", "`hold`", "`reject`"),
    'guard "G": hold ⟦5⟧': (NAME,),
    'guard "G": hold signup ⟦because⟧ "x"': ("`where`", "`or`"),
}


@pytest.mark.parametrize("text", MISTAKES)
def test_a_mistake_in_a_declaration_says_what_could_stand_there(text: str) -> None:
    clean, (place,) = marked(text)
    (found,) = parse(clean).diagnostics[:1]
    assert found == syntax(clean, place, *MISTAKES[text])


MEANT = {
    "unit points: ⟦expires⟧ 12 months after earned": "expire",
    "unit points: ⟦precison⟧ 2": "precision",
    "⟦segmnt⟧ x: a = 1": "segment",
    'tier gold: by award, ⟦perk⟧ "A"': "perks",
    "tier gold: 5 spent ever, ⟦keeps⟧ 12 months": "keep",
    '⟦chalenge⟧ "C": 3 purchases within 7 days award 5 points': "challenge",
    '⟦gaurd⟧ "C": hold signup where a = 1': "guard",
    'gift "Mug": ⟦costs⟧ 12 CNY': "cost",
    'campaign "S": ⟦form⟧ 2026-01-01': "from",
}


@pytest.mark.parametrize("text", MEANT)
def test_a_mistyped_word_of_a_declaration_is_read_as_meant(text: str) -> None:
    clean, (place,) = marked(text)
    (found,) = parse(clean).diagnostics
    assert (found.span, found.suggestion) == (place, MEANT[text])


@pytest.mark.parametrize("word", ["tier", "at", "day", "points", "list", "min", "first", "where"])
def test_any_word_can_be_declared(word: str) -> None:
    for text, kind in (
        *((f"tier {word}: 1 spent ever", ast.TierDecl), (f"unit {word}", ast.UnitDecl)),
        *((f"segment {word}: a = 1", ast.SegmentDecl), (f"list {word}: 1", ast.ListDecl)),
        *((f"parameter {word}: 1", ast.ParameterDecl), (f"event {word}", ast.EventDecl)),
    ):
        statement = statement_of(text)
        assert isinstance(statement, kind)
        assert statement.name == name(word)
