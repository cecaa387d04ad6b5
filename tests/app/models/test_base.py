from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import Session

from app.models import Program

SHANGHAI = dt.datetime(2026, 11, 22, 10, 0, 0, 123456, tzinfo=ZoneInfo("Asia/Shanghai"))


def test_a_time_comes_back_in_utc_to_the_microsecond(session: Session) -> None:
    session.add(Program(name="Club", slug="club", created_at=SHANGHAI))
    session.commit()
    session.expire_all()
    kept = session.query(Program).one().created_at
    assert kept == SHANGHAI
    assert kept.isoformat() == "2026-11-22T02:00:00.123456+00:00"


def test_a_time_without_a_zone_is_refused(session: Session) -> None:
    session.add(Program(name="Club", slug="club", created_at=SHANGHAI.replace(tzinfo=None)))
    with pytest.raises(StatementError, match="without its zone"):
        session.flush()
