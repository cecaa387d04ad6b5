"""A test of a database runs on SQLite and on PostgreSQL, each time with a fresh one."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.postgres import Server


@pytest.fixture(params=["sqlite", "postgresql"])
def dialect(request: pytest.FixtureRequest) -> str:
    """The kind of database this run of the test is on."""
    name: str = request.param
    return name


@pytest.fixture
def empty_database_url(
    dialect: str, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[str]:
    """The URL of a database without a table."""
    if dialect == "sqlite":
        yield f"sqlite:///{tmp_path / 'tally.sqlite'}"
        return
    server: Server = request.getfixturevalue("postgres_server")
    name = server.create()
    yield server.url(name)
    server.drop(name)


@pytest.fixture
def database_url(dialect: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of a database as the migrations leave it; a test disposes of its own engines."""
    if dialect == "sqlite":
        database = tmp_path / "tally.sqlite"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), database)
        yield f"sqlite:///{database}"
        return
    server: Server = request.getfixturevalue("postgres_server")
    name = server.create(request.getfixturevalue("postgres_template"))
    yield server.url(name)
    server.drop(name)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with all tables, to be copied and never opened again."""
    path = tmp_path_factory.mktemp("template") / "tally.sqlite"
    _upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres_server: Server) -> Iterator[str]:
    """The name of a PostgreSQL database with all tables, to be copied and never opened again."""
    name = postgres_server.create()
    _upgrade(postgres_server.url(name))
    yield name
    postgres_server.drop(name)


def _upgrade(url: str) -> None:
    """All migrations have run on the database, and nothing holds it open."""
    # The language's tests do not load the storage layers.
    from app.db import connect, upgrade  # noqa: PLC0415

    engine = connect(url)
    try:
        upgrade(engine)
    finally:
        engine.dispose()
