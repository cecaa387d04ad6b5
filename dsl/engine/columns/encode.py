"""A history as the rows a plan wants: what dsl/engine/encode.py does for one event, for all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np

from dsl.engine.calendar import DAY_US, HOUR_US, MONTHS, from_local, to_local
from dsl.engine.encode import Codes
from dsl.engine.plan import FIELD_AT, FIELD_TYPE, FIRST_FIELD, NA

if TYPE_CHECKING:
    from collections.abc import Callable

    from dsl.engine.columns.convert import Column, Ints
    from dsl.engine.columns.history import History
    from dsl.engine.plan import Field, Plan


@dataclass(frozen=True, slots=True)
class Batch:
    """The rows E and I of some events, flat, as Python integers (CPython reads those fastest).

    `first` is the row of the history that stands first; the lines of the event n rows on are those
    from starts[n] to starts[n + 1].
    """

    first: int
    width: int
    rows: list[int]
    lines: list[int]
    starts: list[int]


class BatchEncoder:
    """Fills the fields of a plan for events of a history; texts keep their codes throughout."""

    def __init__(self, plan: Plan, history: History) -> None:
        self._plan, self._history = plan, history
        self._zone = ZoneInfo(plan.program.timezone)
        self._codes = Codes(plan.text_codes)

    def encode(self, first: int, end: int, *, lines: bool) -> Batch:
        """The events of a history from row `first` to `end`, with or without their lines."""
        plan, history, events = self._plan, self._history, slice(first, end)
        clock = Clock(history.at[events], self._zone)
        own = np.array([plan.types.get(name, 0) for name in history.type_names], np.int64)
        width = FIRST_FIELD + len(plan.fields)
        rows = np.empty((end - first, width), np.int64)
        rows[:, FIELD_TYPE] = own[history.types[events]]
        rows[:, FIELD_AT] = history.at[events]
        for place, field in enumerate(plan.fields, start=FIRST_FIELD):
            rows[:, place] = self._field(field, events, clock)
        starts = history.lines.starts[first : end + 1]
        of_lines = slice(int(starts[0]), int(starts[-1]) if lines else int(starts[0]))
        cells = np.empty((of_lines.stop - of_lines.start, len(plan.item_fields)), np.int64)
        for place, node in enumerate(plan.item_fields):
            column = history.lines.columns.get(node.name)
            cells[:, place] = self._coded(column, of_lines)
        starts = starts - starts[0] if lines else np.zeros_like(starts)
        return Batch(first, width, rows.ravel().tolist(), cells.ravel().tolist(), starts.tolist())

    def _field(self, field: Field, events: slice, clock: Clock) -> Ints:
        history = self._history
        if field.source == "attribute" and field.type is not None:
            if field.name == "customer":
                names = [self._codes.code(name) for name in history.customer_ids]
                return np.asarray(np.array(names, np.int64)[history.customers[events]])
            values = self._coded(history.columns.get((field.name, field.type)), events)
            # A purchase's absent amount reads its gross (docs/language.md, section 4, step 2).
            if field.name == "amount":
                gross = history.columns.get(("gross", field.type))
                if gross is not None:
                    values = np.where(values == NA, gross.values[events], values)
            return values
        if field.source == "local":
            return clock.part(field.name)
        if field.source == "period":
            return clock.period(field.name)
        return clock.before(field.count * MONTHS[field.name])

    def _coded(self, column: Column | None, rows: slice) -> Ints:
        """A column's integers, texts in the plan's codes; absent where there is no column."""
        if column is None:
            return np.array([NA], np.int64)
        values = column.values[rows]
        if column.texts is None:
            return values
        own = np.array([*(self._codes.code(text) for text in column.texts), NA], np.int64)
        return np.asarray(own[np.where(values == NA, -1, values)])


class Clock:
    """The wall clock of many instants in one zone."""

    def __init__(self, at: Ints, zone: ZoneInfo) -> None:
        self._at, self._zone = at, zone
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

    def period(self, period: str) -> Ints:
        """The indexes of the calendar periods the times are in."""
        day = self.local // DAY_US
        if period == "day":
            return day
        return (day + 3) // 7 if period == "week" else _months(day) // MONTHS[period]

    def before(self, months: int) -> Ints:
        """The instants that many months earlier, clipped to the month's end."""
        day, time = np.divmod(self.local, DAY_US)
        month = _months(day) - months
        first, after = (_day_of(m) for m in (month, month + 1))
        into = day - _day_of(_months(day))
        shifted = first + np.minimum(into, after - first - 1)
        return _by_day(shifted * DAY_US + time, lambda local: from_local(local, self._zone))


def _months(day: Ints) -> Ints:
    return day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)


def _day_of(month: Ints) -> Ints:
    return month.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)


def _by_day(times: Ints, convert: Callable[[int], int]) -> Ints:
    """A conversion that shifts times by an offset, looked up once for each day.

    No zone changes its offset twice in a day: where the ends of one shift alike so does all in
    between, and on the other few days the times are looked up one by one.
    """
    days, places = np.unique(times // DAY_US, return_inverse=True)
    starts = (days * DAY_US).tolist()
    shifts = np.array([convert(start) - start for start in starts], np.int64)
    ends = np.array([convert(t) - t for t in (s + DAY_US - 1 for s in starts)], np.int64)
    shifted = times + shifts[places]
    for row in np.flatnonzero((shifts != ends)[places]).tolist():
        shifted[row] = convert(int(times[row]))
    return np.asarray(shifted)
