"""Many at once: what is paid is exactly what one after the other would be paid."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from app import db
from app.models import Counter, Event, LedgerEntry, Program, User
from app.services import ledger, programs
from app.services.ingest import Accepted, Receipt, ingest
from tests.app.given import HEAD, publish, purchase

THREADS = 8


@pytest.fixture
def capped(
    session: Session, program: Program, marketer: User, approver: User, now: dt.datetime
) -> Program:
    """A program with 1,000 points for all, and 300 for each customer."""
    text = "on purchase award 1 point per 1 spent limit 300 points per customer budget 1000 points"
    publish(session, program, HEAD, [("Base", text)], marketer, approver, now)
    session.commit()
    return program


def at_once(work: Callable[[int], Any]) -> list[Any]:
    """What each thread came to, all begun together."""
    start = threading.Barrier(THREADS)

    def begin(number: int) -> Any:  # noqa: ANN401 - whatever the work gives
        start.wait()
        return work(number)

    with ThreadPoolExecutor(THREADS) as pool:
        return [done.result() for done in [pool.submit(begin, n) for n in range(THREADS)]]


def send(
    engine: Engine, program: Program, raws: list[dict[str, Any]], now: dt.datetime
) -> list[Receipt]:
    def work(session: Session) -> list[Receipt]:
        return ingest(session, programs.get_program(session, program.id), raws, now=now)

    return db.in_transaction(engine, work)


def test_a_budget_is_neither_overspent_nor_left(
    engine: Engine, session: Session, capped: Program, now: dt.datetime
) -> None:
    def work(number: int) -> int:
        paid = 0
        for step in range(10):
            raws = [
                purchase(f"e{number}-{step}-{n}", 13, customer=f"c{number}-{n}") for n in range(3)
            ]
            for one in send(engine, capped, raws, now):
                assert isinstance(one, Accepted)
                paid += sum(award.amount for award in one.decision.awards)
        return paid

    assert sum(at_once(work)) == 1000
    session.rollback()
    assert session.scalar(select(func.sum(LedgerEntry.amount))) == 1000
    used = select(Counter.used).where(Counter.scope == "budget")
    assert session.scalar(used) == 1000
    assert ledger.verify(session, capped) == []


def test_one_customers_limit_holds_under_many_tills(
    engine: Engine, session: Session, capped: Program, now: dt.datetime
) -> None:
    def work(number: int) -> None:
        for step in range(6):
            send(engine, capped, [purchase(f"e{number}-{step}", 17)], now)

    at_once(work)
    session.rollback()
    assert session.scalar(select(func.sum(LedgerEntry.amount))) == 300
    assert ledger.verify(session, capped) == []


def test_the_same_event_by_many_is_decided_once(
    engine: Engine, session: Session, capped: Program, now: dt.datetime
) -> None:
    def work(_number: int) -> list[Receipt]:
        return send(engine, capped, [purchase("e1", 100), purchase("e2", 50)], now)

    receipts = [one for some in at_once(work) for one in some]
    accepted = [one for one in receipts if isinstance(one, Accepted)]
    assert len(accepted) == 2 * THREADS
    assert sum(not one.replayed for one in accepted) == 2
    assert len({repr(one.decision) for one in accepted}) == 2
    session.rollback()
    assert session.scalar(select(func.count()).select_from(Event)) == 2
    assert session.scalar(select(func.sum(LedgerEntry.amount))) == 150


def test_customers_met_in_different_orders_do_not_wait_for_each_other_for_good(
    engine: Engine, session: Session, capped: Program, now: dt.datetime
) -> None:
    def work(number: int) -> None:
        for step in range(5):
            order = range(6) if number % 2 else reversed(range(6))
            raws = [
                purchase(
                    f"e{number}-{step}-{n}",
                    1,
                    f"2026-11-22T10:0{place}:00+00:00",
                    customer=f"c{n}",
                )
                for place, n in enumerate(order)
            ]
            send(engine, capped, raws, now)

    at_once(work)
    session.rollback()
    assert session.scalar(select(func.sum(LedgerEntry.amount))) == THREADS * 5 * 6
    assert ledger.verify(session, capped) == []
