"""What all commands share: the reader's language, the present, the database at hand."""

from __future__ import annotations

import datetime as dt
import gettext as catalogues
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import click

_CATALOGUE = catalogues.translation(
    "messages", Path(__file__).parents[1] / "translations", fallback=True
)
gettext = _CATALOGUE.gettext
ngettext = _CATALOGUE.ngettext

READABLE = click.Path(exists=True, dir_okay=False, path_type=Path)


def now() -> dt.datetime:
    """The present, aware and in UTC; every command asks once."""
    return dt.datetime.now(dt.UTC)


def echo_json(value: Any) -> None:  # noqa: ANN401 - as JSON has it
    """Print a value as JSON for programs to read."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=_plain))


def _plain(value: object) -> str:
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, Decimal):
        return f"{value:f}"
    raise TypeError(value)
