"""What a program means once it is checked: kinds, decimals, ranks, instants, lasting names."""

from __future__ import annotations

import datetime as dt

import pytest

from dsl.meaning import catalogue, checked
from dsl.meaning.check import Part, check
from dsl.meaning.checked import Allowance, Const, EventField, Exact
from dsl.meaning.types import FLAG, Kind, Type
from dsl.text import ast

HEAD = """program "Club" timezone "Europe/Berlin" currency EUR
  limit 5000 points per customer per month
attributes of customer: vip flag
event dinner: room one of ("north", "south"), seats number
tier silver: 100.50 spent ever
tier gold: 1000 spent in last 12 months and 300 spent ever or 5000 spent in this year
"""
MONEY, NUMBER = catalogue.MONEY, catalogue.NUMBER


def program(text: str = "on purchase award 1 point") -> checked.Program:
    result = check([Part(HEAD), Part(text, rule="r")])
    assert result.program is not None, result.diagnostics
    return result.program


def rule(text: str) -> checked.Rule:
    return program(text).rules[0]


def where(condition: str, event: str = "purchase") -> checked.Condition:
    found = rule(f"on {event} where {condition} award 1 point").where
    assert found is not None
    return found


def reward(text: str) -> checked.Reward:
    return rule(f"on purchase award {text}").rewards[0]


def instant(text: str) -> int:
    return (
        dt.datetime.fromisoformat(text) - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    ) // dt.timedelta(microseconds=1)


def test_a_program_has_its_frame_and_what_is_declared() -> None:
    found = program()
    assert (found.name, found.timezone, found.currency) == ("Club", "Europe/Berlin", "EUR")
    assert found.customer_attributes["vip"].type == FLAG
    assert found.events["profile"].attributes["vip"].type == FLAG
    assert found.events["dinner"].attributes["room"].type.choices == ("north", "south")
    assert {"device", "channel", "store"} <= set(found.events["dinner"].attributes)
    assert found.units == {"points": catalogue.POINTS}
    points = catalogue.POINTS
    assert found.allowances == (
        Allowance("program:limit:points:month", "limit", "unit", Exact(5000), points, "month"),
    )


def test_a_program_that_says_nothing_has_its_defaults() -> None:
    found = check([]).program
    assert found is not None
    assert (found.name, found.timezone, found.currency) == ("default", "UTC", "USD")
    assert set(catalogue.BUILT_IN_EVENTS) == set(found.events)


def spent(least: Exact, window: ast.Window | None) -> checked.AtLeast:
    amount = checked.PastField("amount", type=MONEY)
    past = checked.Past("purchase", window=window)
    return checked.AtLeast(checked.EventFigure("total", amount, past, type=MONEY), least)


def test_tiers_rank_by_their_order_and_ask_for_totals() -> None:
    year = ast.Last(ast.Duration(12, "month"))
    assert program().tiers == (
        checked.Tier("silver", 1, ((spent(Exact(1005, 1), None),),)),
        checked.Tier(
            "gold",
            2,
            (
                (spent(Exact(1000), year), spent(Exact(300), None)),
                (spent(Exact(5000), ast.This("year")),),
            ),
        ),
    )
    assert [program().tier_name(rank) for rank in (0, 1, 2)] == [None, "silver", "gold"]


