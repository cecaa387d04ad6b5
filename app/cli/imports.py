"""`tally import`: events and customers taken over from files, the good rows in, the bad listed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.cli.connection import open_database, the_program
from app.cli.console import READABLE, echo_json, gettext, now
from app.db import in_transaction, reading_sessions
from app.history.files import UnreadableFile
from app.history.rows import FileRow, Rows, customer_rows, event_rows
from app.services import ingest, programs
from app.services.errors import Problem
from app.services.ingest import Accepted, Receipt
from dsl.meaning import checked
from dsl.meaning.events import read_time

BATCH = 2_000
# So many bad rows are listed; all of them with --json.
LISTED = 1_000

for_program = click.option(
    "--program", "slug", help=gettext("The program; not needed where there is only one.")
)
for_programs = click.option(
    "--json", "as_json", is_flag=True, help=gettext("Print JSON for programs to read.")
)


@dataclass(frozen=True, slots=True)
class Bad:
    """A row that did not go in, by its line, and why."""

    line: int
    event_id: str | None
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a file: rows taken over, there before, and refused."""

    taken: int
    replayed: int
    refused: int
    bad: tuple[Bad, ...]
    columns_left_out: tuple[str, ...]


Read = Callable[[checked.Program], Rows]
Write = Callable[[Session, str | None, Sequence[FileRow]], list[Receipt]]


@click.group("import", help=gettext("Take over what is in files: Parquet, CSV or JSON lines."))
def import_() -> None:
    """Group what is taken over."""


@import_.command(help=gettext("Take over events; each is decided as if it came by HTTP, in order."))
@click.argument("file", type=READABLE)
@click.option("--items", type=READABLE, help=gettext("Line items, by event_id."))
@for_program
@for_programs
def events(file: Path, items: Path | None, slug: str | None, *, as_json: bool) -> None:
    """Take over events; exit 1 where some rows were bad."""
    at = now()

    def write(session: Session, slug: str | None, rows: Sequence[FileRow]) -> list[Receipt]:
        program = the_program(session, slug)
        return ingest.ingest(session, program, [row.raw for row in rows], now=at)

    _take_over(lambda program: event_rows(file, program, items), write, slug, as_json=as_json)


@import_.command(help=gettext("Take over customers; what is said of one holds before all events."))
@click.argument("file", type=READABLE)
@for_program
@for_programs
def customers(file: Path, slug: str | None, *, as_json: bool) -> None:
    """Take over customers; exit 1 where some rows were bad."""
    at = now()

    def write(session: Session, slug: str | None, rows: Sequence[FileRow]) -> list[Receipt]:
        program = the_program(session, slug)
        given = [row.raw for row in rows if row.raw is not None]
        return ingest.import_customers(session, program, given, now=at)

    _take_over(lambda program: customer_rows(file, program), write, slug, as_json=as_json)


def _take_over(read: Read, write: Write, slug: str | None, *, as_json: bool) -> None:
    with open_database() as engine:
        taken = _taken(engine, read, write, slug)
    if as_json:
        echo_json(asdict(taken))
    else:
        _tell(taken)
    if taken.bad:
        raise click.exceptions.Exit(1)


def _taken(engine: Engine, read: Read, write: Write, slug: str | None) -> Taken:
    with reading_sessions(engine)() as session:
        program = programs.current_program(session, the_program(session, slug), now())
    try:
        found = read(program)
    except UnreadableFile as error:
        raise click.UsageError(str(error)) from error
    bad = [_unreadable(row) for row in found.rows if row.raw is None]
    # In the order of time, whatever the file's: an event that comes late is decided otherwise.
    good = sorted((row for row in found.rows if row.raw is not None), key=_place)
    taken = replayed = 0
    for row, receipt in _written(engine, write, slug, good):
        if isinstance(receipt, Accepted):
            taken += not receipt.replayed
            replayed += receipt.replayed
        else:
            bad.append(Bad(row.number, receipt.event_id, receipt.problems))
    bad.sort(key=lambda one: one.line)
    return Taken(taken, replayed, len(bad), tuple(bad), found.left_out)


def _written(
    engine: Engine, write: Write, slug: str | None, rows: Sequence[FileRow]
) -> Iterator[tuple[FileRow, Receipt]]:
    """Each row with what became of it; a batch is kept before the next begins."""
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(gettext("Taking over"), total=len(rows))
        for start in range(0, len(rows), BATCH):
            batch = rows[start : start + BATCH]

            def work(session: Session, batch: Sequence[FileRow] = batch) -> list[Receipt]:
                return write(session, slug, batch)

            yield from zip(batch, in_transaction(engine, work), strict=True)
            bar.update(task, completed=start + len(batch))


def _place(row: FileRow) -> tuple[str, str, int]:
    raw = row.raw or {}
    at = read_time(raw.get("at"))
    return (at.isoformat() if at is not None else "", str(raw.get("id")), row.number)


def _unreadable(row: FileRow) -> Bad:
    return Bad(row.number, None, (Problem("", "unreadable", row.why),))


def _tell(taken: Taken) -> None:
    if taken.columns_left_out:
        told = gettext("Columns the program does not know, left out: %(names)s")
        click.echo(told % {"names": ", ".join(taken.columns_left_out)}, err=True)
    for one in taken.bad[:LISTED]:
        words = "; ".join(
            f"{problem.field}: {problem.message}" if problem.field else problem.message
            for problem in one.problems
        )
        told = gettext("line %(line)d: %(problems)s")
        click.echo(told % {"line": one.line, "problems": words}, err=True)
    if len(taken.bad) > LISTED:
        more = len(taken.bad) - LISTED
        click.echo(gettext("and %(n)d more, which --json lists") % {"n": more}, err=True)
    told = gettext("%(taken)d taken over, %(replayed)d there before, %(refused)d refused")
    click.echo(told % asdict(taken))
