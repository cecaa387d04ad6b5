"""Which terminal a word is: what the parser can take, told apart by the word that follows.

A word is a keyword where the parser looks for it and what follows can stand after it; else it is a
name, where one can stand. So built-in names such as `at` need no backquotes.
"""

from __future__ import annotations

import functools
import re

from dsl.text.grammar import Grammar
from dsl.text.machine import END, Machine
from dsl.text.nearest import LONGEST
from dsl.text.scan import Lexeme

_CURRENCY = re.compile("[A-Z]{3}")


def is_currency(word: str) -> bool:
    """True of what has the form of a currency, such as EUR."""
    return _CURRENCY.fullmatch(word) is not None


@functools.lru_cache(maxsize=4096)
def _of_word(word: str, grammar: Grammar) -> tuple[str, ...]:
    keywords = grammar.words.get(word.lower(), ()) if word.isascii() else ()
    return (*keywords, "CURRENCY", "NAME") if is_currency(word) else (*keywords, "NAME")


def possible(lexeme: Lexeme, grammar: Grammar) -> tuple[str, ...]:
    """All terminals that a lexeme can be somewhere, keywords before names."""
    if lexeme.terminal != "NAME":
        return (lexeme.terminal,)
    # No keyword is that long, and none that is kept in memory.
    return _of_word(lexeme.text, grammar) if len(lexeme.text) <= LONGEST else ("NAME",)


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
    if lexeme.terminal != "NAME":
        return lexeme.terminal if lexeme.terminal in choices else None
    found = [name for name in possible(lexeme, grammar) if name in choices]
    if len(found) < 2:  # noqa: PLR2004 - one is no choice
        return found[0] if found else None
    first = None
    for name in found:
        if not parser.takes(name):
            continue
        if following is None and unfinished:
            return name
        first = first or name
        if parser.takes(name, *(possible(following, grammar) if following else (END,))):
            return name
    return first or found[0]
