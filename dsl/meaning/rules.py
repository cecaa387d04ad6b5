"""Rules: trigger, condition, rewards, who gets them, limits and dates.

Source: docs/language.md, section 3.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from dsl.meaning import checked
from dsl.meaning.checked import Allowance
from dsl.meaning.constants import scaled
from dsl.meaning.diagnostics import (
    LowFactor,
    NeverInForce,
    TypeMismatch,
    UnknownName,
    ZeroStep,
)
from dsl.meaning.expressions import condition, expression
from dsl.meaning.possible import report_impossible
from dsl.meaning.scope import Scope
from dsl.meaning.times import end_of, first_instant_of, instant_of
from dsl.meaning.types import Kind
from dsl.text import ast
from dsl.text.diagnostics import Overflow
from dsl.text.nearest import nearest

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal

    from dsl.meaning.scope import Declared, Problems
    from dsl.meaning.types import EventType, Unit

TIMES = "times"
# `to customer`, which is no tier.
_ROLE = ast.AnyOf((ast.Name(("customer",)),))
LARGEST = 10**18 - 1


def check_rule(
    node: ast.Rule, name: str, text: str, declared: Declared, problems: Problems
) -> checked.Rule | None:
    """The checked rule, or None where any part of it has a problem; all are reported."""
    before = len(problems.found)
    events = _events(node.trigger, declared, problems)
    scope = Scope(declared, events, problems, is_open=len(problems.found) > before)
    where = None
    if node.where is not None:
        where = condition(node.where, scope)
        if where is not None:
            report_impossible(where, problems)
    rewards = [_reward(*pair, scope) for pair in _served(node.rewards)]
    allowances = check_allowances(node.clauses, f"rule:{name}", declared, problems)
    starts, ends = _dates(node.clauses, declared, problems)
    because = next((c.text for c in node.clauses if isinstance(c, ast.Because)), None)
    if any(p.severity == "error" for p in problems.found[before:]):
        return None
    return checked.Rule(
        name=name,
        events=tuple(event.name for event in events),
        where=where,
        rewards=tuple(reward for reward in rewards if reward is not None),
        allowances=allowances,
        starts=starts,
        ends=ends,
        because=because,
        text=text,
        span=node.span,
    )


def _events(
    trigger: ast.EventTrigger, declared: Declared, problems: Problems
) -> tuple[EventType, ...]:
    found: dict[str, EventType] = {}
    for name in trigger.events:
        event = declared.events.get(name.dotted)
        if event is None:
            _unknown(name, "event", declared.events, problems)
        else:
            found[event.name] = event
    return tuple(found.values())


def _unknown(node: ast.Name, role: str, known: Iterable[str], problems: Problems) -> None:
    problems.report(
        UnknownName(
            span=node.span,
            part=problems.part,
            name=node.dotted,
            role=role,  # type: ignore[arg-type]  # its roles
            suggestion=nearest(node.dotted, known),
            known=tuple(known) if role == "tier" else (),
        )
    )


def _unit(node: ast.Name, declared: Declared, problems: Problems) -> Unit | None:
    unit = declared.unit(node.dotted)
    if unit is None:
        forms = [form for name in declared.units for form in (name, name.removesuffix("s"))]
        problems.report(
            UnknownName(
                span=node.span,
                part=problems.part,
                name=node.dotted,
                role="unit",
                suggestion=nearest(node.dotted, forms),
                known=tuple(declared.units),
            )
        )
    return unit


def _served(rewards: tuple[ast.Reward, ...]) -> list[tuple[ast.Reward, ast.Target | None]]:
    """Each reward with who gets it: tiers serve those before that have none, a role its own."""
    found: list[tuple[ast.Reward, ast.Target | None]] = []
    following: ast.Target | None = None
    for reward in reversed(rewards):
        if reward.to is not None and reward.to != _ROLE:
            following = reward.to
        found.append((reward, reward.to or following))
    return found[::-1]


def _reward(node: ast.Reward, target: ast.Target | None, scope: Scope) -> checked.Reward | None:
    unit = _unit(node.form.unit, scope.declared, scope.problems)
    form = _form(node.form, scope)
    tiers = _audience(target, scope) if target is not None else None
    if unit is None or form is None:
        return None
    at_most = None
    if node.at_most is not None:
        at_most = _cap(node.at_most, unit, scope)
    return checked.Reward(form, unit, at_most, tiers, span=node.span)


def _cap(node: ast.Number | ast.Money, unit: Unit, scope: Scope) -> int | None:
    """The most one award may be, in the unit's precision; a cap finer than that rounds down."""
    if isinstance(node, ast.Money):
        scope.problems.report(
            TypeMismatch(
                span=node.span, part=scope.problems.part, expected=Kind.NUMBER, found=Kind.MONEY
            )
        )
        return None
    return int(node.value.scaleb(unit.precision))


