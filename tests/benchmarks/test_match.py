"""Everybody who is measured says the same of every event, and the table says what was measured."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec

import pytest

from benchmarks import match
from benchmarks.match import Contestant, DifferentAnswer, compare, measure_rates
from benchmarks.ours import OURS, checked_program
from benchmarks.peers import PEERS
from benchmarks.shape import (
    SHARE,
    Answer,
    Event,
    expected,
    shape_events,
    shape_rules,
    shape_texts,
)

RULES = shape_rules(150)
EVENTS = shape_events(400)


def contestants() -> list[object]:
    ours = [pytest.param(one, id=one.name) for one in OURS]
    peers = [
        pytest.param(
            peer,
            id=peer.name,
            marks=pytest.mark.skipif(
                find_spec(peer.package) is None,
                reason=f"{peer.name} is not installed; make bench does it",
            ),
        )
        for peer in PEERS
    ]
    return [*ours, *peers]


@pytest.mark.parametrize("make", contestants())
def test_every_contestant_gives_the_answers_of_looking_at_every_rule(
    make: type[Contestant],
) -> None:
    contestant = make(RULES)  # type: ignore[call-arg] # each is made of rules

    given = contestant.answers(contestant.run(contestant.prepare(EVENTS)))

    assert given == [expected(RULES, event) for event in EVENTS]
    assert any(len(answer) > 1 for answer in given)


@pytest.mark.parametrize("make", contestants())
def test_a_threshold_itself_is_enough(make: type[Contestant]) -> None:
    rule = RULES[0]
    event = {
        "type": "purchase",
        "amount": rule.least,
        "channel": rule.channels[1],
        "category": rule.category,
        "tier": rule.tier,
    }
    contestant = make(RULES)  # type: ignore[call-arg] # each is made of rules

    (given,) = contestant.answers(contestant.run(contestant.prepare([event])))

    assert (0, rule.points) in given


class Wrong:
    """Says that nothing ever matches."""

    name = "wrong"

    def prepare(self, events: Sequence[Event]) -> Sequence[Event]:
        return events

    def run(self, events: Sequence[Event]) -> list[Answer]:
        return [() for _ in events]

    def answers(self, results: list[Answer]) -> list[Answer]:
        return results


def test_a_wrong_answer_counts_no_time() -> None:
    with pytest.raises(DifferentAnswer, match=r"wrong says \(\)"):
        compare([Wrong()], RULES, EVENTS)


def test_a_rate_counts_whole_chunks() -> None:
    runner = measure_rates([Wrong()], EVENTS, EVENTS, seconds=0.001)["wrong"]
    assert runner.best > 0
    assert runner.cold > 0


def test_one_pair_in_500_matches() -> None:
    rules, events = shape_rules(1_000), shape_events(1_000)
    matches = sum(len(expected(rules, event)) for event in events)
    assert matches / 1_000_000 == pytest.approx(SHARE, rel=0.1)


def test_the_shape_is_a_program() -> None:
    program = checked_program(shape_texts(RULES))
    assert len(program.rules) == len(RULES)


def test_the_table_has_a_line_for_each_number_of_rules() -> None:
    table = match.measure(sizes=(5, 100), seconds=0.001, pool=100)
    assert [row[0] for row in table.rows] == [5, 100]
    assert all(len(row) == len(table.columns) for row in table.rows)
