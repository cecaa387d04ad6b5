"""What declarations, and a whole program, must not be, by value and at their place."""

from __future__ import annotations

import pytest

from dsl.meaning.check import Part, check
from dsl.meaning.diagnostics import (
    DerivedCycle,
    Diagnostic,
    DuplicateName,
    ImpossibleCondition,
    MixedGroup,
    NeverInForce,
    NoBaseRate,
    NotHere,
    Overflow,
    TopOutsideSchedule,
    TypeMismatch,
    UnknownCurrency,
    UnknownName,
)
from dsl.meaning.types import Kind
from dsl.text.source import Span
from tests.marked import Expected, marked


def duplicate(name: str, role: str) -> Expected:
    return lambda span: DuplicateName(span=span, name=name, role=role)  # type: ignore[arg-type]  # a role


def unknown(name: str, role: str, suggestion: str | None = None) -> Expected:
    return lambda span: UnknownName(span=span, name=name, role=role, suggestion=suggestion)  # type: ignore[arg-type]  # a role


def impossible(span: Span) -> Diagnostic:
    return ImpossibleCondition(span=span)


def currency(span: Span) -> Diagnostic:
    return UnknownCurrency(span=span, name="EUR", expected="USD")


DECLARATIONS = [
    ("unit stars\nunit ⟨stars⟩", duplicate("stars", "unit")),
    ("unit stars\nunit ⟨star⟩", duplicate("star", "unit")),
    ("unit points\nunit ⟨points⟩: precision 2", duplicate("points", "unit")),
    ("unit ⟨times⟩", duplicate("times", "unit")),
    ("unit ⟨`discount`⟩", duplicate("discount", "unit")),
    ("unit ⟨tier⟩", duplicate("tier", "unit")),
    ("unit stars: precision 2, ⟨precision 3⟩", duplicate("precision", "clause")),
    ("unit stars: ⟨precision 13⟩", lambda span: Overflow(span=span, digits=0, decimals=13)),
    ("unit stars: worth ⟨1 EUR⟩", currency),
    ("unit stars: ⟨redeem at least 0.5⟩", lambda span: Overflow(span=span, digits=1, decimals=1)),
    ("unit stars: expire ⟨2000 years⟩ after earned",
     lambda span: Overflow(span=span, digits=4, decimals=0)),
    ("gift \"Mug\"\ngift ⟨\"Mug\"⟩: stock 5", duplicate("Mug", "gift")),
    ("gift \"Mug\": cost ⟨1 EUR⟩", currency),
    ("tier gold\ntier ⟨gold⟩", duplicate("gold", "tier")),
    ("tier gold\nsegment ⟨gold⟩: no purchase ever", duplicate("gold", "segment")),
    ("tier ⟨customer⟩", duplicate("customer", "tier")),
    ("tier gold: 5 ⟨purchse⟩ ever", unknown("purchse", "event", "purchase")),
    ("tier gold: 5 ⟨pionts⟩ held", unknown("pionts", "unit", "points")),
    ("tier gold: 5 spent ⟨in last 2000 years⟩",
     lambda span: Overflow(span=span, digits=4, decimals=0)),
    ("tier gold: where (⟨amount⟩ > 5)", unknown("amount", "attribute")),
    ("tier gold: 5 purchases where (amount > 5 and ⟨amount < 3⟩) ever", impossible),
    ("tier gold: 1 spent ever, keep 1 month, ⟨keep until end of this year⟩",
     duplicate("keep", "clause")),
    ("segment s: ⟨amount⟩ > 5", unknown("amount", "attribute")),
    ("segment s: ⟨first purchase⟩", impossible),
    ("segment s: points > 5 and ⟨points < 3⟩", impossible),
    ("list l: \"a\"\nlist ⟨l⟩: \"b\"", duplicate("l", "list")),
    ("list l: \"a\", ⟨5⟩",
     lambda span: TypeMismatch(span=span, expected=Kind.TEXT, found=Kind.NUMBER)),
    ("parameter p: 1\nparameter ⟨p⟩: 2", duplicate("p", "parameter")),
    ("parameter ⟨points⟩: 1", duplicate("points", "parameter")),
    ("parameter ⟨hour⟩: 1", duplicate("hour", "parameter")),
    ("parameter p: ⟨30 days⟩",
     lambda span: TypeMismatch(span=span, expected=None, found=Kind.DURATION)),
    ("campaign \"C\"\ncampaign ⟨\"C\"⟩", duplicate("C", "campaign")),
    ("campaign \"C\": from 2026-03-31 ⟨through 2026-03-01⟩", lambda span: NeverInForce(span=span)),
    ("campaign \"C\": budget 5 ⟨pionts⟩", unknown("pionts", "unit", "points")),
    ("campaign \"C\": once per customer per ⟨post_ids⟩",
     unknown("post_ids", "attribute", "post_id")),
    ("reward \"R\": 1 point\nreward ⟨\"R\"⟩: 2 points", duplicate("R", "reward")),
    ("reward \"R\": 1 ⟨pint⟩", unknown("pint", "unit", "point")),
    ("reward \"R\": ⟨1.5 points⟩", lambda span: Overflow(span=span, digits=1, decimals=1)),
    ("reward \"R\": 1 point + ⟨5 EUR⟩", currency),
    ("reward \"R\": 1 point, to ⟨gold⟩", unknown("gold", "tier")),
    ("reward \"R\": 1 point, to ⟨top 5 by points⟩", lambda span: TopOutsideSchedule(span=span)),
    ("reward \"R\": 1 point, where (⟨amount⟩ > 5)", unknown("amount", "attribute")),
    ("reward \"R\": 1 point, stock 5, ⟨stock 6⟩", duplicate("stock", "clause")),
    (("challenge \"C\": 1 review within 1 day award 1 point\n"
     "challenge ⟨\"C\"⟩: 1 review within 1 day award 1 point"), duplicate("C", "challenge")),
    (("challenge \"C\": 1 review within 1 day award 1 point\n"
     "⟨rule \"C\": on review award 1 point⟩"), duplicate("C", "rule")),
    ("challenge \"C\": 1 ⟨reviw⟩ within 1 day award 1 point", unknown("reviw", "event", "review")),
    ("challenge \"C\": 1 review where (⟨amount⟩ > 5) within 1 day award 1 point",
     unknown("amount", "past")),
    ("challenge \"C\": 1 review where (rating > 5 and ⟨rating < 3⟩) within 1 day award 1 point",
     impossible),
    ("challenge \"C\": 5 items (⟨skuu⟩ = \"a\") within 1 day award 1 point",
     unknown("skuu", "item", "sku")),
    ("challenge \"C\": 1 review within 1 day award ⟨1 point per 1 spent⟩",
     unknown("amount", "spent")),
    ("guard \"G\": hold signup where hour > 1\nguard ⟨\"G\"⟩: flag signup where hour > 1",
     duplicate("G", "guard")),
    ("guard \"G\": hold ⟨sinup⟩ where hour > 1", unknown("sinup", "event", "signup")),
    ("guard \"G\": reject signup where ⟨amount⟩ > 1", unknown("amount", "attribute")),
    ("event ⟨item⟩: a text", duplicate("item", "event")),
    ("event dinner\nevent ⟨dinners⟩", duplicate("dinners", "event")),
    ("segment s: number of purchases where (⟨streak of checkin in days⟩ > 1) ever > 1",
     lambda span: NotHere(span=span, form="history")),
]  # fmt: skip

