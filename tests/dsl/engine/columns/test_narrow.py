"""Whole numbers in few bytes are those that were given, absent ones beside them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsl.engine.cells import LARGEST, NA
from dsl.engine.columns import narrow as module
from dsl.engine.columns.narrow import joined, narrow, natural

# Where another width begins, above and below zero, and what is as large as numbers get.
BORDERS = [
    *((1 << bits) + step for bits in (7, 8, 15, 16, 31, 32) for step in (-2, -1, 0, 1)),
    *(0, 1, 10**12, 10**17, LARGEST),
]
VALUES = st.sampled_from([*BORDERS, *(-one for one in BORDERS), NA]) | st.integers(-300, 300)
SCALES = st.sampled_from([1, 1, 100, 10**4, 1_000_000])


@st.composite
def columns(draw: st.DrawFn) -> list[int]:
    """Some values, of few kinds, in steps of a scale."""
    scale, kinds = draw(SCALES), draw(st.lists(VALUES, min_size=1, max_size=4))
    found = draw(st.lists(st.sampled_from(kinds), max_size=12))
    return [one if one == NA or abs(one) * scale > LARGEST else one * scale for one in found]


@given(columns(), st.integers(1, 5), st.data())
def test_values_are_those_that_were_given(
    values: list[int], block: int, data: st.DataObject
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "BLOCK", block)
        found = narrow(np.array(values, np.int64))

        assert found.values.tolist() == values
    assert [found.value(row) for row in range(len(values))] == values
    known = [one for one in values if one != NA]
    assert all(found.least <= one <= found.largest for one in known)
    if values:
        rows = data.draw(st.lists(st.integers(0, len(values) - 1), max_size=5))
        keep = np.array(
            data.draw(st.lists(st.booleans(), min_size=len(values), max_size=len(values)))
        )
        assert found.take(np.array(rows, np.int64)).values.tolist() == [values[n] for n in rows]
        masked = [one if kept else NA for one, kept in zip(values, keep, strict=True)]
        assert found.masked(keep).values.tolist() == masked


@given(st.lists(st.sampled_from([NA, -3, 0, 1, 40]), max_size=9), st.booleans())
def test_the_values_there_are(values: list[int], some: bool) -> None:  # noqa: FBT001 - drawn
    found = narrow(np.array(values, np.int64))
    if some:
        values = values[:4]
        found = found.take(np.arange(len(values)))

    assert found.distinct.tolist() == sorted(set(values))


@given(st.lists(st.lists(st.sampled_from([one for one in BORDERS if one >= 0]), max_size=5)))
def test_natural_numbers(parts: list[list[int]]) -> None:
    found = [natural(np.array(part, np.int64)) for part in parts]

    assert [one.values.tolist() for one in found] == parts
    assert joined(found).values.tolist() == [one for part in parts for one in part]


@given(st.lists(columns(), max_size=4))
def test_blocks_one_after_the_other_are_one_column(parts: list[list[int]]) -> None:
    found = joined([narrow(np.array(part, np.int64)) for part in parts])

    assert found.values.tolist() == [one for part in parts for one in part]


@pytest.mark.parametrize("values", [[7], [7, 8], [NA], [NA, 7]])
def test_none_of_the_rows_before_others(values: list[int]) -> None:
    whole = narrow(np.array(values, np.int64))
    none = whole.take(np.empty(0, np.int64)), whole.repeated(np.zeros(len(values), np.int64))

    for empty in none:
        assert joined([empty, whole, empty]).values.tolist() == values


@pytest.mark.parametrize(
    ("values", "width"),
    [
        ([7] * 9, 0),
        ([NA] * 9, 0),
        ([NA, 7], 1),
        (range(255), 1),
        (range(256), 2),
        ([-128, -127, 127, NA], 2),
        ([0, 1, (1 << 16) - 2], 2),
        ([0, 1, (1 << 16) - 1], 4),
        ([0, 1, (1 << 32) - 2], 4),
        ([0, 1, (1 << 32) - 1], 8),
        ([-LARGEST, 0, 1, LARGEST], 8),
        # Cents: hundreds of what is counted.
        ([100 * cents for cents in range(255)], 1),
        # All whole seconds but one.
        ([*(1_000_000 * second for second in range(300)), 1], 4),
    ],
)  # fmt: skip
def test_as_few_bytes_as_hold_the_values(values: list[int], width: int) -> None:
    found = narrow(np.array(values, np.int64))

    assert found.values.tolist() == list(values)
    assert (0 if found.is_constant else found.codes.dtype.itemsize) == width
