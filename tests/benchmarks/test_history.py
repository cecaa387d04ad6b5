"""Histories to measure on, and what is said of them beside ours."""

from __future__ import annotations

from benchmarks import history, sql
from benchmarks.columns import tables


def test_a_history_is_the_same_every_time() -> None:
    assert tables(300)[0].equals(tables(300)[0])
    assert tables(300)[1].equals(tables(300)[1])


def test_ten_events_have_some_twenty_five_lines() -> None:
    events, items = tables(10_000)
    assert 2.3 < items.num_rows / events.num_rows < 2.7


def test_the_table_has_a_line_for_each_size() -> None:
    table = history.measure(((600, 1.0), (300, None)), edits=1, folded=50)
    assert [row[0] for row in table.rows] == [600, 300]
    assert all(len(row) == len(table.columns) for row in table.rows)


def test_half_of_the_kinds_of_rules_are_queries() -> None:
    assert len(sql.queries(24)) == 12
