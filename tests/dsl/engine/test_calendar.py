"""The calendar in whole numbers, at the edges where clocks and months are uneven."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, get_args
from zoneinfo import ZoneInfo, available_timezones

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsl.engine.calendar import before, from_local, instant, moment, period_index, to_local
from dsl.engine.cells import DAY_US
from dsl.engine.clock import Clock, first_day
from dsl.engine.columns.clock import Clocks
from dsl.text.ast import DurationUnit, Period

if TYPE_CHECKING:
    from collections.abc import Sequence

NEW_YORK = "America/New_York"
SHANGHAI = "Asia/Shanghai"
LORD_HOWE = "Australia/Lord_Howe"
ZONES = ["UTC", NEW_YORK, SHANGHAI, LORD_HOWE, "Asia/Kathmandu", "America/Sao_Paulo"]
INSTANTS = st.integers(min_value=0, max_value=4_000_000_000_000_000)


def at(text: str) -> int:
    return instant(dt.datetime.fromisoformat(text))


def local(text: str) -> int:
    naive = dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)
    return instant(naive)


@pytest.mark.parametrize(
    ("zone", "wall", "expected"),
    [
        pytest.param(NEW_YORK, "2026-01-15 12:00", "2026-01-15T17:00+00:00", id="winter"),
        pytest.param(NEW_YORK, "2026-07-15 12:00", "2026-07-15T16:00+00:00", id="summer"),
        pytest.param(NEW_YORK, "2026-03-08 02:30", "2026-03-08T07:00+00:00", id="skipped"),
        pytest.param(NEW_YORK, "2026-11-01 01:30", "2026-11-01T05:30+00:00", id="first of two"),
        pytest.param(LORD_HOWE, "2026-10-04 02:15", "2026-10-03T15:30+00:00", id="half an hour"),
        pytest.param("UTC", "1970-01-01 00:00", "1970-01-01T00:00+00:00", id="epoch"),
    ],
)
def test_a_wall_clock_time_is_the_first_instant_that_shows_it(
    zone: str, wall: str, expected: str
) -> None:
    assert moment(from_local(local(wall), ZoneInfo(zone))) == dt.datetime.fromisoformat(expected)


@given(INSTANTS, st.sampled_from(ZONES))
def test_the_instant_of_a_local_time_shows_that_time(point: int, name: str) -> None:
    zone = ZoneInfo(name)
    shown = to_local(point, zone)
    assert to_local(from_local(shown, zone), zone) == shown
    assert from_local(shown, zone) <= point


@pytest.mark.parametrize(
    ("count", "unit", "zone", "when", "expected"),
    [
        (30, "day", "UTC", "2026-03-31T10:00+00:00", "2026-03-01T10:00+00:00"),
        (1, "month", "UTC", "2026-03-31T10:00+00:00", "2026-02-28T10:00+00:00"),
        (1, "month", "UTC", "2024-03-31T10:00+00:00", "2024-02-29T10:00+00:00"),
        (12, "month", "UTC", "2024-02-29T10:00+00:00", "2023-02-28T10:00+00:00"),
        (1, "quarter", "UTC", "2026-05-31T00:00+00:00", "2026-02-28T00:00+00:00"),
        (1, "year", NEW_YORK, "2026-11-22T15:00+00:00", "2025-11-22T15:00+00:00"),
        (1, "month", NEW_YORK, "2026-04-08T06:30+00:00", "2026-03-08T07:00+00:00"),
        (24, "hour", NEW_YORK, "2026-03-08T16:00+00:00", "2026-03-07T16:00+00:00"),
    ],
)
def test_months_step_by_calendar_and_days_by_length(
    count: int, unit: str, zone: str, when: str, expected: str
) -> None:
    earlier = before(at(when), count, unit, ZoneInfo(zone))  # type: ignore[arg-type]  # its units
    assert moment(earlier) == dt.datetime.fromisoformat(expected)


@pytest.mark.parametrize(
    ("period", "last", "first"),
    [
        ("day", "2026-11-22 23:59", "2026-11-23 00:00"),
        ("week", "2026-11-22 23:59", "2026-11-23 00:00"),
        ("month", "2026-02-28 23:59", "2026-03-01 00:00"),
        ("quarter", "2026-06-30 23:59", "2026-07-01 00:00"),
        ("year", "2026-12-31 23:59", "2027-01-01 00:00"),
    ],
)
def test_a_period_ends_at_its_last_local_midnight(period: str, last: str, first: str) -> None:
    index = period_index(local(last), period)  # type: ignore[arg-type]  # its periods
    assert period_index(local(first), period) == index + 1  # type: ignore[arg-type]  # its periods


@given(st.lists(INSTANTS, min_size=1, max_size=30), st.sampled_from(ZONES), st.integers(1, 40))
def test_columns_of_times_agree_with_single_ones(points: list[int], name: str, count: int) -> None:
    clocks, clock = Clocks(np.array(points, np.int64), name), Clock(name)
    assert clocks.local.tolist() == [clock.local(point) for point in points]
    for unit in ("minute", "hour", "day", "week", "month", "quarter", "year"):
        expected = [clock.before(point, count, unit) for point in points]
        assert clocks.before(count, unit).tolist() == expected
    for period in ("day", "week", "month", "quarter", "year"):
        indexes = [clock.period(point, period) for point in points]
        assert clocks.period(period).tolist() == indexes
        starts = [clock.start(point, period, 1) for point in points]
        assert clocks.start(period, 1).tolist() == starts


SHIFTED = "Pacific/Apia"
# Where clocks changed: by half an hour, by a day, at midnight, long ago by odd seconds.
CHANGES = [
    *((zone, at(f"{day}T12:00+00:00")) for zone in ZONES for day in ("2025-03-09", "2026-11-01")),
    (LORD_HOWE, at("2026-10-03T15:30+00:00")),
    (SHIFTED, at("2011-12-30T10:00+00:00")),
    ("America/Sao_Paulo", at("2018-11-04T03:00+00:00")),
    ("America/Havana", at("2026-11-01T05:00+00:00")),
    ("Africa/Monrovia", at("1972-01-07T00:44:30+00:00")),
    ("Africa/Freetown", at("1939-09-01T00:00+00:00")),
    (SHANGHAI, at("1900-12-31T15:54:17+00:00")),
    ("Europe/Dublin", at("1916-10-01T02:25:21+00:00")),
]
MOST_YEARS = (at("1900-01-01T00:00+00:00"), at("2199-12-31T23:59+00:00"))
DAYS_ROUND = st.integers(-2 * DAY_US, 2 * DAY_US)
MOMENTS = st.one_of(
    st.tuples(st.sampled_from(sorted(available_timezones())), st.lists(st.integers(*MOST_YEARS))),
    # Some round a change of the clock, or so many months after it.
    st.builds(
        lambda change, months, near: (
            change[0],
            [before(change[1] + one, -months, "month", ZoneInfo(change[0])) for one in near],
        ),
        st.sampled_from(CHANGES),
        st.sampled_from([0, 0, 1, 3, 12]),
        st.lists(DAYS_ROUND | st.integers(-2, 2), min_size=1, max_size=8),
    ),
)


@given(MOMENTS, st.sampled_from([0, 1, 3, 12, 30_000]), st.integers(0, 2))
def test_what_a_clock_remembers_is_what_the_calendar_says(
    moments: tuple[str, Sequence[int]], count: int, back: int
) -> None:
    name, points = moments
    clock, zone = Clock(name), ZoneInfo(name)
    # Twice, as the second time all is remembered.
    for point in (*points, *points):
        shown = to_local(point, zone)
        assert clock.local(point) == shown
        assert clock.day(point) == shown // DAY_US
        for unit in get_args(DurationUnit):
            assert clock.before(point, count, unit) == before(point, count, unit, zone)
        for period in get_args(Period):
            index = period_index(shown, period)
            assert clock.period(point, period) == index
            first = first_day(period, index - back)
            assert clock.start(point, period, back) == from_local(first * DAY_US, zone)
