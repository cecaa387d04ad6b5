"""Every problem of meaning, by value: what it is, where, and what was most likely meant."""

from __future__ import annotations

import pytest

from dsl.meaning.check import Part, check
from dsl.meaning.diagnostics import (
    AmbiguousName,
    BadLiteral,
    Diagnostic,
    DuplicateName,
    LowFactor,
    NoBaseRate,
    Overflow,
    Syntax,
    TooDeep,
    TooLong,
    UnknownCurrency,
    UnknownName,
    UnknownTimezone,
    ZeroStep,
)
from dsl.meaning.types import Kind
from dsl.text.source import Span
from tests.marked import HEAD, Expected, found, impossible, mismatch, never, unknown

NAMES = [
    ("on ⟨purchse⟩ award 1 point", unknown("purchse", "event", "purchase")),
    ("on ⟨refind⟩ award 1 point", unknown("refind", "event", "refund")),
    ("on purchase where ⟨amout⟩ > 2 award 1 point", unknown("amout", "attribute", "amount")),
    ("on review where ⟨amount⟩ > 2 award 1 point", unknown("amount", "attribute")),
    ("on purchase where ⟨customer.stile⟩ = \"a\" award 1 point",
     unknown("customer.stile", "customer", "customer.style")),
    ("on purchase where ⟨shop.city⟩ = \"a\" award 1 point", unknown("shop.city", "attribute")),
    ("on purchase where tier = ⟨glod⟩ award 1 point", unknown("glod", "tier", "gold")),
    ("on purchase where ⟨glod⟩ = tier award 1 point", unknown("glod", "tier", "gold")),
    ("on purchase where tier in (silver, ⟨gould⟩) award 1 point",
     unknown("gould", "tier", "gold")),
    ("on purchase award 1 point to ⟨glod⟩", unknown("glod", "tier", "gold")),
    ("on purchase award 1 point to ⟨bronze⟩ and above", unknown("bronze", "tier")),
    ("on purchase award 1 point to not ⟨sliver⟩", unknown("sliver", "tier", "silver")),
    ("on purchase award 1 ⟨pionts⟩", unknown("pionts", "unit", "points")),
    ("on purchase award 1 point limit 5 ⟨miles⟩ per customer", unknown("miles", "unit")),
    ("on purchase award 1 point budget 5 ⟨USD⟩",
     lambda span: UnknownCurrency(span=span, part=1, name="USD", expected="CNY")),
    ("on dinner where room = ⟨\"nort\"⟩ award 1 point", unknown("nort", "choice", '"north"')),
    ("on dinner where room in (\"north\", ⟨\"east\"⟩) award 1 point", unknown("east", "choice")),
    ("on dinner where room = ⟨nort⟩ award 1 point", unknown("nort", "attribute", '"north"')),
    ("on purchase where channel = ⟨web⟩ award 1 point", unknown("web", "attribute", '"web"')),
    ("on purchase where any item (⟨colour⟩ = \"a\") award 1 point", unknown("colour", "item")),
    ("on purchase where number of distinct ⟨skuu⟩ of items > 1 award 1 point",
     unknown("skuu", "item", "sku")),
    ("on review award 1 point per 1 of ⟨ratng⟩", unknown("ratng", "attribute", "rating")),
]  # fmt: skip

