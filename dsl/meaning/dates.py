"""From when until when a rule or a campaign is in force.

Source: docs/language.md, section 3, "Clauses".
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from dsl.meaning.diagnostics import NeverInForce
from dsl.meaning.times import end_of, first_instant_of, instant_of
from dsl.text import ast

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dsl.meaning.scope import Problems

# The first instant and the one after the last, None where nothing is said.
Dates = tuple[int | None, int | None]


def check_dates(clauses: Iterable[ast.Node], timezone: str, problems: Problems) -> Dates:
    """From the latest start to the first end, in the program's timezone."""
    starts: list[int] = []
    ends: list[int] = []
    for clause in clauses:
        if isinstance(clause, ast.From):
            starts.append(_instant(clause.moment, ZoneInfo(timezone)))
        elif isinstance(clause, ast.Until | ast.Through):
            ends.append(end_of_clause(clause, ZoneInfo(timezone)))
        else:
            continue
        if starts and ends and max(starts) >= min(ends):
            problems.report(NeverInForce(span=clause.span))
            break
    return max(starts, default=None), min(ends, default=None)


def end_of_clause(clause: ast.Until | ast.Through, zone: ZoneInfo) -> int:
    """The first instant at which the clause no longer lets a rule match."""
    if isinstance(clause, ast.Through):
        return end_of(clause.date.value, zone)
    return _instant(clause.moment, zone)


def _instant(moment: ast.Date | ast.DateTime, zone: ZoneInfo) -> int:
    if isinstance(moment, ast.DateTime):
        return instant_of(moment.value, zone)
    return first_instant_of(moment.value, zone)
