"""What rules pay: awards from their working out to their posting (docs/language.md, section 4)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Literal

from dsl.text import ast
from tests.reference.book import Moment, Record
from tests.reference.ledger import Holding, Lot, TierAward
from tests.reference.programs import Program
from tests.reference.reading import Event
from tests.reference.values import NOTHING

Status = Literal["posted", "pending", "held", "withheld", "revoked"]
THINGS = ("coupon", "gift", "badge", "perk")


@dataclass(frozen=True)
class Line:
    """One award as a case tells it; `event` is None for timers and derived events."""

    event: str | None
    at: dt.datetime
    rule: str
    customer: str
    kind: str
    value: Fraction | str
    status: Status = "posted"


@dataclass(frozen=True)
class Refusal:
    """A rule that did not pay, or (without a rule) an event that was not taken."""

    event: str
    rule: str | None
    reason: str


@dataclass
class Decision:
    """One event decided, with all that it was decided by.

    `root` is the id under which its refusals are told; `timed` is true of timers and of derived
    events. `reasons` holds why a rule did not pay.
    """

    event: Event
    root: str
    timed: bool
    program: Program
    moment: Moment
    tier: str | None
    segments: frozenset[str]
    record: Record | None = None
    on_hold: bool = False
    rejected: bool = False
    # The coupon a purchase named and used.
    coupon: Holding | None = None
    # What a redeem took.
    redeemed: Payment | None = None
    payments: list[Payment] = field(default_factory=list)
    reasons: dict[str, str] = field(default_factory=dict)


@dataclass(eq=False)
class Payment:
    """What a rule pays for one reward; `place` is the rule's and the reward's in the text.

    `amount` is of a unit or of money, below zero for a deduction, 1 of anything else; `name` is
    the thing's, the tier's or the message. `holders` says for whom it counts in each allowance.
    """

    rule: str
    place: tuple[int, int]
    recipient: str
    kind: str
    name: str | None
    amount: Fraction
    clauses: tuple[ast.Clause, ...]
    rate: bool = False
    withheld: bool = False
    # Out of its campaign's dates: worked out only to name the first failing test.
    void: bool = False
    valid: ast.Duration | None = None
    duration: ast.Duration | None = None
    # The test that left nothing of it, and how late in the order of steps it stands.
    failed: tuple[float, str] | None = None
    holders: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    decision: Decision | None = None
    seq: int = 0
    lots: list[Lot] = field(default_factory=list)
    taken: list[tuple[Lot, Fraction]] = field(default_factory=list)
    holding: Holding | None = None
    tier_award: TierAward | None = None
    # What was taken back, by the number under which it was recorded.
    back: list[tuple[int, Fraction]] = field(default_factory=list)
    # Nothing is left of it, though not all of it may have been taken back.
    gone: int | None = None

    @property
    def key(self) -> tuple[object, ...]:
        """Which award of its event it is."""
        return self.place, self.recipient, self.kind, self.name

    @property
    def counts(self) -> bool:
        """True where it is paid: it enters bases, groups and allowances."""
        return not self.withheld and not self.void

    def drop(self, step: float, reason: str) -> None:
        """Nothing is left of it after a test of a step."""
        self.amount = NOTHING
        self.failed = (step, reason)

    def net(self, moment: Moment) -> Fraction:
        """What is left of it as of a moment."""
        if self.seq > moment.seq:
            return NOTHING
        return self.amount - sum((n for seq, n in self.back if seq <= moment.seq), NOTHING)

    def is_left(self, moment: Moment) -> bool:
        """True where anything of the firing is left."""
        gone = self.gone is not None and self.gone <= moment.seq
        return not gone and self.net(moment) != 0


Payments = list[Payment]