def _form(node: ast.RewardForm, scope: Scope) -> checked.RewardForm | None:
    match node:
        case ast.Flat():
            return checked.Flat(scaled(node.amount))
        case ast.Rate():
            base = _base(node, scope)
            per = scaled(node.per)
            if base is None:
                return None
            if per.value == 0:
                scope.problems.report(ZeroStep(span=node.span, part=scope.problems.part))
                return None
            return checked.Rate(scaled(node.amount), per, base, node.prorated)
        case ast.PerItem():
            count = expression(ast.ItemCount(node.where, span=node.span), scope)
            if not isinstance(count, checked.ItemCount):
                return None
            return checked.PerItem(scaled(node.amount), count)
        case ast.Multiplier():
            if node.factor < 1:
                scope.problems.report(LowFactor(span=node.span, part=scope.problems.part))
                return None
            return checked.Multiplier(scaled(node.factor))


def _base(node: ast.Rate, scope: Scope) -> checked.Expr | None:
    """What a rate counts: the event's `amount`, or the expression after `of`."""
    of = node.of if node.of is not None else ast.Name(("amount",), span=node.span)
    if node.of is None and not scope.is_open and not scope.attribute("amount"):
        scope.problems.report(
            UnknownName(span=node.span, part=scope.problems.part, name="amount", role="spent")
        )
        return None
    base = expression(of, scope)
    if base is not None and not base.type.is_numeric:
        scope.problems.report(
            TypeMismatch(
                span=of.span,
                part=scope.problems.part,
                expected=Kind.NUMBER,
                found=base.type.kind,
            )
        )
        return None
    return base


def _audience(node: ast.Target, scope: Scope) -> frozenset[int] | None:
    """The ranks a reward is for, 0 being no tier; None is everyone."""
    declared = scope.declared
    everyone = frozenset(range(len(declared.tiers) + 1))
    match node:
        case ast.Everyone():
            return None
        case ast.AnyOf(names):
            if node == _ROLE:
                return None
            return frozenset(r for name in names if (r := _rank(name, scope)) is not None)
        case ast.AndAbove(name):
            rank = _rank(name, scope)
            return frozenset(r for r in everyone if rank is not None and r >= rank)
        case ast.NotIn(name):
            rank = _rank(name, scope)
            return everyone - {rank}


def _rank(name: ast.Name, scope: Scope) -> int | None:
    rank = scope.declared.tier_rank(name.dotted)
    if rank is None:
        _unknown(name, "tier", scope.declared.tier_names, scope.problems)
    return rank


def check_allowances(
    clauses: Iterable[ast.Clause], owner: str, declared: Declared, problems: Problems
) -> tuple[Allowance, ...]:
    """Limits and budgets in text order, each under a name that stays when others change."""
    found: list[Allowance] = []
    for clause in clauses:
        if isinstance(clause, ast.Limit | ast.Budget):
            scope = "limit" if isinstance(clause, ast.Limit) else "budget"
            unit, counted = None, clause.unit.dotted
            if counted not in (TIMES, "time"):
                unit = _unit(clause.unit, declared, problems)
                if unit is None:
                    continue
                counted = unit.name
            name = ":".join(filter(None, (owner, scope, counted, clause.period)))
            repeats = sum(a.name == name or a.name.startswith(f"{name}#") for a in found)
            amount = _allowed(clause.amount, unit)
            if amount > LARGEST:
                _too_large(clause, problems, len(str(amount)))
                continue
            found.append(
                Allowance(
                    name=f"{name}#{repeats + 1}" if repeats else name,
                    scope="limit" if scope == "limit" else "budget",
                    amount=amount,
                    unit=unit,
                    period=clause.period,
                    span=clause.span,
                )
            )
    return tuple(found)


def _allowed(amount: Decimal, unit: Unit | None) -> int:
    return int(amount.scaleb(unit.precision if unit else 0))


def _too_large(node: ast.Node, problems: Problems, digits: int) -> None:
    problems.report(Overflow(span=node.span, part=problems.part, digits=digits, decimals=0))


def _dates(
    clauses: Iterable[ast.Clause], declared: Declared, problems: Problems
) -> tuple[int | None, int | None]:
    """From the latest start to the first end, in the program's timezone."""
    zone = ZoneInfo(declared.timezone)
    starts: list[int] = []
    ends: list[int] = []
    for clause in clauses:
        if isinstance(clause, ast.From):
            starts.append(_instant(clause.moment, zone))
        elif isinstance(clause, ast.Until | ast.Through):
            ends.append(end_of_clause(clause, zone))
        else:
            continue
        if starts and ends and max(starts) >= min(ends):
            problems.report(NeverInForce(span=clause.span, part=problems.part))
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


def rate_events(rule: checked.Rule) -> set[tuple[str, str]]:
    """The events and units the rule gives a base on."""
    units = {reward.unit.name for reward in rule.rewards if reward.is_rate}
    return {(event, unit) for event in rule.events for unit in units}
