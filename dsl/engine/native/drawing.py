"""Steps 6 and 8 as restricted Python: what limits and budgets leave of a payment, and take of it.

Source: docs/language.md, section 4.
"""

from __future__ import annotations

import collections
from typing import TYPE_CHECKING

from dsl.engine.writer import ALWAYS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dsl.engine.native.cells import Cells, Counter
    from dsl.engine.native.slots import Slot
    from dsl.engine.terms import Term
    from dsl.engine.writer import Writer


class Drawing:
    """Writes how the slots of one type of event draw on counters."""

    def __init__(self, cells: Cells, slots: Sequence[Slot]) -> None:
        self._cells, self._slots = cells, slots
        times = collections.Counter(
            counter.number for one in slots for _, counter in self._drawn(one)
        )
        # What several slots draw on.
        self._several = {number for number, several in times.items() if several > 1}

    def _drawn(self, slot: Slot) -> list[tuple[Term, Counter]]:
        terms = (*slot.reward.own, *slot.reward.shared)
        return [(term, self._cells.counter(term)) for term in terms]

    def is_shared(self, slot: Slot) -> bool:
        """True where another slot draws on what this one does."""
        return any(counter.number in self._several for _, counter in self._drawn(slot))

    def begin(self, write: Writer) -> None:
        """Nothing counts this event yet, of what counts events for several slots."""
        counted = {
            counter.number: counter
            for one in self._slots
            for term, counter in self._drawn(one)
            if not term.each and counter.number in self._several
        }
        for number, counter in sorted(counted.items()):
            write(f"k{number} = 0")
            if not counter.per_customer:
                write(f"f{number} = 0")

    def fit(self, write: Writer, slots: Sequence[Slot], terms: Sequence[Sequence[Term]]) -> None:
        """Cut payments to what their terms leave, one after the other."""
        drawn = [[self._cells.counter(term) for term in own] for own in terms]
        running = {
            one.number
            for counters in drawn
            for one in counters
            if sum(one in others for others in drawn) > 1
        }
        for number in sorted(running):
            write(f"r{number} = 0")
        for slot, own, counters in zip(slots, terms, drawn, strict=True):
            for term, counter in zip(own, counters, strict=True):
                with write.block(f"if {slot.amount} > 0:"):
                    self._begin(write, counter)
                    self._cut(write, slot, term, counter, is_run=counter.number in running)
            moved = [
                (term, counter)
                for term, counter in zip(own, counters, strict=True)
                if counter.number in running
            ]
            if moved:
                with write.block(f"if {slot.amount} > 0{self._cells.counts(slot.rule)}:"):
                    for term, counter in moved:
                        taken = f"{slot.amount} * {term.each}" if term.each else "1"
                        write(f"r{counter.number} = r{counter.number} + {taken}")

    def _begin(self, write: Writer, counter: Counter) -> None:
        """Begin a customer's counter anew in a new period."""
        if not counter.per_customer or counter.period is None:
            return
        now = f"E[{self._cells.column(('period', counter.period))}]"
        with write.block(f"if C[{counter.place}] != {now}:"):
            with write.block(f"if C[{counter.place}] > {now}:"):
                write("return -1")
            write(f"C[{counter.place}] = {now}", f"C[{counter.place + 1}] = 0")

    def _used(self, counter: Counter) -> str:
        """The cell of what is used."""
        if counter.per_customer:
            return f"C[{counter.place + 1}]"
        # The first cells of G say where those of each counter begin, less its first period.
        if counter.period is None:
            return f"G[G[{counter.place}]]"
        return f"G[G[{counter.place}] + E[{self._cells.column(('period', counter.period))}]]"

    def _cut(
        self, write: Writer, slot: Slot, term: Term, counter: Counter, *, is_run: bool
    ) -> None:
        used, amount = self._used(counter), slot.amount
        if not counter.per_customer:
            self._want(write, slot, term, counter)
        run = f"r{counter.number}" if is_run else "0"
        free = "" if counter.per_customer else "free == 0 and "
        if not term.each:
            unused = f" and {run} == 0" if is_run else ""
            with write.block(f"if {free}{used} >= {term.capacity}{unused}:"):
                write(f"{amount} = 0")
            return
        left = f"{term.capacity} - {used}" + (f" - {run}" if is_run else "")
        times = "" if term.each == 1 else f" * {term.each}"
        with write.block(f"if {free}{amount}{times} > {left}:"):
            if slot.rule.rule.whole_only or slot.reward.unit is None:
                write(f"{amount} = 0")
            else:
                over = "" if term.each == 1 else f" // {term.each}"
                write(f"{amount} = most(0, ({left}){over})")

    def _want(self, write: Writer, slot: Slot, term: Term, counter: Counter) -> None:
        """Count what is wanted of what all customers share, an event once."""
        used, number = self._used(counter), counter.number
        taken, once = _taken(slot, term), ""
        if not term.each and number in self._several:
            once = f" and f{number} == 0"
        with write.block(f"if free == 1{once}:"):
            write(f"{used} = {used} + {taken}")
            if once:
                write(f"f{number} = 1")

    def take(self, write: Writer, slot: Slot) -> None:
        """Move the counters by what is paid; an event counts once."""
        for term, counter in self._drawn(slot):
            used, number = self._used(counter), counter.number
            tests = [] if counter.per_customer else ["free == 0"]
            is_once = not term.each and number in self._several
            if is_once:
                tests.append(f"k{number} == 0")
            with write.where(" and ".join(tests) or ALWAYS):
                write(f"{used} = {used} + {_taken(slot, term)}")
                if is_once:
                    write(f"k{number} = 1")


def _taken(slot: Slot, term: Term) -> str:
    """What a payment takes of a term."""
    if not term.each:
        return "1"
    return slot.amount if term.each == 1 else f"{slot.amount} * {term.each}"
