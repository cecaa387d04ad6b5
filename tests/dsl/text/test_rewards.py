"""Rewards and who gets them: read, written, refused."""

from __future__ import annotations

import pytest

from dsl.text import ast
from dsl.text.format import format_text
from dsl.text.parse import parse
from tests.dsl.text.reading import (
    AMOUNT,
    CLAUSE,
    CONDITION,
    CURRENCY,
    EVER,
    GOLD,
    NAME,
    NUMBER,
    OPERATOR,
    POINTS,
    PURCHASE,
    STATEMENT,
    TEXT,
    VALUE,
    A,
    D,
    X,
    Y,
    cny,
    days,
    marked,
    name,
    number,
    reward_of,
    syntax,
)

PLUS = ast.Arithmetic("+", X, Y)
STEPS = (ast.Step(D(100), number("10")), ast.Step(D(200), number("30")))
OFF_STEPS = (ast.Step(D(100), number("10")), ast.Step(D(300), ast.Percent(D(15))))
TOTAL = ast.EventFigure("total", AMOUNT, ast.Past(PURCHASE, window=EVER))

FORMS: dict[str, ast.RewardForm] = {
    "(x + y) points": ast.Formula(PLUS, POINTS),
    "(5) miles": ast.Formula(number("5"), name("miles")),
    "points by amount (from 100: 10, from 200: 30)": ast.Steps(POINTS, AMOUNT, STEPS),
    "points by customer.age (from 100: 10, from 200: 30)": ast.Steps(
        POINTS, name("customer.age"), STEPS
    ),
    "points by (x + y) (from 100: 10, from 200: 30)": ast.Steps(POINTS, PLUS, STEPS),
    "points by amount (from 100:10, from 20:30)": ast.Steps(
        POINTS, AMOUNT, (STEPS[0], ast.Step(D(20), number("30")))
    ),
    "points by each part of amount (from 100: 10, from 200: 30)": ast.Bands(POINTS, AMOUNT, STEPS),
    "deduct 50 points": ast.Deduction(number("50"), POINTS),
    "deduct 1 point": ast.Deduction(number("1"), POINTS),
    "deduct 5% of points": ast.Deduction(ast.Percent(D(5)), POINTS),
    "deduct (x + y) points": ast.Deduction(PLUS, POINTS),
    "10% discount": ast.PercentOff("discount", D(10)),
    "10% cashback of amount - x": ast.PercentOff("cashback", D(10), ast.Arithmetic("-", AMOUNT, X)),
    "10% discount of items (a = 1)": ast.PercentOff("discount", D(10), ast.ItemTotal(A)),
    "10% discount of items": ast.PercentOff("discount", D(10), ast.ItemTotal()),
    "10% discount of total of items (a = 1)": ast.PercentOff("discount", D(10), ast.ItemTotal(A)),
    "10% discount of (items)": ast.PercentOff("discount", D(10), name("items")),
    "20 CNY discount": ast.FixedOff("discount", cny("20")),
    "20 CNY cashback of items (a = 1)": ast.FixedOff("cashback", cny("20"), ast.ItemTotal(A)),
    "10 CNY discount per 100 spent": ast.RateOff("discount", cny("10"), D(100)),
    "10 CNY cashback per 100 spent of x prorated": ast.RateOff(
        "cashback", cny("10"), D(100), X, prorated=True
    ),
    "10 CNY discount per 100 spent prorated of x": ast.RateOff(
        "discount", cny("10"), D(100), X, prorated=True
    ),
    "(x + y) discount": ast.FormulaOff("discount", PLUS),
    "discount by amount (from 100: 10, from 300: 15%)": ast.StepsOff("discount", AMOUNT, OFF_STEPS),
    "cashback by (x + y) (from 100: 10, from 300: 15%) of x": ast.StepsOff(
        "cashback", PLUS, OFF_STEPS, X
    ),
    "cheapest 1 of every 3 items free": ast.CheapestFree(1, 3),
    "cheapest 2 of every 5 items (a = 1) free": ast.CheapestFree(2, 5, A),
    'donation 1 CNY for "WWF"': ast.Donation(cny("1"), "WWF"),
    'coupon "W"': ast.Thing("coupon", "W"),
    'coupon "W" valid 30 days': ast.Thing("coupon", "W", days(30)),
    'gift "Mug"': ast.Thing("gift", "Mug"),
    'badge "E"': ast.Thing("badge", "E"),
    'perk "F"': ast.Thing("perk", "F"),
    "tier gold": ast.TierAward(GOLD),
    "tier gold for 30 days": ast.TierAward(GOLD, days(30)),
    'one of (60%: 10 points, 30%: 5 points at most 3, 10%: gift "M")': ast.OneOf(
        (
            ast.Choice(D(60), ast.Flat(D(10), POINTS)),
            ast.Choice(D(30), ast.Flat(D(5), POINTS), number("3")),
            ast.Choice(D(10), ast.Thing("gift", "M")),
        )
    ),
}


