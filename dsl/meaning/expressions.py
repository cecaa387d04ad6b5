"""Expressions and conditions: every name resolved, every kind of value held against the other.

A problem is reported once, at the smallest place; what rests on it is None and reports nothing
more. Source: docs/language.md, sections 1, 3 and 5.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsl.meaning import catalogue, checked
from dsl.meaning.checked import FLAG, Kind, Type
from dsl.meaning.constants import constant, fits
from dsl.meaning.diagnostics import AmbiguousName, TypeMismatch, UnknownName
from dsl.text import ast
from dsl.text.nearest import nearest

if TYPE_CHECKING:
    from dsl.meaning.scope import Scope

DIVISION_DECIMALS = 6
ORDERED = ("<", "<=", ">", ">=")
# Kinds that have no before and after.
UNORDERED = (Kind.TEXT, Kind.FLAG, Kind.CUSTOMER)
TEXTUAL = (Kind.TEXT, Kind.CUSTOMER)


def expression(
    node: ast.Expr | ast.Condition, scope: Scope, wanted: Type | None = None
) -> checked.Expr | None:
    """The typed expression; `wanted` is the other side's type, which a name may need."""
    match node:
        case ast.Name():
            return _name(node, scope, wanted)
        case ast.Arithmetic():
            return _arithmetic(node, scope)
        case ast.Negation():
            operand = expression(node.operand, scope)
            if operand is None or not _numeric(operand, node.operand, scope):
                return None
            return checked.Negation(operand, type=operand.type, span=node.span)
        case ast.ItemCount():
            where = _inside(node.where, scope)
            type_ = scope.declared.item["quantity"].type
            return None if where is _FAILED else _item_count(where, type_, node)
        case ast.ItemTotal():
            where = _inside(node.where, scope)
            type_ = scope.declared.item["amount"].type
            if where is _FAILED:
                return None
            return checked.ItemTotal(_condition_or_none(where), type=type_, span=node.span)
        case ast.ItemDistinct():
            return _distinct(node, scope)
        case (
            ast.Number()
            | ast.Percent()
            | ast.Money()
            | ast.Text()
            | ast.Flag()
            | ast.Date()
            | ast.DateTime()
            | ast.Time()
            | ast.Weekday()
            | ast.MonthName()
        ):
            return constant(node, scope, wanted)
        case _:
            found = condition(node, scope)
            if found is not None:
                scope.problems.report(
                    TypeMismatch(
                        span=node.span,
                        part=scope.problems.part,
                        expected=wanted.kind if wanted else Kind.NUMBER,
                        found=Kind.FLAG,
                    )
                )
            return None


class _Failed:
    """Stands for a condition that has problems of its own."""


_FAILED = _Failed()


def _inside(where: ast.Condition | None, scope: Scope) -> checked.Condition | _Failed | None:
    if where is None:
        return None
    found = condition(where, scope.within_item())
    return _FAILED if found is None else found


def _condition_or_none(where: checked.Condition | _Failed | None) -> checked.Condition | None:
    return None if isinstance(where, _Failed) else where


def _item_count(
    where: checked.Condition | _Failed | None, type_: Type, node: ast.ItemCount
) -> checked.ItemCount:
    return checked.ItemCount(_condition_or_none(where), type=type_, span=node.span)


def _distinct(node: ast.ItemDistinct, scope: Scope) -> checked.Expr | None:
    where = _inside(node.where, scope)
    name = node.attribute.dotted
    info = scope.declared.item.get(name)
    if info is None:
        _unknown(node.attribute, scope, "item", list(scope.declared.item))
        return None
    if info.type.kind not in TEXTUAL:
        _mismatch(node.attribute, scope, Kind.TEXT, info.type.kind)
        return None
    if where is _FAILED:
        return None
    attribute = checked.ItemField(name, type=info.type, span=node.attribute.span)
    return checked.ItemDistinct(
        attribute, _condition_or_none(where), type=catalogue.COUNT, span=node.span
    )


def _name(node: ast.Name, scope: Scope, wanted: Type | None) -> checked.Expr | None:
    span = node.span
    if len(node.parts) == 1:
        name = node.parts[0]
        if wanted is not None and wanted.kind is Kind.TIER:
            return _tier(node, scope)
        if scope.in_item and name in scope.declared.item:
            return checked.ItemField(name, type=scope.declared.item[name].type, span=span)
        if name == "tier":
            return checked.TierNow(type=Type(Kind.TIER), span=span)
        if name in catalogue.CALENDAR_PARTS:
            return checked.Calendar(name, type=catalogue.CALENDAR_PARTS[name], span=span)  # type: ignore[arg-type]  # its parts
        if name == "customer":
            return checked.EventField(name, type=Type(Kind.CUSTOMER), span=span)
        return _attribute(node, scope)
    if node.parts[0] == "customer" and len(node.parts) == 2:  # noqa: PLR2004 - customer.NAME
        info = scope.declared.customer.get(node.parts[1])
        if info is not None and info.type.kind is not Kind.LIST:
            return checked.CustomerField(info.name, type=info.type, span=span)
        known = [f"customer.{name}" for name in scope.declared.customer]
        _unknown(node, scope, "customer", known)
        return None
    _unknown(node, scope, "attribute", scope.names())
    return None


