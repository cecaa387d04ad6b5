"""`tally db`: the database's tables."""

from __future__ import annotations

import click

from app import db as databases
from app.cli.connection import configuration, reachable
from app.cli.console import gettext


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
