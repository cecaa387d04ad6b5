"""Figures and tests of past events: which are counted, and what of them.

Source: docs/language.md, section 3, "history".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from dsl.meaning import catalogue, checked
from dsl.meaning.diagnostics import ImpossibleCondition, NotHere, TypeMismatch
from dsl.meaning.items import has_items
from dsl.meaning.lookup import check_window, find_event, report_unknown
from dsl.meaning.types import DIVISION_DECIMALS, FLAG, TEXTUAL, Kind, Type
from dsl.text import ast

if TYPE_CHECKING:
    from dsl.meaning.scope import Scope
    from dsl.meaning.types import EventType

# How the condition inside a form is checked.
Ask = Callable[[ast.Condition, "Scope"], "checked.Condition | None"]
_TESTS: dict[str, Literal["=", ">=", ">"]] = {"no": "=", "at least": ">=", "more than": ">"}


def is_allowed(node: ast.Node, scope: Scope) -> bool:
    """True outside conditions on past events and on lines, which have no history of their own."""
    if scope.past is None and not scope.in_item:
        return True
    scope.problems.report(NotHere(span=node.span, form="history"))
    return False


def past(node: ast.Past, scope: Scope, ask: Ask) -> tuple[checked.Past, EventType] | None:
    """Which events are counted, and their type."""
    before = scope.problems.errors
    event = find_event(node.event, scope.declared, scope.problems)
    if event is None:
        check_window(node.window, scope.problems)
        return None
    where = ask(node.where, scope.within_past(event)) if node.where is not None else None
    role = _role(node.role, event, scope) if node.role is not None else None
    for name in node.same:
        _same(name, event, scope)
    window = check_window(node.window, scope.problems)
    if scope.problems.errors > before or (node.where is not None and where is None):
        return None
    same = tuple(name.dotted for name in node.same)
    found = checked.Past(event.name, node.previous, where, role, node.anyone, same, window)
    return found, event


def _role(node: ast.Name, event: EventType, scope: Scope) -> str | None:
    """The attribute by which others' events name this customer."""
    info = event.attributes.get(node.dotted)
    if info is None:
        known = [i.name for i in event.attributes.values() if i.type.kind is Kind.CUSTOMER]
        report_unknown(node.dotted, node.span, "role", known, scope.declared, scope.problems)
        return None
    if info.type.kind is not Kind.CUSTOMER:
        scope.problems.report(
            TypeMismatch(span=node.span, expected=Kind.CUSTOMER, found=info.type.kind)
        )
        return None
    return info.name


def _same(node: ast.Name, event: EventType, scope: Scope) -> None:
    """An attribute that both the past events and this one have."""
    name = node.dotted
    info = event.attributes.get(name)
    own = scope.attribute(name)
    if info is None or not (own or scope.is_open):
        known = [n for n in event.attributes if scope.attribute(n)]
        report_unknown(name, node.span, "attribute", known, scope.declared, scope.problems)
    elif info.type.kind in (Kind.LIST, Kind.TAGS):
        scope.problems.report(TypeMismatch(span=node.span, expected=None, found=info.type.kind))


def _figure_of(
    node: ast.Name, event: EventType, scope: Scope, kinds: tuple[Kind, ...], expected: Kind
) -> checked.PastField | None:
    """The attribute of past events that is reckoned with."""
    info = event.attributes.get(node.dotted)
    if info is None:
        known = [i.name for i in event.attributes.values() if i.type.kind in kinds]
        report_unknown(node.dotted, node.span, "past", known, scope.declared, scope.problems)
        return None
    if info.type.kind not in kinds:
        scope.problems.report(TypeMismatch(span=node.span, expected=expected, found=info.type.kind))
        return None
    return checked.PastField(info.name, type=info.type, span=node.span)


def count(node: ast.EventCount, scope: Scope, ask: Ask) -> checked.Expr | None:
    """`number of purchases …`."""
    found = past(node.past, scope, ask) if is_allowed(node, scope) else None
    if found is None:
        return None
    return checked.EventCount(found[0], type=catalogue.COUNT, span=node.span)


