"""Programs and what was in force in them when."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Base, Digest, Key
from app.models.rules import RuleVersion
from app.models.users import User


class Program(Base):
    """A loyalty program: the home of rules, customers and events."""

    __tablename__ = "programs"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    created_at: Mapped[dt.datetime]


class DeclarationsVersion(Base):
    """What a program declares apart from its rules, as saved once; never changed."""

    __tablename__ = "declarations_versions"
    __table_args__ = (UniqueConstraint("program_id", "number"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    program_id: Mapped[int] = mapped_column(ForeignKey("programs.id"))
    number: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    hash: Mapped[str] = mapped_column(Digest)
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[dt.datetime]

    author: Mapped[User] = relationship()


class ProgramVersion(Base):
    """An ordered set of texts in force from an instant until the next version's; never changed.

    `hash` is of the texts alone: equal hashes decide alike.
    """

    __tablename__ = "program_versions"
    __table_args__ = (
        UniqueConstraint("program_id", "number"),
        Index("ix_program_versions_in_force", "program_id", "in_force_from"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    program_id: Mapped[int] = mapped_column(ForeignKey("programs.id"))
    number: Mapped[int]
    declarations_version_id: Mapped[int] = mapped_column(ForeignKey("declarations_versions.id"))
    hash: Mapped[str] = mapped_column(Digest)
    in_force_from: Mapped[dt.datetime]
    published_at: Mapped[dt.datetime]
    published_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    note: Mapped[str] = mapped_column(Text, default="")

    declarations: Mapped[DeclarationsVersion] = relationship()
    publisher: Mapped[User] = relationship()
    rules: Mapped[list[ProgramVersionRule]] = relationship(
        order_by="ProgramVersionRule.position", back_populates="program_version"
    )


class ProgramVersionRule(Base):
    """A rule version's place in a program version's text."""

    __tablename__ = "program_version_rules"

    program_version_id: Mapped[int] = mapped_column(
        Key, ForeignKey("program_versions.id"), primary_key=True
    )
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    rule_version_id: Mapped[int] = mapped_column(ForeignKey("rule_versions.id"), index=True)

    program_version: Mapped[ProgramVersion] = relationship(back_populates="rules")
    rule_version: Mapped[RuleVersion] = relationship(lazy="joined", innerjoin=True)
