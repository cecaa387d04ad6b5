"""What the tests of reading share: trees written briefly, and texts with marked places.

In marked texts ⟦ and ⟧ stand around each place that a diagnostic is to name.
"""

from __future__ import annotations

import re
from decimal import Decimal

from dsl.text import ast
from dsl.text.diagnostics import Syntax
from dsl.text.parse import parse
from dsl.text.source import Span

D = Decimal


def name(dotted: str) -> ast.Name:
    """A name or a path."""
    return ast.Name(tuple(dotted.split(".")))


def number(text: str) -> ast.Number:
    """A number as written."""
    return ast.Number(D(text))


def cny(text: str) -> ast.Money:
    """An amount of money."""
    return ast.Money(D(text), "CNY")


def days(count: int) -> ast.Duration:
    """So many days."""
    return ast.Duration(count, "day")


def months(count: int) -> ast.Duration:
    """So many months."""
    return ast.Duration(count, "month")


AMOUNT = name("amount")
POINTS = name("points")
GOLD = name("gold")
PURCHASE = name("purchase")
A = ast.Comparison("=", name("a"), number("1"))
X, Y = name("x"), name("y")
EVER = ast.Ever()
MONTH = ast.Last(days(30))
FIVE = ast.Reward(ast.Flat(D(5), POINTS))


def rule_of(text: str) -> ast.Rule:
    """The rule of one rule's text."""
    parsed = parse(text, rule=True)
    assert parsed.document is not None, parsed.diagnostics
    (rule,) = parsed.document.statements
    assert isinstance(rule, ast.Rule)
    return rule


def statement_of(text: str) -> ast.Statement:
    """The one statement of a text."""
    parsed = parse(text)
    assert parsed.document is not None, parsed.diagnostics
    (statement,) = parsed.document.statements
    return statement


def condition_of(text: str) -> ast.Condition:
    """What stands after `where`."""
    where = rule_of(f"on purchase where {text} award 5 points").where
    assert where is not None
    return where


def expression_of(text: str) -> ast.Expr:
    """What stands on the left of a comparison."""
    compared = condition_of(f"{text} > q")
    assert isinstance(compared, ast.Comparison)
    return compared.left


def reward_of(text: str) -> ast.Reward:
    """A reward that others stand beside."""
    first, reward, last = rule_of(f"on purchase award 5 points, {text}, 5 points").rewards
    assert first == last == FIVE
    return reward


def marked(text: str) -> tuple[str, list[Span]]:
    """The text without its marks, and the places between them."""
    clean, places = "", []
    for at, piece in enumerate(re.split("[⟦⟧]", text)):
        if at % 2:
            places.append(Span(len(clean), len(clean) + len(piece)))
        clean += piece
    return clean, places


def syntax(text: str, span: Span, *expected: str, meant: str | None = None) -> Syntax:
    """What is told of a place."""
    found = text[span.start : span.end]
    return Syntax(span=span, found=found, expected=expected, suggestion=meant)


# How a reader is told what could stand somewhere.
CONDITION = "a condition such as `amount >= 200`"
VALUE = "a value"
CONSTANT = "a value such as `200`"
OPERATOR = "an operator such as `+`"
CURRENCY = "a currency such as `EUR`"
TIME_UNIT = "a unit of time such as `days`"
COMPARISON = "a comparison such as `>=`"
STATEMENT = "a statement such as `on purchase …`"
REWARD = "a reward such as `10 points`"
WINDOW = "a window such as `in last 30 days`"
CLAUSE = "a clause such as `limit 3 times per customer`"
TARGET = "a tier such as `gold`"
TRIGGER = "an event such as `purchase`"
TEXT = 'a text in quotes such as `"gold"`'
NUMBER = "a number"
NAME = "a name"
PERIOD = "`day`, `week`, `month`, `quarter` or `year`"
DATE = "a date such as `2026-11-30`"
DATETIME = "a date and time such as `2026-11-30 18:00`"
TIME = "a time such as `09:00`"
PERCENT = "a percentage such as `5%`"
AFTER_PAST = (WINDOW, "`where`", "`with`", "`by`", "`as`")
