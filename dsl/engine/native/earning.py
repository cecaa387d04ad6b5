"""What was earned when, and what is held of it: entries of A, and what follows from them in S.

Where nothing is spent, all lots of a unit that are dated alike become spendable, and expire, in the
order in which they were earned: two places in A say what is held.
Source: docs/language.md, section 4, "Windows" and what follows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dsl.engine.calendar import FIXED_US
from dsl.engine.cells import E_AT
from dsl.engine.native.cells import C_EARNED
from dsl.engine.plans import given
from dsl.engine.writer import Writer
from dsl.text import ast

if TYPE_CHECKING:
    from dsl.engine.compiled import Compiled
    from dsl.engine.layout import Key
    from dsl.engine.native.cells import Cells
    from dsl.engine.native.slots import Slot
    from dsl.engine.plans import RewardPlan, RulePlan


@dataclass(frozen=True, slots=True)
class Dating:
    """When awards are spendable and when they expire, as columns; None is at once, and never."""

    release: Key | None
    expiry: Key | None

    @property
    def is_none(self) -> bool:
        """True of what is spendable at once, and for good."""
        return self.release is None and self.expiry is None


def dating(plan: RulePlan, reward: RewardPlan) -> Dating | None:
    """How a reward is dated; None where awards of one unit could change their order by it."""
    unit, rule = reward.unit, plan.rule
    if unit is None or unit.is_money:
        return None
    wait = rule.pending or unit.pending
    release: Key | None = None
    if wait is not None and wait.count:
        if wait.unit not in FIXED_US:
            return None
        release = ("release", wait.unit, wait.count)
    match rule.expiry or unit.expiry:
        case ast.ExpiresAfter(duration=last) | ast.ExpireAfter(duration=last):
            return Dating(release, ("expiry", last.unit, last.count))
        case ast.ExpireAtEnd(which=which, period=period):
            return Dating(release, ("expiry at end", period, 0 if which == "this" else 1))
        case ast.ExpiresOn():
            return None
        case _:
            return Dating(release, None)


def datings(compiled: Compiled) -> dict[str, Dating] | None:
    """By unit that is asked for how its awards are dated; None where they are not dated alike."""
    uses = compiled.uses
    asked = dict.fromkeys(unit for _, unit in (*uses.balances, *uses.lifetimes))
    asked |= dict.fromkeys(unit for _, unit, _ in uses.earned)
    found: dict[str, Dating] = {}
    for plan in compiled.rules:
        for reward in plan.rewards:
            for one in given(reward):
                if one.called not in asked:
                    continue
                own = dating(plan, one)
                if own is None or found.setdefault(one.called, own) != own:
                    return None
    return found


class Earnings:
    """Writes what a program asks of what was earned, of units with their datings."""

    def __init__(self, compiled: Compiled, cells: Cells, dated: dict[str, Dating]) -> None:
        self._compiled, self._cells = compiled, cells
        uses = compiled.uses
        self._balances = {unit: place for place, unit in uses.balances}
        self._lifetimes = {unit: place for place, unit in uses.lifetimes}
        self._dated = {unit: one for unit, one in dated.items() if not one.is_none}
        units = dict.fromkeys((*(unit for _, unit, _ in uses.earned), *self._dated))
        # An entry has its time, then amounts, then when what is dated is spendable, and expires.
        self._amounts = {unit: place for place, unit in enumerate(units, start=1)}
        self._dates: dict[Key, int] = {}
        self.width = 1 + len(units)
        for one in self._dated.values():
            for key in (one.release, one.expiry):
                if key is not None and key not in self._dates:
                    self._dates[key] = self.width
                    self.width += 1

    @property
    def is_asked(self) -> bool:
        """True where there is anything to be brought up to an instant."""
        return bool(self._amounts)

    # --- before an event ----------------------------------------------------------------------

    def text(self) -> str:
        """`earned`: windows, and what is held and was earned, brought up to the instant of E."""
        write = Writer()
        with write.block("def earned(E, S, C, A):"):
            write(f"end = C[{C_EARNED}]")
            for unit, one in self._dated.items():
                self._hold(write, unit, one)
            for place, unit, window in self._compiled.uses.earned:
                self._window(write, place, unit, window)
            write("return 0")
        return write.text()

    def _hold(self, write: Writer, unit: str, one: Dating) -> None:
        """Move what was released, then what expired, of a unit to where they are now."""
        balance, lifetime = self._balances.get(unit), self._lifetimes.get(unit)
        amount, released = self._amounts[unit], self._at(one)
        places = [place for place in (balance, lifetime) if place is not None]
        if not places:
            return
        last = self._cells.own(0)
        write(f"b = C[{last}]")
        with write.block(f"while b < end and A[b + {released}] <= E[{E_AT}]:"):
            write(*(f"S[{place}] = S[{place}] + A[b + {amount}]" for place in places))
            write(f"b = b + {self.width}")
        write(f"C[{last}] = b")
        if balance is None or one.expiry is None:
            return
        first = self._cells.own(0)
        write(f"a = C[{first}]")
        with write.block(f"while a < b and A[a + {self._dates[one.expiry]}] <= E[{E_AT}]:"):
            write(f"S[{balance}] = S[{balance}] - A[a + {amount}]", f"a = a + {self.width}")
        write(f"C[{first}] = a")

    def _at(self, one: Dating | None) -> int:
        """The cell of an entry that says when it was earned."""
        return 0 if one is None or one.release is None else self._dates[one.release]

    def _window(self, write: Writer, place: int, unit: str, window: ast.Window) -> None:
        column, width, at = self._amounts[unit], self.width, self._at(self._dated.get(unit))
        first, last, total = (self._cells.own(0) for _ in range(3))
        after, until = self._bounds(window)
        if until is None and at:
            # What is not released yet is not earned yet.
            until = f"E[{E_AT}]"
        write(f"a = C[{first}]", f"b = C[{last}]", f"x = C[{total}]")
        beyond = "" if until is None else f" and A[b + {at}] <= {until}"
        with write.block(f"while b < end{beyond}:"):
            write(f"x = x + A[b + {column}]", f"b = b + {width}")
        if until is not None:
            with write.block(f"while b > a and A[b - {width - at}] > {until}:"):
                write(f"b = b - {width}", f"x = x - A[b + {column}]")
        if after is not None:
            with write.block(f"while a < b and A[a + {at}] <= {after}:"):
                write(f"x = x - A[a + {column}]", f"a = a + {width}")
            with write.block(f"while a > 0 and A[a - {width - at}] > {after}:"):
                write(f"a = a - {width}", f"x = x + A[a + {column}]")
        write(f"C[{first}] = a", f"C[{last}] = b", f"C[{total}] = x", f"S[{place}] = x")

    def _bounds(self, window: ast.Window) -> tuple[str | None, str | None]:
        """Texts of the instant before a window's first, and of its last where that is not now."""
        column, clock = self._cells.column, self._compiled.clock
        match window:
            case ast.Last(duration=duration) if duration.unit in FIXED_US:
                return f"E[{E_AT}] - {duration.count * FIXED_US[duration.unit]}", None
            case ast.Last(duration=duration):
                return f"E[{column(('ago', duration.unit, duration.count))}]", None
            case ast.This(period=period):
                return f"E[{column(('start', period, 0))}] - 1", None
            case ast.Previous(period=period):
                ends = (column(("start", period, back)) for back in (1, 0))
                after, until = (f"E[{place}] - 1" for place in ends)
                return after, until
            case ast.Since():
                # The same at every instant.
                return str(self._compiled.window(window, clock.midnight(0))[0]), None
            case _:
                return None, None

    # --- after an award -----------------------------------------------------------------------

    def _sums(self) -> dict[str, str]:
        """By unit that is asked for the variable of what this event gives of it."""
        asked = dict.fromkeys((*self._balances, *self._lifetimes, *self._amounts))
        return {unit: f"e{place}" for place, unit in enumerate(asked)}

    def begin(self, write: Writer) -> None:
        """Nothing is given yet of units that are asked for."""
        write(*(f"{name} = 0" for name in self._sums().values()))

    def add(self, write: Writer, slot: Slot) -> None:
        """Add what a slot pays."""
        name = self._sums().get(slot.reward.called)
        if name is not None:
            write(f"{name} = {name} + {slot.amount}")

    def post(self, write: Writer) -> None:
        """Step 9: what was given of units that are asked for; what is dated waits in its entry."""
        sums = self._sums()
        for unit, name in sums.items():
            if unit in self._dated:
                self._gone_before(write, self._dated[unit], name)
                continue
            for place in (self._balances.get(unit), self._lifetimes.get(unit)):
                if place is not None:
                    write(f"S[{place}] = S[{place}] + {name}")
        if not self._amounts:
            return
        with write.block(f"if {' or '.join(f'{sums[unit]} > 0' for unit in self._amounts)}:"):
            write(f"n = C[{C_EARNED}]", f"A[n] = E[{E_AT}]")
            for key, place in self._dates.items():
                # Where the clock goes back over midnight days come again, and lots out of order.
                before = f"A[n - {self.width - place}]"
                with write.block(f"if n > 0 and E[{self._cells.column(key)}] < {before}:"):
                    write("return -1")
            for unit, place in self._amounts.items():
                write(f"A[n + {place}] = {sums[unit]}")
            for key, place in self._dates.items():
                write(f"A[n + {place}] = E[{self._cells.column(key)}]")
            write(f"C[{C_EARNED}] = n + {self.width}")

    def _gone_before(self, write: Writer, one: Dating, name: str) -> None:
        """What expires before it is released is never earned."""
        if one.release is None or one.expiry is None:
            return
        places = [self._cells.column(key) for key in (one.expiry, one.release)]
        with write.block(f"if E[{places[0]}] < E[{places[1]}]:"):
            write(f"{name} = 0")
