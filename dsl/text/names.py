"""How names are written so that they are read as names again: in backquotes where need be."""

from __future__ import annotations

import functools

from dsl.text.ast import Name
from dsl.text.grammar import Grammar
from dsl.text.literals import name as composed
from dsl.text.machine import Machine, Token
from dsl.text.scan import scan
from dsl.text.terminals import is_currency, terminal_of


@functools.cache
def _after(grammar: Grammar, before: str) -> Machine:
    """The parser after a text, which is the beginning of a sentence."""
    parser = Machine(grammar.table, "document")
    lexemes = scan(before, grammar).lexemes
    for at, lexeme in enumerate(lexemes):
        following = lexemes[at + 1] if at + 1 < len(lexemes) else None
        terminal = terminal_of(lexeme, following, parser, grammar, unfinished=True)
        if terminal is None or not parser.feed(Token(terminal, lexeme.text, 0, 0)):
            raise ValueError(before)
    return parser


@functools.cache
def reserved(grammar: Grammar, before: str) -> frozenset[str]:
    """The words that are keywords after a text, but for names that the next word tells apart."""
    parser = _after(grammar, before)
    choices = parser.accepts()
    return frozenset(
        word
        for word, terminals in grammar.words.items()
        for terminal in terminals
        if terminal in choices
        and not (
            (terminal == "FUNCTION" or word in grammar.spoken.names)
            and _is_told_apart(parser, terminal)
        )
    )


def _is_told_apart(parser: Machine, keyword: str) -> bool:
    """True where nothing that can follow a keyword can follow a name in its place."""
    followers: list[frozenset[str]] = []
    for terminal in (keyword, "NAME"):
        after = parser.copy()
        if not after.feed(Token(terminal, "", 0, 0)):
            return False
        followers.append(after.accepts())
    return followers[0].isdisjoint(followers[1]) and "NAME" not in followers[0] | followers[1]


def written(name: Name, before: str, grammar: Grammar, forms: frozenset[str] = frozenset()) -> str:
    """A name as it is written after a text such as `on`; after a dot nothing is reserved.

    `forms` are other forms of built-in names, which an exact name is told from by its backquotes.
    """
    first, *rest = name.parts
    taken = reserved(grammar, before)
    quoted = (
        first.lower() in taken
        or (first in forms and not rest)
        or (is_currency(first) and "CURRENCY" in _after(grammar, before).choices)
    )
    return ".".join([_quoted(first, quoted=quoted), *(_quoted(part) for part in rest)])


def _quoted(part: str, *, quoted: bool = False) -> str:
    plain = part.replace("_", "a")
    is_word = bool(plain) and plain.isalnum() and not part[0].isdigit()
    if is_word and not part[0].isnumeric() and not quoted:
        return part
    return f"`{composed(part)}`"
