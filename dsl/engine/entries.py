"""Events on record: how each counts now, what its decision rested on, and what it paid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dsl.engine.compiled import Compiled
    from dsl.engine.customer import AwardedTier, Holding
    from dsl.engine.decision import Award, CounterKey
    from dsl.engine.plans import RulePlan
    from dsl.engine.wallet import Lot
    from dsl.meaning.events import Event

# Where something stands in time: by `at`, then by the bytes of its id.
Place = tuple[int, bytes]


@dataclass(slots=True)
class Paid:
    """An award as it stands: how much of it is left after refunds, and what it became."""

    award: Award
    amount: int
    plan: RulePlan
    lot: Lot | None = None
    holding: Holding | None = None
    tier: AwardedTier | None = None
    # Of a deduction: what it took of which lots.
    parts: Sequence[tuple[Lot, int]] = ()
    # Counters it drew on, so much each of its smallest part; and those that count the event once.
    drawn: Sequence[tuple[CounterKey, int]] = ()
    marked: Sequence[CounterKey] = ()


# Types of events that change what others came to.
CORRECTING = frozenset({"refund", "redeem", "cancel"})


@dataclass(slots=True)
class Inputs:
    """What the decision of a purchase rested on, so that a refund can make it again.

    `row` is S as rules saw it; `history` and `lines` up to `ends` are H and K before the event.
    `opted_in` are the rules the customer had opted in to. `used` is what the counters it touched
    had used before it, `held` what was spendable of what it took from.
    """

    compiled: Compiled
    row: list[int]
    history: list[int]
    lines: list[int]
    ends: tuple[int, int]
    others: Mapping[int, int]
    segments: frozenset[str]
    opted_in: frozenset[str]
    used: Mapping[CounterKey, int]
    held: dict[tuple[str, str], int]


@dataclass(slots=True)
class Entry:
    """An event on record as it counts now, net of refunds.

    `counts` is False of a refund without an original, which adds to sums alone. `is_gone` is True
    of a purchase that was wholly refunded, and of a redeem that was cancelled. `net` is None where
    nothing was refunded yet.
    """

    at: int
    id: str
    event: Event
    counts: bool = True
    is_gone: bool = False
    net: Event | None = None
    inputs: Inputs | None = None
    paid: Sequence[Paid] = ()
    # What discounts took off the gross amount, in the currency's precision.
    discount: int = 0
    # Of a redeem: what it took of which lots, and of which counters.
    parts: Sequence[tuple[str, Lot, int]] = ()
    drawn: Sequence[tuple[CounterKey, int]] = ()
    # Held back by a guard, until a person has decided; rejected by a guard or a person.
    is_waiting: bool = False
    is_rejected: bool = False
    # The coupon it named and used.
    coupon: Holding | None = None
    # Where it stands in time: by `at`, then by the bytes of its id.
    place: Place = (0, b"")
    # How many events were on record with it when it came.
    number: int = 0
    # What it was before each refund, or its cancel, each with its place in time and how many
    # events were on record then.
    corrections: tuple[tuple[Place, Event | None, bool, int], ...] = ()

    def correct(self, place: Place, net: Event | None, number: int, *, is_gone: bool) -> None:
        """A refund took something, or all, off it, a cancel all; `number` events are on record."""
        self.corrections = (*self.corrections, (place, self.net, self.is_gone, number))
        self.net, self.is_gone = net or self.net, is_gone

    def before(self, place: Place) -> tuple[Event | None, bool]:
        """Its net event, and whether it was gone, before corrections from a place on."""
        for since, net, is_gone, _ in sorted(self.corrections, key=lambda found: found[0]):
            if since >= place:
                return net, is_gone
        return self.net, self.is_gone

    def known_by(self, number: int) -> Event | None:
        """What it was when so many events were on record; None where it was not, or was gone."""
        if self.number > number:
            return None
        net, is_gone = self.net, self.is_gone
        for _, before, was_gone, since in reversed(self.corrections):
            if since >= number:
                net, is_gone = before, was_gone
        return None if is_gone else net or self.event

    def __post_init__(self) -> None:
        self.place = self.at, self.id.encode()

    @property
    def is_counted(self) -> bool:
        """True of an event that counts as one."""
        return self.counts and not self.is_gone


def place_of(entry: Entry) -> Place:
    """Where an event stands in time."""
    return entry.place
