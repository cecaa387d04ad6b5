"""Who gets a reward: tiers and segments, roles, the first of a ranking, some by a draw.

Source: docs/language.md, section 3, "to".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dsl.meaning import checked
from dsl.meaning.diagnostics import (
    AmbiguousName,
    NotHere,
    TopOutsideSchedule,
    TypeMismatch,
    UnknownName,
)
from dsl.meaning.expressions import numeric
from dsl.meaning.lookup import MOST_KNOWN, find_tier
from dsl.meaning.names import resolve
from dsl.meaning.types import Kind
from dsl.text import ast

if TYPE_CHECKING:
    from dsl.meaning.scope import Scope

Audience = checked.Group | checked.Top | checked.AtRandom


@dataclass(frozen=True, slots=True)
class Served:
    """Who gets a reward; `is_known` is False where that has a problem."""

    audience: Audience | None = None
    recipient: checked.Expr | None = None
    is_known: bool = True


EVERYBODY = Served()
_UNKNOWN = Served(is_known=False)


def serve(rewards: tuple[ast.Reward, ...], scope: Scope, *, calendar: bool) -> list[Served]:
    """Who gets each reward: tiers serve those before that have no `to`, a role its own."""
    found: list[Served] = []
    following = EVERYBODY
    for reward in reversed(rewards):
        own = following
        if reward.to is not None:
            own = _target(reward.to, scope, calendar=calendar)
            if own.recipient is None and not _is_customer(reward.to):
                following = own
        found.append(own)
    return found[::-1]


def _is_customer(node: ast.Target) -> bool:
    """True of `to customer`, which is a role."""
    return isinstance(node, ast.AnyOf) and [name.parts for name in node.names] == [("customer",)]


def _target(node: ast.Target, scope: Scope, *, calendar: bool) -> Served:
    match node:
        case ast.Everyone():
            return EVERYBODY
        case ast.AnyOf((name,)):
            return _one(name, scope)
        case ast.Top(count, by):
            value = numeric(by, scope)
            if not calendar:
                scope.problems.report(TopOutsideSchedule(span=node.span))
            return _UNKNOWN if value is None else Served(checked.Top(count, value))
        case ast.AtRandom(count):
            if not calendar:
                scope.problems.report(TopOutsideSchedule(span=node.span))
            return Served(checked.AtRandom(count))
        case _:
            group = check_group(node, scope)
            return _UNKNOWN if group is None else Served(group)


def _one(name: ast.Name, scope: Scope) -> Served:
    """A single name: a role, a tier or a segment."""
    declared = scope.declared
    named = name.dotted in declared.tiers or name.dotted in declared.segments
    if len(name.parts) == 1 and name.dotted != "customer":
        role = any(info.type.kind is Kind.CUSTOMER for info in scope.attribute(name.dotted))
        if role and named:
            scope.problems.report(AmbiguousName(span=name.span, name=name.dotted))
            return _UNKNOWN
        if not role and not scope.attribute(name.dotted):
            if scope.is_open and not named and not declared.nearest(name.dotted, declared.tiers):
                return _UNKNOWN
            group = _named((name,), scope)
            return _UNKNOWN if group is None else Served(group)
        if named:
            group = _named((name,), scope)
            return _UNKNOWN if group is None else Served(group)
    elif name.dotted == "customer":
        return EVERYBODY
    found = resolve(name, scope, None)
    if found is None:
        return _UNKNOWN
    if found.type.kind is not Kind.CUSTOMER:
        scope.problems.report(
            TypeMismatch(span=name.span, expected=Kind.CUSTOMER, found=found.type.kind)
        )
        return _UNKNOWN
    return Served(recipient=found)


def check_group(node: ast.Target, scope: Scope) -> checked.Group | None:
    """Tiers and segments; what names no group of customers is reported."""
    match node:
        case ast.AnyOf(names):
            return _named(names, scope)
        case ast.NotIn(name):
            group = _named((name,), scope)
            return group and checked.Group(group.ranks, group.segments, negated=True)
        case ast.AndAbove(name):
            rank = find_tier(name, scope.declared, scope.problems)
            if rank is None:
                return None
            return checked.Group(frozenset(range(rank, len(scope.declared.tiers) + 1)))
        case _:
            scope.problems.report(NotHere(span=node.span, form="who"))
            return None


def _named(names: tuple[ast.Name, ...], scope: Scope) -> checked.Group | None:
    declared = scope.declared
    ranks, segments = set[int](), set[str]()
    known = True
    for name in names:
        if name.dotted in declared.segments:
            segments.add(name.dotted)
        elif (rank := declared.tier_rank(name.dotted)) is not None:
            ranks.add(rank)
        elif len(names) > 1 and (
            name.parts[0] == "customer"
            or any(info.type.kind is Kind.CUSTOMER for info in scope.attribute(name.dotted))
        ):
            scope.problems.report(NotHere(span=name.span, form="who"))
            known = False
        else:
            _unknown(name, scope)
            known = False
    return checked.Group(frozenset(ranks), frozenset(segments)) if known else None


def _unknown(name: ast.Name, scope: Scope) -> None:
    """Nobody is called so; with tiers alone, a tier was meant."""
    declared = scope.declared
    roles = [
        info.name
        for event in scope.events
        for info in event.attributes.values()
        if info.type.kind is Kind.CUSTOMER
    ]
    named = [*declared.tiers, *sorted(declared.segments)]
    if name.dotted not in declared.unread:
        scope.problems.report(
            UnknownName(
                span=name.span,
                name=name.dotted,
                role="audience" if declared.segments else "tier",
                suggestion=declared.nearest(name.dotted, [*named, *roles]),
                known=tuple(named)[:MOST_KNOWN],
            )
        )
