"""What was decided about one event: awards, and every rule's outcome with what led to it.

Amounts are integers of the unit's precision. Reasons are those of docs/language.md, section 7, and
`nothing` where a rule matched but came to no award.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

Reason = Literal[
    "not-in-force",
    "guard",
    "opt-in",
    "condition",
    "audience",
    "chance",
    "limit",
    "budget",
    "group",
    "campaign",
    "insufficient",
    "minimum",
    "step",
    "stock",
    "exceeds-original",
    "unknown-original",
    "derived-depth",
    "overflow",
    "conflict",
    "nothing",
]
Status = Literal["posted", "pending", "held", "withheld", "revoked"]
# A counter: the allowance's name, whose (the customer of a limit, empty for a budget), a mark
# (`once per`), and the index of the calendar period of the event's `at`, 0 where it is for ever.
CounterKey = tuple[str, str, str, int]


# Awards and decisions are made for every event; frozen ones take three times as long to make.
@dataclass(slots=True)
class Award:
    """One award; `reward` is the place of the reward in its rule, from 0.

    `unit` is a unit, money (`discount`, `cashback`, `donation`) or a thing's kind, a tier or a
    message, of which `text` is the name. A deduction, and what a refund takes back, is negative.
    `event` is the event's id, None for a timer or a derived event, which have `at`.
    """

    rule: str
    reward: int
    customer: str
    unit: str
    amount: int
    precision: int
    text: str | None = None
    status: Status = "posted"
    event: str | None = None
    at: int | None = None


@dataclass(frozen=True, slots=True)
class FailedTest:
    """The first part of a rule's condition that was not true, with its two values if it has them.

    Values stand over their divisor; None is absent, or not a comparison. `text` is what the first
    one is where it is a text.
    """

    part: int
    left: tuple[int, int] | None
    right: tuple[int, int] | None
    text: str | None = None


@dataclass(slots=True)
class Working:
    """What a reward came to before limits, of what base (a multiplier's), and what was paid.

    `choice` is the place of the drawn choice of `one of`.
    """

    reward: int
    base: int | None
    worked: int
    paid: int
    choice: int | None = None


@dataclass(frozen=True, slots=True)
class Cut:
    """An allowance that gave less than was wanted; counts events where the allowance does."""

    allowance: str
    reward: int | None
    used: int
    wanted: int
    granted: int


@dataclass(slots=True)
class Outcome:
    """What one rule did on the event; `reason` is None where it paid anything.

    `by` is who stood in its way: the group's winner, the guard.
    """

    rule: str
    reason: Reason | None
    test: FailedTest | None = None
    workings: tuple[Working, ...] = ()
    cuts: tuple[Cut, ...] = ()
    by: str | None = None


@dataclass(frozen=True, slots=True)
class Shortfall:
    """What a refused event asked for, and what there was of it, as exact decimals.

    `of` is a unit, the name of a limit, or a kind of stock; `offer` the reward to redeem.
    """

    offer: str | None = None
    of: str = ""
    asked: str = ""
    there: str = ""
    test: FailedTest | None = None


@dataclass(slots=True)
class Decision:
    """Awards in text order, what rules came to, and what was used up.

    `tier` and `segments` are those of the customer as rules saw them. `refused` is why the event as
    a whole was not taken (a redeem, a refund, a conflict). `event_id` is a timer's or a derived
    event's own id where `at` is given.
    """

    event_id: str
    customer: str
    tier: str | None
    awards: tuple[Award, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    taken: Mapping[CounterKey, int] = field(default_factory=dict)
    refused: Reason | None = None
    guard: str | None = None
    at: int | None = None
    shortfall: Shortfall | None = None
    segments: frozenset[str] = frozenset()

    def to_json(self) -> dict[str, Any]:
        """A form that JSON holds without loss."""
        return {
            "event_id": self.event_id,
            "customer": self.customer,
            "tier": self.tier,
            "awards": [_plain(award) for award in self.awards],
            "outcomes": [_plain_outcome(outcome) for outcome in self.outcomes],
            "taken": [[*key, amount] for key, amount in self.taken.items()],
            "refused": self.refused,
            "guard": self.guard,
            "at": self.at,
            "shortfall": _plain_shortfall(self.shortfall) if self.shortfall else None,
            "segments": sorted(self.segments),
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
            taken={tuple(key): amount for *key, amount in data["taken"]},
            refused=data.get("refused"),
            guard=data.get("guard"),
            at=data.get("at"),
            shortfall=_shortfall(data.get("shortfall")),
            segments=frozenset(data.get("segments", ())),
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
        "by": outcome.by,
    }


def _plain_shortfall(shortfall: Shortfall) -> dict[str, Any]:
    plain = {name: getattr(shortfall, name) for name in ("offer", "of", "asked", "there")}
    return {**plain, "test": _plain(shortfall.test) if shortfall.test else None}


def _shortfall(data: Mapping[str, Any] | None) -> Shortfall | None:
    return Shortfall(**{**data, "test": _test(data["test"])}) if data else None


def _test(data: Mapping[str, Any] | None) -> FailedTest | None:
    if data is None:
        return None
    return FailedTest(data["part"], _pair(data["left"]), _pair(data["right"]), data.get("text"))


def _pair(data: list[int] | None) -> tuple[int, int] | None:
    return (data[0], data[1]) if data else None


def _outcome(data: Mapping[str, Any]) -> Outcome:
    return Outcome(
        rule=data["rule"],
        reason=data["reason"],
        test=_test(data["test"]),
        workings=tuple(Working(**working) for working in data["workings"]),
        cuts=tuple(Cut(**cut) for cut in data["cuts"]),
        by=data.get("by"),
    )
