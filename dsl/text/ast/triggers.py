"""What sets off a rule.

Source of every form: docs/language.md, section 3.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from dsl.text.ast.literals import (
    Duration,
    Name,
    Node,
    Time,
)


@dataclass(frozen=True, slots=True)
class EventTrigger(Node):
    """`on purchase or review`."""

    events: tuple[Name, ...]


@dataclass(frozen=True, slots=True)
class Birthday(Node):
    """`on birthday`."""


@dataclass(frozen=True, slots=True)
class Anniversary(Node):
    """`on anniversary` of joining."""


@dataclass(frozen=True, slots=True)
class Around(Node):
    """`on 7 days before birthday`, `on 7 days after signup`, `on 30 days before customer.renewal`.

    `of` is `birthday`, `anniversary`, an event's name (after only) or a customer's date.
    """

    duration: Duration
    side: Literal["before", "after"]
    of: Name


@dataclass(frozen=True, slots=True)
class Without(Node):
    """`on 60 days without purchase`."""

    duration: Duration
    event: Name


@dataclass(frozen=True, slots=True)
class TierChange(Node):
    """`on tier upgrade [to gold]`, `on tier downgrade [to silver]`."""

    direction: Literal["upgrade", "downgrade"]
    tier: Name | None = None


@dataclass(frozen=True, slots=True)
class SegmentChange(Node):
    """`on entering segment lapsed`, `on leaving segment lapsed`."""

    direction: Literal["entering", "leaving"]
    segment: Name


@dataclass(frozen=True, slots=True)
class EveryDay(Node):
    """`on every day [at 09:00]`."""

    at: Time | None = None


@dataclass(frozen=True, slots=True)
class EveryWeekday(Node):
    """`on every monday [at 09:00]`; monday is 0."""

    weekday: int
    at: Time | None = None


@dataclass(frozen=True, slots=True)
class EveryMonth(Node):
    """`on day 1 of every month [at 09:00]`; `last day of every month` where `day` is None."""

    day: int | None
    at: Time | None = None


@dataclass(frozen=True, slots=True)
class Expiring(Node):
    """`on points expiring in 30 days`."""

    unit: Name
    duration: Duration


@dataclass(frozen=True, slots=True)
class ChallengeCompleted(Node):
    """`on challenge "Coffee week" completed`."""

    name: str


Calendar = EveryDay | EveryWeekday | EveryMonth
Trigger = (
    EventTrigger
    | Birthday
    | Anniversary
    | Around
    | Without
    | TierChange
    | SegmentChange
    | EveryDay
    | EveryWeekday
    | EveryMonth
    | Expiring
    | ChallengeCompleted
)
