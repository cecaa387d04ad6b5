from __future__ import annotations

import datetime as dt

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Engine, delete, inspect, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app import db
from app.models import Base, DeclarationsVersion, Program, User


def test_the_migrated_tables_are_those_of_the_models(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_upgrading_again_changes_nothing(engine: Engine) -> None:
    tables = set(inspect(engine).get_table_names())
    db.upgrade(engine)
    assert set(inspect(engine).get_table_names()) == tables


def test_the_first_migration_can_be_taken_back(engine: Engine) -> None:
    config = Config()
    config.set_main_option("script_location", str(db.MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
    assert set(inspect(engine).get_table_names()) <= {"alembic_version", "sqlite_sequence"}


@pytest.mark.parametrize("verb", ["update", "delete"])
def test_what_is_on_record_cannot_be_changed(
    session: Session, marketer: User, now: dt.datetime, verb: str
) -> None:
    program = Program(name="Club", slug="club", created_at=now)
    session.add(program)
    session.flush()
    version = DeclarationsVersion(
        program_id=program.id, number=1, text="a", hash="b", author=marketer, created_at=now
    )
    session.add(version)
    session.flush()
    change = (
        update(DeclarationsVersion).values(text="c")
        if verb == "update"
        else delete(DeclarationsVersion)
    )
    with pytest.raises(DBAPIError, match="append-only"):
        session.execute(change)
    session.rollback()
