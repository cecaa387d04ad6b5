"""New events decided: customers walked, counters read and moved, everything that follows written.

Source: docs/language.md, section 4.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

import dsl
from app.models import Decision, Program, Snapshot
from app.services import counters, ledger
from app.services.customers import Known, note_joining
from app.services.recorded import Place, events_of, recorded_events
from app.services.rows import batches, table_of, upsert
from app.services.versions import Ruling
from app.services.walks import Walk
from dsl.meaning import events as reading


@dataclass(slots=True)
class New:
    """An event on its way onto record."""

    index: int
    event: reading.Event
    content: str
    content_hash: str
    ruling: Ruling
    seq: int = 0
    late: bool = False
    decision: dsl.Decision | None = None

    @property
    def place(self) -> Place:
        """Where it stands among the events of its customer."""
        return (self.event.at, self.event.id)


def decide(
    session: Session,
    program: Program,
    new: Sequence[New],
    customers: Mapping[str, Known],
    *,
    now: dt.datetime,
) -> None:
    """Decide the events in order, then write what follows."""
    walks = _walks(session, new, customers)
    keys = [
        key
        for one in new
        if one.ruling.version is not None
        for key in dsl.counters(one.ruling.compiled, one.event)
    ]
    before = counters.read(session, program, keys, lock=True)
    used = dict(before)
    for one in new:
        _decide_one(one, walks[one.event.customer], used)
    session.execute(
        insert(table_of(Decision)),
        [
            {
                "event_seq": one.seq,
                "program_version_id": one.ruling.version.id if one.ruling.version else None,
                "outcome": _decided(one).to_json(),
                "late": one.late,
                "decided_at": now,
            }
            for one in new
        ],
    )
    ledger.post(session, _postings(new, customers), now=now)
    _save_snapshots(session, walks, customers)
    note_joining(session, customers, [one.event for one in new])
    # The budgets, which all customers share, last.
    counters.move(session, program, before, used)


def decide_only(
    session: Session, program: Program, one: New, customers: Mapping[str, Known]
) -> dsl.Decision:
    """What would be decided about an event that is not on record."""
    walks = _walks(session, [one], customers)
    used = counters.read(session, program, dsl.counters(one.ruling.compiled, one.event), lock=False)
    _decide_one(one, walks[one.event.customer], used)
    return _decided(one)


def _walks(session: Session, new: Sequence[New], customers: Mapping[str, Known]) -> dict[str, Walk]:
    """The customers' walks, started: from snapshots where possible, else from all on record."""
    first: dict[str, New] = {}
    for one in new:
        first.setdefault(one.event.customer, one)
    snapshots: dict[int, tuple[dict[str, Any], Place]] = {}
    for ids in batches([known.id for known in customers.values() if not known.is_new]):
        rows = session.execute(
            select(
                Snapshot.customer_id, Snapshot.data, Snapshot.last_at, Snapshot.last_event_id
            ).where(Snapshot.customer_id.in_(ids))
        )
        snapshots.update((customer, (data, (at, id_))) for customer, data, at, id_ in rows)

    walks = {
        external: _walk(session, external, customers.get(external), snapshots) for external in first
    }
    unstarted = [
        external
        for external, walk in walks.items()
        if not walk.starts_from_snapshot(first[external].ruling.compiled, first[external].place)
    ]
    old = {
        external: customers[external].id
        for external in unstarted
        if external in customers and not customers[external].is_new
    }
    recorded = recorded_events(session, set(old.values()))
    own = {one.seq for one in new}
    for external in unstarted:
        events = recorded.get(old.get(external, 0), [])
        before = [one for one in events if one.seq not in own]
        walks[external].starts_from(before, first[external].ruling.compiled)
    return walks


def _walk(
    session: Session,
    external: str,
    known: Known | None,
    snapshots: Mapping[int, tuple[dict[str, Any], Place]],
) -> Walk:
    if known is None:
        return Walk(external, None, list)
    return Walk(external, snapshots.get(known.id), partial(events_of, session, known.id))


def _decide_one(one: New, walk: Walk, used: counters.Used) -> None:
    one.late = walk.is_late(one.place)
    if one.ruling.version is None:
        walk.fold(one.event, one.ruling.compiled)
        one.decision = dsl.Decision(one.event.id, one.event.customer, None)
        return
    one.decision = walk.decide(one.event, one.ruling.compiled, used)


def _decided(one: New) -> dsl.Decision:
    if one.decision is None:
        raise AssertionError("every event in a walk is decided")
    return one.decision


def _postings(new: Sequence[New], customers: Mapping[str, Known]) -> list[ledger.Posting]:
    return [
        ledger.Posting(
            customer_id=customers[award.customer].id,
            unit=award.unit,
            amount=award.amount,
            precision=award.precision,
            event_seq=one.seq,
            rule_name=award.rule,
            rule_version_id=one.ruling.rule_versions.get(award.rule),
            reward=award.reward,
            at=one.event.at,
            because=one.ruling.because.get(award.rule),
        )
        for one in new
        for award in _decided(one).awards
    ]


def _save_snapshots(
    session: Session, walks: Mapping[str, Walk], customers: Mapping[str, Known]
) -> None:
    rows = []
    for external, walk in walks.items():
        compiled, data, (at, event_id) = walk.finish()
        rows.append(
            {
                "customer_id": customers[external].id,
                "plan_hash": compiled.hash,
                "data": data,
                "last_at": at,
                "last_event_id": event_id,
            }
        )
    statement = upsert(session, Snapshot)
    changed = ("plan_hash", "data", "last_at", "last_event_id")
    statement = statement.on_conflict_do_update(
        index_elements=["customer_id"],
        set_={name: getattr(statement.excluded, name) for name in changed},
    )
    session.execute(statement, rows)
