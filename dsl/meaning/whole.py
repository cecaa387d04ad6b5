"""What only a whole program can get wrong: bases, groups, circles of cause and award.

Source: docs/language.md, section 6.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dsl.meaning import checked
from dsl.meaning.diagnostics import DerivedCycle, MixedGroup, NoBaseRate
from dsl.meaning.rewards import leaves
from dsl.text import ast

if TYPE_CHECKING:
    from dsl.meaning.scope import Problems


@dataclass(frozen=True, slots=True)
class Placed:
    """A checked rule, or a challenge's, with its node and the part it stands in."""

    rule: checked.Rule
    node: ast.Rule | ast.ChallengeDecl
    problems: Problems


def check_whole(rules: Sequence[Placed], tiers: Sequence[str]) -> None:
    """Report what the rules of a program get wrong together."""
    _no_base_rate(rules)
    _mixed_groups(rules)
    _cycles(rules, tiers)


# --- bases ----------------------------------------------------------------------------------


def _occasions(rule: checked.Rule) -> tuple[str, ...]:
    """What bases are shared by: events, derived events; a timer's is its rule's alone."""
    match rule.trigger:
        case ast.EventTrigger():
            return rule.events
        case ast.TierChange(direction):
            return (f"tier {direction}",)
        case ast.SegmentChange(direction, segment):
            return (f"{direction} segment {segment.dotted}",)
        case ast.ChallengeCompleted(name):
            return (f"challenge {name}",)
        case _:
            return (f"rule {rule.name}",)


def _no_base_rate(rules: Sequence[Placed]) -> None:
    """Report multipliers on events for which nothing in the program makes a base."""
    bases = {
        (occasion, reward.unit.name)
        for placed in rules
        for given in placed.rule.rewards
        for reward in leaves(given)
        if reward.is_rate and reward.unit is not None
        for occasion in _occasions(placed.rule)
    }
    for placed in rules:
        occasions = _occasions(placed.rule)
        for given in placed.rule.rewards:
            for reward in leaves(given):
                if not isinstance(reward.form, checked.Multiplier) or reward.unit is None:
                    continue
                unit = reward.unit.name
                if not any((occasion, unit) in bases for occasion in occasions):
                    event = placed.rule.events[0] if placed.rule.events else ""
                    placed.problems.report(NoBaseRate(span=reward.span, event=event, unit=unit))


# --- groups ---------------------------------------------------------------------------------


def _mixed_groups(rules: Sequence[Placed]) -> None:
    """Report a rule that brings discounts into a group of other rewards, or the other way."""
    kinds: dict[str, bool] = {}
    for placed in rules:
        if placed.rule.group is None:
            continue
        group = placed.rule.group[1]
        own = {r.is_discount for given in placed.rule.rewards for r in leaves(given)}
        first = kinds.setdefault(group, next(iter(own), False))
        if own - {first}:
            clause = next(c for c in placed.node.clauses if isinstance(c, ast.OnlyOf))
            placed.problems.report(MixedGroup(span=clause.span, group=group))


# --- circles --------------------------------------------------------------------------------


def _cycles(rules: Sequence[Placed], tiers: Sequence[str]) -> None:
    """Report rules on tier changes that award each other's tier in a circle, once a circle."""
    raised: dict[int, list[int]] = {}
    for index, placed in enumerate(rules):
        trigger = placed.rule.trigger
        if isinstance(trigger, ast.TierChange) and trigger.direction == "upgrade":
            wanted = [tiers.index(trigger.tier.dotted) + 1] if trigger.tier else []
            for rank in wanted or range(1, len(tiers) + 1):
                raised.setdefault(rank, []).append(index)
    following = [
        [
            cause
            for given in placed.rule.rewards
            for reward in leaves(given)
            if isinstance(reward.form, checked.TierAward)
            for cause in raised.get(reward.form.rank, ())
        ]
        for placed in rules
    ]
    for circle in _circles(following):
        names = tuple(rules[index].rule.name for index in circle)
        placed = rules[circle[-1]]
        placed.problems.report(DerivedCycle(span=placed.node.trigger.span, names=names))  # type: ignore[union-attr]  # only a rule has such a trigger


def _circles(following: Sequence[Sequence[int]]) -> Iterator[list[int]]:
    """The strongly connected parts with a circle, by Tarjan's algorithm without recursion."""
    index: dict[int, int] = {}
    low: dict[int, int] = {}
    stack: list[int] = []
    on_stack: set[int] = set()
    for root in range(len(following)):
        if root in index or not following[root]:
            continue
        work = [(root, iter(following[root]))]
        index[root] = low[root] = len(index)
        stack.append(root)
        on_stack.add(root)
        while work:
            node, others = work[-1]
            other = next(others, None)
            if other is None:
                work.pop()
                if work:
                    above = work[-1][0]
                    low[above] = min(low[above], low[node])
                if low[node] == index[node]:
                    part: list[int] = []
                    while not part or part[-1] != node:
                        part.append(stack.pop())
                        on_stack.discard(part[-1])
                    if len(part) > 1 or node in following[node]:
                        yield sorted(part)
            elif other not in index:
                index[other] = low[other] = len(index)
                stack.append(other)
                on_stack.add(other)
                work.append((other, iter(following[other])))
            elif other in on_stack:
                low[node] = min(low[node], index[other])
