"""What happened to a customer, as the engine takes it. Source: docs/language.md, section 2."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from dsl.meaning.values import Value

Item = dict[str, Value]
MOST_LINES = 10_000
LINE_TOTAL_END = Decimal(10) ** 10


# Not frozen: that makes each event three times as slow to make. Nothing changes one.
@dataclass(slots=True)
class Event:
    """What happened to a customer at an instant; never changed, `changed` gives another.

    `at` is aware and in UTC, to the microsecond. `attributes` holds only known values: Decimal for
    number and money, str for text, one of and customer, bool for flag, date, datetime (aware, UTC),
    a tuple of texts for tags.
    `items` are the lines of the attribute `items`, or of the one list of another name that its type
    has, None where it is absent; `lists` has the lines of attributes of other names.
    """

    id: str
    type: str
    at: dt.datetime
    customer: str
    attributes: Mapping[str, Value]
    items: tuple[Item, ...] | None = None
    lists: Mapping[str, tuple[Item, ...]] = field(default_factory=dict)

    def changed(self, attributes: Mapping[str, Value], **others: Any) -> Event:  # noqa: ANN401 - its fields
        """The event with other attributes."""
        return replace(self, attributes=attributes, **others)


def line_amount(line: Item) -> Decimal:
    """What a line adds to a total, 0 where that is not known."""
    amount = line.get("amount")
    if isinstance(amount, Decimal):
        return amount
    price, quantity = line.get("price"), line.get("quantity", Decimal(1))
    if isinstance(price, Decimal) and isinstance(quantity, Decimal):
        return price * quantity
    return Decimal(0)
