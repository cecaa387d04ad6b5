"""The awards of a run: of what kind each is, how much, whose; in order where that is asked.

A run over a million events gives some millions of awards; most of what is asked of them asks
neither for their order nor for all of what they are.
"""

from __future__ import annotations

from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np

from dsl.engine.columns.narrow import Narrow, blocks, joined, narrow
from dsl.engine.columns.sums import SAFE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from dsl.engine.columns.narrow import Bools, Ints
    from dsl.engine.columns.tally import Tally
    from dsl.engine.decision import Status

    Table = np.ndarray[tuple[int, int], np.dtype[np.int64]]

# What awards of one kind have in common.
KIND = ("rule", "reward", "unit", "text", "status")
# Where an award stands, by number.
STATUSES: tuple[Status, ...] = ("posted", "pending", "held", "withheld", "revoked")
POSTED, PENDING, _, WITHHELD, REVOKED = range(len(STATUSES))


class Once:
    """What is found when it is first asked for, by whichever thread; what fails is not tried again.

    What makes it may use up what it is made of.
    """

    __slots__ = ("_found", "_lock", "_make")

    def __init__(self, make: Callable[[], Narrow]) -> None:
        self._make: Callable[[], Narrow] | None = make
        self._found: Narrow | None = None
        self._lock = Lock()

    def __call__(self) -> Narrow:
        """What it is."""
        with self._lock:
            if self._found is None:
                make, self._make = self._make, None
                if make is None:
                    msg = "it could not be made before"
                    raise RuntimeError(msg)
                self._found = make()
            return self._found


