"""Canonical text: layout, parentheses, backquotes, comments, and that it means the same."""

from __future__ import annotations

from decimal import Decimal
from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dsl.text import ast
from dsl.text.diagnostics import Syntax
from dsl.text.format import FormatError, format_document, format_text
from dsl.text.grammar import load
from dsl.text.parse import parse
from dsl.text.scan import scan
from dsl.text.source import Span
from tests.strategies import documents, sentences


@given(documents())
@settings(max_examples=150, deadline=None)
def test_reading_what_was_written_gives_the_tree_back(document: ast.Document) -> None:
    text = format_document(document)
    assert parse(text).document == document
    assert format_text(text) == text


@given(sentences())
@settings(max_examples=50, deadline=None)
def test_the_text_of_one_rule_is_read_back_without_its_name(document: ast.Document) -> None:
    text = format_document(document, rule=True)
    assert parse(text, rule=True).document == document
    assert format_text(text, rule=True) == text


@given(documents(), st.data())
@settings(max_examples=75, deadline=None)
def test_comments_anywhere_are_kept_and_settle_at_once(
    document: ast.Document, data: st.DataObject
) -> None:
    plain = format_document(document)
    ends = [0, *(lexeme.span.end for lexeme in scan(plain, load()).lexemes)]
    text = plain
    for end in sorted(data.draw(st.sets(st.sampled_from(ends), max_size=4)), reverse=True):
        comment = data.draw(st.sampled_from(["# said\n", "\n# said\n", "\n#\n\n# said more\n"]))
        text = text[:end] + comment + text[end:]
    written = format_text(text)
    assert parse(written).document == document
    assert written.count("said") == text.count("said")
    assert format_text(written) == written


def test_a_clause_has_a_line_of_its_own() -> None:
    text = (
        'RULE "Gold double" : ON purchases WHERE amount>=200 AWARD 2x points TO gold '
        "LIMIT 500 point PER customer PER month"
    )
    assert format_text(text) == dedent("""\
        rule "Gold double":
          on purchase
          where amount >= 200
          award 2x points to gold
          limit 500 points per customer per month
        """)


def test_the_text_of_one_rule_has_no_name_and_no_indentation() -> None:
    text = "on purchase where amount >= 200 award 2x points to gold\n"
    expected = "on purchase\nwhere amount >= 200\naward 2x points to gold"
    assert format_text(text, rule=True) == expected


def test_rules_and_kinds_of_declarations_are_set_apart() -> None:
    text = (
        'program "C" tier a: 1 spent ever '
        "tier b: 2 spent ever or 1 spent this week and 3 spent ever "
        'rule "x": on purchase award 1 points rule "y": on review award 2 point'
    )
    assert format_text(text) == dedent("""\
        program "C"

        tier a: 1 spent ever
        tier b: 2 spent ever or 1 spent in this week and 3 spent ever

        rule "x":
          on purchase
          award 1 point

        rule "y":
          on review
          award 2 points
        """)


