"""A decision on record, with what it rests on, in sentences."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager

import dsl
from app.models import (
    Customer,
    Decision,
    Event,
    LedgerEntry,
    Program,
    ProgramVersion,
    RuleVersion,
)
from app.services import ledger, programs
from app.services.errors import NotFound
from dsl import Explanation


@dataclass(frozen=True, slots=True)
class Explained:
    """A decision with its event, the version that decided, and why each rule paid or did not.

    Without a version nothing was in force, and there is nothing to explain.
    """

    event: Event
    customer: Customer
    decision: dsl.Decision
    version: ProgramVersion | None
    rule_versions: Sequence[RuleVersion]
    explanations: Sequence[Explanation]
    entries: Sequence[LedgerEntry]
    late: bool
    decided_at: dt.datetime


def get(session: Session, program: Program, event_id: str, language: str = "en") -> Explained:
    """The decision about an event of a program, by the event's id."""
    row = session.scalar(
        select(Decision)
        .join(Decision.event)
        .join(Event.customer)
        .options(contains_eager(Decision.event).contains_eager(Event.customer))
        .where(Event.program_id == program.id, Event.event_id == event_id)
    )
    if row is None:
        raise NotFound("There is no event %(id)s.", id=event_id)
    return _explained(session, row, language)


def of_customer(
    session: Session,
    customer: Customer,
    *,
    limit: int = 50,
    before: int | None = None,
    language: str = "en",
) -> list[Explained]:
    """The decisions about a customer's events, the last recorded first; `before` is a seq."""
    statement = (
        select(Decision)
        .join(Decision.event)
        .join(Event.customer)
        .options(contains_eager(Decision.event).contains_eager(Event.customer))
        .where(Event.customer_id == customer.id)
        .order_by(Event.seq.desc())
        .limit(limit)
    )
    if before is not None:
        statement = statement.where(Event.seq < before)
    return [_explained(session, row, language) for row in session.scalars(statement)]


def reasons(
    session: Session, entries: Sequence[LedgerEntry], language: str = "en"
) -> dict[int, tuple[str, ...]]:
    """Why each of these entries is there, in sentences, by the entry's id."""
    seqs = sorted({entry.event_seq for entry in entries})
    rows = session.scalars(select(Decision).where(Decision.event_seq.in_(seqs)))
    told: dict[tuple[int, str], tuple[str, ...]] = {}
    for row in rows:
        if row.program_version is None:
            continue
        compiled = programs.compiled_for(session, row.program_version)
        decision = dsl.Decision.from_json(row.outcome)
        for one in dsl.explain(compiled.program, decision, language):
            told[row.event_seq, one.rule] = one.sentences
    return {entry.id: told.get((entry.event_seq, entry.rule_name), ()) for entry in entries}


def explain(
    session: Session, program: Program, decision: dsl.Decision, at: dt.datetime, language: str
) -> Sequence[Explanation]:
    """The sentences of a decision that is not on record, under what is in force at its time."""
    version = programs.live_version(session, program, at)
    if version is None:
        return ()
    compiled = programs.compiled_for(session, version)
    return dsl.explain(compiled.program, decision, language, at=at)


def _explained(session: Session, row: Decision, language: str) -> Explained:
    decision = dsl.Decision.from_json(row.outcome)
    explanations: Sequence[Explanation] = ()
    rules: Sequence[RuleVersion] = ()
    if row.program_version is not None:
        compiled = programs.compiled_for(session, row.program_version)
        explanations = dsl.explain(compiled.program, decision, language, at=row.event.at)
        named = {outcome.rule for outcome in decision.outcomes}
        held = programs.rule_versions(session, row.program_version)
        rules = [one for one in held if one.name in named]
    return Explained(
        event=row.event,
        customer=row.event.customer,
        decision=decision,
        version=row.program_version,
        rule_versions=rules,
        explanations=explanations,
        entries=ledger.entries_of_event(session, row.event),
        late=row.late,
        decided_at=row.decided_at,
    )
