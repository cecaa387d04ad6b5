"""The calendar of a timezone in whole numbers: instants, local days, and periods by index.

Instants are microseconds since 1970-01-01T00:00:00Z, local times microseconds since 1970-01-01
00:00 on the wall clock. Source: docs/language.md, section 4, "Windows".
"""

from __future__ import annotations

import calendar
import datetime as dt
from typing import TYPE_CHECKING

from dsl.meaning.times import instant_of

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from dsl.text.ast import DurationUnit, Period

MICROSECOND = dt.timedelta(microseconds=1)
SECOND_US = 1_000_000
MINUTE_US = 60 * SECOND_US
HOUR_US = 60 * MINUTE_US
DAY_US = 24 * HOUR_US
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
EPOCH_LOCAL = dt.datetime(1970, 1, 1)  # noqa: DTZ001 - a wall-clock time has no zone

FIXED_US = {"minute": MINUTE_US, "hour": HOUR_US, "day": DAY_US, "week": 7 * DAY_US}
MONTHS = {"month": 1, "quarter": 3, "year": 12}


def instant(moment: dt.datetime) -> int:
    """Microseconds since the epoch of an aware time, exactly."""
    return (moment - EPOCH) // MICROSECOND


def moment(at: int) -> dt.datetime:
    """The aware UTC time of an instant."""
    return EPOCH + dt.timedelta(microseconds=at)


def to_local(at: int, zone: ZoneInfo) -> int:
    """The wall-clock time of an instant."""
    local = moment(at).astimezone(zone).replace(tzinfo=None)
    return (local - EPOCH_LOCAL) // MICROSECOND


def from_local(local: int, zone: ZoneInfo) -> int:
    """The instant of a wall-clock time: of two the first, of a skipped one the next that exists."""
    return instant_of(EPOCH_LOCAL + dt.timedelta(microseconds=local), zone)


def period_index(local: int, period: Period) -> int:
    """The number of a calendar period since 1970; weeks start on Monday."""
    day = local // DAY_US
    if period == "day":
        return day
    if period == "week":
        return (day + 3) // 7
    date = dt.date.fromordinal(day + 719_163)
    months = (date.year - 1970) * 12 + date.month - 1
    return months // MONTHS[period]


def before(at: int, count: int, unit: DurationUnit, zone: ZoneInfo) -> int:
    """The instant `count` units earlier: hours and days by length, months by calendar, clipped."""
    if unit in FIXED_US:
        return at - count * FIXED_US[unit]
    local = to_local(at, zone)
    day, time = divmod(local, DAY_US)
    date = dt.date.fromordinal(day + 719_163)
    months = date.year * 12 + date.month - 1 - count * MONTHS[unit]
    year, month = divmod(months, 12)
    if year < 1:
        return instant(dt.datetime(1, 1, 2, tzinfo=dt.UTC))
    if year > dt.MAXYEAR:
        return instant(dt.datetime(dt.MAXYEAR, 12, 30, tzinfo=dt.UTC))
    last = calendar.monthrange(year, month + 1)[1]
    shifted = dt.date(year, month + 1, min(date.day, last))
    return from_local((shifted.toordinal() - 719_163) * DAY_US + time, zone)
