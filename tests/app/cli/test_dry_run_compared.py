"""Dry runs held against others, now and later, down to each decision."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.csv
import pyarrow.parquet
import pytest

from tests.app.cli.conftest import Tally
from tests.app.cli.histories import MONTHS, STANDING


def test_a_result_is_saved_and_held_against_later(tally: Tally, folder: Path) -> None:
    events, saved, out = folder / "events.csv", folder / "runs" / "base", folder / "changes.csv"
    first = tally("dry-run", folder / "base.rules", "--events", events, "--save", saved)
    assert first.exit_code == 0
    given = ("dry-run", folder / "double.rules", "--events", events, "--changes-out", out)
    answers = [
        json.loads(tally(*given, "--json", "--against", other).stdout)
        for other in (saved, folder / "base.rules")
    ]
    for one in answers:
        one.pop("seconds")
    assert answers[0] == answers[1]
    assert pyarrow.csv.read_csv(out).to_pylist()[0].items() >= {
        "event_id": 2, "customer_id": "c2", "rule": "double", "before": 0, "after": 20,
    }.items()  # fmt: skip
    again = tally("dry-run", folder / "base.rules", "--events", events, "--save", saved)
    assert again.exit_code == 2
    assert "has a result already" in again.stderr


def test_a_result_of_other_events_is_told_as_such(tally: Tally, folder: Path) -> None:
    saved, other = folder / "saved", folder / "months.csv"
    other.write_text(MONTHS, encoding="utf-8")
    tally("dry-run", folder / "base.rules", "--events", folder / "events.csv", "--save", saved)
    result = tally("dry-run", folder / "base.rules", "--events", other, "--against", saved)
    assert result.exit_code == 0
    assert "was of other events" in result.stderr


def test_what_a_result_is_not_comparable_in_is_told(tally: Tally, folder: Path) -> None:
    saved, events, rules = folder / "saved", folder / "months.csv", folder / "standing.rules"
    events.write_text(MONTHS, encoding="utf-8")
    rules.write_text(STANDING, encoding="utf-8")
    other = folder / "stars.rules"
    other.write_text(
        'unit stars: precision 0 rule "s": on purchase award 2 stars', encoding="utf-8"
    )
    tally("dry-run", other, "--events", events, "--save", saved)
    given = ("dry-run", rules, "--events", events, "--against", saved)
    result = tally(*given, "--from", "2026-02-01", "--segment", "regulars")
    assert "was of another period." in result.stderr
    assert "was of another segment." in result.stderr
    assert "other events" not in result.stderr
    # What only the other gives has a column too.
    rows = [line.split() for line in result.stdout.splitlines()]
    assert rows[0] == ["Rule", "Awards", "Customers", "points", "stars"]
    assert ["Against", "4", "2", "0", "8"] in rows


@pytest.mark.parametrize("engine", ["native", "compiled"])
def test_a_decision_is_explained(tally: Tally, folder: Path, engine: str) -> None:
    rules, events = folder / "standing.rules", folder / "months.csv"
    rules.write_text(
        STANDING.replace("1 spent\n", "1 spent budget 31 points\n")
        + 'rule "gold": on purchase where amount >= 6 award 3 points to gold\n',
        encoding="utf-8",
    )
    events.write_text(MONTHS, encoding="utf-8")
    given = ("dry-run", rules, "--events", events, "--engine", engine, "--explain", "3")
    result = tally(*given, "--explain", "4")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    third, fourth = (
        lines.index(f"{n}, {who}, 2026-02-1{d} 10:00:")
        for n, who, d in (("3", "c1", 0), ("4", "c2", 1))
    )
    assert "base: " in lines[third + 1]
    # Thirty of the budget were gone by then.
    assert "30" in " ".join(lines[third:fourth])
    assert any("6" in line and "gold" in line for line in lines[fourth:])
    found = json.loads(tally(*given, "--json").stdout)["explained"]
    assert [(one["event_id"], one["customer"], one["tier"]) for one in found] == [("3", "c1", None)]
    assert [rule["reason"] for rule in found[0]["rules"]] == [None, "audience"]
    missing = tally(*given, "--explain", "9")
    assert missing.exit_code == 2
    assert "There is no event 9 in the period." in missing.stderr


def test_an_event_that_no_rule_is_on_can_be_explained(tally: Tally, folder: Path) -> None:
    rules = folder / "none.rules"
    rules.write_text('rule "r": on review award 1 point', encoding="utf-8")
    for engine in ("native", "compiled"):
        result = tally(
            "dry-run", rules, "--events", folder / "events.csv", "--explain", "2",
            "--engine", engine,
        )  # fmt: skip
        assert "2, c2, 2026-01-02 10:00:" in result.stdout
