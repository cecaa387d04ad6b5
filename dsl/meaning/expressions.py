"""Expressions and conditions: every name resolved, every kind of value held against the other.

A problem is reported once, at the smallest place; what rests on it is None and reports nothing
more. Source: docs/language.md, sections 1, 3 and 5.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING, Any, get_args

from dsl.meaning import balances, catalogue, checked, history, items
from dsl.meaning.constants import constant, fits
from dsl.meaning.diagnostics import NotHere, OutOfRange, TypeMismatch
from dsl.meaning.lookup import find_segment, report_unknown
from dsl.meaning.names import resolve
from dsl.meaning.possible import report_impossible
from dsl.meaning.types import DIVISION_DECIMALS, FLAG, TEXTUAL, Kind, Type
from dsl.text import ast

if TYPE_CHECKING:
    from dsl.meaning.scope import Scope

ORDERED = ("<", "<=", ">", ">=")
# Kinds that have no before and after, and kinds that are no single value.
UNORDERED = (Kind.TEXT, Kind.FLAG, Kind.CUSTOMER)
SEVERAL = (Kind.LIST, Kind.TAGS)
CONSTANTS = get_args(ast.Constant)
LATITUDES, LONGITUDES = 90, 180


def expression(node: ast.Expr, scope: Scope, wanted: Type | None = None) -> checked.Expr | None:
    """The typed expression; `wanted` is the other side's type, which a name may need."""
    if isinstance(node, ast.Name):
        return resolve(node, scope, wanted)
    check = _FORMS.get(type(node))
    return constant(node, scope, wanted) if check is None else check(node, scope)  # type: ignore[arg-type]  # what is no form is a constant


def numeric(node: ast.Expr, scope: Scope, expected: Kind = Kind.NUMBER) -> checked.Expr | None:
    """An expression that must be a number or money."""
    found = expression(node, scope)
    return found if found is not None and _numeric(found, node, scope, expected) else None


def _negation(node: ast.Negation, scope: Scope) -> checked.Expr | None:
    operand = numeric(node.operand, scope)
    if operand is None:
        return None
    return checked.Negation(operand, type=operand.type, span=node.span)


def _call(node: ast.Call, scope: Scope) -> checked.Expr | None:
    """A function of numbers; of several, the result has the largest scale of them."""
    found = [numeric(argument, scope) for argument in node.arguments]
    known = tuple(argument for argument in found if argument is not None)
    info = catalogue.FUNCTIONS[node.function]
    if len(found) < info.least or (info.most is not None and len(found) > info.most):
        scope.problems.report(NotHere(span=node.span, form="arity"))
        return None
    if len(known) < len(found):
        return None
    kind = Kind.MONEY if any(a.type.kind is Kind.MONEY for a in known) else Kind.NUMBER
    is_whole = node.function in ("floor", "ceil", "round")
    decimals = 0 if is_whole else max(argument.type.decimals for argument in known)
    return checked.Call(node.function, known, type=Type(kind, decimals), span=node.span)


def _distance(node: ast.Distance, scope: Scope) -> checked.Expr | None:
    """Kilometres from where this event happened."""
    if not history.is_allowed(node, scope):
        return None
    for value, most in ((node.lat, LATITUDES), (node.lon, LONGITUDES)):
        if abs(value) > most:
            scope.problems.report(OutOfRange(span=node.span, least=-most, most=most))
            return None
    if not scope.is_open and not (scope.attribute("lat") and scope.attribute("lon")):
        lacking = "lon" if scope.attribute("lat") else "lat"
        report_unknown(lacking, node.span, "attribute", [], scope.declared, scope.problems)
        return None
    return checked.Distance(node.lat, node.lon, type=catalogue.KILOMETRES, span=node.span)


def _numeric(
    found: checked.Expr, node: ast.Node, scope: Scope, expected: Kind = Kind.NUMBER
) -> bool:
    if found.type.is_numeric:
        return True
    several = found.type.kind in SEVERAL
    _mismatch(node, scope, None if several else expected, found.type.kind)
    return False


def _mismatch(
    node: ast.Node,
    scope: Scope,
    expected: Kind | None,
    found: Kind,
    suggestion: str | None = None,
) -> None:
    scope.problems.report(
        TypeMismatch(span=node.span, expected=expected, found=found, suggestion=suggestion)
    )


def _arithmetic(node: ast.Arithmetic, scope: Scope) -> checked.Expr | None:
    left, right = numeric(node.left, scope), numeric(node.right, scope)
    if left is None or right is None:
        return None
    decimals = {
        "+": max(left.type.decimals, right.type.decimals),
        "-": max(left.type.decimals, right.type.decimals),
        "*": left.type.decimals + right.type.decimals,
        "/": DIVISION_DECIMALS,
    }[node.op]
    if not fits(decimals, _digits(node.op, left, right, decimals), node, scope):
        return None
    money = Kind.MONEY in (left.type.kind, right.type.kind)
    ratio = node.op == "/" and right.type.kind is Kind.MONEY
    type_ = Type(Kind.MONEY if money and not ratio else Kind.NUMBER, decimals)
    return checked.Arithmetic(node.op, left, right, type=type_, span=node.span)


