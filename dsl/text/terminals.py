"""Which terminal a word is: what the parser can take, told apart by the word that follows.

A word is a keyword where the parser looks for it and what follows can stand after it; else it is a
name, where one can stand. So built-in names such as `at` need no backquotes.
"""

from __future__ import annotations

import re

from dsl.text.grammar import Grammar
from dsl.text.machine import END, Machine
from dsl.text.scan import Lexeme

_CURRENCY = re.compile("[A-Z]{3}")


def is_currency(word: str) -> bool:
    """True of what has the form of a currency, such as EUR."""
    return _CURRENCY.fullmatch(word) is not None


def possible(lexeme: Lexeme, grammar: Grammar) -> tuple[str, ...]:
    """All terminals that a lexeme can be somewhere, keywords before names."""
    if lexeme.terminal != "NAME":
        return (lexeme.terminal,)
    text = lexeme.text
    keywords = grammar.words.get(text.lower(), ()) if text.isascii() else ()
    if is_currency(text):
        return (*keywords, "CURRENCY", "NAME")
    return (*keywords, "NAME")


def terminal_of(
    lexeme: Lexeme,
    following: Lexeme | None,
    parser: Machine,
    grammar: Grammar,
    *,
    unfinished: bool = False,
) -> str | None:
    """The terminal that a lexeme is to the parser now; None where it cannot stand.

    Where nothing follows the text ends, or is `unfinished` and may go on.
    """
    choices = parser.choices
    found = [name for name in possible(lexeme, grammar) if name in choices]
    if len(found) < 2:  # noqa: PLR2004 - one is no choice
        return found[0] if found else None
    follow = (END,) if following is None else possible(following, grammar)
    first = None
    for name in found:
        after = parser.after(name)
        if after is None:
            continue
        if following is None and unfinished:
            return name
        first = first or name
        taken = parser.table.actions[after]
        if any(terminal in taken for terminal in follow):
            return name
    return first or found[0]
