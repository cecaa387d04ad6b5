"""People who sign in, and what they may do."""

from __future__ import annotations

import datetime as dt
from uuid import uuid4

# Flask-Security asks its users for these methods; they touch the web only when it calls them.
from flask_security.core import RoleMixin, UserMixin
from sqlalchemy import Column, ForeignKey, String, Table
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Base, Key

ROLES = ("marketer", "approver", "auditor", "admin")

users_roles = Table(
    "users_roles",
    Base.metadata,
    Column("user_id", ForeignKey("users.id"), primary_key=True),
    Column("role_id", ForeignKey("roles.id"), primary_key=True),
)


class Role(Base, RoleMixin):
    """One of ROLES: marketers write, approvers let through, auditors read, admins do all."""

    __tablename__ = "roles"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    description: Mapped[str] = mapped_column(String(255), default="")


class User(Base, UserMixin):
    """A person; `password` is an argon2id hash, `fs_uniquifier` names the session of sign-in."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    email: Mapped[str] = mapped_column(String(255), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    password: Mapped[str] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True, default=lambda: uuid4().hex)
    is_demo: Mapped[bool] = mapped_column(default=False)
    locale: Mapped[str | None] = mapped_column(String(20))
    created_at: Mapped[dt.datetime]
    roles: Mapped[list[Role]] = relationship(  # type: ignore[assignment] # narrower than the mixin's
        secondary=users_roles, lazy="selectin"
    )

    @property
    def role_names(self) -> frozenset[str]:
        """The names of the roles the person has."""
        return frozenset(role.name for role in self.roles)
