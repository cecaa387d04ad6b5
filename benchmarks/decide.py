"""Whole decisions, one at a time: a dict in, its awards out, every customer's state carried along.

The programs and histories are those of benchmarks/full.py. The first part of a history is decided
before the time runs, so that windows, tiers, limits and budgets are in use; of the rest every
decision is timed by itself, reading and checking the dict included.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.collector import patient
from benchmarks.full import full_events, full_texts
from benchmarks.live import Live
from benchmarks.measuring import PROCESSOR_TIME, at_quantile, one_core, processor
from benchmarks.tables import Cell, Figure, Table

# Decisions a second to be reached, by the number of rules.
TARGETS = {50: 40_000, 1_000: 30_000}
WITHIN = 0.000_150
SEEDED, DECIDED = 50_000, 50_000
# A slow engine decides fewer, so that the run ends: the time for the seed, and for what is timed.
SEED_SECONDS, SECONDS = 25.0, 15.0


@dataclass(frozen=True, slots=True)
class Run:
    """How long each decision took, in seconds, and how many awards they gave."""

    seeded: int
    seconds: list[float]
    awards: int


def measure(
    sizes: Mapping[int, int] = TARGETS, seeded: int = SEEDED, decided: int = DECIDED
) -> Table:
    """The table: a line for each number of rules."""
    rows: list[tuple[Cell, ...]] = []
    with one_core(), patient():
        for size, target in sizes.items():
            run = run_history(size, seeded, decided)
            times = run.seconds
            rows.append(
                (
                    size,
                    run.seeded,
                    len(times),
                    Figure(run.awards / len(times), ""),
                    Figure(len(times) / sum(times), "/s"),
                    Figure(target, "/s"),
                    *(Figure(at_quantile(times, share), "µs") for share in (0.5, 0.99, 0.999)),
                    Figure(WITHIN, "µs"),
                )
            )
    return Table(
        "decide",
        "Whole decisions with state, dict in, awards out, on one core",
        (
            "rules",
            "decided before",
            "decisions timed",
            "awards each",
            "a second",
            "target",
            "median",
            "99 % within",
            "99.9 % within",
            "target of 99 %",
        ),
        rows,
        (
            (
                "Full-feature rules: tiers that awards feed, windows, limits, groups, items,"
                " multipliers, budgets (benchmarks/full.py); of 1,000 most name one of 200 stores."
                " Of 5,000 customers; what is decided before the time runs fills their histories."
            ),
            "The garbage collector looks as rarely as in the server (app/collector.py).",
            PROCESSOR_TIME,
        ),
    )


def run_history(size: int, seeded: int, decided: int) -> Run:
    """Decide a history under so many rules, its first part untimed."""
    live = Live(full_texts(size))
    events = full_events(seeded + decided)
    count = _seed(live, itertools.islice(events, seeded))
    return _decide(live, events, decided, count)


def _seed(live: Live, events: Iterator[Mapping[str, Any]]) -> int:
    count, ends = 0, processor() + SEED_SECONDS
    for event in events:
        live.decide(event)
        count += 1
        if processor() > ends:
            break
    return count


def _decide(live: Live, events: Iterator[Mapping[str, Any]], decided: int, seeded: int) -> Run:
    # Made beforehand: making an event takes longer than deciding it.
    chosen = list(itertools.islice(events, decided))
    clock, decide = processor, live.decide
    seconds, awards, ends = [], 0, clock() + SECONDS
    for event in chosen:
        begun = clock()
        given = decide(event)
        ended = clock()
        seconds.append(ended - begun)
        awards += len(given)
        if ended > ends:
            break
    return Run(seeded, seconds, awards)
