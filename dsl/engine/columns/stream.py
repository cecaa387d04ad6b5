"""What a run by text gives, taken away as it comes and kept in few bytes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from dsl.engine.columns.memory import addresses
from dsl.engine.columns.narrow import Narrow, natural
from dsl.engine.columns.standing import Standing, standings
from dsl.engine.native.cells import standing_cells

if TYPE_CHECKING:
    from dsl.engine.columns.narrow import Ints
    from dsl.engine.columns.tally import Tally
    from dsl.meaning.checked import Program

# So many cells of O, and so many events, are filled before they are taken away.
CELLS, EVENTS = 1 << 20, 1 << 17


@dataclass(slots=True)
class Stream:
    """Awards in the order of their events, and of events how many they have and who stood where.

    Standings are numbered as they come.
    """

    kinds: list[Narrow] = field(default_factory=list)
    amounts: list[Narrow] = field(default_factory=list)
    counts: list[Narrow] = field(default_factory=list)
    standings: list[Narrow] = field(default_factory=list)
    known: dict[Standing, int] = field(default_factory=dict)
    # What they come to, where that was added up.
    tally: Tally | None = None

    def add(self, other: Stream) -> None:
        """Put another behind it."""
        codes = np.array([self.number(one) for one in other.known], np.int64)
        self.kinds += other.kinds
        self.amounts += other.amounts
        self.counts += other.counts
        is_same = bool((codes == np.arange(len(codes))).all())
        self.standings += [
            part if is_same else natural(codes[part.values]) for part in other.standings
        ]

    def put(self, program: Program, awards: Ints, counts: Ints, standing: Ints) -> None:
        """Put behind it what O, N and Y hold of some events."""
        self.kinds.append(natural(awards[0::2]))
        self.amounts.append(natural(awards[1::2]))
        self.counts.append(natural(counts // 2))
        places, known = standings(program, standing)
        codes = np.array([self.number(one) for one in known], np.int64)
        self.standings.append(natural(codes[places]))

    def number(self, standing: Standing) -> int:
        """The number of a standing."""
        return self.known.setdefault(standing, len(self.known))


class Batch:
    """What one call writes: O, N and Y; O has room for `widest` cells more than are asked for."""

    def __init__(self, program: Program, widest: int) -> None:
        self._program = program
        self._width = max(1, standing_cells(program))
        self.awards = np.empty(CELLS + widest, np.int64)
        self.counts = np.empty(EVENTS, np.int64)
        self.standing = np.zeros(EVENTS * self._width, np.int64)

    @property
    def written(self) -> list[int]:
        """O, N and Y."""
        return addresses(self.awards, self.counts, self.standing)

    def take(self, stream: Stream, used: int, events: int) -> None:
        """Put so many cells of O, and so many events, into a stream."""
        standing = self.standing[: events * self._width]
        stream.put(self._program, self.awards[:used], self.counts[:events], standing)
