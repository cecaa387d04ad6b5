"""Lots of units, debts, things held and tiers awarded (docs/language.md, sections 2 to 4).

Nothing is ever changed: every taking and giving back is added with the number under which it was
recorded, so that any earlier moment can be looked at again.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from tests.reference.book import Moment
from tests.reference.instants import NEVER
from tests.reference.values import NOTHING


@dataclass(frozen=True)
class Move:
    """An amount taken (or, below zero, given back)."""

    seq: int
    at: dt.datetime
    amount: Fraction


def _sum(moves: list[Move], moment: Moment) -> Fraction:
    return sum((move.amount for move in moves if moment.sees(move.seq, move.at)), NOTHING)


@dataclass
class Held:
    """What a guard may hold back until a person releases it."""

    seq: int
    at: dt.datetime
    starts: dt.datetime
    ends: dt.datetime
    on_hold: bool = False
    released: tuple[int, dt.datetime] | None = None

    def begins(self, moment: Moment) -> dt.datetime:
        """From when it can be used, as far as a moment knows."""
        if not self.on_hold:
            return self.starts
        if self.released is None or not moment.sees(*self.released):
            return NEVER
        return max(self.starts, self.released[1])

    def is_open(self, moment: Moment) -> bool:
        """True where it can be used: recorded, not pending, not on hold, not expired."""
        return self.seq <= moment.seq and self.begins(moment) <= moment.now < self.ends


@dataclass
class Lot(Held):
    """An amount of a unit awarded at once; an opening balance is not earned."""

    amount: Fraction = NOTHING
    earned: bool = True
    moves: list[Move] = field(default_factory=list)
    # What refunds took off the award, wherever it was taken from.
    reversed: list[Move] = field(default_factory=list)

    def rest(self, moment: Moment) -> Fraction:
        """What has not been taken, whether or not it has expired."""
        return self.amount - _sum(self.moves, moment)


@dataclass
class Holding(Held):
    """A coupon, gift, badge or perk of a customer."""

    kind: str = ""
    name: str = ""
    # When it was used, and given back where the use was undone; when it was revoked.
    uses: list[Move] = field(default_factory=list)
    revoked: tuple[int, dt.datetime] | None = None

    def is_used(self, moment: Moment) -> bool:
        """True where a purchase has used it by the moment."""
        return _sum(self.uses, moment) > 0

    def is_held(self, moment: Moment) -> bool:
        """True where it is held, unused and unexpired."""
        gone = self.revoked is not None and moment.sees(*self.revoked)
        return self.is_open(moment) and not gone and not self.is_used(moment)


@dataclass
class TierAward:
    """A tier held by award up to an instant."""

    seq: int
    at: dt.datetime
    tier: str
    ends: dt.datetime
    on_hold: bool = False
    released: tuple[int, dt.datetime] | None = None
    revoked: tuple[int, dt.datetime] | None = None

    def is_held(self, moment: Moment) -> bool:
        """True where the award is in force."""
        gone = self.revoked is not None and moment.sees(*self.revoked)
        begun = self.at
        if self.on_hold:
            begun = self.released[1] if self.released else NEVER
        return self.seq <= moment.seq and begun <= moment.now < self.ends and not gone


Account = tuple[str, str]


class Ledger:
    """What every customer has, by unit."""

    def __init__(self, number: Callable[[], int]) -> None:
        self._number = number
        self.lots: dict[Account, list[Lot]] = defaultdict(list)
        self.debts: dict[Account, list[Move]] = defaultdict(list)
        # What refunds without original take off what was earned.
        self.unearned: dict[Account, list[Move]] = defaultdict(list)
        # The numbers of what paid a debt, which moves no balance.
        self.absorbed: set[int] = set()
        self.things: dict[str, list[Holding]] = defaultdict(list)
        self.tiers: dict[str, list[TierAward]] = defaultdict(list)

    def open_lots(self, account: Account, moment: Moment) -> list[Lot]:
        """The spendable lots, the first to expire first, then the first earned."""
        lots = [lot for lot in self.lots[account] if lot.is_open(moment) and lot.rest(moment) > 0]
        return sorted(lots, key=lambda lot: (lot.ends, lot.begins(moment), lot.seq))

    def debt(self, account: Account, moment: Moment) -> Fraction:
        """How far a refund has taken the balance below zero."""
        return _sum(self.debts.get(account, []), moment)

    def spendable(self, account: Account, moment: Moment) -> Fraction:
        """The balance: what can be spent at the moment, less what is owed."""
        lots = self.open_lots(account, moment)
        return sum((lot.rest(moment) for lot in lots), NOTHING) - self.debt(account, moment)

    def earned(
        self, account: Account, moment: Moment, inside: Callable[[dt.datetime], bool]
    ) -> Fraction:
        """What was earned inside a window: from the instant its pending ends, net of refunds.

        What expires while it is pending is never had, and never earned.
        """
        total = NOTHING
        for lot in self.lots[account]:
            begins = lot.begins(moment)
            known = lot.earned and lot.seq <= moment.seq and begins < lot.ends
            if known and begins <= moment.at and inside(begins):
                total += lot.amount - _sum(lot.reversed, moment)
        unearned = [m for m in self.unearned[account] if m.at <= moment.at and inside(m.at)]
        return total - _sum(unearned, moment)

    def take(
        self, account: Account, amount: Fraction, at: dt.datetime
    ) -> list[tuple[Lot, Fraction]]:
        """Spend up to an amount of what is spendable; what was taken of which lots."""
        moment = _latest(at)
        amount = min(amount, self.spendable(account, moment))
        taken: list[tuple[Lot, Fraction]] = []
        for lot in self.open_lots(account, moment):
            part = min(amount, lot.rest(moment))
            if part > 0:
                lot.moves.append(Move(self._number(), at, part))
                taken.append((lot, part))
                amount -= part
        return taken

    def give_back(
        self, account: Account, taken: list[tuple[Lot, Fraction]], at: dt.datetime
    ) -> None:
        """Give each lot back what was taken of it; one past its day expires at once."""
        for lot, part in taken:
            lot.moves.append(Move(self._number(), at, -part))
        self.absorb(account, at)

    def take_back(
        self, account: Account, own: list[Lot], amount: Fraction, at: dt.datetime, *, below: bool
    ) -> Fraction:
        """Take an award back, its own lots first; what was really taken.

        What of its own lots has expired unspent is gone already and is not taken again.
        """
        moment = _latest(at)
        really = NOTHING
        for lot in own:
            part = min(amount, lot.rest(moment))
            if part > 0:
                lot.moves.append(Move(self._number(), at, part))
                amount -= part
                really += part if at < lot.ends else NOTHING
        for _, part in self.take(account, amount, at) if amount > 0 else ():
            amount -= part
            really += part
        if amount > 0 and below:
            self.debts[account].append(Move(self._number(), at, amount))
            really += amount
        return really

    def absorb(self, account: Account, at: dt.datetime) -> None:
        """What is owed is paid from what is spendable, as soon as anything is."""
        moment = _latest(at)
        owed = self.debt(account, moment)
        for lot in self.open_lots(account, moment) if owed > 0 else ():
            part = min(owed, lot.rest(moment))
            if part > 0:
                lot.moves.append(Move(self._number(), at, part))
                self.debts[account].append(Move(self._number(), at, -part))
                self.absorbed |= {lot.moves[-1].seq, self.debts[account][-1].seq}
                owed -= part

    def absorb_all(self, at: dt.datetime) -> None:
        """The same for every account."""
        for account in list(self.debts):
            self.absorb(account, at)

    def numbers(self, account: Account) -> Iterator[int]:
        """The numbers under which an event moved a unit of a customer's."""
        moves = [*self.debts[account], *self.unearned[account]]
        for lot in self.lots[account]:
            yield lot.seq
            moves += (*lot.moves, *lot.reversed)
            if lot.released is not None:
                yield lot.released[0]
        yield from (move.seq for move in moves if move.seq not in self.absorbed)

    def releases(self) -> Iterator[dt.datetime]:
        """The instants at which a lot's pending ends, of accounts that have ever owed."""
        latest = _latest(NEVER)
        for account in self.debts:
            yield from (lot.begins(latest) for lot in self.lots[account])

    def holding(self, customer: str, kind: str, name: str, moment: Moment) -> Holding | None:
        """A thing the customer holds, the first to expire first."""
        held = [
            one
            for one in self.things[customer]
            if (one.kind, one.name) == (kind, name) and one.is_held(moment)
        ]
        return min(held, key=lambda one: (one.ends, one.seq), default=None)


def _latest(now: dt.datetime) -> Moment:
    """All that is recorded, with the balances of an instant."""
    return Moment(now, (now, b"\xff", 1), 10**18, now)
