"""`tally bench` runs the benchmarks of a checkout."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import benchmarks
from app.cli import bench
from app.services.errors import NotFound
from benchmarks.tables import Figure, Table
from tests.app.cli.conftest import Tally


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    def measure(name: str) -> Table:
        return Table(name, f"Table of {name}", ("rules", "rate"), [(5, Figure(1_234.5, "/s"))])

    monkeypatch.setattr(benchmarks, "measure", measure)


def test_the_tables_asked_for_are_printed_in_that_order(tally: Tally) -> None:
    result = tally("bench", "text", "match")
    assert result.exit_code == 0
    assert result.stdout.index("Table of text") < result.stdout.index("Table of match")
    assert "1,230/s" in result.stdout
    assert "Table of decide" not in result.stdout


def test_all_are_measured_where_none_is_named(tally: Tally) -> None:
    stdout = tally("bench", "--markdown").stdout
    assert [f"**Table of {name}**" in stdout for name in benchmarks.BENCHMARKS] == [True] * 5


def test_json_has_the_machine_and_unrounded_figures(tally: Tally) -> None:
    told = json.loads(tally("bench", "match", "--json").stdout)
    assert told["tables"][0]["rows"] == [{"rules": 5, "rate": 1_234.5}]
    assert "python" in told["machine"]


def test_a_peer_that_is_missing_is_named(tally: Tally, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(benchmarks, "missing_peers", lambda: ["zen-engine"])
    assert "without zen-engine; `make bench` installs" in tally("bench", "match").stderr


def test_the_names_are_those_of_the_benchmarks() -> None:
    assert tuple(benchmarks.BENCHMARKS) == bench.NAMES


def test_without_a_checkout_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="come with a checkout"):
        bench.load_benchmarks(tmp_path)


def test_an_unknown_name_is_wrong_usage(tally: Tally) -> None:
    assert tally("bench", "nothing").exit_code == 2
