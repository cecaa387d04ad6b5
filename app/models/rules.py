"""Rules, their versions, who let them through, and every change of them."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Base, Digest, Key
from app.models.users import User

ACTIONS = (
    "created",
    "edited",
    "submitted",
    "approved",
    "rejected",
    "published",
    "paused",
    "resumed",
    "rolled_back",
    "retired",
)


class Rule(Base):
    """A rule as its writers see it: a name, a place in the program's text, a draft.

    `draft_revision` counts saves, so that nobody overwrites what another saved meanwhile.
    """

    __tablename__ = "rules"
    __table_args__ = (UniqueConstraint("program_id", "name"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    program_id: Mapped[int] = mapped_column(ForeignKey("programs.id"))
    name: Mapped[str] = mapped_column(String(200))
    position: Mapped[int]
    draft_text: Mapped[str] = mapped_column(Text)
    draft_revision: Mapped[int] = mapped_column(default=1)
    draft_saved_at: Mapped[dt.datetime]
    draft_saved_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[dt.datetime]
    created_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    retired_at: Mapped[dt.datetime | None]

    saver: Mapped[User] = relationship(foreign_keys=draft_saved_by)
    creator: Mapped[User] = relationship(foreign_keys=created_by)


class RuleVersion(Base):
    """A rule's name and text as submitted once; never changed. `hash` is of the canonical text."""

    __tablename__ = "rule_versions"
    __table_args__ = (UniqueConstraint("rule_id", "number"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    rule_id: Mapped[int] = mapped_column(ForeignKey("rules.id"))
    number: Mapped[int]
    name: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    hash: Mapped[str] = mapped_column(Digest)
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[dt.datetime]

    rule: Mapped[Rule] = relationship()
    author: Mapped[User] = relationship()


class Approval(Base):
    """One question whether a version may be published, and its answer.

    `decision` is None while it waits, else approved, rejected, or superseded by a later version.
    """

    __tablename__ = "approvals"
    __table_args__ = (
        # At most one question about a version is open.
        Index(
            "uq_approvals_waiting",
            "rule_version_id",
            unique=True,
            sqlite_where=text("decision IS NULL"),
            postgresql_where=text("decision IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    rule_version_id: Mapped[int] = mapped_column(ForeignKey("rule_versions.id"), index=True)
    requested_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    requested_at: Mapped[dt.datetime]
    note: Mapped[str] = mapped_column(Text, default="")
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[dt.datetime | None]
    decision: Mapped[str | None] = mapped_column(String(20))
    comment: Mapped[str] = mapped_column(Text, default="")

    rule_version: Mapped[RuleVersion] = relationship()
    requester: Mapped[User] = relationship(foreign_keys=requested_by)
    decider: Mapped[User | None] = relationship(foreign_keys=decided_by)


class RuleChange(Base):
    """Who did what to a rule, when and why; lines are only ever added."""

    __tablename__ = "rule_changes"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    rule_id: Mapped[int] = mapped_column(ForeignKey("rules.id"), index=True)
    action: Mapped[str] = mapped_column(String(20))
    at: Mapped[dt.datetime]
    by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    note: Mapped[str] = mapped_column(Text, default="")
    from_version_id: Mapped[int | None] = mapped_column(ForeignKey("rule_versions.id"))
    to_version_id: Mapped[int | None] = mapped_column(ForeignKey("rule_versions.id"))
    program_version_id: Mapped[int | None] = mapped_column(ForeignKey("program_versions.id"))

    actor: Mapped[User] = relationship()
    from_version: Mapped[RuleVersion | None] = relationship(foreign_keys=from_version_id)
    to_version: Mapped[RuleVersion | None] = relationship(foreign_keys=to_version_id)
