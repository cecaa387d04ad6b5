"""The rules on one type of event, found by what they ask of it.

The equalities and lists of all rules make a table: a key of the values that rules name, or that
they name none, leads to the rules that take all of them. Of these one number at most is left to be
compared, by thresholds; between two thresholds stand the same rules always. The table is written as
events come, so that it costs what they need, and forgotten where it grows too large.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass, field
from operator import attrgetter
from typing import TYPE_CHECKING

from dsl.engine.cells import E_TYPE, NA
from dsl.engine.looks import RANK, Range, Values, lines_of, looks_of, ranks_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dsl.engine.layout import Layout
    from dsl.engine.looks import OfLines
    from dsl.engine.plans import RulePlan

Plans = tuple["RulePlan", ...]
# What a key has for a value that no rule names.
Key = tuple[int | None, ...]
Leads = tuple[tuple[int, dict[int, list[int]]], ...]

# Cells whose values make the key; what rules ask of others they are asked themselves.
MOST_PLACES = 8
ORDER = attrgetter("order")
# Above every number there can be.
ABOVE = 1 << 256
EVERY = Range(E_TYPE, None, None)
# Rules in lists before all lists are forgotten.
MOST_KEPT = 1_000_000


@dataclass(slots=True)
class Asked:
    """What one rule asks, by place; `is_whole` where its condition asks for nothing else."""

    values: dict[int, Values]
    ranges: dict[int, Range]
    is_whole: bool
    # Places its condition looks at, by values; its audience is none of it.
    looked: frozenset[int]


@dataclass(slots=True)
class Column:
    """Which rules take which value of one place, as bits by the number of the rule.

    `others` are those that take a value nobody names; `named` has for each value that is named the
    first of those that the same rules take.
    """

    place: int
    others: int = 0
    taking: dict[int, list[int]] = field(default_factory=dict)
    refusing: dict[int, list[int]] = field(default_factory=dict)
    named: dict[int, int] = field(default_factory=dict)
    _masks: dict[int, int] = field(default_factory=dict)

    def mask(self, value: int | None) -> int:
        """The rules that take a value."""
        if value is None:
            return self.others
        found = self._masks.get(value)
        if found is None:
            taking, refusing = self.taking.get(value, ()), self.refusing.get(value, ())
            found = self._masks[value] = self.others & ~_bits(refusing) | _bits(taking)
        return found


@dataclass(slots=True)
class Cell:
    """The rules of one key: where the threshold's number changes them, and what they then are.

    `mask` has their bits; `members` are those of them that no line leads to, whose segments are.
    """

    mask: int
    members: tuple[int, ...]
    cuts: list[int]
    segments: list[Plans | None]


class Index:
    """The rules of one type of event; `sure` are those that match wherever they are candidates.

    `sure` says nothing of dates, and of tiers an audience names only that one reward is for them.
    """

    def __init__(self, layout: Layout, plans: Sequence[RulePlan], *, by_lines: bool = True) -> None:
        self.plans = tuple(plans)
        tiers = len(layout.program.tiers)
        asked = [_asked(layout, plan, tiers) for plan in plans]
        used = Counter(place for one in asked for place in one.values if place != RANK)
        kept = sorted(used, key=lambda place: (-used[place], place))
        self.columns = tuple(
            _column(place, [one.values.get(place) for one in asked])
            for place in (RANK, *kept[:MOST_PLACES])
        )
        ranged = Counter(place for one in asked for place in one.ranges)
        # The cell whose number is compared; where none is, one that has no thresholds.
        self.threshold = max(ranged, key=lambda place: (ranged[place], -place), default=E_TYPE)
        self.has_thresholds = bool(ranged)
        ranges = [one.ranges.get(self.threshold, EVERY) for one in asked]
        self._lows = [NA if one.low is None else one.low for one in ranges]
        self._highs = [ABOVE if one.high is None else one.high for one in ranges]
        self._line_width = layout.line.width
        # The rules that ask for a line, by its place, then by its value.
        self._lined = 0
        self._by_line: Leads = ()
        if by_lines:
            self._lined, self._by_line = _lined([lines_of(layout, p.rule.where) for p in plans])
        places = {column.place for column in self.columns}
        self.sure = frozenset(
            plan.order
            for plan, one in zip(plans, asked, strict=True)
            if one.is_whole and one.looked <= places and one.ranges.keys() <= {self.threshold}
        )
        self._ranks = self.columns[0].named
        self._named = tuple((column.place, column.named) for column in self.columns[1:])
        self._cells: dict[Key, Cell] = {}
        self._kept = 0

    def candidates(
        self, row: Sequence[int], rank: int, lines: Sequence[int] | None = None
    ) -> Plans:
        """The rules that can match an event's row and a tier, in text order.

        Given the rows of its lines, those are left out that ask for a line it does not have.
        """
        key = (self._ranks.get(rank), *[named.get(row[place]) for place, named in self._named])
        cell = self._cells.get(key)
        if cell is None:
            cell = self.cell(key)
        place = bisect_right(cell.cuts, row[self.threshold])
        found = cell.segments[place]
        if found is None:
            found = self.segment(cell, place)
        if not self._by_line:
            return found
        led = self._led(cell.mask, lines)
        return tuple(sorted((*found, *led), key=ORDER)) if led else found

    def key(self, row: Sequence[int], rank: int) -> Key:
        """The key of an event's row and a tier."""
        return (self._ranks.get(rank), *[named.get(row[place]) for place, named in self._named])

    def cell(self, key: Key) -> Cell:
        """The cell of a key."""
        found = self._cells.get(key)
        if found is not None:
            return found
        mask = (1 << len(self.plans)) - 1
        for column, value in zip(self.columns, key, strict=True):
            mask &= column.mask(value)
        members = tuple(_places(mask & ~self._lined))
        cuts: set[int] = set()
        for member in members:
            if self._lows[member] != NA:
                cuts.add(self._lows[member])
            if self._highs[member] != ABOVE:
                cuts.add(self._highs[member] + 1)
        found = Cell(mask, members, sorted(cuts), [None] * (len(cuts) + 1))
        self._keep(len(members) + len(cuts) + len(key))
        self._cells[key] = found
        return found

    def _led(self, mask: int, lines: Sequence[int] | None) -> Plans:
        """The rules of a mask that lines lead to, whatever their thresholds; without lines all."""
        if lines is None:
            return tuple([self.plans[number] for number in _places(mask & self._lined)])
        numbers = {
            number
            for place, leads in self._by_line
            for value in set(lines[place :: self._line_width])
            for number in leads.get(value, ())
            if mask >> number & 1
        }
        return tuple([self.plans[number] for number in numbers])

    def segment(self, cell: Cell, place: int) -> Plans:
        """The rules of a cell between the cut before a place and that at it."""
        found = cell.segments[place]
        if found is not None:
            return found
        # Before all cuts there is also what is absent.
        at = cell.cuts[place - 1] if place else NA
        lows, highs, plans = self._lows, self._highs, self.plans
        found = tuple([plans[one] for one in cell.members if lows[one] <= at <= highs[one]])
        self._keep(len(found))
        cell.segments[place] = found
        return found

    def _keep(self, count: int) -> None:
        """Count what is kept; let go of all where it is too much."""
        self._kept += count
        if self._kept > MOST_KEPT:
            self._cells.clear()
            self._kept = count


