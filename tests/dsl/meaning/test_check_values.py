"""What the forms of the whole language come to once they are checked."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from dsl.meaning import catalogue, checked
from dsl.meaning.check import Part, check
from dsl.meaning.checked import Const, EventField, Exact, Past, PastField
from dsl.meaning.types import FLAG, Kind, Type, Unit
from dsl.text import ast

HEAD = """program "Club" timezone "Europe/Berlin" currency EUR
event dinner: friend customer, dishes list
event walks: km number
unit stars: precision 2, round half up, expire at end of next year, pending 14 days, worth 0.01 EUR,
  redeem at least 5, redeem in steps of 0.5, never below zero
tier silver: 100 spent ever
tier gold: 300 stars held or 10 purchases where (amount > 5) in last 12 months and 50 points earned
  in this year, keep until end of next year, grace 3 months, one step at a time, perks "A", "B"
tier prime: by award
segment lapsed: no purchase in last 60 days
list promo: "A-1", "A-2"
parameter least: 200 "Least purchase that counts"
campaign "Spring": from 2026-03-01 through 2026-03-31
  budget 50000 points limit 500 points per customer
gift "Mug": worth 30 EUR, cost 12.50 EUR, stock 100
"""
COUNT, MONEY, NUMBER, TEXT = catalogue.COUNT, catalogue.MONEY, catalogue.NUMBER, catalogue.TEXT
POINTS = catalogue.POINTS
AMOUNT, GROSS = EventField("amount", type=MONEY), EventField("gross", type=MONEY)
CUSTOMER = Type(Kind.CUSTOMER)
DISCOUNT = Unit("discount", 2, "half up", is_money=True)
CASHBACK = Unit("cashback", 2, "half up", is_money=True)
WEEK = ast.Last(ast.Duration(7, "day"))


def program(text: str = "on purchase award 1 point", *, rule: bool = True) -> checked.Program:
    result = check([Part(HEAD), Part(text, rule="r" if rule else None)])
    assert result.program is not None, result.diagnostics
    return result.program


def rule(text: str) -> checked.Rule:
    return program(text).rules[0]


def where(condition: str, event: str = "purchase") -> checked.Condition | None:
    return rule(f"on {event} where {condition} award 1 point").where


def number(value: int, decimals: int = 0) -> Const:
    return Const(value, type=Type(Kind.NUMBER, decimals))


def count(past: Past) -> checked.EventCount:
    return checked.EventCount(past, type=COUNT)


def compared(op: str, left: checked.Expr, right: checked.Expr) -> checked.Comparison:
    return checked.Comparison(op, left, right, type=FLAG)  # type: ignore[arg-type]  # an operator


CONDITIONS = [
    ("no purchase in last 7 days", compared("=", count(Past("purchase", window=WEEK)), number(0))),
    ("at least 3 reviews ever", compared(">=", count(Past("review")), number(3))),
    ("more than 3 previous reviews ever",
     compared(">", count(Past("review", previous=True)), number(3))),
    ("number of walk ever = 2", compared("=", count(Past("walks")), number(2))),
    ("number of purchases where (amount > this.amount and month = june) ever > 1",
     compared(">", count(Past("purchase", where=checked.Conjunction((
         compared(">", PastField("amount", type=MONEY), AMOUNT),
         compared("=", checked.Calendar("month", past=True, type=Type(Kind.MONTH)),
                  Const(6, type=Type(Kind.MONTH))),
     ), type=FLAG))), number(1))),
    ("number of referral as referrer ever > 1",
     compared(">", count(Past("referral", role="referrer")), number(1))),
    ("number of signups by anyone with same device ever > 1",
     compared(">", count(Past("signup", anyone=True, same=("device",))), number(1))),
    ("first purchase where (amount > 5)", checked.Nth(1, False, Past(  # noqa: FBT003 - every
        "purchase", where=compared(">", PastField("amount", type=MONEY), number(5))), type=FLAG)),
    ("every 5th purchase in this month", checked.Nth(5, True, Past(  # noqa: FBT003 - every
        "purchase", window=ast.This("month")), type=FLAG)),
    ("channel in list promo", checked.Membership(EventField("channel", type=TEXT),
        (Const("A-1", type=TEXT), Const("A-2", type=TEXT)), negated=False, type=FLAG)),
    ("amount >= least", compared(">=", AMOUNT, number(200))),
    ("customer.tags has \"vip\"", checked.HasTag(
        checked.CustomerField("tags", type=Type(Kind.TAGS)), Const("vip", type=TEXT), type=FLAG)),
    ("channel starts with \"w\"", checked.TextTest("starts with",
        EventField("channel", type=TEXT), Const("w", type=TEXT), type=FLAG)),
    ("in segment lapsed", checked.InSegment("lapsed", type=FLAG)),
    ("has badge \"B\"", checked.Holds("badge", "B", type=FLAG)),
    ("is birthday or birthday month", checked.Disjunction(
        (checked.IsBirthday(type=FLAG), checked.BirthdayMonth(type=FLAG)), type=FLAG)),
    ("referrer.city = \"Oslo\"", compared("=", checked.OtherField(
        EventField("referrer", type=CUSTOMER), (), "city", type=TEXT), Const("Oslo", type=TEXT))),
    ("customer.referrer.referrer.city = \"Oslo\"", compared("=", checked.OtherField(
        checked.CustomerField("referrer", type=CUSTOMER), ("referrer",), "city", type=TEXT),
        Const("Oslo", type=TEXT))),
    ("stars > 1.5", compared(">", checked.Balance(
        program().units["stars"], type=Type(Kind.NUMBER, 2)), number(15, 1))),
    ("left to gold < 5", compared("<", checked.LeftTo(2, type=Type(Kind.NUMBER, 2)), number(5))),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), CONDITIONS)
def test_a_condition_is_what_it_asks(text: str, expected: checked.Condition) -> None:
    assert where(text) == expected


def test_a_place_is_exact() -> None:
    found = where("distance to (31.23, -121.47) < 1", "checkin")
    assert isinstance(found, checked.Comparison)
    assert found.left == checked.Distance(
        Decimal("31.23"), Decimal("-121.47"), type=Type(Kind.NUMBER, 3)
    )


def test_the_items_of_an_event_are_its_list_whatever_it_is_called() -> None:
    found = where('any item (sku = "A")', "dinner")
    sku = checked.ItemField("sku", type=TEXT)
    inner = compared("=", sku, Const("A", type=TEXT))
    assert found == checked.ItemTest("any", inner, type=FLAG)


REWARDS = [
    ("(amount * 2) points", checked.Formula(checked.Arithmetic(
        "*", AMOUNT, number(2), type=Type(Kind.MONEY, 4))), POINTS),
    ("points by amount (from 100: 10, from 200: 30)", checked.Steps(
        AMOUNT, (checked.Step(Exact(100), Exact(10)), checked.Step(Exact(200), Exact(30)))),
     POINTS),
    ("points by each part of amount (from 0: 1)", checked.Bands(
        AMOUNT, (checked.Step(Exact(0), Exact(1)),)), POINTS),
    ("deduct 50 points", checked.Deduction(number(50), percent=False), POINTS),
    ("deduct 5% of points", checked.Deduction(number(5, 2), percent=True), POINTS),
    ("10% discount", checked.Share(Exact(1, 1), GROSS), DISCOUNT),
    ("5% cashback of tax", checked.Share(Exact(5, 2), EventField("tax", type=MONEY)), CASHBACK),
    ("5% cashback", checked.Share(Exact(5, 2), AMOUNT), CASHBACK),
    ("20 EUR discount", checked.Flat(Exact(20)), DISCOUNT),
    ("20 EUR discount of items (sku = \"A\")", checked.Flat(Exact(20), checked.ItemTotal(
        compared("=", checked.ItemField("sku", type=TEXT), Const("A", type=TEXT)),
        type=Type(Kind.MONEY, 8))), DISCOUNT),
    ("10 EUR discount per 100 spent", checked.Rate(
        Exact(10), Exact(100), GROSS, prorated=False), DISCOUNT),
    ("(amount / 2) cashback", checked.Formula(checked.Arithmetic(
        "/", AMOUNT, number(2), type=Type(Kind.MONEY, 6))), CASHBACK),
    ("discount by amount (from 100: 10, from 300: 15%)", checked.Steps(AMOUNT, (
        checked.Step(Exact(100), Exact(10)), checked.Step(Exact(300), Exact(15, 2), percent=True),
    ), GROSS), DISCOUNT),
    ("cheapest 1 of every 3 items free", checked.CheapestFree(1, 3, None), DISCOUNT),
    ("coupon \"W\" valid 30 days", checked.Thing("coupon", "W", ast.Duration(30, "day")), None),
    ("tier gold for 30 days", checked.TierAward(2, ast.Duration(30, "day")), None),
    ("message \"Only {left to silver} to go\"", checked.Message(
        ("Only ", checked.LeftTo(1, type=MONEY), " to go")), None),
    ("one of (60%: 10 points at most 5, 10%: gift \"Mystery\")", checked.OneOf((
        checked.Choice(Exact(6, 1), checked.Reward(checked.Flat(Exact(10)), POINTS, 5)),
        checked.Choice(Exact(1, 1), checked.Reward(checked.Thing("gift", "Mystery"), None)),
    )), None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "form", "unit"), REWARDS)
def test_a_reward_is_what_it_gives(text: str, form: checked.RewardForm, unit: Unit | None) -> None:
    (found,) = rule(f"on purchase award {text}").rewards
    assert (found.form, found.unit) == (form, unit)


def test_money_is_in_the_currencys_precision() -> None:
    (gift,) = rule('on purchase award donation 1.5 EUR for "WWF"').rewards
    assert gift.unit == Unit("donation", 2, "half up", is_money=True)
    assert gift.donee == "WWF"
    (capped,) = rule("on purchase award 10% discount at most 20.50 EUR").rewards
    assert capped.at_most == 2050
    yen = check([Part('program "P" currency JPY\non purchase award 5% cashback at most 20.5 JPY')])
    assert yen.program is not None
    assert yen.program.rules[0].rewards[0].at_most == 20


TARGETS = [
    ("on purchase", "lapsed", checked.Group(segments=frozenset({"lapsed"})), None),
    ("on purchase", "gold or lapsed", checked.Group(frozenset({2}), frozenset({"lapsed"})), None),
    ("on purchase", "not lapsed",
     checked.Group(segments=frozenset({"lapsed"}), negated=True), None),
    ("on dinner", "friend", None, EventField("friend", type=CUSTOMER)),
    ("on birthday", "customer.referrer", None, checked.CustomerField("referrer", type=CUSTOMER)),
    ("on every monday", "10 at random", checked.AtRandom(10), None),
    ("on day 1 of every month", "top 10 by points",
     checked.Top(10, checked.Balance(POINTS, type=COUNT)), None),
]  # fmt: skip


@pytest.mark.parametrize(("start", "target", "audience", "recipient"), TARGETS)
def test_a_target_is_who_it_names(
    start: str,
    target: str,
    audience: checked.Group | checked.Top | checked.AtRandom | None,
    recipient: checked.Expr | None,
) -> None:
    (found,) = rule(f"{start} award 1 point to {target}").rewards
    assert (found.audience, found.recipient) == (audience, recipient)


def test_every_clause_is_kept() -> None:
    found = rule(
        """on share award 1 point once per customer per post_id per month once per network
        limit 50 EUR per customer whole awards only in campaign "Spring" only best of "g"
        priority 10 pending 14 days
        expires 90 days after award after opting in with 5% chance holdout 12.5%
        funded by "Bakery" 50% because "Thanks" """
    )
    post, network = EventField("post_id", type=TEXT), EventField("network", type=TEXT)
    assert found.once == (
        checked.Once("rule:r:once:customer:.post_id:month", True, post, "month"),  # noqa: FBT003
        checked.Once("rule:r:once:.network", False, network, None),  # noqa: FBT003
    )
    assert found.allowances == (
        checked.Allowance("rule:r:limit:money", "limit", "money", Exact(50), None, None),
    )
    assert (found.whole_only, found.campaign, found.group) == (True, "Spring", ("best", "g"))
    assert (found.priority, found.pending) == (10, ast.Duration(14, "day"))
    assert found.expiry == ast.ExpiresAfter(ast.Duration(90, "day"))
    assert (found.opt_in, found.chance, found.holdout) == (True, Exact(5, 2), Exact(125, 3))
    assert (found.funding, found.because) == (checked.Funding("Bakery", Exact(5, 1)), "Thanks")


TRIGGERS: list[tuple[str, ast.Trigger]] = [
    ("walk", ast.EventTrigger((ast.Name(("walks",)),))),
    ("7 days after walk",
     ast.Around(ast.Duration(7, "day"), "after", ast.Name(("walks",)))),
    ("60 days without purchases", ast.Without(ast.Duration(60, "day"), ast.Name(("purchase",)))),
    ("tier upgrade to gold", ast.TierChange("upgrade", ast.Name(("gold",)))),
    ("star expiring in 30 days", ast.Expiring(ast.Name(("stars",)), ast.Duration(30, "day"))),
    ("every monday at 09:00", ast.EveryWeekday(0, ast.Time(dt.time(9)))),
    ("last day of every month", ast.EveryMonth(None)),
]  # fmt: skip


@pytest.mark.parametrize(("text", "trigger"), TRIGGERS)
def test_a_trigger_has_names_as_they_were_declared(text: str, trigger: ast.Trigger) -> None:
    assert rule(f"on {text} award 1 point").trigger == trigger


def test_declarations_are_ready_to_be_used() -> None:
    found = program()
    stars = found.units["stars"]
    assert stars == Unit(
        "stars",
        2,
        "half up",
        worth=Exact(1, 2),
        pending=ast.Duration(14, "day"),
        expiry=ast.ExpireAtEnd("next", "year"),
        redeem_least=500,
        redeem_step=50,
        never_below_zero=True,
    )
    assert found.things["gift", "Mug"] == checked.ThingInfo(
        "gift", "Mug", Exact(30), Exact(125, 1), 100
    )
    assert found.parameters == {"least": number(200)}
    assert found.events["redeem"].attributes["stars"].type == NUMBER
    spring = found.campaigns["Spring"]
    assert [one.name for one in spring.allowances] == [
        "campaign:Spring:budget:points",
        "campaign:Spring:limit:points",
    ]
    assert spring.starts is not None


def test_a_tier_is_held_by_any_of_its_ways_and_kept() -> None:
    _, gold, prime = program().tiers
    held, bought = gold.items
    assert held == (
        checked.AtLeast(
            checked.Balance(program().units["stars"], type=Type(Kind.NUMBER, 2)), Exact(300)
        ),
    )
    assert [one.least for one in bought if isinstance(one, checked.AtLeast)] == [
        Exact(10),
        Exact(50),
    ]
    assert gold.keep == ast.KeepUntilEnd("next", "year")
    assert (gold.grace, gold.one_step, gold.perks) == (ast.Duration(3, "month"), True, ("A", "B"))
    assert (prime.rank, prime.items) == (3, ())


def test_what_can_be_redeemed_has_prices_in_the_units_precision() -> None:
    text = """reward "Coffee": 150 points or 1.5 stars + 5 EUR, to silver and above,
      where (channel = "store"), stock 9, limit 1 times per customer per month, once per customer"""
    found = program(text, rule=False).redeemables["Coffee"]
    assert [(p.unit.name, p.amount, p.money) for p in found.prices] == [
        ("points", 150, None),
        ("stars", 150, Exact(5)),
    ]
    assert found.audience == checked.Group(frozenset({1, 2, 3}))
    assert found.where == compared("=", EventField("channel", type=TEXT), Const("store", type=TEXT))
    assert (found.stock, found.allowances[0].name) == (9, "reward:Coffee:limit:times:month")
    assert found.once == (checked.Once("reward:Coffee:once:customer", True, None, None),)  # noqa: FBT003


def test_a_challenge_is_goals_and_a_rule_of_its_name() -> None:
    text = """challenge "Week": 3 purchases where (any item (category = "coffee")) and 10 items
      within 7 days award gift "Mug" to gold once per customer because "Well done" """
    found = program(text, rule=False).challenges["Week"]
    category = checked.ItemField("category", type=TEXT)
    coffee = compared("=", category, Const("coffee", type=TEXT))
    assert found.goals == (
        checked.Goal(3, "purchase", checked.ItemTest("any", coffee, type=FLAG)),
        checked.Goal(10, "purchase", None, items=True),
    )
    assert (found.within, found.once_per_customer) == (ast.Duration(7, "day"), True)
    assert found.rule.trigger == ast.ChallengeCompleted("Week")
    assert (found.rule.name, found.rule.once, found.rule.because) == ("Week", (), "Well done")


def test_a_guard_looks_at_its_events() -> None:
    text = """guard "Farm": hold signups or dinner
      where number of signups by anyone with same device in last 1 day > 3 because "Too many" """
    (found,) = program(text, rule=False).guards
    assert (found.action, found.events, found.because) == ("hold", ("signup", "dinner"), "Too many")


def test_a_unit_is_its_balance_where_a_redeem_asks_for_it_too() -> None:
    found = where("points > 5", "redeem")
    assert found == compared(">", checked.Balance(POINTS, type=COUNT), number(5))
