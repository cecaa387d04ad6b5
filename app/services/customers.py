"""Customers: who they are, what they have, and the locks that keep their state whole."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.models import Balance, Customer, Event, Program, Snapshot
from app.services import ledger, programs
from app.services.errors import NotFound
from app.services.recorded import events_of
from app.services.rows import batches, upsert
from dsl import Compiled, Live
from dsl.meaning import events as reading


@dataclass(slots=True)
class Known:
    """A customer's row while its lock is held; `is_new` where this transaction made it."""

    id: int
    joined_at: dt.datetime | None
    is_new: bool


@dataclass(frozen=True, slots=True)
class Overview:
    """A customer as of an instant: tier, balances, known attributes, number of events."""

    customer: Customer
    tier: str | None
    balances: Sequence[Balance]
    attributes: Mapping[str, reading.Value]
    events: int
    last_at: dt.datetime | None


def get(session: Session, program: Program, external_id: str) -> Customer:
    """The customer of a program by the id others know."""
    customer = session.scalar(
        select(Customer).where(
            Customer.program_id == program.id, Customer.external_id == external_id
        )
    )
    if customer is None:
        raise NotFound("There is no customer %(id)s.", id=external_id)
    return customer


def search(
    session: Session, program: Program, text: str = "", limit: int = 50, after: str = ""
) -> Sequence[Customer]:
    """Customers whose id begins with a text, by id; `after` is the last id of the page before."""
    statement = (
        select(Customer)
        .where(Customer.program_id == program.id, Customer.external_id > after)
        .order_by(Customer.external_id)
        .limit(limit)
    )
    if text:
        statement = statement.where(Customer.external_id.startswith(text, autoescape=True))
    return session.scalars(statement).all()


def count(session: Session, program: Program) -> int:
    """How many customers the program has."""
    statement = select(func.count()).where(Customer.program_id == program.id)
    return session.scalar(statement) or 0


def overview(
    session: Session, program: Program, customer: Customer, *, now: dt.datetime
) -> Overview:
    """The customer as of now, under what is in force now."""
    compiled = programs.current_compiled(session, program, now)
    row = session.execute(
        select(func.count(), func.max(Event.at)).where(Event.customer_id == customer.id)
    ).one()
    # There is no last one where there are none.
    last_at: dt.datetime | None = row[1]
    tier = _tier(session, customer, compiled, session.get(Snapshot, customer.id), now)
    return Overview(
        customer,
        tier,
        ledger.balances(session, customer),
        _attributes(session, customer, compiled),
        row[0],
        last_at,
    )


def tiers_of(
    session: Session, program: Program, customers: Sequence[Customer], *, now: dt.datetime
) -> dict[int, str | None]:
    """The tiers of several customers as of now, by their ids."""
    compiled = programs.current_compiled(session, program, now)
    rows = session.scalars(
        select(Snapshot).where(Snapshot.customer_id.in_([one.id for one in customers]))
    )
    snapshots = {row.customer_id: row for row in rows}
    tiers: dict[int, str | None] = {}
    for customer in customers:
        tiers[customer.id] = _tier(session, customer, compiled, snapshots.get(customer.id), now)
    return tiers


def _tier(
    session: Session,
    customer: Customer,
    compiled: Compiled,
    row: Snapshot | None,
    now: dt.datetime,
) -> str | None:
    """The tier as of now, by what has happened by now: an event may be dated later."""
    if row is None or row.last_at <= now:
        return _restored(session, customer, compiled, row).tier(now)
    live = Live.again(compiled, customer.external_id, row.data)
    for one in events_of(session, customer.id):
        if one.place[0] <= now:
            live.fold(one.read(compiled.program))
    return live.tier(now)


def state_of(session: Session, customer: Customer, compiled: Compiled) -> Live:
    """The customer after all that is recorded, under a program."""
    return _restored(session, customer, compiled, session.get(Snapshot, customer.id))


def _restored(
    session: Session, customer: Customer, compiled: Compiled, row: Snapshot | None
) -> Live:
    data = row.data if row is not None else None
    live = Live.restored(compiled, customer.external_id, data) if data is not None else None
    if live is None:
        live = Live.again(compiled, customer.external_id, data)
        for one in events_of(session, customer.id):
            live.fold(one.read(compiled.program))
    return live


def _attributes(
    session: Session, customer: Customer, compiled: Compiled
) -> dict[str, reading.Value]:
    """What signup and profile events have set, the later word winning."""
    known: dict[str, reading.Value] = {}
    for one in events_of(session, customer.id):
        if one.type in ("signup", "profile"):
            said = one.read(compiled.program).attributes
            names = compiled.program.customer_attributes
            known.update({name: value for name, value in said.items() if name in names})
    return known


def lock_customers(
    session: Session, program: Program, externals: Collection[str], *, now: dt.datetime
) -> dict[str, Known]:
    """Hold these customers to the end of the transaction, in the order of their ids.

    Those not seen before are added.
    """
    wanted = sorted(externals)
    known = _held(session, program, wanted)
    missing = [external for external in wanted if external not in known]
    if not missing:
        return known
    statement = (
        upsert(session, Customer)
        .on_conflict_do_nothing(index_elements=["program_id", "external_id"])
        .returning(Customer.external_id)
    )
    rows = [
        {"program_id": program.id, "external_id": external, "created_at": now}
        for external in missing
    ]
    created = set(session.scalars(statement, rows))
    for external, customer in _held(session, program, missing).items():
        customer.is_new = external in created
        known[external] = customer
    return known


def _held(session: Session, program: Program, externals: Sequence[str]) -> dict[str, Known]:
    known: dict[str, Known] = {}
    for some in batches(externals):
        for external, customer_id, joined_at in session.execute(
            select(Customer.external_id, Customer.id, Customer.joined_at)
            .where(Customer.program_id == program.id, Customer.external_id.in_(some))
            .order_by(Customer.external_id)
            .with_for_update()
        ):
            known[external] = Known(customer_id, joined_at, is_new=False)
    return known


def note_joining(
    session: Session, customers: Mapping[str, Known], events: Iterable[reading.Event]
) -> None:
    """Keep when customers joined: as signup or profile say, else at the first other event."""
    joined: dict[int, dt.datetime] = {}
    earlier: dict[int, dt.datetime] = {}
    said: set[str] = set()
    for event in events:
        known = customers[event.customer]
        at = _said_to_join(event)
        if at is not None and event.customer not in said:
            said.add(event.customer)
            known.joined_at = joined[known.id] = at
        elif event.type in ("signup", "profile"):
            continue
        elif known.joined_at is None:
            known.joined_at = joined[known.id] = event.at
        elif event.at < known.joined_at:
            earlier.setdefault(known.id, event.at)
    # Who signed up or was taken over joined then, whatever comes to light of the time before.
    for ids in batches(sorted(earlier)):
        signups = select(Event.customer_id).where(
            Event.customer_id.in_(ids), Event.type.in_(("signup", "profile"))
        )
        for customer in set(ids) - set(session.scalars(signups)):
            joined[customer] = earlier[customer]
    if joined:
        session.execute(
            update(Customer),
            [{"id": customer, "joined_at": at} for customer, at in joined.items()],
        )


def _said_to_join(event: reading.Event) -> dt.datetime | None:
    """When the event itself says that the customer joined."""
    if event.type == "signup":
        return event.at
    joined = event.attributes.get("joined") if event.type == "profile" else None
    return joined if isinstance(joined, dt.datetime) else None