WHOLE = [
    ("on birthday award ⟨2x points⟩", lambda span: NoBaseRate(span=span, event="", unit="points")),
    ("on purchase award 1 point per 1 spent\non tier upgrade award ⟨2x points⟩",
     lambda span: NoBaseRate(span=span, event="", unit="points")),
    ("unit stars\non purchase award 1 point per 1 spent, ⟨2x stars⟩",
     lambda span: NoBaseRate(span=span, event="purchase", unit="stars")),
    ("on purchase award one of (⟨50%: 2x points⟩)",
     lambda span: NoBaseRate(span=span, event="purchase", unit="points")),
    (("on purchase award 5 USD discount only best of \"g\"\n"
     "on purchase award 5 points ⟨only best of \"g\"⟩"),
     lambda span: MixedGroup(span=span, group="g")),
    ("on purchase award 5% discount, 5 points ⟨only best of \"g\"⟩",
     lambda span: MixedGroup(span=span, group="g")),
    (("tier silver\ntier gold\nrule \"a\": on tier upgrade to gold award tier silver\n"
     "rule \"b\": on ⟨tier upgrade to silver⟩ award tier gold"),
     lambda span: DerivedCycle(span=span, names=("a", "b"))),
    ("tier gold\nrule \"a\": on ⟨tier upgrade⟩ award tier gold for 1 day",
     lambda span: DerivedCycle(span=span, names=("a",))),
]  # fmt: skip
FINE = [
    "on purchase award 5 points only best of \"g\"\non review award 5 points only best of \"g\"",
    ("on purchase award one of (50%: 5% discount) only best of \"g\"\n"
    "on purchase award 5% discount only best of \"g\""),
    ("tier silver\ntier gold\non tier upgrade to gold award tier silver, 5 points\n"
    "on tier downgrade award tier gold for 30 days"),
    "on birthday award 1 point per 1 of customer.age, 2x points",
    "unit star\nreward \"R\": 2 stars\non purchase award 1 star",
    "unit stars\nreward \"R\": 1 star\nevent dinners\ntier gold: 1 dinner ever",
    "challenge \"C\": 1 review within 1 day award 1 point per 1 of points, 2x points",
    "tier prime: by award\nsegment s: tier = prime and days since joined > 60",
    "guard \"G\": flag purchase or review where amount > 5 because \"a\"",
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), [*DECLARATIONS, *WHOLE])
def test_a_problem_is_told_once_at_its_place(text: str, expected: Expected) -> None:
    plain, span = marked(text)
    assert check([Part(plain)]).diagnostics == (expected(span),)


@pytest.mark.parametrize("text", FINE)
def test_what_may_stand_together_has_no_problem(text: str) -> None:
    assert check([Part(text)]).diagnostics == ()


def test_a_name_that_an_unreadable_declaration_gives_is_no_mistake() -> None:
    text = "segment lapsed: ??\non purchase where in segment lapsed award 1 point to lapsed"
    assert [problem.code for problem in check([Part(text)]).diagnostics] == ["syntax"]