@pytest.mark.parametrize("text", FORMS)
def test_forms_are_read_exactly(text: str) -> None:
    assert reward_of(text) == ast.Reward(FORMS[text])
    capped = reward_of(f"{text} at most 20 CNY to gold")
    assert capped == ast.Reward(FORMS[text], cny("20"), ast.AnyOf((GOLD,)))


TARGETS: dict[str, ast.Target] = {
    "referrer": ast.AnyOf((name("referrer"),)),
    "customer.referrer.referrer": ast.AnyOf((name("customer.referrer.referrer"),)),
    "gold or platinum or lapsed": ast.AnyOf((GOLD, name("platinum"), name("lapsed"))),
    "top": ast.AnyOf((name("top"),)),
    "`everyone`": ast.AnyOf((name("everyone"),)),
    "gold and above": ast.AndAbove(GOLD),
    "not gold": ast.NotIn(GOLD),
    "everyone": ast.Everyone(),
    "top 10 by total amount of purchase ever": ast.Top(10, TOTAL),
    "10 at random": ast.AtRandom(10),
}


@pytest.mark.parametrize("text", TARGETS)
def test_targets_are_read_exactly(text: str) -> None:
    assert reward_of(f"5 points to {text}").to == TARGETS[text]


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("1 points", "1 point"),
        ("1 `point`", "1 `point`"),
        ("(x) points at most 5", "(x) points at most 5"),
        ("((x + 1) * 2) points", "((x + 1) * 2) points"),
        ("points by (x) (from 0:1)", "points by x (from 0: 1)"),
        ("points by (x+y)(from 50:10)", "points by (x + y) (from 50: 10)"),
        ("`each` by `each` (from 0: 1)", "each by `each` (from 0: 1)"),
        ("`gift` by x (from 0: 1)", "`gift` by x (from 0: 1)"),
        ("5 `CNY`, 5 gift", "5 `CNY`, 5 gift"),
        ("(1) `discount`", "(1) `discount`"),
        ("deduct (50) points", "deduct 50 points"),
        ("deduct (5%) points", "deduct 5% of points"),
        ("deduct 1 points", "deduct 1 point"),
        ("10% discount of total of items(a=1)", "10% discount of items (a = 1)"),
        ("10% discount of (items + 1)", "10% discount of (items + 1)"),
        ("10% discount of (gross - 10)", "10% discount of gross - 10"),
        (
            "1 CNY discount per 10 spent prorated of x",
            "1 CNY discount per 10 spent of x prorated",
        ),
        ("2 points per 1 of total of items", "2 points per 1 of total of items"),
        ("one of (5%:1 points,1%:2x points)", "one of (5%: 1 point, 1%: 2x points)"),
        ("5 points to `top` or not", "5 points to `top` or not"),
        ("5 points to top 3 by (x+y)", "5 points to top 3 by x + y"),
    ],
)
def test_rewards_are_written_one_way(written: str, canonical: str) -> None:
    text = f"on purchase\naward {canonical}"
    assert format_text(f"on purchase award {written}", rule=True) == text


def test_long_rewards_are_broken_at_their_commas() -> None:
    steps = ", ".join(f"from {n}00000000: {n}0000000" for n in range(1, 6))
    text = f"on purchase\naward points by amount ({steps})"
    lines = format_text(text, rule=True).splitlines()
    assert lines[1] == "award points by amount ("
    assert lines[2] == "    from 100000000: 10000000,"
    assert lines[-1] == "  )"