TYPES = [
    ("on purchase where channel = ⟨5⟩ award 1 point", mismatch(Kind.TEXT, Kind.NUMBER)),
    ("on purchase where amount = ⟨\"5\"⟩ award 1 point", mismatch(Kind.MONEY, Kind.TEXT)),
    ("on purchase where date > ⟨5⟩ award 1 point", mismatch(Kind.DATE, Kind.NUMBER)),
    ("on purchase where day = ⟨june⟩ award 1 point", mismatch(Kind.WEEKDAY, Kind.MONTH)),
    ("on purchase where tier = ⟨\"gold\"⟩ award 1 point",
     mismatch(Kind.TIER, Kind.TEXT, "gold")),
    ("on purchase where tier > ⟨5⟩ award 1 point", mismatch(Kind.TIER, Kind.NUMBER)),
    ("on purchase where channel > ⟨\"a\"⟩ award 1 point", mismatch(None, Kind.TEXT)),
    ("on purchase where customer.vip >= ⟨true⟩ award 1 point", mismatch(None, Kind.FLAG)),
    ("on purchase where ⟨amount⟩ award 1 point", mismatch(Kind.FLAG, Kind.MONEY)),
    ("on purchase where ⟨5⟩ award 1 point", mismatch(Kind.FLAG, Kind.NUMBER)),
    ("on purchase where amount > ⟨30 days⟩ award 1 point", mismatch(Kind.MONEY, Kind.DURATION)),
    ("on purchase where ⟨30 days⟩ award 1 point", mismatch(None, Kind.DURATION)),
    ("on purchase where ⟨channel⟩ + 1 > 2 award 1 point", mismatch(Kind.NUMBER, Kind.TEXT)),
    ("on purchase where -⟨date⟩ > 2 award 1 point", mismatch(Kind.NUMBER, Kind.DATE)),
    ("on purchase where ⟨items⟩ is known award 1 point", mismatch(None, Kind.LIST)),
    ("on purchase where any item (⟨any item (sku = \"a\")⟩) award 1 point",
     mismatch(None, Kind.LIST)),
    ("on purchase where any item (⟨number of items⟩ > 1) award 1 point",
     mismatch(None, Kind.LIST)),
    ("on purchase where number of distinct ⟨price⟩ of items > 1 award 1 point",
     mismatch(Kind.TEXT, Kind.MONEY)),
    ("on purchase award 1 point per 1 of ⟨channel⟩", mismatch(Kind.NUMBER, Kind.TEXT)),
    ("on purchase award 1 point per 1 spent at most ⟨20 CNY⟩",
     mismatch(Kind.NUMBER, Kind.MONEY)),
    ("on purchase where amount between 1 and ⟨\"5\"⟩ award 1 point",
     mismatch(Kind.MONEY, Kind.TEXT)),
    ("on purchase where amount in (1, ⟨\"5\"⟩) award 1 point", mismatch(Kind.MONEY, Kind.TEXT)),
]  # fmt: skip

OTHERS = [
    ("on dinner or lunch where ⟨room⟩ is known award 1 point",
     lambda span: AmbiguousName(span=span, part=1, name="room")),
    ("on purchase where amount > ⟨10 USD⟩ award 1 point",
     lambda span: UnknownCurrency(span=span, part=1, name="USD", expected="CNY")),
    ("on purchase award ⟨2x points⟩",
     lambda span: NoBaseRate(span=span, part=1, event="purchase", unit="points")),
    ("on purchase award 1 point per 1 spent, ⟨0.5x⟩ points",
     lambda span: LowFactor(span=Span(span.start, span.end + 7), part=1)),
    ("on purchase award ⟨1 point per 0 spent⟩", lambda span: ZeroStep(span=span, part=1)),
    ("on purchase where ⟨amount * amount * amount * amount⟩ > 1 award 1 point",
     lambda span: Overflow(span=span, part=1, digits=0, decimals=16)),
    ("on purchase where amount > ⟨1234567890123456789⟩ award 1 point",
     lambda span: Overflow(span=span, part=1, digits=19, decimals=0)),
    ("on purchase where amount > ⟨0.1234567890123⟩ award 1 point",
     lambda span: Overflow(span=span, part=1, digits=13, decimals=13)),
    ("on purchase award 1 point from ⟨2026-02-30⟩",
     lambda span: BadLiteral(span=span, part=1, kind="date", found="2026-02-30")),
]  # fmt: skip

IMPOSSIBLE = [
    "on purchase where amount > 5 and ⟨amount < 3⟩ award 1 point",
    "on purchase where amount > 5 and channel = \"a\" and ⟨5 > amount⟩ award 1 point",
    "on purchase where amount >= 5 and ⟨amount < 5⟩ award 1 point",
    "on purchase where ⟨amount between 5 and 3⟩ award 1 point",
    "on purchase where amount between 1 and 3 and ⟨amount = 4⟩ award 1 point",
    "on purchase where channel = \"a\" and ⟨channel = \"b\"⟩ award 1 point",
    "on purchase where channel = \"a\" and ⟨channel != \"a\"⟩ award 1 point",
    "on purchase where channel in (\"a\", \"b\") and ⟨channel not in (\"a\", \"b\")⟩ award 1 point",
    "on purchase where tier = gold and ⟨tier < silver⟩ award 1 point",
    "on purchase where day = monday and ⟨day = friday⟩ award 1 point",
    "on purchase where date > 2026-02-01 and ⟨date < 2026-01-01⟩ award 1 point",
    "on purchase where any item (price > 5 and ⟨price < 3⟩) award 1 point",
    "on purchase where channel = \"a\" or amount > 5 and ⟨amount < 3⟩ award 1 point",
    "on purchase where not (amount > 5 and ⟨amount < 3⟩) award 1 point",
]  # fmt: skip

