"""Programs held against their cases."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.app.cli.conftest import Tally

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
