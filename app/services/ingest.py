"""Events in: each recorded once, decided under the version in force at its own time.

All of a call goes into the caller's transaction: events, decisions, ledger entries with balances,
what limits and budgets have used, and the customers' snapshots.
Source: docs/language.md, section 4.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

import dsl
from app.models import Customer, Decision, Event, Program
from app.services import programs
from app.services.customers import Known, lock_customers
from app.services.deciding import New, decide, decide_only
from app.services.errors import Conflict, Invalid, Problem
from app.services.gaps import NOT_TAKEN
from app.services.recorded import RecordedEvent
from app.services.rows import batches, upsert
from app.services.versions import Rulings
from dsl.meaning import events as reading
from dsl.meaning.types import Kind, Type
from dsl.meaning.values import read_date

DATE = Type(Kind.DATE)
IMPORT_MARK = "import:"
# Before every event of a customer who is taken over without the day of joining.
IMPORT_AT = "1970-01-01T00:00:00+00:00"


@dataclass(frozen=True, slots=True)
class Accepted:
    """An event on record with its decision; `replayed` where it had been before this call.

    `index` is its place among those given; `late` where the customer had a later one on record.
    """

    index: int
    event_id: str
    decision: dsl.Decision
    replayed: bool
    late: bool


@dataclass(frozen=True, slots=True)
class Refused:
    """An event that was not recorded: 422 where it is wrong, 409 where its id has other content."""

    index: int
    event_id: str | None
    status: Literal[409, 422]
    problems: tuple[Problem, ...]


Receipt = Accepted | Refused


def ingest(
    session: Session, program: Program, raws: Sequence[object], *, now: dt.datetime
) -> list[Receipt]:
    """Record and decide events; a receipt for each, in the order given.

    The good ones go in, in order of (`at`, `id`), whatever is wrong with others. An id seen before
    with the same content changes nothing and gives the first decision.
    """
    # Publications wait for this transaction and it for them, so that all see the same versions.
    session.execute(
        select(Program.id)
        .where(Program.id == program.id)
        .with_for_update(read=True, key_share=True)
    )
    rulings = Rulings(session, program, now)
    receipts: dict[int, Receipt] = {}
    found: list[New] = []
    for index, raw in enumerate(raws):
        one = _read(index, raw, rulings, now)
        if isinstance(one, Refused):
            receipts[index] = one
        else:
            found.append(one)
    found.sort(key=lambda one: one.place)
    new = _unseen(session, program, found, receipts)
    if new:
        customers = lock_customers(session, program, {one.event.customer for one in new}, now=now)
        new = _record(session, program, new, customers, receipts, now=now)
    if new:
        decide(session, program, new, customers, now=now)
    _give_first_decisions(session, program, found, receipts)
    return [receipts[index] for index in range(len(raws))]


def import_customers(
    session: Session, program: Program, rows: Sequence[Mapping[str, Any]], *, now: dt.datetime
) -> list[Receipt]:
    """Take customers over: each a profile event before all others of that customer.

    A row has `customer`, the attributes to set, and optionally `joined`, a date or a time with
    offset. A customer imported again with other attributes gets a profile event at `now`; with the
    same ones nothing happens. Receipts are in the order of the rows.
    Source: docs/language.md, section 2.
    """
    current = programs.current_program(session, program, now)
    zone = ZoneInfo(current.timezone)
    earlier = _imported(session, program, [str(row.get("customer")) for row in rows])
    raws = [_profile(row, zone) for row in rows]
    for raw in raws:
        last = earlier.get(str(raw.get("customer")))
        if last is None:
            continue
        event = reading.read_event(raw, current)
        recorded = last.read(current)
        raw["id"], raw["at"] = recorded.id, recorded.at.isoformat()
        if isinstance(event, reading.Event) and event.attributes != recorded.attributes:
            raw["id"] = f"{IMPORT_MARK}{event.customer}:{now:%Y%m%dT%H%M%S.%fZ}"
            raw["at"] = now.isoformat()
    return ingest(session, program, raws, now=now)


def _profile(row: Mapping[str, Any], zone: ZoneInfo) -> dict[str, Any]:
    """The profile event of a customer who is taken over: when they joined, else long before."""
    joined = row.get("joined")
    day = read_date(joined, DATE)
    if isinstance(day, dt.date):
        joined = dt.datetime.combine(day, dt.time(), zone).isoformat()
    return {
        **row,
        "id": f"{IMPORT_MARK}{row.get('customer')}",
        "type": "profile",
        "at": IMPORT_AT if joined is None else joined,
        "joined": joined,
    }


def _imported(session: Session, program: Program, names: Sequence[str]) -> dict[str, RecordedEvent]:
    """The last import of each of these customers who were imported before."""
    found: dict[str, RecordedEvent] = {}
    for some in batches(names):
        rows = session.execute(
            select(
                Customer.external_id, Event.seq, Event.at, Event.event_id, Event.type, Event.content
            )
            .join(Event, Event.customer_id == Customer.id)
            .where(
                Customer.program_id == program.id,
                Customer.external_id.in_(some),
                Event.type == "profile",
                Event.event_id.startswith(IMPORT_MARK),
            )
            .order_by(Event.at, Event.seq)
        )
        for external, seq, at, event_id, type_, content in rows:
            found[external] = RecordedEvent(seq, (at, event_id), type_, content)
    return found


def preview_decision(
    session: Session, program: Program, raw: object, *, now: dt.datetime
) -> dsl.Decision:
    """What would be decided about an event if it came now; nothing is written.

    An event on record has been decided: it gives its decision, with other content a Conflict.
    """
    one = _read(0, raw, Rulings(session, program, now), now)
    if isinstance(one, Refused):
        raise Invalid(one.problems, "The event is wrong.")
    receipts: dict[int, Receipt] = {}
    if not _unseen(session, program, [one], receipts):
        _give_first_decisions(session, program, [one], receipts)
        receipt = receipts[0]
        if isinstance(receipt, Accepted):
            return receipt.decision
        raise Conflict("The event %(id)s is on record with other content.", id=one.event.id)
    row = session.execute(
        select(Customer.id, Customer.joined_at).where(
            Customer.program_id == program.id, Customer.external_id == one.event.customer
        )
    ).one_or_none()
    customers = {one.event.customer: Known(row.id, row.joined_at, is_new=False)} if row else {}
    return decide_only(session, program, one, customers)


def _read(index: int, raw: object, rulings: Rulings, now: dt.datetime) -> New | Refused:
    """The event as the version in force at its own time understands it."""
    fields: Mapping[str, object] = raw if isinstance(raw, Mapping) else {}
    at = reading.read_time(fields.get("at"))
    ruling = rulings.at(at or now)
    event = reading.read_event(raw, ruling.compiled.program)
    if isinstance(event, tuple):
        event_id = fields.get("id")
        problems = tuple(_problem(problem) for problem in event)
        return Refused(index, event_id if isinstance(event_id, str) else None, 422, problems)
    if event.type in NOT_TAKEN:
        message = "events that refund, redeem or cancel are not taken in yet"
        return Refused(index, event.id, 422, (Problem("type", "not-taken", message),))
    content = reading.canonical_content(event)
    return New(index, event, content, reading.content_hash(content), ruling)


def _problem(problem: reading.FieldProblem) -> Problem:
    return Problem(problem.field, problem.code, reading.render_field(problem))


def _conflict(one: New) -> Refused:
    message = "An event with this id and other content is on record already."
    return Refused(one.index, one.event.id, 409, (Problem("id", "conflict", message),))


def _unseen(
    session: Session, program: Program, found: Sequence[New], receipts: dict[int, Receipt]
) -> list[New]:
    """The events whose ids are not on record, each id once; those of other content are refused."""
    recorded = _recorded_hashes(session, program, [one.event.id for one in found])
    first: dict[str, str] = {}
    new = []
    for one in found:
        known = recorded.get(one.event.id) or first.get(one.event.id)
        if known is None:
            first[one.event.id] = one.content_hash
            new.append(one)
        elif known != one.content_hash:
            receipts[one.index] = _conflict(one)
    return new


def _recorded_hashes(session: Session, program: Program, ids: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for some in batches(ids):
        rows = session.execute(
            select(Event.event_id, Event.content_hash).where(
                Event.program_id == program.id, Event.event_id.in_(some)
            )
        )
        found.update(rows.all())
    return found


def _record(
    session: Session,
    program: Program,
    new: Sequence[New],
    customers: Mapping[str, Known],
    receipts: dict[int, Receipt],
    *,
    now: dt.datetime,
) -> list[New]:
    """Put the events on record; those that another transaction recorded meanwhile drop out."""
    statement = (
        upsert(session, Event)
        .on_conflict_do_nothing(index_elements=["program_id", "event_id"])
        .returning(Event.event_id, Event.seq)
    )
    rows = [
        {
            "program_id": program.id,
            "event_id": one.event.id,
            "type": one.event.type,
            "at": one.event.at,
            "customer_id": customers[one.event.customer].id,
            "content": one.content,
            "content_hash": one.content_hash,
            "received_at": now,
        }
        for one in new
    ]
    seqs = dict(session.execute(statement, rows).all())
    raced = [one for one in new if one.event.id not in seqs]
    hashes = _recorded_hashes(session, program, [one.event.id for one in raced])
    for one in raced:
        if hashes[one.event.id] != one.content_hash:
            receipts[one.index] = _conflict(one)
    written = [one for one in new if one.event.id in seqs]
    for one in written:
        one.seq = seqs[one.event.id]
    return written


def _give_first_decisions(
    session: Session, program: Program, found: Sequence[New], receipts: dict[int, Receipt]
) -> None:
    """Receipts for what is on record: the new with their decisions, the others with the first."""
    first: dict[str, tuple[dsl.Decision, bool]] = {}
    for one in found:
        if one.decision is not None:
            first[one.event.id] = (one.decision, one.late)
            receipts[one.index] = Accepted(
                one.index, one.event.id, one.decision, replayed=False, late=one.late
            )
    left = [one for one in found if one.index not in receipts]
    for some in batches([one.event.id for one in left if one.event.id not in first]):
        rows = session.execute(
            select(Event.event_id, Decision.outcome, Decision.late)
            .join(Decision, Decision.event_seq == Event.seq)
            .where(Event.program_id == program.id, Event.event_id.in_(some))
        )
        for event_id, outcome, late in rows:
            first[event_id] = (dsl.Decision.from_json(outcome), late)
    for one in left:
        decision, late = first[one.event.id]
        receipts[one.index] = Accepted(one.index, one.event.id, decision, replayed=True, late=late)