def _digits(op: str, left: checked.Expr, right: checked.Expr, decimals: int) -> int:
    """How many digits the result of two constants has; 0 where that depends on the event."""
    if not isinstance(left, checked.Const) or not isinstance(right, checked.Const):
        return 0
    one, other = _fraction(left), _fraction(right)
    if op == "/":
        result = one / other if other else Fraction(0)
    else:
        result = {"+": one + other, "-": one - other, "*": one * other}[op]
    return len(str(abs(int(result * 10**decimals))))


def _fraction(constant: checked.Const) -> Fraction:
    return Fraction(int(constant.value), 10**constant.type.decimals)


_FORMS: dict[type[ast.Node], Callable[[Any, Scope], checked.Expr | None]] = {
    ast.Arithmetic: _arithmetic,
    ast.Negation: _negation,
    ast.Call: _call,
    ast.ItemCount: lambda node, scope: items.of_items(node, scope, nested),
    ast.ItemTotal: lambda node, scope: items.of_items(node, scope, nested),
    ast.ItemDistinct: lambda node, scope: items.of_items(node, scope, nested),
    ast.Lifetime: balances.lifetime,
    ast.Earned: balances.earned,
    ast.LeftTo: balances.left_to,
    ast.DaysSinceJoined: lambda node, _: checked.DaysSinceJoined(
        type=catalogue.DAYS, span=node.span
    ),
    ast.DaysSincePrevious: history.since_previous,
    ast.Distance: _distance,
    ast.EventCount: lambda node, scope: history.count(node, scope, nested),
    ast.EventFigure: lambda node, scope: history.figure(node, scope, nested),
    ast.EventDistinct: lambda node, scope: history.distinct(node, scope, nested),
    ast.PastItemCount: lambda node, scope: history.lines(node, scope, nested),
    ast.PastItemTotal: lambda node, scope: history.lines(node, scope, nested),
    ast.Streak: lambda node, scope: history.streak(node, scope, nested),
}


def nested(node: ast.Condition, scope: Scope) -> checked.Condition | None:
    """A condition inside a form; by itself it must be possible."""
    found = condition(node, scope)
    if found is not None:
        report_impossible(found, scope)
    return found


# --- conditions -----------------------------------------------------------------------------


def condition(node: ast.Condition, scope: Scope) -> checked.Condition | None:
    """The typed condition, or None where a part of it has a problem."""
    check = _CONDITIONS.get(type(node))
    return _truth(node, scope) if check is None else check(node, scope)  # type: ignore[arg-type]  # what is no condition is an expression


def _parts(node: ast.And | ast.Or, scope: Scope) -> checked.Condition | None:
    found = [condition(part, scope) for part in node.parts]
    known = tuple(part for part in found if part is not None)
    if len(known) < len(found):
        return None
    kind = checked.Conjunction if isinstance(node, ast.And) else checked.Disjunction
    return kind(known, type=FLAG, span=node.span)


def _not(node: ast.Not, scope: Scope) -> checked.Condition | None:
    inner = condition(node.operand, scope)
    return None if inner is None else checked.Inversion(inner, type=FLAG, span=node.span)


def _known(node: ast.Known, scope: Scope) -> checked.Condition | None:
    value = expression(node.value, scope)
    if value is None:
        return None
    return checked.Known(value, node.negated, type=FLAG, span=node.span)


def _truth(node: ast.Expr, scope: Scope) -> checked.Condition | None:
    value = expression(node, scope)
    if value is None:
        return None
    if value.type.kind is not Kind.FLAG:
        several = value.type.kind in SEVERAL
        _mismatch(node, scope, None if several else Kind.FLAG, value.type.kind)
        return None
    return checked.Truth(value, type=FLAG, span=node.span)


def _sides(
    first: ast.Expr, others: tuple[ast.Expr, ...], scope: Scope, *, ordered: bool
) -> tuple[checked.Expr, ...] | None:
    """Values that are held against each other: of one kind, with an order where one is asked."""
    # The side that has a type by itself tells what a bare name or a text on the other may be.
    other = others[0]
    is_tier = isinstance(other, ast.Name) and other.parts == ("tier",) and first != other
    if is_tier or (isinstance(first, CONSTANTS) and not isinstance(other, CONSTANTS)):
        lead = expression(other, scope)
        head = expression(first, scope, lead.type if lead else None)
    else:
        head = expression(first, scope)
    if head is None:
        return None
    if head.type.kind in SEVERAL:
        _mismatch(first, scope, None, head.type.kind)
        return None
    found = [head]
    for node in others:
        value = expression(node, scope, head.type)
        if value is None:
            continue
        if not _comparable(head.type, value.type):
            several = value.type.kind in SEVERAL
            expected = None if several else head.type.kind
            _mismatch(node, scope, expected, value.type.kind, _as_tier(node, head, scope))
        elif ordered and head.type.kind in UNORDERED:
            _mismatch(node, scope, None, head.type.kind)
        else:
            found.append(value)
    return tuple(found) if len(found) == len(others) + 1 else None


