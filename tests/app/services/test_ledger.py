from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app import db
from app.models import Balance, LedgerEntry, Program, User
from app.services import customers, ledger, programs
from app.services.ingest import Accepted, ingest
from app.services.ledger import Difference
from app.services.recorded import events_of
from dsl import Live
from tests.app.given import BASE, DOUBLE, HEAD, NOW, person, publish, purchase

LIMITED = (
    "Weekly",
    "on purchase where amount > 50 award 40 points limit 100 points per customer per week",
)

# The last is dated later than it comes, and leaves the others out of its year.
DAYS = ("2025-11-01T00:00:00+00:00", "2025-11-23T00:00:00+00:00", "2026-11-25T00:00:00+00:00")
# Not before any purchase here: what a snapshot keeps tells nothing of earlier instants.
LATER = dt.datetime(2026, 12, 31, tzinfo=dt.UTC)


@st.composite
def purchases(draw: st.DrawFn) -> dict[str, Any]:
    """A purchase of few customers on few days, so that ids, ties and late ones are frequent."""
    minute = draw(st.integers(0, 400)) * 1440 + draw(st.integers(0, 2))
    at = dt.datetime(2025, 11, 1, tzinfo=dt.UTC) + dt.timedelta(minutes=minute)
    cents = draw(st.integers(0, 90_000))
    return purchase(
        f"e{draw(st.integers(0, 30))}",
        Decimal(cents).scaleb(-2),
        at.isoformat(),
        f"c{draw(st.integers(0, 2))}",
    )


@settings(max_examples=25)
@example([[purchase(f"e{n}", 0, at) for n, at in enumerate(DAYS)]])
@given(st.lists(st.lists(purchases(), max_size=6), max_size=8))
def test_balances_are_sums_and_snapshots_are_folds(batches: list[list[dict[str, Any]]]) -> None:
    engine = db.connect("sqlite://")
    db.upgrade(engine)
    with db.sessions(engine)() as session:
        program = programs.create_program(
            session, "Club", actor=person(session, "ada", "admin"), now=NOW
        )
        people = person(session, "mara", "marketer"), person(session, "abel", "approver")
        publish(session, program, HEAD, [BASE, DOUBLE, LIMITED], *people, NOW)
        paid = 0
        for batch in batches:
            for receipt in ingest(session, program, batch, now=NOW):
                if isinstance(receipt, Accepted) and not receipt.replayed:
                    paid += sum(award.amount for award in receipt.decision.awards)
            assert ledger.verify(session, program) == []
        assert session.scalar(select(func.coalesce(func.sum(Balance.amount), 0))) == paid
        compiled = programs.current_compiled(session, program, NOW)
        for customer in customers.search(session, program):
            again = Live(compiled, customer.external_id)
            for event in events_of(session, customer.id):
                again.fold(event.read(compiled.program))
            kept = customers.state_of(session, customer, compiled)
            # Sums are found when they are asked for.
            assert kept.tier(LATER) == again.tier(LATER)
            assert kept.snapshot() == again.snapshot()
    engine.dispose()


def test_entries_come_newest_first_a_page_at_a_time(
    session: Session, program: Program, marketer: User, approver: User, now: dt.datetime
) -> None:
    publish(session, program, HEAD, [BASE], marketer, approver, now)
    ingest(session, program, [purchase(f"e{n}", n) for n in range(1, 6)], now=now)
    customer = customers.get(session, program, "c1")
    first = ledger.entries(session, customer, limit=2)
    second = ledger.entries(session, customer, limit=2, before=first[-1].id)
    assert [one.amount for one in (*first, *second)] == [5, 4, 3, 2]
    assert ledger.balances_of(session, [customer.id])[customer.id][0].amount == 15


def test_a_balance_that_is_not_the_sum_is_found(
    session: Session, program: Program, marketer: User, approver: User, now: dt.datetime
) -> None:
    publish(session, program, HEAD, [BASE], marketer, approver, now)
    ingest(session, program, [purchase("e1", 10)], now=now)
    session.execute(update(Balance).values(amount=Balance.amount + 1))
    assert ledger.verify(session, program) == [Difference("c1", "points", 11, 10)]


def test_an_award_of_nothing_leaves_no_entry(
    session: Session, program: Program, marketer: User, approver: User, now: dt.datetime
) -> None:
    publish(session, program, HEAD, [BASE], marketer, approver, now)
    ingest(session, program, [purchase("e1", 0)], now=now)
    assert session.scalar(select(func.count()).select_from(LedgerEntry)) == 0
    assert ledger.verify(session, program) == []
