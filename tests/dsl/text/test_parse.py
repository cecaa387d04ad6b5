"""From texts to trees: every form, its place, and that no text raises."""
# ruff: noqa: RUF001 - full-width signs are what is tested

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dsl.text import ast
from dsl.text.parse import parse
from dsl.text.source import Span
from tests.dsl.text.reading import (
    AMOUNT,
    FIVE,
    POINTS,
    A,
    D,
    X,
    Y,
    condition_of,
    name,
    number,
    rule_of,
    statement_of,
)


def test_a_sentence_is_a_rule() -> None:
    assert rule_of("on purchase where amount >= 200 award 2x points to gold") == ast.Rule(
        name=None,
        trigger=ast.EventTrigger((name("purchase"),)),
        where=ast.Comparison(">=", AMOUNT, number("200")),
        rewards=(ast.Reward(ast.Multiplier(D(2), POINTS), to=ast.AnyOf((name("gold"),))),),
    )


B = ast.Comparison("=", name("b"), number("2"))
C = ast.Comparison("=", name("c"), number("3"))

CONDITIONS: dict[str, ast.Condition] = {
    "a = 1 or b = 2 and c = 3": ast.Or((A, ast.And((B, C)))),
    "(a = 1 or b = 2) and c = 3": ast.And((ast.Or((A, B)), C)),
    "a = 1 or b = 2 or c = 3": ast.Or((A, B, C)),
    "a = 1 or (b = 2 or c = 3)": ast.Or((A, B, C)),
    "a = 1 and (b = 2 and c = 3)": ast.And((A, B, C)),
    "not a = 1 and b = 2": ast.And((ast.Not(A), B)),
    "not (a = 1 and b = 2)": ast.Not(ast.And((A, B))),
    "not not a = 1": ast.Not(ast.Not(A)),
    "customer.student": name("customer.student"),
    "a != 1": ast.Comparison("!=", name("a"), number("1")),
    "a < 1": ast.Comparison("<", name("a"), number("1")),
    "a <= 1": ast.Comparison("<=", name("a"), number("1")),
    "a > 1": ast.Comparison(">", name("a"), number("1")),
    "a between 1 and 2 and b = 2": ast.And((ast.Between(name("a"), number("1"), number("2")), B)),
    'city in ("x", "y")': ast.In(name("city"), (ast.Text("x"), ast.Text("y"))),
    "tier not in (gold)": ast.In(name("tier"), (name("gold"),), negated=True),
    "city is known": ast.Known(name("city")),
    "city is unknown": ast.Known(name("city"), negated=True),
    "any item (a = 1)": ast.ItemTest("any", A),
    "every item (a = 1 or b = 2)": ast.ItemTest("every", ast.Or((A, B))),
    "no item (a = 1)": ast.ItemTest("no", A),
}


@pytest.mark.parametrize("text", CONDITIONS)
def test_conditions_bind_as_the_reference_says(text: str) -> None:
    assert condition_of(text) == CONDITIONS[text]


def plus(left: ast.Expr, right: ast.Expr) -> ast.Arithmetic:
    return ast.Arithmetic("+", left, right)


Z = name("z")

