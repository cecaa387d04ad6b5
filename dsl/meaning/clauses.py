"""Clauses of rules, campaigns, rewards and the program: limits, marks, dates and the rest.

Source: docs/language.md, section 3, "Clauses".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from dsl.meaning import checked
from dsl.meaning.checked import Allowance, Exact
from dsl.meaning.constants import scaled, share
from dsl.meaning.dates import check_dates
from dsl.meaning.diagnostics import NeverInForce, TypeMismatch
from dsl.meaning.lookup import find_quoted, find_unit, is_sane
from dsl.meaning.names import event_attribute
from dsl.meaning.types import Kind
from dsl.meaning.units import check_single
from dsl.text import ast

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dsl.meaning.dates import Dates
    from dsl.meaning.scope import Declared, Problems, Scope
    from dsl.meaning.types import Unit

TIMES = "times"
EVERYTHING = Exact(1)


# --- limits and marks -----------------------------------------------------------------------


def check_allowances(
    clauses: Iterable[ast.Node], owner: str, declared: Declared, problems: Problems
) -> tuple[Allowance, ...]:
    """Limits and budgets in text order, each under a name that stays when others change."""
    found: list[Allowance] = []
    repeats: dict[str, int] = {}
    for clause in clauses:
        if not isinstance(clause, ast.Limit | ast.Budget):
            continue
        counted = _counted(clause.unit, declared, problems)
        if counted is None:
            continue
        counts, unit = counted
        scope: Literal["limit", "budget"] = "limit" if isinstance(clause, ast.Limit) else "budget"
        what = unit.name if unit is not None else counts
        name = ":".join(filter(None, (owner, scope, what, clause.period)))
        repeats[name] = repeats.get(name, 0) + 1
        found.append(
            Allowance(
                name=name if repeats[name] == 1 else f"{name}#{repeats[name]}",
                scope=scope,
                counts=counts,
                amount=scaled(clause.amount),
                unit=unit,
                period=clause.period,
                span=clause.span,
            )
        )
    return tuple(found)


def _counted(
    node: ast.Name, declared: Declared, problems: Problems
) -> tuple[Literal["times", "unit", "money"], Unit | None] | None:
    """What a limit or budget counts: events, money, or a unit."""
    name = node.dotted
    if name.lower() in (TIMES, "time"):
        return "times", None
    if name == declared.currency:
        return "money", None
    unit = find_unit(node, declared, problems)
    return None if unit is None else ("unit", unit)


def check_once(clauses: Iterable[ast.Node], owner: str, scope: Scope) -> tuple[checked.Once, ...]:
    """What is given once per customer, per value of an attribute, or once over all customers."""
    found: list[checked.Once] = []
    repeats: dict[str, int] = {}
    for clause in clauses:
        if not isinstance(clause, ast.Once):
            continue
        attribute = None
        if clause.attribute is not None:
            attribute = event_attribute(clause.attribute, scope)
            if attribute is None:
                continue
            if attribute.type.kind is Kind.TAGS:
                scope.problems.report(
                    TypeMismatch(span=clause.attribute.span, expected=None, found=Kind.TAGS)
                )
                continue
        per = "customer" if clause.per_customer else None
        what = attribute.name if attribute is not None else None
        name = ":".join(filter(None, (owner, "once", per, what and f".{what}", clause.period)))
        repeats[name] = repeats.get(name, 0) + 1
        found.append(
            checked.Once(
                name=name if repeats[name] == 1 else f"{name}#{repeats[name]}",
                per_customer=clause.per_customer,
                attribute=attribute,
                period=clause.period,
                span=clause.span,
            )
        )
    return tuple(found)


# --- all clauses of a rule ------------------------------------------------------------------


def check_clauses(clauses: Sequence[ast.Clause], name: str, scope: Scope) -> dict[str, Any]:
    """What the clauses of a rule say, as fields of a checked rule."""
    declared, problems = scope.declared, scope.problems
    check_single(clauses, problems)
    starts, ends = check_dates(clauses, declared.timezone, problems)
    owner = f"rule:{name}"
    found: dict[str, Any] = {
        "allowances": check_allowances(clauses, owner, declared, problems),
        "once": check_once(clauses, owner, scope),
        "starts": starts,
        "ends": ends,
        "because": None,
    }
    for clause in clauses:
        found.update(_clause(clause, (starts, ends), declared, problems))
    return found


def _clause(
    clause: ast.Clause, dates: Dates, declared: Declared, problems: Problems
) -> dict[str, Any]:
    match clause:
        case ast.WholeAwards():
            return {"whole_only": True}
        case ast.InCampaign(name):
            if find_quoted(name, clause, "campaign", declared.campaigns, declared, problems):
                _check_within(clause, dates, declared.campaigns[name], problems)
            return {"campaign": name}
        case ast.OnlyOf(which, group):
            return {"group": (which, group)}
        case ast.Priority(value):
            return {"priority": value}
        case ast.Pending(duration):
            is_sane(duration, problems)
            return {"pending": duration}
        case ast.ExpiresAfter() | ast.ExpiresOn() | ast.NeverExpires():
            if isinstance(clause, ast.ExpiresAfter):
                is_sane(clause.duration, problems)
            return {"expiry": clause}
        case ast.AfterOptingIn():
            return {"opt_in": True}
        case ast.Because(text):
            return {"because": text}
        case _:
            return _shares(clause, problems)


def _shares(clause: ast.Clause, problems: Problems) -> dict[str, Any]:
    """The clauses that speak of a share."""
    match clause:
        case ast.Chance(percent):
            return {"chance": share(percent, clause, problems)}
        case ast.Holdout(percent):
            return {"holdout": share(percent, clause, problems)}
        case ast.FundedBy(name, percent):
            part = EVERYTHING if percent is None else share(percent, clause, problems)
            return {} if part is None else {"funding": checked.Funding(name, part)}
        case _:
            return {}


def _check_within(clause: ast.InCampaign, rule: Dates, campaign: Dates, problems: Problems) -> None:
    """Report a rule whose dates and its campaign's have no instant in common."""
    starts = [start for start, _ in (rule, campaign) if start is not None]
    ends = [end for _, end in (rule, campaign) if end is not None]
    if starts and ends and max(starts) >= min(ends) and not any(map(_is_never, (rule, campaign))):
        problems.report(NeverInForce(span=problems.quoted(clause.name, clause.span)))


def _is_never(dates: Dates) -> bool:
    """True where that is a mistake of its own."""
    start, end = dates
    return start is not None and end is not None and start >= end
