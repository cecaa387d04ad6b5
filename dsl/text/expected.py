"""What could stand at a place, in a reader's words."""

from __future__ import annotations

import functools
from collections.abc import Collection

from dsl.text.grammar import Grammar
from dsl.text.machine import END
from dsl.text.nearest import nearest

MOST_PHRASES = 8

_ARITHMETIC = frozenset({"PLUS", "MINUS", "STAR", "SLASH"})
_JOINTS = ("AND", "OR")
# The parts that a sentence cannot go on without, where they can stand.
_FIRST = ("reward", "trigger", "window")


@functools.cache
def starters(grammar: Grammar, start: str) -> frozenset[str]:
    """The terminals that what `start` names can begin with."""
    table = grammar.table
    return frozenset(table.actions[table.starts[start]])


def phrases(terminals: Collection[str], grammar: Grammar) -> tuple[str, ...]:
    """What the terminals are called, most likely first, no more than a reader wants to know."""
    spoken = grammar.spoken
    left = set(terminals)
    first: list[str] = []
    last: list[str] = []
    for start, phrase in spoken.parts.items():
        if starters(grammar, start) <= left:
            left -= starters(grammar, start)
            (first if start in _FIRST else last).append(phrase)
    if {"NUMBER", "NAME", "LPAR"} <= left:
        first.append(spoken.condition if "NOT" in left else spoken.value)
        left -= starters(grammar, "condition")
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
    clauses = [name for name in grammar.spelled if name in starters(grammar, "remainder")]
    words = [name for name in grammar.spelled if name not in clauses and name not in _JOINTS]
    first.extend(
        f"`{grammar.spelled[terminal]}`"
        for terminal in (*clauses, *_JOINTS, *words)
        if terminal in left
    )
    first.extend(f"`{sign}`" for sign in (":", "(", ")") if grammar.signs[sign] in left)
    first.extend(phrase for terminal, phrase in spoken.expected.items() if terminal in left)
    if "COMMA" in left:
        first.append("`,`")
    room = MOST_PHRASES - len(last)
    return tuple([*first[:room], *last])


def keyword(word: str, terminals: Collection[str], grammar: Grammar) -> str | None:
    """The word that could stand here and was most likely meant."""
    near = (
        known for known, names in grammar.words.items() if any(name in terminals for name in names)
    )
    found = nearest(word, near)
    if found is None and "CURRENCY" in terminals and len(word) == 3 and word.isascii():  # noqa: PLR2004 - as ISO 4217 has it
        return word.upper() if word.isalpha() else None
    return found
