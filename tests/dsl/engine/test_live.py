"""One customer's events decided one by one, the state saved and taken up between them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from dsl.engine.decision import CounterKey, Cut, Decision
from dsl.engine.live import Live, counters
from tests.programs import HEAD, compiled, event, utc

if TYPE_CHECKING:
    from dsl.engine.compiled import Compiled

GOLD = HEAD + "tier gold: 5000 spent in last 12 months\n"
STORY = (
    GOLD
    + 'rule "base": on purchase award 1 point per 1 spent\n'
    + 'rule "gold double": on purchase where amount >= 200 award 2x points to gold\n'
)
RULE = 'rule "r": on purchase award 1 point'


def again(live: Live, program: Compiled) -> Live | None:
    """The customer taken up from a snapshot that went through JSON."""
    return Live.restored(program, "c1", json.loads(json.dumps(live.snapshot())))


def decide_all(program: Compiled, raws: list[dict[str, Any]]) -> list[Decision]:
    """Decide events of one customer, the state saved and restored between them."""
    live, decisions = Live(program, "c1"), []
    used: dict[CounterKey, int] = {}
    for number, raw in enumerate(raws):
        given = event(program.program, id=f"e{number}", **raw)
        known = set(counters(program, given))
        decisions.append(live.decide(given, used))
        assert set(decisions[-1].taken) <= known
        restored = again(live, program)
        assert restored is not None
        live = restored
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


@pytest.mark.parametrize(
    ("clause", "key"),
    [
        ("once per customer", ("rule:r:once:customer", "c1", "", 0)),
        ("once per customer per store", ("rule:r:once:customer:.store", "c1", "s1", 0)),
        ("once per store", ("rule:r:once:.store", "", "s1", 0)),
        ("limit 5 times per customer", ("rule:r:limit:times", "c1", "", 0)),
        ("budget 500 points", ("rule:r:budget:points", "", "", 0)),
    ],
)
def test_an_event_draws_on_counters_by_holder_and_mark(clause: str, key: CounterKey) -> None:
    program = compiled(HEAD + f"{RULE} {clause}")
    given = event(program.program, amount="1", store="s1")
    assert counters(program, given) == (key,)
    assert set(Live(program, "c1").decide(given, {}).taken) == {key}


def test_a_budget_of_another_unit_is_not_drawn_on() -> None:
    program = compiled(
        HEAD.replace("USD", "USD budget 10 beans") + f"unit beans\nunit points\n{RULE}"
    )
    assert counters(program, event(program.program, amount="1")) == ()


def test_a_mark_that_is_absent_is_no_counter() -> None:
    program = compiled(HEAD + f"{RULE} once per store")
    given = event(program.program, amount="1")
    assert counters(program, given) == ()
    assert reasons(Live(program, "c1").decide(given, {})) == {"r": "limit"}


def test_a_decision_survives_json() -> None:
    for decision in decide_all(compiled(STORY), [{"amount": "180"}, {"amount": "250"}]):
        assert Decision.from_json(json.loads(json.dumps(decision.to_json()))) == decision


def test_events_that_are_folded_leave_the_state_that_deciding_leaves() -> None:
    program = compiled(
        GOLD
        + "attributes of customer: style text, since date, size number, member flag\n"
        + "segment walkers: number of distinct store of purchases in last 30 days >= 2\n"
        + 'rule "r": on purchase where customer.style = channel award 1 point to walkers\n'
        + 'rule "s": on purchase where any item (sku = "a") award 1 point once per store'
    )
    raws: list[dict[str, Any]] = [
        {
            "type": "profile",
            "at": "2026-01-01T00:00:00Z",
            "style": "web",
            "since": "2020-02-29",
            "size": "1.50",
            "member": True,
            "tags": ["a", "b"],
        },
        {"at": "2026-01-02T00:00:00Z", "gross": "10", "store": "s1"},
        {"at": "2026-01-03T00:00:00Z", "amount": "10", "items": [{"sku": "a", "price": "10"}]},
        {"at": "2026-01-04T00:00:00Z", "amount": "10", "store": "s2", "channel": "web"},
    ]
    decided, folded = Live(program, "c1"), Live(program, "c1")
    for number, raw in enumerate(raws):
        given = event(program.program, id=f"e{number}", **raw)
        decided.decide(given, {})
        folded.fold(given)
    end = utc("2026-01-05")
    assert decided.tier(end) == folded.tier(end)
    assert decided.snapshot() == folded.snapshot()
    restored = again(decided, program)
    assert restored is not None
    assert restored.snapshot() == decided.snapshot()


def test_a_history_of_another_layout_is_not_taken_up() -> None:
    story, plain = compiled(STORY), compiled(HEAD + RULE)
    assert again(Live(plain, "c1"), story) is None
    assert again(Live(story, "c1"), story) is not None


def test_a_rule_that_asks_nothing_new_of_the_past_takes_the_history_up() -> None:
    more = compiled(STORY + 'rule "more": on review award 5 points')
    live = Live(more, "c1")
    live.decide(event(more.program, amount="5000"), {})
    rewritten = compiled(STORY + 'rule "more": on review award 7 points')
    restored = again(live, rewritten)
    assert restored is not None
    assert restored.tier(utc("2026-12-01")) == "gold"


def test_a_snapshot_keeps_only_the_purchases_a_window_still_looks_at() -> None:
    program = compiled(HEAD + "tier gold: 170 spent in last 30 days\n" + RULE)
    live = Live(program, "c1")
    for month in range(1, 10):
        raw = {"id": str(month), "at": f"2026-{month:02}-01T00:00:00Z", "amount": "90"}
        live.decide(event(program.program, **raw), {})
        restored = again(live, program)
        assert restored is not None
        live = restored
    assert len(live.snapshot()["history"]) <= 2 * program.width
    assert live.tier(utc("2026-09-02")) is None
    live.decide(event(program.program, at="2026-09-30T00:00:00Z", amount="90"), {})
    assert live.tier(utc("2026-09-30T12:00:00")) == "gold"


@pytest.mark.parametrize(
    "text",
    [
        "tier gold: 100 spent ever\n" + RULE,
        'rule "r": on purchase where days since previous purchase > 3 award 1 point',
        (
            'rule "r": on purchase where number of distinct store of purchases in last 1 day > 1 '
            "award 1 point"
        ),
    ],
)
def test_what_looks_at_all_of_the_past_keeps_it(text: str) -> None:
    program = compiled(HEAD + text)
    live = Live(program, "c1")
    for month in range(1, 4):
        raw = {"id": str(month), "at": f"2026-{month:02}-01T00:00:00Z", "amount": "90"}
        live.decide(event(program.program, **raw), {})
    assert len(live.snapshot()["history"]) == 3 * program.width


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
    live = Live(program, "c1")
    raw = {"at": "2026-11-01T10:00:00Z", "amount": "5000"}
    live.decide(event(program.program, **raw), {})
    assert live.tier(utc(when)) == tier


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
    assert again(Live(before, "c1"), after) is None


def test_a_fixed_tier_neither_rises_nor_falls() -> None:
    program = compiled(STORY)
    live = Live(program, "c1", tier="gold")
    assert again(live, program) is not None
    decision = live.decide(event(program.program, amount="250"), {})
    assert paid(decision) == {"base": 250, "gold double": 250}
    assert Live.again(program, "c1", live.snapshot()).tier(utc("2026-12-01")) == "gold"


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


def test_who_opted_in_stays_so() -> None:
    program = compiled(HEAD + f"{RULE} after opting in")
    decisions = decide_all(
        program,
        [
            {"amount": "1"},
            {"type": "optin", "at": "2026-11-23T10:00:00Z", "rule": "r"},
            {"at": "2026-11-24T10:00:00Z", "amount": "1"},
        ],
    )
    assert [reasons(d) for d in decisions] == [{"r": "opt-in"}, {}, {"r": None}]


def test_who_was_taken_over_without_a_day_of_joining_joins_with_the_first_event() -> None:
    program = compiled(HEAD + RULE.replace("award", "where days since joined < 9 award"))
    decisions = decide_all(
        program,
        [
            {"type": "profile", "at": "1970-01-01T00:00:00Z"},
            {"at": "2026-11-20T10:00:00Z", "amount": "1"},
            {"at": "2026-11-30T10:00:00Z", "amount": "1"},
        ],
    )
    assert [reasons(d) for d in decisions] == [{}, {"r": None}, {"r": "condition"}]
