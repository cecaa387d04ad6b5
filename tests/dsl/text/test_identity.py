"""Reading what was written gives the same again: of every part of any tree, and of every text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from dsl.text import ast
from dsl.text.format import format_document, format_text
from dsl.text.parse import parse
from tests.fuzz.texts import corpus
from tests.strategies.cases import programs
from tests.strategies.trees import PARTS


@pytest.mark.parametrize("part", PARTS)
def test_a_tree_is_what_its_text_says(part: str) -> None:
    @settings(max_examples=100)
    @given(PARTS[part])
    def is_what_its_text_says(statement: ast.Statement) -> None:
        document = ast.Document((statement,))
        text = format_document(document)
        assert parse(text).document == document
        assert format_text(text) == text

    is_what_its_text_says()


@settings(max_examples=200)
@given(programs())
def test_a_drawn_program_says_the_same_in_canonical_text(text: str) -> None:
    assert_same(text)


@pytest.mark.parametrize("text", corpus())
def test_a_text_of_the_cases_says_the_same_in_canonical_text(text: str) -> None:
    assert_same(text)


def assert_same(text: str) -> None:
    document = parse(text).document
    if document is not None:
        canonical = format_text(text)
        assert parse(canonical).document == document
        assert format_text(canonical) == canonical
