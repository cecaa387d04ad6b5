"""The emitted text is restricted Python, and nothing a user wrote is in it."""

from __future__ import annotations

import ast

import pytest

from tests.programs import HEAD, compiled

FULL = (
    HEAD
    + """
    attributes of customer: style text
    tier silver: 1000 spent in last 30 days or 500 spent in this month
    tier gold: 5000 spent in last 12 months and 100 spent in previous quarter
    tier prime: 100 spent since 2026-01-01 and 200 spent ever
    rule "base": on purchase award 1 point per 1 spent at most 300
    rule "double": on purchase where amount >= 200 and not (channel in ("web", "app"))
      award 2.5x points to gold limit 500 points per customer per month
    rule "lines": on purchase
      where any item (category = "food" and price / quantity > 2) or customer.style = "modern"
      award 5 points per item (brand = "own"), 2 points per 1 of total of items (sku = "a") prorated
      limit 3 times per customer per day budget 1000 points
    rule "kinds": on purchase or review
      where number of distinct sku of items >= 3 and day = monday and hour >= 9
      award 10 points to silver and above from 2026-01-01 through 2026-12-31
    rule "past": on purchase
      where 3rd purchase in this month and total amount of purchases in last 30 days > 100
      award (floor(amount / 3)) points once per customer per store
    rule "message": on review award message "{customer}", coupon "C" expires 3 days after award
    """
)
ALLOWED = (
    ast.Module,
    ast.FunctionDef,
    ast.arguments,
    ast.arg,
    ast.Assign,
    ast.Call,
    ast.If,
    ast.While,
    ast.Return,
    ast.Compare,
    ast.BoolOp,
    ast.BinOp,
    ast.UnaryOp,
    ast.Subscript,
    ast.Name,
    ast.Constant,
    ast.expr_context,
    ast.operator,
    ast.cmpop,
    ast.boolop,
    ast.USub,
)


def test_only_whole_numbers_assignments_if_while_and_own_calls_are_emitted() -> None:
    tree = ast.parse(compiled(FULL).text)
    own = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    for node in ast.walk(tree):
        assert isinstance(node, ALLOWED), ast.dump(node)
        if isinstance(node, ast.Call):
            assert isinstance(node.func, ast.Name)
            assert node.func.id in own
        if isinstance(node, ast.Constant):
            assert type(node.value) is int


@pytest.mark.parametrize(
    "text",
    [
        '"__class__"',
        '"{0}"',
        '"\\" or 1 == 1 #"',
        '"import os"',
    ],
)
def test_no_text_of_a_user_is_emitted(text: str) -> None:
    hostile = compiled(f'rule "a": on purchase where channel = {text} award 1 point').text
    plain = compiled('rule "b": on purchase where channel = "x" award 1 point').text
    assert hostile == plain


def test_the_order_of_rules_is_part_of_the_hash() -> None:
    first, second = (
        'rule "a": on purchase award 1 point\n',
        'rule "b": on purchase award 2 points\n',
    )
    assert compiled(first + second).hash == compiled(first + second).hash
    assert compiled(first + second).hash != compiled(second + first).hash
