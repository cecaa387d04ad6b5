"""A problem as a terminal shows it: where, what, the line, and carets under the place."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from dsl.meaning.wording import render

if TYPE_CHECKING:
    from dsl.text.diagnostics import Diagnostic
    from dsl.text.source import Source

TAB = 4
# A longer line is shown in part, so that a hostile text does not fill the screen.
LONGEST = 160


def report(source: Source, problem: Diagnostic, language: str = "en") -> str:
    """A few lines: `name:line:column: severity: text [code]`, the line, carets, and the help.

    Lines and columns count from 1, columns in characters. Carets stand under the whole place, or
    to the end of its first line; wide characters and tabs take the room a terminal gives them.
    """
    message = render(problem, language)
    start, end = (source.position(offset) for offset in (problem.span.start, problem.span.end))
    name = f"{source.name}:" if source.name else ""
    head = f"{name}{start.line}:{start.column}: {problem.severity}: {message.text}"
    line = source.line(start.line).rstrip("\r")
    last = end.column - 1 if end.line == start.line else len(line)
    # The part of a long line that is shown begins before the place.
    cut = max(0, start.column - 1 - LONGEST // 2) if len(line) > LONGEST else 0
    room = _columns(line[cut : start.column - 1])
    width = _columns(line[cut : min(last, cut + LONGEST)]) - room
    carets = " " * room + "^" * max(1, width)
    lines = [
        f"{_printable(head)} [{problem.code}]",
        f"  {_printable(line[cut : cut + LONGEST])}",
        f"  {carets}",
    ]
    if message.help is not None:
        lines.append(f"  help: {_printable(message.help)}")
    return "\n".join(lines)


def _columns(text: str) -> int:
    """How many columns a terminal gives a text from the start of a line."""
    return sum(_width(char) for char in _printable(text))


def _width(char: str) -> int:
    if unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def _printable(text: str) -> str:
    """The text without what would move the terminal's cursor: tabs are spaces, controls a sign."""
    spaced, column = [], 0
    for char in text:
        if char == "\t":
            room = TAB - column % TAB
            spaced.append(" " * room)
        else:
            is_control = unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp")
            spaced.append("\N{REPLACEMENT CHARACTER}" if is_control else char)
            room = _width(spaced[-1])
        column += room
    return "".join(spaced)