def figure(node: ast.EventFigure, scope: Scope, ask: Ask) -> checked.Expr | None:
    """`total amount of purchase …`; likewise average, largest and smallest."""
    found = past(node.past, scope, ask) if is_allowed(node, scope) else None
    if found is None:
        return None
    numeric = (Kind.NUMBER, Kind.MONEY)
    attribute = _figure_of(node.attribute, found[1], scope, numeric, Kind.NUMBER)
    if attribute is None:
        return None
    type_ = attribute.type
    if node.figure == "average":
        type_ = Type(type_.kind, DIVISION_DECIMALS)
    return checked.EventFigure(node.figure, attribute, found[0], type=type_, span=node.span)


def distinct(node: ast.EventDistinct, scope: Scope, ask: Ask) -> checked.Expr | None:
    """`number of distinct store of purchase …`."""
    found = past(node.past, scope, ask) if is_allowed(node, scope) else None
    if found is None:
        return None
    attribute = _figure_of(node.attribute, found[1], scope, TEXTUAL, Kind.TEXT)
    if attribute is None:
        return None
    return checked.EventDistinct(attribute, found[0], type=catalogue.COUNT, span=node.span)


def lines(
    node: ast.PastItemCount | ast.PastItemTotal, scope: Scope, ask: Ask
) -> checked.Expr | None:
    """`number of items (COND) of purchase …`, `total of items (COND) of purchase …`."""
    found = past(node.past, scope, ask) if is_allowed(node, scope) else None
    if found is None:
        return None
    if not has_items(node, replace(scope, past=found[1])):
        return None
    items = None
    if node.items is not None:
        items = ask(node.items, scope.within_past(found[1]).within_item())
        if items is None:
            return None
    own = scope.declared.item
    if isinstance(node, ast.PastItemCount):
        return checked.PastItemCount(items, found[0], type=own["quantity"].type, span=node.span)
    return checked.PastItemTotal(items, found[0], type=own["amount"].type, span=node.span)


def streak(node: ast.Streak, scope: Scope, ask: Ask) -> checked.Expr | None:
    """`streak of checkin [where (COND)] in days`."""
    counted = ast.Past(node.event, where=node.where)
    found = past(counted, scope, ask) if is_allowed(node, scope) else None
    if found is None:
        return None
    return checked.Streak(found[0], node.period, type=catalogue.COUNT, span=node.span)


def since_previous(node: ast.DaysSincePrevious, scope: Scope) -> checked.Expr | None:
    """`days since previous purchase`."""
    if not is_allowed(node, scope):
        return None
    event = find_event(node.event, scope.declared, scope.problems)
    if event is None:
        return None
    return checked.DaysSincePrevious(event.name, type=catalogue.DAYS, span=node.span)


def test(node: ast.EventTest, scope: Scope, ask: Ask) -> checked.Condition | None:
    """`no purchase …`, `at least 3 purchases …`, `more than 3 …`: a count held to a number."""
    found = past(node.past, scope, ask) if is_allowed(node, scope) else None
    if found is None:
        return None
    number = checked.EventCount(found[0], type=catalogue.COUNT, span=node.span)
    bound = checked.Const(node.count, type=catalogue.COUNT, span=node.span)
    op = _TESTS[node.quantity]
    return checked.Comparison(op, number, bound, type=FLAG, span=node.span)


def nth(node: ast.Nth, scope: Scope, ask: Ask) -> checked.Condition | None:
    """`first purchase`, `3rd purchase …`, `every 5th purchase …`: this event is that one."""
    found = past(node.past, scope, ask) if is_allowed(node, scope) else None
    if found is None:
        return None
    name = found[0].event
    if not scope.is_open and all(event.name != name for event in scope.events):
        scope.problems.report(ImpossibleCondition(span=node.span, alone=True))
        return None
    return checked.Nth(node.number, node.every, found[0], type=FLAG, span=node.span)
