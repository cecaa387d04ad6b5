"""Which programs are decided by text alone, over which histories.

What is left to the fold over books is listed in docs/engine.md, "Native".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsl.engine.native.earning import datings
from dsl.engine.plans import given
from dsl.meaning import checked

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dsl.engine.compiled import Compiled
    from dsl.engine.plans import RewardPlan, RulePlan

FORMS = (
    checked.Flat,
    checked.Rate,
    checked.PerItem,
    checked.Multiplier,
    checked.Formula,
    checked.Steps,
    checked.Bands,
    checked.Share,
    checked.Thing,
)


def is_fit(compiled: Compiled) -> bool:
    """True where a program can be decided by text alone, over a history without corrections."""
    program, uses = compiled.program, compiled.uses
    if program.guards or program.challenges or compiled.timed or compiled.derived:
        return False
    if uses.holds or uses.age is not None or not compiled.is_plain:
        return False
    if compiled.emitted.foreign or compiled.encoder.others:
        return False
    return datings(compiled) is not None and all(
        _is_rule_fit(compiled, plan) for plan in compiled.rules
    )


def _is_rule_fit(compiled: Compiled, plan: RulePlan) -> bool:
    if not all(_is_reward_fit(reward) for reward in plan.rewards):
        return False
    group = plan.rule.group
    return group is None or _is_group_fit(compiled, group[1])


def _is_reward_fit(plan: RewardPlan) -> bool:
    if plan.choices:
        audience = plan.reward.audience
        return (
            plan.recipient is None
            and isinstance(audience, checked.Group | None)
            and all(_is_reward_fit(choice) for _, choice in plan.choices)
        )
    return (
        isinstance(plan.reward.form, FORMS)
        and not plan.is_discount
        and plan.recipient is None
        and isinstance(plan.reward.audience, checked.Group | None)
        and all(term.marks is None for term in (*plan.own, *plan.shared))
    )


def _is_group_fit(compiled: Compiled, group: str) -> bool:
    """True where its rules compare alike whichever of them match: all by amounts, or by worth."""
    rewards = [
        one
        for plan in compiled.rules
        if plan.rule.group is not None and plan.rule.group[1] == group
        for reward in plan.rewards
        for one in given(reward)
    ]
    return compares_amounts(rewards) or all(
        one.unit is None or one.unit.is_money or one.unit.worth is not None for one in rewards
    )


def compares_amounts(rewards: Iterable[RewardPlan]) -> bool:
    """True where awards are all of one unit that has no worth."""
    units = {one.called: one.unit for one in rewards}
    return len(units) == 1 and all(
        unit is not None and unit.worth is None and not unit.is_money for unit in units.values()
    )
