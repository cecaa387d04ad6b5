"""Messages: expressions between braces, at their places in the whole text."""

from __future__ import annotations

import pytest

from dsl.text import ast
from dsl.text.diagnostics import BadLiteral
from dsl.text.format import format_text
from dsl.text.parse import parse
from tests.dsl.text.reading import (
    AFTER_PAST,
    AMOUNT,
    EVER,
    GOLD,
    OPERATOR,
    PURCHASE,
    VALUE,
    marked,
    name,
    number,
    reward_of,
    syntax,
)

LEFT = ast.LeftTo(GOLD)
STORE = ast.Comparison("=", name("store"), ast.Text('a "b" }'))

MESSAGES: dict[str, tuple[str | ast.Expr, ...]] = {
    '"Thank you"': ("Thank you",),
    '""': (),
    '"Only {left to gold} to gold"': ("Only ", LEFT, " to gold"),
    '"{amount}"': (AMOUNT,),
    '"{amount}{ left to gold }"': (AMOUNT, LEFT),
    '"{{amount}} is {amount}{{"': ("{amount} is ", AMOUNT, "{"),
    '"{{{amount}}}"': ("{", AMOUNT, "}"),
    r'"a \"b\" {amount + 1} \\"': ('a "b" ', ast.Arithmetic("+", AMOUNT, number("1")), " \\"),
    r'"{number of purchases where (store = \"a \\\"b\\\" }\") ever}"': (
        ast.EventCount(ast.Past(PURCHASE, where=STORE, window=EVER)),
    ),
    '"{`a}b`}"': (ast.Name(("a}b",)),),
    "“双 {amount} 号”": ("双 ", AMOUNT, " 号"),
    '"{max(amount, 1)}%"': (ast.Call("max", (AMOUNT, number("1"))), "%"),
}


@pytest.mark.parametrize("text", MESSAGES)
def test_messages_are_texts_and_expressions_in_turn(text: str) -> None:
    assert reward_of(f"message {text}").form == ast.Message(MESSAGES[text])


@pytest.mark.parametrize("text", MESSAGES)
def test_messages_are_read_again_as_they_are_written(text: str) -> None:
    written = format_text(f"on purchase award message {text}", rule=True)
    again = reward_of(written.removeprefix("on purchase\naward "))
    assert again.form == ast.Message(MESSAGES[text])


def test_a_message_stays_on_one_line() -> None:
    long = " + ".join(["amount"] * 30)
    text = f'on purchase\naward message "{{{long}}}"'
    assert format_text(text, rule=True) == text


def test_an_expression_in_a_message_knows_its_place() -> None:
    text = r'on purchase award message "a \"b\" {x + max(`y`, left to gold)} {total of items}"'
    parsed = parse(text)
    assert parsed.document is not None
    (rule,) = parsed.document.statements
    assert isinstance(rule, ast.Rule)
    message = rule.rewards[0].form
    assert isinstance(message, ast.Message)
    _, sum_, _, total = message.parts
    assert isinstance(sum_, ast.Arithmetic)
    assert isinstance(total, ast.ItemTotal)
    assert isinstance(sum_.right, ast.Call)
    spans = [sum_.span, sum_.left.span, sum_.right.arguments[0].span, total.span]
    shown = [text[span.start : span.end] for span in spans]
    assert shown == ["x + max(`y`, left to gold)", "x", "`y`", "total of items"]


MISTAKES: dict[str, tuple[str, ...]] = {
    '"hi ⟦{⟧amount"': ("`{{`", "a closing `}`"),
    '"hi ⟦{}⟧ you"': (VALUE,),
    '"hi ⟦{ }⟧ you"': (VALUE,),
    '"{amount +⟦}⟧"': (VALUE,),
    '"{tier ⟦gold⟧}"': ("`}`", OPERATOR),
    '"{number of purchases⟦}⟧"': AFTER_PAST,
    '"{amount ⟦>⟧ 1}"': ("`}`", OPERATOR),
    '"{amount ⟦#⟧ what}"': ("a closing `}`",),
    '"{amount ⟦{⟧ what}"': ("`}`", OPERATOR),
    r'"\"b\" {x + ⟦>⟧ 5}"': (VALUE,),
}


@pytest.mark.parametrize("text", MISTAKES)
def test_a_mistake_in_a_message_is_told_at_its_place(text: str) -> None:
    clean, (place,) = marked(
        f"on purchase award message {text}, 5 points limit 5 points per customer"
    )
    found, *others = parse(clean).diagnostics
    expected = syntax(clean, place, *MISTAKES[text])
    assert found == expected
    assert not others


def test_a_lone_closing_brace_is_doubled() -> None:
    clean, (place,) = marked('on purchase award message "a ⟦}⟧ b"')
    assert parse(clean).diagnostics == (syntax(clean, place, "`}}`", meant="}}"),)


def test_all_mistakes_of_a_message_are_told() -> None:
    text = 'on purchase award message "⟦{}⟧ ⟦}⟧ {x ⟦y⟧} {x} {⟦>⟧ 1} ⟦{⟧x"'
    clean, places = marked(text)
    assert [found.span for found in parse(clean).diagnostics] == places


def test_a_mistyped_word_in_a_message_is_read_as_meant() -> None:
    clean, (place,) = marked('on purchase award message "{total of ⟦itms⟧}"')
    (found,) = parse(clean).diagnostics
    assert (found.span, found.suggestion) == (place, "items")


def test_a_condition_is_no_value_of_a_message() -> None:
    clean, (place,) = marked('on purchase award message "{⟦(amount > 1)⟧}"')
    assert parse(clean).diagnostics == (syntax(clean, place, VALUE),)


def test_a_literal_in_a_message_is_told_at_its_place() -> None:
    clean, (place,) = marked('on purchase award message "{⟦2026-02-30⟧}"')
    wrong = BadLiteral(span=place, kind="date", found="2026-02-30")
    assert parse(clean).diagnostics == (wrong,)


def test_nesting_in_a_message_is_told_once() -> None:
    (found,) = parse(f'on purchase award message "{{{"(" * 65}x{")" * 65}}}"').diagnostics
    assert found.code == "too-deep"
    (found,) = parse(f'on purchase award message "{{{"-" * 65}x}}"').diagnostics
    assert found.code == "too-deep"
