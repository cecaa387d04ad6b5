"""Statements that SQLite and PostgreSQL spell alike but SQLAlchemy keeps apart, and batches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase, Session

T = TypeVar("T")
# Values in one statement: below what either database takes as parameters.
BATCH = 1_000


def upsert(session: Session, model: type[DeclarativeBase]) -> postgresql.Insert:
    """An INSERT into the model's table that can be told what to do ON CONFLICT."""
    table = table_of(model)
    if session.get_bind().dialect.name == "sqlite":
        # Both classes have the same methods, without a common base.
        return sqlite.insert(table)  # type: ignore[return-value]
    return postgresql.insert(table)


def table_of(model: type[DeclarativeBase]) -> Table:
    """The model's table: rows go in by the thousand without the unit of work."""
    return model.metadata.tables[model.__tablename__]


def batches(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """The values in order, so many at a time as one statement takes."""
    for start in range(0, len(values), BATCH):
        yield values[start : start + BATCH]
