"""Every command says what it does."""

from __future__ import annotations

import click
import pytest

from app.cli import COMMANDS, main
from tests.app.cli.conftest import Tally


def every(group: click.Command, path: tuple[str, ...]) -> list[tuple[str, ...]]:
    if not isinstance(group, click.Group):
        return [path]
    context = click.Context(group)
    found = [path]
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        found += every(command, (*path, name))
    return found


@pytest.mark.parametrize("path", every(main, ()), ids=" ".join)
def test_help_says_what_it_does(tally: Tally, path: tuple[str, ...]) -> None:
    result = tally(*path, "--help")
    assert result.exit_code == 0
    assert "Usage: tally" in result.stdout
    assert len(result.stdout.splitlines()) > 3


def test_all_commands_are_listed(tally: Tally) -> None:
    text = tally("--help").stdout
    assert all(f"\n  {name} " in text for name in COMMANDS)


def test_the_version_is_told(tally: Tally) -> None:
    assert tally("--version").stdout.startswith("tally, version ")
