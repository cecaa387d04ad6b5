"""What the calendar puts into the rows of events. Source: docs/language.md, sections 3 and 4."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dsl.engine.calendar import HOUR_US
from dsl.engine.cells import DAY_US, NA
from dsl.engine.clock import Today, date_of

if TYPE_CHECKING:
    from dsl.engine.clock import Clock
    from dsl.engine.layout import Key
    from dsl.text.ast import DurationUnit

# Further from the epoch than any instant.
ALWAYS = 1 << 62


def local_part(part: str, local: int) -> int:
    """A part of a wall-clock time: days, microseconds of the day, hour, weekday, month."""
    day, time = divmod(local, DAY_US)
    match part:
        case "date":
            return day
        case "time":
            return time
        case "hour":
            return time // HOUR_US
        case "day":
            return (day + 3) % 7
        case _:
            return date_of(day).month


class _Rows(NamedTuple):
    """What is in the rows of a stretch of time.

    `row` has what is the same at all its instants. In `shifts` are the places of instants and of
    times of day, and how far they are from the row's own instant; in `others` those of instants
    that are not alike far from each, and what they are before.
    """

    today: Today
    row: list[int]
    shifts: list[tuple[int, int]]
    others: list[tuple[int, int, DurationUnit]]


class CalendarCells:
    """Makes rows of a width that hold nothing but what keys of the calendar ask for."""

    def __init__(self, width: int, keys: list[tuple[int, Key]], clock: Clock) -> None:
        self._clock, self._keys = clock, keys
        self._hours = [place for place, key in keys if key == ("local", "hour")]
        end = 0 if keys else ALWAYS
        self._rows = _Rows(Today(-end, end, 0, 0), [NA] * width, [], [])

    def row(self, at: int) -> list[int]:
        """The row of an instant."""
        today, row, shifts, others = self._rows
        if not today.start <= at < today.end:
            _, row, shifts, others = self._turn(at)
        row = row.copy()
        for place, shift in shifts:
            row[place] = at + shift
        for place in self._hours:
            row[place] //= HOUR_US
        for place, count, unit in others:
            row[place] = self._clock.before(at, count, unit)
        return row

    def _turn(self, at: int) -> _Rows:
        """What is in the rows of the stretch an instant is in."""
        clock = self._clock
        today = clock.today(at)
        row = [NA] * len(self._rows.row)
        shifts: list[tuple[int, int]] = []
        others: list[tuple[int, int, DurationUnit]] = []
        midnight = today.day * DAY_US - today.offset
        for place, key in self._keys:
            match key:
                case ("local", "time" | "hour"):
                    shifts.append((place, -midnight))
                case ("local", part):
                    row[place] = local_part(str(part), today.day * DAY_US)
                case ("period", period):
                    row[place] = clock.period(at, period)  # type: ignore[arg-type]  # a period
                case ("start", period, int() as back):
                    row[place] = clock.start(at, period, back)  # type: ignore[arg-type]  # a period
                case ("ago", unit, int() as count):
                    shift = clock.shift(today, count, unit)  # type: ignore[arg-type]  # its key
                    if shift is None:
                        others.append((place, count, unit))  # type: ignore[arg-type]  # its key
                    else:
                        shifts.append((place, shift))
        found = self._rows = _Rows(today, row, shifts, others)
        return found