def _attribute(node: ast.Name, scope: Scope) -> checked.Expr | None:
    found = scope.attribute(node.parts[0])
    if not found:
        _unknown(node, scope, "item" if scope.in_item else "attribute", scope.names())
        return None
    if len(found) > 1:
        scope.problems.report(
            AmbiguousName(span=node.span, part=scope.problems.part, name=node.parts[0])
        )
        return None
    info = found[0]
    if info.type.kind is Kind.LIST:
        _mismatch(node, scope, None, Kind.LIST)
        return None
    return checked.EventField(info.name, type=info.type, span=node.span)


def _tier(node: ast.Name, scope: Scope) -> checked.Expr | None:
    rank = scope.declared.tier_rank(node.dotted)
    if rank is None:
        _unknown(node, scope, "tier", scope.declared.tier_names)
        return None
    return checked.Const(rank, type=Type(Kind.TIER), span=node.span)


def _unknown(node: ast.Name, scope: Scope, role: str, known: list[str]) -> None:
    scope.problems.report(
        UnknownName(
            span=node.span,
            part=scope.problems.part,
            name=node.dotted,
            role=role,  # type: ignore[arg-type]  # its roles
            suggestion=nearest(node.dotted, known),
        )
    )


def _mismatch(node: ast.Node, scope: Scope, expected: Kind | None, found: Kind) -> None:
    scope.problems.report(
        TypeMismatch(span=node.span, part=scope.problems.part, expected=expected, found=found)
    )


def _numeric(found: checked.Expr, node: ast.Node, scope: Scope) -> bool:
    if found.type.is_numeric:
        return True
    _mismatch(node, scope, Kind.NUMBER, found.type.kind)
    return False


def _arithmetic(node: ast.Arithmetic, scope: Scope) -> checked.Expr | None:
    left, right = expression(node.left, scope), expression(node.right, scope)
    if left is None or right is None:
        return None
    numeric = [_numeric(left, node.left, scope), _numeric(right, node.right, scope)]
    if not all(numeric):
        return None
    decimals = {
        "+": max(left.type.decimals, right.type.decimals),
        "-": max(left.type.decimals, right.type.decimals),
        "*": left.type.decimals + right.type.decimals,
        "/": DIVISION_DECIMALS,
    }[node.op]
    if not fits(decimals, 0, node, scope):
        return None
    money = Kind.MONEY in (left.type.kind, right.type.kind)
    ratio = node.op == "/" and right.type.kind is Kind.MONEY
    type_ = Type(Kind.MONEY if money and not ratio else Kind.NUMBER, decimals)
    return checked.Arithmetic(node.op, left, right, type=type_, span=node.span)


def condition(  # noqa: PLR0911 - one for each kind of condition
    node: ast.Condition, scope: Scope
) -> checked.Condition | None:
    """The typed condition, or None where a part of it has a problem."""
    match node:
        case ast.And(parts) | ast.Or(parts):
            found = [condition(part, scope) for part in parts]
            known = tuple(part for part in found if part is not None)
            if len(known) < len(found):
                return None
            kind = checked.Conjunction if isinstance(node, ast.And) else checked.Disjunction
            return kind(known, type=FLAG, span=node.span)
        case ast.Not(operand):
            inner = condition(operand, scope)
            return None if inner is None else checked.Inversion(inner, type=FLAG, span=node.span)
        case ast.Comparison():
            return _comparison(node, scope)
        case ast.Between():
            return _between(node, scope)
        case ast.In():
            return _membership(node, scope)
        case ast.Known():
            value = expression(node.value, scope)
            if value is None:
                return None
            return checked.Known(value, node.negated, type=FLAG, span=node.span)
        case ast.ItemTest():
            where = condition(node.where, scope.within_item())
            if where is None:
                return None
            return checked.ItemTest(node.quantifier, where, type=FLAG, span=node.span)
        case _:
            return _truth(node, scope)


def _truth(node: ast.Expr, scope: Scope) -> checked.Condition | None:
    value = expression(node, scope)
    if value is None:
        return None
    if value.type.kind is not Kind.FLAG:
        _mismatch(node, scope, Kind.FLAG, value.type.kind)
        return None
    return checked.Truth(value, type=FLAG, span=node.span)


def _sides(
    first: ast.Expr, others: tuple[ast.Expr, ...], scope: Scope, *, ordered: bool
) -> tuple[checked.Expr, ...] | None:
    """Values that are held against each other: of one kind, with an order where one is asked."""
    # The side that has a type by itself tells what a bare name or a text on the other may be.
    if isinstance(first, ast.Constant) and not isinstance(others[0], ast.Constant):
        lead = expression(others[0], scope)
        head = expression(first, scope, lead.type if lead else None)
    else:
        head = expression(first, scope)
    if head is None:
        return None
    found = [head]
    for node in others:
        value = expression(node, scope, head.type)
        if value is None:
            continue
        if not _comparable(head.type, value.type):
            _mismatch(node, scope, head.type.kind, value.type.kind)
        elif ordered and head.type.kind in UNORDERED:
            _mismatch(node, scope, None, head.type.kind)
        else:
            found.append(value)
    return tuple(found) if len(found) == len(others) + 1 else None


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
