"""Keys of other systems: shown once, kept as a hash, bound to one program."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import secrets
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import ApiKey, Program, User
from app.services.errors import Invalid, NotFound, Problem

NAME_MOST = 200
# How exactly `last_used_at` is known, so that not every request writes.
USED_WITHIN = dt.timedelta(hours=1)


def create_key(
    session: Session, program: Program, name: str, *, actor: User | None, now: dt.datetime
) -> tuple[ApiKey, str]:
    """Make a key; the token `tly_<prefix>_<secret>` is given back here and never again."""
    name = name.strip()
    if not name or len(name) > NAME_MOST:
        raise Invalid([Problem("name", "name", "Name the key after the system that will use it.")])
    prefix, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
    key = ApiKey(
        program=program,
        name=name,
        prefix=prefix,
        hash=_digest(secret),
        created_at=now,
        creator=actor,
    )
    session.add(key)
    session.flush()
    return key, f"tly_{prefix}_{secret}"


def authenticate(session: Session, token: str, now: dt.datetime) -> ApiKey | None:
    """The key of a token that is not revoked; at most once an hour its use is written down."""
    key = identify(session, token)
    if key is not None and is_use_due(key, now):
        note_use(session, key, now)
    return key


def identify(session: Session, token: str) -> ApiKey | None:
    """The key of a token that is not revoked; nothing is written."""
    mark, _, rest = token.partition("_")
    prefix, _, secret = rest.partition("_")
    key = session.scalar(select(ApiKey).where(ApiKey.prefix == prefix)) if mark == "tly" else None
    # A hash is compared even where there is no key, so that the time taken tells nothing.
    known = hmac.compare_digest(_digest(secret), key.hash if key else "0" * 64)
    if key is None or not known or key.revoked_at is not None:
        return None
    return key


def is_use_due(key: ApiKey, now: dt.datetime) -> bool:
    """True where the key's last use was written down long enough ago to be written again."""
    return key.last_used_at is None or now - key.last_used_at > USED_WITHIN


def note_use(session: Session, key: ApiKey, now: dt.datetime) -> None:
    """Write down that the key was used."""
    key.last_used_at = now
    session.flush()


def revoke(session: Session, key: ApiKey, *, now: dt.datetime) -> None:
    """Let nobody in with the key from now on."""
    if key.revoked_at is None:
        key.revoked_at = now
        session.flush()


def get_key(session: Session, key_id: int) -> ApiKey:
    """The key of an id."""
    key = session.get(ApiKey, key_id)
    if key is None:
        raise NotFound("There is no such key.")
    return key


def list_keys(session: Session, program: Program | None = None) -> Sequence[ApiKey]:
    """The keys of a program, or all, the newest first, the revoked ones too."""
    statement = select(ApiKey).order_by(ApiKey.id.desc())
    if program is not None:
        statement = statement.where(ApiKey.program_id == program.id)
    return session.scalars(statement).all()


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