MISTAKES: dict[str, tuple[str, ...]] = {
    "5 points per 10 ⟦CNY⟧": ("`of`", "`spent`"),
    "10% ⟦of⟧ amount": ("`discount`", "`cashback`"),
    "10% discount of⟦⟧": (VALUE, "`items`"),
    "20 CNY discount per ⟦item⟧": (NUMBER,),
    "points by (⟦from⟧ 100: 10)": (CONDITION,),
    "points by amount ⟦from⟧ 100: 10": ("`(`",),
    "points by amount (⟦100⟧: 10)": ("`from`",),
    "points by amount (from 100 ⟦10⟧)": ("`:`",),
    "points by amount (from 100: ⟦10%⟧)": (NUMBER,),
    "points by each ⟦amount⟧ (from 100: 10)": ("`part`",),
    "cheapest 1 of ⟦3⟧ items free": ("`every`",),
    "cheapest 1 of every 3 items⟦⟧": ("`free`", "`(`"),
    "donation ⟦10%⟧ for x": (NUMBER,),
    "donation 1 CNY ⟦to⟧ x": ("`for`",),
    "gift ⟦Mug⟧": (TEXT,),
    'coupon "W" valid ⟦until⟧ 2026-01-01': (NUMBER,),
    "tier gold for ⟦ever⟧": (NUMBER,),
    "message ⟦hello⟧": (TEXT,),
    "one ⟦(⟧60%: 10 points)": ("`of`",),
    "one of (60% ⟦10⟧ points)": ("`:`",),
    "one of (⟦10⟧: 10 points)": ("a percentage such as `5%`",),
    "one of (60%: 10 points ⟦to⟧ gold)": ("`at`", "`per`", "`)`", "`,`"),
    "5 points to top 10⟦⟧": ("`by`",),
    "5 points to 10⟦⟧": ("`at`",),
    "5 points to gold and ⟦silver⟧": ("`above`",),
    "deduct ⟦points⟧": (NUMBER, "`(`", "a percentage such as `5%`"),
    "deduct 5% ⟦points⟧": ("`of`",),
    "(x) ⟦5⟧": ("`discount`", "`cashback`", NAME),
    "(⟦x > 1⟧) points": (VALUE,),
    "5 points at most 3 ⟦points⟧": ("`to`", CURRENCY, "`,`", CLAUSE, STATEMENT),
    "5 points at ⟦least⟧ 3": ("`most`",),
    "2 points per 1 of x ⟦y⟧": (
        *("`at`", "`to`", "`prorated`", "`,`", OPERATOR, CLAUSE, STATEMENT),
    ),
}


@pytest.mark.parametrize("text", MISTAKES)
def test_a_mistake_in_a_reward_says_what_could_stand_there(text: str) -> None:
    clean, (place,) = marked(f"on purchase award {text}")
    (found,) = parse(clean).diagnostics[:1]
    assert found == syntax(clean, place, *MISTAKES[text])


MEANT = {
    "10% ⟦discont⟧ of amount": "discount",
    "⟦deducted⟧ 5 points": "deduct",
    "⟦cheepest⟧ 1 of every 3 items free": "cheapest",
    'coupon "W" ⟦vaild⟧ 30 days': "valid",
    "5 points to gold and ⟦abov⟧": "above",
    "5 points to 10 at ⟦radnom⟧": "random",
    "1 point per 10 spent ⟦prorate⟧": "prorated",
}


@pytest.mark.parametrize("text", MEANT)
def test_a_mistyped_word_of_a_reward_is_read_as_meant(text: str) -> None:
    clean, (place,) = marked(f"on purchase award {text}")
    (found,) = parse(clean).diagnostics
    assert (found.span, found.suggestion) == (place, MEANT[text])


@pytest.mark.parametrize(
    "text",
    [
        *("cheapest ⟦0⟧ of every 3 items free", "cheapest 1 of every ⟦1.5⟧ items free"),
        *("5 points to top ⟦0⟧ by x", "5 points to ⟦0.5⟧ at random", 'coupon "W" valid ⟦0⟧ days'),
    ],
)
def test_a_count_in_a_reward_is_whole(text: str) -> None:
    clean, (place,) = marked(f"on purchase award {text}")
    (found,) = parse(clean).diagnostics
    assert (found.code, found.span) == ("bad-literal", place)


def test_a_unit_of_three_capitals_is_told_from_a_currency_by_what_follows() -> None:
    assert reward_of("5 ABC").form == ast.Flat(D(5), name("ABC"))
    assert reward_of("5 ABC discount").form == ast.FixedOff("discount", ast.Money(D(5), "ABC"))
    assert parse("on purchase award 5 ABC").document is not None
