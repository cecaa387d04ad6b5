"""People who sign in: who they are, what they may do, their passwords."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from uuid import uuid4

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import ROLES, Role, User
from app.services.errors import Conflict, Invalid, NotFound, Problem

PASSWORD_LEAST = 12
PASSWORD_MOST = 200
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_HASHER = PasswordHasher()


def create_user(
    session: Session,
    email: str,
    password: str,
    *,
    roles: Iterable[str],
    now: dt.datetime,
    name: str = "",
    is_demo: bool = False,
) -> User:
    """Add a person; the address is kept in lower case and is what they sign in with."""
    email = email.strip().lower()
    if not _EMAIL.fullmatch(email) or len(email) > 255:  # noqa: PLR2004 - the column's length
        raise Invalid([Problem("email", "email", "This is not an email address.")])
    check_password(password, email)
    wanted = _roles(session, roles)
    if session.scalar(select(User.id).where(User.email == email)) is not None:
        raise Conflict("There is already a user with the email %(email)s.", email=email)
    user = User(
        email=email,
        name=name.strip() or email.partition("@")[0],
        password=_HASHER.hash(password),
        created_at=now,
        is_demo=is_demo,
        roles=wanted,
    )
    session.add(user)
    session.flush()
    return user


def check_password(password: str, email: str) -> None:
    """Raise Invalid for a password that is short, endless, or the email's own words."""
    email = email.lower()
    if len(password) < PASSWORD_LEAST:
        message = "A password has at least 12 characters."
    elif len(password) > PASSWORD_MOST:
        message = "A password has at most 200 characters."
    elif password.lower() in (email, email.partition("@")[0]):
        message = "The password must not be the email address."
    elif len(set(password)) == 1:
        message = "The password must not be one character repeated."
    else:
        return
    raise Invalid([Problem("password", "password", message)])


def set_password(session: Session, user: User, password: str) -> None:
    """Give the person a new password and end their other sessions."""
    check_password(password, user.email)
    user.password = _HASHER.hash(password)
    user.fs_uniquifier = uuid4().hex
    session.flush()


def verify_password(user: User, password: str) -> bool:
    """True where this is the password of an active person."""
    try:
        return user.active and _HASHER.verify(user.password, password)
    except (VerificationError, InvalidHashError):
        return False


def set_roles(session: Session, user: User, roles: Iterable[str]) -> None:
    """Give the person exactly these roles; one active admin must remain."""
    wanted = _roles(session, roles)
    if "admin" not in {role.name for role in wanted}:
        _keep_an_admin(session, user)
    user.roles = wanted
    session.flush()


def deactivate(session: Session, user: User) -> None:
    """Let the person sign in no more; what they did stays on record. One active admin remains."""
    _keep_an_admin(session, user)
    user.active = False
    user.fs_uniquifier = uuid4().hex
    session.flush()


def activate(session: Session, user: User) -> None:
    """Let the person sign in again."""
    user.active = True
    session.flush()


def get_user(session: Session, user_id: int) -> User:
    """The person of an id."""
    user = session.get(User, user_id)
    if user is None:
        raise NotFound("There is no such user.")
    return user


def find_user(session: Session, email: str) -> User | None:
    """The person with an email address, in any case."""
    return session.scalar(select(User).where(User.email == email.strip().lower()))


def list_users(session: Session) -> Sequence[User]:
    """All people by email address, the inactive ones too."""
    return session.scalars(select(User).order_by(User.email)).all()


def has_active_demo_account(session: Session) -> bool:
    """True while anybody could sign in with a password that is printed for all to read."""
    statement = select(func.count()).where(User.is_demo, User.active)
    return bool(session.scalar(statement))


def _roles(session: Session, names: Iterable[str]) -> list[Role]:
    wanted = set(names)
    if not wanted or not wanted <= set(ROLES):
        listed = ", ".join(ROLES)
        raise Invalid([Problem("roles", "roles", f"Choose one or more of: {listed}.")])
    known = {role.name: role for role in session.scalars(select(Role))}
    for name in wanted - known.keys():
        known[name] = Role(name=name)
        session.add(known[name])
    return [known[name] for name in ROLES if name in wanted]


def _keep_an_admin(session: Session, user: User) -> None:
    others = session.scalars(select(User).where(User.active, User.id != user.id))
    if "admin" in user.role_names and not any("admin" in one.role_names for one in others):
        raise Conflict("This is the last active admin; make somebody else an admin first.")
