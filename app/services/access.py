"""What the roles may do."""

from __future__ import annotations

from app.models import User
from app.services.errors import Forbidden

# Who writes rules, who lets them through and takes them out, who looks after the installation.
WRITERS = frozenset({"marketer", "admin"})
APPROVERS = frozenset({"approver", "admin"})
ADMINS = frozenset({"admin"})


def may(actor: User, roles: frozenset[str]) -> bool:
    """True where the person is active and has one of the roles."""
    return actor.active and not roles.isdisjoint(actor.role_names)


def require(actor: User, roles: frozenset[str]) -> None:
    """Raise Forbidden where the person may not."""
    if not may(actor, roles):
        raise Forbidden("Your roles do not allow this.")
