"""From the parser's tree to the one tree, for expressions: a method for each of their rules.

What a part of a clause is follows from the name of its rule, never from its position, so that
spoken forms with another order share these methods. The work is done bottom-up with a list, so
that no text nests too deep for it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Literal, cast

from lark import Token, Tree

from dsl.text import ast
from dsl.text.diagnostics import Diagnostic, Syntax, TooDeep
from dsl.text.literals import Literals, name
from dsl.text.pieces import Piece, Pieces, place
from dsl.text.scan import MOST_NESTING
from dsl.text.source import Span
from dsl.text.spoken import Spoken

# The kinds of pieces that are nodes of an expression with operands.
_OPERATIONS = frozenset(
    {
        *("either", "both", "inverted", "compared", "between", "membership", "known", "unknown"),
        *("any_item", "every_item", "no_item", "item_count", "item_total", "item_distinct"),
        *("arithmetic", "negation"),
    }
)
_EXPRESSIONS = _OPERATIONS | {
    *("number", "money", "duration", "percent", "text", "flag", "date", "datetime", "time"),
    *("weekday", "month", "path"),
}
# What is true or false but no value to compute with.
_TRUTHS = (
    *(ast.Comparison, ast.Between, ast.In, ast.Known),
    *(ast.Not, ast.And, ast.Or, ast.ItemTest),
)
_LONGEST_FOUND = 60
_OF_A_MODULE = re.compile(r"^.*__")


class Expressions:
    """Makes the expressions of one text; `diagnostics` are what only then comes to light."""

    def __init__(self, text: str, spoken: Spoken) -> None:
        self._text = text
        self._spoken = spoken
        self._literals = Literals()
        self._too_deep = False

    @property
    def diagnostics(self) -> list[Diagnostic]:
        """What was wrong with the literals and the operands, in the order of building."""
        return self._literals.diagnostics

    def build(self, tree: Tree[Token]) -> object:
        """What a tree of the parser stands for."""
        self._too_deep = False
        return self._build(tree).value

    def _build(self, tree: Tree[Token]) -> Piece:
        ordered: list[Tree[Token] | Token] = []
        waiting: list[Tree[Token] | Token] = [tree]
        while waiting:
            node = waiting.pop()
            ordered.append(node)
            if isinstance(node, Tree):
                waiting.extend(node.children)
        done: list[Token | Piece] = []
        for node in reversed(ordered):
            if isinstance(node, Token):
                done.append(node)
                continue
            first = len(done) - len(node.children)
            children = done[first:]
            del done[first:]
            # Children were taken last to first, so they stand in the order of the text.
            done.append(self._piece(node, children))
        return cast("Piece", done[0])

    def _piece(self, tree: Tree[Token], children: list[Token | Piece]) -> Piece:
        span = Span(tree.meta.start_pos, tree.meta.end_pos)
        kind = _OF_A_MODULE.sub("", tree.data)
        pieces = Pieces(children, span)
        build: Callable[[Pieces], object] = getattr(self, f"build_{kind}")
        value = build(pieces)
        if isinstance(value, Piece):
            kind, value = value.kind, value.value
        depth = pieces.depth + (kind in _OPERATIONS)
        if depth > MOST_NESTING:
            if not self._too_deep:
                self.diagnostics.append(TooDeep(span=span, limit=MOST_NESTING))
            self._too_deep = True
            return Piece("flag", ast.Flag(span=span, value=True), span)
        return Piece(kind, value, span, depth)

    # --- what several rules need ---------------------------------------------------------------

    def _number(self, token: Token) -> Decimal:
        return self._literals.number(str(token), place(token))

    def _text_of(self, token: Token) -> str:
        return self._literals.text(str(token), place(token))

    def _value(self, terminal: str, token: Token) -> object:
        return self._spoken.values[terminal][token.lower()]

    def _conditions(self, pieces: Pieces) -> list[ast.Condition]:
        return [cast("ast.Condition", piece.value) for piece in pieces.of(*_EXPRESSIONS)]

    def _operands(self, pieces: Pieces) -> list[ast.Expr]:
        """The expressions among the pieces; a condition cannot be computed with or compared."""
        operands: list[ast.Expr] = []
        for piece in pieces.of(*_EXPRESSIONS):
            if isinstance(piece.value, _TRUTHS):
                found = self._text[piece.span.start : piece.span.end]
                if len(found) > _LONGEST_FOUND:
                    found = f"{found[:_LONGEST_FOUND]}…"
                wrong = Syntax(span=piece.span, found=found, expected=(self._spoken.value,))
                self.diagnostics.append(wrong)
                operands.append(ast.Flag(span=piece.span, value=True))
            else:
                operands.append(cast("ast.Expr", piece.value))
        return operands

    def _restriction(self, pieces: Pieces) -> ast.Condition | None:
        piece = pieces.maybe("restriction")
        return cast("ast.Condition", piece.value) if piece else None

    def _name(self, pieces: Pieces, *kinds: str) -> ast.Name:
        return cast("ast.Name", pieces.of(*kinds)[0].value)

    def _period(self, pieces: Pieces) -> ast.Period | None:
        piece = pieces.maybe("period")
        return cast("ast.Period", piece.value) if piece else None

    # --- conditions ----------------------------------------------------------------------------

    def build_either(self, pieces: Pieces) -> ast.Or:
        """Flatten: what is in parentheses alike is no other meaning."""
        parts: list[ast.Condition] = []
        for part in self._conditions(pieces):
            parts.extend(part.parts if isinstance(part, ast.Or) else (part,))
        return ast.Or(span=pieces.span, parts=tuple(parts))

    def build_both(self, pieces: Pieces) -> ast.And:
        """Flatten, as `or`."""
        parts: list[ast.Condition] = []
        for part in self._conditions(pieces):
            parts.extend(part.parts if isinstance(part, ast.And) else (part,))
        return ast.And(span=pieces.span, parts=tuple(parts))

    def build_inverted(self, pieces: Pieces) -> ast.Not:
        """`not …`."""
        return ast.Not(span=pieces.span, operand=self._conditions(pieces)[0])

    def build_compared(self, pieces: Pieces) -> ast.Comparison:
        """`… >= …`."""
        left, right = self._operands(pieces)
        op = cast('Literal["=", "!=", "<", "<=", ">", ">="]', str(pieces.token("COMPARATOR")))
        return ast.Comparison(span=pieces.span, op=op, left=left, right=right)

    def build_between(self, pieces: Pieces) -> ast.Between:
        """`… between … and …`."""
        value, low, high = self._operands(pieces)
        return ast.Between(span=pieces.span, value=value, low=low, high=high)

    def build_membership(self, pieces: Pieces) -> ast.In:
        """`… [not] in (…)`."""
        value, *choices = self._operands(pieces)
        negated = pieces.maybe_token("NOT") is not None
        return ast.In(span=pieces.span, value=value, choices=tuple(choices), negated=negated)

    def build_known(self, pieces: Pieces) -> ast.Known:
        """`… is known`."""
        return ast.Known(span=pieces.span, value=self._operands(pieces)[0])

    def build_unknown(self, pieces: Pieces) -> ast.Known:
        """`… is unknown`."""
        return ast.Known(span=pieces.span, value=self._operands(pieces)[0], negated=True)

    def _item_test(self, pieces: Pieces, quantifier: Literal["any", "every", "no"]) -> ast.ItemTest:
        where = cast("ast.Condition", self._restriction(pieces))
        return ast.ItemTest(span=pieces.span, quantifier=quantifier, where=where)

    def build_any_item(self, pieces: Pieces) -> ast.ItemTest:
        """`any item (…)`."""
        return self._item_test(pieces, "any")

    def build_every_item(self, pieces: Pieces) -> ast.ItemTest:
        """`every item (…)`."""
        return self._item_test(pieces, "every")

    def build_no_item(self, pieces: Pieces) -> ast.ItemTest:
        """`no item (…)`."""
        return self._item_test(pieces, "no")

    def build_group(self, pieces: Pieces) -> Piece:
        """Parentheses leave no trace but the wider place."""
        return pieces.of(*_EXPRESSIONS)[0]

    def build_restriction(self, pieces: Pieces) -> ast.Condition:
        """`(…)` after items."""
        return self._conditions(pieces)[0]

    # --- expressions ---------------------------------------------------------------------------

    def build_arithmetic(self, pieces: Pieces) -> ast.Arithmetic:
        """`… + …`."""
        left, right = self._operands(pieces)
        sign = pieces.token("PLUS", "MINUS", "STAR", "SLASH")
        op = cast('Literal["+", "-", "*", "/"]', str(sign))
        return ast.Arithmetic(span=pieces.span, op=op, left=left, right=right)

    def build_negation(self, pieces: Pieces) -> ast.Negation:
        """`- …`."""
        return ast.Negation(span=pieces.span, operand=self._operands(pieces)[0])

    def build_item_count(self, pieces: Pieces) -> ast.ItemCount:
        """`number of items [(…)]`."""
        return ast.ItemCount(span=pieces.span, where=self._restriction(pieces))

    def build_item_total(self, pieces: Pieces) -> ast.ItemTotal:
        """`total of items [(…)]`."""
        return ast.ItemTotal(span=pieces.span, where=self._restriction(pieces))

    def build_item_distinct(self, pieces: Pieces) -> ast.ItemDistinct:
        """`number of distinct sku of items [(…)]`."""
        return ast.ItemDistinct(
            span=pieces.span,
            attribute=self._name(pieces, "path"),
            where=self._restriction(pieces),
        )

    def build_number(self, pieces: Pieces) -> ast.Number:
        """`19.90`."""
        return ast.Number(span=pieces.span, value=self._number(pieces.token("NUMBER")))

    def build_percent(self, pieces: Pieces) -> ast.Percent:
        """`5%`."""
        return ast.Percent(span=pieces.span, value=self._number(pieces.token("PERCENT")))

    def build_money(self, pieces: Pieces) -> ast.Money:
        """`10 CNY`."""
        return ast.Money(
            span=pieces.span,
            value=self._number(pieces.token("NUMBER")),
            currency=str(pieces.token("CURRENCY")),
        )

    def build_duration(self, pieces: Pieces) -> ast.Duration:
        """`30 days`."""
        count, unit = pieces.token("NUMBER"), pieces.token("DURATION_UNIT")
        return ast.Duration(
            span=pieces.span,
            count=self._literals.count(str(count), place(count)),
            unit=cast("ast.DurationUnit", self._value("DURATION_UNIT", unit)),
        )

    build_length = build_duration

    def build_text(self, pieces: Pieces) -> ast.Text:
        """`"gold"`."""
        return ast.Text(span=pieces.span, value=self._text_of(pieces.token("STRING")))

    def build_flag(self, pieces: Pieces) -> ast.Flag:
        """`true`."""
        return ast.Flag(span=pieces.span, value=self._value("FLAG", pieces.token("FLAG")) is True)

    def _moment(self, token: Token) -> ast.Date | ast.DateTime:
        span = place(token)
        if token.type == "DATE":
            return ast.Date(span=span, value=self._literals.date(str(token), span))
        return ast.DateTime(span=span, value=self._literals.datetime(str(token), span))

    def build_date(self, pieces: Pieces) -> ast.Date | ast.DateTime:
        """`2026-11-11`."""
        return self._moment(pieces.token("DATE"))

    def build_datetime(self, pieces: Pieces) -> ast.Date | ast.DateTime:
        """`2026-11-11 20:00`."""
        return self._moment(pieces.token("DATETIME"))

    def build_time(self, pieces: Pieces) -> ast.Time:
        """`14:00`."""
        value = self._literals.time(str(pieces.token("TIME")), pieces.span)
        return ast.Time(span=pieces.span, value=value)

    def build_weekday(self, pieces: Pieces) -> ast.Weekday:
        """`monday`."""
        value = cast("int", self._value("WEEKDAY", pieces.token("WEEKDAY")))
        return ast.Weekday(span=pieces.span, value=value)

    def build_month(self, pieces: Pieces) -> ast.MonthName:
        """`june`."""
        value = cast("int", self._value("MONTH", pieces.token("MONTH")))
        return ast.MonthName(span=pieces.span, value=value)

    # --- names ---------------------------------------------------------------------------------

    def build_path(self, pieces: Pieces) -> ast.Name:
        """`customer.city`."""
        parts = tuple(name(token.strip("`")) for token in pieces.tokens("NAME", "QUOTED_NAME"))
        return ast.Name(span=pieces.span, parts=parts)

    build_name = build_path

    def _counted(self, pieces: Pieces, forms: Mapping[str, str]) -> ast.Name:
        """A name in its own form, whatever its number, unless backquotes say that it is exact."""
        written = self._name(pieces, "name")
        if self._text[pieces.span.start] == "`":
            return written
        word = written.parts[0]
        return ast.Name(span=pieces.span, parts=(forms.get(word, word),))

    def build_unit(self, pieces: Pieces) -> ast.Name:
        """`points`, of which one is a `point`."""
        return self._counted(pieces, self._spoken.units)

    def build_event_name(self, pieces: Pieces) -> ast.Name:
        """`purchase`, of which many are `purchases`."""
        return self._counted(pieces, self._spoken.events)
