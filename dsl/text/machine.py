"""The parser: a stack machine driven by an LALR table, fed one terminal after another.

Whoever feeds it decides which terminal a word is, by what the machine can take now. What was read
is put together into nodes of the grammar's rules; rules whose name begins with `_` leave no node.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import NamedTuple

END = "$END"


class Token(NamedTuple):
    """A word, sign or literal that was fed: what it is taken for, its text and its place."""

    type: str
    text: str
    start: int
    end: int


class Node:
    """What a rule of the grammar (or one of its named forms) stood for, and where."""

    __slots__ = ("children", "end", "kind", "start")

    def __init__(self, kind: str, children: list[Node | Token]) -> None:
        self.kind = kind
        self.children = children
        self.start = children[0].start if children else 0
        self.end = children[-1].end if children else 0


class Several:
    """The parts of a rule that leaves no node: the first `count` of a list that may grow on."""

    __slots__ = ("count", "items")

    def __init__(self, items: list[Node | Token]) -> None:
        self.items = items
        self.count = len(items)


Value = Node | Token | Several


@dataclass(frozen=True, slots=True)
class Production:
    """One form of a rule: `size` parts become an `origin`.

    `kind` is what its node is called, empty where it leaves none; `single` is true where one part
    alone stands for itself.
    """

    origin: str
    kind: str
    size: int
    single: bool


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """An LALR table: by state the action of each terminal and the next state of each rule.

    An action of 0 and above is the state to go to, one below is a production, by its complement.
    """

    productions: tuple[Production, ...]
    actions: tuple[Mapping[str, int], ...]
    gotos: tuple[Mapping[str, int], ...]
    starts: Mapping[str, int]


class Machine:
    """Reads what can begin at `start`; `states` and `values` are its stack."""

    __slots__ = ("states", "table", "values")

    def __init__(self, table: Table, start: str) -> None:
        self.table = table
        self.states = [table.starts[start]]
        self.values: list[Value] = []

    @property
    def choices(self) -> Collection[str]:
        """The terminals looked for now; some may turn out not to fit."""
        return self.table.actions[self.states[-1]].keys()

    def accepts(self) -> frozenset[str]:
        """The terminals that can be fed now."""
        return frozenset(terminal for terminal in self.choices if self.after(terminal) is not None)

    def after(self, terminal: str) -> int | None:
        """The state in which a terminal would leave the machine; None where it cannot be fed."""
        table = self.table
        states = self.states
        left = len(states)
        # What reductions put on top of the first `left` states of the stack.
        upon: list[int] = []
        while True:
            action = table.actions[upon[-1] if upon else states[left - 1]].get(terminal)
            if action is None or action >= 0:
                return action
            production = table.productions[~action]
            for _ in range(production.size):
                if upon:
                    upon.pop()
                else:
                    left -= 1
            upon.append(table.gotos[upon[-1] if upon else states[left - 1]][production.origin])

    def feed(self, token: Token) -> bool:
        """Read a token; where it cannot stand, the machine may be left in the middle."""
        table, states, values = self.table, self.states, self.values
        terminal = token.type
        while True:
            action = table.actions[states[-1]].get(terminal)
            if action is None:
                return False
            if action >= 0:
                states.append(action)
                values.append(token)
                return True
            production = table.productions[~action]
            size = production.size
            if size:
                parts = values[-size:]
                del values[-size:]
                del states[-size:]
            else:
                parts = []
            values.append(_made(production, parts))
            states.append(table.gotos[states[-1]][production.origin])


def _made(production: Production, parts: list[Value]) -> Value:
    """What a production makes of its parts."""
    if len(parts) == 1:
        (part,) = parts
        if not isinstance(part, Several):
            if production.single:
                return part
            return Node(production.kind, [part]) if production.kind else Several([part])
    first = parts[0] if parts else None
    if production.kind or not isinstance(first, Several):
        items = _flat(parts)
    elif len(first.items) == first.count:
        # Nobody has gone on from here before: the list itself grows, and stays the same to others.
        items = first.items
        items += _flat(parts[1:])
    else:
        items = [*first.items[: first.count], *_flat(parts[1:])]
    if production.single and len(items) == 1:
        return items[0]
    return Node(production.kind, items) if production.kind else Several(items)


def _flat(parts: list[Value]) -> list[Node | Token]:
    items: list[Node | Token] = []
    for part in parts:
        if isinstance(part, Several):
            items += part.items[: part.count] if part.count < len(part.items) else part.items
        else:
            items.append(part)
    return items
