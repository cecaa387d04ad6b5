from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy.orm import Session

from app.models import User
from app.services import users
from app.services.errors import Conflict, Invalid

GOOD = "correct horse battery"


def test_a_user_signs_in_with_the_address_in_any_case(session: Session, now: dt.datetime) -> None:
    user = users.create_user(session, " Mara@Example.com", GOOD, roles=["marketer"], now=now)
    assert users.find_user(session, "MARA@example.com") == user
    assert (user.email, user.name) == ("mara@example.com", "mara")
    assert user.role_names == {"marketer"}
    assert users.verify_password(user, GOOD)
    assert not users.verify_password(user, "correct horse batterz")


def test_only_a_hash_of_the_password_is_kept(session: Session, now: dt.datetime) -> None:
    user = users.create_user(session, "mara@example.com", GOOD, roles=["marketer"], now=now)
    assert user.password.startswith("$argon2id$")
    assert GOOD not in user.password


@pytest.mark.parametrize(
    ("email", "password", "roles", "field"),
    [
        ("mara", GOOD, ["marketer"], "email"),
        ("mara@example.com", "only eleven", ["marketer"], "password"),
        ("mara@example.com", "x" * 201, ["marketer"], "password"),
        ("mara@example.com", "MARA@example.com", ["marketer"], "password"),
        ("a" * 12 + "@example.com", "a" * 12, ["marketer"], "password"),
        ("mara@example.com", "aaaaaaaaaaaaaa", ["marketer"], "password"),
        ("mara@example.com", GOOD, [], "roles"),
        ("mara@example.com", GOOD, ["owner"], "roles"),
    ],
)
def test_a_wrong_field_is_named(
    session: Session, now: dt.datetime, email: str, password: str, roles: list[str], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        users.create_user(session, email, password, roles=roles, now=now)
    assert [getattr(problem, "field", None) for problem in refused.value.problems] == [field]
    assert users.find_user(session, email) is None


@pytest.mark.usefixtures("marketer")
def test_an_address_has_one_user(session: Session, now: dt.datetime) -> None:
    with pytest.raises(Conflict, match=r"mara@example\.com"):
        users.create_user(session, "Mara@example.com", GOOD, roles=["marketer"], now=now)


def test_a_new_password_ends_other_sessions(session: Session, marketer: User) -> None:
    before = marketer.fs_uniquifier
    users.set_password(session, marketer, GOOD)
    assert users.verify_password(marketer, GOOD)
    assert marketer.fs_uniquifier != before


def test_an_inactive_user_has_no_password(session: Session, marketer: User) -> None:
    users.set_password(session, marketer, GOOD)
    users.deactivate(session, marketer)
    assert not users.verify_password(marketer, GOOD)
    users.activate(session, marketer)
    assert users.verify_password(marketer, GOOD)


def test_a_hash_of_another_kind_verifies_nothing(marketer: User) -> None:
    assert not users.verify_password(marketer, "")


def test_the_last_active_admin_stays(session: Session, admin: User, marketer: User) -> None:
    with pytest.raises(Conflict, match="last active admin"):
        users.deactivate(session, admin)
    with pytest.raises(Conflict, match="last active admin"):
        users.set_roles(session, admin, ["auditor"])
    users.set_roles(session, marketer, ["admin"])
    users.deactivate(session, admin)
    assert not admin.active


def test_roles_are_replaced(session: Session, marketer: User) -> None:
    users.set_roles(session, marketer, ["approver", "auditor"])
    session.refresh(marketer)
    assert marketer.role_names == {"approver", "auditor"}


def test_a_demo_account_counts_while_it_is_active(session: Session, now: dt.datetime) -> None:
    assert not users.has_active_demo_account(session)
    demo = users.create_user(
        session, "demo@example.com", GOOD, roles=["marketer"], now=now, is_demo=True
    )
    assert users.has_active_demo_account(session)
    users.deactivate(session, demo)
    assert not users.has_active_demo_account(session)


def test_users_are_listed_by_address(session: Session, marketer: User, approver: User) -> None:
    assert users.list_users(session) == [approver, marketer]
