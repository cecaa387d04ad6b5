"""`tally test`: programs held against case files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from app.cli.console import echo_json, gettext
from app.services import cases

ENGINES = ("compiled", "reference", "native", "service")


@click.command(
    help=gettext("Run case files; of folders every *.yaml below them. Shows what differs.")
)
@click.argument(
    "paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path), metavar="FILE…"
)
@click.option(
    "--engine",
    type=click.Choice(ENGINES),
    default="compiled",
    show_default=True,
    help=gettext(
        "What decides: the compiled program, the naive reference, machine code (where a"
        " program fits), or the service."
    ),
)
@click.option(
    "--database",
    "url",
    help=gettext("For the service: a database with its tables, which keeps nothing of it."),
)
@click.option("--json", "as_json", is_flag=True, help=gettext("Print JSON for programs to read."))
def test(paths: Sequence[Path], engine: str, url: str | None, *, as_json: bool) -> None:
    """Run every case; exit 1 where one fails, a file is no case file, or there is none."""
    if url is not None and engine != "service":
        raise click.UsageError(gettext("--database goes with --engine service."))
    evaluator = _engine(engine, url)
    results: list[cases.CaseResult] = []
    unread: list[str] = []
    for file in cases.case_files(paths):
        try:
            found = cases.read_cases(file)
        except cases.CaseFileError as error:
            unread.append(gettext(error.message) % error.arguments)
            if not as_json:
                click.echo(unread[-1])
            continue
        for case in found:
            results.append(cases.run_case(case, evaluator))
            if not as_json and not results[-1].passed:
                _tell(results[-1])
    skipped = sum(result.not_run is not None for result in results)
    passed = sum(result.passed for result in results)
    failed = len(results) - passed - skipped + len(unread)
    if as_json:
        listed = [_listed(result) for result in results]
        counts = {"passed": passed, "failed": failed, "skipped": skipped}
        echo_json({**counts, "unread": unread, "cases": listed})
    else:
        if skipped:
            click.echo(gettext("%(skipped)d skipped") % {"skipped": skipped})
        if isinstance(evaluator, cases.NativeEngine):
            click.echo(gettext("%(decided)d decided natively") % {"decided": evaluator.decided})
        told = gettext("%(passed)d passed, %(failed)d failed")
        click.echo(told % {"passed": passed, "failed": failed})
    if not results and not unread:
        # Nothing held is nothing proved: a mistyped folder must not look like success.
        click.echo(gettext("There is no case in what was named."), err=True)
    if failed or not results:
        raise click.exceptions.Exit(1)


def _engine(name: str, url: str | None) -> cases.Engine:
    if name == "reference":
        return cases.ReferenceEngine()
    if name == "native":
        return cases.NativeEngine()
    return cases.ServiceEngine(url) if name == "service" else cases.CompiledEngine()


def _tell(result: cases.CaseResult) -> None:
    case = result.case
    click.echo(f"{case.path}:{case.line}: {case.name}")
    if result.not_run is not None:
        told = gettext("skipped: live decisions do not run %(forms)s yet")
        click.echo(f"  {told % {'forms': result.not_run}}")
    for difference in result.differences:
        click.echo(f"  {_said(difference)}")


def _listed(result: cases.CaseResult) -> dict[str, object]:
    return {
        "file": str(result.case.path),
        "line": result.case.line,
        "name": result.case.name,
        "passed": result.passed,
        "skipped": result.not_run,
        "differences": [_said(difference) for difference in result.differences],
    }


def _said(difference: cases.Difference) -> str:
    text = gettext(difference.message)
    return text % difference.arguments if difference.arguments else text
