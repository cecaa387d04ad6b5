"""Reading programs: from a text to a checked program, and `tally check` from start to end.

The programs are those of benchmarks/full.py. Every run reads another text, so that nothing is
remembered; the parser's table is in the user's cache, as it is from the second start on.
"""

from __future__ import annotations

import itertools
import os
import statistics
import sys
import tempfile
from pathlib import Path

import dsl
from benchmarks.full import DECLARATIONS, full_rules, full_texts
from benchmarks.measuring import PROCESSOR_TIME, one_core, processed, processed_apart
from benchmarks.tables import Cell, Figure, Table

MANY = 1_000
# Seconds to be reached; for the many also what is hoped for.
TARGET_MANY, HOPED_MANY, TARGET_ONE = 1.5, 0.5, 0.005
RUNS, QUICK_RUNS = 5, 30


def measure(many: int = MANY, runs: int = RUNS, quick_runs: int = QUICK_RUNS) -> Table:
    """The table: a line for each thing that is read."""
    check_many(many)
    with one_core():
        rows: list[tuple[Cell, ...]] = [
            _row(
                f"parse and check {many:,} rules in as few texts as may be",
                [check_many(many) for _ in range(runs)],
                "s",
                f"{TARGET_MANY} s, hoped for {HOPED_MANY} s",
            ),
            _row(
                f"parse and check {many:,} rules, each a text of its own",
                [check_parts(many) for _ in range(runs)],
                "s",
                f"{TARGET_MANY} s, hoped for {HOPED_MANY} s",
            ),
            _row(
                "parse and check one rule",
                [check_one() for _ in range(quick_runs)],
                "ms",
                str(Figure(TARGET_ONE, "ms")),
            ),
        ]
    with tempfile.TemporaryDirectory() as name:
        one, long = Path(name) / "one.rules", Path(name) / "long.rules"
        one.write_text(DECLARATIONS + f'rule "R": {full_rules(1)[0]}\n', "utf-8")
        text = full_texts(many)[0]
        long.write_text(text, "utf-8")
        rows += [
            _row(f"`tally check` of {what}, start to end", command_times(file, runs), "s", None)
            for what, file in (
                ("one rule", one),
                (f"{text.count('rule '):,} rules in {len(text) // 1_000} KB", long),
            )
        ]
    return Table(
        "text",
        "From a text to a checked program",
        ("what", "median", "slowest", "target"),
        rows,
        (
            (
                "Rules of benchmarks/full.py, every run another text; start to end is a new"
                " process that finds the parser's table in the user's cache."
            ),
            PROCESSOR_TIME,
        ),
    )


def check_many(count: int) -> float:
    """The seconds to check so many rules in texts of 60 KB."""
    number = next(_fresh)
    return _seconds([dsl.Part(f"{text}# {number}\n") for text in full_texts(count)])


def check_parts(count: int) -> float:
    """The seconds to check so many rules, each a text of its own."""
    number = next(_fresh)
    parts = [dsl.Part(DECLARATIONS)]
    for name, text in enumerate(full_rules(count)):
        parts.append(dsl.Part(f"{text} # {number}", rule=f"R{name}"))
    return _seconds(parts)


def check_one() -> float:
    """The seconds to check one rule."""
    text = f'on purchase where amount >= {next(_fresh)} and channel = "web" award 2 points'
    return _seconds([dsl.Part(text, rule="R")])


# Numbers that no text had before.
_fresh = itertools.count(1)


def _seconds(parts: list[dsl.Part]) -> float:
    programs: list[object] = []

    def work() -> None:
        programs.append(dsl.check(parts).program)

    seconds = processed(work)
    assert programs[0] is not None
    return seconds


def command_times(file: Path, runs: int) -> list[float]:
    """The seconds of a new process that checks a file, once what it keeps between starts is kept.

    That is the parser's table and Python's bytecode, which a setting of the machine may forbid.
    """
    command = [sys.executable, "-m", "app.cli", "check", str(file)]
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(file.parent / "bytecode")}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)

    processed_apart(command, environment)
    return [processed_apart(command, environment) for _ in range(runs)]


def _row(what: str, seconds: list[float], unit: str, target: str | None) -> tuple[Cell, ...]:
    return (what, Figure(statistics.median(seconds), unit), Figure(max(seconds), unit), target)
