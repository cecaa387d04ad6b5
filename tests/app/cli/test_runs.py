"""Dry runs over files, and programs held against their cases."""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path

import pyarrow.csv
import pyarrow.parquet
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
    # Three events are not worth making machine code for.
    assert found.pop("engine") == "compiled"
    assert found.pop("version") == version("tallystick")
    digests = {name: found.pop(name) for name in ("program", "data")}
    assert [len(one) for one in digests.values()] == [64, 64]
    theirs = {name: found["against"].pop(name) for name in ("program", "data", "version")}
    assert theirs["data"] == digests["data"]
    assert theirs["program"] != digests["program"]
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
            "where": {"event_types": {"mailing": [4]}, "values": {"amount": [3]}},
        },
        "customers": customers,
        "days": {"2026-01-01": {"points": 10}, "2026-01-02": {"points": 40}},
        "tiers": {"": {"points": 50}},
        "segments": {},
        "worth": {"currency": "USD", "units": {}},
        "liability": {"points": {"issued": 50, "redeemed": 0, "expired": 0, "outstanding": 50}},
        "withheld": {},
        "never_fired": [],
        "budgets": [],
        "movers": {
            "points": {
                "gaining": 1,
                "losing": 0,
                "quantiles": {
                    "0 %": 0,
                    "10 %": 0,
                    "25 %": 0,
                    "50 %": 0,
                    "75 %": 0,
                    "90 %": 0,
                    "100 %": 20,
                },
                "most_more": [["c2", 20]],
                "most_less": [],
            }
        },
        "against": {
            "rules": {"base": {"awards": 2, "customers": 2, "points": 30}},
            "totals": {"awards": 2, "customers": 2, "points": 30},
        },
        "difference": {
            "awards": 1,
            "customers": 0,
            "points": 20,
            "gaining": 1,
            "losing": 0,
            "changed": 1,
        },
    }
    assert json.loads(out.read_text()) == customers


BUDGETS = """
unit points: worth 0.01 USD
rule "a": on purchase award 1 point per 1 spent budget 25 points
rule "b": on purchase award 5 points budget 1 times per month holdout 100%
rule "c": on review award 5 points
rule "d": on purchase award 50% cashback budget 8 USD per day
"""


def test_budgets_and_what_never_came_are_told(tally: Tally, folder: Path) -> None:
    rules = folder / "budgets.rules"
    rules.write_text(BUDGETS, encoding="utf-8")
    (folder / "stores.csv").write_text(
        "event_id,type,ts,customer_id,amount,store\n"
        "1,purchase,2026-01-01T10:00:00Z,c1,11,north\n"
        "2,purchase,2026-01-02T10:00:00Z,c2,20,\n"
        "3,purchase,2026-01-02T11:00:00Z,c1,9,south\n",
        encoding="utf-8",
    )
    for engine in ("native", "compiled"):
        result = tally(
            "dry-run", rules, "--events", folder / "stores.csv", "--json", "--by", "store",
            "--engine", engine,
        )  # fmt: skip
        assert result.exit_code == 0
        found = json.loads(result.stdout)
        assert found["engine"] == engine
        assert found["worth"] == {"currency": "USD", "units": {"points": "0.25"}}
        assert found["withheld"] == {"b": {"points": 15}}
        assert found["never_fired"] == ["b", "c"]
        assert found["by"] == {
            "store": {
                "": {"points": 14, "cashback": "8.00"},
                "north": {"points": 11, "cashback": "5.50"},
            }
        }
        second = "2026-01-02T10:00:00+00:00"
        names = ("of", "counts", "since", "capacity", "used", "ended")
        assert [tuple(one[name] for name in names) for one in found["budgets"]] == [
            ("a", "points", None, "25", "25", second),
            ("b", "times", None, "1", "0", None),
            ("d", "money", "2026-01-01", "8", "5.5", None),
            ("d", "money", "2026-01-02", "8", "8", second),
        ]


