"""A program over years of history: read from Parquet, run, edited and run again.

The program is that of 50 rules in benchmarks/full.py, the histories those of benchmarks/columns.py.
An edit changes a number of one rule, checks and compiles the program, runs it over all events and
adds up what each rule gave. Times are wall clock, as people wait for it, on all cores.
"""

from __future__ import annotations

import itertools
import resource
import statistics
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import astuple, dataclass
from decimal import Decimal
from multiprocessing import get_context
from pathlib import Path
from typing import ParamSpec, TypeVar

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
from dsl.engine.columns import DryRun, History, Way, dry_run, read_history
from dsl.engine.compiled import Compiled
from dsl.meaning.checked import Program

RULES = 50
# Events, and the seconds from an edit to its answer that are to be reached.
SIZES: Sequence[tuple[int, float | None]] = (
    (100_000, 0.3),
    (1_000_000, 0.5),
    (10_000_000, 1.5),
)
EDITS = 5
# The fold takes so many events; how long all would take follows.
FOLDED = 20_000
# So many events at most are previewed without LLVM.
WITHOUT = 100_000
EDITED = "amount >= 20"
BUDGET = "budget 500000 points per month"
SCARCE = "budget 500 points per month"
# No month of any history comes to so much.
AMPLE = "budget 900000000 points per month"
UNIT = "unit points: worth 0.01 CNY"
# What only the fold can do: lots that expire, a timer of each customer, purchases refunded in part.
EXPIRING = f"{UNIT}, expire 12 months after earned"
TIMER = 'rule "Come back": on 60 days without purchase award 50 points\n'
# A rule on which no other hangs.
ALONE = 'unit extras rule "alone": on purchase where amount >= {least} award 5 extras\n'
FILES = "events.parquet", "items.parquet"
Given = ParamSpec("Given")
Got = TypeVar("Got")

NOTHING = Decimal(0)
_fresh = itertools.count(21)


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured of one history: seconds, events a second, and bytes; None where not."""

    lines: int
    reading: float
    first: float
    number: float
    condition: float
    alone: float
    without: float | None
    memory: int
    run: float
    scarce: float
    expiring: float
    refunded: float
    timer: float
    fold: float
    queried: float | None


UNITS = ("", "s", "s", "s", "s", "s", "s", " GB", "/s", "/s", "/s", "/s", "/s", "/s", "s")


def measure(
    sizes: Sequence[tuple[int, float | None]] = SIZES, edits: int = EDITS, folded: int = FOLDED
) -> Table:
    """The table: a line for each size of history."""
    rows = [_row(size, target, edits, folded) for size, target in sizes]
    return Table(
        "history",
        "A program of 50 rules over all of a history",
        (
            "events",
            "target of an edit",
            "lines",
            "read from Parquet",
            "first run",
            "an edit of a number to its answer",
            "of a condition",
            "of a rule on which no other hangs",
            "of a number, without LLVM",
            "memory at most, until here",
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
                f" {edits} edits by the clock, check and compilation included; each history in a"
                " process of its own. The budget goes round but where it says that it binds."
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
    with tempfile.TemporaryDirectory() as name:
        _apart(_make, Path(name), size)
        found = _apart(_measured, Path(name), size, edits, folded)
    cells: list[Cell] = [size, None if target is None else Figure(target, "s")]
    for value, unit in zip(astuple(found), UNITS, strict=True):
        scaled = value / 1e9 if unit == " GB" else value
        cells.append(value if value is None or not unit else Figure(scaled, unit))
    return tuple(cells)


def _apart(work: Callable[Given, Got], *given: Given.args, **named: Given.kwargs) -> Got:
    """What a piece of work gives in a process of its own, whose memory is its own."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(work, *given, **named).result()


def _make(folder: Path, size: int) -> None:
    for name, table in zip(FILES, tables(size), strict=True):
        pq.write_table(table, folder / name)


def _measured(folder: Path, size: int, edits: int, folded: int) -> Measured:
    """The figures of a history in files."""
    with patient():
        files = [folder / name for name in FILES]
        read: list[History] = []
        reading = timed(lambda: read.append(_read(files))).wall
        history = read[0]
        first = timed(lambda: _edited(history, AMPLE)).wall
        number = _median(edits, lambda: _edited(history, AMPLE))
        condition = _median(edits, lambda: _edited(history, AMPLE, next(_fresh)))
        alone = _touched_alone(history, edits)
        without = None
        if size <= WITHOUT:
            without = _median(edits, lambda: _edited(history, AMPLE, way="text"))
        memory = 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        runs, scarce = (
            statistics.median(_run(history, budget) for _ in range(edits))
            for budget in (AMPLE, SCARCE)
        )
        events = pq.read_table(files[0])
        return Measured(
            lines=pq.read_metadata(files[1]).num_rows,
            reading=reading,
            first=first,
            number=number,
            condition=condition,
            alone=alone,
            without=without,
            memory=memory,
            run=size / runs,
            scarce=size / scarce,
            expiring=_lasting(history, EXPIRING),
            refunded=_refunded(events.slice(0, folded), ""),
            timer=_refunded(events.slice(0, folded), TIMER),
            fold=_fold(history, folded),
            queried=_queried(history, events) if sql.is_there() else None,
        )


def _touched_alone(history: History, edits: int) -> float:
    """The seconds of an edit of a rule on which no other hangs, what is live being decided."""
    before = dry_run(_with_one_more(10), history)
    return _median(
        edits, lambda: _summed_up(dry_run(_with_one_more(next(_fresh)), history, before=before))
    )


def _median(times: int, work: Callable[[], object]) -> float:
    return statistics.median(timed(work).wall for _ in range(times))


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
    text = text.replace(UNIT, unit).replace(BUDGET, AMPLE)
    compiled = dsl.compile_program(checked_program([text, *others]))
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


def _edited(history: History, budget: str, tests: int = 0, way: Way = "auto") -> None:
    """Check, compile, run, add up."""
    _summed_up(dry_run(dsl.compile_program(_program(budget, tests)), history, way=way))


def _summed_up(run: DryRun) -> None:
    run.by_rule()
    run.total()
    run.by_day()


def _with_one_more(least: int) -> Compiled:
    """The program with one more rule, of a number."""
    text, *others = full_texts(RULES)
    texts = [text.replace(BUDGET, AMPLE), *others, ALONE.format(least=least)]
    return dsl.compile_program(checked_program(texts))


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