AMOUNT, TAX = EventField("amount", type=MONEY), EventField("tax", type=MONEY)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "amount >= 200",
            checked.Comparison(">=", AMOUNT, Const(200, type=Type(Kind.NUMBER)), type=FLAG),
        ),
        (
            "19.90 EUR = amount",
            checked.Comparison("=", Const(199, type=Type(Kind.MONEY, 1)), AMOUNT, type=FLAG),
        ),
        (
            "amount > 5%",
            checked.Comparison(">", AMOUNT, Const(5, type=Type(Kind.NUMBER, 2)), type=FLAG),
        ),
        (
            "date = 2026-11-11",
            checked.Comparison(
                "=",
                checked.Calendar("date", type=Type(Kind.DATE)),
                Const(dt.date(2026, 11, 11).toordinal() - 719_163, type=Type(Kind.DATE)),
                type=FLAG,
            ),
        ),
        (
            "customer.joined < 2026-07-01",
            checked.Comparison(
                "<",
                checked.CustomerField("joined", type=Type(Kind.DATETIME)),
                Const(instant("2026-07-01T00:00:00+02:00"), type=Type(Kind.DATETIME)),
                type=FLAG,
            ),
        ),
        (
            "day = monday",
            checked.Comparison(
                "=",
                checked.Calendar("day", type=Type(Kind.WEEKDAY)),
                Const(0, type=Type(Kind.WEEKDAY)),
                type=FLAG,
            ),
        ),
        (
            "month = january",
            checked.Comparison(
                "=",
                checked.Calendar("month", type=Type(Kind.MONTH)),
                Const(1, type=Type(Kind.MONTH)),
                type=FLAG,
            ),
        ),
        (
            "time >= 09:30",
            checked.Comparison(
                ">=",
                checked.Calendar("time", type=Type(Kind.TIME)),
                Const(34_200_000_000, type=Type(Kind.TIME)),
                type=FLAG,
            ),
        ),
        (
            "tier in (silver, gold)",
            checked.Membership(
                checked.TierNow(type=Type(Kind.TIER)),
                (Const(1, type=Type(Kind.TIER)), Const(2, type=Type(Kind.TIER))),
                negated=False,
                type=FLAG,
            ),
        ),
        (
            "gold <= tier",
            checked.Comparison(
                "<=",
                Const(2, type=Type(Kind.TIER)),
                checked.TierNow(type=Type(Kind.TIER)),
                type=FLAG,
            ),
        ),
        (
            "customer.vip",
            checked.Truth(checked.CustomerField("vip", type=FLAG), type=FLAG),
        ),
        ("coupon is unknown", checked.Known(
            EventField("coupon", type=catalogue.TEXT), negated=True, type=FLAG
        )),
        (
            "any item (amount > 5)",
            checked.ItemTest(
                "any",
                checked.Comparison(
                    ">",
                    checked.ItemField("amount", type=catalogue.LINE_AMOUNT),
                    Const(5, type=Type(Kind.NUMBER)),
                    type=FLAG,
                ),
                type=FLAG,
            ),
        ),
        (
            "any item (tax > 5)",
            checked.ItemTest(
                "any",
                checked.Comparison(">", TAX, Const(5, type=Type(Kind.NUMBER)), type=FLAG),
                type=FLAG,
            ),
        ),
        (
            "amount in (1, tax)",
            checked.Disjunction(
                (
                    checked.Comparison("=", AMOUNT, Const(1, type=Type(Kind.NUMBER)), type=FLAG),
                    checked.Comparison("=", AMOUNT, TAX, type=FLAG),
                ),
                type=FLAG,
            ),
        ),
    ],
)  # fmt: skip
def test_a_condition_is_typed(text: str, expected: checked.Condition) -> None:
    assert where(text) == expected


@pytest.mark.parametrize(
    ("text", "kind", "decimals"),
    [
        ("amount + 0.123456", Kind.MONEY, 6),
        ("amount - tax", Kind.MONEY, 4),
        ("amount * 1.5", Kind.MONEY, 5),
        ("amount * amount * amount", Kind.MONEY, 12),
        ("amount / 3", Kind.MONEY, 6),
        ("amount / gross", Kind.NUMBER, 6),
        ("-amount", Kind.MONEY, 4),
        ("2 * 3", Kind.NUMBER, 0),
        ("total of items", Kind.MONEY, 8),
        ("number of items", Kind.NUMBER, 4),
        ("number of distinct sku of items", Kind.NUMBER, 0),
        ("1.500", Kind.NUMBER, 1),
        ("min(amount, 1.5)", Kind.MONEY, 4),
        ("round(amount * 1.5)", Kind.MONEY, 0),
        ("abs(2.5)", Kind.NUMBER, 1),
        ("points", Kind.NUMBER, 0),
        ("lifetime points", Kind.NUMBER, 0),
        ("points earned in last 30 days", Kind.NUMBER, 0),
        ("left to gold", Kind.MONEY, 4),
        ("days since joined", Kind.NUMBER, 6),
        ("days since previous purchase", Kind.NUMBER, 6),
        ("number of purchases ever", Kind.NUMBER, 0),
        ("total amount of purchase ever", Kind.MONEY, 4),
        ("average amount of purchase ever", Kind.MONEY, 6),
        ("largest rating of review ever", Kind.NUMBER, 4),
        ("number of distinct store of purchase ever", Kind.NUMBER, 0),
        ("number of items of purchase ever", Kind.NUMBER, 4),
        ("total of items of purchase ever", Kind.MONEY, 8),
        ("streak of checkin in days", Kind.NUMBER, 0),
    ],
)
def test_the_decimals_of_an_expression_are_known(text: str, kind: Kind, decimals: int) -> None:
    found = where(f"{text} > 1")
    assert isinstance(found, checked.Comparison)
    assert found.left.type == Type(kind, decimals)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("100 points", checked.Flat(Exact(100))),
        ("2.50 points", checked.Flat(Exact(25, 1))),
        ("1 point per 10 spent", checked.Rate(Exact(1), Exact(10), AMOUNT, prorated=False)),
        ("2 points per 0.5 of tax prorated",
         checked.Rate(Exact(2), Exact(5, 1), TAX, prorated=True)),
        ("5 points per item", checked.PerItem(Exact(5), checked.ItemCount(None, type=NUMBER))),
        ("1 point per 1 spent, 2.5x points", checked.Rate(
            Exact(1), Exact(1), AMOUNT, prorated=False)),
    ],
)  # fmt: skip
def test_a_reward_is_exact(text: str, expected: checked.RewardForm) -> None:
    assert reward(text).form == expected


def test_a_multiplier_is_no_rate() -> None:
    rate, times = rule("on purchase award 1 point per 1 spent at most 500, 2.5x points").rewards
    assert (rate.is_rate, rate.at_most) == (True, 500)
    assert times == checked.Reward(checked.Multiplier(Exact(25, 1)), catalogue.POINTS, at_most=None)
    assert not times.is_rate


