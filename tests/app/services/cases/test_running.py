"""Cases that fail say what was expected and what came instead."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.services.cases import CompiledEngine, ReferenceEngine, read_cases, run_case
from app.services.errors import NotFound

CASE = """\
- name: one
  program: 'rule "r": on purchase where amount > 10 award 1 point per 1 spent'
  events:
    - {id: e1, type: purchase, at: "2026-03-02T10:00:00Z", customer: c1, amount: 20}
    - {id: e2, type: purchase, at: "2026-03-02T10:01:00Z", customer: c1, amount: 5}
"""


def differences(folder: Path, expect: str, case: str = CASE) -> list[str]:
    path = folder / "one.yaml"
    path.write_text(f"{case}  expect:\n    {expect}\n", encoding="utf-8")
    (read,) = read_cases(path)
    found = [
        [str(difference) for difference in run_case(read, engine).differences]
        for engine in (CompiledEngine(), ReferenceEngine())
    ]
    assert found[0] == found[1]
    return found[0]


@pytest.mark.parametrize(
    ("expect", "told"),
    [
        ("awards: [{event: e1, rule: r, customer: c1, points: 20.0}]", []),
        (
            "awards: [{event: e1, rule: r, customer: c1, points: 19}]",
            [
                "expected award {event: e1, rule: r, customer: c1, points: 19}",
                "unexpected award {event: e1, rule: r, customer: c1, points: 20}",
            ],
        ),
        ("awards: []", ["unexpected award {event: e1, rule: r, customer: c1, points: 20}"]),
        (
            "awards: [&a {event: e1, rule: r, customer: c1, points: 20}, *a]",
            ["expected award {event: e1, rule: r, customer: c1, points: 20}"],
        ),
        ("balances: {c1: {points: 20}, c2: {points: 0}}", []),
        ("balances: {c1: {points: 21}}", ["balance of c1 in points: expected 21, got 20"]),
        ("tiers: {c1: gold}", ["tier of c1: expected gold, got none"]),
        ("refusals: [{event: e2, rule: r, reason: condition}]", []),
        (
            "refusals: [{event: e2, rule: r, reason: limit}]",
            ["refusal of r on e2: expected limit, got condition"],
        ),
        (
            "refusals: [{event: e1, rule: r, reason: limit}]",
            ["expected refusal {event: e1, rule: r, reason: limit}"],
        ),
        ("errors: [syntax]", ["errors: expected syntax, got none"]),
    ],
)
def test_what_differs_is_told(tmp_path: Path, expect: str, told: list[str]) -> None:
    assert differences(tmp_path, expect) == told


def test_errors_that_are_not_expected_are_listed_with_their_places(tmp_path: Path) -> None:
    case = CASE.replace("amount >", "amout >")
    told = differences(tmp_path, "awards: []", case)
    assert told[0] == "errors: expected none, got unknown-name"
    assert told[1].startswith("unknown-name at 1:29: ")
    assert differences(tmp_path, "errors: [unknown-name]", case) == []


def test_an_event_that_cannot_be_read_fails_the_case(tmp_path: Path) -> None:
    path = tmp_path / "one.yaml"
    path.write_text(CASE.replace("amount: 5", "amout: 5") + "  expect: {}", encoding="utf-8")
    (read,) = read_cases(path)
    (difference,) = run_case(read, CompiledEngine()).differences
    assert str(difference).startswith("event e2: amout: ")


def test_without_a_checkout_there_is_no_reference(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="comes with a checkout"):
        ReferenceEngine(tmp_path / "reference")
