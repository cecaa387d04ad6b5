"""Dry runs over files: what they answer, and what they refuse."""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path

import pyarrow.csv
import pyarrow.parquet
import pytest

from tests.app.cli.conftest import Tally
from tests.app.cli.histories import MONTHS, STANDING


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
