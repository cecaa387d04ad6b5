"""Case files: what is read from them, and what is refused at which line."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from app.services.cases import CaseFileError, case_files, read_cases
from app.services.cases.case import AwardLine, Opening, RefusalLine

CASE = """\
- name: whole
  program: "on review award 1 point"
  customers:
    - {id: 007, joined: 2025-01-01, tier: gold, points: 40, student: true}
  start: "2026-11-01T00:00:00+08:00"
  events:
    - {id: e1, type: purchase, at: 2026-11-22T10:00:00+08:00, customer: 007, amount: 250.10, n: 3,
       on: yes, code: 1e400x, none: null, items: [{sku: A, price: 0.1}]}
  until: 2026-12-01T00:00:00Z
  expect:
    awards:
      - {event: e1, rule: base, customer: 007, points: 250.0}
      - {at: "2026-11-23T00:00:00Z", rule: gift, customer: 007, gift: Mug, status: pending}
    balances: {007: {points: 500}}
    tiers: {007: null, c2: gold}
    refusals: [{event: e1, rule: base, reason: limit}, {event: e2, reason: conflict}]
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "one.cases.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_case_is_read_whole(tmp_path: Path) -> None:
    (case,) = read_cases(written(tmp_path, CASE))
    assert case.name == "whole"
    assert case.customers == (
        Opening("007", "2025-01-01", "gold", {"points": 40, "student": True}),
    )
    assert case.start == dt.datetime(2026, 10, 31, 16, tzinfo=dt.UTC)
    assert case.until == case.ends == dt.datetime(2026, 12, 1, tzinfo=dt.UTC)
    midnight = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
    assert case.expect.awards == (
        AwardLine("e1", None, "base", "007", "points", Decimal(250)),
        AwardLine(None, midnight, "gift", "007", "gift", "Mug", "pending"),
    )
    assert case.expect.balances == {"007": {"points": Decimal(500)}}
    assert case.expect.tiers == {"007": None, "c2": "gold"}
    assert case.expect.refusals == (
        RefusalLine("e1", "base", "limit"),
        RefusalLine("e2", None, "conflict"),
    )


def test_numbers_are_exact_and_all_else_is_text(tmp_path: Path) -> None:
    (case,) = read_cases(written(tmp_path, CASE))
    (event,) = case.events
    assert event == {
        "id": "e1",
        "type": "purchase",
        "at": "2026-11-22T10:00:00+08:00",
        "customer": "007",
        "amount": Decimal("250.10"),
        "n": 3,
        "on": "yes",
        "code": "1e400x",
        "none": None,
        "items": [{"sku": "A", "price": Decimal("0.1")}],
    }


def test_a_number_beyond_every_measure_is_for_the_evaluators_to_refuse(tmp_path: Path) -> None:
    text = CASE.replace("amount: 250.10, n: 3", f"amount: 1e{'9' * 30}, n: {'9' * 5_000}")
    (case,) = read_cases(written(tmp_path, text))
    assert all(case.events[0][name] > 10**14 for name in ("amount", "n"))


def test_without_until_a_case_ends_with_its_last_event(tmp_path: Path) -> None:
    text = CASE.replace("  until: 2026-12-01T00:00:00Z\n", "")
    (case,) = read_cases(written(tmp_path, text))
    assert case.ends == dt.datetime(2026, 11, 22, 2, tzinfo=dt.UTC)


@pytest.mark.parametrize("name", ["one.cases.yaml", "one.yaml"])
def test_a_case_without_program_takes_the_rules_beside_its_file(tmp_path: Path, name: str) -> None:
    (tmp_path / "one.rules").write_text("on review award 2 points", encoding="utf-8")
    path = tmp_path / name
    path.write_text("- {name: a, events: [], expect: {}}", encoding="utf-8")
    (case,) = read_cases(path)
    assert [version.text for version in case.versions] == ["on review award 2 points"]


@pytest.mark.parametrize(
    ("wrong", "right", "line", "message"),
    [
        ("  untill:", "  until:", 9, "unknown key `untill`"),
        ("    balance:", "    balances:", 14, "unknown key `balance`"),
        ("rule: base, reasen:", "rule: base, reason:", 16, "unknown key `reasen`"),
        ('  start: "2026-11-01T00:00:00"', '  start: "2026-11-01T00:00:00+08:00"', 5, "offset"),
        ("points: 5OO", "points: 500", 14, "a number is expected here"),
        ("gift: Mug, badge: B", "gift: Mug", 13, "names one unit or thing, this one 2"),
        ("- name: whole\n  name: twice", "- name: whole", 2, "`name` stands twice"),
        ("- titel: whole", "- name: whole", 1, "unknown key `titel`"),
        ("  events: 5\n  spare:", "  events:", 7, "unknown key `spare`"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(
    tmp_path: Path, wrong: str, right: str, line: int, message: str
) -> None:
    text = CASE.replace(right, wrong, 1)
    with pytest.raises(CaseFileError) as raised:
        read_cases(written(tmp_path, text))
    assert f"line {line}: " in str(raised.value)
    assert message in str(raised.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- {name: a, expect: {}}", "line 1: `events` is missing"),
        ("- {name: a, events: [], expect: {}}", "line 1: no `program`, and no one.rules beside it"),
        ("name: a", "line 1: a list is expected here"),
        ("- name: [", "line 1: not YAML: "),
        ("- \x00", "line 1: not YAML: "),
        ("- {name: a, program: p, versions: [], events: [], expect: {}}", "exclude each other"),
    ],
)
def test_a_file_that_holds_no_cases(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(CaseFileError) as raised:
        read_cases(written(tmp_path, text))
    assert message in str(raised.value)


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    path = tmp_path / "one.yaml"
    path.write_bytes(b"- name: \xff")
    with pytest.raises(CaseFileError, match="is not UTF-8 text"):
        read_cases(path)


def test_an_empty_file_has_no_cases(tmp_path: Path) -> None:
    assert read_cases(written(tmp_path, "")) == ()


def test_folders_are_searched_for_case_files(tmp_path: Path) -> None:
    inner = tmp_path / "deep" / "b.yaml"
    inner.parent.mkdir()
    for path in (inner, tmp_path / "a.yaml", tmp_path / "notes.txt"):
        path.touch()
    named = tmp_path / "notes.txt"
    assert case_files([tmp_path, named]) == [tmp_path / "a.yaml", inner, named]
