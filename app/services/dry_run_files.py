"""What programs would have awarded over a history in files, as `tally dry-run` answers.

Source of the shape of the answer: docs/operations.md, "Dry runs".
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from importlib.metadata import version
from pathlib import Path
from typing import Any

import dsl
from app.collector import patient
from app.history.files import Table, read_table
from app.services.dry_run_report import movers, plain, report
from app.services.figures import figures
from dsl.engine.columns import DryRun, History, LeftOut, RuleTotal, Way, dry_run
from dsl.meaning import checked

# So many customers stand in an answer; all of them in a file of their own.
CUSTOMERS_MOST = 10_000
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Files:
    """A history in files: events, and where there are any line items and customers."""

    events: Path
    items: Path | None = None
    customers: Path | None = None

    def hash(self) -> str:
        """The SHA-256 of the files' own, one after the other, in hexadecimal."""
        found = hashlib.sha256()
        for file in (self.events, self.items, self.customers):
            if file is not None:
                with file.open("rb") as content:
                    found.update(hashlib.file_digest(content, "sha256").digest())
        return found.hexdigest()


@dataclass(frozen=True, slots=True)
class FileRun:
    """A program's run over files, what of them was left out, and a run to compare with."""

    run: DryRun
    left_out: LeftOut
    against: DryRun | None
    seconds: float
    # The SHA-256 of what was read.
    data: str
    # An attribute of events to sum up by.
    by: str | None = None

    def has(self, attribute: str) -> bool:
        """True where it is a text attribute of events in the history."""
        columns = self.run.history.columns.items()
        return any(name == attribute and one.texts is not None for (name, _), one in columns)

    def customers(self) -> dict[str, Json]:
        """What every customer got, by unit, in the order of ids."""
        return {
            customer: plain(units, self.run)
            for customer, units in sorted(self.run.by_customer().items())
        }

    def to_json(self) -> Json:
        """The answer; customers beyond CUSTOMERS_MOST are counted instead."""
        customers = self.customers()
        answer: Json = {
            "rules": _rules(self.run),
            "totals": _total(self.run.total(), self.run),
            "events": self.run.decided,
            "seconds": round(self.seconds, 3),
            "engine": "native" if self.run.way == "native" else "compiled",
            "program": self.run.compiled.hash,
            "data": self.data,
            "version": version("tallystick"),
            "left_out": self.left_out.to_json(),
            **report(self.run, self.by),
        }
        if len(customers) <= CUSTOMERS_MOST:
            answer["customers"] = customers
        else:
            answer["customers_not_listed"] = len(customers)
        if self.against is not None:
            answer["against"] = {
                "rules": _rules(self.against),
                "totals": _total(self.against.total(), self.against),
            }
            answer["difference"] = difference(self.run, self.against)
            answer["movers"] = movers(self.run, self.against)
        return answer


@patient()
def dry_run_files(
    program: checked.Program,
    files: Files,
    *,
    against: checked.Program | None = None,
    way: Way = "auto",
    by: str | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> FileRun:
    """Run a program, and another to compare with, over a history in files.

    Raises app.history.files.UnreadableFile and dsl.engine.columns.MissingColumnError. `progress` is
    told how many events are done and how many there are.
    """
    started = time.perf_counter()
    events = read_table(files.events)
    items = read_table(files.items) if files.items is not None else None
    customers = read_table(files.customers) if files.customers is not None else None
    history, left_out = _history(program, events, items, customers)
    run = dry_run(dsl.compile_program(program), history, way=way, progress=progress)
    other = None
    if against is not None:
        if _catalogue(against) != _catalogue(program):
            history, _ = _history(against, events, items, customers)
        other = dry_run(dsl.compile_program(against), history, way=way, progress=progress)
    return FileRun(run, left_out, other, time.perf_counter() - started, files.hash(), by)


def _history(
    program: checked.Program, events: Table, items: Table | None, customers: Table | None
) -> tuple[History, LeftOut]:
    history, left_out = History.from_tables(
        program,
        events.rows,
        items.rows if items is not None else events.items,
        customers.rows if customers is not None else None,
    )
    bad = sum(table.bad_lines for table in (events, items, customers) if table is not None)
    if bad:
        left_out.rows["not a JSON object"] += bad
    left_out.values.update(events.bad_values)
    return history, left_out


def _catalogue(program: checked.Program) -> tuple[object, ...]:
    return program.events, program.customer_attributes, program.item_attributes


def _rules(run: DryRun) -> Json:
    return {name: _total(total, run) for name, total in run.by_rule().items()}


def _total(total: RuleTotal, run: DryRun) -> Json:
    return {
        "awards": total.awards,
        "customers": total.customers,
        **plain(total.units, run),
    }


def difference(run: DryRun, against: DryRun) -> Json:
    """How much more the run gave than the other; how many customers get more, and less."""
    mine = figures(run.total(), run)
    theirs = figures(against.total(), against)
    zero = Decimal(0)
    units = {
        unit: mine.units.get(unit, zero) - theirs.units.get(unit, zero)
        for unit in dict.fromkeys([*mine.units, *theirs.units])
    }
    found: Json = {
        "awards": mine.awards - theirs.awards,
        "customers": mine.customers - theirs.customers,
    }
    for unit, more in units.items():
        is_whole = more == more.to_integral_value()
        found[unit] = int(more) if is_whole else f"{more:f}"
    found["gaining"], found["losing"] = _moved(run, against)
    return found


def _moved(run: DryRun, against: DryRun) -> tuple[int, int]:
    """How many customers get more of some unit, and how many less."""
    mine, theirs = run.by_customer(), against.by_customer()
    gaining = losing = 0
    for customer in mine.keys() | theirs.keys():
        own, other = mine.get(customer, {}), theirs.get(customer, {})
        units = own.keys() | other.keys()
        gaining += any(own.get(unit, 0) > other.get(unit, 0) for unit in units)
        losing += any(own.get(unit, 0) < other.get(unit, 0) for unit in units)
    return gaining, losing
