"""Dry runs over files, and programs held against their cases."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.app.cli.conftest import Tally

BASE = 'rule "base": on purchase where amount > 0 award 1 point per 1 spent\n'
DOUBLE = f'{BASE}rule "double": on purchase where amount >= 20 award 2x points\n'
EVENTS = (
    "event_id,type,ts,customer_id,amount,week\n"
    "1,purchase,2026-01-01T10:00:00Z,c1,10.99,1\n"
    "2,purchase,2026-01-02T10:00:00Z,c2,20,1\n"
    "3,purchase,2026-01-03T10:00:00Z,c1,x,1\n"
    "4,mailing,2026-01-03T10:00:00Z,c1,,1\n"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in {"base": BASE, "double": DOUBLE, "wrong": "rule"}.items():
        (tmp_path / f"{name}.rules").write_text(text, encoding="utf-8")
    (tmp_path / "events.csv").write_text(EVENTS, encoding="utf-8")
    return tmp_path


def test_a_run_is_answered_for_programs(tally: Tally, folder: Path) -> None:
    out = folder / "customers.json"
    result = tally(
        "dry-run", folder / "double.rules", "--events", folder / "events.csv", "--json",
        "--against", folder / "base.rules", "--customers-out", out,
    )  # fmt: skip
    assert result.exit_code == 0
    found = json.loads(result.stdout)
    assert found.pop("seconds") >= 0
    customers = {"c1": {"points": 10}, "c2": {"points": 40}}
    assert found == {
        "rules": {
            "base": {"awards": 2, "customers": 2, "points": 30},
            "double": {"awards": 1, "customers": 1, "points": 20},
        },
        "totals": {"awards": 3, "customers": 2, "points": 50},
        "events": 3,
        "left_out": {
            "columns": {"week": 1},
            "event_types": {"mailing": 1},
            "values": {"amount": 1},
        },
        "customers": customers,
        "against": {
            "rules": {"base": {"awards": 2, "customers": 2, "points": 30}},
            "totals": {"awards": 2, "customers": 2, "points": 30},
        },
        "difference": {"awards": 1, "customers": 0, "points": 20, "gaining": 1, "losing": 0},
    }
    assert json.loads(out.read_text()) == customers


def test_money_and_things_stand_beside_units(tally: Tally, folder: Path) -> None:
    rules = folder / "things.rules"
    rules.write_text(
        'rule "r": on purchase award 5% cashback, gift "Mug", 10 points to referrer\n'
        'rule "up": on tier upgrade award 3 points\ntier gold: 20 spent ever\n',
        encoding="utf-8",
    )
    result = tally("dry-run", rules, "--events", folder / "events.csv", "--json")
    assert result.exit_code == 0
    found = json.loads(result.stdout)
    assert found["rules"] == {
        "r": {"awards": 5, "customers": 2, "cashback": "1.55", "gift": 3},
        "up": {"awards": 1, "customers": 1, "points": 3},
    }
    assert found["customers"]["c2"] == {"points": 3, "cashback": "1.00", "gift": 1}


def test_a_run_is_told_as_a_table(tally: Tally, folder: Path) -> None:
    result = tally("dry-run", folder / "double.rules", "--events", folder / "events.csv")
    rows = [line.split() for line in result.stdout.splitlines()]
    assert rows[1:] == [
        ["base", "2", "2", "30"],
        ["double", "1", "1", "20"],
        ["Total", "3", "2", "50"],
    ]
    assert "Left out: columns: week" in result.stderr
    assert "mailing (1)" in result.stderr


def test_a_program_with_errors_is_not_run(tally: Tally, folder: Path) -> None:
    result = tally("dry-run", folder / "wrong.rules", "--events", folder / "events.csv")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "[syntax]" in result.stderr


def test_a_file_without_a_needed_column_is_told(tally: Tally, folder: Path) -> None:
    events = folder / "bare.csv"
    events.write_text("event_id,type\n1,purchase\n", encoding="utf-8")
    result = tally("dry-run", folder / "base.rules", "--events", events)
    assert result.exit_code == 2
    assert "lacks the column ts or at" in result.stderr


CASES = """
- name: a point for each
  program: |
    rule "base": on purchase award 1 point per 1 spent
  events:
    - {id: e1, type: purchase, at: "2026-11-22T10:00:00+08:00", customer: c1, amount: 250}
  expect:
    balances: {c1: {points: 250}}
- name: one too many
  program: |
    rule "base": on purchase award 1 point per 1 spent
  events:
    - {id: e1, type: purchase, at: "2026-11-22T10:00:00+08:00", customer: c1, amount: 250}
  expect:
    balances: {c1: {points: 251}}
"""


@pytest.mark.parametrize("engine", ["compiled", "reference", "service"])
def test_cases_are_held_against_every_engine(tally: Tally, tmp_path: Path, engine: str) -> None:
    path = tmp_path / "club.cases.yaml"
    path.write_text(CASES, encoding="utf-8")
    result = tally("test", path, "--engine", engine)
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert lines[0] == f"{path}:9: one too many"
    assert "251" in lines[1]
    assert "250" in lines[1]
    assert lines[-1] == "1 passed, 1 failed"


def test_a_file_that_is_no_case_file_fails_beside_the_others(tally: Tally, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("- nam: x\n", encoding="utf-8")
    (tmp_path / "b.yaml").write_text(CASES, encoding="utf-8")
    result = tally("test", tmp_path, "--json")
    assert result.exit_code == 1
    found = json.loads(result.stdout)
    assert (found["passed"], found["failed"]) == (1, 2)
    assert "line 1" in found["unread"][0]


def test_a_database_goes_with_the_service_alone(tally: Tally, tmp_path: Path) -> None:
    assert tally("test", tmp_path, "--database", "sqlite://").exit_code == 2


def test_a_folder_without_cases_is_no_success(tally: Tally, tmp_path: Path) -> None:
    result = tally("test", tmp_path)
    assert (result.exit_code, result.stdout.splitlines()[-1]) == (1, "0 passed, 0 failed")
    assert "no case" in result.stderr


def test_a_case_that_the_service_does_not_run_yet_is_skipped(tally: Tally, tmp_path: Path) -> None:
    path = tmp_path / "one.yaml"
    path.write_text(
        "- name: on a birthday\n"
        '  program: \'rule "r": on birthday award gift "Mug"\'\n'
        "  events: [{id: e1, type: redeem, at: 2026-03-02T10:00:00Z, customer: c1}]\n"
        "  expect: {awards: []}\n",
        encoding="utf-8",
    )
    result = tally("test", path, "--engine", "service")
    as_json = json.loads(tally("test", path, "--engine", "service", "--json").stdout)
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        f"{path}:1: on a birthday",
        "  skipped: live decisions do not run on birthday, gift, redeem yet",
        "1 skipped",
        "0 passed, 0 failed",
    ]
    assert (as_json["skipped"], as_json["cases"][0]["skipped"]) == (1, "on birthday, gift, redeem")
