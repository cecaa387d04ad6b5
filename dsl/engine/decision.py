"""What was decided about one event: awards, and every rule's outcome with what led to it.

Amounts are integers of the unit's precision. Reasons are those of docs/language.md, section 7, and
`nothing` where a rule matched but came to no award.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

Reason = Literal["not-in-force", "condition", "audience", "limit", "budget", "overflow", "nothing"]
# The index of a reason is its code in the emitted text; 0 is paid.
REASONS: tuple[Reason | None, ...] = (
    None,
    "not-in-force",
    "condition",
    "audience",
    "limit",
    "budget",
    "overflow",
    "nothing",
)


@dataclass(frozen=True, slots=True, order=True)
class CounterKey:
    """What a limit or budget has used: of which allowance, by whom, in which period.

    `holder` is the customer of a limit and empty for a budget; `period` is the index of the
    calendar period of the event's `at` in the program's timezone, 0 where it is for ever.
    """

    scope: Literal["limit", "budget"]
    name: str
    holder: str
    period: int


@dataclass(frozen=True, slots=True)
class Award:
    """One award, as paid; `reward` is the place of the reward in its rule, from 0."""

    rule: str
    reward: int
    customer: str
    unit: str
    amount: int
    precision: int


@dataclass(frozen=True, slots=True)
class FailedTest:
    """The first part of a rule's condition that was not true, with its two values if it has them.

    Values are scaled as the part's sides are typed; None is absent, or not a comparison.
    """

    part: int
    left: int | None
    right: int | None


@dataclass(frozen=True, slots=True)
class Working:
    """What a reward came to before limits, of what base (a multiplier's), and what was paid."""

    reward: int
    base: int | None
    worked: int
    paid: int


@dataclass(frozen=True, slots=True)
class Cut:
    """An allowance that gave less than was wanted; counts events where the allowance does."""

    allowance: str
    reward: int | None
    used: int
    wanted: int
    granted: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one rule did on the event; `reason` is None where it paid anything."""

    rule: str
    reason: Reason | None
    test: FailedTest | None = None
    workings: tuple[Working, ...] = ()
    cuts: tuple[Cut, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """Awards in text order, outcomes of every rule on the event's type, and what was used up."""

    event_id: str
    customer: str
    tier: str | None
    awards: tuple[Award, ...]
    outcomes: tuple[Outcome, ...]
    taken: Mapping[CounterKey, int] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """A form that JSON holds without loss."""
        return {
            "event_id": self.event_id,
            "customer": self.customer,
            "tier": self.tier,
            "awards": [_plain(award) for award in self.awards],
            "outcomes": [_plain_outcome(outcome) for outcome in self.outcomes],
            "taken": [[k.scope, k.name, k.holder, k.period, n] for k, n in self.taken.items()],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Decision:
        """The decision that `to_json` wrote."""
        return cls(
            event_id=data["event_id"],
            customer=data["customer"],
            tier=data["tier"],
            awards=tuple(Award(**award) for award in data["awards"]),
            outcomes=tuple(_outcome(outcome) for outcome in data["outcomes"]),
            taken={CounterKey(*key): amount for *key, amount in data["taken"]},
        )


def _plain(part: Award | FailedTest | Working | Cut) -> dict[str, Any]:
    # Not asdict, which copies every value deep: this is done for each event that comes in.
    return {name: getattr(part, name) for name in part.__slots__}


def _plain_outcome(outcome: Outcome) -> dict[str, Any]:
    return {
        "rule": outcome.rule,
        "reason": outcome.reason,
        "test": _plain(outcome.test) if outcome.test else None,
        "workings": [_plain(working) for working in outcome.workings],
        "cuts": [_plain(cut) for cut in outcome.cuts],
    }


def _outcome(data: Mapping[str, Any]) -> Outcome:
    return Outcome(
        rule=data["rule"],
        reason=data["reason"],
        test=FailedTest(**data["test"]) if data["test"] else None,
        workings=tuple(Working(**working) for working in data["workings"]),
        cuts=tuple(Cut(**cut) for cut in data["cuts"]),
    )
