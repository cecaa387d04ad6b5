"""The parts of a clause, found by what they are and not by where they stand."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from dsl.text.machine import Token
from dsl.text.source import Span


class Piece(NamedTuple):
    """What a rule of the grammar stood for, where, and how deep expressions nest in it."""

    kind: str
    value: object
    span: Span
    depth: int = 0


class Pieces:
    """The children of a rule: its tokens by terminal and its pieces by kind."""

    __slots__ = ("_children", "span")

    def __init__(self, children: Sequence[Token | Piece], span: Span) -> None:
        self.span = span
        self._children = children

    def __iter__(self) -> Iterator[Piece]:
        return (child for child in self._children if isinstance(child, Piece))

    def tokens(self, *terminals: str) -> list[Token]:
        """The tokens of these terminals, as written."""
        return [
            child
            for child in self._children
            if isinstance(child, Token) and child.type in terminals
        ]

    def maybe_token(self, *terminals: str) -> Token | None:
        """The first token of these terminals, where there is one."""
        for child in self._children:
            if isinstance(child, Token) and child.type in terminals:
                return child
        return None

    def token(self, *terminals: str) -> Token:
        """The first token of these terminals."""
        found = self.maybe_token(*terminals)
        if found is None:
            raise LookupError(terminals)
        return found

    def of(self, *kinds: str) -> list[Piece]:
        """The pieces of these kinds, as written."""
        return self.among(kinds)

    def among(self, kinds: Collection[str]) -> list[Piece]:
        """The pieces of the kinds of a set, as written."""
        return [
            child for child in self._children if isinstance(child, Piece) and child.kind in kinds
        ]

    def maybe(self, *kinds: str) -> Piece | None:
        """The first piece of these kinds, where there is one."""
        for child in self._children:
            if isinstance(child, Piece) and child.kind in kinds:
                return child
        return None


def place(token: Token) -> Span:
    """Where a token stands."""
    return Span(token.start, token.end)
