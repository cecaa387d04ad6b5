"""From the parser's nodes to the one tree: what the methods for the rules of the grammar share.

What a part of a clause is follows from the name of its rule, never from its position, so that
spoken forms with another order share these methods. The work is done bottom-up with a list, so
that no text nests too deep for it.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import cast

from dsl.text import ast
from dsl.text.diagnostics import Diagnostic, Syntax, TooDeep
from dsl.text.grammar import Grammar
from dsl.text.literals import Literals
from dsl.text.machine import Node, Token
from dsl.text.pieces import Piece, Pieces, place
from dsl.text.scan import MOST_NESTING
from dsl.text.source import Span

# The kinds of pieces that are conditions with operands, …
CONDITIONS = frozenset(
    {
        *("either", "both", "inverted", "compared", "between", "membership", "listed"),
        *("in_segment", "starts_with", "ends_with", "contains", "has_tag", "holds"),
        *("known", "unknown", "is_birthday", "birthday_month", "any_item", "every_item", "no_item"),
        *("no_event", "at_least", "more_than", "first", "ordinal", "every_ordinal"),
    }
)
# … expressions with operands, …
OPERATIONS = CONDITIONS | {
    *("arithmetic", "negation", "call", "item_count", "item_total", "item_distinct"),
    *("past_item_count", "past_item_total", "event_count", "event_figure", "event_distinct"),
    "streak",
}
# … and those that stand alone.
CONSTANTS = frozenset(
    {
        *("number", "money", "duration", "percent", "text", "flag", "date", "datetime", "time"),
        *("weekday", "month"),
    }
)
EXPRESSIONS = (
    OPERATIONS
    | CONSTANTS
    | {
        *("path", "lifetime", "earned", "left_to", "days_since_joined", "days_since_previous"),
        "distance",
    }
)
_THINGS: dict[str, ast.ThingKind] = {
    "COUPON": "coupon",
    "GIFT": "gift",
    "BADGE": "badge",
    "PERK": "perk",
}
_LONGEST_FOUND = 60


class Builder:
    """Makes the nodes of one text; `diagnostics` are what only then comes to light."""

    def __init__(self, text: str, grammar: Grammar) -> None:
        self._text = text
        self._grammar = grammar
        self._spoken = grammar.spoken
        self._literals = Literals()
        self._too_deep = False
        self._methods: dict[str, Callable[[Pieces], object]] = {}

    @property
    def diagnostics(self) -> list[Diagnostic]:
        """What was wrong with the literals and the operands, in the order of building."""
        return self._literals.diagnostics

    def build(self, node: Node) -> object:
        """What a node of the parser stands for."""
        self._too_deep = False
        ordered: list[Node | Token] = []
        waiting: list[Node | Token] = [node]
        while waiting:
            now = waiting.pop()
            ordered.append(now)
            if isinstance(now, Node):
                waiting.extend(now.children)
        done: list[Token | Piece] = []
        for now in reversed(ordered):
            if isinstance(now, Token):
                done.append(now)
                continue
            first = len(done) - len(now.children)
            children = done[first:]
            del done[first:]
            # Children were taken last to first, so they stand in the order of the text.
            done.append(self._piece(now, children))
        return cast("Piece", done[0]).value

    def _piece(self, node: Node, children: list[Token | Piece]) -> Piece:
        span = Span(node.start, node.end)
        kind = node.kind
        build = self._methods.get(kind)
        if build is None:
            build = self._methods[kind] = getattr(self, f"build_{kind}")
        value = build(Pieces(children, span))
        if isinstance(value, Piece):
            kind, value = value.kind, value.value
        depth = 0
        for child in children:
            if isinstance(child, Piece) and child.depth > depth:
                depth = child.depth
        depth += node.kind in OPERATIONS
        if depth > MOST_NESTING:
            if not self._too_deep:
                self.diagnostics.append(TooDeep(span=span, limit=MOST_NESTING))
            self._too_deep = True
            return Piece("flag", ast.Flag(span=span, value=True), span)
        return Piece(kind, value, span, depth)

    # --- what several rules need ---------------------------------------------------------------

    def _wrong(self, span: Span, *expected: str, meant: str | None = None) -> None:
        """Tell what cannot stand where it does."""
        found = self._text[span.start : span.end]
        if len(found) > _LONGEST_FOUND:
            found = f"{found[:_LONGEST_FOUND]}…"
        self.diagnostics.append(Syntax(span=span, found=found, expected=expected, suggestion=meant))

    def _number(self, token: Token) -> Decimal:
        return self._literals.number(token.text, place(token))

    def _amount(self, pieces: Pieces) -> Decimal:
        return self._number(pieces.token("NUMBER"))

    def _percent(self, pieces: Pieces) -> Decimal:
        return self._number(pieces.token("PERCENT"))

    def _whole(self, token: Token, *, least: int = 0, most: int | None = None) -> int:
        return self._literals.whole(token.text, place(token), least=least, most=most)

    def _text_of(self, token: Token) -> str:
        return self._literals.text(token.text, place(token))

    def _quoted(self, pieces: Pieces) -> str:
        return self._text_of(pieces.token("STRING"))

    def _value(self, terminal: str, token: Token) -> object:
        return self._spoken.values[terminal][token.text.lower()]

    def _conditions(self, pieces: Pieces) -> list[ast.Condition]:
        return [cast("ast.Condition", piece.value) for piece in pieces.among(EXPRESSIONS)]

    def _operands(self, pieces: Pieces) -> list[ast.Expr]:
        """The expressions among the pieces; a condition cannot be computed with or compared."""
        operands: list[ast.Expr] = []
        for piece in pieces.among(EXPRESSIONS):
            if piece.kind in CONDITIONS:
                self._wrong(piece.span, self._spoken.value)
                operands.append(ast.Flag(span=piece.span, value=True))
            else:
                operands.append(cast("ast.Expr", piece.value))
        return operands

    def _restriction(self, pieces: Pieces) -> ast.Condition | None:
        piece = pieces.maybe("restriction")
        return cast("ast.Condition", piece.value) if piece else None

    def _name(self, pieces: Pieces, *kinds: str) -> ast.Name:
        return cast("ast.Name", pieces.of(*kinds)[0].value)

    def _names(self, pieces: Pieces, *kinds: str) -> tuple[ast.Name, ...]:
        return tuple(cast("ast.Name", piece.value) for piece in pieces.of(*kinds))

    def _period(self, pieces: Pieces) -> ast.Period | None:
        piece = pieces.maybe("period")
        return cast("ast.Period", piece.value) if piece else None

    def _length(self, pieces: Pieces) -> ast.Duration:
        return cast("ast.Duration", pieces.of("length")[0].value)

    def _maybe_length(self, pieces: Pieces) -> ast.Duration | None:
        piece = pieces.maybe("length")
        return cast("ast.Duration", piece.value) if piece else None

    def _money(self, pieces: Pieces) -> ast.Money:
        return cast("ast.Money", pieces.of("money")[0].value)

    def _thing_kind(self, pieces: Pieces) -> ast.ThingKind:
        return _THINGS[pieces.token(*_THINGS).type]

    def _moment(self, token: Token) -> ast.Date | ast.DateTime:
        span = place(token)
        if token.type == "DATE":
            return ast.Date(span=span, value=self._literals.date(token.text, span))
        return ast.DateTime(span=span, value=self._literals.datetime(token.text, span))

    def _date(self, pieces: Pieces) -> ast.Date:
        return cast("ast.Date", self._moment(pieces.token("DATE")))

    def _once(self, pieces: Pieces, kind: str) -> Piece | None:
        """An option that a statement has at most once."""
        found = pieces.of(kind)
        for again in found[1:]:
            self._wrong(again.span)
        return found[0] if found else None
