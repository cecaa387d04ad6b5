"""A history: events of many customers as columns, in the order (`at`, `id`)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dsl.engine.calendar import moment
from dsl.engine.columns.convert import Column
from dsl.meaning.types import Type

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from dsl.engine.columns.lines import Lines
    from dsl.engine.columns.narrow import Narrow
    from dsl.engine.layout import Key

Attribute = tuple[str, Type]
PROFILE = "profile"


@dataclass(frozen=True, slots=True)
class History:
    """Events in the order (`at`, `id`); `types` and `customers` are codes into their names.

    Events with an empty id are the profiles of imported customers, before all others of theirs.
    """

    type_names: tuple[str, ...]
    customer_ids: tuple[str, ...]
    types: Narrow
    at: Narrow
    customers: Narrow
    ids: pa.StringArray
    columns: Mapping[Attribute, Column]
    lines: Lines
    # Columns of the calendar, draws and the like, which do not hang on a program's texts, for runs
    # to come (columns/encode.py).
    cells: dict[Key, Narrow] = field(default_factory=dict, compare=False, repr=False)
    # What runs by text read, for those to come (columns/inputs.py).
    inputs: dict[Key, object] = field(default_factory=dict, compare=False, repr=False)
    # The same events in other orders (columns/order.py).
    ordered: dict[Key, object] = field(default_factory=dict, compare=False, repr=False)

    def __len__(self) -> int:
        """How many events there are, profiles of imported customers included."""
        return len(self.at)

    @property
    def given(self) -> int:
        """How many events were given as such."""
        return len(self) - int(pc.sum(pc.equal(self.ids, "")).as_py() or 0)

    def span(self) -> tuple[dt.datetime, dt.datetime] | None:
        """The times of the first and last event."""
        return (moment(self.at[0]), moment(self.at[-1])) if len(self) else None

    def profiles(self, first: int, end: int) -> int:
        """How many events from one row up to another are profiles."""
        codes = [code for code, name in enumerate(self.type_names) if name == PROFILE]
        return int(np.isin(self.types[first:end], codes).sum())

    def event_id(self, row: int) -> str:
        """The id of an event."""
        return str(self.ids[row].as_py())
