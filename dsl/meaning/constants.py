"""Literals as exact constants; what cannot be kept exactly is an overflow.

Source: docs/language.md, section 1.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from dsl.meaning import catalogue, checked
from dsl.meaning.diagnostics import PercentRange, TypeMismatch, UnknownCurrency, UnknownName
from dsl.meaning.times import first_instant_of, instant_of
from dsl.meaning.types import FLAG, Kind, Type
from dsl.text import ast
from dsl.text.diagnostics import Overflow

if TYPE_CHECKING:
    from dsl.meaning.scope import Declared, Problems, Scope

LARGEST_DECIMALS, LARGEST_DIGITS = 12, 18
# All of it, in percent.
WHOLE = 100
EPOCH_ORDINAL = dt.date(1970, 1, 1).toordinal()


def scaled(value: Decimal) -> checked.Exact:
    """A decimal as an integer with as many decimals as it needs."""
    exponent = value.normalize().as_tuple().exponent
    decimals = max(0, -exponent) if isinstance(exponent, int) else 0
    return checked.Exact(int(value.scaleb(decimals)), decimals)


def share_of(percent: Decimal) -> checked.Exact:
    """A percentage as a share of 1."""
    return scaled(percent.scaleb(-2))


def share(percent: Decimal, node: ast.Node, problems: Problems) -> checked.Exact | None:
    """A percentage from 0 to 100 as a share of 1; any other is reported."""
    if 0 <= percent <= WHOLE:
        return share_of(percent)
    problems.report(PercentRange(span=node.span))
    return None


def money(node: ast.Money, declared: Declared, problems: Problems) -> checked.Exact | None:
    """An amount of the program's currency; another currency is reported."""
    if not _is_own(node, declared, problems):
        return None
    return scaled(node.value)


def _is_own(node: ast.Money, declared: Declared, problems: Problems) -> bool:
    if node.currency.upper() == declared.currency:
        return True
    problems.report(UnknownCurrency(span=node.span, name=node.currency, expected=declared.currency))
    return False


def whole(value: Decimal, decimals: int, node: ast.Node, problems: Problems) -> int | None:
    """An amount in units of 10**-decimals; one that is finer or too large is an overflow."""
    exact = scaled(value)
    shifted = value.scaleb(decimals)
    digits = len(str(abs(int(shifted))))
    if exact.decimals <= decimals and digits <= LARGEST_DIGITS:
        return int(shifted)
    problems.report(Overflow(span=node.span, digits=digits, decimals=exact.decimals))
    return None


def constant(  # noqa: PLR0911 - one for each kind of literal
    node: ast.Constant, scope: Scope, wanted: Type | None
) -> checked.Expr | None:
    """The constant a literal is; `wanted` is the other side's type, which a date may need."""
    span = node.span
    match node:
        case ast.Number(value):
            return number(value, Kind.NUMBER, node, scope)
        case ast.Percent(value):
            return number(value.scaleb(-2), Kind.NUMBER, node, scope)
        case ast.Money(value):
            if not _is_own(node, scope.declared, scope.problems):
                return None
            return number(value, Kind.MONEY, node, scope)
        case ast.Text(value):
            return _text(value, node, scope, wanted)
        case ast.Flag(value):
            return checked.Const(int(value), type=FLAG, span=span)
        case ast.Date(value):
            if wanted is not None and wanted.kind is Kind.DATETIME:
                first = first_instant_of(value, ZoneInfo(scope.declared.timezone))
                return checked.Const(first, type=Type(Kind.DATETIME), span=span)
            days = value.toordinal() - EPOCH_ORDINAL
            return checked.Const(days, type=Type(Kind.DATE), span=span)
        case ast.DateTime(value):
            at = instant_of(value, ZoneInfo(scope.declared.timezone))
            return checked.Const(at, type=Type(Kind.DATETIME), span=span)
        case ast.Time(value):
            seconds = (value.hour * 60 + value.minute) * 60 + value.second
            return checked.Const(seconds * 1_000_000, type=Type(Kind.TIME), span=span)
        case ast.Weekday(value):
            return checked.Const(value, type=Type(Kind.WEEKDAY), span=span)
        case ast.MonthName(value):
            return checked.Const(value, type=Type(Kind.MONTH), span=span)
        case ast.Duration():
            scope.problems.report(
                TypeMismatch(
                    span=span,
                    expected=wanted.kind if wanted else None,
                    found=Kind.DURATION,
                )
            )
            return None


def number(value: Decimal, kind: Kind, node: ast.Node, scope: Scope) -> checked.Expr | None:
    """A number, as exact as it was written."""
    exact = scaled(value)
    if not fits(exact.decimals, len(str(abs(exact.value))), node, scope):
        return None
    return checked.Const(exact.value, type=Type(kind, exact.decimals), span=node.span)


def fits(decimals: int, digits: int, node: ast.Node, scope: Scope) -> bool:
    """True where a number can be kept exactly; else the overflow is reported."""
    if decimals <= LARGEST_DECIMALS and digits <= LARGEST_DIGITS:
        return True
    scope.problems.report(Overflow(span=node.span, digits=digits, decimals=decimals))
    return False


def _text(value: str, node: ast.Text, scope: Scope, wanted: Type | None) -> checked.Expr | None:
    if wanted is not None and wanted.choices and value not in wanted.choices:
        near = scope.declared.nearest(value, wanted.choices)
        scope.problems.report(
            UnknownName(
                span=node.span,
                name=value,
                role="choice",
                suggestion=f'"{near}"' if near else None,
                known=wanted.choices,
            )
        )
        return None
    return checked.Const(value, type=catalogue.TEXT, span=node.span)
