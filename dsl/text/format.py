"""The canonical text of a tree, which proves itself by being read again.

A clause of a rule has a line of its own, what is longer than a line is broken at its joints,
comments keep their places, names stand in backquotes only where they must.
"""

from __future__ import annotations

from collections.abc import Sequence

from dsl.text import ast
from dsl.text.comments import anchors, attach
from dsl.text.diagnostics import Diagnostic
from dsl.text.layout import render
from dsl.text.parse import parse
from dsl.text.writing.statements import Writer


class FormatError(ValueError):
    """The text does not parse, or (without diagnostics) a tree says what no text can."""

    def __init__(self, diagnostics: Sequence[Diagnostic] = ()) -> None:
        super().__init__("the text does not parse" if diagnostics else "the tree has no text")
        self.diagnostics = tuple(diagnostics)


def format_text(text: str, *, rule: bool = False) -> str:
    """The canonical text of a text; FormatError where it does not parse.

    With `rule` the text is that of one rule without its name.
    """
    parsed = parse(text, rule=rule)
    if parsed.document is None:
        raise FormatError(parsed.diagnostics)
    return format_document(parsed.document, rule=rule)


def format_document(document: ast.Document, *, rule: bool = False) -> str:
    """The canonical text of a tree; FormatError where reading it would not give the tree back.

    A whole text ends with a line break, the text of one rule does not.
    """
    comments = attach(document.comments, list(anchors(document.statements)))
    text = render(Writer(comments).document(document.statements))
    if text and not rule:
        text += "\n"
    again = parse(text, rule=rule).document
    if again != document or _words(again) != _words(document):
        raise FormatError
    return text


def _words(document: ast.Document) -> list[str]:
    """The words of all comments: two at the end of one line become one."""
    return sorted(word for comment in document.comments for word in comment.text.split())
