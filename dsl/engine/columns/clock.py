"""The calendar over many instants at once: what dsl/engine/clock.py answers for one."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np

from dsl.engine.calendar import FIXED_US, HOUR_US, MONTHS, from_local, to_local
from dsl.engine.cells import DAY_US
from dsl.engine.clock import Clock
from dsl.engine.compiled import SHORT
from dsl.text import ast

if TYPE_CHECKING:
    from collections.abc import Callable

    from dsl.engine.columns.convert import Ints
    from dsl.text.ast import DurationUnit, Period

# Beyond so many months back the first years of the calendar come near, where one is clipped.
MOST_MONTHS = 12 * 1000
# Days and periods that span so many are looked up in a table.
MOST_LOOKED_UP = 1 << 20


class Clocks:
    """The wall clock of many instants in one zone."""

    def __init__(self, at: Ints, zone: str) -> None:
        self._at, self._name, self._zone = at, zone, ZoneInfo(zone)
        self._clock = Clock(zone)
        self._local: Ints | None = None

    @property
    def local(self) -> Ints:
        """The wall-clock times."""
        if self._local is None:
            self._local = _by_day(self._at, lambda at: to_local(at, self._zone))
        return self._local

    def part(self, part: str) -> Ints:
        """A part of the wall-clock times, by its name in the language."""
        day, time = np.divmod(self.local, DAY_US)
        parts: dict[str, Callable[[], Ints]] = {
            "date": lambda: day,
            "time": lambda: time,
            "hour": lambda: time // HOUR_US,
            "day": lambda: (day + 3) % 7,
            "month": lambda: _months(day) % 12 + 1,
        }
        return parts[part]()

    def period(self, period: Period) -> Ints:
        """The indexes of the calendar periods the times are in."""
        day = self.local // DAY_US
        if period == "day":
            return day
        return (day + 3) // 7 if period == "week" else _months(day) // MONTHS[period]

    def start(self, period: Period, back: int) -> Ints:
        """The instants their periods start, or those of so many periods back."""
        periods = self.period(period)
        known, places = _distinct(periods)
        firsts = np.empty(len(known), np.int64)
        # Of what is written to one place the last stays: the first of each period.
        firsts[places[::-1]] = np.arange(len(periods))[::-1]
        at = self._at[firsts].tolist()
        starts = np.array([self._clock.start(one, period, back) for one in at], np.int64)
        return np.asarray(starts[places])

    def before(self, count: int, unit: DurationUnit) -> Ints:
        """The instants so many units earlier: months and years by calendar, clipped."""
        if unit in FIXED_US:
            return np.asarray(self._at - count * FIXED_US[unit])
        months = count * MONTHS[unit]
        if abs(months) > MOST_MONTHS:
            return np.array([self._clock.before(at, count, unit) for at in self._at.tolist()])
        day, time = np.divmod(self.local, DAY_US)
        month = _months(day) - months
        first, after = (_day_of(m) for m in (month, month + 1))
        into = day - _day_of(_months(day))
        shifted = first + np.minimum(into, after - first - 1)
        return _by_day(shifted * DAY_US + time, lambda local: from_local(local, self._zone))

    def day_ends(self, count: int, unit: DurationUnit) -> Ints:
        """The first instants after the local days so much later; see Compiled.end_of."""
        clock = self._clock
        if unit in SHORT:
            days = Clocks(self.before(-count, unit), self._name).part("date")
            return _of_days(days, lambda day: clock.midnight(day + 1))
        duration = ast.Duration(count, unit)
        return _of_days(
            self.part("date"), lambda day: clock.midnight(clock.later_day(day, duration) + 1)
        )

    def period_ends(self, period: Period, ahead: int) -> Ints:
        """The first instants after their periods, or those so many periods ahead."""
        clock = self._clock
        return _of_days(
            self.part("date"), lambda day: clock.midnight(clock.last_day(day, period, ahead) + 1)
        )


def _of_days(days: Ints, found: Callable[[int], int]) -> Ints:
    """What is found for each day, looked up once."""
    unique, places = _distinct(days)
    return np.array([found(day) for day in unique.tolist()], np.int64)[places]


def _distinct(numbers: Ints) -> tuple[Ints, Ints]:
    """The different numbers in their order, and which of them each is."""
    if not len(numbers):
        return numbers, numbers
    first, last = int(numbers.min()), int(numbers.max())
    if last - first >= MOST_LOOKED_UP:
        unique, places = np.unique(numbers, return_inverse=True)
        return unique, places.ravel()
    # Days and months are few: a table of all between is quicker than sorting.
    above = numbers - first
    is_there = np.zeros(last - first + 1, np.bool_)
    is_there[above] = True
    return np.flatnonzero(is_there) + first, (np.cumsum(is_there) - 1)[above]


def _months(day: Ints) -> Ints:
    return day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)


def _day_of(month: Ints) -> Ints:
    return month.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)


def _by_day(times: Ints, convert: Callable[[int], int]) -> Ints:
    """A conversion that shifts times by an offset, looked up once for each day.

    No zone changes its offset twice in a day: where the ends of one shift alike so does all in
    between, and on the other few days the times are looked up one by one.
    """
    days, places = _distinct(times // DAY_US)
    starts = (days * DAY_US).tolist()
    shifts = np.array([convert(start) - start for start in starts], np.int64)
    ends = np.array([convert(t) - t for t in (s + DAY_US - 1 for s in starts)], np.int64)
    shifted = times + shifts[places]
    for row in np.flatnonzero((shifts != ends)[places]).tolist():
        shifted[row] = convert(int(times[row]))
    return np.asarray(shifted)
