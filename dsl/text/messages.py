r"""The expressions inside a message: `{EXPRESSION}` in its text, `{{` and `}}` for braces.

An expression stands in a text in quotes, so that quotes of its own stand there behind `\\`. Its
parts know their places in the whole text. Source: docs/language.md, section 3.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import replace

from dsl.text.diagnostics import Diagnostic, Syntax
from dsl.text.grammar import Grammar
from dsl.text.literals import Literals
from dsl.text.machine import END, Node, Token
from dsl.text.reader import Reader
from dsl.text.scan import scan
from dsl.text.source import QUOTES, Span


def split(token: Token, grammar: Grammar, diagnostics: list[Diagnostic]) -> list[str | Node]:
    """The texts and the expressions of a message in turn; what is wrong goes to `diagnostics`."""
    literals = Literals()
    literals.text(token.text, Span(token.start, token.end))
    diagnostics += literals.diagnostics
    characters = list(_resolved(token))
    resolved = "".join(character for character, _ in characters)
    parts: list[str | Node] = []
    text = ""
    at = 0
    while at < len(characters):
        character, place = characters[at]
        following = characters[at + 1][0] if at + 1 < len(characters) else ""
        if character not in "{}":
            text += character
            at += 1
        elif character == following:
            text += character
            at += 2
        elif character == "}":
            diagnostics.append(replace(_syntax(place, "}", "`}}`"), suggestion="}}"))
            at += 1
        else:
            end = _closing(resolved, at + 1, grammar)
            if end is None:
                wrong = _syntax(place, "{", "`{{`", grammar.spoken.closing_brace)
                diagnostics.append(wrong)
                break
            node = _expression(token, characters[at : end + 1], grammar)
            if isinstance(node, Node):
                parts += [text, node] if text else [node]
                text = ""
            else:
                diagnostics.append(node)
            at = end + 1
    return [*parts, text] if text else parts


def _syntax(start: int, found: str, *expected: str) -> Syntax:
    return Syntax(span=Span(start, start + len(found)), found=found, expected=expected)


def _resolved(token: Token) -> Iterator[tuple[str, int]]:
    """What stands in the quotes, escapes resolved, each character with the place of its start."""
    at, last = 1, len(token.text) - 1
    while at < last:
        place = token.start + at
        if token.text[at] == "\\" and at + 1 < last:
            at += 1
        yield token.text[at], place
        at += 1


def _closing(text: str, start: int, grammar: Grammar) -> int | None:
    """The index of the brace that ends an expression; those inside quotes do not."""
    at = start
    while at < len(text):
        if text[at] == "}":
            return at
        skipped = _skipped(grammar).match(text, at) if text[at] in f"{QUOTES}`" else None
        at = skipped.end() if skipped else at + 1
    return None


@functools.cache
def _skipped(grammar: Grammar) -> re.Pattern[str]:
    """What stands in quotes or backquotes."""
    patterns = dict(grammar.patterns)
    return re.compile(f"{patterns['STRING']}|{patterns['QUOTED_NAME']}")


def _expression(
    token: Token, characters: list[tuple[str, int]], grammar: Grammar
) -> Node | Diagnostic:
    """The expression between two braces, or what is wrong with it first."""
    places = [place for _, place in characters[1:]]
    opening, closing = characters[0][1], places[-1]
    inner = "".join(character for character, _ in characters[1:-1])
    if not inner.strip():
        found = token.text[opening - token.start : closing + 1 - token.start]
        return _syntax(opening, found, grammar.spoken.value)
    scanned = scan(inner, grammar)
    for deep in scanned.diagnostics:
        return replace(deep, span=Span(opening, closing + 1))
    for comment in scanned.comments:
        return _syntax(places[comment.span.start], "#", grammar.spoken.closing_brace)
    lexemes = tuple(
        lexeme._replace(start=places[lexeme.start], end=places[lexeme.end], starts_line=False)
        for lexeme in scanned.lexemes
    )
    reader = Reader(lexemes, grammar, "embedded")
    reader.read()
    if not reader.diagnostics:
        return reader.trees[0]
    first = reader.diagnostics[0]
    if not isinstance(first, Syntax):
        return first
    ending = grammar.spoken.expected[END]
    expected = tuple("`}`" if phrase == ending else phrase for phrase in first.expected)
    if not first.found:
        # The text of the expression ends where its brace is.
        return _syntax(closing, "}", *expected)
    return replace(first, expected=expected)