EXPRESSIONS: dict[str, ast.Expr] = {
    "19.90": number("19.90"),
    "5%": ast.Percent(D(5)),
    "10 CNY": ast.Money(D(10), "CNY"),
    "2026-11-11": ast.Date(dt.date(2026, 11, 11)),
    "2026-11-11 20:00": ast.DateTime(dt.datetime(2026, 11, 11, 20, 0)),  # noqa: DTZ001 - local
    "2026-11-11T20:00:30": ast.DateTime(dt.datetime(2026, 11, 11, 20, 0, 30)),  # noqa: DTZ001
    "14:00": ast.Time(dt.time(14)),
    "30 days": ast.Duration(30, "day"),
    "1 month": ast.Duration(1, "month"),
    "true": ast.Flag(value=True),
    "FALSE": ast.Flag(value=False),
    "monday": ast.Weekday(0),
    "Sunday": ast.Weekday(6),
    "december": ast.MonthName(12),
    r'"a \"b\" \\ c"': ast.Text('a "b" \\ c'),
    "“双十一，好”": ast.Text("双十一，好"),
    "customer.referrer.city": name("customer.referrer.city"),
    "`two words`.`on`": ast.Name(("two words", "on")),
    "x + y + z": plus(plus(X, Y), Z),
    "x - (y + z)": ast.Arithmetic("-", X, plus(Y, Z)),
    "x + y * z": plus(X, ast.Arithmetic("*", Y, Z)),
    "(x + y) / z": ast.Arithmetic("/", plus(X, Y), Z),
    "-x * y": ast.Arithmetic("*", ast.Negation(X), Y),
    "x - -5": ast.Arithmetic("-", X, ast.Negation(number("5"))),
    "number of items": ast.ItemCount(),
    "number of items (a = 1)": ast.ItemCount(A),
    "total of items (a = 1)": ast.ItemTotal(A),
    "number of distinct sku of items": ast.ItemDistinct(name("sku")),
    "number of distinct sku of items (a = 1)": ast.ItemDistinct(name("sku"), A),
}


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_expressions_are_read_exactly(text: str) -> None:
    assert condition_of(f"{text} = q") == ast.Comparison("=", EXPRESSIONS[text], name("q"))


REWARDS = {
    "100 points": ast.Reward(ast.Flat(D(100), POINTS)),
    "1 point": ast.Reward(ast.Flat(D(1), POINTS)),
    "1 `point`": ast.Reward(ast.Flat(D(1), name("point"))),
    "1 point per 10 spent": ast.Reward(ast.Rate(D(1), POINTS, D(10))),
    "1 point per 10 spent prorated": ast.Reward(ast.Rate(D(1), POINTS, D(10), prorated=True)),
    "2 miles per 1 of x + y": ast.Reward(ast.Rate(D(2), name("miles"), D(1), plus(X, Y))),
    "5 points per item": ast.Reward(ast.PerItem(D(5), POINTS)),
    "5 points per item (a = 1)": ast.Reward(ast.PerItem(D(5), POINTS, A)),
    "2.5x points": ast.Reward(ast.Multiplier(D("2.5"), POINTS)),
    "5 points at most 500": ast.Reward(ast.Flat(D(5), POINTS), number("500")),
    "5 points at most 20 CNY to gold": ast.Reward(
        ast.Flat(D(5), POINTS), ast.Money(D(20), "CNY"), ast.AnyOf((name("gold"),))
    ),
    "5 points to gold or silver": ast.Reward(
        FIVE.form, to=ast.AnyOf((name("gold"), name("silver")))
    ),
    "5 points to gold and above": ast.Reward(FIVE.form, to=ast.AndAbove(name("gold"))),
    "5 points to not gold": ast.Reward(FIVE.form, to=ast.NotIn(name("gold"))),
    "5 points to everyone": ast.Reward(FIVE.form, to=ast.Everyone()),
    "5 points to customer": ast.Reward(FIVE.form, to=ast.AnyOf((name("customer"),))),
}


@pytest.mark.parametrize("text", REWARDS)
def test_rewards_say_what_and_to_whom(text: str) -> None:
    assert rule_of(f"on purchase award {text}, 5 points").rewards == (REWARDS[text], FIVE)


CLAUSES = {
    "limit 500 points per customer": ast.Limit(D(500), POINTS),
    "limit 3 times per customer per month": ast.Limit(D(3), name("times"), "month"),
    "limit 1 time per customer per day": ast.Limit(D(1), name("times"), "day"),
    "budget 50000 points": ast.Budget(D(50000), POINTS),
    "budget 1000 times per year": ast.Budget(D(1000), name("times"), "year"),
    "from 2026-11-01": ast.From(ast.Date(dt.date(2026, 11, 1))),
    "from 2026-11-01 18:00": ast.From(
        ast.DateTime(dt.datetime(2026, 11, 1, 18)),  # noqa: DTZ001 - local
    ),
    "through 2026-11-30": ast.Through(ast.Date(dt.date(2026, 11, 30))),
    "until 2026-11-30": ast.Until(ast.Date(dt.date(2026, 11, 30))),
    'because "Thank you"': ast.Because("Thank you"),
}


