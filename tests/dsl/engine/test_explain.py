"""Decisions as sentences: what was paid, what cut it, which test failed and by how much."""

from __future__ import annotations

from typing import Any

import pytest

from dsl.engine.decision import CounterKey
from dsl.engine.explain import decimal_text, explain
from dsl.engine.live import Live
from tests.programs import HEAD, compiled, event

TIERS = HEAD + "tier silver: 100 spent ever\ntier gold: 1000 spent ever\n"
BASE = 'rule "base": on purchase award 1 point per 1 spent\n'


def told(text: str, *raws: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    """What is said of each rule on the last of some events of one customer."""
    program = compiled(text)
    live, used = Live(program, "c1"), dict[CounterKey, int]()
    for number, raw in enumerate(raws):
        given = {"at": f"2026-11-{number + 1:02}T10:00:00Z", **raw}
        decision = live.decide(event(program.program, id=f"e{number}", **given), used)
    return {one.rule: one.sentences for one in explain(program.program, decision)}


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        ("award 25 points", "+25 points"),
        ("award 1 point per 2 spent", "+90 points: 1 point per 2 spent"),
        ("award 1 point\n per 1 spent at most 7", "+7 points: 1 point per 1 spent at most 7"),
        ("award 2x points", "+180 points: 2x points on a base of 180 points"),
        (
            "where amount >= 200 award 1 point",
            "`amount >= 200` does not hold: 180 is 20 short of 200",
        ),
        ("where amount <= 100 award 1 point", "`amount <= 100` does not hold: 180 is 80 above 100"),
        ("where amount < 180 award 1 point", "`amount < 180` does not hold: it is 180"),
        ("where tax > 1 award 1 point", "`tax > 1` does not hold: a value in it is not known"),
        ('where channel = "web" award 1 point', '`channel = "web"` does not hold'),
        (
            'where store = "s1" award 1 point',
            '`store = "s1"` does not hold: a value in it is not known',
        ),
        ("where day = monday award 1 point", "`day = monday` does not hold: it is sunday"),
        ("where hour >= 12 award 1 point", "`hour >= 12` does not hold: 10 is 2 short of 12"),
        ("where time < 09:30 award 1 point", "`time < 09:30` does not hold: it is 10:00:00"),
        (
            "where date = 2026-12-24 award 1 point",
            "`date = 2026-12-24` does not hold: it is 2026-11-01",
        ),
        ("where tier = gold award 1 point", "`tier = gold` does not hold: it is no tier"),
        (
            "where amount > 100 and (tax > 1 or amount = 5) award 1 point",
            "`tax > 1 or amount = 5` does not hold",
        ),
        ("award 1 point to gold", "only for gold; the customer has no tier"),
        ("award 1 point per 1000 spent", "comes to nothing on this event"),
        ("award 1 point from 2027-01-01", "not in force before 2027-01-01 00:00"),
        ("award 1 point through 2026-01-31", "no longer in force since 2026-02-01 00:00"),
        ("award 1 point from 2026-01-01 through 2026-01-31", "not in force on that day"),
    ],
)
def test_one_sentence_says_what_a_rule_did(rule: str, sentence: str) -> None:
    said = told(TIERS + BASE + f'rule "r": on purchase {rule}', {"amount": "180", "channel": "app"})
    assert said["r"] == (sentence,)


def test_the_tier_that_was_not_enough_is_named() -> None:
    text = TIERS + 'rule "r": on purchase award 1 point to gold'
    said = told(text, {"amount": "100"}, {"amount": "1"})
    assert said["r"] == ("only for gold; the customer's tier is silver",)


@pytest.mark.parametrize(
    ("clause", "first", "second"),
    [
        (
            "limit 200 points per customer per month",
            (
                "+20 points: 1 point per 1 spent",
                (
                    "limit of 200 points per customer per month: 180 of 200 used, 20 left, "
                    "180 cut to 20"
                ),
            ),
            ("limit of 200 points per customer per month: 200 of 200 used, nothing left",),
        ),
        (
            "budget 2 times",
            ("+180 points: 1 point per 1 spent",),
            ("budget of 2 times: 2 of 2 used, nothing left",),
        ),
    ],
)
def test_what_a_limit_cut_is_said(
    clause: str, first: tuple[str, ...], second: tuple[str, ...]
) -> None:
    text = HEAD + f'rule "r": on purchase award 1 point per 1 spent {clause}'
    purchases = [{"amount": "180"}] * 3
    assert told(text, *purchases[:2])["r"] == first
    assert told(text, *purchases)["r"] == second


def test_the_programs_own_limit_is_told_apart() -> None:
    text = HEAD.replace("USD", "USD limit 10 points per customer") + BASE
    assert told(text, {"amount": "180"})["base"] == (
        "+10 points: 1 point per 1 spent",
        "the program's limit of 10 points per customer: 0 of 10 used, 10 left, 180 cut to 10",
    )


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [(0, 0, "0"), (5, 2, "0.05"), (-1250, 2, "-12.5"), (1234567, 0, "1234567"), (100, 2, "1")],
)
def test_scaled_numbers_are_written_exactly(value: int, decimals: int, text: str) -> None:
    assert decimal_text(value, decimals) == text
