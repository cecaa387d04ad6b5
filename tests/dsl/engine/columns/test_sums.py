"""Sums and counts over columns are those of going through them one by one."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsl.engine.columns import sums as of_columns
from dsl.engine.columns.sums import Added, Distinct, sums

KEYS = st.sampled_from([-3, 0, 1, 2, 40])
AMOUNTS = st.integers(-5, 5) | st.sampled_from([10**18, -(10**18), (1 << 62) - 1])
ROWS = st.lists(st.tuples(KEYS, st.integers(0, 3), AMOUNTS), max_size=30)


@pytest.mark.parametrize("most_cells", [of_columns.MOST_CELLS, 1], ids=["table", "sorted"])
@given(rows=ROWS)
def test_sums_by_pair(rows: list[tuple[int, int, int]], most_cells: int) -> None:
    expected: dict[tuple[int, int], int] = defaultdict(int)
    for key, unit, amount in rows:
        expected[key, unit] += amount
    columns = np.array(rows, np.int64).reshape(-1, 3).T
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(of_columns, "MOST_CELLS", most_cells)

        found = list(sums(*columns))

    assert {(key, unit): total for key, unit, total in found} == expected
    assert [(key, unit) for key, unit, _ in found] == sorted(expected)


@pytest.mark.parametrize("most_cells", [of_columns.MOST_CELLS, 1], ids=["table", "sorted"])
@given(pairs=st.lists(st.tuples(st.integers(0, 4), st.integers(0, 6)), max_size=30))
def test_distinct_values_by_key(pairs: list[tuple[int, int]], most_cells: int) -> None:
    keys, values = np.array(pairs, np.int64).reshape(-1, 2).T
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(of_columns, "MOST_CELLS", most_cells)

        found = Distinct(5, 7)
        for place in range(0, len(keys), 7):
            found.add(keys[place : place + 7], values[place : place + 7])

    for key in range(5):
        assert found.of(key).tolist() == sorted({v for k, v in pairs if k == key})


@pytest.mark.parametrize("most_cells", [of_columns.MOST_CELLS, 1], ids=["table", "sparse"])
@given(pairs=st.lists(st.tuples(st.integers(0, 4), st.integers(-(10**18), 10**18)), max_size=30))
def test_sums_by_cell(pairs: list[tuple[int, int]], most_cells: int) -> None:
    cells, amounts = np.array(pairs, np.int64).reshape(-1, 2).T
    is_small = sum(abs(amount) for _, amount in pairs) < of_columns.SAFE
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(of_columns, "MOST_CELLS", most_cells)

        added = Added(5, is_small=is_small)
        for place in range(0, len(cells), 7):
            added.add(cells[place : place + 7], amounts[place : place + 7])

    found, sums_ = added.found()
    there = sorted({cell for cell, _ in pairs})
    assert found.tolist() == there
    assert sums_.tolist() == [sum(a for c, a in pairs if c == cell) for cell in there]
