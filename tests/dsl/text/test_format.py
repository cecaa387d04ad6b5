"""Canonical text: layout, parentheses, backquotes, comments, and that it means the same."""

from __future__ import annotations

from hypothesis import given, settings

from dsl.text import ast
from dsl.text.format import format_document, format_text
from dsl.text.parse import parse
from tests.strategies import documents, sentences


@given(documents())
@settings(max_examples=150)
def test_reading_what_was_written_gives_the_tree_back(document: ast.Document) -> None:
    text = format_document(document)
    assert parse(text).document == document
    assert format_text(text) == text


@given(sentences())
@settings(max_examples=50)
def test_the_text_of_one_rule_is_read_back_without_its_name(document: ast.Document) -> None:
    text = format_document(document, rule=True)
    assert parse(text, rule=True).document == document
    assert format_text(text, rule=True) == text
