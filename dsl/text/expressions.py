"""From the parser's nodes to the one tree, for conditions, expressions and names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, cast

from dsl.text import ast
from dsl.text.builder import EXPRESSIONS, Builder
from dsl.text.literals import name
from dsl.text.pieces import Piece, Pieces, place


class Expressions(Builder):
    """Makes the expressions of one text."""

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
        op = cast('Literal["=", "!=", "<", "<=", ">", ">="]', pieces.token("COMPARATOR").text)
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

    def build_listed(self, pieces: Pieces) -> ast.InList:
        """`… [not] in list promo_skus`."""
        return ast.InList(
            span=pieces.span,
            value=self._operands(pieces)[0],
            list=self._name(pieces, "name"),
            negated=pieces.maybe_token("NOT") is not None,
        )

    def build_in_segment(self, pieces: Pieces) -> ast.InSegment:
        """`in segment lapsed`."""
        return ast.InSegment(span=pieces.span, segment=self._name(pieces, "name"))

    def _text_test(
        self, pieces: Pieces, op: Literal["starts with", "ends with", "contains"]
    ) -> ast.TextTest:
        value, text = self._operands(pieces)
        return ast.TextTest(span=pieces.span, op=op, value=value, text=text)

    def build_starts_with(self, pieces: Pieces) -> ast.TextTest:
        """`… starts with "A"`."""
        return self._text_test(pieces, "starts with")

    def build_ends_with(self, pieces: Pieces) -> ast.TextTest:
        """`… ends with "A"`."""
        return self._text_test(pieces, "ends with")

    def build_contains(self, pieces: Pieces) -> ast.TextTest:
        """`… contains "A"`."""
        return self._text_test(pieces, "contains")

    def build_has_tag(self, pieces: Pieces) -> ast.HasTag:
        """`customer.tags has "vip"`."""
        value, tag = self._operands(pieces)
        return ast.HasTag(span=pieces.span, value=value, tag=tag)

    def build_holds(self, pieces: Pieces) -> ast.Holds:
        """`has badge "B"`."""
        return ast.Holds(span=pieces.span, kind=self._thing_kind(pieces), name=self._quoted(pieces))

    def build_is_birthday(self, pieces: Pieces) -> ast.IsBirthday:
        """`is birthday`."""
        return ast.IsBirthday(span=pieces.span)

    def build_birthday_month(self, pieces: Pieces) -> ast.BirthdayMonth:
        """`birthday month`."""
        return ast.BirthdayMonth(span=pieces.span)

    def build_known(self, pieces: Pieces) -> ast.Known:
        """`… is known`."""
        return ast.Known(span=pieces.span, value=self._operands(pieces)[0])

    def build_unknown(self, pieces: Pieces) -> ast.Known:
        """`… is unknown`."""
        return ast.Known(span=pieces.span, value=self._operands(pieces)[0], negated=True)

    def build_group(self, pieces: Pieces) -> Piece:
        """Parentheses leave no trace but the wider place."""
        return pieces.among(EXPRESSIONS)[0]

    def build_restriction(self, pieces: Pieces) -> ast.Condition:
        """`(…)` after items."""
        return self._conditions(pieces)[0]

    # --- expressions ---------------------------------------------------------------------------

    def build_arithmetic(self, pieces: Pieces) -> ast.Arithmetic:
        """`… + …`."""
        left, right = self._operands(pieces)
        sign = pieces.token("PLUS", "MINUS", "STAR", "SLASH")
        op = cast('Literal["+", "-", "*", "/"]', sign.text)
        return ast.Arithmetic(span=pieces.span, op=op, left=left, right=right)

    def build_negation(self, pieces: Pieces) -> ast.Negation:
        """`- …`."""
        return ast.Negation(span=pieces.span, operand=self._operands(pieces)[0])

    def build_call(self, pieces: Pieces) -> ast.Call:
        """`min(a, b)`."""
        function = cast("ast.Function", self._value("FUNCTION", pieces.token("FUNCTION")))
        return ast.Call(
            span=pieces.span, function=function, arguments=tuple(self._operands(pieces))
        )

    def build_embedded(self, pieces: Pieces) -> ast.Expr:
        """The expression of a message's `{…}`."""
        return self._operands(pieces)[0]

    def build_number(self, pieces: Pieces) -> ast.Number:
        """`19.90`."""
        return ast.Number(span=pieces.span, value=self._amount(pieces))

    def build_percent(self, pieces: Pieces) -> ast.Percent:
        """`5%`."""
        return ast.Percent(span=pieces.span, value=self._percent(pieces))

    def build_money(self, pieces: Pieces) -> ast.Money:
        """`10 CNY`."""
        return ast.Money(
            span=pieces.span,
            value=self._amount(pieces),
            currency=pieces.token("CURRENCY").text,
        )

    def build_duration(self, pieces: Pieces) -> ast.Duration:
        """`30 days`."""
        count, unit = pieces.token("NUMBER"), pieces.token("DURATION_UNIT")
        return ast.Duration(
            span=pieces.span,
            count=self._whole(count, least=1),
            unit=cast("ast.DurationUnit", self._value("DURATION_UNIT", unit)),
        )

    build_length = build_duration

    def build_text(self, pieces: Pieces) -> ast.Text:
        """`"gold"`."""
        return ast.Text(span=pieces.span, value=self._quoted(pieces))

    def build_flag(self, pieces: Pieces) -> ast.Flag:
        """`true`."""
        return ast.Flag(span=pieces.span, value=self._value("FLAG", pieces.token("FLAG")) is True)

    def build_date(self, pieces: Pieces) -> ast.Date | ast.DateTime:
        """`2026-11-11`."""
        return self._moment(pieces.token("DATE"))

    def build_datetime(self, pieces: Pieces) -> ast.Date | ast.DateTime:
        """`2026-11-11 20:00`."""
        return self._moment(pieces.token("DATETIME"))

    def build_time(self, pieces: Pieces) -> ast.Time:
        """`14:00`."""
        token = pieces.token("TIME")
        span = place(token)
        return ast.Time(span=span, value=self._literals.time(token.text, span))

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
        parts = tuple(name(token.text.strip("`")) for token in pieces.tokens("NAME", "QUOTED_NAME"))
        return ast.Name(span=pieces.span, parts=parts)

    build_name = build_path

    def _counted(self, written: ast.Name, forms: Mapping[str, str]) -> ast.Name:
        """A name in its own form, whatever its number, unless backquotes say that it is exact."""
        if len(written.parts) > 1 or self._text[written.span.start] == "`":
            return written
        word = written.parts[0]
        return ast.Name(span=written.span, parts=(forms.get(word, word),))

    def build_unit(self, pieces: Pieces) -> ast.Name:
        """`points`, of which one is a `point`."""
        return self._counted(self._name(pieces, "name"), self._spoken.units)

    def build_event_name(self, pieces: Pieces) -> ast.Name:
        """`purchase`, of which many are `purchases`."""
        return self._counted(self._name(pieces, "name"), self._spoken.events)
