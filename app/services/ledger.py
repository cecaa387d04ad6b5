"""The ledger: the one writer of entries and of the balances that are their sums."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session, contains_eager

from app.models import Balance, Customer, Event, LedgerEntry, Program
from app.services.rows import table_of, upsert

ACCRUAL = "accrual"


@dataclass(frozen=True, slots=True)
class Posting:
    """A movement to write; `amount` is in 10**-precision of the unit."""

    customer_id: int
    unit: str
    amount: int
    precision: int
    event_seq: int
    rule_name: str
    rule_version_id: int | None
    reward: int
    at: dt.datetime
    because: str | None
    kind: str = ACCRUAL


@dataclass(frozen=True, slots=True)
class Difference:
    """A balance that is not the sum of its entries; None where there is no balance."""

    customer: str
    unit: str
    balance: int | None
    entries: int


def post(session: Session, postings: Sequence[Posting], *, now: dt.datetime) -> None:
    """Write entries and move the balances with them; whoever calls holds the customers' locks."""
    if not postings:
        return
    sums: defaultdict[tuple[int, str, int], int] = defaultdict(int)
    for one in postings:
        sums[one.customer_id, one.unit, one.precision] += one.amount
    session.execute(
        insert(table_of(LedgerEntry)),
        [
            {
                "customer_id": one.customer_id,
                "unit": one.unit,
                "amount": one.amount,
                "precision": one.precision,
                "kind": one.kind,
                "event_seq": one.event_seq,
                "rule_name": one.rule_name,
                "rule_version_id": one.rule_version_id,
                "reward": one.reward,
                "at": one.at,
                "recorded_at": now,
                "because": one.because,
            }
            for one in postings
        ],
    )
    statement = upsert(session, Balance)
    statement = statement.on_conflict_do_update(
        index_elements=["customer_id", "unit"],
        set_={"amount": Balance.amount + statement.excluded.amount},
    )
    session.execute(
        statement,
        [
            {"customer_id": customer, "unit": unit, "precision": precision, "amount": amount}
            for (customer, unit, precision), amount in sorted(sums.items())
        ],
    )


def entries(
    session: Session, customer: Customer, *, limit: int = 50, before: int | None = None
) -> Sequence[LedgerEntry]:
    """The customer's entries with their events, the newest first; `before` is an entry's id."""
    statement = (
        select(LedgerEntry)
        .join(LedgerEntry.event)
        .options(contains_eager(LedgerEntry.event))
        .where(LedgerEntry.customer_id == customer.id)
        .order_by(LedgerEntry.id.desc())
        .limit(limit)
    )
    if before is not None:
        statement = statement.where(LedgerEntry.id < before)
    return session.scalars(statement).all()


def entries_of_event(session: Session, event: Event) -> Sequence[LedgerEntry]:
    """What an event brought about in the ledger."""
    return session.scalars(
        select(LedgerEntry).where(LedgerEntry.event_seq == event.seq).order_by(LedgerEntry.id)
    ).all()


def balances(session: Session, customer: Customer) -> Sequence[Balance]:
    """What the customer has, by unit."""
    return session.scalars(
        select(Balance).where(Balance.customer_id == customer.id).order_by(Balance.unit)
    ).all()


def balances_of(session: Session, customer_ids: Iterable[int]) -> dict[int, list[Balance]]:
    """What several customers have, by their ids; a customer with nothing is left out."""
    found: defaultdict[int, list[Balance]] = defaultdict(list)
    for balance in session.scalars(
        select(Balance).where(Balance.customer_id.in_(list(customer_ids))).order_by(Balance.unit)
    ):
        found[balance.customer_id].append(balance)
    return dict(found)


def verify(session: Session, program: Program) -> list[Difference]:
    """Every balance of the program that is not the sum of its entries; none when all is well."""
    sums = {
        (external, unit): int(total)
        for external, unit, total in session.execute(
            select(Customer.external_id, LedgerEntry.unit, func.sum(LedgerEntry.amount))
            .join(LedgerEntry, LedgerEntry.customer_id == Customer.id)
            .where(Customer.program_id == program.id)
            .group_by(Customer.external_id, LedgerEntry.unit)
        )
    }
    held = {
        (external, unit): amount
        for external, unit, amount in session.execute(
            select(Customer.external_id, Balance.unit, Balance.amount)
            .join(Balance, Balance.customer_id == Customer.id)
            .where(Customer.program_id == program.id)
        )
    }
    return [
        Difference(customer, unit, held.get((customer, unit)), sums.get((customer, unit), 0))
        for customer, unit in sorted(sums.keys() | held.keys())
        if held.get((customer, unit)) != sums.get((customer, unit), 0)
    ]
