"""The rewards of a program numbered through, each choice of a reward by itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dsl.engine.plans import RewardPlan, RulePlan


@dataclass(frozen=True, slots=True)
class Slot:
    """A reward of a rule as a number in the stream of awards; its amount stands in a variable.

    `whole` is the reward it is a choice of, itself where it is none; `choice` its place there.
    """

    number: int
    rule: RulePlan
    reward: RewardPlan
    whole: RewardPlan
    choice: int | None

    @property
    def amount(self) -> str:
        """The variable of what it is about to pay."""
        return f"a{self.number}"
