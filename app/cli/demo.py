"""`tally demo`: a programme with a year of grocery history, served on this machine only."""

from __future__ import annotations

import os
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from app.cli.connection import configuration
from app.cli.console import gettext, now
from app.cli.serve import free_address, run
from app.db import connect, upgrade
from app.demo.prepare import Ready, prepare

HOST = "127.0.0.1"
# The present is put in when the line is run: an event is decided under the rules of its own time.
PURCHASE = """\
curl -s http://{host}:{port}/api/v1/events \\
  -H "Authorization: Bearer {token}" -H "Content-Type: application/json" \\
  -d "{{\\"id\\": \\"till-$(date +%s)\\", \\"type\\": \\"purchase\\", \\
       \\"at\\": \\"$(date -u +%Y-%m-%dT%H:%M:%SZ)\\", \\
       \\"customer\\": \\"{customer}\\", \\"amount\\": 250}}\""""


@click.command(help=gettext("Serve a demo with a year of grocery history, made ready at first."))
@click.option(
    "--port", envvar="PORT", default=8000, show_default=True, type=click.IntRange(1, 65535)
)
@click.option("--only-prepare", is_flag=True, help=gettext("Make it ready and end."))
def demo(port: int, *, only_prepare: bool) -> None:
    """Prepare and serve; a second start finds everything as it was left."""
    if not only_prepare:
        # Said before minutes of preparation, not after.
        free_address(HOST, port)
    folder = Path(os.environ.get("TALLY_FOLDER") or Path("var") / "demo").absolute()
    os.environ["TALLY_FOLDER"] = str(folder)
    folder.mkdir(parents=True, exist_ok=True)
    engine = connect(configuration().database_url)
    upgrade(engine)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True)) as bar:
        task = bar.add_task(gettext("Deciding purchases"), total=None, visible=False)

        def report(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total, visible=True)

        ready = prepare(engine, folder, now=now(), report=report)
    engine.dispose()
    _tell(ready, port)
    if not only_prepare:
        run(HOST, port)


def _tell(ready: Ready, port: int) -> None:
    if not ready.is_real:
        click.echo(
            gettext("The grocery history could not be had; this is a small made-up one instead.")
        )
    click.echo(
        gettext("%(program)s, %(purchases)s purchases, at http://%(host)s:%(port)d")
        % {
            "program": ready.program,
            "purchases": f"{ready.purchases:,}",
            "host": HOST,
            "port": port,
        }
    )
    click.echo(gettext("Accounts, on this machine only:"))
    for email, password in ready.accounts:
        click.echo(f"  {email:24} {password}")
    if ready.gold_customer is not None:
        click.echo(
            gettext("A purchase of 250 by %(who)s, who is gold:") % {"who": ready.gold_customer}
        )
        click.echo(
            PURCHASE.format(host=HOST, port=port, token=ready.token, customer=ready.gold_customer)
        )
