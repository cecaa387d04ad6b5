from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy.orm import Session

from app.models import Program, User
from app.services import keys
from app.services.errors import Invalid, NotFound


def test_a_token_opens_its_program_until_it_is_revoked(
    session: Session, program: Program, admin: User, now: dt.datetime
) -> None:
    key, token = keys.create_key(session, program, "till", actor=admin, now=now)
    assert token.startswith(f"tly_{key.prefix}_")
    assert keys.authenticate(session, token, now) == key
    assert key.program_id == program.id
    keys.revoke(session, key, now=now)
    assert keys.authenticate(session, token, now) is None


def test_the_secret_is_not_kept(
    session: Session, program: Program, admin: User, now: dt.datetime
) -> None:
    key, token = keys.create_key(session, program, "till", actor=admin, now=now)
    secret = token.removeprefix(f"tly_{key.prefix}_")
    assert len(secret) == 43
    assert secret not in key.hash


def test_a_token_that_is_not_quite_right_opens_nothing(
    session: Session, program: Program, admin: User, now: dt.datetime
) -> None:
    _, token = keys.create_key(session, program, "till", actor=admin, now=now)
    _, other = keys.create_key(session, program, "shop", actor=admin, now=now)
    mixed = token[:13] + other[13:]
    for wrong in (token[:-1], token + "x", mixed, token.upper(), "tly__", "", "tly_é_é"):
        assert keys.authenticate(session, wrong, now) is None


def test_use_is_written_down_once_an_hour(
    session: Session, program: Program, admin: User, now: dt.datetime
) -> None:
    key, token = keys.create_key(session, program, "till", actor=admin, now=now)
    for minutes, known in [(0, 0), (59, 0), (61, 61)]:
        keys.authenticate(session, token, now + dt.timedelta(minutes=minutes))
        assert key.last_used_at == now + dt.timedelta(minutes=known)


def test_keys_are_listed_newest_first_and_by_id(
    session: Session, program: Program, admin: User, now: dt.datetime
) -> None:
    first, _ = keys.create_key(session, program, "till", actor=admin, now=now)
    second, _ = keys.create_key(session, program, "shop", actor=None, now=now)
    assert keys.list_keys(session, program) == [second, first]
    assert keys.list_keys(session) == [second, first]
    assert keys.get_key(session, first.id) == first
    with pytest.raises(NotFound):
        keys.get_key(session, second.id + 1)


def test_a_key_needs_a_name(
    session: Session, program: Program, admin: User, now: dt.datetime
) -> None:
    with pytest.raises(Invalid):
        keys.create_key(session, program, "  ", actor=admin, now=now)
