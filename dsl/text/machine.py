"""The parser: a stack machine driven by an LALR table, fed one terminal after another.

Whoever feeds it decides which terminal a word is, by what the machine can take now. What was read
is put together into nodes of the grammar's rules; rules whose name begins with `_` leave no node.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
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
        self.start: int = children[0].start if children else 0
        self.end: int = children[-1].end if children else 0


class Several:
    """The parts of a rule that leaves no node: the first `count` of a list that may grow on."""

    __slots__ = ("count", "items")

    def __init__(self, items: list[Node | Token]) -> None:
        self.items = items
        self.count = len(items)


Value = Node | Token | Several


class Production(NamedTuple):
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

    def copy(self) -> Machine:
        """Another one that has read the same."""
        copied = Machine.__new__(Machine)
        copied.table, copied.states, copied.values = self.table, self.states[:], self.values[:]
        return copied

    @property
    def choices(self) -> Collection[str]:
        """The terminals looked for now; some may turn out not to fit."""
        return self.table.actions[self.states[-1]].keys()

    def accepts(self) -> frozenset[str]:
        """The terminals that can be fed now."""
        table = self.table
        accepted: set[str] = set()
        # Terminals with the same productions before them are followed together.
        waiting: list[tuple[int, tuple[int, ...], Iterable[str]]]
        waiting = [(len(self.states), (), self.choices)]
        while waiting:
            left, upon, terminals = waiting.pop()
            actions = table.actions[upon[-1] if upon else self.states[left - 1]]
            reduced: dict[int, list[str]] = {}
            for terminal in terminals:
                action = actions.get(terminal)
                if action is None:
                    continue
                if action >= 0:
                    accepted.add(terminal)
                else:
                    reduced.setdefault(~action, []).append(terminal)
            for number, those in reduced.items():
                waiting.append((*self._reduced(left, upon, number), those))
        return frozenset(accepted)

    def _reduced(
        self, left: int, upon: tuple[int, ...], number: int
    ) -> tuple[int, tuple[int, ...]]:
        """The stack after a production: how much is left of it, and what stands upon that."""
        production = self.table.productions[number]
        from_upon = min(production.size, len(upon))
        left -= production.size - from_upon
        upon = upon[: len(upon) - from_upon]
        below = upon[-1] if upon else self.states[left - 1]
        return left, (*upon, self.table.gotos[below][production.origin])

    def takes(self, terminal: str, *following: str) -> bool:
        """True where a terminal can be fed, and (where any are given) one of others after it."""
        stack = self._fed(len(self.states), (), terminal)
        if stack is None or not following:
            return stack is not None
        return any(self._fed(*stack, other) is not None for other in following)

    def _fed(
        self, left: int, upon: tuple[int, ...], terminal: str
    ) -> tuple[int, tuple[int, ...]] | None:
        """The stack after a terminal; None where it cannot be fed."""
        while True:
            top = upon[-1] if upon else self.states[left - 1]
            action = self.table.actions[top].get(terminal)
            if action is None:
                return None
            if action >= 0:
                return left, (*upon, action)
            left, upon = self._reduced(left, upon, ~action)

    def feed(self, token: Token) -> bool:
        """Read a token; where it cannot stand, the machine may be left in the middle."""
        actions, productions, gotos = self.table.actions, self.table.productions, self.table.gotos
        states, values = self.states, self.values
        terminal = token.type
        while True:
            action = actions[states[-1]].get(terminal)
            if action is None:
                return False
            if action >= 0:
                states.append(action)
                values.append(token)
                return True
            origin, kind, size, single = productions[~action]
            if size == 1:
                part = values[-1]
                if isinstance(part, Several):
                    if kind:
                        values[-1] = Node(kind, part.items[: part.count])
                elif not single:
                    values[-1] = Node(kind, [part]) if kind else Several([part])
                states[-1] = gotos[states[-2]][origin]
                continue
            parts = values[-size:] if size else []
            if size:
                del values[-size:]
                del states[-size:]
            values.append(_made(kind, parts))
            states.append(gotos[states[-1]][origin])


def _made(kind: str, parts: list[Value]) -> Node | Several:
    """What a production makes of none or several parts."""
    if kind:
        return Node(kind, _flat(parts))
    first = parts[0] if parts else None
    if not isinstance(first, Several):
        return Several(_flat(parts))
    if len(first.items) == first.count:
        # Nobody has gone on from here before: the list itself grows, and stays the same to others.
        first.items.extend(_flat(parts[1:]))
        return Several(first.items)
    return Several([*first.items[: first.count], *_flat(parts[1:])])


def _flat(parts: list[Value]) -> list[Node | Token]:
    items: list[Node | Token] = []
    for part in parts:
        if isinstance(part, Several):
            items += part.items[: part.count] if part.count < len(part.items) else part.items
        else:
            items.append(part)
    return items
