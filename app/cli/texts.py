"""`tally check` and `tally fmt`: programs in files, found wrong or written canonically."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import click

import dsl
from app.cli.console import echo_json, gettext, ngettext, now

FILES = click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path)
STDIN = Path("-")


@click.command(help=gettext("Say what is wrong with programs, where, and what would be right."))
@click.argument("files", nargs=-1, required=True, type=FILES)
@click.option("--json", "as_json", is_flag=True, help=gettext("Print a list for programs to read."))
@click.option("--strict", is_flag=True, help=gettext("Let warnings count as findings too."))
def check(files: Sequence[Path], *, as_json: bool, strict: bool) -> None:
    """Check each file by itself as a whole program; exit 1 where one has an error."""
    found: list[tuple[dsl.Source, dsl.Diagnostic]] = []
    unread: list[dict[str, object]] = []
    today = now().date()
    for file in files:
        source = _source(file)
        if source is None:
            unread.append(_unread(file))
            continue
        result = dsl.check([dsl.Part(source.text, source.name)], as_of=today)
        found += [(source, one) for one in result.diagnostics]
    errors = sum(one.severity == "error" for _, one in found)
    if as_json:
        echo_json([*unread, *(_listed(source, one) for source, one in found)])
    else:
        for source, one in found:
            click.echo(dsl.report(source, one))
        click.echo(_summary(errors + len(unread), len(found) - errors), err=True)
    if errors or unread or (strict and found):
        raise click.exceptions.Exit(1)


@click.command(help=gettext("Write programs in their canonical form; `-` reads and prints one."))
@click.argument("files", nargs=-1, required=True, type=FILES)
@click.option(
    "--check", "only_check", is_flag=True, help=gettext("Change nothing; list what would change.")
)
def fmt(files: Sequence[Path], *, only_check: bool) -> None:
    """Format each file; exit 1 where one cannot be parsed, or with --check would change."""
    is_found = False
    for file in files:
        source = _source(file)
        if source is None:
            is_found = True
            continue
        try:
            text = dsl.format_text(source.text).rstrip("\n")
        except dsl.FormatError as error:
            for one in error.diagnostics:
                click.echo(dsl.report(source, one), err=True)
            is_found = True
            continue
        text += "\n" if text else ""
        if file == STDIN and not only_check:
            click.echo(text, nl=False)
        elif text != source.text:
            click.echo(source.name)
            if only_check:
                is_found = True
            else:
                _replace(file, text)
    if is_found:
        raise click.exceptions.Exit(1)


def _source(file: Path) -> dsl.Source | None:
    """A file's text; None where it is none, which is said while the other files go on."""
    data = sys.stdin.buffer.read() if file == STDIN else file.read_bytes()
    try:
        return dsl.Source(data.decode("utf-8-sig"), _name(file))
    except UnicodeDecodeError:
        click.echo(_not_text(file), err=True)
        return None


def _name(file: Path) -> str:
    return "<stdin>" if file == STDIN else str(file)


def _not_text(file: Path) -> str:
    return gettext("%(file)s is not UTF-8 text.") % {"file": _name(file)}


def _unread(file: Path) -> dict[str, object]:
    """A file that is no text, as it is listed among diagnostics."""
    place = dict.fromkeys(("line", "column", "end_line", "end_column"), 1)
    message = {"severity": "error", "code": "not-text", "message": _not_text(file)}
    return {"file": _name(file), **place, **message, "help": None, "suggestion": None}


def _summary(errors: int, warnings: int) -> str:
    if not errors and not warnings:
        return gettext("no problems")
    parts = []
    if errors:
        parts.append(ngettext("%(n)d error", "%(n)d errors", errors) % {"n": errors})
    if warnings:
        parts.append(ngettext("%(n)d warning", "%(n)d warnings", warnings) % {"n": warnings})
    return ", ".join(parts)


def _listed(source: dsl.Source, one: dsl.Diagnostic) -> dict[str, object]:
    start, end = source.position(one.span.start), source.position(one.span.end)
    message = dsl.render(one)
    return {
        "file": source.name,
        "line": start.line,
        "column": start.column,
        "end_line": end.line,
        "end_column": end.column,
        "severity": one.severity,
        "code": one.code,
        "message": message.text,
        "help": message.help,
        "suggestion": one.suggestion,
    }


def _replace(file: Path, text: str) -> None:
    """Put the text in the file's place at once, so that nobody sees half of it."""
    handle, fresh = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    with os.fdopen(handle, "w", encoding="utf-8", newline="") as written:
        written.write(text)
    Path(fresh).chmod(file.stat().st_mode)
    Path(fresh).replace(file)