class Awards:
    """Awards, a row each: `kinds` are rows of `table` (see KIND), `amounts` their amounts.

    `sources` find these and the other columns when they are first asked for, which sums of what was
    added up as it was given never do; `order` finds the places of the awards in the order they were
    decided, None where they stand in it. Columns are kept narrow, and made anew in 64 bits each
    time they are asked for. `tally` is what they come to, where that was added up as they came.
    """

    def __init__(
        self,
        table: Table,
        sources: Mapping[str, Callable[[], Narrow]],
        order: Callable[[], Ints] | None = None,
        tally: Tally | None = None,
    ) -> None:
        self.tally = tally
        self.table = table
        self._sources = {name: Once(make) for name, make in sources.items()}
        self._order = order

    def _column(self, name: str) -> Narrow:
        return self._sources[name]()

    def __len__(self) -> int:
        """How many there are."""
        return len(self._column("kinds"))

    @property
    def has_timed(self) -> bool:
        """True where some fell due without an event, whose row is -1."""
        rows = self._column("rows")
        return bool(rows.most) and rows.least < 0

    @cached_property
    def is_given(self) -> Bools:
        """Of each kind whether it is not withheld."""
        return np.asarray(self._statuses != WITHHELD)

    @cached_property
    def is_counted(self) -> Bools:
        """Of each kind whether it is neither withheld nor taken back."""
        return np.asarray(self.is_given & (self._statuses != REVOKED))

    @property
    def _statuses(self) -> Ints:
        return self.table[:, KIND.index("status")]

    def moved(self, kinds: Ints, amounts: Ints) -> Ints:
        """What amounts of these kinds are with revoked things taken off."""
        revoked = self.is_given & ~self.is_counted
        return np.where(revoked[kinds], -np.abs(amounts), amounts) if revoked.any() else amounts

    @property
    def is_small(self) -> bool:
        """True where sums of all of them stay in 64 bits."""
        own = self._column("amounts")
        largest = max(abs(own.least), abs(own.largest)) if own.most else 0
        return largest * len(self) < SAFE

    @property
    def latest(self) -> int:
        """No earlier than the last of them was."""
        return self._column("at").largest

    def pieces(self, *names: str) -> Iterator[tuple[Ints, ...]]:
        """Columns by name, a block of awards at a time; of millions no whole one is needed."""
        columns = [self._column(name) for name in names]
        for places in blocks(len(self)):
            yield tuple(column[places] for column in columns)

    @property
    def kinds(self) -> Ints:
        """Of what kind they are, as rows of the table."""
        return self._column("kinds").values

    @property
    def amounts(self) -> Ints:
        """How much they are."""
        return self._column("amounts").values

    @property
    def rows(self) -> Ints:
        """The rows of their events in the history, -1 of what fell due without one."""
        return self._column("rows").values

    @property
    def at(self) -> Ints:
        """When they were."""
        return self._column("at").values

    @property
    def customers(self) -> Ints:
        """Whose they are, by number."""
        return self._column("customers").values

    @property
    def standings(self) -> Ints:
        """Where their customers stood, by number; raises KeyError where that is not known."""
        return self._column("standings").values

    @property
    def rules(self) -> Ints:
        """Their rules, by number."""
        return self._of("rule")

    @property
    def rewards(self) -> Ints:
        """The places of their rewards in the rules."""
        return self._of("reward")

    @property
    def units(self) -> Ints:
        """What they are amounts of, by number."""
        return self._of("unit")

    @property
    def texts(self) -> Ints:
        """What things are called, by number, -1 of all else."""
        return self._of("text")

    @property
    def statuses(self) -> Ints:
        """Where they stand, by number."""
        return self._of("status")

    def _of(self, name: str) -> Ints:
        return self.table[:, KIND.index(name)][self.kinds]

    @cached_property
    def ordered(self) -> Awards:
        """The same in the order they were decided."""
        return self if self._order is None else self.some(self._order())

    def some(self, places: Ints) -> Awards:
        """Some of them, in the order of their places."""
        # Not of these awards themselves, which hold on to those that are ordered.
        sources = {name: _taken(once, places) for name, once in self._sources.items()}
        return Awards(self.table, sources)

    def over(self, rows: Ints) -> Awards:
        """The same, where the rows of their events stand at other places."""
        own = self._sources["rows"]

        def moved() -> Narrow:
            before = own().values
            return narrow(np.where(before < 0, before, rows[before])) if len(rows) else own()

        sources: dict[str, Callable[[], Narrow]] = {**self._sources, "rows": moved}
        return Awards(self.table, sources, self._order)

    def renamed(self, table: Table) -> Awards:
        """The same, where kinds go by other numbers and where customers stood is not known."""
        sources = {name: own for name, own in self._sources.items() if name != "standings"}
        return Awards(table, sources, self._order)

    def with_(self, other: Awards) -> Awards:
        """These and those of other customers, in the order of their events."""
        sources = {
            name: Once(_joined(own, other._sources[name])) for name, own in self._sources.items()
        }
        rows, kinds, first = sources["rows"], self._sources["kinds"], len(self.table)
        sources["kinds"] = Once(lambda: joined([kinds(), narrow(other.kinds + first)]))
        return Awards(
            np.concatenate([self.table, other.table]),
            sources,
            lambda: _in_time(rows().values, sources["at"]),
        )


class Later(Awards):
    """Awards that are put together when something asks for them, as most sums do not."""

    def __init__(self, make: Callable[[], Awards]) -> None:
        self._make, self._lock = make, Lock()

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - any attribute that awards have
        """What is not there yet: now it becomes the awards, for all threads that ask."""
        own = vars(self)
        with own["_lock"]:
            if "_sources" not in own:
                own.update(vars(own["_make"]()))
        if name not in own:
            raise AttributeError(name)
        return own[name]


def _in_time(rows: Ints, at: Once) -> Ints:
    """The places of awards in the order of their events; of what fell due without, of time."""
    if rows.min(initial=0) >= 0:
        return np.argsort(rows, kind="stable")
    return np.lexsort((rows, at().values))


def _taken(once: Once, places: Ints) -> Callable[[], Narrow]:
    return lambda: once().take(places)


def _joined(one: Once, other: Once) -> Callable[[], Narrow]:
    return lambda: joined([one(), other()])
