"""Expressions and conditions: every name resolved, every kind of value held against the other.

A problem is reported once, at the smallest place; what rests on it is None and reports nothing
more. Source: docs/language.md, sections 1, 3 and 5.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsl.meaning import catalogue, checked
from dsl.meaning.constants import constant, fits
from dsl.meaning.diagnostics import AmbiguousName, TypeMismatch, UnknownName
from dsl.meaning.types import FLAG, Kind, Type
from dsl.text import ast
from dsl.text.nearest import nearest

if TYPE_CHECKING:
    from dsl.meaning.scope import Scope

DIVISION_DECIMALS = 6
ORDERED = ("<", "<=", ">", ">=")
# Kinds that have no before and after.
UNORDERED = (Kind.TEXT, Kind.FLAG, Kind.CUSTOMER)
TEXTUAL = (Kind.TEXT, Kind.CUSTOMER)


def expression(node: ast.Expr, scope: Scope, wanted: Type | None = None) -> checked.Expr | None:
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
        case ast.ItemCount() | ast.ItemTotal() | ast.ItemDistinct():
            return _of_items(node, scope)
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
            | ast.Duration()
        ):
            return constant(node, scope, wanted)


def _of_items(
    node: ast.ItemCount | ast.ItemTotal | ast.ItemDistinct, scope: Scope
) -> checked.Expr | None:
    """What is counted or added up over the lines; a line has no lines of its own."""
    if scope.in_item:
        _mismatch(node, scope, None, Kind.LIST)
        return None
    items = scope.declared.item
    where = condition(node.where, scope.within_item()) if node.where is not None else None
    attribute = _counted(node.attribute, scope) if isinstance(node, ast.ItemDistinct) else None
    if node.where is not None and where is None:
        return None
    if isinstance(node, ast.ItemCount):
        return checked.ItemCount(where, type=items["quantity"].type, span=node.span)
    if isinstance(node, ast.ItemTotal):
        return checked.ItemTotal(where, type=items["amount"].type, span=node.span)
    if attribute is None:
        return None
    return checked.ItemDistinct(attribute, where, type=catalogue.COUNT, span=node.span)


def _counted(node: ast.Name, scope: Scope) -> checked.ItemField | None:
    """The attribute of lines whose different values are counted: a text."""
    info = scope.declared.item.get(node.dotted)
    if info is None:
        _unknown(node, scope, "item", list(scope.declared.item))
        return None
    if info.type.kind not in TEXTUAL:
        _mismatch(node, scope, Kind.TEXT, info.type.kind)
        return None
    return checked.ItemField(info.name, type=info.type, span=node.span)


def _name(node: ast.Name, scope: Scope, wanted: Type | None) -> checked.Expr | None:
    span = node.span
    if len(node.parts) == 1:
        name = node.parts[0]
        if wanted is not None and wanted.kind is Kind.TIER and name != "tier":
            return _tier(node, scope)
        if scope.in_item and name in scope.declared.item:
            return checked.ItemField(name, type=scope.declared.item[name].type, span=span)
        if name == "tier":
            return checked.TierNow(type=Type(Kind.TIER), span=span)
        if name in catalogue.CALENDAR_PARTS:
            return checked.Calendar(name, type=catalogue.CALENDAR_PARTS[name], span=span)  # type: ignore[arg-type]  # its parts
        if name == "customer":
            return checked.EventField(name, type=Type(Kind.CUSTOMER), span=span)
        return _attribute(node, scope, wanted)
    if node.parts[0] == "customer" and len(node.parts) == 2:  # noqa: PLR2004 - customer.NAME
        info = scope.declared.customer.get(node.parts[1])
        if info is not None and info.type.kind is not Kind.LIST:
            return checked.CustomerField(info.name, type=info.type, span=span)
        known = [f"customer.{name}" for name in scope.declared.customer]
        _unknown(node, scope, "customer", known)
        return None
    _unknown(node, scope, "attribute", scope.names())
    return None


def _attribute(node: ast.Name, scope: Scope, wanted: Type | None) -> checked.Expr | None:
    found = scope.attribute(node.parts[0])
    if not found and scope.is_open:
        return None
    if not found:
        role = "item" if scope.in_item else "attribute"
        _unknown(node, scope, role, scope.names(), _as_text(node, wanted))
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


def _as_text(node: ast.Name, wanted: Type | None) -> str | None:
    """The name in quotes, where a text is asked for."""
    if wanted is None or wanted.kind not in TEXTUAL:
        return None
    meant = nearest(node.dotted, wanted.choices) if wanted.choices else node.dotted
    return f'"{meant}"' if meant else None


def _unknown(
    node: ast.Name, scope: Scope, role: str, known: list[str], instead: str | None = None
) -> None:
    scope.problems.report(
        UnknownName(
            span=node.span,
            part=scope.problems.part,
            name=node.dotted,
            role=role,  # type: ignore[arg-type]  # its roles
            suggestion=nearest(node.dotted, known) or instead,
            known=tuple(known) if role == "tier" else (),
        )
    )


def _mismatch(
    node: ast.Node,
    scope: Scope,
    expected: Kind | None,
    found: Kind,
    suggestion: str | None = None,
) -> None:
    scope.problems.report(
        TypeMismatch(
            span=node.span,
            part=scope.problems.part,
            expected=expected,
            found=found,
            suggestion=suggestion,
        )
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
        case ast.ItemTest() if scope.in_item:
            _mismatch(node, scope, None, Kind.LIST)
            return None
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
    other = others[0]
    is_tier = isinstance(other, ast.Name) and other.parts == ("tier",) and first != other
    if is_tier or (isinstance(first, ast.Constant) and not isinstance(other, ast.Constant)):
        lead = expression(other, scope)
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
            _mismatch(node, scope, head.type.kind, value.type.kind, _as_tier(node, head, scope))
        elif ordered and head.type.kind in UNORDERED:
            _mismatch(node, scope, None, head.type.kind)
        else:
            found.append(value)
    return tuple(found) if len(found) == len(others) + 1 else None


def _as_tier(node: ast.Expr, head: checked.Expr, scope: Scope) -> str | None:
    """The tier that a text names, where a tier is asked for."""
    if head.type.kind is Kind.TIER and isinstance(node, ast.Text):
        return nearest(node.value, scope.declared.tier_names)
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