@pytest.mark.parametrize(
    ("target", "group"),
    [
        ("", None),
        (" to everyone", None),
        (" to customer", None),
        (" to gold", checked.Group(frozenset({2}))),
        (" to silver or gold", checked.Group(frozenset({1, 2}))),
        (" to silver and above", checked.Group(frozenset({1, 2}))),
        (" to gold and above", checked.Group(frozenset({2}))),
        (" to not gold", checked.Group(frozenset({2}), negated=True)),
    ],
)
def test_who_gets_it_is_a_group_of_ranks(target: str, group: checked.Group | None) -> None:
    found = reward(f"1 point{target}")
    assert (found.audience, found.recipient) == (group, None)


def test_a_tier_serves_the_rewards_before_it_that_have_no_target() -> None:
    gold = checked.Group(frozenset({2}))
    text = "on purchase award 1 point, 2 points to gold, 3 points, 4 points to customer"
    assert [r.audience for r in rule(text).rewards] == [gold, gold, None, None]
    text = "on purchase award 1 point, 2 points to referrer, 3 points to gold"
    found = [(r.audience, r.recipient) for r in rule(text).rewards]
    referrer = EventField("referrer", type=Type(Kind.CUSTOMER))
    assert found == [(gold, None), (None, referrer), (gold, None)]


@pytest.mark.parametrize(
    ("clauses", "starts", "ends"),
    [
        ("", None, None),
        ("from 2026-11-01", "2026-11-01T00:00:00+01:00", None),
        ("from 2026-07-01 18:30", "2026-07-01T18:30:00+02:00", None),
        ("through 2026-11-30", None, "2026-12-01T00:00:00+01:00"),
        ("until 2026-11-30", None, "2026-11-30T00:00:00+01:00"),
        ("until 2026-11-30 18:00", None, "2026-11-30T18:00:00+01:00"),
        # Skipped by the clock: the next that exists; shown twice: the first.
        ("from 2026-03-29 02:30", "2026-03-29T03:00:00+02:00", None),
        ("from 2026-10-25 02:30", "2026-10-25T02:30:00+02:00", None),
        (
            "from 2026-01-01 from 2026-02-01 until 2026-04-01 through 2026-03-01",
            "2026-02-01T00:00:00+01:00",
            "2026-03-02T00:00:00+01:00",
        ),
    ],
)
def test_dates_are_instants_in_the_programs_timezone(
    clauses: str, starts: str | None, ends: str | None
) -> None:
    found = rule(f"on purchase award 1 point {clauses}")
    assert found.starts == (None if starts is None else instant(starts))
    assert found.ends == (None if ends is None else instant(ends))


def test_limits_and_budgets_have_lasting_names() -> None:
    text = """on purchase award 1 point
      limit 3 times per customer limit 500 points per customer per month
      limit 100 points per customer per month budget 50000 points budget 9 times per day"""
    result = check([Part(HEAD), Part(text, rule="Gold double")])
    assert result.program is not None
    points = catalogue.POINTS
    assert result.program.rules[0].allowances == (
        Allowance("rule:Gold double:limit:times", "limit", "times", Exact(3), None, None),
        Allowance(
            "rule:Gold double:limit:points:month", "limit", "unit", Exact(500), points, "month"
        ),
        Allowance(
            "rule:Gold double:limit:points:month#2", "limit", "unit", Exact(100), points, "month"
        ),
        Allowance("rule:Gold double:budget:points", "budget", "unit", Exact(50000), points, None),
        Allowance("rule:Gold double:budget:times:day", "budget", "times", Exact(9), None, "day"),
    )


def test_rules_are_named_by_themselves_by_their_part_or_by_their_number() -> None:
    result = check(
        [
            Part("on purchase award 1 point\nrule \"a\": on purchase award 1 point"),
            Part("on purchase award 1 point", rule="b"),
            Part("on review award 1 point"),
        ]
    )  # fmt: skip
    assert result.program is not None
    assert [r.name for r in result.program.rules] == ["rule 1", "a", "b", "rule 4"]


def test_parts_see_each_others_declarations_in_any_order() -> None:
    rule_text = Part('on dinner where room = "north" award 1 point to gold', rule="r")
    tiers, events = Part("tier gold: 1 spent ever"), Part('event dinner: room one of ("north")')
    first, second = check([rule_text, tiers, events]), check([events, tiers, rule_text])
    assert first.diagnostics == second.diagnostics == ()
    assert first.program == second.program


def test_a_rule_on_several_events_may_name_what_only_one_of_them_has() -> None:
    found = rule("on dinner or review where seats > 2 or rating > 4 award 1 point")
    assert found.events == ("dinner", "review")
    assert rule("on review or review award 1 point").events == ("review",)


def test_what_is_told_to_the_customer_is_kept() -> None:
    text = 'on purchase award 1 point because "Thank you"'
    assert rule(text).because == "Thank you"
    assert rule(text).text == text
