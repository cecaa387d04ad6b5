"""`tally docs`: what is printed is what is kept."""

from __future__ import annotations

from pathlib import Path

import dsl
from tests.app.cli.conftest import Tally


def test_the_tables_are_printed(tally: Tally) -> None:
    result = tally("docs", "language")
    assert result.exit_code == 0
    assert result.stdout == dsl.language_tables()


def test_a_file_is_held_against_them(tally: Tally, tmp_path: Path) -> None:
    kept = tmp_path / "tables.md"
    kept.write_text(dsl.language_tables(), "utf-8")
    assert tally("docs", "language", "--check", kept).exit_code == 0
    kept.write_text("# Tables\n", "utf-8")
    result = tally("docs", "language", "--check", kept)
    assert result.exit_code == 1
    assert "is not what the tables say" in result.stderr
