"""Figures of units and tiers: what was earned, and what a tier still lacks.

Source: docs/language.md, section 3, "names".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsl.meaning import catalogue, checked
from dsl.meaning.diagnostics import NotHere
from dsl.meaning.lookup import check_window, find_unit, report_unknown
from dsl.meaning.types import Kind, Type
from dsl.text import ast

if TYPE_CHECKING:
    from dsl.meaning.scope import Scope


def lifetime(node: ast.Lifetime, scope: Scope) -> checked.Expr | None:
    """`lifetime points`."""
    unit = find_unit(node.unit, scope.declared, scope.problems)
    if unit is None:
        return None
    return checked.Lifetime(unit, type=Type(Kind.NUMBER, unit.precision), span=node.span)


def earned(node: ast.Earned, scope: Scope) -> checked.Expr | None:
    """`points earned in last 30 days`."""
    unit = find_unit(node.unit, scope.declared, scope.problems)
    window = check_window(node.window, scope.problems) or node.window
    if unit is None:
        return None
    return checked.Earned(unit, window, type=Type(Kind.NUMBER, unit.precision), span=node.span)


def left_to(node: ast.LeftTo, scope: Scope) -> checked.Expr | None:
    """What the first item of a tier still lacks: money, an amount of a unit, or events."""
    tier = scope.declared.tiers.get(node.tier.dotted)
    if tier is None:
        known = scope.declared.tier_names
        report_unknown(
            node.tier.dotted,
            node.tier.span,
            "tier",
            known,
            scope.declared,
            scope.problems,
            told=True,
        )
        return None
    match tier.first:
        case ast.Spent():
            type_ = catalogue.MONEY
        case ast.EarnedItem(_, unit) | ast.HeldItem(_, unit):
            known_unit = scope.declared.unit(unit.dotted)
            type_ = Type(Kind.NUMBER, known_unit.precision if known_unit else 0)
        case ast.EventsItem():
            type_ = catalogue.COUNT
        case _:
            scope.problems.report(NotHere(span=node.span, form="left-to"))
            return None
    return checked.LeftTo(tier.rank, type=type_, span=node.span)
