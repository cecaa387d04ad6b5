"""`tally program`: the programs of an installation."""

from __future__ import annotations

import click
from sqlalchemy.orm import Session

from app.cli.connection import open_database
from app.cli.console import echo_json, gettext, now
from app.db import in_transaction, reading_sessions
from app.services import programs, users
from app.services.errors import NotFound


@click.group(help=gettext("Programs: each has rules, customers and keys of its own."))
def program() -> None:
    """Group what is done to programs."""


@program.command(help=gettext("Add a program, which declares its name alone and has no rules yet."))
@click.argument("name")
@click.option("--by", "email", required=True, help=gettext("The admin who adds it, by email."))
def add(name: str, email: str) -> None:
    """Add a program."""
    at = now()

    def work(session: Session) -> str:
        actor = users.find_user(session, email)
        if actor is None:
            raise NotFound("There is no user %(email)s.", email=email)
        return programs.create_program(session, name, actor=actor, now=at).slug

    with open_database() as engine:
        click.echo(in_transaction(engine, work))


@program.command("list", help=gettext("List programs by what --program calls them."))
@click.option("--json", "as_json", is_flag=True, help=gettext("Print a list for programs to read."))
def list_(*, as_json: bool) -> None:
    """List programs."""
    with open_database() as engine, reading_sessions(engine)() as session:
        found = programs.list_programs(session)
        if as_json:
            echo_json([{"slug": one.slug, "name": one.name} for one in found])
            return
        for one in found:
            click.echo(f"{one.slug:<24} {one.name}")
