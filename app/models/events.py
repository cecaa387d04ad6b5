"""Customers, what happened to them, and what was decided about it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Base, Digest, Key, OutsideId
from app.models.programs import ProgramVersion


class Customer(Base):
    """A customer of a program, by the id others know; the row is what ingest locks."""

    __tablename__ = "customers"
    __table_args__ = (UniqueConstraint("program_id", "external_id"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    program_id: Mapped[int] = mapped_column(ForeignKey("programs.id"))
    external_id: Mapped[str] = mapped_column(OutsideId)
    joined_at: Mapped[dt.datetime | None]
    created_at: Mapped[dt.datetime]


class Event(Base):
    """An event as it came in, canonical; `seq` is the order of recording. Never changed."""

    __tablename__ = "events"
    __table_args__ = (
        UniqueConstraint("program_id", "event_id"),
        Index("ix_events_customer", "customer_id", "at", "event_id"),
        Index("ix_events_at", "program_id", "at"),
        {"sqlite_autoincrement": True},
    )

    seq: Mapped[int] = mapped_column(Key, primary_key=True)
    program_id: Mapped[int] = mapped_column(ForeignKey("programs.id"))
    event_id: Mapped[str] = mapped_column(OutsideId)
    type: Mapped[str] = mapped_column(Text)
    at: Mapped[dt.datetime]
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    content: Mapped[str] = mapped_column(Text)
    content_hash: Mapped[str] = mapped_column(Digest)
    received_at: Mapped[dt.datetime]

    customer: Mapped[Customer] = relationship()


class Decision(Base):
    """What was decided about an event, by which version; None where none was in force."""

    __tablename__ = "decisions"

    event_seq: Mapped[int] = mapped_column(
        Key, ForeignKey("events.seq"), primary_key=True, autoincrement=False
    )
    program_version_id: Mapped[int | None] = mapped_column(ForeignKey("program_versions.id"))
    outcome: Mapped[dict[str, Any]]
    late: Mapped[bool]
    decided_at: Mapped[dt.datetime]

    event: Mapped[Event] = relationship()
    program_version: Mapped[ProgramVersion | None] = relationship()