def _asked(layout: Layout, plan: RulePlan, tiers: int) -> Asked:
    found = looks_of(layout, plan.rule.where)
    values: dict[int, Values] = {}
    ranges: dict[int, Range] = {}
    for look in found.looks:
        if isinstance(look, Values):
            values[look.place] = look.both(values[look.place]) if look.place in values else look
        else:
            ranges[look.place] = look.both(ranges[look.place]) if look.place in ranges else look
    looked = frozenset(values)
    ranks = ranks_of(plan.rule, tiers)
    if ranks is not None:
        values[RANK] = ranks.both(values[RANK]) if RANK in values else ranks
    return Asked(values, ranges, found.is_whole, looked)


def _column(place: int, asked: Sequence[Values | None]) -> Column:
    column = Column(place)
    others = []
    for number, look in enumerate(asked):
        if look is None or look.barred:
            others.append(number)
        if look is not None:
            lists = column.refusing if look.barred else column.taking
            for value in look.values:
                lists.setdefault(value, []).append(number)
    column.others = _bits(others)
    # Values that the same rules take are one.
    first: dict[tuple[tuple[int, ...], tuple[int, ...]], int] = {}
    for value in (*column.taking, *column.refusing):
        told = tuple(column.taking.get(value, ())), tuple(column.refusing.get(value, ()))
        column.named[value] = first.setdefault(told, value)
    return column


def _lined(asked: Sequence[OfLines | None]) -> tuple[int, Leads]:
    """The bits of the rules that ask for a line, and which rules each of its values leads to."""
    leads: dict[int, dict[int, list[int]]] = {}
    numbers = []
    for number, one in enumerate(asked):
        if one is not None:
            numbers.append(number)
            for value in one.values:
                leads.setdefault(one.place, {}).setdefault(value, []).append(number)
    return _bits(numbers), tuple(leads.items())


def _bits(numbers: Iterable[int]) -> int:
    """A number whose bits at these places are set."""
    cells = bytearray()
    for number in numbers:
        byte = number >> 3
        if byte >= len(cells):
            cells.extend(bytes(byte + 1 - len(cells)))
        cells[byte] |= 1 << (number & 7)
    return int.from_bytes(cells, "little")


def _places(mask: int) -> Iterable[int]:
    """The places of the bits that are set, from the lowest."""
    digits = f"{mask:b}"[::-1]
    place = digits.find("1")
    while place >= 0:
        yield place
        place = digits.find("1", place + 1)
