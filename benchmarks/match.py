"""Which rules match and what they award, without state, beside the peers that PyPI has.

The programs and events are those of benchmarks/shape.py, the peers' forms those of
benchmarks/peers.py. Everybody's answers are compared with ours on a sample, and ours with those of
looking at every rule, before a time counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from app.collector import patient
from benchmarks.measuring import PROCESSOR_TIME, one_core, processed
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
# Before the rounds everybody takes other events, for so many times as long as a round takes.
WARM, OTHERS = 3, 12
COLD = 10_000
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


class Runner:
    """A contestant on its way through events, round after round, without end.

    `cold` is how many events a second it took at the start, `best` in its best round.
    """

    def __init__(self, contestant: Contestant, events: Sequence[Event]) -> None:
        self.contestant = contestant
        self.best = self.cold = 0.0
        self._events = events
        self._start, self._size = 0, LEAST_CHUNK

    def warm(self, others: Sequence[Event], seconds: float) -> None:
        """Take other events for a while, and find how many take no more than part of a round."""
        events, self._events = self._events, others
        done, spent, cold = 0, 0.0, 0
        while spent < seconds:
            size = min(self._size, len(others))
            took = self._chunk()
            done, spent = done + size, spent + took
            if cold < COLD:
                self.cold, cold = done / spent, done
            fits = int(size / took * seconds / 8)
            self._size = max(LEAST_CHUNK, min(CHUNK, 2 * self._size, fits))
        self._events, self._start = events, 0

    def round(self, seconds: float) -> None:
        """Go on through the events until the time is over; whole chunks count."""
        done, spent = 0, 0.0
        while spent < seconds:
            done += min(self._size, len(self._events))
            spent += self._chunk()
        self.best = max(self.best, done / spent)

    def _chunk(self) -> float:
        """The time for the next events; those at the end that make no whole chunk are left out."""
        if self._start + self._size > len(self._events):
            self._start = 0
        chunk = self.contestant.prepare(self._events[self._start : self._start + self._size])
        self._start += self._size
        return processed(lambda: self.contestant.run(chunk))


def measure(sizes: Sequence[int] = SIZES, seconds: float = SECONDS, pool: int = POOL) -> Table:
    """The table: a line for each number of rules."""
    missing = missing_peers()
    peers = [peer for peer in PEERS if peer.name not in missing]
    rows: list[tuple[Cell, ...]] = []
    events, others = shape_events(pool), shape_events(pool, seed=OTHERS)
    with one_core(), patient():
        for size in sizes:
            rules = shape_rules(size)
            contestants = [make(rules) for make in (*OURS, *peers)]
            sample = events[: min(MOST_SAMPLE, max(LEAST_SAMPLE, SAMPLED_PAIRS // size))]
            answers = compare(contestants, rules, sample)
            runners = measure_rates(contestants, events, others, seconds)
            rows.append(_row(size, answers, runners, [peer.name for peer in peers]))
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
            f"dicts in, the first {COLD:,} events",
        ),
        rows,
        (
            (
                'Rules as `on purchase where amount >= 143 and channel in ("web", "phone") and'
                ' category = "c4" award 61 points to gold`, one pair in 500 matching; the best of'
                f" {ROUNDS} rounds taken in turns, after other events; all answers compared on a"
                " sample."
            ),
            "The garbage collector looks as rarely as in the server (app/collector.py).",
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
    contestants: Sequence[Contestant],
    events: Sequence[Event],
    others: Sequence[Event],
    seconds: float,
) -> dict[str, Runner]:
    """How fast each was, by its name: all take other events first, then rounds in turns."""
    runners = [Runner(contestant, events) for contestant in contestants]
    for runner in runners:
        runner.warm(others, seconds * WARM)
    for _ in range(ROUNDS):
        for runner in runners:
            runner.round(seconds)
    return {runner.contestant.name: runner for runner in runners}


def _row(
    size: int, answers: Sequence[Answer], runners: Mapping[str, Runner], peers: Sequence[str]
) -> tuple[Cell, ...]:
    best = max((runners[peer].best for peer in peers), default=None)
    ours = runners[OURS[0].name]
    return (
        size,
        Figure(sum(map(len, answers)) / len(answers), ""),
        *(Figure(runners[one.name].best, "/s") for one in OURS),
        *(Figure(runners[peer].best, "/s") for peer in peers),
        Figure(ours.best / best, "x") if best else None,
        _target(TARGETS.get(size), best),
        Figure(ours.cold, "/s"),
    )


def _target(target: int | None, best: float | None) -> Cell:
    if target is None:
        return None
    told = f"{Figure(target, '/s')}"
    return f"{told}, {AGAINST_PEERS}×" if best else told
