"""What programs would have awarded over a history in files, as `tally dry-run` answers.

Source of the shape of the answer: docs/operations.md, "Dry runs".
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from pathlib import Path

import dsl
from app.collector import patient
from app.history.kept import KeptHistories
from app.history.reading import FileHistories, Files
from app.services.dry_runs.awards import awards_table
from app.services.dry_runs.comparing import Json, Result, against
from app.services.dry_runs.period import midnight
from app.services.dry_runs.report import plain, report
from app.services.dry_runs.saved import load
from dsl.engine.calendar import moment
from dsl.engine.columns import (
    DryRun,
    LeftOut,
    RuleTotal,
    Way,
    dry_run,
    in_segment,
)
from dsl.meaning import checked

# So many customers stand in an answer; all of them in a file of their own.
CUSTOMERS_MOST = 10_000


@dataclass(frozen=True, slots=True)
class Scope:
    """What of a history is decided and told: local dates, both included, and a segment.

    With a segment, what was given to customers in it then is told; all are decided. `by` is a text
    attribute of events to sum up by, `explain` are ids of events whose decisions are told.
    """

    first: dt.date | None = None
    through: dt.date | None = None
    segment: str | None = None
    by: str | None = None
    explain: tuple[str, ...] = ()

    def instants(self, program: checked.Program) -> tuple[dt.datetime | None, dt.datetime | None]:
        """The first instant of the period, and the one after its last."""
        zone, day = program.timezone, dt.timedelta(days=1)
        return (
            None if self.first is None else midnight(self.first, zone),
            None if self.through is None else midnight(self.through + day, zone),
        )

    def to_json(self) -> Json:
        """As it stands in an answer; what was not asked for is left out."""
        found: Json = {}
        if self.first is not None:
            found["from"] = self.first.isoformat()
        if self.through is not None:
            found["through"] = self.through.isoformat()
        if self.segment is not None:
            found["segment"] = self.segment
        return found


@dataclass(frozen=True, slots=True)
class Explained:
    """One decision, when it was, and what every rule did."""

    decision: dsl.Decision
    at: dt.datetime
    rules: Sequence[dsl.Explanation]


@dataclass(frozen=True)
class FileRun:
    """A program's run over files, what of them was left out, and a result to compare with.

    `whole` is the run of all customers, `data` the SHA-256 of what was read.
    """

    whole: DryRun
    left_out: LeftOut
    seconds: float
    data: str
    scope: Scope
    other: DryRun | Result | None = None

    @cached_property
    def run(self) -> DryRun:
        """The run of the customers that are asked for."""
        segment = self.scope.segment
        return self.whole if segment is None else in_segment(self.whole, segment)

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

    @cached_property
    def result(self) -> Result:
        """What it came to, to be held against others."""
        return _result(self.run, self._about(self.whole))

    @cached_property
    def against(self) -> Result | None:
        """What it is held against."""
        if not isinstance(self.other, DryRun):
            return self.other
        segment = self.scope.segment
        shown = self.other if segment is None else in_segment(self.other, segment)
        return _result(shown, self._about(self.other))

    def explained(self) -> list[Explained]:
        """The decisions that were asked for, and what followed from them, with their reasons."""
        program = self.whole.compiled.program
        return [
            Explained(
                one.decision,
                moment(one.at),
                dsl.explain(program, one.decision, at=moment(one.at)),
            )
            for one in self.whole.explained
        ]

    def _about(self, run: DryRun) -> Json:
        return {
            "program": run.compiled.hash,
            "data": self.data,
            "version": version("tallystick"),
            **self.scope.to_json(),
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
            **self._about(self.whole),
            "left_out": self.left_out.to_json(),
            **report(self.run, self.whole, self.scope.by),
        }
        if len(customers) <= CUSTOMERS_MOST:
            answer["customers"] = customers
        else:
            answer["customers_not_listed"] = len(customers)
        if self.scope.explain:
            answer["explained"] = [_explained(one) for one in self.explained()]
        if self.against is not None:
            answer |= against(self.result, self.against)
        return answer


@patient()
def dry_run_files(
    program: checked.Program,
    files: Files,
    scope: Scope,
    *,
    against: checked.Program | Path | None = None,
    way: Way = "auto",
    kept: KeptHistories | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> FileRun:
    """Run a program over a history in files; another, or the folder of a result, to compare with.

    Raises app.history.files.UnreadableFile and dsl.engine.columns.MissingColumnError. What is read
    is `kept` where that is given. `progress` is told how many events are done and how many there
    are.
    """
    started = time.perf_counter()
    other: DryRun | Result | None = load(against) if isinstance(against, Path) else None
    histories = FileHistories(files, kept)
    programs = [program]
    if isinstance(against, checked.Program):
        programs.append(against)
    runs: list[DryRun] = []
    for one in programs:
        history, _ = histories.of(one)
        since, until = scope.instants(one)
        compiled = dsl.compile_program(one)
        # Of the program alone, not of what it is held against.
        explain = scope.explain if one is program else ()
        runs.append(
            dry_run(
                compiled,
                history,
                since=since,
                until=until,
                explain=explain,
                way=way,
                progress=progress,
            )
        )
    if len(runs) > 1:
        other = runs[1]
    _, left_out = histories.of(program)
    seconds = time.perf_counter() - started
    return FileRun(runs[0], left_out, seconds, histories.data, scope, other)


def _result(run: DryRun, about_it: Json) -> Result:
    return Result(about_it, _rules(run), _total(run.total(), run), awards_table(run))


def _explained(one: Explained) -> Json:
    return {
        "event_id": one.decision.event_id,
        "at": one.at.isoformat(),
        "customer": one.decision.customer,
        "tier": one.decision.tier,
        "rules": [
            {"rule": rule.rule, "reason": rule.reason, "sentences": list(rule.sentences)}
            for rule in one.rules
        ],
    }


def _rules(run: DryRun) -> Json:
    return {name: _total(total, run) for name, total in run.by_rule().items()}


def _total(total: RuleTotal, run: DryRun) -> Json:
    return {
        "awards": total.awards,
        "customers": total.customers,
        **plain(total.units, run),
    }
