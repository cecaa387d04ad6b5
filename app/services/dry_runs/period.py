"""The local dates between which something is decided."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo


def midnight(date: dt.date, zone: str) -> dt.datetime:
    """The first instant of a local date, in UTC; where the clock skips it, the next there is."""
    return dt.datetime.combine(date, dt.time(), ZoneInfo(zone)).astimezone(dt.UTC)
