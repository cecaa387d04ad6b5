"""A program that fits, decided over the columns of a history by its one text.

The customers are taken one after the other, as if nothing bound them together; where what all of
them drew on is more than there is, the events are taken anew, as they came. How the text is run is
said by a class each: by LLVM (native.py), or by CPython (interpreted.py).
Source: docs/language.md, section 4; docs/engine.md, "Native".
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from dsl.engine.columns.awards import KIND, PENDING, POSTED, WITHHELD, Awards, Once
from dsl.engine.columns.inputs import Inputs, Reading
from dsl.engine.columns.narrow import counted, joined, narrow
from dsl.engine.columns.order import by_customer
from dsl.engine.columns.shared import Drawing
from dsl.engine.native.text import decisions
from dsl.meaning import checked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from dsl.engine.columns.collected import Collected
    from dsl.engine.columns.convert import Ints
    from dsl.engine.columns.history import History
    from dsl.engine.columns.order import ByCustomer, Rows
    from dsl.engine.columns.stream import Stream
    from dsl.engine.compiled import Compiled
    from dsl.engine.entries import Entry
    from dsl.engine.native.cells import Counter
    from dsl.engine.native.text import Decisions
    from dsl.engine.plans import RewardPlan
    from dsl.engine.terms import Term

    Progress = Callable[[int], None]


class NotByTextError(Exception):
    """The run cannot be done in this order; the fold gives the answer."""


class TooLargeError(NotByTextError):
    """The run cannot be done in 64 bits, or by machine code; CPython gives the answer."""


class ByText(ABC):
    """One program over a history; `span` is from which row on events are decided, and up to which.

    `entry` is the event of a row as the fold takes it.
    """

    def __init__(
        self,
        compiled: Compiled,
        history: History,
        entry: Callable[[int], Entry],
        span: tuple[int, int],
        secret: bytes = b"",
    ) -> None:
        self._compiled, self._history = compiled, history
        self._since, self._end = span
        self._decisions: Decisions = decisions(compiled)
        cells = self._decisions.cells
        self.reading = Reading(compiled, history, cells, entry, secret)
        nobody = [0] * len(cells.opted_in)
        self._first_state = np.array([*compiled.new_row(), *nobody], np.int64)
        self._first_counters = np.array(self._decisions.first, np.int64)
        self._awards: Awards | None = None
        # By shared counter and period what was wanted of it, where it goes round.
        self.wanted: dict[str, dict[int, int]] = {}

    @property
    def _widest(self) -> int:
        """How many cells of O one event fills at most."""
        return 2 * len(self._decisions.slots)

    def run(self, collected: Collected, progress: Progress, *, free: bool = False) -> Awards:
        """The awards, customer by customer or as the events came.

        `free` is asked for where nothing may be cut that all customers share, as others than those
        of the history draw on it. Raises NotByTextError.
        """
        self._make_ready()
        inputs, rows = self.reading.inputs(), self._own.rows
        known, key = self._history.ordered, ("short", *(term.name for term in self.shared))
        stream = None
        # What did not go round in the last run hardly does in the next one.
        if free or not known.get(key):
            stream = self._apart(inputs, progress)
        if stream is None:
            if free:
                raise NotByTextError
            stream, drawn = self._together(inputs, progress)
            rows = np.arange(self._end, dtype=np.uint32)
            known[key] = self._is_short(inputs, drawn)
        self._awards = self._found(collected, rows, stream)
        return self._awards

    @abstractmethod
    def _make_ready(self) -> None:
        """Make the text runnable; raises TooLargeError."""

    @abstractmethod
    def _apart(self, inputs: Inputs, progress: Progress) -> Stream | None:
        """The awards, customer by customer; None where what they share does not go round."""

    @abstractmethod
    def _together(self, inputs: Inputs, progress: Progress) -> tuple[Stream, Sequence[int]]:
        """The awards, event by event, and G at the end."""

    @cached_property
    def _own(self) -> ByCustomer:
        return by_customer(self._history)

    @property
    def shared(self) -> list[Term]:
        """What of limits and budgets all customers share."""
        return [one.term for one in self._decisions.shared]

    @property
    def cuts_again(self) -> bool:
        """True where what draws on what all customers share may be cut by something else too."""
        shared = {term.name for term in self.shared}
        for slot in self._decisions.slots:
            terms = (*slot.reward.own, *slot.reward.shared)
            if any(term.name in shared for term in terms) and (
                len(terms) > 1 or slot.rule.rule.group is not None
            ):
                return True
        return False

    @property
    def holds_out(self) -> bool:
        """True where a rule that holds out would draw on what all customers share."""
        return any(
            slot.rule.rule.holdout is not None and _drawn_of(slot.reward, term.name) >= 0
            for slot in self._decisions.slots
            for term in self.shared
        )

    def drawing(self) -> Drawing:
        """What was drawn from what all customers share, once it has run."""
        if self._awards is None:
            msg = "nothing has run"
            raise ValueError(msg)
        slots = self._decisions.slots
        each = {
            # What is withheld draws on nothing.
            term.name: np.array(
                [*(_drawn_of(slot.reward, term.name) for slot in slots), *([-1] * len(slots))],
                np.int64,
            )
            for term in self.shared
        }
        return Drawing(self._compiled, self._history.at, self._awards, self.shared, each)

    # --- what all customers share -------------------------------------------------------------

    def _nothing_shared(self, inputs: Inputs) -> Ints:
        """G at first: where the cells of each counter begin, less its first period; then those."""
        starts, size = [], len(self._decisions.shared)
        for one in self._decisions.shared:
            first, last = self._periods(inputs, one)
            starts.append(size - first)
            size += last - first + 1
        found = np.zeros(size + 1, np.int64)
        found[: len(starts)] = starts
        return found

    def _periods(self, inputs: Inputs, counter: Counter) -> tuple[int, int]:
        """The first and the last period of a counter."""
        if counter.period is None or not len(self._history):
            return 0, 0
        return inputs.events.spans[self._decisions.cells.column(("period", counter.period))]

    def _cells(self, inputs: Inputs, drawn: Sequence[int]) -> Iterator[tuple[Term, int, list[int]]]:
        """Of each shared counter its term, its first period, and its cells of G."""
        place = len(self._decisions.shared)
        for one in self._decisions.shared:
            first, last = self._periods(inputs, one)
            end = place + last - first + 1
            yield one.term, first, list(drawn[place:end])
            place = end

    def _goes_round(self, inputs: Inputs, drawn: Sequence[int]) -> bool:
        """True where nobody wanted more than there is; `drawn` is G at the end."""
        for term, first, wanted in self._cells(inputs, drawn):
            if max(wanted, default=0) > term.capacity:
                return False
            self.wanted[term.name] = dict(enumerate(wanted, start=first))
        return True

    def _is_short(self, inputs: Inputs, drawn: Sequence[int]) -> bool:
        """True where all, or all but less than anything takes, is drawn of something."""
        return any(
            term.capacity - max(used, default=0) < max(1, term.each)
            for term, _, used in self._cells(inputs, drawn)
        )

    # --- awards -------------------------------------------------------------------------------

    def _found(self, collected: Collected, rows: Rows, stream: Stream) -> Awards:
        """What O held as awards: a kind for each slot, then for each that is withheld."""
        of_slots = [self._of(collected, n) for n in range(len(self._decisions.slots))]
        withheld = [(*told[:-1], WITHHELD) for told in of_slots]
        table = np.array([*of_slots, *withheld], np.int64).reshape(-1, len(KIND))
        codes = np.array(
            [collected.standing(one.tier, one.segments) for one in stream.known], np.int64
        )
        counts, standing = (
            Once(lambda: joined(stream.counts)),
            Once(lambda: joined(stream.standings)),
        )
        at, customers = self._history.at, self._history.customers
        return Awards(
            table,
            {
                "kinds": lambda: joined(stream.kinds),
                "amounts": lambda: joined(stream.amounts),
                "rows": lambda: counted(rows).repeated(counts().values),
                "at": lambda: at.take(rows).repeated(counts().values),
                "customers": lambda: customers.take(rows).repeated(counts().values),
                "standings": lambda: narrow(codes[standing().values]).repeated(counts().values),
            },
            lambda: _in_order(rows, counts().values),
            stream.tally,
        )

    def _of(self, collected: Collected, number: int) -> tuple[int, int, int, int, int]:
        """What a slot's awards have in common, see KIND."""
        slot = self._decisions.slots[number]
        reward, rule = slot.reward, slot.rule.rule
        unit, form = reward.unit, reward.reward.form
        precision = unit.precision if unit is not None else 0
        collected.precisions.setdefault(reward.called, precision)
        wait = rule.pending or (unit.pending if unit is not None and not unit.is_money else None)
        text = collected.texts.code(form.name) if isinstance(form, checked.Thing) else -1
        status = PENDING if wait is not None and wait.count else POSTED
        return slot.rule.order, reward.number, collected.units.code(reward.called), text, status


def _drawn_of(reward: RewardPlan, counter: str) -> int:
    """What the smallest part of an award draws of a counter, -1 where it draws nothing."""
    terms = (*reward.own, *reward.shared)
    return next((term.each for term in terms if term.name == counter), -1)


def _in_order(order: Rows, counts: Ints) -> Ints:
    """The places of awards in the order of their events.

    `order` are the rows as they were taken, `counts` how many awards each has.
    """
    starts = np.zeros(len(order), np.int64)
    np.cumsum(counts[:-1], out=starts[1:])
    by_row, own = np.empty_like(starts), np.empty_like(counts)
    by_row[order], own[order] = starts, counts
    before = np.repeat(by_row - (np.cumsum(own) - own), own)
    return np.asarray(before + np.arange(len(before)))
