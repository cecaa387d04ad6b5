"""What a name of the program stands for; one that stands for nothing is reported where it is.

Source: docs/language.md, section 2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsl.meaning.catalogue import MONEY_UNITS
from dsl.meaning.currencies import CURRENCIES
from dsl.meaning.diagnostics import DuplicateName, Overflow, UnknownCurrency, UnknownName
from dsl.text import ast

if TYPE_CHECKING:
    from collections.abc import Collection

    from dsl.meaning.diagnostics import Declaration, Role
    from dsl.meaning.scope import Declared, Problems
    from dsl.meaning.types import EventType, Unit
    from dsl.text.source import Span

# As many names are told where one of them was most likely meant.
MOST_KNOWN = 12
# How many days a unit of time has at least, and the longest time: a thousand years.
DAYS: dict[ast.DurationUnit, int] = {
    "day": 1,
    "week": 7,
    "month": 28,
    "quarter": 90,
    "year": 365,
}
PER_DAY: dict[ast.DurationUnit, int] = {"minute": 1440, "hour": 24}
LONGEST_DAYS = 365_000


def report_unknown(
    name: str,
    span: Span,
    role: Role,
    known: Collection[str],
    declared: Declared,
    problems: Problems,
    *,
    instead: str | None = None,
    told: bool = False,
) -> None:
    """Say that a name is unknown, unless a text that cannot be read most likely gives it."""
    if name in declared.unread:
        return
    problems.report(
        UnknownName(
            span=span,
            name=name,
            role=role,
            suggestion=declared.nearest(name, known) or instead,
            known=tuple(known)[:MOST_KNOWN] if told else (),
        )
    )


def find_event(node: ast.Name, declared: Declared, problems: Problems) -> EventType | None:
    """The event type of a name."""
    event = declared.event(node.dotted)
    if event is None:
        report_unknown(node.dotted, node.span, "event", declared.events, declared, problems)
    return event


def find_unit(node: ast.Name, declared: Declared, problems: Problems) -> Unit | None:
    """The unit of a name."""
    unit = declared.unit(node.dotted)
    if unit is not None:
        return unit
    name = node.dotted
    if len(name) == 3 and name.isupper() and name in CURRENCIES and name != declared.currency:  # noqa: PLR2004 - ISO 4217's
        problems.report(UnknownCurrency(span=node.span, name=name, expected=declared.currency))
        return None
    known = [*declared.units, *(unit[:-1] for unit in declared.units if unit.endswith("s"))]
    near = f"{declared.currency} {name}" if name in MONEY_UNITS else declared.nearest(name, known)
    if name not in declared.unread:
        problems.report(
            UnknownName(
                span=node.span,
                name=name,
                role="unit",
                suggestion=near,
                known=tuple(declared.units)[:MOST_KNOWN],
            )
        )
    return None


def find_tier(node: ast.Name, declared: Declared, problems: Problems) -> int | None:
    """The rank of a tier's name."""
    rank = declared.tier_rank(node.dotted)
    if rank is None:
        report_unknown(
            node.dotted, node.span, "tier", declared.tiers, declared, problems, told=True
        )
    return rank


def find_segment(node: ast.Name, declared: Declared, problems: Problems) -> str | None:
    """The segment of a name."""
    if node.dotted in declared.segments:
        return node.dotted
    known = sorted(declared.segments)
    report_unknown(node.dotted, node.span, "segment", known, declared, problems, told=True)
    return None


def find_quoted(
    name: str,
    node: ast.Node,
    role: Role,
    known: Collection[str],
    declared: Declared,
    problems: Problems,
) -> bool:
    """True where a name in quotes is known; else it is reported where it stands in the node."""
    if name in known:
        return True
    if name not in declared.unread:
        span = problems.quoted(name, node.span)
        near = declared.nearest(name, known) if span != node.span else None
        problems.report(
            UnknownName(
                span=span,
                name=name,
                role=role,
                suggestion=f'"{near}"' if near else None,
                known=tuple(sorted(known))[:MOST_KNOWN],
            )
        )
    return False


def report_duplicate(name: str, span: Span, role: Declaration, problems: Problems) -> None:
    """Say that something of its kind has the name already."""
    problems.report(DuplicateName(span=span, name=name, role=role))


def is_sane(duration: ast.Duration, problems: Problems, span: Span | None = None) -> bool:
    """True where a time is within what the calendar can reckon; else it is an overflow."""
    if duration.unit in PER_DAY:
        fits = duration.count <= LONGEST_DAYS * PER_DAY[duration.unit]
    else:
        fits = duration.count * DAYS[duration.unit] <= LONGEST_DAYS
    if not fits:
        digits = len(str(duration.count))
        problems.report(Overflow(span=span or duration.span, digits=digits, decimals=0))
    return fits


def check_window(window: ast.Window | None, problems: Problems) -> ast.Window | None:
    """The window as it is reckoned, None where it is for ever; one too long is reported."""
    if isinstance(window, ast.Last):
        is_sane(window.duration, problems, window.span)
    return None if isinstance(window, ast.Ever) else window
