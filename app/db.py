"""The database: engines that lock as the ledger needs, transactions that are tried again.

SQLite takes its write lock when a transaction begins (BEGIN IMMEDIATE), PostgreSQL reads committed
rows and locks them in key order. On both, who holds a customer's lock sees all that is recorded.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from alembic import command
from alembic.config import Config as AlembicConfig
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, OperationalError
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry, StaticPool

from app.config import AddressError

MIGRATIONS = Path(__file__).parent / "migrations"
DRIVERS = ("sqlite", "sqlite+pysqlite", "postgresql+psycopg")
BUSY_SECONDS = 30
ATTEMPTS = 8
# PostgreSQL's serialization_failure and deadlock_detected: the transaction did nothing wrong.
AGAIN = ("40001", "40P01")

T = TypeVar("T")


def database_url(text: str) -> URL:
    """The address with the driver named; `postgres://` and `postgresql://` are psycopg's.

    Raises AddressError, which does not repeat the text: it may have a password in it.
    """
    try:
        url = make_url(text)
    except (ArgumentError, ValueError) as error:
        raise AddressError from error
    if url.drivername in ("postgres", "postgresql"):
        url = url.set(drivername="postgresql+psycopg")
    if url.drivername not in DRIVERS:
        raise AddressError
    return url


def connect(text: str) -> Engine:
    """An engine for a database address; the folder of a SQLite file is made where it is missing."""
    url = database_url(text)
    if url.get_backend_name() != "sqlite":
        return create_engine(url, pool_pre_ping=True)
    arguments = {"timeout": BUSY_SECONDS, "check_same_thread": False}
    if url.database in (None, "", ":memory:"):
        engine = create_engine(url, connect_args=arguments, poolclass=StaticPool)
    else:
        Path(str(url.database)).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(url, connect_args=arguments)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    # The driver must not begin transactions by itself: _begin_sqlite does.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "foreign_keys=ON", "synchronous=NORMAL"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    reading = connection.get_execution_options().get("reading", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def sessions(engine: Engine) -> sessionmaker[Session]:
    """Sessions that may write; on SQLite one at a time."""
    return sessionmaker(engine, expire_on_commit=False)


def reading_sessions(engine: Engine) -> sessionmaker[Session]:
    """Sessions that only read, which on SQLite never wait for one that writes."""
    return sessionmaker(engine.execution_options(reading=True), expire_on_commit=False)


def in_transaction(engine: Engine, work: Callable[[Session], T]) -> T:
    """What `work` returns, its writes committed; tried again whole where the database asks to."""
    attempt = 1
    while True:
        try:
            with sessions(engine).begin() as session:
                return work(session)
        except OperationalError as error:
            if attempt == ATTEMPTS or getattr(error.orig, "sqlstate", None) not in AGAIN:
                raise
            attempt += 1


def upgrade(engine: Engine) -> None:
    """Bring the tables to the newest migration."""
    config = AlembicConfig()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
