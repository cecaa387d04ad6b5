"""`tally db`: the database's tables."""

from __future__ import annotations

import click
from alembic.config import Config as AlembicConfig
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine
from sqlalchemy.exc import DatabaseError

from app import db as databases
from app.cli.console import configuration, gettext


@click.group(help=gettext("The database that DATABASE_URL names; by default a SQLite file."))
def db() -> None:
    """Group what is done to the tables."""


@db.command(help=gettext("Bring the tables to their newest form; nothing is lost."))
def upgrade() -> None:
    """Run the migrations that are missing."""
    engine = databases.connect(configuration().database_url)
    try:
        reachable(engine)
        databases.upgrade(engine)
    finally:
        engine.dispose()
    click.echo(
        gettext("The database %(url)s is up to date.") % {"url": engine.url.render_as_string()}
    )


def is_current(engine: Engine) -> bool:
    """True where the tables are in their newest form."""
    config = AlembicConfig()
    config.set_main_option("script_location", str(databases.MIGRATIONS))
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
