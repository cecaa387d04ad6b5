"""Tiers and segments: when a customer is in them.

Source: docs/language.md, section 2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dsl.meaning import catalogue, checked
from dsl.meaning.checked import AtLeast
from dsl.meaning.constants import scaled
from dsl.meaning.diagnostics import UnknownName
from dsl.meaning.expressions import nested
from dsl.meaning.history import past
from dsl.meaning.lookup import check_window, find_unit, is_sane
from dsl.meaning.rules import check_where
from dsl.meaning.scope import Scope
from dsl.meaning.types import Kind, Type
from dsl.meaning.units import check_single
from dsl.text import ast
from dsl.text.nearest import nearest

if TYPE_CHECKING:
    from dsl.meaning.scope import Declared, Problems

SPENT = "spent"
AMOUNT = checked.PastField("amount", type=catalogue.MONEY)


def check_tier(node: ast.TierDecl, declared: Declared, problems: Problems) -> checked.Tier | None:
    """The tier with its items and what keeps it; None where any part has a problem."""
    before = problems.errors
    scope = Scope(declared, (), problems)
    items = tuple(
        tuple(found for item in option if (found := _item(item, scope)) is not None)
        for option in node.items
    )
    check_single(node.options, problems)
    said: dict[str, Any] = {}
    for option in node.options:
        match option:
            case ast.Keep(duration):
                is_sane(duration, problems)
                said["keep"] = option
            case ast.KeepUntilEnd():
                said["keep"] = option
            case ast.Grace(duration):
                is_sane(duration, problems)
                said["grace"] = duration
            case ast.OneStep():
                said["one_step"] = True
            case ast.Perks(names):
                said["perks"] = names
    rank = declared.tier_rank(node.name.dotted)
    if problems.errors > before or rank is None:
        return None
    return checked.Tier(node.name.dotted, rank, items, **said)


def _item(node: ast.TierItem, scope: Scope) -> AtLeast | checked.Condition | None:
    """What a customer must have at least, or a condition."""
    text = scope.problems.text[node.span.start : node.span.end]
    value: checked.Expr
    match node:
        case ast.WhereItem(where):
            return check_where(where, scope)
        case ast.Spent(amount, asked):
            counted = checked.Past("purchase", window=check_window(asked, scope.problems))
            value = checked.EventFigure(
                "total", AMOUNT, counted, type=catalogue.MONEY, span=node.span
            )
            return AtLeast(value, scaled(amount), text)
        case ast.EventsItem(count, counted_node):
            if _is_mistyped(counted_node.event, scope):
                return None
            found = past(counted_node, scope, nested)
            if found is None:
                return None
            value = checked.EventCount(found[0], type=catalogue.COUNT, span=node.span)
            return AtLeast(value, scaled(count), text)
        case ast.EarnedItem(amount, name) | ast.HeldItem(amount, name):
            unit = find_unit(name, scope.declared, scope.problems)
            window: ast.Window | None = None
            if isinstance(node, ast.EarnedItem):
                window = check_window(node.window, scope.problems) or node.window
            if unit is None:
                return None
            type_ = Type(Kind.NUMBER, unit.precision)
            value = checked.Balance(unit, type=type_, span=node.span)
            if window is not None:
                value = checked.Earned(unit, window, type=type_, span=node.span)
            return AtLeast(value, scaled(amount), text)


def _is_mistyped(node: ast.Name, scope: Scope) -> bool:
    """True where no event but `spent` was most likely meant; that is reported."""
    if scope.declared.event(node.dotted) is not None or nearest(node.dotted, [SPENT]) is None:
        return False
    scope.problems.report(
        UnknownName(span=node.span, name=node.dotted, role="event", suggestion=SPENT)
    )
    return True


def check_segment(
    node: ast.SegmentDecl, declared: Declared, problems: Problems
) -> checked.Segment | None:
    """The segment; None where its condition has a problem."""
    before = problems.errors
    where = check_where(node.where, Scope(declared, (), problems))
    if where is None or problems.errors > before:
        return None
    return checked.Segment(node.name.dotted, where)
