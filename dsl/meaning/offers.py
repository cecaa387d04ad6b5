"""Campaigns, rewards to redeem, challenges and guards.

Source: docs/language.md, section 2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsl.meaning import checked
from dsl.meaning.audience import check_group
from dsl.meaning.clauses import check_allowances, check_clauses, check_once
from dsl.meaning.constants import money, whole
from dsl.meaning.diagnostics import TopOutsideSchedule
from dsl.meaning.lookup import find_event, find_unit, is_sane
from dsl.meaning.rules import check_rewards, check_where
from dsl.meaning.scope import Scope
from dsl.meaning.triggers import check_events
from dsl.meaning.units import check_single
from dsl.text import ast

if TYPE_CHECKING:
    from dsl.meaning.scope import Declared, Problems


def check_campaign(
    node: ast.CampaignDecl, declared: Declared, problems: Problems
) -> checked.Campaign | None:
    """The campaign; None where any part of it has a problem."""
    before = problems.errors
    owner = f"campaign:{node.name}"
    # Its rules may be on any event.
    scope = Scope(declared, tuple(declared.events.values()), problems)
    starts, ends = declared.campaigns[node.name]
    allowances = check_allowances(node.clauses, owner, declared, problems)
    once = check_once(node.clauses, owner, scope)
    if problems.errors > before:
        return None
    return checked.Campaign(node.name, starts, ends, allowances, once)


def check_redeemable(
    node: ast.RewardDecl, declared: Declared, problems: Problems
) -> checked.Redeemable | None:
    """What can be redeemed, at which prices; None where any part of it has a problem."""
    before = problems.errors
    scope = Scope(declared, (declared.events["redeem"],), problems)
    prices = [_price(price, scope) for price in node.prices]
    check_single(node.options, problems)
    audience = where = stock = None
    for option in node.options:
        match option:
            case ast.For(ast.Top() | ast.AtRandom() as target):
                problems.report(TopOutsideSchedule(span=target.span))
            case ast.For(ast.Everyone()):
                pass
            case ast.For(target):
                audience = check_group(target, scope)
            case ast.Where(asked):
                where = check_where(asked, scope)
            case ast.Stock(count):
                stock = count
            case _:
                pass
    owner = f"reward:{node.name}"
    allowances = check_allowances(node.options, owner, declared, problems)
    once = check_once(node.options, owner, scope)
    if problems.errors > before:
        return None
    known = tuple(price for price in prices if price is not None)
    return checked.Redeemable(node.name, known, audience, where, stock, allowances, once)


def _price(node: ast.Price, scope: Scope) -> checked.Price | None:
    unit = find_unit(node.unit, scope.declared, scope.problems)
    beside = None
    if node.money is not None:
        beside = money(node.money, scope.declared, scope.problems)
    if unit is None:
        return None
    amount = whole(node.amount, unit.precision, node, scope.problems)
    return None if amount is None else checked.Price(unit, amount, beside)


def check_challenge(
    node: ast.ChallengeDecl, text: str, rules_before: int, declared: Declared, problems: Problems
) -> checked.Challenge | None:
    """The challenge and what completing it awards; None where any part has a problem."""
    before = problems.errors
    goals = [_goal(goal, declared, problems) for goal in node.goals]
    is_sane(node.within, problems)
    scope = Scope(declared, (), problems)
    rewards = check_rewards(node.rewards, scope)
    said = check_clauses(node.clauses, node.name, scope)
    once = [o for o in said["once"] if o.per_customer and o.attribute is None and o.period is None]
    said["once"] = tuple(o for o in said["once"] if o not in once)
    if problems.errors > before:
        return None
    rule = checked.Rule(
        name=node.name,
        trigger=ast.ChallengeCompleted(node.name, span=node.span),
        events=(),
        where=None,
        rewards=rewards,
        text=text,
        span=node.span,
        **said,
    )
    known = tuple(goal for goal in goals if goal is not None)
    return checked.Challenge(node.name, known, node.within, bool(once), rule, rules_before)


def _goal(
    node: ast.EventGoal | ast.ItemGoal, declared: Declared, problems: Problems
) -> checked.Goal | None:
    scope = Scope(declared, (), problems)
    if isinstance(node, ast.ItemGoal):
        inner = scope.within_past(declared.events["purchase"]).within_item()
        where = check_where(node.where, inner)
        return checked.Goal(node.count, "purchase", where, items=True)
    event = find_event(node.event, declared, problems)
    if event is None:
        return None
    where = check_where(node.where, scope.within_past(event))
    return checked.Goal(node.count, event.name, where)


def check_guard(
    node: ast.GuardDecl, declared: Declared, problems: Problems
) -> checked.Guard | None:
    """The guard; None where any part of it has a problem."""
    before = problems.errors
    trigger = ast.EventTrigger(node.events, span=node.span)
    trigger, events = check_events(trigger, declared, problems)
    scope = Scope(declared, events, problems, is_open=problems.errors > before)
    where = check_where(node.where, scope)
    if where is None or problems.errors > before:
        return None
    names = tuple(event.name for event in events)
    return checked.Guard(node.name, node.action, names, where, node.because)
