"""What a name or a dotted path stands for where it is written.

Inside an item condition a bare name is the line's first, inside a condition on past events the
past event's, then this event's, then the program's. Source: docs/language.md, sections 1 and 3.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

from dsl.meaning import catalogue, checked
from dsl.meaning.constants import constant
from dsl.meaning.diagnostics import AmbiguousName, Role, TypeMismatch
from dsl.meaning.lookup import find_tier, report_unknown
from dsl.meaning.types import TEXTUAL, Kind, Type

if TYPE_CHECKING:
    from typing import Literal

    from dsl.meaning.scope import Scope
    from dsl.meaning.types import AttributeInfo
    from dsl.text import ast

# The current event, where a bare name would be the past event's or the line's.
THIS = "this"


def resolve(node: ast.Name, scope: Scope, wanted: Type | None) -> checked.Expr | None:
    """The value a name stands for; `wanted` is the other side's type, which a tier needs."""
    if len(node.parts) > 1:
        return _path(node, scope)
    name, span = node.parts[0], node.span
    if wanted is not None and wanted.kind is Kind.TIER and name != "tier":
        rank = find_tier(node, scope.declared, scope.problems)
        return None if rank is None else checked.Const(rank, type=catalogue.TIER, span=span)
    if scope.in_item and name in scope.declared.item:
        return checked.ItemField(name, type=scope.declared.item[name].type, span=span)
    if name == "tier":
        return checked.TierNow(type=catalogue.TIER, span=span)
    if name in catalogue.CALENDAR_PARTS:
        part = cast("Literal['date', 'time', 'hour', 'day', 'month']", name)
        past = scope.past is not None
        return checked.Calendar(part, past, type=catalogue.CALENDAR_PARTS[name], span=span)
    if name == "customer":
        return checked.EventField(name, type=catalogue.CUSTOMER, span=span)
    if scope.past is not None and name in scope.past.attributes:
        info = scope.past.attributes[name]
        if not _is_single(info, node, scope):
            return None
        return checked.PastField(name, type=info.type, span=span)
    return _own(node, scope, wanted)


def _own(node: ast.Name, scope: Scope, wanted: Type | None) -> checked.Expr | None:
    """An attribute of this event, a parameter, or what is spendable of a unit."""
    name, declared = node.parts[0], scope.declared
    found = scope.attribute(name)
    unit = declared.unit(name)
    if found and not (unit is not None and _is_asked_for(name, scope)):
        return _attribute(node, found, scope)
    if name in declared.parameters:
        value = replace(declared.parameters[name], span=node.span)
        return constant(value, scope, wanted)
    if unit is not None:
        return checked.Balance(unit, type=Type(Kind.NUMBER, unit.precision), span=node.span)
    if not scope.is_open:
        role: Role = "item" if scope.in_item else "past" if scope.past else "attribute"
        _unknown(node, role, scope.names(), scope, _as_text(node, scope, wanted))
    return None


def _is_asked_for(unit: str, scope: Scope) -> bool:
    """True of a unit that a redeem asks for: its name means the balance there as everywhere."""
    return all(event.name == "redeem" for event in scope.events if unit in event.attributes)


def _attribute(
    node: ast.Name, found: list[AttributeInfo], scope: Scope
) -> checked.EventField | None:
    if len(found) > 1:
        scope.problems.report(AmbiguousName(span=node.span, name=node.parts[-1]))
        return None
    if not _is_single(found[0], node, scope):
        return None
    return checked.EventField(found[0].name, type=found[0].type, span=node.span)


def _is_single(info: AttributeInfo, node: ast.Name, scope: Scope) -> bool:
    """True where an attribute is one value and no list of lines."""
    if info.type.kind is not Kind.LIST:
        return True
    scope.problems.report(TypeMismatch(span=node.span, expected=None, found=Kind.LIST))
    return False


def event_attribute(node: ast.Name, scope: Scope) -> checked.EventField | None:
    """An attribute of this event by its name alone."""
    found = scope.attribute(node.dotted)
    if found:
        return _attribute(node, found, scope)
    if not scope.is_open:
        known = [name for event in scope.events for name in event.attributes]
        _unknown(node, "attribute", known, scope)
    return None