NEVER = [
    "on purchase award 1 point from 2026-02-01 ⟨through 2026-01-31⟩",
    "on purchase award 1 point from 2026-02-01 ⟨until 2026-02-01⟩",
    "on purchase award 1 point until 2026-02-01 18:00 ⟨from 2026-02-01 18:00⟩",
]


@pytest.mark.parametrize(
    ("text", "expected"),
    [*NAMES, *TYPES, *OTHERS, *((t, impossible) for t in IMPOSSIBLE), *((t, never) for t in NEVER)],
)
def test_a_problem_is_told_once_at_its_place(text: str, expected: Expected) -> None:
    _, span, problems = found(text)
    assert problems == (expected(span),)


@pytest.mark.parametrize(
    "text",
    [
        "on purchase where amount > 5 and amount < 6 award 1 point",
        "on purchase where amount >= 5 and amount <= 5 award 1 point",
        "on purchase where amount > 5 or amount < 3 award 1 point",
        "on purchase where amount > 5 and gross < 3 award 1 point",
        "on purchase where amount > 3 and not (amount < 5) award 1 point",
        'on purchase where channel = "a" and channel in ("a", "b") award 1 point',
        "on purchase where any item (price > 5) and any item (price < 3) award 1 point",
        "on purchase where amount > tax and amount < tax award 1 point",
        "on purchase award 1 point per 1 spent, 2x points",
        "on purchase award 1 point per 1 spent, 1x points",
        "on purchase where amount > 10 CNY award 1 point",
        "on purchase where 10 < amount award 1 point",
        "on purchase where gold <= tier award 1 point",
        "on purchase where tier between silver and gold award 1 point",
        "on purchase where tier not in (silver, gold) award 1 point",
        "on purchase where day = monday and month != june award 1 point",
        "on purchase where time >= 09:00 and hour < 18 award 1 point",
        "on purchase where date = 2026-11-11 and date < customer.renewal award 1 point",
        "on dinner where seated >= 2026-11-11 and seated < 2026-11-11 20:00 award 1 point",
        "on purchase where customer.vip and customer.vip = true award 1 point",
        "on purchase where customer.joined < 2026-01-01 award 1 point",
        "on purchase where referrer is known and referrer = customer award 1 point",
        "on purchase where amount / total of items > 0.5 award 1 point",
        "on purchase where amount > 5% * gross award 1 point",
        "on dinner or purchase where seats > 2 award 1 point",
        "on purchases award 1 point",
        "on purchase award 1 point limit 5 times per customer budget 1 point per year",
        "on purchase award 1 point through 9999-12-31",
        "on purchase award 1 point from 0001-01-01",
        "on purchase award 1 point from 2026-02-01 through 2026-02-01",
    ],
)
def test_what_is_right_has_no_problems(text: str) -> None:
    result = check([Part(HEAD), Part(text, rule="r")])
    assert result.diagnostics == ()
    assert result.program is not None


def test_a_multiplier_needs_a_base_in_the_whole_program_not_in_its_own_text() -> None:
    base = Part("on purchase award 1 point per 1 spent", rule="base")
    double = Part("on purchase award 2x points", rule="double")
    review = Part("on review award 2x points", rule="review")
    assert check([double, base]).diagnostics == ()
    (problem,) = check([base, double, review]).diagnostics
    assert problem == NoBaseRate(span=Span(16, 25), part=2, event="review", unit="points")


