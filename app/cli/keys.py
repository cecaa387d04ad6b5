"""`tally key`: keys by which other systems reach the API."""

from __future__ import annotations

import click
from sqlalchemy.orm import Session

from app.cli.connection import open_database, the_program
from app.cli.console import echo_json, gettext, now
from app.db import in_transaction, reading_sessions
from app.models import ApiKey
from app.services import keys
from app.services.errors import NotFound

for_program = click.option(
    "--program", "slug", help=gettext("The program; not needed where there is only one.")
)


@click.group(help=gettext("Keys to the API; each belongs to one program."))
def key() -> None:
    """Group what is done to keys."""


@key.command(help=gettext("Add a key, named after the system that will use it; shown this once."))
@click.argument("name")
@for_program
def add(name: str, slug: str | None) -> None:
    """Add a key."""
    at = now()

    def work(session: Session) -> str:
        program = the_program(session, slug)
        return keys.create_key(session, program, name, actor=None, now=at)[1]

    with open_database() as engine:
        click.echo(in_transaction(engine, work))


@key.command(help=gettext("Let nobody in with a key any more; PREFIX is what `list` shows."))
@click.argument("prefix")
def revoke(prefix: str) -> None:
    """Revoke a key."""
    at = now()

    def work(session: Session) -> None:
        wanted = prefix.removeprefix("tly_").partition("_")[0]
        for one in keys.list_keys(session):
            if one.prefix == wanted:
                keys.revoke(session, one, now=at)
                return
        raise NotFound("There is no key %(prefix)s.", prefix=prefix)

    with open_database() as engine:
        in_transaction(engine, work)
    click.echo(gettext("The key %(prefix)s is revoked.") % {"prefix": prefix})


@key.command("list", help=gettext("List keys with their state; their secrets are not kept."))
@for_program
@click.option("--json", "as_json", is_flag=True, help=gettext("Print a list for programs to read."))
def list_(slug: str | None, *, as_json: bool) -> None:
    """List keys."""
    with open_database() as engine, reading_sessions(engine)() as session:
        found = keys.list_keys(session, the_program(session, slug) if slug else None)
        if as_json:
            echo_json([_listed(one) for one in found])
            return
        for one in found:
            state = gettext("revoked") if one.revoked_at else gettext("valid")
            click.echo(f"tly_{one.prefix}_…  {state:<8} {one.program.slug:<20} {one.name}")


def _listed(one: ApiKey) -> dict[str, object]:
    return {
        "prefix": one.prefix,
        "name": one.name,
        "program": one.program.slug,
        "created_at": one.created_at,
        "last_used_at": one.last_used_at,
        "revoked_at": one.revoked_at,
    }
