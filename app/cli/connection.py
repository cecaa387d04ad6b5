"""The database at hand, for the commands that need one: opened, or said why not."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import click
from alembic.config import Config as AlembicConfig
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from app import db
from app.cli.console import gettext
from app.config import Config
from app.models import Program
from app.services import programs


def configuration() -> Config:
    """What the environment says."""
    return Config.from_environment(os.environ)


@contextmanager
def open_database() -> Iterator[Engine]:
    """The database at hand with its tables in their newest form; else say how to get there."""
    engine = db.connect(configuration().database_url)
    try:
        if not is_current(engine):
            raise click.ClickException(
                gettext("The database %(url)s is not up to date. Run: tally db upgrade")
                % {"url": engine.url.render_as_string()}
            )
        yield engine
    finally:
        engine.dispose()


def the_program(session: Session, slug: str | None) -> Program:
    """The program of a slug, or the only one there is."""
    if slug is not None:
        return programs.get_program(session, slug)
    found = programs.list_programs(session)
    if len(found) == 1:
        return found[0]
    if not found:
        raise click.ClickException(
            gettext("There is no program yet. Run: tally program add NAME --by ADMIN")
        )
    slugs = ", ".join(one.slug for one in found)
    raise click.UsageError(gettext("Choose a program with --program: %(slugs)s") % {"slugs": slugs})


def is_current(engine: Engine) -> bool:
    """True where the tables are in their newest form."""
    config = AlembicConfig()
    config.set_main_option("script_location", str(db.MIGRATIONS))
    head = ScriptDirectory.from_config(config).get_current_head()
    reachable(engine)
    with engine.execution_options(reading=True).connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == head


def reachable(engine: Engine) -> None:
    """Say plainly where no database answers."""
    try:
        with engine.execution_options(reading=True).connect():
            pass
    except DatabaseError as error:
        url = engine.url.render_as_string()
        message = gettext("The database %(url)s does not answer: %(why)s")
        raise click.ClickException(message % {"url": url, "why": error.orig}) from error
