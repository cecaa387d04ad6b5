"""What live decisions do not run yet: named, placed, and not put in force."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy.orm import Session

from app.models import Program, User
from app.services import approvals, rules
from app.services.errors import Invalid
from app.services.gaps import gaps
from app.services.ingest import Refused, ingest
from tests.app.given import BASE, HEAD, publish
from tests.programs import checked

RULE = 'rule "r": on purchase award 1 point'
BY_ANYONE = (
    'rule "r": on purchase where number of purchases by anyone with same store ever > 1 '
    "award 1 point"
)
LEAVING = ["on leaving segment"]
GOLD = "tier gold: 100 spent ever"


@pytest.mark.parametrize(
    ("text", "forms"),
    [
        (RULE, []),
        ('rule "r": on birthday award 1 point', ["on birthday"]),
        ('rule "r": on every monday award 1 point', ["on every week"]),
        ('rule "r": on 7 days after signup award 1 point', ["on … after"]),
        ('rule "r": on tier upgrade award 1 point\n' + GOLD, ["on tier upgrade"]),
        ('rule "r": on leaving segment s award 1 point\nsegment s: tier = gold\n' + GOLD, LEAVING),
        ('rule "r": on purchase or refund award 1 point', ["on refund"]),
        ('rule "r": on purchase award 10% discount', ["discount"]),
        ('rule "r": on purchase award 5 USD cashback', ["cashback"]),
        ('rule "r": on purchase award coupon "C"', ["coupon"]),
        ('rule "r": on purchase award message "Hello"', ["message"]),
        ('rule "r": on purchase award deduct 5 points', ["deduct"]),
        ('rule "r": on purchase award one of (5%: 100 points, 10%: 10 points)', ["one of"]),
        ('rule "r": on purchase award cheapest 1 of every 3 items free', ["cheapest … free"]),
        ('rule "r": on purchase award 1 point to referrer', ["to referrer"]),
        (RULE + " pending 14 days", ["pending"]),
        (RULE + " expires 90 days after award", ["expires"]),
        (RULE + " never expires", []),
        (RULE + " with 5% chance", ["chance"]),
        (RULE + " holdout 10%", ["holdout"]),
        ("unit points: expire 12 months after earned\n" + RULE, ["expire"]),
        ("unit points: pending 1 day, redeem at least 5\n" + RULE, ["pending", "redeem at least"]),
        ("tier gold: 100 spent ever, keep 12 months, grace 3 months\n" + RULE, ["keep", "grace"]),
        ("tier gold: 100 points held\n" + RULE, ["points"]),
        ('guard "g": hold purchase where amount > 1000\n' + RULE, ["guard"]),
        ('reward "Coffee": 100 points\n' + RULE, ["reward"]),
        ('challenge "c": 3 purchases within 7 days award 5 points', ["challenge"]),
        ('rule "r": on purchase where points >= 100 award 1 point', ["points"]),
        ('rule "r": on purchase where lifetime points >= 9 award 1 point', ["lifetime points"]),
        ('rule "r": on purchase where has coupon "C" award 1 point', ["has coupon"]),
        (BY_ANYONE, ["by anyone"]),
        (
            'rule "r": on purchase where number of refunds in last 30 days = 0 award 1 point',
            ["refund"],
        ),
        (RULE + " budget 10000000 USD", ["budget 10000000"]),
        (RULE + " budget 1000 USD limit 5 times per customer once per store whole awards only", []),
    ],
)
def test_a_form_that_live_decisions_do_not_run_is_named(text: str, forms: list[str]) -> None:
    assert [gap.form for gap in gaps(checked(HEAD.splitlines()[0] + "\n" + text))] == forms


def test_a_gap_is_placed_in_the_text_of_its_rule() -> None:
    text = 'program "P"\nrule "a": on purchase award 1 point, 2 USD cashback pending 14 days'
    found = [
        (gap.form, text[gap.span.start : gap.span.end], gap.rule) for gap in gaps(checked(text))
    ]
    assert found == [("cashback", "2 USD cashback", "a"), ("pending", "14 days", "a")]


def test_a_rule_with_a_gap_cannot_be_submitted(
    session: Session, club: Program, marketer: User, now: dt.datetime
) -> None:
    text = "on birthday award 100 points"
    rule = rules.create_rule(session, club, "Birthday", text, actor=marketer, now=now)
    with pytest.raises(Invalid, match="Live decisions do not run `on birthday` yet"):
        approvals.submit(session, rule, "", actor=marketer, now=now)


@pytest.mark.parametrize(
    ("head", "rule"),
    [(HEAD + "unit points: pending 14 days\n", BASE), (HEAD, ("B", "on birthday award 1 point"))],
)
def test_a_program_with_a_gap_cannot_be_published(
    session: Session,
    program: Program,
    marketer: User,
    approver: User,
    now: dt.datetime,
    head: str,
    rule: tuple[str, str],
) -> None:
    with pytest.raises(Invalid, match="previews, cases and dry runs do"):
        publish(session, program, head, [rule], marketer, approver, now)


@pytest.mark.parametrize("type_", ["refund", "redeem", "cancel"])
def test_events_that_correct_or_spend_are_not_taken_in(
    session: Session, club: Program, now: dt.datetime, type_: str
) -> None:
    raw = {"id": "e1", "type": type_, "at": now.isoformat(), "customer": "c1"}
    [receipt] = ingest(session, club, [raw], now=now)
    assert isinstance(receipt, Refused)
    assert (receipt.status, [problem.field for problem in receipt.problems]) == (422, ["type"])
