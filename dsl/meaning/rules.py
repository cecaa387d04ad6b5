"""Rules: trigger, condition, rewards, who gets them, and the clauses.

Source: docs/language.md, section 3.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsl.meaning import checked
from dsl.meaning.audience import serve
from dsl.meaning.clauses import check_clauses
from dsl.meaning.expressions import condition
from dsl.meaning.possible import report_impossible
from dsl.meaning.rewards import check_reward
from dsl.meaning.scope import Scope
from dsl.meaning.triggers import CALENDAR, check_trigger
from dsl.text import ast

if TYPE_CHECKING:
    from dsl.meaning.scope import Declared, Problems


def check_rule(
    node: ast.Rule, name: str, text: str, declared: Declared, problems: Problems
) -> checked.Rule | None:
    """The checked rule, or None where any part of it has a problem; all are reported."""
    before = problems.errors
    trigger, events = check_trigger(node.trigger, declared, problems)
    scope = Scope(declared, events, problems, is_open=problems.errors > before)
    where = check_where(node.where, scope)
    calendar = isinstance(trigger, CALENDAR)
    rewards = check_rewards(node.rewards, scope, calendar=calendar)
    said = check_clauses(node.clauses, name, scope)
    if problems.errors > before:
        return None
    return checked.Rule(
        name=name,
        trigger=trigger,
        events=tuple(event.name for event in events),
        where=where,
        rewards=rewards,
        text=text,
        span=node.span,
        **said,
    )


def check_where(node: ast.Condition | None, scope: Scope) -> checked.Condition | None:
    """A condition by itself; one that can never be true is reported."""
    if node is None:
        return None
    where = condition(node, scope)
    if where is not None:
        report_impossible(where, scope)
    return where


def check_rewards(
    nodes: tuple[ast.Reward, ...], scope: Scope, *, calendar: bool = False
) -> tuple[checked.Reward, ...]:
    """The rewards that have no problem, each with who gets it."""
    served = serve(nodes, scope, calendar=calendar)
    found = [check_reward(node, to, scope) for node, to in zip(nodes, served, strict=True)]
    return tuple(reward for reward in found if reward is not None)
