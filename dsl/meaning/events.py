"""An event as the catalogue understands it: values typed, exact and in range.

This is the one reader of events: HTTP, files and cases all come through `read_event`.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

Value = Decimal | str | bool | dt.date | dt.datetime
Item = dict[str, Value]


@dataclass(frozen=True, slots=True)
class Event:
    """What happened to a customer at an instant.

    `at` is aware and in UTC, to the microsecond. `attributes` holds only known values: Decimal for
    number and money, str for text, one of and customer, bool for flag, date, datetime (aware, UTC).
    `items` are the lines of the attribute `items`, None where it is absent.
    """

    id: str
    type: str
    at: dt.datetime
    customer: str
    attributes: Mapping[str, Value]
    items: tuple[Item, ...] | None = None


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """What is wrong with one field of an event: its path (`items[2].price`), a code, arguments."""

    field: str
    code: str
    arguments: Mapping[str, str]
