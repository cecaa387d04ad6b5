"""The calendar of one timezone, quickly: local times, days, and the instants periods start at.

What calendar.py defines, remembered where it was asked before. Instants are microseconds since
1970-01-01T00:00:00Z, days are counted from 1970-01-01. Source: docs/language.md, section 4.
"""

from __future__ import annotations

import calendar
import datetime as dt
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from dsl.engine.calendar import FIXED_US, MONTHS, before, from_local, period_index, to_local
from dsl.engine.cells import DAY_US

if TYPE_CHECKING:
    from dsl.text.ast import Duration, DurationUnit, Period

# Clocks change on quarters of an hour, but for a few long ago.
SLICE_US = 15 * 60 * 1_000_000
MOST_REMEMBERED = 200_000
ORDINAL = dt.date(1970, 1, 1).toordinal()


def day_of(date: dt.date) -> int:
    """The number of a date."""
    return date.toordinal() - ORDINAL


def date_of(day: int) -> dt.date:
    """The date of a number."""
    return dt.date.fromordinal(day + ORDINAL)


class Today:
    """A stretch of time within one local day at one distance from UTC, as most local days are.

    It starts at `start` and ends just before `end`. What is the same at all its instants, or as far
    from each of them, is remembered here; None for what is neither.
    """

    __slots__ = ("day", "end", "offset", "periods", "shifts", "start", "starts")

    def __init__(self, start: int, end: int, offset: int, day: int) -> None:
        self.start, self.end, self.offset, self.day = start, end, offset, day
        self.periods: dict[str, int] = {}
        self.starts: dict[tuple[str, int], int] = {}
        self.shifts: dict[tuple[str, int], int | None] = {}


class Clock:
    """Answers for one timezone."""

    def __init__(self, timezone: str) -> None:
        self.zone = ZoneInfo(timezone)
        self._today = Today(0, 0, 0, 0)
        self._days: dict[int, Today] = {}
        self._slices: dict[int, Today] = {}
        self._midnights: dict[int, int] = {}

    def today(self, at: int) -> Today:
        """The stretch an instant is in."""
        today = self._today
        return today if today.start <= at < today.end else self._turn(at)

    def _turn(self, at: int) -> Today:
        part = at // SLICE_US
        today = self._slices.get(part)
        if today is None or not today.start <= at < today.end:
            if len(self._slices) > MOST_REMEMBERED:
                self._slices.clear()
                self._days.clear()
            today = self._slices[part] = self._look(at)
        self._today = today
        return today

    def _look(self, at: int) -> Today:
        """The local day of an instant; where the clock changes, the slice, or the instant alone."""
        offset = to_local(at, self.zone) - at
        day = (at + offset) // DAY_US
        found = self._days.get(day)
        if found is not None and found.start <= at < found.end:
            return found
        start = day * DAY_US - offset
        end = start + DAY_US
        if self._is_even(start, end, offset):
            found = self._days[day] = Today(start, end, offset, day)
            return found
        part = at // SLICE_US
        start, end = max(start, part * SLICE_US), min(end, (part + 1) * SLICE_US)
        if self._is_even(start, end, offset):
            return Today(start, end, offset, day)
        return Today(at, at + 1, offset, day)

    def _is_even(self, start: int, end: int, offset: int) -> bool:
        """True where a stretch of a day at most has one offset: none has changed twice in two."""
        try:
            return all(to_local(at, self.zone) - at == offset for at in (start, end - 1))
        except OverflowError:
            return False

    def local(self, at: int) -> int:
        """The wall-clock time of an instant."""
        return at + self.today(at).offset

    def day(self, at: int) -> int:
        """The local day of an instant."""
        return self.today(at).day

    def midnight(self, day: int) -> int:
        """The first instant of a local day."""
        found = self._midnights.get(day)
        if found is None:
            if len(self._midnights) > MOST_REMEMBERED:
                self._midnights.clear()
            found = self._midnights[day] = from_local(day * DAY_US, self.zone)
        return found

    def on(self, day: int, time: int) -> int:
        """The instant of a time of a local day, in microseconds since its midnight."""
        return from_local(day * DAY_US + time, self.zone) if time else self.midnight(day)

    def period(self, at: int, period: Period) -> int:
        """The number of the calendar period an instant is in."""
        today = self._today
        if not today.start <= at < today.end:
            today = self._turn(at)
        found = today.periods.get(period)
        if found is None:
            found = today.periods[period] = period_index(today.day * DAY_US, period)
        return found

    def start(self, at: int, period: Period, back: int = 0) -> int:
        """The instant the period of an instant starts, or one so many periods back."""
        today = self.today(at)
        found = today.starts.get((period, back))
        if found is None:
            first = self.midnight(first_day(period, self.period(at, period) - back))
            found = today.starts[period, back] = first
        return found

    def before(self, at: int, count: int, unit: DurationUnit) -> int:
        """The instant so many units earlier."""
        shift = self.shift(self.today(at), count, unit)
        return before(at, count, unit, self.zone) if shift is None else at + shift

    def shift(self, today: Today, count: int, unit: DurationUnit) -> int | None:
        """How far it is to so many units earlier; None where that is not alike all day.

        It is alike where it is so at both ends, as the clock does not change twice in a day.
        """
        if unit in FIXED_US:
            return -count * FIXED_US[unit]
        key = (unit, count)
        if key not in today.shifts:
            ends = (today.start, today.end - 1)
            first, last = (before(at, count, unit, self.zone) - at for at in ends)
            today.shifts[key] = first if first == last else None
        return today.shifts[key]

    def after(self, at: int, duration: Duration) -> int:
        """The instant a duration later: hours and days by length, months by calendar, clipped."""
        if duration.unit in FIXED_US:
            return at + duration.count * FIXED_US[duration.unit]
        return before(at, -duration.count, duration.unit, self.zone)

    def later_day(self, day: int, duration: Duration, sign: int = 1) -> int:
        """The day so many days, weeks, months … later (or, with sign -1, earlier)."""
        if duration.unit in FIXED_US:
            return day + sign * (duration.count * FIXED_US[duration.unit] // DAY_US)
        date = date_of(day)
        months = date.year * 12 + date.month - 1 + sign * duration.count * MONTHS[duration.unit]
        year, month = divmod(months, 12)
        if not 1 <= year <= dt.MAXYEAR:
            return day_of(dt.date.max if year > 1 else dt.date.min)
        last = calendar.monthrange(year, month + 1)[1]
        return day_of(dt.date(year, month + 1, min(date.day, last)))

    def last_day(self, day: int, period: Period, ahead: int = 0) -> int:
        """The last day of the period a day is in, or of one so many periods ahead."""
        index = period_index(day * DAY_US, period) + ahead
        return first_day(period, index + 1) - 1


def first_day(period: Period, index: int) -> int:
    """The first day of the period of a number."""
    if period == "day":
        return index
    if period == "week":
        return index * 7 - 3
    months = index * MONTHS[period]
    return day_of(dt.date(1970 + months // 12, months % 12 + 1, 1))


def yearly(born: dt.date, year: int) -> dt.date:
    """The anniversary of a date in a year: 29 February falls on the 28th of other years."""
    if (born.month, born.day) == (2, 29) and not calendar.isleap(year):
        return dt.date(year, 2, 28)
    return dt.date(year, born.month, born.day)
