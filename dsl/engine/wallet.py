"""What a customer holds of a unit: lots with their dates, and what was earned when.

Spending and expiry take the lot that expires first, then the one earned first; undated lots last.
A lot counts from its award, and is spendable, and earned, from its release. A refund can leave a
debt, which the next release pays. Amounts are in the unit's precision.
Source: docs/language.md, section 4, "Windows" and what follows.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

# Later than every instant: a lot that never expires.
NEVER = 1 << 62


@dataclass(slots=True)
class Lot:
    """One award, or an opening balance: what is left of it, and its dates.

    `release` is the instant it is spendable from, None while a person holds it back. `expires` is
    the first instant it no longer is.
    """

    number: int
    unit: str
    amount: int
    left: int
    at: int
    release: int | None
    expires: int
    released: bool = False
    earned_at: int | None = None
    # When it would be spendable if nobody held it back.
    pending_until: int = 0
    # What was left of it on its last day.
    expired: int = 0
    # What was refunded of it before it was earned.
    unearned: int = 0

    @property
    def is_held(self) -> bool:
        """True while a person has yet to look at the event it is of."""
        return self.release is None

    @property
    def order(self) -> tuple[int, int, int]:
        """Which is taken first."""
        return self.expires, self.at if self.release is None else self.release, self.number


@dataclass(slots=True)
class Earnings:
    """What was earned of a unit, in order of time, so that a window's sum is quickly found."""

    ats: list[int] = field(default_factory=list)
    amounts: list[int] = field(default_factory=list)
    sums: list[int] = field(default_factory=lambda: [0])

    def add(self, at: int, amount: int) -> None:
        """Note what was earned (or, negative, taken back) at an instant."""
        ats, sums = self.ats, self.sums
        if not ats or at >= ats[-1]:
            ats.append(at)
            self.amounts.append(amount)
            sums.append(sums[-1] + amount)
            return
        place = bisect_right(self.ats, at)
        self.ats.insert(place, at)
        self.amounts.insert(place, amount)
        self.sums = [0]
        for each in self.amounts:
            self.sums.append(self.sums[-1] + each)

    def between(self, after: int, until: int) -> int:
        """What was earned after one instant, up to and including another."""
        ats, sums = self.ats, self.sums
        # A window that begins later than it ends, as one since a date to come, has nothing in it.
        if not ats or after >= until:
            return 0
        # Most windows end now, and nothing was earned later.
        upto = sums[-1] if until >= ats[-1] else sums[bisect_right(ats, until)]
        return upto - sums[bisect_right(ats, after)]


@dataclass(slots=True)
class Wallet:
    """All lots of one unit of one customer that still hold anything, and their sums."""

    unit: str
    balance: int = 0
    debt: int = 0
    # What was left of lots on their last days, all together.
    expired: int = 0
    # The last event by which, or since which, it was moved by anything but time alone.
    moved_at: int = -NEVER
    lots: list[tuple[tuple[int, int, int], Lot]] = field(default_factory=list)
    earnings: Earnings = field(default_factory=Earnings)
    pending: list[Lot] = field(default_factory=list)
    numbers: count[int] = field(default_factory=count)

    def every_lot(self) -> Iterator[Lot]:
        """The lots that hold anything, spendable or not yet."""
        yield from self.pending
        for _, lot in self.lots:
            yield lot

    def add(
        self,
        amount: int,
        at: int,
        release: int | None,
        expires: int = NEVER,
        *,
        earned: bool = True,
    ) -> Lot:
        """A new lot; it is not spendable before `open` is called for it."""
        lot = Lot(next(self.numbers), self.unit, amount, amount, at, release, expires)
        if not earned:
            lot.earned_at = at
        self.pending.append(lot)
        return lot

    def earn(self, amount: int, at: int) -> Lot:
        """A new lot that is spendable and earned at once, and never expires: `add` and `open`."""
        lot = Lot(next(self.numbers), self.unit, amount, amount, at, at, NEVER)
        lot.released, lot.earned_at, lot.pending_until = True, at, at
        self.earnings.add(at, amount)
        self.balance += amount
        if self.debt:
            paid = min(self.debt, amount)
            self.debt -= paid
            lot.left -= paid
        if lot.left:
            self._keep(lot)
        return lot

    def open(self, lot: Lot, at: int) -> None:
        """The lot becomes spendable, and is earned, at an instant; a debt is paid from it first."""
        lot.released = True
        if self.pending[-1] is lot:
            self.pending.pop()
        else:
            self.pending.remove(lot)
        if lot.earned_at is None:
            lot.earned_at = at
            # What was refunded while it was pending is not earned; what it owes is.
            earned = lot.amount - lot.unearned
            self.earnings.add(at, earned)
        self.balance += lot.left
        paid = min(self.debt, lot.left)
        self.debt -= paid
        lot.left -= paid
        if lot.left:
            self._keep(lot)

    def _keep(self, lot: Lot) -> None:
        """Put a lot where it is taken in its turn; most are the last."""
        order, lots = lot.order, self.lots
        if not lots or order > lots[-1][0]:
            lots.append((order, lot))
        else:
            insort(lots, (order, lot))

    def unearn(self, lot: Lot, amount: int) -> None:
        """What was earned by a lot is less by an amount; so is what will be."""
        if lot.released and lot.earned_at is not None:
            self.earnings.add(lot.earned_at, -amount)
        else:
            lot.unearned += amount

    def take(self, amount: int) -> list[tuple[Lot, int]]:
        """Take at most an amount from the lots, in their order; what was taken of each."""
        taken = []
        # Never below zero: what is owed is no part of the balance.
        amount = min(amount, self.balance)
        while amount > 0 and self.lots:
            lot = self.lots[0][1]
            part = min(amount, lot.left)
            lot.left -= part
            amount -= part
            self.balance -= part
            taken.append((lot, part))
            if not lot.left:
                self.lots.pop(0)
        return taken

    def give_back(self, lot: Lot, amount: int, at: int) -> bool:
        """Put back into a lot what was taken of it; False where its day is over: it expires."""
        if lot.expires <= at:
            self.expired += amount
            return False
        self.balance += amount
        paid = min(self.debt, amount)
        self.debt -= paid
        if lot.left == 0 and amount > paid:
            insort(self.lots, (lot.order, lot))
        lot.left += amount - paid
        return True

    def take_back(self, lot: Lot, amount: int) -> int:
        """Take at most an amount of what is left of one lot; how much that was."""
        part = min(amount, lot.left)
        if not part:
            return 0
        lot.left -= part
        if lot.released:
            self.balance -= part
            if not lot.left:
                self.lots.remove((lot.order, lot))
        return part

    def owe(self, amount: int) -> None:
        """Let the balance fall below zero by an amount that no lot holds."""
        self.balance -= amount
        self.debt += amount

    def lapse(self, lot: Lot, at: int) -> None:
        """A lot of a late event whose days are over: it was earned at an instant, and is gone."""
        lot.released, lot.earned_at = True, at
        self.earnings.add(at, lot.amount)
        lot.left, lot.expired = 0, lot.left
        self.expired += lot.expired
        self.pending.remove(lot)

    def expire(self, lot: Lot) -> int:
        """What is left of a lot is gone; how much that was."""
        left = lot.left
        lot.left, lot.expired = 0, left
        self.expired += left
        if left and lot.released:
            self.balance -= left
            self.lots.remove((lot.order, lot))
        if not lot.released:
            self.pending.remove(lot)
        return left
