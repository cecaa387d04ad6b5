"""What a rule starts by: events, dates of a customer, the calendar, what other rules bring about.

Source: docs/language.md, section 3, "Triggers".
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dsl.meaning.diagnostics import NotHere, OutOfRange, TypeMismatch
from dsl.meaning.lookup import (
    PER_DAY,
    find_event,
    find_quoted,
    find_segment,
    find_tier,
    find_unit,
    is_sane,
    report_unknown,
)
from dsl.meaning.types import EventType, Kind
from dsl.text import ast

if TYPE_CHECKING:
    from dsl.meaning.scope import Declared, Problems

# Rules of the calendar: due on a date for all customers at once.
CALENDAR = (ast.EveryDay, ast.EveryWeekday, ast.EveryMonth)
LAST_DAY = 31
# What a date of the customer can be named by alone.
_MOMENTS = ("birthday", "anniversary")


def check_trigger(
    node: ast.Trigger, declared: Declared, problems: Problems
) -> tuple[ast.Trigger, tuple[EventType, ...]]:
    """The trigger with each name as it was declared, and the types of its events."""
    match node:
        case ast.EventTrigger():
            return check_events(node, declared, problems)
        case ast.Around():
            return _around(node, declared, problems), ()
        case ast.Without(duration, name):
            is_sane(duration, problems)
            event = find_event(name, declared, problems)
            return node if event is None else replace(node, event=_as(name, event.name)), ()
        case ast.TierChange(_, name) if name is not None:
            find_tier(name, declared, problems)
        case ast.SegmentChange(_, name):
            find_segment(name, declared, problems)
        case ast.EveryMonth(day) if day is not None and not 1 <= day <= LAST_DAY:
            problems.report(OutOfRange(span=node.span, least=1, most=LAST_DAY))
        case ast.Expiring(name, duration):
            is_sane(duration, problems)
            unit = find_unit(name, declared, problems)
            return node if unit is None else replace(node, unit=_as(name, unit.name)), ()
        case ast.ChallengeCompleted(name):
            find_quoted(name, node, "challenge", declared.challenges, declared, problems)
        case _:
            pass
    return node, ()


def check_events(
    node: ast.EventTrigger, declared: Declared, problems: Problems
) -> tuple[ast.EventTrigger, tuple[EventType, ...]]:
    """The event types that are named, each once."""
    found: dict[str, EventType] = {}
    names: list[ast.Name] = []
    for name in node.events:
        event = find_event(name, declared, problems)
        if event is not None and event.name not in found:
            found[event.name] = event
            names.append(_as(name, event.name))
    same = [name.parts for name in names] == [name.parts for name in node.events]
    return node if same else replace(node, events=tuple(names)), tuple(found.values())


def _as(node: ast.Name, name: str) -> ast.Name:
    """The name as it was declared."""
    return node if node.parts == (name,) else ast.Name((name,), span=node.span)


def _around(node: ast.Around, declared: Declared, problems: Problems) -> ast.Around:
    """So long before or after a date of the customer, or after an event."""
    if is_sane(node.duration, problems) and node.duration.unit in PER_DAY:
        problems.report(NotHere(span=node.duration.span, form="hours"))
    name = node.of
    if name.dotted in _MOMENTS:
        return node
    if name.parts[0] == "customer" and len(name.parts) == 2:  # noqa: PLR2004 - customer.NAME
        info = declared.customer.get(name.parts[1])
        if info is None:
            dates = [i.name for i in declared.customer.values() if i.type.kind is Kind.DATE]
            known = [f"customer.{date}" for date in dates]
            report_unknown(name.dotted, name.span, "customer", known, declared, problems)
        elif info.type.kind is not Kind.DATE:
            problems.report(TypeMismatch(span=name.span, expected=Kind.DATE, found=info.type.kind))
        return node
    event = declared.event(name.dotted) if len(name.parts) == 1 else None
    if event is None:
        known = [*_MOMENTS, *declared.events]
        report_unknown(name.dotted, name.span, "date", known, declared, problems)
        return node
    if node.side == "before":
        problems.report(NotHere(span=name.span, form="before-event"))
    return replace(node, of=_as(name, event.name))
