"""What a program's declarations name: its frame, units, events, attributes, tiers and the rest.

What they say of each other (a tier's items, a segment's condition) is read when all names are
known: tiers.py, campaigns.py, challenges.py. Source: docs/language.md, section 2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dsl.meaning import catalogue, checked
from dsl.meaning.catalogue import ESSENTIALS, RESERVED_NAMES
from dsl.meaning.constants import constant
from dsl.meaning.currencies import CURRENCIES
from dsl.meaning.dates import check_dates
from dsl.meaning.diagnostics import (
    TypeMismatch,
    UnknownCurrency,
    UnknownName,
    UnknownTimezone,
)
from dsl.meaning.lookup import report_duplicate
from dsl.meaning.scope import Declared, Scope, TierName, forms
from dsl.meaning.types import AttributeInfo, EventType, Kind, Type
from dsl.meaning.units import declare_thing, declare_unit
from dsl.text import ast
from dsl.text.nearest import nearest

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from dsl.meaning.diagnostics import Declaration
    from dsl.meaning.scope import Problems

Placed = tuple[ast.Statement, "Problems"]
# `attributes of any event`, as the tree has it.
ANY_EVENT = ("any", "event")


def declare(statements: Iterable[Placed], unread: frozenset[str] = frozenset()) -> Declared:
    """Everything the statements of all parts declare; a part may use what a later one says.

    `unread` are names that declarations which cannot be read most likely give.
    """
    declared = Declared(unread=unread)
    placed = list(statements)
    _program(placed, declared)
    _units(placed, declared)
    own: set[str] = set()
    for statement, problems in placed:
        if isinstance(statement, ast.EventDecl):
            _event(statement, declared, problems, own)
    for statement, problems in placed:
        if isinstance(statement, ast.AttributesDecl) and statement.holder.parts != ANY_EVENT:
            _attributes(statement, declared, problems)
    _of_any_event(placed, declared)
    # What a profile sets are the customer's attributes, whatever was declared for it besides.
    profile = declared.events["profile"]
    declared.events["profile"] = EventType(
        profile.name, {**profile.attributes, **declared.customer}, profile.doc
    )
    for statement, problems in placed:
        _named(statement, declared, problems)
    return declared


def _named(statement: ast.Statement, declared: Declared, problems: Problems) -> None:
    """Take the name of what others may speak of."""
    match statement:
        case ast.TierDecl(name):
            if _is_free(name, "tier", declared, problems):
                rank = len(declared.tiers) + 1
                first = statement.items[0][0] if statement.items else None
                declared.tiers[name.dotted] = TierName(name.dotted, rank, first)
        case ast.SegmentDecl(name):
            if _is_free(name, "segment", declared, problems):
                declared.segments.add(name.dotted)
        case ast.ListDecl():
            _list(statement, declared, problems)
        case ast.ParameterDecl():
            _parameter(statement, declared, problems)
        case ast.ThingDecl():
            declare_thing(statement, declared, problems)
        case ast.CampaignDecl(name):
            _quoted(name, statement, "campaign", declared.campaigns, problems)
            dates = check_dates(statement.clauses, declared.timezone, problems)
            declared.campaigns.setdefault(name, dates)
        case ast.RewardDecl(name):
            _quoted(name, statement, "reward", declared.redeemables, problems)
            declared.redeemables.add(name)
        case ast.ChallengeDecl(name):
            declared.challenges.add(name)
        case _:
            pass


def _is_free(node: ast.Name, role: Declaration, declared: Declared, problems: Problems) -> bool:
    """True where neither a tier nor a segment has the name: `to` names either."""
    name = node.dotted
    if name in declared.tiers or name in declared.segments or name in ("customer", "everyone"):
        report_duplicate(name, node.span, role, problems)
        return False
    return True


def _quoted(
    name: str, node: ast.Node, role: Declaration, known: Collection[str], problems: Problems
) -> None:
    if name in known:
        report_duplicate(name, problems.quoted(name, node.span), role, problems)


def _list(node: ast.ListDecl, declared: Declared, problems: Problems) -> None:
    name = node.name.dotted
    if name in declared.lists:
        report_duplicate(name, node.name.span, "list", problems)
        return
    scope = Scope(declared, (), problems)
    found: list[checked.Const] = []
    for value in node.values:
        known = constant(value, scope, None)
        if not isinstance(known, checked.Const):
            continue
        if found and not _alike(found[0].type, known.type):
            problems.report(
                TypeMismatch(span=value.span, expected=found[0].type.kind, found=known.type.kind)
            )
            continue
        found.append(known)
    declared.lists[name] = tuple(found)


def _alike(first: Type, other: Type) -> bool:
    return first.kind is other.kind or (first.is_numeric and other.is_numeric)


def _parameter(node: ast.ParameterDecl, declared: Declared, problems: Problems) -> None:
    name = node.name.dotted
    taken = (*RESERVED_NAMES, *catalogue.MONEY_UNITS)
    if name in declared.parameters or declared.unit(name) is not None or name in taken:
        report_duplicate(name, node.name.span, "parameter", problems)
        return
    declared.parameters[name] = node.value


def _units(placed: list[Placed], declared: Declared) -> None:
    """The units, and with them what a redeem event can name."""
    own: set[str] = set()
    for statement, problems in placed:
        if isinstance(statement, ast.UnitDecl):
            declare_unit(statement, declared, own, problems)
    redeem = declared.events["redeem"]
    amounts = {
        unit.name: AttributeInfo(unit.name, catalogue.NUMBER, f"How many {unit.name} are redeemed.")
        for unit in declared.units.values()
    }
    declared.events["redeem"] = EventType(redeem.name, {**redeem.attributes, **amounts}, redeem.doc)


def _program(placed: list[Placed], declared: Declared) -> None:
    seen = False
    for statement, problems in placed:
        if not isinstance(statement, ast.ProgramDecl):
            continue
        if seen:
            report_duplicate(statement.name, statement.span, "program", problems)
            continue
        seen = True
        declared.name = statement.name
        if statement.timezone is not None:
            _timezone(statement.timezone, declared, problems)
        if statement.currency is not None:
            _currency(statement.currency, declared, problems)


def _timezone(node: ast.Text, declared: Declared, problems: Problems) -> None:
    try:
        declared.timezone = ZoneInfo(node.value).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        near = nearest(node.value, catalogue.TIMEZONES)
        problems.report(
            UnknownTimezone(
                span=node.span,
                name=node.value,
                suggestion=f'"{near}"' if near else None,
            )
        )


def _currency(node: ast.Name, declared: Declared, problems: Problems) -> None:
    code = node.dotted.upper()
    if code in CURRENCIES:
        declared.currency = code
        return
    problems.report(
        UnknownCurrency(
            span=node.span,
            name=node.dotted,
            suggestion=nearest(code, CURRENCIES),
        )
    )


def _event(node: ast.EventDecl, declared: Declared, problems: Problems, own: set[str]) -> None:
    """Add an event type, or to a built-in one; `own` are those added before."""
    name = next((form for form in forms(node.name.dotted) if form in declared.events), None)
    name = name or node.name.dotted
    if name in own or name in catalogue.RESERVED_EVENTS:
        report_duplicate(node.name.dotted, node.name.span, "event", problems)
        return
    if name not in catalogue.BUILT_IN_EVENTS:
        own.add(name)
    event = declared.events.get(name) or catalogue.event_type(name, "")
    declared.events[name] = _extended(event, node.attributes, problems)


def _extended(event: EventType, added: tuple[ast.Attribute, ...], problems: Problems) -> EventType:
    attributes = _with(event.attributes, added, problems, RESERVED_NAMES)
    return EventType(event.name, attributes, event.doc)


def _attributes(node: ast.AttributesDecl, declared: Declared, problems: Problems) -> None:
    holder = node.holder.dotted
    if holder == "customer":
        declared.customer = _with(declared.customer, node.attributes, problems, ESSENTIALS)
    elif holder == "item":
        declared.item = _with(declared.item, node.attributes, problems)
    elif (known := declared.event(holder)) is not None:
        declared.events[known.name] = _extended(known, node.attributes, problems)
    else:
        problems.report(
            UnknownName(
                span=node.holder.span,
                name=holder,
                role="holder",
                suggestion=declared.nearest(holder, ["customer", "item", *declared.events]),
            )
        )


def _of_any_event(placed: list[Placed], declared: Declared) -> None:
    """Attributes of any event come last: they add to the events that others declare."""
    added: dict[str, AttributeInfo] = {}
    places: dict[str, tuple[ast.Attribute, Problems]] = {}
    for statement, problems in placed:
        if isinstance(statement, ast.AttributesDecl) and statement.holder.parts == ANY_EVENT:
            added = _with(added, statement.attributes, problems, RESERVED_NAMES)
            for attribute in statement.attributes:
                places.setdefault(attribute.name.dotted, (attribute, problems))
    for event in declared.events.values() if added else ():
        for name in event.attributes.keys() & added.keys():
            if not _is_same(event.attributes[name].type, added[name].type):
                attribute, problems = places[name]
                report_duplicate(name, attribute.name.span, "attribute", problems)
        attributes = {**event.attributes, **added, **event.attributes}
        declared.events[event.name] = EventType(event.name, attributes, event.doc)


def _with(
    known: dict[str, AttributeInfo],
    added: tuple[ast.Attribute, ...],
    problems: Problems,
    reserved: Collection[str] = (),
) -> dict[str, AttributeInfo]:
    """The attributes with those declared; one that is there keeps its type."""
    found, declared = dict(known), set[str]()
    for attribute in added:
        name = attribute.name.dotted
        kind = attribute.type.kind
        type_ = (
            Type(Kind.TEXT, choices=attribute.type.choices)
            if kind == "one of"
            else catalogue.DECLARED_TYPES[kind]
        )
        # Said again as it is, a built-in attribute is no mistake.
        if name in reserved:
            report_duplicate(name, attribute.name.span, "attribute", problems)
        elif name not in found:
            found[name] = AttributeInfo(name, type_)
        elif name in declared or not _is_same(found[name].type, type_):
            report_duplicate(name, attribute.name.span, "attribute", problems)
        declared.add(name)
    return found


def _is_same(known: Type, declared: Type) -> bool:
    """True where a declared type says what is known already; decimals cannot be declared."""
    return (known.kind, known.choices) == (declared.kind, declared.choices)
