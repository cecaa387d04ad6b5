"""How names are written so that they are read as names again: in backquotes where need be."""

from __future__ import annotations

import functools
from typing import Literal

from dsl.text.ast import Name
from dsl.text.grammar import Grammar
from dsl.text.literals import name as composed

# Where a name can stand: by the rules of the grammar that are looked for there, and those that
# are not.
Role = Literal["expression", "target", "unit", "event", "declared"]
_ROLES: dict[Role, tuple[str, tuple[str, ...]]] = {
    "expression": ("atom", ()),
    "target": ("path", ("atom",)),
    "unit": ("unit", ()),
    "event": ("event_name", ()),
    "declared": ("name", ("unit", "event_name")),
}


@functools.cache
def reserved(grammar: Grammar, role: Role) -> frozenset[str]:
    """The words that are keywords somewhere where a name of this role can stand."""
    wanted, unwanted = _ROLES[role]
    terminals: set[str] = set()
    for choices, rules in zip(grammar.table.actions, grammar.table.gotos, strict=True):
        if wanted in rules and not any(name in rules for name in unwanted):
            terminals.update(choices)
    forms = {"unit": grammar.spoken.units, "event": grammar.spoken.events}.get(role, {})
    words = {word for word, names in grammar.words.items() if not terminals.isdisjoint(names)}
    return frozenset(words | forms.keys())


def written(name: Name, role: Role, grammar: Grammar) -> str:
    """A name as it is written in the role; after a dot nothing is reserved."""
    first, *rest = name.parts
    taken = reserved(grammar, role)
    return ".".join([_quoted(first, taken), *(_quoted(part, frozenset()) for part in rest)])


def _quoted(part: str, taken: frozenset[str]) -> str:
    plain = part.replace("_", "a")
    is_word = bool(plain) and plain.isalnum() and not part[0].isdigit()
    if is_word and not part[0].isnumeric() and part.lower() not in taken:
        return part
    return f"`{composed(part)}`"
