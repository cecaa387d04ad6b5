"""What follows from a decision: tiers and segments settled, challenges completed, each in turn.

Derived events are decided one after the other, those that follow from them after all that came
before; a chain of more than 8 stops. Source: docs/language.md, section 4, step 9.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dsl.text import ast

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from dsl.engine.compiled import Compiled
    from dsl.engine.customer import Customer
    from dsl.engine.plans import RulePlan
    from dsl.engine.settling import Change

MOST_DERIVED = 8


@dataclass(frozen=True, slots=True)
class Following:
    """A change of a customer, and the id of what it follows from."""

    customer: Customer
    change: Change
    cause: str
    depth: int = 1

    @property
    def id(self) -> str:
        """The id that draws are made of."""
        return f"{self.cause}|{self.change.kind}|{self.change.name}"


def follow(
    first: Iterable[Following],
    decide: Callable[[Following, list[RulePlan]], list[tuple[Customer, Change]]],
) -> None:
    """Decide what follows; `decide` gives what changed by one of them."""
    queue = deque(first)
    while queue:
        following = queue.popleft()
        plans = listening(following.customer.compiled, following.change)
        if not plans:
            continue
        for customer, change in decide(following, plans):
            queue.append(Following(customer, change, following.id, following.depth + 1))


def listening(compiled: Compiled, change: Change) -> list[RulePlan]:
    """The rules a change sets off; of a challenge its own rewards among them."""
    return [plan for plan in compiled.derived if _is_on(plan.rule.trigger, change)]


def _is_on(trigger: ast.Trigger, change: Change) -> bool:
    match trigger:
        case ast.TierChange(direction=direction, tier=tier):
            named = tier is None or tier.dotted == change.name
            return change.kind == f"tier {direction}" and named
        case ast.SegmentChange(direction=direction, segment=segment):
            return change.kind == f"{direction} segment" and segment.dotted == change.name
        case ast.ChallengeCompleted(name=name):
            return change.kind == "challenge completed" and change.name == name
        case _:
            return False