def test_people_are_told_which_budget_ended(tally: Tally, folder: Path) -> None:
    rules = folder / "budgets.rules"
    rules.write_text(BUDGETS, encoding="utf-8")
    result = tally("dry-run", rules, "--events", folder / "events.csv")
    assert "The budget of 25 points of a ended on 2026-01-02 10:00." in result.stdout
    assert "c never fired." in result.stdout


STANDING = """
unit points: worth 0.01 USD, expire 1 month after earned
tier gold: 15 spent ever
segment regulars: at least 1 purchases ever
rule "base": on purchase award 1 point per 1 spent
"""
MONTHS = (
    "event_id,type,ts,customer_id,amount\n"
    "1,purchase,2026-01-01T10:00:00Z,c1,10\n"
    "2,purchase,2026-01-02T10:00:00Z,c2,20\n"
    "3,purchase,2026-02-10T10:00:00Z,c1,20\n"
    "4,purchase,2026-02-11T10:00:00Z,c2,5\n"
)


@pytest.mark.parametrize("engine", ["native", "compiled"])
def test_what_is_given_is_told_by_standing_and_by_what_became_of_it(
    tally: Tally, folder: Path, engine: str
) -> None:
    rules, events = folder / "standing.rules", folder / "months.csv"
    rules.write_text(STANDING, encoding="utf-8")
    events.write_text(MONTHS, encoding="utf-8")
    given = ("dry-run", rules, "--events", events, "--json", "--engine", engine)
    found = json.loads(tally(*given).stdout)
    # Where they stood just before.
    assert found["tiers"] == {"": {"points": 50}, "gold": {"points": 5}}
    assert found["segments"] == {"regulars": {"points": 25}}
    assert found["liability"] == {
        "points": {
            "issued": 55,
            "redeemed": 0,
            "expired": 30,
            "outstanding": 25,
            "worth": "0.25",
        }
    }
    found = json.loads(tally(*given, "--from", "2026-02-01", "--segment", "regulars").stdout)
    assert (found["from"], found["segment"], found["events"]) == ("2026-02-01", "regulars", 2)
    assert found["totals"] == {"awards": 2, "customers": 2, "points": 25}
    found = json.loads(tally(*given, "--through", "2026-01-01").stdout)
    assert found["totals"] == {"awards": 1, "customers": 1, "points": 10}


REDEEMED = """
unit points: worth 0.01 USD
rule "base": on purchase award 1 point per 1 spent
"""


def test_what_was_redeemed_is_not_outstanding(tally: Tally, folder: Path) -> None:
    rules, events = folder / "redeemed.rules", folder / "redeemed.jsonl"
    rules.write_text(REDEEMED, encoding="utf-8")
    given: dict[str, dict[str, object]] = {
        "1": {"type": "purchase", "amount": 12},
        "2": {"type": "redeem", "points": 5},
        "3": {"type": "redeem", "points": 5},
        "4": {"type": "cancel", "original": "3"},
    }
    rows = [
        {"id": id_, "at": f"2026-01-0{id_}T10:00:00Z", "customer": "c", **own}
        for id_, own in given.items()
    ]
    events.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    found = json.loads(tally("dry-run", rules, "--events", events, "--json").stdout)
    assert found["liability"] == {
        "points": {
            "issued": 12, "redeemed": 5, "expired": 0, "outstanding": 7, "worth": "0.07",
        }
    }  # fmt: skip
    result = tally("dry-run", rules, "--events", events)
    told = "Of the points, 7 are outstanding, 0 expired, 5 were redeemed."
    assert told in result.stdout


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


def test_an_event_that_no_rule_is_on_can_be_explained(tally: Tally, folder: Path) -> None:
    rules = folder / "none.rules"
    rules.write_text('rule "r": on review award 1 point', encoding="utf-8")
    for engine in ("native", "compiled"):
        result = tally(
            "dry-run", rules, "--events", folder / "events.csv", "--explain", "2",
            "--engine", engine,
        )  # fmt: skip
        assert "2, c2, 2026-01-02 10:00:" in result.stdout


