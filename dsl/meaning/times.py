"""Dates and local times of a program as instants: microseconds since 1970-01-01T00:00:00Z.

A time the clock skips stands for the next that exists, one it shows twice for the first.
Source: docs/language.md, section 3, "Triggers".
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICROSECOND = dt.timedelta(microseconds=1)


def instant_of(local: dt.datetime, zone: ZoneInfo) -> int:
    """The instant of a wall-clock time; at the ends of the calendar as if in UTC."""
    try:
        return _instant_of(local, zone)
    except OverflowError:
        return (local.replace(tzinfo=dt.UTC) - _EPOCH) // _MICROSECOND


def _instant_of(local: dt.datetime, zone: ZoneInfo) -> int:
    first = local.replace(tzinfo=zone, fold=0).astimezone(dt.UTC)
    if first.astimezone(zone).replace(tzinfo=None) == local:
        return (first - _EPOCH) // _MICROSECOND
    # Skipped: with the offset from before the change the clock shows the jump's length later, so
    # that stepping back to where the offset changes gives the first time that exists.
    low = (local.replace(tzinfo=zone, fold=1).astimezone(dt.UTC) - _EPOCH) // _MICROSECOND
    high = (first - _EPOCH) // _MICROSECOND
    low, high = min(low, high), max(low, high)
    before = _offset(low, zone)
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(middle, zone) == before:
            low = middle
        else:
            high = middle
    return high


def _offset(at: int, zone: ZoneInfo) -> dt.timedelta | None:
    return (_EPOCH + dt.timedelta(microseconds=at)).astimezone(zone).utcoffset()


def first_instant_of(date: dt.date, zone: ZoneInfo) -> int:
    """The first instant of a local day."""
    return instant_of(dt.datetime.combine(date, dt.time()), zone)


def end_of(date: dt.date, zone: ZoneInfo) -> int:
    """The first instant after a local day."""
    if date == dt.date.max:
        return first_instant_of(date, zone) + dt.timedelta(days=1) // _MICROSECOND
    return first_instant_of(date + dt.timedelta(days=1), zone)
