"""The events of tables, column by column, before they are put in order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import pyarrow as pa

from dsl.engine.cells import NA
from dsl.engine.columns.convert import Column, as_codes
from dsl.engine.columns.history import PROFILE

if TYPE_CHECKING:
    from dsl.engine.columns.convert import Ints
    from dsl.engine.columns.history import Attribute

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class EventRows:
    """Events, a value of each column for each."""

    type_names: list[str]
    types: Ints
    at: Ints
    who: pa.DictionaryArray
    ids: pa.StringArray
    columns: dict[Attribute, Column]

    def joined_with(
        self, at: Ints, who: pa.StringArray, columns: dict[Attribute, Column]
    ) -> EventRows:
        """These rows with profiles, of an empty id, after them."""
        names = self.type_names
        if PROFILE not in names:
            names = [*names, PROFILE]
        count = len(at)
        return EventRows(
            names,
            np.concatenate([self.types, np.full(count, names.index(PROFILE), np.int64)]),
            np.concatenate([self.at, at]),
            as_codes(pa.concat_arrays([self.who.dictionary_decode(), who])),
            pa.concat_arrays([self.ids, pa.array([""] * count, pa.string())]),
            {
                key: _appended(self.columns.get(key), len(self.at), columns.get(key), count)
                for key in self.columns | columns
            },
        )


def _appended(first: Column | None, n: int, second: Column | None, m: int) -> Column:
    """Two columns one after the other, the second's codes after the first's."""
    if first is None:
        first = Column(np.full(n, NA, np.int64))
    if second is None:
        second = Column(np.full(m, NA, np.int64))
    texts, tags = _together(first.texts, second.texts), _together(first.tags, second.tags)
    before = len(first.texts or first.tags or ())
    after = second.values
    if texts is not None or tags is not None:
        after = np.where(after == NA, NA, after + before)
    return Column(np.concatenate([first.values, after]), texts, tags)


def _together(first: tuple[T, ...] | None, second: tuple[T, ...] | None) -> tuple[T, ...] | None:
    if first is None and second is None:
        return None
    return (first or ()) + (second or ())
