"""Instants, local days and windows (docs/language.md, section 4, "Windows", and section 9)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Literal
from zoneinfo import ZoneInfo

from dsl.text import ast

DAY = dt.timedelta(days=1)
# The finest step between instants.
TICK = dt.timedelta(microseconds=1)
MONTHS = {"month": 1, "quarter": 3, "year": 12}
FIRST_DAY, LAST_DAY = dt.date.min, dt.date.max
ALWAYS = dt.datetime.min.replace(tzinfo=dt.UTC)
NEVER = dt.datetime.max.replace(tzinfo=dt.UTC)


def to_instant(local: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """The instant of a wall-clock time: of two the first, of a skipped one the next that exists.

    In the calendar's first and last year it is the end of all time.
    """
    if local.year in (dt.MINYEAR, dt.MAXYEAR):
        return ALWAYS if local.year == dt.MINYEAR else NEVER

    def read(naive: dt.datetime) -> dt.datetime:
        return naive.replace(tzinfo=zone, fold=0).astimezone(dt.UTC)

    if read(local).astimezone(zone).replace(tzinfo=None) != local:
        local = local.replace(second=0, microsecond=0)
        while read(local).astimezone(zone).replace(tzinfo=None) != local:
            local += dt.timedelta(minutes=1)
    return read(local)


def local_time(at: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """The wall-clock time of an instant, naive."""
    return at.astimezone(zone).replace(tzinfo=None)


def local_day(at: dt.datetime, zone: ZoneInfo) -> dt.date:
    """The local day an instant lies in."""
    return local_time(at, zone).date()


def midnight(day: dt.date, zone: ZoneInfo) -> dt.datetime:
    """The first instant of a local day."""
    return to_instant(dt.datetime.combine(day, dt.time()), zone)


def end_of_day(day: dt.date, zone: ZoneInfo) -> dt.datetime:
    """The first instant after a local day."""
    return NEVER if day == LAST_DAY else midnight(day + DAY, zone)


def period_start(day: dt.date, period: ast.Period) -> dt.date:
    """The first day of the calendar period a day is in; weeks start on Monday."""
    match period:
        case "day":
            return day
        case "week":
            return day - dt.timedelta(days=day.weekday())
        case "month":
            return day.replace(day=1)
        case "quarter":
            return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
        case "year":
            return day.replace(month=1, day=1)


def next_period(day: dt.date, period: ast.Period) -> dt.date:
    """The first day of the calendar period after the one a day is in."""
    first = period_start(day, period)
    while period_start(day, period) == first:
        day += DAY
    return day


def period_end(day: dt.date, which: Literal["this", "next"], period: ast.Period) -> dt.date:
    """The last day of this calendar period, or of the next one."""
    following = next_period(day, period)
    return (next_period(following, period) if which == "next" else following) - DAY


def on_year(year: int, month: int, day: int) -> dt.date:
    """A day of a month, clipped to the month's end."""
    while True:
        try:
            return dt.date(year, month, day)
        except ValueError:
            day -= 1


def months_on(day: dt.date, months: int) -> dt.date:
    """The same day of the month some months on (or back), clipped to the month's end."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not dt.MINYEAR <= year <= dt.MAXYEAR:
        return FIRST_DAY if year < dt.MINYEAR else LAST_DAY
    return on_year(year, month + 1, day.day)


def days_on(day: dt.date, duration: ast.Duration, sign: int = 1) -> dt.date:
    """A local day so many days, weeks, months … on; hours and minutes do not leave it."""
    if duration.unit in MONTHS:
        return months_on(day, sign * duration.count * MONTHS[duration.unit])
    span = duration.count * {"day": DAY, "week": 7 * DAY}.get(duration.unit, 0 * DAY)
    return day + sign * span


def stepped(at: dt.datetime, duration: ast.Duration, zone: ZoneInfo, sign: int = 1) -> dt.datetime:
    """An instant so long on (or back): minutes to weeks alike, months and more by the calendar."""
    if duration.unit not in MONTHS:
        return at + sign * duration.count * dt.timedelta(**{f"{duration.unit}s": 1})
    local = local_time(at, zone)
    day = months_on(local.date(), sign * duration.count * MONTHS[duration.unit])
    return to_instant(dt.datetime.combine(day, local.time()), zone)


def last_day_of(at: dt.datetime, duration: ast.Duration, zone: ZoneInfo) -> dt.date:
    """The local day in which what starts at an instant and lasts so long comes to its end."""
    if duration.unit in ("minute", "hour"):
        return local_day(stepped(at, duration, zone), zone)
    return days_on(local_day(at, zone), duration)


def inside(window: ast.Window, at: dt.datetime, zone: ZoneInfo) -> Callable[[dt.datetime], bool]:
    """A test of instants not after `at`: are they inside the window as seen from `at`."""
    today = local_day(at, zone)
    match window:
        case ast.Last(duration):
            start = stepped(at, duration, zone, -1)
            return lambda t: start < t
        case ast.This(period):
            first = midnight(period_start(today, period), zone)
            return lambda t: first <= t
        case ast.Previous(period):
            this = period_start(today, period)
            end = midnight(this, zone)
            first = midnight(period_start(this - DAY, period), zone)
            return lambda t: first <= t < end
        case ast.Since(date):
            first = midnight(date.value, zone)
            return lambda t: first <= t
        case ast.Ever():
            return lambda _: True


def is_anniversary(day: dt.date, of: dt.date) -> bool:
    """True where a day is a date's in its year, the 28th of February for a 29th that is not."""
    return on_year(day.year, of.month, of.day) == day