def test_while_another_text_cannot_be_read_its_base_is_not_missed() -> None:
    base = Part("on purchase award 1 point per spent", rule="base")
    double = Part("on purchase award 2x points", rule="double")
    assert [problem.code for problem in check([base, double]).diagnostics] == ["syntax"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            'program "a"\nprogram "b"',
            DuplicateName(span=Span(12, 23), name="b", role="program"),
        ),
        (
            'program "a" timezone "Asia/Shangai"',
            UnknownTimezone(span=Span(21, 35), name="Asia/Shangai", suggestion='"Asia/Shanghai"'),
        ),
        (
            'program "a" timezone "../../etc/passwd"',
            UnknownTimezone(span=Span(21, 39), name="../../etc/passwd"),
        ),
        (
            'program "a" currency CNX',
            UnknownCurrency(span=Span(21, 24), name="CNX", suggestion="CNY"),
        ),
        (
            'program "a" limit 5 mils per customer',
            UnknownName(span=Span(20, 24), name="mils", role="unit"),
        ),
        (
            "tier gold: 1 spent ever\ntier gold: 2 spent ever",
            DuplicateName(span=Span(29, 33), name="gold", role="tier"),
        ),
        ("event a\nevent a", DuplicateName(span=Span(14, 15), name="a", role="event")),
        (
            "event a: b text, b text",
            DuplicateName(span=Span(17, 18), name="b", role="attribute"),
        ),
        (
            "event a: at datetime",
            DuplicateName(span=Span(9, 11), name="at", role="attribute"),
        ),
        (
            "event a: day text",
            DuplicateName(span=Span(9, 12), name="day", role="attribute"),
        ),
        (
            "attributes of purchase: amount text",
            DuplicateName(span=Span(24, 30), name="amount", role="attribute"),
        ),
        (
            "attributes of custmer: a text",
            UnknownName(span=Span(14, 21), name="custmer", role="holder", suggestion="customer"),
        ),
        (
            "tier gold: 1 spent in last 1001 years",
            Overflow(span=Span(19, 37), digits=4, decimals=0),
        ),
        (
            'rule "a": on purchase award 1 point\nrule "a": on review award 1 point',
            DuplicateName(span=Span(36, 69), name="a", role="rule"),
        ),
    ],
)
def test_declarations_have_problems_of_their_own(text: str, expected: Diagnostic) -> None:
    assert check([Part(text)]).diagnostics == (expected,)


@pytest.mark.parametrize(
    "text",
    [
        "attributes of purchase: amount money",
        'attributes of any event: code text\non review where code = "x" award 1 point',
        "event purchase: basket text\nevent purchase: till text",
        "attributes of dinner: seats number\nevent dinner",
        "tier gold: 1 spent in last 1000 years",
        "tier gold",
        'program "a" timezone "Asia/Shanghai" currency cny limit 5 points per customer per day',
    ],
)
def test_declarations_that_are_right_have_none(text: str) -> None:
    assert check([Part(text)]).diagnostics == ()


def test_all_problems_of_all_parts_are_told_in_order() -> None:
    result = check(
        [
            Part('program "a" timezone "Mars"\ntier gold: 1 spent ever'),
            Part("on purchse award 1 pint to glod limit 5 pints per customer", rule="one"),
            Part('on purchase where amout > 2 and chanel = "a" awrad 1 point', rule="two"),
        ]
    )
    assert result.program is None
    assert [(p.part, p.code, p.suggestion) for p in result.diagnostics] == [
        (0, "unknown-timezone", None),
        (1, "unknown-name", "purchase"),
        (1, "unknown-name", "point"),
        (1, "unknown-name", "gold"),
        (1, "unknown-name", "points"),
        (2, "unknown-name", "amount"),
        (2, "unknown-name", "channel"),
        (2, "syntax", "award"),
    ]
    assert [p.code for p in result.of(0)] == ["unknown-timezone"]


def test_a_declaration_with_a_slip_still_declares() -> None:
    text = "tier gold: 5000 spnt in last 12 months\non purchase award 1 point to gold"
    assert check([Part(text)]).diagnostics == (
        UnknownName(span=Span(16, 20), name="spnt", role="event", suggestion="spent"),
    )
    text = "tier gold: 5000 spent since 2026-02-30\non purchase award 1 point to gold"
    assert [p.code for p in check([Part(text)]).diagnostics] == ["bad-literal"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("on purchase where " + "(" * 65 + "amount > 1" + ")" * 65 + " award 1 point", TooDeep),
        ("on purchase where " + "not " * 5000 + "amount > 1 award 1 point", TooDeep),
        ("on purchase where " + "-" * 5000 + "amount > 1 award 1 point", TooDeep),
        ("on purchase where " + "+".join(["1"] * 5000) + " > 1 award 1 point", TooDeep),
        ("# " + "x" * 65_536, TooLong),
        ("on purchase where \0 award", Syntax),
        ("on purchase where \ud800 award", Syntax),
    ],
)
def test_a_hostile_text_is_a_problem_and_nothing_worse(
    text: str, problem: type[Diagnostic]
) -> None:
    result = check([Part(text, rule="r")])
    assert result.program is None
    assert problem in {type(one) for one in result.diagnostics}
