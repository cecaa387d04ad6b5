"""What a demo is filled with: customers, and purchases as the service takes them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Extent:
    """The first and last local day of a history as it was recorded, and its purchases."""

    first: dt.date
    last: dt.date
    purchases: int


class DemoHistory(Protocol):
    """A history that can be moved by whole weeks, so that it ends lately."""

    @property
    def extent(self) -> Extent:
        """When it was."""

    def customers(self, weeks: int) -> Iterator[Mapping[str, Any]]:
        """Rows for the import of customers: customer, joined (a local date), attributes."""

    def purchases(self, weeks: int) -> Iterator[Mapping[str, Any]]:
        """Purchases in the order (`at`, `id`), as `POST /api/v1/events` takes them."""


def weeks_to(last: dt.date, wanted: dt.date) -> int:
    """How many whole weeks a day is moved to fall on a wanted day or up to six days before."""
    return (wanted - last).days // 7
