"""What is decided for the figures is what the language says."""

from __future__ import annotations

import pytest

from benchmarks import decide
from benchmarks.full import KINDS, full_events, full_rules, full_texts
from benchmarks.live import Live
from benchmarks.ours import checked_program


@pytest.mark.parametrize("count", [len(KINDS), 50, 240])
def test_the_rules_are_a_program_without_errors(count: int) -> None:
    assert len(checked_program(full_texts(count)).rules) == count


def test_rules_and_events_are_the_same_every_time() -> None:
    assert full_rules(30) == full_rules(30)
    assert list(full_events(20)) == list(full_events(20))


def test_every_kind_of_rule_awards_something() -> None:
    live = Live(full_texts(4 * len(KINDS)))
    paid = {
        int(award.rule.removeprefix("R")) % len(KINDS)
        for event in full_events(6_000)
        for award in live.decide(event)
    }
    assert paid == set(range(len(KINDS)))


def test_the_table_has_a_line_for_each_program() -> None:
    table = decide.measure({12: 1, 24: 1}, seeded=50, decided=50)
    assert [row[:3] for row in table.rows] == [(12, 50, 50), (24, 50, 50)]
    assert all(len(row) == len(table.columns) for row in table.rows)
