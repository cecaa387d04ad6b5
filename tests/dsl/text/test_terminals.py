"""A word that could be several things is told apart by the word after it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from dsl.text import ast
from dsl.text.grammar import load
from dsl.text.machine import Machine, Token
from dsl.text.parse import parse
from dsl.text.scan import scan
from dsl.text.terminals import terminal_of
from tests.dsl.text.reading import EVER, PURCHASE, name, rule_of


def test_a_word_is_one_keyword_in_a_place_but_for_those_that_the_next_word_tells_apart() -> None:
    grammar = load()
    several = {
        (word, *found)
        for choices in grammar.table.actions
        for word, terminals in grammar.words.items()
        if len(found := [terminal for terminal in terminals if terminal in choices]) > 1
    }
    assert several == {("with", "ALIKE", "WITH"), ("list", "LIST", "TYPE")}


def test_with_same_is_of_the_events_and_with_chance_of_the_rule() -> None:
    rule = rule_of(
        "on purchase award 1 point per 1 of number of purchases ever with same store with 5% chance"
    )
    past = ast.Past(PURCHASE, same=(name("store"),), window=EVER)
    form = rule.rewards[0].form
    assert isinstance(form, ast.Rate)
    assert form.of == ast.EventCount(past)
    assert rule.clauses == (ast.Chance(Decimal(5)),)


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("event dinner list promo: 1", [ast.EventDecl, ast.ListDecl]),
        ("event dinner: dishes list list promo: 1", [ast.EventDecl, ast.ListDecl]),
        ("event dinner: list list", [ast.EventDecl]),
        ('tier prime: by award gift "Mug"', [ast.TierDecl, ast.ThingDecl]),
        ("segment x: a unit y list z: 1", [ast.SegmentDecl, ast.UnitDecl, ast.ListDecl]),
    ],
)
def test_a_statement_is_told_from_what_goes_on(text: str, kinds: list[type]) -> None:
    document = parse(text).document
    assert document is not None
    assert [type(statement) for statement in document.statements] == kinds


def test_an_unfinished_text_ends_in_a_keyword_where_a_finished_one_ends_in_a_name() -> None:
    grammar = load()
    lexemes = scan("segment x: at", grammar).lexemes
    parser = Machine(grammar.table, "document")
    for terminal, lexeme in zip(("SEGMENT", "NAME", "COLON"), lexemes, strict=False):
        assert parser.feed(Token(terminal, lexeme.text, lexeme.start, lexeme.end))
    assert terminal_of(lexemes[-1], None, parser, grammar) == "NAME"
    assert terminal_of(lexemes[-1], None, parser, grammar, unfinished=True) == "AT"