def _as_tier(node: ast.Expr, head: checked.Expr, scope: Scope) -> str | None:
    """The tier that a text names, where a tier is asked for."""
    if head.type.kind is Kind.TIER and isinstance(node, ast.Text):
        return scope.declared.nearest(node.value, scope.declared.tiers)
    return None


def _comparable(left: Type, right: Type) -> bool:
    if left.is_numeric and right.is_numeric:
        return True
    return left.kind == right.kind or (left.kind in TEXTUAL and right.kind in TEXTUAL)


def _comparison(node: ast.Comparison, scope: Scope) -> checked.Condition | None:
    sides = _sides(node.left, (node.right,), scope, ordered=node.op in ORDERED)
    if sides is None:
        return None
    return checked.Comparison(node.op, sides[0], sides[1], type=FLAG, span=node.span)


def _between(node: ast.Between, scope: Scope) -> checked.Condition | None:
    sides = _sides(node.value, (node.low, node.high), scope, ordered=True)
    if sides is None:
        return None
    return checked.Between(sides[0], sides[1], sides[2], type=FLAG, span=node.span)


def _membership(node: ast.In, scope: Scope) -> checked.Condition | None:
    sides = _sides(node.value, node.choices, scope, ordered=False)
    if sides is None:
        return None
    value, *choices = sides
    if all(isinstance(choice, checked.Const) for choice in choices):
        constants = tuple(choice for choice in choices if isinstance(choice, checked.Const))
        return checked.Membership(value, constants, node.negated, type=FLAG, span=node.span)
    parts = tuple(
        checked.Comparison(
            "!=" if node.negated else "=", value, choice, type=FLAG, span=choice.span
        )
        for choice in choices
    )
    kind = checked.Conjunction if node.negated else checked.Disjunction
    return kind(parts, type=FLAG, span=node.span)


def _in_list(node: ast.InList, scope: Scope) -> checked.Condition | None:
    """Membership among the constants of a declared list."""
    value, declared = expression(node.value, scope), scope.declared
    choices = declared.lists.get(node.list.dotted)
    if choices is None:
        name, span = node.list.dotted, node.list.span
        report_unknown(name, span, "list", declared.lists, declared, scope.problems, told=True)
        return None
    if value is None:
        return None
    if value.type.kind in SEVERAL:
        _mismatch(node.value, scope, None, value.type.kind)
        return None
    if choices and not _comparable(value.type, choices[0].type):
        _mismatch(node.list, scope, value.type.kind, choices[0].type.kind)
        return None
    return checked.Membership(value, choices, node.negated, type=FLAG, span=node.span)


def _in_segment(node: ast.InSegment, scope: Scope) -> checked.Condition | None:
    name = find_segment(node.segment, scope.declared, scope.problems)
    return None if name is None else checked.InSegment(name, type=FLAG, span=node.span)


def _text(node: ast.Expr, scope: Scope) -> checked.Const | None:
    """A constant text: written there, or a parameter."""
    found = expression(node, scope)
    if found is None:
        return None
    if found.type.kind not in TEXTUAL:
        _mismatch(node, scope, Kind.TEXT, found.type.kind)
        return None
    if not isinstance(found, checked.Const):
        scope.problems.report(NotHere(span=node.span, form="constant"))
        return None
    return found


def _text_test(node: ast.TextTest, scope: Scope) -> checked.Condition | None:
    value, text = expression(node.value, scope), _text(node.text, scope)
    if value is None or text is None:
        return None
    if value.type.kind not in TEXTUAL:
        several = value.type.kind in SEVERAL
        _mismatch(node.value, scope, None if several else Kind.TEXT, value.type.kind)
        return None
    return checked.TextTest(node.op, value, text, type=FLAG, span=node.span)


def _has_tag(node: ast.HasTag, scope: Scope) -> checked.Condition | None:
    value, tag = expression(node.value, scope), _text(node.tag, scope)
    if value is None or tag is None:
        return None
    if value.type.kind is not Kind.TAGS:
        _mismatch(node.value, scope, Kind.TAGS, value.type.kind)
        return None
    return checked.HasTag(value, tag, type=FLAG, span=node.span)


_CONDITIONS: dict[type[ast.Node], Callable[[Any, Scope], checked.Condition | None]] = {
    ast.And: _parts,
    ast.Or: _parts,
    ast.Not: _not,
    ast.Comparison: _comparison,
    ast.Between: _between,
    ast.In: _membership,
    ast.InList: _in_list,
    ast.InSegment: _in_segment,
    ast.TextTest: _text_test,
    ast.HasTag: _has_tag,
    ast.Holds: lambda node, _: checked.Holds(node.kind, node.name, type=FLAG, span=node.span),
    ast.IsBirthday: lambda node, _: checked.IsBirthday(type=FLAG, span=node.span),
    ast.BirthdayMonth: lambda node, _: checked.BirthdayMonth(type=FLAG, span=node.span),
    ast.EventTest: lambda node, scope: history.test(node, scope, nested),
    ast.Nth: lambda node, scope: history.nth(node, scope, nested),
    ast.Known: _known,
    ast.ItemTest: lambda node, scope: items.item_test(node, scope, nested),
}
