"""One customer's events decided one by one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from dsl.engine.decision import CounterKey, Cut, Decision, FailedTest
from tests.programs import HEAD, compiled, event, utc

if TYPE_CHECKING:
    from dsl.engine.live import Compiled

GOLD = HEAD + "tier gold: 5000 spent in last 12 months\n"
STORY = (
    GOLD
    + 'rule "base": on purchase award 1 point per 1 spent\n'
    + 'rule "gold double": on purchase where amount >= 200 award 2x points to gold\n'
)


def decide_all(program: Compiled, raws: list[dict[str, Any]]) -> list[Decision]:
    """Decide events of one customer, the state saved and restored between them."""
    state, used, decisions = program.new_state(), dict[CounterKey, int](), []
    for number, raw in enumerate(raws):
        given = event(program.program, id=f"e{number}", **raw)
        assert set(used) >= {key for key in program.counters(given) if used.get(key)}
        decision = program.decide(given, state, used)
        for key, amount in decision.taken.items():
            used[key] = used.get(key, 0) + amount
        decisions.append(decision)
        restored = program.restore(json.loads(json.dumps(program.snapshot(state))))
        assert restored is not None
        state = restored
    return decisions


def paid(decision: Decision) -> dict[str, int]:
    return {award.rule: award.amount for award in decision.awards}


def reasons(decision: Decision) -> dict[str, str | None]:
    return {outcome.rule: outcome.reason for outcome in decision.outcomes}


def test_the_tier_is_settled_before_the_event_that_reaches_it() -> None:
    first, second, third = decide_all(
        compiled(STORY),
        [
            {"at": "2026-11-01T10:00:00Z", "amount": "5000"},
            {"at": "2026-11-02T10:00:00Z", "amount": "250"},
            {"at": "2027-11-01T10:00:00Z", "amount": "250"},
        ],
    )
    assert (first.tier, paid(first)) == (None, {"base": 5000})
    assert (second.tier, paid(second)) == ("gold", {"base": 250, "gold double": 250})
    assert (third.tier, paid(third)) == (None, {"base": 250})
    assert reasons(third) == {"base": None, "gold double": "audience"}


def test_a_test_that_fails_tells_its_two_values() -> None:
    (decision,) = decide_all(compiled(STORY), [{"amount": "180"}])
    outcome = decision.outcomes[1]
    assert (outcome.reason, outcome.test) == ("condition", FailedTest(0, 1_800_000, 200))


def test_limits_carry_over_and_end_with_their_period() -> None:
    program = compiled(
        HEAD
        + 'rule "r": on purchase award 1 point per 1 spent limit 200 points per customer per month'
    )
    (name,) = (allowance.name for allowance in program.program.rules[0].allowances)
    first, second, third = decide_all(
        program,
        [
            {"at": "2026-11-01T10:00:00Z", "amount": "150"},
            {"at": "2026-11-30T23:59:59Z", "amount": "150"},
            {"at": "2026-12-01T00:00:00Z", "amount": "150"},
        ],
    )
    assert [paid(d) for d in (first, second, third)] == [{"r": 150}, {"r": 50}, {"r": 150}]
    assert second.outcomes[0].cuts == (Cut(name, 0, used=150, wanted=150, granted=50),)


def test_a_decision_survives_json() -> None:
    for decision in decide_all(compiled(STORY), [{"amount": "180"}, {"amount": "250"}]):
        assert Decision.from_json(json.loads(json.dumps(decision.to_json()))) == decision


def test_a_snapshot_that_lacks_a_window_is_not_restored() -> None:
    story, plain = compiled(STORY), compiled(HEAD + 'rule "r": on purchase award 1 point')
    assert story.restore(plain.snapshot(plain.new_state())) is None
    assert plain.restore(story.snapshot(story.new_state())) is not None


def test_a_snapshot_keeps_only_the_purchases_a_window_still_looks_at() -> None:
    program = compiled(
        HEAD + "tier gold: 100 spent in last 30 days\n" + 'rule "r": on purchase award 1 point'
    )
    state = program.new_state()
    for month in range(1, 10):
        raw = {"id": str(month), "at": f"2026-{month:02}-01T00:00:00Z", "amount": "90"}
        program.decide(event(program.program, **raw), state, {})
    assert len(program.snapshot(state)["history"]) <= 4
    assert program.tier(state, utc("2026-09-02")) is None


@pytest.mark.parametrize(
    ("when", "tier"),
    [
        ("2026-11-02T00:00:00", "gold"),
        ("2027-11-01T09:59:59", "gold"),
        ("2027-11-01T10:00:00", None),
    ],
)
def test_a_tier_falls_when_its_window_has_passed(when: str, tier: str | None) -> None:
    program = compiled(STORY)
    state = program.new_state()
    raw = {"at": "2026-11-01T10:00:00Z", "amount": "5000"}
    program.decide(event(program.program, **raw), state, {})
    assert program.tier(state, utc(when)) == tier


def test_a_purchase_comes_back_into_a_window_whose_start_is_clipped() -> None:
    program = compiled(
        HEAD + "tier gold: 100 spent in last 1 month\n" + 'rule "r": on review award 1 point'
    )
    decisions = decide_all(
        program,
        [
            {"at": "2026-02-28T09:30:00Z", "amount": "100"},
            {"type": "review", "at": "2026-03-29T10:00:00Z"},
            {"type": "review", "at": "2026-03-30T09:00:00Z"},
        ],
    )
    assert [decision.tier for decision in decisions] == [None, None, "gold"]


def test_a_calendar_window_is_not_taken_over_into_another_timezone() -> None:
    text = "tier gold: 100 spent in this month\n" + 'rule "r": on review award 1 point'
    before = compiled('program "P" timezone "UTC"\n' + text)
    after = compiled('program "P" timezone "Asia/Shanghai"\n' + text)
    assert after.restore(before.snapshot(before.new_state())) is None


def test_a_fixed_tier_neither_rises_nor_falls() -> None:
    program = compiled(STORY)
    state = program.new_state(fixed_tier="gold")
    decision = program.decide(event(program.program, amount="250"), state, {})
    assert paid(decision) == {"base": 250, "gold double": 250}


def test_a_customers_attributes_are_those_of_the_latest_profile() -> None:
    program = compiled(
        HEAD
        + "attributes of customer: style text\n"
        + 'rule "r": on purchase where customer.style = "modern" award 1 point'
    )
    decisions = decide_all(
        program,
        [
            {"amount": "1"},
            {"type": "profile", "at": "2026-11-23T10:00:00Z", "style": "modern"},
            {"at": "2026-11-24T10:00:00Z", "amount": "1"},
        ],
    )
    assert [reasons(d) for d in decisions] == [{"r": "condition"}, {}, {"r": None}]
