"""Problems as a terminal shows them."""

from __future__ import annotations

import pytest

from dsl.meaning.diagnostics import UnknownName
from dsl.meaning.report import report
from dsl.text.source import Source, Span


def shown(text: str, start: int, end: int, suggestion: str | None = None) -> list[str]:
    problem = UnknownName(
        span=Span(start, end), name=text[start:end], role="attribute", suggestion=suggestion
    )
    return report(Source(text, "club.rules"), problem).split("\n")


def test_a_problem_is_shown_at_its_place_with_what_was_meant() -> None:
    text = "# club\non purchase where amout >= 200 award 1 point"
    assert shown(text, 25, 30, "amount") == [
        "club.rules:2:19: error: there is no `amout` here [unknown-name]",
        "  on purchase where amout >= 200 award 1 point",
        "                    ^^^^^",
        "  help: did you mean `amount`?",
    ]


@pytest.mark.parametrize(
    ("text", "start", "end", "line", "carets"),
    [
        ("宽 amout", 2, 7, "宽 amout", "   ^^^^^"),
        ("\tamout", 1, 6, "    amout", "    ^^^^^"),
        ("a\tamout", 2, 7, "a   amout", "    ^^^^^"),
        ("e\u0301 宽amout", 3, 9, "e\u0301 宽amout", "  ^^^^^^^"),
        ("amout", 5, 5, "amout", "     ^"),
        ("", 0, 0, "", "^"),
        ("amout\r\nand", 0, 5, "amout", "^^^^^"),
        ("a\nb", 0, 3, "a", "^"),
        ("\x1b[2J amout", 5, 10, "\N{REPLACEMENT CHARACTER}[2J amout", "     ^^^^^"),
    ],
)
def test_carets_stand_under_the_place(
    text: str, start: int, end: int, line: str, carets: str
) -> None:
    assert shown(text, start, end)[1:3] == [f"  {line}", f"  {carets}"]


def test_of_a_long_line_the_part_around_the_place_is_shown() -> None:
    head, line, carets = shown("x" * 5000 + " amout " + "y" * 5000, 5001, 5006)
    assert head.startswith("club.rules:1:5002: ")
    assert len(line) <= 170
    assert line[carets.index("^") :].startswith("amout")
    assert carets.count("^") == 5


def test_a_source_without_a_name_has_none() -> None:
    problem = UnknownName(name="x", role="tier")
    assert report(Source("x"), problem).startswith("1:1: error: ")