def test_clauses_stand_in_any_order() -> None:
    forwards = rule_of(f"on purchase award 5 points {' '.join(CLAUSES)}")
    backwards = rule_of(f"on purchase award 5 points {' '.join(reversed(CLAUSES))}")
    assert forwards.clauses == tuple(CLAUSES.values())
    assert backwards.clauses == tuple(reversed(CLAUSES.values()))


def spent(amount: int, window: ast.Window) -> ast.Spent:
    return ast.Spent(D(amount), window)


YEAR = ast.Last(ast.Duration(12, "month"))

STATEMENTS: dict[str, ast.Statement] = {
    'program "Coffee Club"': ast.ProgramDecl("Coffee Club"),
    'program "C" limit 9 points per customer currency CNY timezone "Asia/Shanghai"': (
        ast.ProgramDecl(
            "C", ast.Text("Asia/Shanghai"), name("CNY"), (ast.Limit(D(9), name("points")),)
        )
    ),
    "attributes of customer: style text, renewal date": ast.AttributesDecl(
        name("customer"),
        (
            ast.Attribute(name("style"), ast.AttributeType("text")),
            ast.Attribute(name("renewal"), ast.AttributeType("date")),
        ),
    ),
    "attributes of any event: text text": ast.AttributesDecl(
        name("any.event"), (ast.Attribute(name("text"), ast.AttributeType("text")),)
    ),
    "attributes of purchases: vip flag": ast.AttributesDecl(
        name("purchase"), (ast.Attribute(name("vip"), ast.AttributeType("flag")),)
    ),
    "event dinner": ast.EventDecl(name("dinner")),
    'event dinner: room one of ("north", "south"), friend customer': ast.EventDecl(
        name("dinner"),
        (
            ast.Attribute(name("room"), ast.AttributeType("one of", ("north", "south"))),
            ast.Attribute(name("friend"), ast.AttributeType("customer")),
        ),
    ),
    "tier gold: 5000 spent in last 12 months": ast.TierDecl(name("gold"), ((spent(5000, YEAR),),)),
    "tier gold: 1 spent last 12 months and 2 spent in this year or 3 spent ever": ast.TierDecl(
        name("gold"),
        ((spent(1, YEAR), spent(2, ast.This("year"))), (spent(3, ast.Ever()),)),
    ),
    "tier gold: 1 spent previous quarter or 2 spent since 2026-01-01": ast.TierDecl(
        name("gold"),
        (
            (spent(1, ast.Previous("quarter")),),
            (spent(2, ast.Since(ast.Date(dt.date(2026, 1, 1)))),),
        ),
    ),
    'rule "R": on purchases or review award 5 points': ast.Rule(
        "R", ast.EventTrigger((name("purchase"), name("review"))), None, (FIVE,)
    ),
}


@pytest.mark.parametrize("text", STATEMENTS)
def test_statements(text: str) -> None:
    assert statement_of(text) == STATEMENTS[text]


def test_a_statement_ends_where_the_next_one_starts() -> None:
    parsed = parse(" ".join(STATEMENTS))
    assert parsed.document is not None
    assert parsed.document.statements == tuple(STATEMENTS.values())


def test_an_empty_text_has_no_statements() -> None:
    assert parse(" \n # only this\n").document == ast.Document(())


@pytest.mark.parametrize(
    "text",
    [
        "ON purchase WHERE amount >= 5 Award 5 points",
        "on\npurchase\n\twhere amount>=5award 5points",
        "on purchase where amount ＞＝ ５ award 5 points",
        "\ufeffon purchase where amount >= 5 # gold only\naward 5 points",
    ],
)
def test_case_of_keywords_spaces_widths_and_comments_mean_nothing(text: str) -> None:
    assert rule_of(text) == rule_of("on purchase where amount >= 5 award 5 points")


