"""What a spoken form of the language brings along beside its grammar: its table of words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, eq=False)
class Spoken:
    """One spoken form: its grammar and its words, all in lower case, for the one tree.

    `values` gives the words that stand for a value, by the terminal they make: the grammar says
    where they can stand, this table what they are. `units` and `events` turn other forms of a
    built-in name (plurals) into the name; `names` are built-in names that are keywords elsewhere
    and never need backquotes. `expected`, `parts` (by what the grammar can start with), `rare`
    (told only where nothing else is) and the phrases at the end are how a reader is told what could
    stand at a place; `mistyped` is what people write for an operator or a word.
    """

    grammar: str
    values: Mapping[str, Mapping[str, object]]
    units: Mapping[str, str]
    events: Mapping[str, str]
    names: frozenset[str]
    expected: Mapping[str, str]
    parts: Mapping[str, str]
    rare: frozenset[str]
    mistyped: Mapping[str, str]
    value: str
    constant: str
    condition: str
    operator: str
    statement: str
    closing_quote: str
    closing_brace: str
    before_rewards: str
