"""Runs over columns give what a book gives, event by event: over all cases, and drawn programs."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings

import dsl
from app.history.tables import load_exact, tables_of
from app.services.cases import case_files, read_cases
from dsl.engine.calendar import instant
from dsl.engine.columns import History, dry_run, read_history
from dsl.engine.columns.awards import STATUSES
from dsl.engine.columns.liability import Liability, liabilities
from dsl.engine.columns.run import Way, way_of
from dsl.engine.columns.standing import Standing
from tests.strategies.cases import cases

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from app.services.cases import Case
    from dsl.engine.compiled import Compiled
    from dsl.meaning.events import Event
    from tests.strategies.cases import Drawn

FOLDER = Path(__file__).parents[3] / "cases" / "good"
BY_PEOPLE = ("release", "reject")
WAYS: tuple[Way, ...] = ("native", "text", "quick", "book")
STEP = dt.timedelta(microseconds=1)
Line = tuple[Any, ...]


def events_of(raws: Iterable[Mapping[str, Any]], compiled: Compiled) -> list[Event]:
    """What of a case can stand in a file: good events, each once, in order."""
    found: dict[str, Event] = {}
    for raw in raws:
        if raw.get("type") not in BY_PEOPLE:
            read = dsl.read_event(raw, compiled.program)
            if isinstance(read, dsl.Event):
                found.setdefault(read.id, read)
    return sorted(found.values(), key=lambda event: (event.at, event.id.encode()))


def by_book(
    compiled: Compiled, events: list[Event], until: dt.datetime, secret: bytes
) -> list[Line]:
    book = dsl.Book([(None, compiled)], secret=secret)
    decisions = [one for event in events for one in book.step(event)]
    decisions += book.until(instant(until))
    ats = {event.id: instant(event.at) for event in events}
    return [
        (
            one.event,
            one.at if one.event is None else ats[one.event],
            one.customer,
            one.rule,
            one.reward,
            one.unit,
            one.text,
            one.amount,
            one.status,
            Standing(decision.tier, decision.segments),
        )
        for decision in decisions
        for one in decision.awards
    ]


def by_columns(
    compiled: Compiled, history: History, until: dt.datetime, secret: bytes, way: Way
) -> tuple[list[Line], dict[str, Liability]]:
    watch = compiled.program.rules[0].name if compiled.program.rules else None
    run = dry_run(
        compiled, history, until=until + STEP, secret=secret, watch=watch, samples=2, way=way
    )
    given = run.awards.ordered
    columns = (
        given.rows,
        given.at,
        given.customers,
        given.rules,
        given.rewards,
        given.units,
        given.texts,
        given.amounts,
        given.statuses,
        given.standings,
    )
    awards = zip(*(column.tolist() for column in columns), strict=True)
    owed = {unit: one for unit, one in liabilities(run).items() if one != Liability(0, 0, 0, 0)}
    return [
        (
            history.event_id(row) if row >= 0 else None,
            at,
            run.customer_ids[customer],
            run.rule_names[rule],
            reward,
            run.unit_names[unit],
            run.text_names[text] if text >= 0 else None,
            amount,
            STATUSES[status],
            run.standing_names[standing],
        )
        for row, at, customer, rule, reward, unit, text, amount, status, standing in awards
    ], owed


def differences(case: Case) -> list[str]:
    """What runs over columns give more, or less, than a book; nothing where it is no file's."""
    program = dsl.check([dsl.Part(case.versions[0].text)]).program
    if program is None or len(case.versions) > 1 or case.customers or case.start is not None:
        return []
    compiled = dsl.compile_program(program)
    events = events_of(case.events, compiled)
    if not events:
        return []
    until = max(case.until or events[-1].at, events[-1].at).astimezone(dt.UTC)
    secret = case.secret.encode()
    rows = [load_exact(dsl.canonical_content(event)) for event in events]
    history, left_out = read_history(compiled.program, *tables_of(rows))
    expected = by_book(compiled, events, until, secret)
    found = [f"{left_out.to_json()}"] if left_out.to_json() else []
    _, owed = by_columns(compiled, history, until, secret, "book")
    for way in dict.fromkeys(way_of(compiled, history, way) for way in WAYS):
        given, owing = by_columns(compiled, history, until, secret, way)
        if owing != owed:
            found.append(f"{owing} is owed instead of {owed}, {way=}")
        if given != expected:
            found += [f"missing: {line}" for line in expected if line not in given]
            found += [f"too many: {line}" for line in given if line not in expected]
            found.append(f"in another order, {way=}")
    return found


@pytest.mark.parametrize("file", case_files([FOLDER]), ids=lambda f: str(f.relative_to(FOLDER)))
def test_every_good_case_is_decided_alike(file: Path) -> None:
    for case in read_cases(file):
        assert differences(case) == [], case.name


@settings(suppress_health_check=list(HealthCheck))
@given(cases())
def test_drawn_programs_are_decided_alike(drawn: Drawn) -> None:
    case = drawn.case
    assert differences(case) == [], case.versions[0].text
