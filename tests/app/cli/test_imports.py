"""Files are taken over: the good rows go in, the bad are listed by line."""

from __future__ import annotations

import json
from pathlib import Path

from sqlalchemy import Engine

from app import db
from app.services import customers, ledger, programs
from tests.app.cli.conftest import Tally
from tests.app.given import NOW

HEADER = "event_id,type,ts,customer_id,amount,week\n"


def test_the_good_go_in_and_the_bad_are_listed(
    installed: Tally, engine: Engine, tmp_path: Path
) -> None:
    path = tmp_path / "events.csv"
    path.write_text(
        f"{HEADER}"
        "e2,purchase,2026-11-02T10:00:00Z,c1,20.50,1\n"
        "e1,purchase,2026-11-01T10:00:00Z,c1,1500,1\n"
        "e3,purchase,2026-11-03,c1,1,1\n"
        "e4,purchas,2026-11-03T10:00:00Z,c1,1,1\n"
        "e5,purchase\n",
        encoding="utf-8",
    )
    result = installed("import", "events", path)
    assert result.exit_code == 1
    assert result.stdout == "2 taken over, 0 there before, 3 refused\n"
    lines = result.stderr.splitlines()
    assert lines[0].endswith("left out: week")
    assert [line.partition(":")[0] for line in lines[1:]] == ["line 4", "line 5", "line 6"]
    assert "did you mean `purchase`?" in result.stderr
    with db.reading_sessions(engine)() as session:
        program = programs.get_program(session, "club")
        customer = customers.get(session, program, "c1")
        assert [one.amount for one in ledger.balances(session, customer)] == [1520]
        # In the order of time, so that none came late.
        assert customers.overview(session, program, customer, now=NOW).tier == "gold"


def test_a_second_time_nothing_changes(installed: Tally, tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    path.write_text(f"{HEADER}e1,purchase,2026-11-01T10:00:00Z,c1,5,\n", encoding="utf-8")
    assert installed("import", "events", path).exit_code == 0
    again = installed("import", "events", path, "--json")
    assert again.exit_code == 0
    assert json.loads(again.stdout) == {
        "taken": 0,
        "replayed": 1,
        "refused": 0,
        "bad": [],
        "columns_left_out": ["week"],
    }


def test_line_items_are_taken_over_with_their_events(installed: Tally, tmp_path: Path) -> None:
    events, items = tmp_path / "events.csv", tmp_path / "items.csv"
    events.write_text(f"{HEADER}e1,purchase,2026-11-01T10:00:00Z,c1,5,\n", encoding="utf-8")
    items.write_text("event_id,sku,price\ne1,a,oops\n", encoding="utf-8")
    result = installed("import", "events", events, "--items", items, "--json")
    assert result.exit_code == 1
    (bad,) = json.loads(result.stdout)["bad"]
    assert (bad["line"], bad["problems"][0]["field"]) == (2, "items[0].price")


def test_customers_are_taken_over(installed: Tally, engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "customers.jsonl"
    rows = ['{"customer_id": "c1", "joined_on": "2026-01-02", "city": "Bath"}', '{"city": "Ely"}']
    path.write_text("\n".join(rows), encoding="utf-8")
    result = installed("import", "customers", path)
    assert (result.exit_code, result.stdout) == (1, "1 taken over, 0 there before, 1 refused\n")
    with db.reading_sessions(engine)() as session:
        program = programs.get_program(session, "club")
        found = customers.overview(session, program, customers.get(session, program, "c1"), now=NOW)
        assert found.attributes["city"] == "Bath"


def test_a_file_that_is_none_is_wrong_usage(installed: Tally, tmp_path: Path) -> None:
    path = tmp_path / "events.parquet"
    path.write_bytes(b"nothing")
    assert installed("import", "events", path).exit_code == 2
    assert installed("import", "events", tmp_path / "missing.csv").exit_code == 2
