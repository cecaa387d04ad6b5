"""`tally docs`: documentation made of the tables that the language itself reads."""

from __future__ import annotations

from pathlib import Path

import click

import dsl
from app.cli.console import READABLE, gettext


@click.group(help=gettext("Documentation made of what is built in."))
def docs() -> None:
    """Group the documents."""


@docs.command(help=gettext("Print the language's tables: names, forms, errors, reasons."))
@click.option(
    "--check",
    "kept",
    type=READABLE,
    help=gettext("Print nothing; fail where this file says something else."),
)
def language(kept: Path | None) -> None:
    """Print the tables, or hold a file against them; exit 1 where it differs."""
    made = dsl.language_tables()
    if kept is None:
        click.echo(made, nl=False)
    elif kept.read_text("utf-8") != made:
        click.echo(gettext("%(file)s is not what the tables say.") % {"file": kept}, err=True)
        raise click.exceptions.Exit(1)
