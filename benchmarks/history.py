"""A program over years of history: read from Parquet, run, edited and run again.

The program is that of 50 rules in benchmarks/full.py, the histories those of benchmarks/columns.py.
An edit changes a number of one rule, checks and compiles the program, runs it over all events and
adds up what each rule gave. Times are wall clock, as people wait for it, on all cores.
"""

from __future__ import annotations

import itertools
import statistics
import tempfile
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

import dsl
from app.collector import patient
from app.history.files import read_table
from benchmarks import sql
from benchmarks.columns import tables, with_refunds
from benchmarks.full import full_texts
from benchmarks.measuring import timed
from benchmarks.ours import checked_program
from benchmarks.tables import Cell, Figure, Table
from dsl.engine.calendar import moment
from dsl.engine.columns import DryRun, History, dry_run, read_history
from dsl.meaning.checked import Program

RULES = 50
# Events, and the seconds from an edit to its answer that are to be reached.
SIZES: Sequence[tuple[int, float | None]] = ((100_000, 0.3), (1_000_000, 0.5))
EDITS = 5
# The fold takes so many events; how long all would take follows.
FOLDED = 20_000
EDITED = "amount >= 20"
BUDGET = "budget 500000 points per month"
SCARCE = "budget 500 points per month"
UNIT = "unit points: worth 0.01 CNY"
# What only the fold can do: lots that expire, a timer of each customer, purchases refunded in part.
EXPIRING = f"{UNIT}, expire 12 months after earned"
TIMER = 'rule "Come back": on 60 days without purchase award 50 points\n'

NOTHING = Decimal(0)
_fresh = itertools.count(21)


def measure(
    sizes: Sequence[tuple[int, float | None]] = SIZES, edits: int = EDITS, folded: int = FOLDED
) -> Table:
    """The table: a line for each size of history."""
    with patient():
        rows = [_row(size, target, edits, folded) for size, target in sizes]
    return Table(
        "history",
        "A program of 50 rules over all of a history",
        (
            "events",
            "lines",
            "read from Parquet",
            "first run",
            "an edit of a number to its answer",
            "of a condition",
            "target",
            "events a second, of an edit's run",
            "the same where a budget binds",
            "with points that expire",
            "with refunds too",
            "with a timer too, by the fold",
            "by the fold, without them",
            f"DuckDB, {len(sql.queries(RULES))} of the rules",
        ),
        rows,
        (
            (
                "Full-feature rules: tiers that awards feed, windows, limits, groups, items,"
                " multipliers, budgets (benchmarks/full.py). Medians of"
                f" {edits} edits by the clock, check and compilation included."
            ),
            (
                "Points that expire in 12 months are decided natively. Where one purchase in 20 is"
                " refunded in part the fold decides their customers, where there is a timer (60"
                f" days without purchase) all; these two and the fold over {FOLDED:,} events."
            ),
            (
                "DuckDB has a query for each rule that SQL can say (benchmarks/sql.py), one after"
                " the other over its own table; every answer is compared with ours."
            ),
        ),
    )


def _row(size: int, target: float | None, edits: int, folded: int) -> tuple[Cell, ...]:
    events, items = tables(size)
    with tempfile.TemporaryDirectory() as name:
        files = [Path(name) / f"{one}.parquet" for one in ("events", "items")]
        for file, table in zip(files, (events, items), strict=True):
            pq.write_table(table, file)
        lines = items.num_rows
        del items
        read: list[History] = []
        reading = timed(lambda: read.append(_read(files)))
    history = read[0]
    first = timed(lambda: _edited(history, BUDGET))
    queried = _queried(history, events) if sql.is_there() else None
    lasting = [_lasting(history, text) for text in (EXPIRING,)]
    lasting += [_refunded(events.slice(0, folded), timer) for timer in ("", TIMER)]
    del events
    again = [timed(lambda: _edited(history, BUDGET)).wall for _ in range(edits)]
    anew = [timed(lambda: _edited(history, BUDGET, next(_fresh))).wall for _ in range(edits)]
    runs, scarce = ([_run(history, budget) for _ in range(edits)] for budget in (BUDGET, SCARCE))
    return (
        size,
        lines,
        Figure(reading.wall, "s"),
        Figure(first.wall, "s"),
        Figure(statistics.median(again), "s"),
        Figure(statistics.median(anew), "s"),
        None if target is None else Figure(target, "s"),
        Figure(size / statistics.median(runs), "/s"),
        Figure(size / statistics.median(scarce), "/s"),
        *(Figure(one, "/s") for one in lasting),
        Figure(_fold(history, folded), "/s"),
        None if queried is None else Figure(queried, "s"),
    )


def _queried(history: History, events: pa.Table) -> float:
    """The seconds DuckDB takes for the rules as they are written."""
    run = dry_run(dsl.compile_program(checked_program(full_texts(RULES))), history)
    given = {
        name: sum((Decimal(a).scaleb(-run.precisions[u]) for u, a in total.units.items()), NOTHING)
        for name, total in run.by_rule().items()
    }
    return sql.seconds(events, RULES, given)


def _lasting(history: History, unit: str) -> float:
    """Events a second where points expire, compiled before."""
    text, *others = full_texts(RULES)
    assert UNIT in text
    compiled = dsl.compile_program(checked_program([text.replace(UNIT, unit), *others]))
    dry_run(compiled, history)
    return len(history) / timed(lambda: dry_run(compiled, history)).wall


def _refunded(events: pa.Table, timer: str) -> float:
    """The same with refunds in it, and with a timer."""
    text, *others = full_texts(RULES)
    program = checked_program([text.replace(UNIT, EXPIRING) + timer, *others])
    history, _ = read_history(program, with_refunds(events))
    compiled = dsl.compile_program(program)
    dry_run(compiled, history)
    return len(history) / timed(lambda: dry_run(compiled, history)).wall


def _read(files: Sequence[Path]) -> History:
    events, items = (read_table(file).rows for file in files)
    history, left_out = read_history(_program(BUDGET), events, items)
    assert not left_out.to_json()
    return history


def _program(budget: str, tests: int = 0) -> Program:
    """The program with another number in one rule than ever before, and so many further tests."""
    text, *others = full_texts(RULES)
    assert EDITED in text
    further = "".join(f' and channel != "none{number}"' for number in range(tests))
    edited = f"amount >= {next(_fresh)}{further}"
    text = text.replace(EDITED, edited, 1).replace(BUDGET, budget)
    return checked_program([text, *others])


def _edited(history: History, budget: str, tests: int = 0) -> DryRun:
    """Check, compile, run, add up."""
    run = dry_run(dsl.compile_program(_program(budget, tests)), history)
    run.by_rule()
    run.total()
    run.by_day()
    return run


def _run(history: History, budget: str) -> float:
    """The seconds of the run alone, with the machine code of before."""
    compiled = dsl.compile_program(_program(budget))
    return timed(lambda: dry_run(compiled, history)).wall


def _fold(history: History, events: int) -> float:
    """Events a second by the fold, over the first of the events."""
    compiled = dsl.compile_program(_program(BUDGET))
    count = min(events, len(history))
    end = moment(int(history.at[count - 1]) + 1)
    return count / timed(lambda: dry_run(compiled, history, until=end, way="book")).wall