def _path(node: ast.Name, scope: Scope) -> checked.Expr | None:
    """`this.NAME`, `customer.NAME`, or a path that leads from customer to customer."""
    first, *rest = node.parts
    if first == THIS:
        first, *rest = rest
        if not rest:
            if first == "customer":
                return checked.EventField(first, type=catalogue.CUSTOMER, span=node.span)
            found = scope.attribute(first)
            if found:
                return _attribute(node, found, scope)
            if not scope.is_open:
                known = [f"{THIS}.{name}" for event in scope.events for name in event.attributes]
                _unknown(node, "attribute", known, scope)
            return None
    infos = scope.declared.customer
    if first == "customer":
        info = infos.get(rest[0])
        if info is None or info.type.kind is Kind.LIST:
            _no_customer_attribute(node, "customer", rest[0], scope)
            return None
        root: checked.EventField | checked.CustomerField = checked.CustomerField(
            info.name, type=info.type, span=node.span
        )
        rest = rest[1:]
        if not rest:
            return root
    else:
        attribute = _role_root(node, first, scope)
        if attribute is None:
            return None
        root = attribute
    return _chain(node, root, rest, scope)


def _role_root(node: ast.Name, name: str, scope: Scope) -> checked.EventField | None:
    """The event's attribute a path begins with: a customer."""
    found = scope.attribute(name)
    if not found:
        if not scope.is_open:
            _unknown(node, "attribute", _paths(scope), scope)
        return None
    if len(found) > 1:
        scope.problems.report(AmbiguousName(span=node.span, name=name))
        return None
    return checked.EventField(name, type=found[0].type, span=node.span)


def _chain(
    node: ast.Name,
    root: checked.EventField | checked.CustomerField,
    rest: list[str],
    scope: Scope,
) -> checked.Expr | None:
    """Follow a path of customers to its last name."""
    type_, so_far = root.type, ".".join(node.parts[: len(node.parts) - len(rest)])
    info = None
    for name in rest:
        if type_.kind is not Kind.CUSTOMER:
            _unknown(node, "path", _paths(scope), scope)
            return None
        info = scope.declared.customer.get(name)
        if info is None or info.type.kind is Kind.LIST:
            _no_customer_attribute(node, so_far, name, scope)
            return None
        type_, so_far = info.type, f"{so_far}.{name}"
    *path, last = rest
    return checked.OtherField(root, tuple(path), last, type=type_, span=node.span)


def _no_customer_attribute(node: ast.Name, so_far: str, name: str, scope: Scope) -> None:
    declared = scope.declared
    if so_far == "customer" and (name == "tier" or declared.unit(name) is not None):
        # The tier and the balances are the customer's without saying so.
        _unknown(node, "customer", [], scope, name)
        return
    near = declared.nearest(name, declared.customer)
    _unknown(node, "customer", [], scope, f"{so_far}.{near}" if near else None)


def _paths(scope: Scope) -> list[str]:
    """Every path of one dot that has a meaning here."""
    roots = [
        name
        for event in scope.events
        for name, info in event.attributes.items()
        if info.type.kind is Kind.CUSTOMER
    ]
    return [f"{root}.{name}" for root in ("customer", *roots) for name in scope.declared.customer]


def _as_text(node: ast.Name, scope: Scope, wanted: Type | None) -> str | None:
    """The name in quotes, where a text is asked for."""
    if wanted is None or wanted.kind not in TEXTUAL:
        return None
    choices = wanted.choices
    meant = scope.declared.nearest(node.dotted, choices) if choices else node.dotted
    return f'"{meant}"' if meant else None


def _unknown(
    node: ast.Name, role: Role, known: list[str], scope: Scope, instead: str | None = None
) -> None:
    report_unknown(
        node.dotted, node.span, role, known, scope.declared, scope.problems, instead=instead
    )


def find_role(node: ast.Name, scope: Scope) -> bool:
    """True where a name stands for a customer: of the event, or by a path."""
    first = node.parts[0]
    if first == "customer":
        return True
    if len(node.parts) > 1:
        return True
    return any(info.type.kind is Kind.CUSTOMER for info in scope.attribute(first))
