"""What programs would have awarded over a history: figures for people, nothing written.

Balances and counters start from nothing at the start of the period; tiers, windows and attributes
are those of all events before it.
"""

from __future__ import annotations

import datetime as dt
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Lock
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

import dsl
from app.history.database import Histories
from app.models import Program, Rule
from app.services import programs, rules
from app.services.dry_runs.period import midnight
from app.services.errors import Invalid
from app.services.figures import Amounts, Figures, amounts, figures
from dsl.engine.calendar import moment
from dsl.engine.columns import DryRun, History, dry_run
from dsl.meaning import checked

DAYS = 90
SAMPLES = 8
# Each holds on to its history.
KEPT = 2
# What a draft goes by before it has a name; no rule can have it.
UNNAMED = "…\n"
# Progress is told as a share of so many.
WHOLE = 1000
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Day:
    """What the awards of one local date come to by unit, under what is live and with the draft."""

    date: dt.date
    live: Amounts
    draft: Amounts


@dataclass(frozen=True, slots=True)
class SampleDecision:
    """A decision of the draft, with every rule's reasons; `paid` where the draft's own rule did."""

    event_id: str
    customer: str
    at: dt.datetime
    paid: bool
    awards: Sequence[dsl.Award]
    explanations: Sequence[dsl.Explanation]


@dataclass(frozen=True, slots=True)
class Preview:
    """What is live against a draft over the last days of history, from `since` to `until`.

    `rule` is what the draft's own rule gave, `before` what its live version did, None without one.
    `gaining` and `losing` count customers who would have got more of the first unit, or less.
    `seconds` is how long the answer took.
    """

    since: dt.datetime
    until: dt.datetime
    events: int
    units: Sequence[str]
    live: Figures
    draft: Figures
    rule: Figures
    before: Figures | None
    gaining: int
    losing: int
    days: Sequence[Day]
    samples: Sequence[SampleDecision]
    seconds: float


@dataclass(frozen=True, slots=True)
class Draft:
    """A rule as it is being written; `rule` is None for one that is not kept yet."""

    rule: Rule | None
    name: str
    text: str


