"""Decisions as sentences: what was paid, what cut it, which test failed; sentences.yaml beside."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml

import dsl
from dsl.engine.calendar import instant
from dsl.engine.decision import Reason
from dsl.engine.explaining import StepKind
from tests.programs import HEAD, compiled, event

TIERS = "tier silver: 100 spent ever\ntier gold: 1000 spent ever\n"
BASE = 'rule "base": on purchase award 1 point per 1 spent\n'
ROWS: list[dict[str, Any]] = yaml.safe_load(
    Path(__file__).with_name("sentences.yaml").read_text("utf-8")
)


def text_of(row: dict[str, Any]) -> str:
    """The program a row is about."""
    own: str = row.get("program", "")
    rule = f'rule "r": {row["rule"]}\n' if "rule" in row else ""
    head = "" if own.startswith("program") else HEAD
    return head + TIERS + own + "\n" + rule + ("" if own else BASE)


def decided(row: dict[str, Any]) -> tuple[dsl.Compiled, dsl.Decision, dt.datetime | None]:
    """The last decision of a row's events, and when it was."""
    program = compiled(text_of(row))
    book = dsl.Book([(None, program)])
    for customer in row.get("customers", ()):
        points = Decimal(customer.get("points", 0))
        book.open(customer["id"], {}, balances={"points": points})
    decisions: list[dsl.Decision] = []
    at = None
    for number, raw in enumerate(row.get("events", [{"amount": 180, "channel": "app"}])):
        given = {"id": f"e{number}", "at": f"2026-11-{number + 1:02}T10:00:00Z", **raw}
        found = event(program.program, **given)
        decisions, at = list(book.step(found)), found.at
    if "until" in row:
        decisions = book.until(instant(dt.datetime.fromisoformat(row["until"])))
        decisions = [one for one in decisions if one.customer == "c1"]
        at = None
    return program, decisions[-1], at


@pytest.mark.parametrize("row", ROWS, ids=[row["name"] for row in ROWS])
def test_it_is_said(row: dict[str, Any]) -> None:
    program, decision, at = decided(row)
    when = None if row.get("without_time") else at
    told = {one.rule: one for one in dsl.explain(program.program, decision, at=when)}
    assert list(told[row.get("of", "r")].sentences) == row["said"]


@pytest.mark.parametrize("row", ROWS, ids=[row["name"] for row in ROWS])
def test_what_json_holds_of_a_decision_is_told_alike(row: dict[str, Any]) -> None:
    program, decision, at = decided(row)
    again = dsl.Decision.from_json(json.loads(json.dumps(decision.to_json())))
    assert again == decision
    assert dsl.steps(program.program, again, at=at) == dsl.steps(program.program, decision, at=at)


def test_a_chain_that_went_on_too_long_is_told() -> None:
    program = compiled(text_of({"rule": "on purchase award 1 point"})).program
    decision = dsl.Decision("e1", "c1", None, outcomes=(dsl.Outcome("r", "derived-depth"),))
    (told,) = dsl.explain(program, decision)
    assert told.sentences == (
        "more than 8 steps followed from one event, and this was one too many",
    )


def test_each_kind_of_step_and_each_reason_is_told_of() -> None:
    kinds: set[str] = {"derived-depth"}
    reasons: set[str | None] = {"derived-depth"}
    for row in ROWS:
        program, decision, at = decided(row)
        kinds |= {step.kind for step in dsl.steps(program.program, decision, at=at)}
        reasons |= {decision.refused, *(one.reason for one in decision.outcomes)}
    assert kinds == set(get_args(StepKind))
    assert reasons == {None, *get_args(Reason)}


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [(0, 0, "0"), (5, 2, "0.05"), (-1250, 2, "-12.5"), (1234567, 0, "1234567"), (100, 2, "1")],
)
def test_scaled_numbers_are_written_exactly(value: int, decimals: int, text: str) -> None:
    assert dsl.decimal_text(value, decimals) == text


@pytest.mark.parametrize(("gross", "reason"), [(None, "nothing"), (200, "condition")])
def test_what_matched_and_came_to_nothing_is_not_refused_by_what_its_discount_failed(
    gross: int | None, reason: Reason
) -> None:
    # For discounts an absent gross reads as the amount; for the rest it is unknown.
    rule = "on purchase where gross is unknown award deduct 1 points, 10% discount"
    raw = {"amount": 200} if gross is None else {"amount": 200, "gross": gross}

    _, decision, _ = decided({"rule": rule, "events": [raw]})

    assert {one.rule: one.reason for one in decision.outcomes}["r"] == reason
