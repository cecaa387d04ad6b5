"""Which rules match and what they award, without state, beside the peers that PyPI has.

The programs and events are those of benchmarks/shape.py, the peers' forms those of
benchmarks/peers.py. Everybody's answers are compared with ours on a sample, and ours with those of
looking at every rule, before a time counts.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from benchmarks.measuring import PROCESSOR_TIME, one_core, processed, processor
from benchmarks.ours import OURS
from benchmarks.peers import PEERS, missing_peers
from benchmarks.shape import Answer, Event, ShapeRule, expected, shape_events, shape_rules
from benchmarks.tables import Cell, Figure, Table

SIZES = (10, 30, 100, 300, 1_000, 3_000, 10_000)
# Events a second to be reached, by the number of rules.
TARGETS = {100: 1_000_000, 1_000: 500_000, 10_000: 80_000}
AGAINST_PEERS = 5
POOL = 50_000
ROUNDS = 3
SECONDS = 0.4
CHUNK, LEAST_CHUNK = 1_000, 10
# How many pairs of a rule and an event the sample for comparing has.
SAMPLED_PAIRS = 400_000
LEAST_SAMPLE, MOST_SAMPLE = 20, 1_000


class Contestant(Protocol):
    """An engine that holds the rules and says of events which match and what they award."""

    name: str

    def prepare(self, events: Sequence[Event]) -> Sequence[Any]:
        """The events as it takes them; no part of the time."""

    def run(self, events: Any) -> Any:  # noqa: ANN401 - its own form
        """What the events get, in its own form; this is what is timed."""

    def answers(self, results: Any) -> list[Answer]:  # noqa: ANN401 - its own form
        """The same as everybody's are compared: by event, in the order of the rules."""


class DifferentAnswer(AssertionError):
    """A contestant says something else than ours, so its time means nothing."""


@dataclass(slots=True)
class _Runner:
    """A contestant with its events in chunks, and its best round so far."""

    contestant: Contestant
    chunks: list[Any]
    size: int
    best: float = 0.0

    def round(self, seconds: float) -> None:
        """Go through chunks until the time is over; whole chunks count."""
        run, done = self.contestant.run, 0
        begun = processor()
        for chunk in itertools.cycle(self.chunks):
            run(chunk)
            done += self.size
            if (spent := processor() - begun) >= seconds:
                break
        self.best = max(self.best, done / spent)


def measure(sizes: Sequence[int] = SIZES, seconds: float = SECONDS, pool: int = POOL) -> Table:
    """The table: a line for each number of rules."""
    missing = missing_peers()
    peers = [peer for peer in PEERS if peer.name not in missing]
    rows: list[tuple[Cell, ...]] = []
    events = shape_events(pool)
    with one_core():
        for size in sizes:
            rules = shape_rules(size)
            contestants = [make(rules) for make in (*OURS, *peers)]
            sample = events[: min(MOST_SAMPLE, max(LEAST_SAMPLE, SAMPLED_PAIRS // size))]
            answers = compare(contestants, rules, sample)
            rates = measure_rates(contestants, events, seconds)
            rows.append(_row(size, answers, rates, [peer.name for peer in peers]))
    return Table(
        "match",
        "Which rules match and what they award, events a second on one core",
        (
            "rules",
            "matches an event",
            *(f"Tallystick, {ours.name}" for ours in OURS),
            *(peer.name for peer in peers),
            "dicts in against the best peer",
            "target",
        ),
        rows,
        (
            (
                'Rules as `on purchase where amount >= 143 and channel in ("web", "phone") and'
                ' category = "c4" award 61 points to gold`, one pair in 500 matching; the best of'
                f" {ROUNDS} rounds taken in turns; all answers compared on a sample."
            ),
            PROCESSOR_TIME,
            *(
                [f"Not installed, so not measured: {', '.join(missing)}; `make bench` does it."]
                if missing
                else []
            ),
        ),
    )


def compare(
    contestants: Sequence[Contestant], rules: Sequence[ShapeRule], sample: Sequence[Event]
) -> list[Answer]:
    """Hold everybody's answers on a sample against looking at every rule, and give them."""
    right = [expected(rules, event) for event in sample]
    for contestant in contestants:
        chunks = contestant.prepare(sample)
        given = contestant.answers(contestant.run(chunks))
        for event, answer, wanted in zip(sample, given, right, strict=True):
            if answer != wanted:
                told = f"{contestant.name} says {answer!r} of {event!r}, which gets {wanted!r}"
                raise DifferentAnswer(told)
    return right


def measure_rates(
    contestants: Sequence[Contestant], events: Sequence[Event], seconds: float
) -> dict[str, float]:
    """Events a second by the contestant's name, rounds taken in turns."""
    runners = [_runner(contestant, events, seconds) for contestant in contestants]
    for _ in range(ROUNDS):
        for runner in runners:
            runner.round(seconds)
    return {runner.contestant.name: runner.best for runner in runners}


def _runner(contestant: Contestant, events: Sequence[Event], seconds: float) -> _Runner:
    """Chunks of so many events that a slow contestant ends a round in time too."""
    probe = contestant.prepare(events[:LEAST_CHUNK])
    rate = LEAST_CHUNK / processed(lambda: contestant.run(probe))
    size = max(LEAST_CHUNK, min(CHUNK, len(events), int(rate * seconds / 4)))
    needed = min(len(events), max(size, int(2 * rate * seconds)))
    chunks = [events[start : start + size] for start in range(0, needed - size + 1, size)]
    return _Runner(contestant, [contestant.prepare(chunk) for chunk in chunks], size)


def _row(
    size: int, answers: Sequence[Answer], rates: dict[str, float], peers: Sequence[str]
) -> tuple[Cell, ...]:
    best = max((rates[peer] for peer in peers), default=None)
    return (
        size,
        Figure(sum(map(len, answers)) / len(answers), ""),
        *(Figure(rates[ours.name], "/s") for ours in OURS),
        *(Figure(rates[peer], "/s") for peer in peers),
        Figure(rates[OURS[0].name] / best, "x") if best else None,
        _target(TARGETS.get(size), best),
    )


def _target(target: int | None, best: float | None) -> Cell:
    if target is None:
        return None
    told = f"{Figure(target, '/s')}"
    return f"{told}, {AGAINST_PEERS}×" if best else told