def test_what_is_longer_than_a_line_is_broken_at_its_joints() -> None:
    choices = ", ".join(f'"{"c" * 20}{n}"' for n in range(5))
    text = (
        f"on purchase where amount >= 200 "
        f"and (channel = {'x' * 40} or store = {'y' * 40} or a = 1) "
        f"and category in ({choices}) and any item (brand = {'z' * 40} and price > 5) "
        "award 1 point per 10 spent at most 500, 20 points per item (category = coffee) to gold, "
        "3x points to silver and above"
    )
    assert format_text(text) == dedent("""\
        on purchase
        where amount >= 200
          and (channel = xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
            or store = yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy
            or a = 1)
          and category in (
            "cccccccccccccccccccc0",
            "cccccccccccccccccccc1",
            "cccccccccccccccccccc2",
            "cccccccccccccccccccc3",
            "cccccccccccccccccccc4"
          )
          and any item (brand = zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz and price > 5)
        award 1 point per 10 spent at most 500,
          20 points per item (category = coffee) to gold,
          3x points to silver and above
        """)


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("((a)) = (1)", "a = 1"),
        ("(a = 1) and ((b = 2) or (c = 3))", "a = 1 and (b = 2 or c = 3)"),
        ("(a = 1 and b = 2) or c = 3", "a = 1 and b = 2 or c = 3"),
        ("not (a = 1)", "not a = 1"),
        ("not (a = 1 or b = 2)", "not (a = 1 or b = 2)"),
        ("(a + b) + c = (a * b) + c", "a + b + c = a * b + c"),
        ("a + (b + c) = a - (b - c)", "a + (b + c) = a - (b - c)"),
        ("(a + b) * c = -(a + b)", "(a + b) * c = -(a + b)"),
        ("(-a) * b = - - c", "-a * b = --c"),
        ("(a) between (1) and (2 + 3)", "a between 1 and 2 + 3"),
        ("a   in(1,2)", "a in (1, 2)"),
        ("`amount` = `tier`", "amount = tier"),
        ("`not` = `number`.`of`", "`not` = `number`.of"),
        ("`two words`.`x` > 1", "`two words`.x > 1"),
        ("a = 19.90 or a = 5.0%", "a = 19.90 or a = 5.0%"),
        ("a > 1 days or a > 2 day", "a > 1 day or a > 2 days"),
        ("at = 2026-11-11T20:00:00", "at = 2026-11-11 20:00"),
        ("at = 20:00:05", "at = 20:00:05"),
        ("city = “上海”", 'city = "上海"'),
        (r'city = "a \"b\" \\"', r'city = "a \"b\" \\"'),
    ],
)
def test_conditions_are_written_one_way(written: str, canonical: str) -> None:
    text = f"on purchase\nwhere {canonical}\naward 5 points"
    assert format_text(f"on purchase where {written} award 5 points", rule=True) == text


COMMENTED = """\
# about the program
program "Coffee Club" timezone "Asia/Shanghai"  # in China

event dinner:  # head
  city text,  # where
  # how
  room one of ("north", "south")
tier gold: 5000 spent ever  # rich

# the base
# in two lines
rule "base":  # everyone
  on purchase  # any
  # only large ones
  where amount >= 200  # large
    # and new
    and (city = "x"
      # or far
      or city = "y")  # near
  # what for
  award 1 point per 1 spent,  # one
    # more
    5 points
  # how much
  limit 5 points per customer  # little
  because "x"

# the end
"""


def test_comments_keep_their_places() -> None:
    assert format_text(COMMENTED) == COMMENTED.replace("tier gold", "\ntier gold")


def test_comments_between_words_of_one_line_end_it() -> None:
    text = "on purchase where amount # what is paid\n >= 200 award #now\n 5 points #then\n#last"
    assert format_text(text, rule=True) == dedent("""\
        on purchase
        where amount >= 200  # what is paid now
        award 5 points  # then

        # last""")


def test_a_text_of_comments_stays_one() -> None:
    assert format_text("#a\n\n  #   b \n") == "# a\n# b\n"
    assert format_text(" \n") == ""


def test_a_text_with_mistakes_is_not_touched() -> None:
    with pytest.raises(FormatError) as refused:
        format_text("on purchase awrad 5 points")
    (found,) = refused.value.diagnostics
    assert isinstance(found, Syntax)
    assert (found.span, found.suggestion) == (Span(12, 17), "award")


@pytest.mark.parametrize(
    "condition",
    [
        ast.Text("two\nlines"),
        ast.Name(("back`quote",)),
        ast.Number(Decimal(-1)),
        ast.And((ast.Flag(value=True), ast.And((ast.Flag(value=True), ast.Flag(value=False))))),
    ],
)
def test_a_tree_that_no_text_says_is_refused(condition: ast.Condition) -> None:
    reward = ast.Reward(ast.Flat(Decimal(5), ast.Name(("points",))))
    rule = ast.Rule(None, ast.EventTrigger((ast.Name(("purchase",)),)), condition, (reward,))
    with pytest.raises(FormatError):
        format_document(ast.Document((rule,)))