def test_full_width_punctuation_means_its_twin_and_moves_nothing() -> None:
    text = "on purchase where city in （“北，京”、“上海”） and x＞＝1 award 5 points"
    where = rule_of(text).where
    city = ast.In(name("city"), (ast.Text("北，京"), ast.Text("上海")))
    assert where == ast.And((city, ast.Comparison(">=", X, number("1"))))
    assert isinstance(where, ast.And)
    assert [text[p.span.start : p.span.end] for p in where.parts] == [
        "city in （“北，京”、“上海”）",
        "x＞＝1",
    ]


@pytest.mark.parametrize(
    "word", ["tier", "rule", "limit", "from", "to", "on", "event", "day", "month", "date", "coupon"]
)
def test_a_keyword_is_a_name_where_it_could_not_stand(word: str) -> None:
    compared = ast.Comparison("=", name(word), number("1"))
    assert condition_of(f"{word} = 1") == compared
    assert condition_of(f"{word} = 1 and {word} = 1") == ast.And((compared, compared))


@pytest.mark.parametrize("word", ["not", "number", "monday", "any", "true"])
def test_a_keyword_is_a_name_in_backquotes(word: str) -> None:
    assert condition_of(f"`{word}` = 1") == ast.Comparison("=", name(word), number("1"))


def test_names_are_composed_and_compared_exactly() -> None:
    assert condition_of("cafe\u0301") == name("caf\u00e9")
    assert condition_of("Café") != condition_of("café")
    assert condition_of("नाम_1") == name("नाम_1")


def test_every_node_knows_its_place() -> None:
    text = 'rule "R": on purchase where (a + 1) * 2 > `b c` award 2x points to gold and above'
    rule = statement_of(text)
    assert isinstance(rule, ast.Rule)
    where = rule.where
    assert isinstance(where, ast.Comparison)
    product = where.left
    assert isinstance(product, ast.Arithmetic)
    (reward,) = rule.rewards
    target = reward.to
    assert isinstance(target, ast.AndAbove)
    places = {
        rule.span: text,
        rule.trigger.span: "purchase",
        where.span: "(a + 1) * 2 > `b c`",
        product.span: "(a + 1) * 2",
        product.left.span: "a + 1",
        product.right.span: "2",
        where.right.span: "`b c`",
        reward.span: "2x points to gold and above",
        reward.form.span: "2x points",
        target.span: "gold and above",
        target.name.span: "gold",
    }
    assert {text[span.start : span.end] for span in places} == set(places.values())
    assert all(text[span.start : span.end] == said for span, said in places.items())


def test_comments_are_kept_with_their_places() -> None:
    text = "# first\non purchase # second\naward 5 points"
    document = parse(text).document
    assert document is not None
    assert [(c.text, c.own_line, c.span) for c in document.comments] == [
        ("first", True, Span(0, 7)),
        ("second", False, Span(20, 28)),
    ]


@given(
    st.text(max_size=200)
    | st.lists(
        st.sampled_from(
            [
                "on",
                "purchase",
                "where",
                "award",
                "5",
                "points",
                "(",
                ")",
                ",",
                ":",
                "and",
                "not",
                "tier",
                "rule",
                '"x"',
                "2x",
                "=",
                "to",
                "limit",
                "per",
                "customer",
                "in",
                "\n",
                "#",
                "`",
                "==",
            ]
        ),
        max_size=40,
    ).map(" ".join)
)
@settings(max_examples=300)
def test_no_text_raises_and_every_problem_is_inside_it(text: str) -> None:
    for rule in (False, True):
        parsed = parse(text, rule=rule)
        assert (parsed.document is None) == bool(parsed.diagnostics)
        assert all(found.span.end <= len(text) for found in parsed.diagnostics)