def test_lines_that_are_no_objects_are_named(tally: Tally, folder: Path) -> None:
    events = folder / "events.jsonl"
    events.write_text(
        '{"id":"a1","type":"purchase","at":"2026-01-01T10:00:00Z","customer":"c1","amount":"5"}\n'
        "not json\n[1]\n\n"
        '{"id":"a2","type":"purchase","at":"2026-01-01T10:00:00Z","customer":"c1","amount":"x"}\n',
        encoding="utf-8",
    )
    result = tally("dry-run", folder / "base.rules", "--events", events, "--json")
    assert json.loads(result.stdout)["left_out"] == {
        "rows": {"not a JSON object": 2},
        "values": {"amount": 1},
        "where": {"rows": {"not a JSON object": [2, 3]}, "values": {"amount": [2]}},
    }


def test_a_column_of_nothing_is_not_left_out(tally: Tally, folder: Path) -> None:
    events = folder / "bare.csv"
    events.write_text("event_id,type,ts,customer_id,amount,week\n", encoding="utf-8")
    result = tally("dry-run", folder / "base.rules", "--events", events, "--json")
    assert json.loads(result.stdout)["left_out"] == {"columns": {"week": 1}}


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--segment", "nobody"), "base.rules has no segment nobody."),
        (("--awards-out", "nowhere/a.csv"), "There is no folder nowhere."),
        (("--from", "2026-02-01", "--through", "2026-01-01"), "--from is after --through."),
        (("--changes-out", "changes.csv"), "--changes-out needs --against."),
        (("--against", "."), "not a saved dry run"),
    ],
)
def test_what_cannot_be_asked_is_told(
    tally: Tally, folder: Path, options: tuple[str, ...], told: str
) -> None:
    result = tally("dry-run", folder / "base.rules", "--events", folder / "events.csv", *options)
    assert result.exit_code == 2
    assert told in " ".join(result.stderr.split())


def test_an_attribute_that_no_event_has_is_named(tally: Tally, folder: Path) -> None:
    result = tally(
        "dry-run", folder / "base.rules", "--events", folder / "events.csv", "--by", "shop"
    )
    assert result.exit_code == 2
    assert "No event has a text attribute shop." in result.stderr


@pytest.mark.parametrize("ending", ["parquet", "csv", "jsonl"])
def test_awards_are_written(tally: Tally, folder: Path, ending: str) -> None:
    rules, out = folder / "awards.rules", folder / f"awards.{ending}"
    rules.write_text(
        'rule "r": on purchase award 1 point per 1 spent, 5% cashback, gift "Mug"\n',
        encoding="utf-8",
    )
    result = tally("dry-run", rules, "--events", folder / "events.csv", "--awards-out", out)
    assert result.exit_code == 0
    if ending == "jsonl":
        rows = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    elif ending == "csv":
        rows = pyarrow.csv.read_csv(out).to_pylist()
    else:
        rows = pyarrow.parquet.read_table(out).to_pylist()
    assert [(row["rule"], row["unit"], float(row["amount"])) for row in rows[:3]] == [
        ("r", "points", 10), ("r", "cashback", 0.55), ("r", "gift", 1),
    ]  # fmt: skip
    assert [row["text"] or None for row in rows[:3]] == [None, None, "Mug"]
    assert {str(row["event_id"]) for row in rows} == {"1", "2", "3"}
    assert str(rows[0]["at"]).startswith("2026-01-01")


def test_awards_in_another_format_are_refused(tally: Tally, folder: Path) -> None:
    result = tally(
        "dry-run", folder / "base.rules", "--events", folder / "events.csv",
        "--awards-out", folder / "awards.xlsx",
    )  # fmt: skip
    assert result.exit_code != 0
    assert ".parquet, .csv, .jsonl" in result.stderr


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
    assert "mailing (1; first in row 4)" in result.stderr


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