class Previews:
    """Previews over recorded histories; what is live is worked out once and kept."""

    def __init__(self, histories: Histories) -> None:
        self._histories = histories
        self._lock = Lock()
        self._live: OrderedDict[tuple[int, str, dt.datetime], DryRun] = OrderedDict()

    def preview(
        self,
        session: Session,
        program: Program,
        draft: Draft,
        *,
        now: dt.datetime,
        days: int = DAYS,
        progress: Progress | None = None,
        language: str = "en",
    ) -> Preview:
        """What the draft would have done in the last `days` of the recorded history.

        The draft takes its rule's place among what is live, or comes last. Raises Invalid with the
        draft's diagnostics; `progress` is told (done, whole) and may raise to end the work.
        """
        started = time.perf_counter()
        name = draft.name.strip() or UNNAMED
        compiled = _compiled_draft(session, program, draft, name, now)
        live = programs.current_compiled(session, program, now)
        step = _Steps(progress)
        history = self._histories.of(
            session, program, compiled.program, now=now, progress=step.upto(WHOLE * 3 // 10)
        )
        span = history.span()
        until = span[1] if span else now
        since = _first_midnight(until, days, compiled.program)
        before = self._live_run(history, live, since, step.upto(WHOLE * 6 // 10))
        after = dry_run(
            compiled,
            history,
            since=since,
            watch=name,
            samples=SAMPLES,
            before=before,
            progress=step.upto(WHOLE),
        )
        live_name = _live_name(session, program, draft.rule, now)
        own_totals, their_totals = after.by_rule(), before.by_rule()
        units = _units(after, name)
        gaining, losing = _moved(before, after, units[0]) if units else (0, 0)
        was = their_totals.get(live_name) if live_name is not None else None
        return Preview(
            since=since,
            until=until,
            events=after.decided,
            units=units,
            live=figures(before.total(), before),
            draft=figures(after.total(), after),
            rule=figures(own_totals[name], after),
            before=figures(was, before) if was is not None else None,
            gaining=gaining,
            losing=losing,
            days=_days(before, after),
            samples=_samples(after, name, language),
            seconds=time.perf_counter() - started,
        )

    def warm(self, session: Session, program: Program, *, now: dt.datetime) -> None:
        """Have ready what the next preview of a program needs."""
        live = programs.current_compiled(session, program, now)
        history = self._histories.of(session, program, live.program, now=now)
        span = history.span()
        if span is not None:
            since = _first_midnight(span[1], DAYS, live.program)
            self._live_run(history, live, since, lambda _done, _total: None)

    def _live_run(
        self, history: History, live: dsl.Compiled, since: dt.datetime, progress: Progress
    ) -> DryRun:
        key = (id(history), live.hash, since)
        with self._lock:
            found = self._live.get(key)
        # The run holds its history, so no other can have come to the same id.
        if found is not None and found.history is history:
            return found
        found = dry_run(live, history, since=since, progress=progress)
        with self._lock:
            self._live[key] = found
            if len(self._live) > KEPT:
                self._live.popitem(last=False)
        return found


class _Steps:
    """Progress of work in several steps as one share of WHOLE, which never falls."""

    def __init__(self, progress: Progress | None) -> None:
        self._progress = progress
        self._start = 0

    def upto(self, end: int) -> Progress:
        start, self._start = self._start, end

        def told(done: int, total: int) -> None:
            if self._progress is not None:
                self._progress(start + (end - start) * done // max(total, 1), WHOLE)

        return told


def _compiled_draft(
    session: Session, program: Program, draft: Draft, name: str, now: dt.datetime
) -> dsl.Compiled:
    parts, index = rules.draft_parts(session, program, draft.rule, name, draft.text, now)
    result = dsl.check(parts, as_of=now.date())
    if result.program is None:
        own = result.of(index)
        raise Invalid(own or result.diagnostics, "The rule has errors.")
    return dsl.compile_program(result.program)


def _first_midnight(until: dt.datetime, days: int, program: checked.Program) -> dt.datetime:
    """The local midnight that begins the first of the last `days` local dates up to an instant."""
    last = until.astimezone(ZoneInfo(program.timezone)).date()
    return midnight(last - dt.timedelta(days=days - 1), program.timezone)


def _live_name(
    session: Session, program: Program, rule: Rule | None, now: dt.datetime
) -> str | None:
    """What the rule goes by in what is live, where it is there."""
    if rule is None:
        return None
    version = programs.live_version(session, program, now)
    live = rules.live_rule_version(session, version, rule)
    return live.name if live is not None else None


def _units(run: DryRun, name: str) -> list[str]:
    """The units of the draft's rule, then the others that were awarded."""
    return list(dict.fromkeys([*run.units_of(name), *run.total().units]))


def _moved(before: DryRun, after: DryRun, unit: str) -> tuple[int, int]:
    """How many customers get more of a unit than before, and how many less."""
    if len(before.customer_ids) == len(after.customer_ids) == len(before.history.customer_ids):
        more = after.more_than(before, unit)
        return sum(one > 0 for one in more), sum(one < 0 for one in more)
    old, new = before.by_customer(), after.by_customer()
    nothing: dict[str, int] = {}
    changes = [
        new.get(customer, nothing).get(unit, 0) - old.get(customer, nothing).get(unit, 0)
        for customer in old.keys() | new.keys()
    ]
    return sum(change > 0 for change in changes), sum(change < 0 for change in changes)


def _days(before: DryRun, after: DryRun) -> list[Day]:
    """Every local date on which either awards anything, and those between."""
    old, new = before.by_day(), after.by_day()
    dates = sorted(old.keys() | new.keys())
    if not dates:
        return []
    count = (dates[-1] - dates[0]).days + 1
    every = [dates[0] + dt.timedelta(days=number) for number in range(count)]
    return [
        Day(
            date,
            amounts(old.get(date, {}), before),
            amounts(new.get(date, {}), after),
        )
        for date in every
    ]


def _samples(run: DryRun, name: str, language: str) -> list[SampleDecision]:
    return [
        SampleDecision(
            event_id=sample.decision.event_id,
            customer=sample.decision.customer,
            at=moment(sample.at),
            paid=any(award.rule == name for award in sample.decision.awards),
            awards=sample.decision.awards,
            explanations=dsl.explain(
                run.compiled.program, sample.decision, language, at=moment(sample.at)
            ),
        )
        for sample in run.samples
    ]
