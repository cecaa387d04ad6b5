"""`tally bench`: what the README claims, measured by the benchmarks of a checkout."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

import click
from rich.console import Console

from app.cli.console import echo_json, gettext
from app.services.errors import NotFound

CHECKOUT = Path(__file__).parents[2]
# Of a table that no terminal shows.
WIDTH = 160
NAMES = ("text", "match", "decide", "history", "previews")


@click.command(
    help=gettext(
        "Measure what the README claims: reading programs (text), matching beside other engines"
        " (match), whole decisions (decide), a program over a history (history), what people wait"
        " for (previews). All without NAME."
    )
)
@click.argument("names", nargs=-1, type=click.Choice(NAMES), metavar="[NAME]…")
@click.option("--json", "as_json", is_flag=True, help=gettext("Print JSON for programs to read."))
@click.option("--markdown", is_flag=True, help=gettext("Print Markdown, as it is in the README."))
def bench(names: Sequence[str], *, as_json: bool, markdown: bool) -> None:
    """Print the tables one by one; with --json all at once, when the last is done."""
    if as_json and markdown:
        raise click.UsageError(gettext("--json and --markdown do not go together."))
    benchmarks = load_benchmarks()
    missing = benchmarks.missing_peers()
    if missing:
        told = gettext("Measured without %(peers)s; `make bench` installs them.")
        click.echo(told % {"peers": ", ".join(missing)}, err=True)
    tables = []
    for name in names or NAMES:
        click.echo(gettext("Measuring %(name)s …") % {"name": name}, err=True)
        table = benchmarks.measure(name)
        tables.append(table.data())
        if markdown:
            click.echo(table.markdown() + "\n")
        elif not as_json:
            Console(width=None if sys.stdout.isatty() else WIDTH).print(table.rich())
    if as_json:
        echo_json({"machine": benchmarks.machine(), "tables": tables})


def load_benchmarks(checkout: Path = CHECKOUT) -> ModuleType:
    """The package of benchmarks, which comes with a checkout and is part of no installation."""
    if not (checkout / "benchmarks" / "__init__.py").is_file():
        raise NotFound(
            "The benchmarks come with a checkout; there are none beside %(path)s.",
            path=str(checkout),
        )
    if str(checkout) not in sys.path:
        sys.path.append(str(checkout))
    return importlib.import_module("benchmarks")
