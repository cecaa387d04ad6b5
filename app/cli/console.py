"""What all commands share: the reader's language, the present, the database at hand."""

from __future__ import annotations

import datetime as dt
import gettext as catalogues
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlalchemy.orm import Session

    from app.config import Config
    from app.models import Program

_CATALOGUE = catalogues.translation(
    "messages", Path(__file__).parents[1] / "translations", fallback=True
)
gettext = _CATALOGUE.gettext
ngettext = _CATALOGUE.ngettext

READABLE = click.Path(exists=True, dir_okay=False, path_type=Path)


def now() -> dt.datetime:
    """The present, aware and in UTC; every command asks once."""
    return dt.datetime.now(dt.UTC)


def configuration() -> Config:
    """What the environment says."""
    # The commands that need no database start without what stands on one.
    from app.config import Config  # noqa: PLC0415

    return Config.from_environment(os.environ)


@contextmanager
def open_database() -> Iterator[Engine]:
    """The database at hand with its tables in their newest form; else say how to get there."""
    from app.cli.database import is_current  # noqa: PLC0415
    from app.db import connect  # noqa: PLC0415

    engine = connect(configuration().database_url)
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
    from app.services import programs  # noqa: PLC0415

    if slug is not None:
        return programs.get_program(session, slug)
    found = programs.list_programs(session)
    if len(found) == 1:
        return found[0]
    if not found:
        raise click.ClickException(gettext("There is no program yet. Run: tally program add"))
    slugs = ", ".join(one.slug for one in found)
    raise click.UsageError(gettext("Choose a program with --program: %(slugs)s") % {"slugs": slugs})


def echo_json(value: Any) -> None:  # noqa: ANN401 - as JSON has it
    """Print a value as JSON for programs to read."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=_plain))


def _plain(value: object) -> str:
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, Decimal):
        return f"{value:f}"
    raise TypeError(value)
