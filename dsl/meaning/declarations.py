"""Declarations of a program: its frame, attributes, events and tiers.

Source: docs/language.md, section 2.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dsl.meaning import catalogue, checked
from dsl.meaning.currencies import CURRENCIES
from dsl.meaning.diagnostics import (
    DuplicateName,
    UnknownCurrency,
    UnknownName,
    UnknownTimezone,
)
from dsl.meaning.scope import Declared
from dsl.meaning.types import AttributeInfo, EventType, Kind, Type
from dsl.text import ast
from dsl.text.diagnostics import Overflow
from dsl.text.nearest import nearest

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from dsl.meaning.scope import Problems

Placed = tuple[ast.Statement, "Problems"]
LARGEST = 10**18 - 1
# `attributes of any event`, as the tree has it.
ANY_EVENT = ("any", "event")
# What every event has, and so the profile that sets a customer's attributes.
ESSENTIALS = ("id", "type", "at", "customer")
# What a bare name means in every rule, whatever the event.
RESERVED = (*ESSENTIALS, *catalogue.CALENDAR_PARTS, "tier")
# How many days a unit has at least, and the longest window: a thousand years.
DAYS: dict[ast.DurationUnit, Fraction] = {
    "minute": Fraction(1, 1440),
    "hour": Fraction(1, 24),
    "day": Fraction(1),
    "week": Fraction(7),
    "month": Fraction(28),
    "quarter": Fraction(90),
    "year": Fraction(365),
}
LONGEST_DAYS = 365_000


def declare(statements: Iterable[Placed]) -> Declared:
    """Everything the statements of all parts declare; a part may use what a later one says."""
    declared = Declared()
    placed = list(statements)
    _program(placed, declared)
    own: set[str] = set()
    for statement, problems in placed:
        if isinstance(statement, ast.EventDecl):
            _event(statement, declared, problems, own)
    # Of any event comes last: it adds to the events that the others declare.
    attributes = [
        (statement, problems)
        for statement, problems in placed
        if isinstance(statement, ast.AttributesDecl)
    ]
    for attribute, problems in sorted(attributes, key=lambda one: one[0].holder.parts == ANY_EVENT):
        _attributes(attribute, declared, problems)
    # What a profile sets are the customer's attributes, whatever was declared for it besides.
    profile = declared.events["profile"]
    declared.events["profile"] = EventType(
        profile.name, {**profile.attributes, **declared.customer}, profile.doc
    )
    for statement, problems in placed:
        if isinstance(statement, ast.TierDecl):
            _tier(statement, declared, problems)
    return declared


def _program(placed: list[Placed], declared: Declared) -> None:
    seen = False
    for statement, problems in placed:
        if not isinstance(statement, ast.ProgramDecl):
            continue
        if seen:
            problems.report(
                DuplicateName(
                    span=statement.span, part=problems.part, name=statement.name, role="program"
                )
            )
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
                part=problems.part,
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
            part=problems.part,
            name=node.dotted,
            suggestion=nearest(code, CURRENCIES),
        )
    )


def _event(node: ast.EventDecl, declared: Declared, problems: Problems, own: set[str]) -> None:
    """Add an event type, or to a built-in one; `own` are those added before."""
    name = node.name.dotted
    if name in own:
        _duplicate(node.name, "event", problems)
        return
    if name not in catalogue.BUILT_IN_EVENTS:
        own.add(name)
    event = declared.events.get(name) or catalogue.event_type(name, "")
    declared.events[name] = _extended(event, node.attributes, problems)


def _extended(event: EventType, added: tuple[ast.Attribute, ...], problems: Problems) -> EventType:
    attributes = _with(event.attributes, added, problems, RESERVED)
    return EventType(event.name, attributes, event.doc)


def _attributes(node: ast.AttributesDecl, declared: Declared, problems: Problems) -> None:
    holder = node.holder.dotted
    if node.holder.parts == ANY_EVENT:
        for event in declared.events.values():
            declared.events[event.name] = _extended(event, node.attributes, problems)
    elif holder == "customer":
        declared.customer = _with(declared.customer, node.attributes, problems, ESSENTIALS)
    elif holder == "item":
        declared.item = _with(declared.item, node.attributes, problems)
    elif holder in declared.events:
        declared.events[holder] = _extended(declared.events[holder], node.attributes, problems)
    else:
        problems.report(
            UnknownName(
                span=node.holder.span,
                part=problems.part,
                name=holder,
                role="holder",
                suggestion=nearest(holder, ["customer", "item", *declared.events]),
            )
        )


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
            _duplicate(attribute.name, "attribute", problems)
        elif name not in found:
            found[name] = AttributeInfo(name, type_)
        elif name in declared or not _is_same(found[name].type, type_):
            _duplicate(attribute.name, "attribute", problems)
        declared.add(name)
    return found


def _tier(node: ast.TierDecl, declared: Declared, problems: Problems) -> None:
    name = node.name.dotted
    if name in declared.tier_names:
        _duplicate(node.name, "tier", problems)
        return
    options = tuple(
        tuple(spent for item in option if (spent := _spent(item, problems)) is not None)
        for option in node.options
    )
    declared.tiers.append(checked.Tier(name, len(declared.tiers) + 1, options))


def _spent(node: ast.Spent, problems: Problems) -> checked.Spent | None:
    if isinstance(node.window, ast.Last) and not _is_sane(node.window.duration):
        count = len(str(node.window.duration.count))
        problems.report(
            Overflow(span=node.window.span, part=problems.part, digits=count, decimals=0)
        )
        return None
    amount = node.amount.scaleb(catalogue.MONEY.decimals)
    if amount != int(amount) or amount > LARGEST:
        digits = len(str(int(amount)))
        problems.report(
            Overflow(
                span=node.span,
                part=problems.part,
                digits=digits,
                decimals=max(0, -int(node.amount.as_tuple().exponent)),
            )
        )
        return None
    return checked.Spent(int(amount), node.window)


def _is_same(known: Type, declared: Type) -> bool:
    """True where a declared type says what is known already; decimals cannot be declared."""
    return (known.kind, known.choices) == (declared.kind, declared.choices)


def _is_sane(duration: ast.Duration) -> bool:
    """True where a window goes back no further than the calendar can."""
    return duration.count * DAYS[duration.unit] <= LONGEST_DAYS


def _duplicate(node: ast.Name, role: str, problems: Problems) -> None:
    problems.report(
        DuplicateName(
            span=node.span,
            part=problems.part,
            name=node.dotted,
            role=role,  # type: ignore[arg-type]  # its roles
        )
    )
