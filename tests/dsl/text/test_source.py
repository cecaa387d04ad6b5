"""Places in a text."""

from __future__ import annotations

import pytest

from dsl.text.source import Position, Source, Span


@pytest.mark.parametrize(
    ("offset", "line", "column"),
    [(0, 1, 1), (2, 1, 3), (3, 2, 1), (4, 2, 2), (6, 3, 1), (7, 3, 2), (99, 3, 2)],
)
def test_lines_and_columns_are_counted_from_one_in_code_points(
    offset: int, line: int, column: int
) -> None:
    assert Source("ab\n😀c\nd").position(offset) == Position(line, column)


@pytest.mark.parametrize(("number", "line"), [(1, "ab"), (2, ""), (3, "d")])
def test_a_line_is_without_its_break(number: int, line: str) -> None:
    assert Source("ab\n\nd").line(number) == line


def test_spans_join_from_the_start_of_one_to_the_further_end() -> None:
    assert Span(1, 3).to(Span(5, 7)) == Span(1, 7)
    assert Span(1, 9).to(Span(5, 7)) == Span(1, 9)


@pytest.mark.parametrize(("start", "end"), [(-1, 0), (2, 1)])
def test_a_span_has_its_end_after_its_start(start: int, end: int) -> None:
    with pytest.raises(ValueError, match="not a span"):
        Span(start, end)
