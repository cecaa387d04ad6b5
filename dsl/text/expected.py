"""What could stand at a place, in a reader's words."""

from __future__ import annotations

import functools

from dsl.text.grammar import Grammar
from dsl.text.machine import END
from dsl.text.nearest import near

MOST_PHRASES = 8

_ARITHMETIC = frozenset({"PLUS", "MINUS", "STAR", "SLASH"})
_JOINTS = ("AND", "OR")
# The parts that a sentence cannot go on without, where they can stand.
_FIRST = ("reward", "trigger", "_target", "window")


@functools.cache
def starters(grammar: Grammar, start: str) -> frozenset[str]:
    """The terminals that what `start` names can begin with."""
    table = grammar.table
    return frozenset(table.actions[table.starts[start]])


@functools.lru_cache(maxsize=1024)
def phrases(terminals: frozenset[str], grammar: Grammar) -> tuple[str, ...]:
    """What the terminals are called, most likely first, no more than a reader wants to know."""
    spoken = grammar.spoken
    left = set(terminals - spoken.rare or terminals)
    first: list[str] = []
    last: list[str] = []
    for start, phrase in spoken.parts.items():
        if starters(grammar, start) <= left:
            left -= starters(grammar, start)
            (first if start in _FIRST else last).append(phrase)
    if {"NUMBER", "NAME", "LPAR"} <= left:
        first.append(spoken.condition if "NOT" in left else spoken.value)
        left -= starters(grammar, "condition")
    if starters(grammar, "constant") <= left:
        first.append(spoken.constant)
        left -= starters(grammar, "constant")
    if left & _ARITHMETIC:
        left -= _ARITHMETIC
        last.insert(0, spoken.operator)
    statements = starters(grammar, "document") - {END}
    if statements <= left:
        left -= statements | {END}
        last.append(spoken.statement)
    for terminal in ("COMPARATOR", "STRING", "NUMBER", "DATE", "DATETIME", "FACTOR"):
        if terminal in left:
            left.remove(terminal)
            first.append(spoken.expected[terminal])
    if "NAME" in left:
        left -= {"QUOTED_NAME"}
    first.extend(f"`{grammar.spelled[name]}`" for name in _words(grammar) if name in left)
    first.extend(f"`{sign}`" for sign in (":", "(", ")") if grammar.signs[sign] in left)
    first.extend(phrase for terminal, phrase in spoken.expected.items() if terminal in left)
    if "COMMA" in left:
        first.append("`,`")
    room = MOST_PHRASES - len(last)
    return (*first[:room], *last)


@functools.cache
def _words(grammar: Grammar) -> tuple[str, ...]:
    """The terminals of single words, most likely first: what leads on, what joins, the others."""
    leading = starters(grammar, "remainder") - starters(grammar, "_clause")
    words = [name for name in grammar.spelled if name not in leading and name not in _JOINTS]
    return (*sorted(leading), *_JOINTS, *words)


@functools.lru_cache(maxsize=1024)
def keywords(word: str, terminals: frozenset[str], grammar: Grammar) -> tuple[str, ...]:
    """The words that could stand here and may have been meant, the most likely first."""
    possible = (
        known for known, names in grammar.words.items() if any(name in terminals for name in names)
    )
    found = near(word, possible)
    if "CURRENCY" in terminals and len(word) == 3 and word.isascii() and word.isalpha():  # noqa: PLR2004 - as ISO 4217 has it
        return (*found, word.upper())
    return found
