"""Since when a customer is one, and customers who are taken over from elsewhere."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from app.models import Program, User
from app.services import customers
from app.services.ingest import Accepted, Refused, import_customers, ingest
from tests.app.given import HEAD, points, publish, purchase


def test_a_customer_joins_with_the_signup_or_the_first_event(
    session: Session, club: Program, now: dt.datetime
) -> None:
    signup = {
        "id": "s",
        "type": "signup",
        "at": "2026-11-20T10:00:00+00:00",
        "customer": "c2",
    }
    ingest(session, club, [purchase("e1", 5), signup], now=now)
    joined = [customers.get(session, club, one).joined_at for one in ("c1", "c2")]
    assert joined == [
        dt.datetime(2026, 11, 22, 10, tzinfo=dt.UTC),
        dt.datetime(2026, 11, 20, 10, tzinfo=dt.UTC),
    ]


def test_an_earlier_event_moves_the_day_of_joining_but_not_a_signups(
    session: Session, club: Program, now: dt.datetime
) -> None:
    at = "2026-11-20T10:00:00+00:00"
    signup = {"id": "s", "type": "signup", "at": at, "customer": "c2"}
    ingest(session, club, [purchase("e1", 5), signup], now=now)
    earlier = "2026-11-19T10:00:00+00:00"
    ingest(session, club, [purchase("e2", 5, earlier), purchase("e3", 5, earlier, "c2")], now=now)
    joined = [customers.get(session, club, one).joined_at for one in ("c1", "c2")]
    assert joined == [dt.datetime.fromisoformat(earlier), dt.datetime.fromisoformat(at)]


def test_imported_customers_are_profiles_before_all_their_events(
    session: Session, program: Program, marketer: User, approver: User, now: dt.datetime
) -> None:
    named = [
        ("Base", 'on purchase where customer.city = "Paris" award 1 point per 1 spent'),
    ]
    publish(session, program, HEAD, named, marketer, approver, now)
    ingest(session, program, [purchase("e0", 7, "2025-12-01T00:00:00+00:00")], now=now)
    row = {"customer": "c1", "city": "Paris"}
    [first] = import_customers(session, program, [row], now=now)
    [again] = import_customers(session, program, [row], now=now)
    assert isinstance(first, Accepted)
    assert isinstance(again, Accepted)
    assert (first.replayed, again.replayed) == (False, True)
    [receipt] = ingest(session, program, [purchase("e1", 7, "2025-12-02T00:00:00+00:00")], now=now)
    assert points(receipt) == {"Base": 7}
    [moved] = import_customers(session, program, [{**row, "city": "Lyon"}], now=now)
    assert isinstance(moved, Accepted)
    assert not moved.replayed
    receipts = ingest(
        session,
        program,
        [
            purchase("e2", 7, "2025-12-03T00:00:00+00:00"),
            purchase("e3", 7, "2026-11-23T00:00:00+00:00"),
        ],
        now=now,
    )
    assert [points(one) for one in receipts] == [{"Base": 7}, {}]


def test_a_wrong_row_of_customers_is_listed(
    session: Session, club: Program, now: dt.datetime
) -> None:
    given = [{"customer": "c1", "colour": "red"}, {"customer": "c2", "city": "Paris"}, {}]
    receipts = import_customers(session, club, given, now=now)
    assert [type(one) for one in receipts] == [Refused, Accepted, Refused]


def test_a_customer_taken_over_joined_on_the_day_given(
    session: Session, club: Program, now: dt.datetime
) -> None:
    rows_: list[dict[str, object]] = [
        {"customer": "c1", "joined": "2025-12-24"},
        {"customer": "c2", "joined": dt.date(2025, 12, 24)},
        {"customer": "c3", "joined": "2025-12-24T08:00:00+08:00"},
        {"customer": "c4", "joined": "Christmas"},
    ]
    receipts = import_customers(session, club, rows_, now=now)
    assert [type(one) for one in receipts] == [Accepted, Accepted, Accepted, Refused]
    day = dt.datetime(2025, 12, 24, tzinfo=dt.UTC)
    joined = [customers.get(session, club, one).joined_at for one in ("c1", "c2", "c3")]
    assert joined == [day, day, day]
