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
    from dsl.text.ast import Duration, Period

# Clocks change on quarters of an hour, but for a few long ago, which are not remembered.
SLICE_US = 15 * 60 * 1_000_000
MOST_REMEMBERED = 200_000
ORDINAL = dt.date(1970, 1, 1).toordinal()


def day_of(date: dt.date) -> int:
    """The number of a date."""
    return date.toordinal() - ORDINAL


def date_of(day: int) -> dt.date:
    """The date of a number."""
    return dt.date.fromordinal(day + ORDINAL)


class Clock:
    """Answers for one timezone."""

    def __init__(self, timezone: str) -> None:
        self.zone = ZoneInfo(timezone)
        self._offsets: dict[int, int | None] = {}
        self._starts: dict[tuple[str, int], int] = {}
        self._midnights: dict[int, int] = {}

    def local(self, at: int) -> int:
        """The wall-clock time of an instant."""
        part = at // SLICE_US
        offset = self._offsets.get(part, 0)
        if part not in self._offsets:
            if len(self._offsets) > MOST_REMEMBERED:
                self._offsets.clear()
            first, last = part * SLICE_US, (part + 1) * SLICE_US - 1
            offset = to_local(first, self.zone) - first
            if to_local(last, self.zone) - last != offset:
                offset = None
            self._offsets[part] = offset
        return to_local(at, self.zone) if offset is None else at + offset

    def day(self, at: int) -> int:
        """The local day of an instant."""
        return self.local(at) // DAY_US

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
        return period_index(self.local(at), period)

    def start(self, at: int, period: Period, back: int = 0) -> int:
        """The instant the period of an instant starts, or one so many periods back."""
        index = period_index(self.local(at), period) - back
        key = (period, index)
        found = self._starts.get(key)
        if found is None:
            found = self._starts[key] = self.midnight(first_day(period, index))
        return found

    def before(self, at: int, count: int, unit: str) -> int:
        """The instant so many units earlier."""
        return before(at, count, unit, self.zone)  # type: ignore[arg-type]  # a unit of time

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
