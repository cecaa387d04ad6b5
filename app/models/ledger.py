"""The ledger, the balances that are its sums, and what limits and budgets have used."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Base, Key, OutsideId
from app.models.events import Event


class LedgerEntry(Base):
    """One movement of one customer's unit; `amount` is in 10**-precision. Never changed.

    `at` is the event's time, `recorded_at` when the line was written.
    """

    __tablename__ = "ledger_entries"
    __table_args__ = (
        # Without the rule's version, so that deciding again cannot pay twice.
        UniqueConstraint("event_seq", "rule_name", "reward", "customer_id", "kind"),
        Index("ix_ledger_entries_customer", "customer_id", "id"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    unit: Mapped[str] = mapped_column(String(200))
    amount: Mapped[int]
    precision: Mapped[int]
    kind: Mapped[str] = mapped_column(String(20))
    event_seq: Mapped[int] = mapped_column(ForeignKey("events.seq"))
    rule_name: Mapped[str] = mapped_column(String(200))
    rule_version_id: Mapped[int | None] = mapped_column(ForeignKey("rule_versions.id"), index=True)
    reward: Mapped[int]
    at: Mapped[dt.datetime]
    recorded_at: Mapped[dt.datetime]
    because: Mapped[str | None] = mapped_column(Text)

    event: Mapped[Event] = relationship()


class Balance(Base):
    """What a customer has of a unit: the sum of the ledger's entries, written with them."""

    __tablename__ = "balances"

    customer_id: Mapped[int] = mapped_column(
        Key, ForeignKey("customers.id"), primary_key=True, autoincrement=False
    )
    unit: Mapped[str] = mapped_column(String(200), primary_key=True)
    amount: Mapped[int]
    precision: Mapped[int]


class Snapshot(Base):
    """A customer's state right after their last event, so that deciding reads no history."""

    __tablename__ = "snapshots"

    customer_id: Mapped[int] = mapped_column(
        Key, ForeignKey("customers.id"), primary_key=True, autoincrement=False
    )
    plan_hash: Mapped[str] = mapped_column(String(64))
    data: Mapped[dict[str, Any]]
    last_at: Mapped[dt.datetime]
    last_event_id: Mapped[str] = mapped_column(OutsideId)


class Counter(Base):
    """What a limit (of a customer) or a budget (of all) has used in a calendar period."""

    __tablename__ = "counters"
    __table_args__ = (CheckConstraint("used >= 0", name="not_negative"),)

    program_id: Mapped[int] = mapped_column(
        Key, ForeignKey("programs.id"), primary_key=True, autoincrement=False
    )
    scope: Mapped[str] = mapped_column(String(10), primary_key=True)
    name: Mapped[str] = mapped_column(String(400), primary_key=True)
    holder: Mapped[str] = mapped_column(OutsideId, primary_key=True)
    period: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    used: Mapped[int]
