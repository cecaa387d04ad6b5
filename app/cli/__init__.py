"""The `tally` command. Each group of commands is loaded when it is asked for."""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import version

import click

from app.cli.console import gettext
from app.config import AddressError
from app.services.errors import ServiceError

# Where each command is, and what it does in a few words, in the order of the help.
COMMANDS: dict[str, tuple[str, str]] = {
    "check": ("app.cli.texts:check", gettext("Find what is wrong with programs")),
    "fmt": ("app.cli.texts:fmt", gettext("Write programs canonically")),
    "test": ("app.cli.cases:test", gettext("Hold programs against their cases")),
    "dry-run": ("app.cli.dry_run:dry_run", gettext("See what a program would have awarded")),
    "import": ("app.cli.imports:import_", gettext("Take over events and customers from files")),
    "serve": ("app.cli.serve:serve", gettext("Serve the screens and the API")),
    "demo": ("app.cli.demo:demo", gettext("Serve a demo with a year of grocery history")),
    "program": ("app.cli.programs:program", gettext("Add and list programs")),
    "user": ("app.cli.users:user", gettext("Add people, set passwords, list")),
    "key": ("app.cli.keys:key", gettext("Add, list and revoke keys to the API")),
    "bench": ("app.cli.bench:bench", gettext("Measure what the README claims, from a checkout")),
    "docs": ("app.cli.docs:docs", gettext("Print what the documentation says of the language")),
    "db": ("app.cli.database:db", gettext("Bring the database up to date")),
}


class Commands(click.Group):
    """Commands by name, imported one by one, so that a small one starts quickly."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The names in the order of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - likewise
        """The command of a name."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - likewise
        """List the commands without importing them."""
        with formatter.section(gettext("Commands")):
            formatter.write_dl([(name, words) for name, (_, words) in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> object:
        """Run a command; what a service refuses ends it with its message and exit code 1."""
        try:
            return super().invoke(ctx)
        except ServiceError as error:
            raise click.ClickException(told(error)) from error
        except AddressError as error:
            told_address = gettext(
                "The address of the database is wrong; write sqlite:///FILE or "
                "postgresql://USER:PASSWORD@HOST/NAME. Without DATABASE_URL it is SQLite in ./var."
            )
            raise click.UsageError(told_address) from error


def told(error: ServiceError) -> str:
    """What a service refuses, in the reader's language, each problem on a line."""
    text = gettext(error.message)
    text = text % error.arguments if error.arguments else text
    lines = [
        gettext(one.message) for one in getattr(error, "problems", ()) if hasattr(one, "field")
    ]
    return "\n".join([text, *lines])


@click.group(cls=Commands, help=gettext("Loyalty points by rules that are sentences."))
@click.version_option(version("tallystick"), prog_name="tally")
def main() -> None:
    """Loyalty points by rules that are sentences."""
