"""One step of a decision, in the order of docs/language.md, section 4."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

StepKind = Literal[
    "refused",
    "guard",
    "not-in-force",
    "opt-in",
    "condition",
    "audience",
    "chance",
    "worked",
    "at-most",
    "limit",
    "budget",
    "bill",
    "group",
    "campaign",
    "stock",
    "overflow",
    "derived-depth",
    "held-out",
    "held",
    "nothing",
    "paid",
    "taken-back",
    "pending",
    "expires",
]


@dataclass(frozen=True, slots=True)
class Step:
    """What happened at one step, in a sentence; `rule` is empty where it is of the whole event.

    `reward` is the place of the reward in its rule. `amount` is what there was after the step, in
    10**-precision of `unit`, None where the step is not about an amount.
    """

    kind: StepKind
    rule: str
    sentence: str
    reward: int | None = None
    amount: int | None = None
    unit: str | None = None
    precision: int = 0
