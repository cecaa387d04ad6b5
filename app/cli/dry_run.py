"""`tally dry-run`: what a program would have awarded over a history in files."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import click
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

import dsl
from app.cli.console import READABLE, echo_json, gettext, now
from app.compiling import compile_apart
from app.history.files import UnreadableFile
from app.history.kept import KeptHistories
from app.history.reading import Files
from app.services.dry_runs.awards import write_awards, write_table
from app.services.dry_runs.comparing import Json, changes
from app.services.dry_runs.files import FileRun, Scope, dry_run_files
from app.services.dry_runs.report import amount_of
from app.services.dry_runs.saved import ANSWER
from app.services.dry_runs.saved import save as save_result
from app.services.figures import Figures, amounts, figures
from dsl.engine.calendar import moment
from dsl.engine.columns import (
    DryRun,
    LeftOut,
    MissingColumnError,
    Way,
    budgets,
    liabilities,
)
from dsl.meaning import checked
from dsl.text.grammar import cache_folder

# How each engine runs a program; what it cannot run is left to one that can.
WAYS: dict[str, Way] = {"auto": "auto", "compiled": "python", "native": "native"}
# What totals have beside units.
COUNTED = ("awards", "customers")
DATE = click.DateTime(["%Y-%m-%d"])


@click.command("dry-run", help=gettext("Run a program over a history; nothing is recorded."))
@click.argument("program", type=READABLE)
@click.option("--events", required=True, type=READABLE, help=gettext("Parquet, CSV or JSON lines."))
@click.option("--items", type=READABLE, help=gettext("Line items, by event_id."))
@click.option("--customers", type=READABLE, help=gettext("Customers and their attributes."))
@click.option(
    "--against",
    type=click.Path(exists=True, path_type=Path),
    help=gettext("Another program, or the folder of a saved result, to see the difference."),
)
@click.option(
    "--from", "first", type=DATE, help=gettext("Decide the events of this local date and later.")
)
@click.option(
    "--through", type=DATE, help=gettext("Decide the events up to this local date, included.")
)
@click.option("--segment", help=gettext("Tell what customers got who were in this segment then."))
@click.option(
    "--engine",
    type=click.Choice(["auto", "compiled", "native"]),
    default="auto",
    show_default=True,
    help=gettext("How the program is run; all engines decide alike."),
)
@click.option("--json", "as_json", is_flag=True, help=gettext("Print JSON for programs to read."))
@click.option(
    "--customers-out",
    type=click.Path(dir_okay=False, path_type=Path),
    help=gettext("Write what each customer got to this file, as JSON."),
)
@click.option(
    "--awards-out",
    type=click.Path(dir_okay=False, path_type=Path),
    help=gettext("Write every award to this file: .parquet, .csv or .jsonl."),
)
@click.option(
    "--changes-out",
    type=click.Path(dir_okay=False, path_type=Path),
    help=gettext("With --against, write every award that differs to this file."),
)
@click.option(
    "--save",
    type=click.Path(file_okay=False, path_type=Path),
    help=gettext("Save the result in a new folder, to be held against others later."),
)
@click.option(
    "--explain",
    metavar="EVENT_ID",
    multiple=True,
    help=gettext("Tell what every rule did on this event, and why; may be given again."),
)
@click.option(
    "--by", metavar="ATTRIBUTE", help=gettext("Sum up by a text attribute of events too.")
)
@click.option(
    "--cache",
    type=click.Path(file_okay=False, path_type=Path),
    help=gettext("Keep what is read of large files in this folder, not in the user's cache."),
)
@click.option("--no-cache", is_flag=True, help=gettext("Read the files anew, and keep nothing."))
def dry_run(  # noqa: PLR0913, PLR0917 - each an option
    program: Path,
    events: Path,
    items: Path | None,
    customers: Path | None,
    against: Path | None,
    first: dt.datetime | None,
    through: dt.datetime | None,
    segment: str | None,
    engine: str,
    customers_out: Path | None,
    awards_out: Path | None,
    changes_out: Path | None,
    save: Path | None,
    explain: tuple[str, ...],
    by: str | None,
    cache: Path | None,
    *,
    no_cache: bool,
    as_json: bool,
) -> None:
    """Run a program over files; exit 1 where it does not check, 2 where a file cannot be read."""
    if changes_out is not None and against is None:
        raise click.UsageError(gettext("--changes-out needs --against."))
    if cache is not None and no_cache:
        raise click.UsageError(gettext("--cache and --no-cache do not go together."))
    if save is not None and (save / ANSWER).exists():
        raise click.UsageError(gettext("%(folder)s has a result already.") % {"folder": save})
    scope = Scope(
        None if first is None else first.date(),
        None if through is None else through.date(),
        segment,
        by,
        explain,
    )
    if scope.first is not None and scope.through is not None and scope.first > scope.through:
        raise click.UsageError(gettext("--from is after --through."))
    _refuse_places(customers_out, awards_out, changes_out)
    checked_program = _checked(program)
    other = against if against is None or against.is_dir() else _checked(against)
    for file, one in ((program, checked_program), (against, other)):
        if segment is not None and isinstance(one, checked.Program) and segment not in one.segments:
            message = gettext("%(file)s has no segment %(name)s.")
            raise click.UsageError(message % {"file": file, "name": segment})
    console = Console(stderr=True)
    compile_apart()
    try:
        with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
            task = bar.add_task(gettext("Deciding"), total=None)
            result = dry_run_files(
                checked_program,
                Files(events, items, customers),
                scope,
                against=other,
                way=WAYS[engine],
                kept=None if no_cache else _kept(cache),
                progress=lambda done, total: bar.update(task, completed=done, total=total),
            )
    except UnreadableFile as error:
        raise click.UsageError(str(error)) from error
    except MissingColumnError as error:
        message = gettext("%(file)s lacks the column %(names)s.")
        names = gettext(" or ").join(error.names)
        raise click.UsageError(message % {"file": events, "names": names}) from error
    _refuse_unknown(result)
    if awards_out is not None:
        write_awards(result.run, awards_out)
    if customers_out is not None:
        text = json.dumps(result.customers(), ensure_ascii=False, indent=1)
        customers_out.write_text(text + "\n", encoding="utf-8")
    if changes_out is not None and result.against is not None:
        write_table(changes(result.result, result.against), changes_out)
    answer = result.to_json() if as_json or save is not None or against is not None else {}
    if save is not None:
        save_result(save, answer, result.result.awards)
    if as_json:
        echo_json(answer)
    else:
        _print(result, answer)


def _kept(folder: Path | None) -> KeptHistories | None:
    """Where histories are kept; None where there is no such place."""
    if folder is None:
        own = cache_folder()
        folder = None if own is None else own / "histories"
    return None if folder is None else KeptHistories(folder)


def _refuse_places(*files: Path | None) -> None:
    """Raise UsageError where a file is to be written into a folder that is not there."""
    for file in files:
        if file is not None and not file.parent.is_dir():
            message = gettext("There is no folder %(folder)s.")
            raise click.UsageError(message % {"folder": file.parent})


def _refuse_unknown(result: FileRun) -> None:
    """Raise UsageError where an attribute or an event was asked for that is not there."""
    by = result.scope.by
    if by is not None and not result.has(by):
        message = gettext("No event has a text attribute %(name)s.")
        raise click.UsageError(message % {"name": by})
    found = {one.decision.event_id for one in result.explained()}
    for id_ in result.scope.explain:
        if id_ not in found:
            message = gettext("There is no event %(id)s in the period.")
            raise click.UsageError(message % {"id": id_})


def _checked(file: Path) -> checked.Program:
    try:
        source = dsl.Source(file.read_text("utf-8-sig"), str(file))
    except UnicodeDecodeError as error:
        message = gettext("%(file)s is not UTF-8 text.") % {"file": file}
        raise click.ClickException(message) from error
    result = dsl.check([dsl.Part(source.text, source.name)], as_of=now().date())
    if result.program is None:
        for one in result.diagnostics:
            click.echo(dsl.report(source, one), err=True)
        raise click.exceptions.Exit(1)
    return result.program


def _print(result: FileRun, answer: Json) -> None:
    run = result.run
    table = Table(box=None, pad_edge=False)
    table.add_column(gettext("Rule"), overflow="fold")
    units = list(run.total().units)
    if result.against is not None:
        # Those that only the other gives too.
        units += [name for name in result.against.totals if name not in (*units, *COUNTED)]
    for name in (gettext("Awards"), gettext("Customers"), *units):
        table.add_column(name, justify="right")
    for name, total in run.by_rule().items():
        table.add_row(name, *_cells(figures(total, run), units))
    table.add_section()
    table.add_row(gettext("Total"), *_cells(figures(run.total(), run), units))
    if result.against is not None:
        totals = result.against.totals
        others = {unit: Decimal(totals.get(unit, 0)) for unit in units}
        other = Figures(totals["awards"], totals["customers"], others)
        table.add_row(gettext("Against"), *_cells(other, units))
    Console(markup=False, highlight=False).print(table)
    if result.against is not None:
        told = gettext(
            "%(gaining)d customers get more, %(losing)d less; %(changed)d decisions change."
        )
        click.echo(told % answer["difference"])
        _print_unlike(result.result.about, result.against.about)
    _print_owed(result.whole)
    _print_ends(run, result.whole)
    _print_explained(result)
    told = gettext("%(events)d events in %(seconds).2f s.")
    click.echo(told % {"events": run.decided, "seconds": result.seconds}, err=True)
    _print_left_out(result.left_out)


def _print_unlike(mine: Json, theirs: Json) -> None:
    """Say where what a result is held against was of other events, or told of others."""
    if mine["data"] != theirs["data"]:
        click.echo(gettext("What it is held against was of other events."), err=True)
    if any(mine.get(name) != theirs.get(name) for name in ("from", "through")):
        click.echo(gettext("What it is held against was of another period."), err=True)
    if mine.get("segment") != theirs.get("segment"):
        click.echo(gettext("What it is held against was of another segment."), err=True)


def _print_explained(result: FileRun) -> None:
    """What every rule did on the events that were asked for."""
    zone = ZoneInfo(result.whole.compiled.program.timezone)
    for one in result.explained():
        told = gettext("%(event)s, %(customer)s, %(time)s:")
        words = {"event": one.decision.event_id, "customer": one.decision.customer}
        click.echo(told % {**words, "time": f"{one.at.astimezone(zone):%Y-%m-%d %H:%M}"})
        for rule in one.rules:
            for sentence in rule.sentences:
                click.echo(f"  {rule.rule}: {sentence}" if rule.rule else f"  {sentence}")


def _print_left_out(left_out: LeftOut) -> None:
    """What of the files could not be taken, with the first row of each; a column as a whole."""
    told = left_out.to_json()
    where = told.pop("where", {})
    for kind, counts in told.items():
        parts = []
        for name, count in counts.items():
            rows = where.get(kind, {}).get(name)
            if kind == "columns":
                parts.append(name)
            elif rows:
                words = {"name": name, "count": count, "row": rows[0]}
                parts.append(gettext("%(name)s (%(count)d; first in row %(row)d)") % words)
            else:
                parts.append(f"{name} ({count})")
        line = gettext("Left out: %(kind)s: %(listed)s")
        listed = ", ".join(parts)
        click.echo(line % {"kind": kind.replace("_", " "), "listed": listed}, err=True)


def _print_owed(run: DryRun) -> None:
    """What of each unit is outstanding at the end, and what was redeemed or expired by then."""
    for unit, one in liabilities(run).items():
        if not one.redeemed and not one.expired:
            continue
        parts = ("outstanding", "expired", "redeemed")
        scaled = {part: getattr(one, part) for part in parts}
        exact = {part: amounts({unit: value}, run)[unit] for part, value in scaled.items()}
        told = gettext(
            "Of the %(unit)s, %(outstanding)s are outstanding, %(expired)s expired, "
            "%(redeemed)s were redeemed."
        )
        click.echo(told % {"unit": unit, **{part: f"{one:,}" for part, one in exact.items()}})


def _print_ends(run: DryRun, whole: DryRun) -> None:
    """Rules that never fired, and budgets that ended."""
    for name, total in run.by_rule().items():
        if not total.awards:
            click.echo(gettext("%(rule)s never fired.") % {"rule": name})
    for one in budgets(whole):
        if one.ended is not None:
            ended = moment(one.ended).astimezone(ZoneInfo(run.compiled.program.timezone))
            told = gettext("The budget of %(amount)s %(counts)s of %(of)s ended on %(time)s.")
            amount = amount_of(one.capacity, one, whole)
            words = {"amount": amount, "counts": one.counts, "of": one.of}
            click.echo(told % {**words, "time": f"{ended:%Y-%m-%d %H:%M}"})


def _cells(total: Figures, units: list[str]) -> list[str]:
    amounts = [f"{total.units.get(unit, 0):,}" for unit in units]
    return [f"{total.awards:,}", f"{total.customers:,}", *amounts]
