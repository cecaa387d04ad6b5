"""The parts of a clause, found by what they are and not by where they stand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lark import Token

from dsl.text.source import Span


@dataclass(frozen=True, slots=True)
class Piece:
    """What a rule of the grammar stood for, where, and how deep expressions nest in it."""

    kind: str
    value: object
    span: Span
    depth: int = 0


class Pieces:
    """The children of a rule: its tokens by terminal and its pieces by kind."""

    def __init__(self, children: Sequence[Token | Piece], span: Span) -> None:
        self.span = span
        self._tokens = [child for child in children if isinstance(child, Token)]
        self._pieces = [child for child in children if isinstance(child, Piece)]

    def __iter__(self) -> Iterator[Piece]:
        return iter(self._pieces)

    @property
    def depth(self) -> int:
        """The deepest nesting among the pieces."""
        return max((piece.depth for piece in self._pieces), default=0)

    def tokens(self, *terminals: str) -> list[Token]:
        """The tokens of these terminals, as written."""
        return [token for token in self._tokens if token.type in terminals]

    def maybe_token(self, *terminals: str) -> Token | None:
        """The token of one of these terminals, where there is one."""
        return next(iter(self.tokens(*terminals)), None)

    def token(self, *terminals: str) -> Token:
        """The one token of these terminals."""
        return self.tokens(*terminals)[0]

    def of(self, *kinds: str) -> list[Piece]:
        """The pieces of these kinds, as written."""
        return [piece for piece in self._pieces if piece.kind in kinds]

    def maybe(self, *kinds: str) -> Piece | None:
        """The piece of one of these kinds, where there is one."""
        return next(iter(self.of(*kinds)), None)


def place(token: Token) -> Span:
    """Where a token stands."""
    return Span(token.start_pos or 0, token.end_pos or 0)
