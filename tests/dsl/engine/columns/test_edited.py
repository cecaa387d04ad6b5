"""What an edit does not touch is as in the run of before; the awards are those of a new run."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

import dsl
from app.history.tables import tables_of
from dsl.engine.columns import DryRun, dry_run, liabilities, read_history
from dsl.engine.columns.awards import STATUSES
from dsl.meaning.checked import Program
from tests.dsl.engine.columns.made_up import PROGRAMS, history_of
from tests.dsl.engine.columns.test_streams import as_file
from tests.programs import HEAD, compiled
from tests.strategies.cases import Drawn, cases

STEP = dt.timedelta(microseconds=1)
MINE = 'unit extras\nrule "mine": on purchase where amount >= {least} award 5 extras\n'
TIMER = 'rule "away": on 20 days without purchase award 1 point\n'
# Programs of which nothing is touched by a rule on another unit, so that samples are explained by
# what their customers did and what all others drew.
APART = {
    **PROGRAMS,
    "a timer, and a budget that goes round": PROGRAMS["a budget that goes round"] + TIMER,
    "a challenge": 'challenge "c": 3 purchases within 20 days award 5 points\n',
    "a discount": 'rule "off": on purchase award 10% discount rule "n": on review award 1 point\n',
}
# Here what others drew matters, and only a run of all tells it.
TOGETHER = {
    "a timer, and a budget that does not go round": PROGRAMS["a budget that does not go round"]
    + TIMER,
    "awards to others": 'rule "other": on purchase award 3 points to referrer\n',
}


def awards_of(run: DryRun) -> list[tuple[object, ...]]:
    """Every award with all that is known of it, in no order."""
    awards = run.awards
    return sorted(
        (
            at,
            row,
            run.customer_ids[customer],
            run.rule_names[rule],
            reward,
            run.unit_names[unit],
            run.text_names[text] if text >= 0 else "",
            STATUSES[status],
            amount,
        )
        for at, row, customer, rule, reward, unit, text, status, amount in zip(
            *(
                column.tolist()
                for column in (
                    awards.at,
                    awards.rows,
                    awards.customers,
                    awards.rules,
                    awards.rewards,
                    awards.units,
                    awards.texts,
                    awards.statuses,
                    awards.amounts,
                )
            ),
            strict=True,
        )
    )


def sums_of(run: DryRun, before: DryRun) -> list[object]:
    """What the awards come to, and how much more than before that is."""
    more = [
        run.more_than(before, unit)
        for unit in sorted({*run.total().units, *before.total().units})
        if len(run.customer_ids) == len(before.customer_ids) == len(run.history.customer_ids)
    ]
    return [run.by_rule(), run.total(), run.by_day(), more]


def without(program: Program, name: str) -> Program:
    """The program with a rule, or a challenge, less."""
    place = (
        [rule.name for rule in program.rules].index(name) if name not in program.challenges else 0
    )
    challenges = {
        own: replace(one, rules_before=one.rules_before - (place < one.rules_before))
        if name not in program.challenges
        else one
        for own, one in program.challenges.items()
        if own != name
    }
    rules = tuple(rule for rule in program.rules if rule.name != name)
    return replace(program, rules=rules, challenges=challenges)


@settings(suppress_health_check=list(HealthCheck), deadline=None)
@given(drawn=cases(), data=st.data())
def test_a_run_after_an_edit_has_the_awards_of_a_new_run(drawn: Drawn, data: st.DataObject) -> None:
    case, whole = as_file(drawn)
    program = whole.program
    names = [rule.name for rule in program.rules] + list(program.challenges)
    if not case.events or not names:
        return
    fewer = dsl.compile_program(without(program, data.draw(st.sampled_from(names))))
    history, _ = read_history(program, *tables_of(case.events))
    until = (history.span() or (None, None))[1]
    assert until is not None
    until = max(case.ends or until, until) + STEP
    secret = case.secret.encode()

    for old, new in ((whole, fewer), (fewer, whole)):
        before = dry_run(old, history, until=until, secret=secret)
        again = dry_run(new, history, until=until, secret=secret, before=before)
        anew = dry_run(new, history, until=until, secret=secret)
        assert sums_of(again, before) == sums_of(anew, before)
        assert awards_of(again) == awards_of(anew)
        event("decided in part" if again.balances is None else "decided anew")


def happened(*told: str) -> list[dict[str, str]]:
    """Events of January 2026, each as `id type day time customer`, and what else it says."""
    events = []
    for one in told:
        id_, type_, day, time, customer, *more = one.split()
        raw = {"id": id_, "type": type_, "at": f"2026-01-{day}T{time}Z", "customer": customer}
        events.append(raw | dict(pair.split("=") for pair in more))
    return events


BOUGHT = happened("a purchase 01 08:00:00 c1 amount=10", "b purchase 30 08:00:00 c1 amount=10")
TWICE = happened("a purchase 01 08:00:00 c1 amount=10", "b purchase 01 09:00:00 c1 amount=10")
REVIEWED = happened(
    "a purchase 01 08:00:00 c1 amount=10",
    "r review 12 09:00:00 c1",
    "s review 12 20:00:00 c1",
    "t review 13 09:00:00 c1",
)
NAMED = happened(
    "a purchase 01 08:00:00 c2 amount=10",
    "b purchase 03 10:00:00 c1 amount=10 referrer=c2",
    "c purchase 10 10:00:00 c2 amount=10",
)
TAKEN_BACK = happened(
    "a purchase 01 08:00:00 c1 amount=100",
    "v review 02 08:00:00 c1",
    "x redeem 03 08:00:00 c1 points=110",
    "f refund 28 08:00:00 c1 original=a",
)
REDEEMED = happened(
    "a purchase 01 08:00:00 c1 amount=10 referrer=c2",
    "x redeem 02 08:00:00 c2 points=10",
    "b purchase 27 08:00:00 c2 amount=10",
)
BASE = 'rule "base": on purchase award 1 point per 1 spent\n'
DAILY = 'rule "x": on every day at 09:00 award 1 mile\n'
LAPSED = 'segment lapsed: no purchase in last 10 days rule "y": on entering segment lapsed'
GRACE = (
    'tier gold: 1 purchases in last 10 days, grace 1 day rule "z": on review award 5 stars to gold'
)
KEPT = """tier gold: where (days since joined >= 2), keep 10 days
    rule "u": on tier upgrade award 2 stars rule "z": on tier downgrade award 1 star"""
STEPS = """tier silver: 1 purchases ever, one step at a time
    tier gold: 1 purchases ever, one step at a time
    rule "z": on review award 5 stars to gold"""
OLD = 'segment old: days since joined > 2 rule "y": on entering segment old award 5 stars'
LAG = """segment b: number of purchases ever >= 1 tier gold: where (in segment b)
    rule "y": on tier upgrade to gold award 1 star"""
EXPIRING = "unit points: expire 20 days after earned\n"
# The rest of a program, the edited rule as it was and as it is, and what happened: where a rule
# hangs on another by more than what both give or ask for.
HANGING = {
    "a timer settles": (LAPSED + " award 5 stars", DAILY, "", BOUGHT),
    "what a timer settled is needed": (
        DAILY,
        LAPSED + " award 5 stars",
        LAPSED + " award 6 stars",
        BOUGHT,
    ),
    "a timer begins a grace": (GRACE, DAILY, "", REVIEWED),
    "a timer begins what is kept": (KEPT, "", DAILY, BOUGHT),
    "a timer is a step": (STEPS, DAILY, "", REVIEWED),
    "an award to another settles them": (
        OLD,
        "",
        'rule "x": on purchase award 1 mile to referrer',
        NAMED,
    ),
    "a change settles once more": (LAG, 'rule "x": on entering segment b award 1 mile', "", TWICE),
    "what expired is not taken back": (
        EXPIRING + BASE,
        'rule "r": on review award deduct 50 points',
        'rule "r": on review award deduct 60 points',
        TAKEN_BACK,
    ),
    "what was redeemed did not expire": (
        EXPIRING + BASE,
        'rule "r": on review award 20 points',
        'rule "r": on review award 5 points',
        TAKEN_BACK,
    ),
    "who redeems has joined": (
        'rule "j": on every monday award 1 star',
        'rule "g": on purchase award 20 points to referrer',
        'rule "g": on purchase award 5 points to referrer',
        REDEEMED,
    ),
    "segments in another order": (
        'rule "y": on entering segment a award 1 star',
        "segment a: in segment b segment b: number of purchases ever >= 1",
        "segment b: number of purchases ever >= 1 segment a: in segment b",
        TWICE,
    ),
    "a rule that never paid stands first": (
        'rule "n": on visit award 1 mile',
        'rule "m": on purchase where amount >= 5 award 5 stars',
        'rule "m": on purchase where amount >= 15 award 5 stars',
        TWICE,
    ),
}


@pytest.mark.parametrize(("rest", "old", "new", "events"), HANGING.values(), ids=HANGING)
def test_what_hangs_together_is_decided_together(
    rest: str, old: str, new: str, events: list[dict[str, str]]
) -> None:
    # One more, on which nothing hangs, so that there is always something to leave alone.
    head = HEAD + 'unit miles unit stars rule "alone": on checkin award 1 mile\n'
    before, after = (compiled(f"{head}{rest}\n{one}") for one in (old, new))
    history, left_out = read_history(before.program, *tables_of(events))
    assert not left_out.to_json()
    until = dt.datetime(2026, 2, 2, tzinfo=dt.UTC)
    first = dry_run(before, history, until=until)
    again = dry_run(after, history, until=until, before=first)
    anew = dry_run(after, history, until=until)
    assert sums_of(again, first) == sums_of(anew, first)
    assert awards_of(again) == awards_of(anew)
    assert awards_of(anew) != awards_of(first)


def edit_of(text: str) -> tuple[dsl.Compiled, dsl.Compiled]:
    """A program with a rule of a unit of its own, and the same after a number was edited."""
    whole = HEAD + text if "program " not in text else text
    old, new = (compiled(whole + MINE.format(least=least)) for least in (20, 75))
    return old, new


@pytest.mark.parametrize("text", APART.values(), ids=APART)
def test_decisions_are_explained_as_by_a_new_run(text: str) -> None:
    old, new = edit_of(text)
    history = history_of(old, 400)
    before = dry_run(old, history, way="native")
    again = dry_run(new, history, watch="mine", samples=3, way="native", before=before)
    anew = dry_run(new, history, watch="mine", samples=3, way="native")
    assert again.balances is None
    assert sums_of(again, before) == sums_of(anew, before)
    assert awards_of(again) == awards_of(anew)
    decisions = [one.decision for one in anew.samples]
    assert [one.decision for one in again.samples[: len(decisions)]] == decisions
    assert decisions


@pytest.mark.parametrize("text", TOGETHER.values(), ids=TOGETHER)
def test_where_what_others_drew_is_not_known_all_is_decided(text: str) -> None:
    old, new = edit_of(text)
    history = history_of(old, 400)
    before = dry_run(old, history)
    again = dry_run(new, history, watch="mine", samples=3, before=before)
    assert again.balances is not None
    assert dry_run(new, history, before=before).balances is None


def test_a_run_of_other_events_or_draws_is_no_help() -> None:
    old, new = edit_of(PROGRAMS["segments"])
    history = history_of(old, 400)
    before = dry_run(old, history)
    assert dry_run(new, history_of(old, 400), before=before).balances is not None
    assert dry_run(new, history, secret=b"other", before=before).balances is not None
    day = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
    assert dry_run(new, history, since=day, before=before).balances is not None
    assert dry_run(new, history, before=before).balances is None


def test_what_customers_hold_and_where_they_stood_is_not_known_after_an_edit() -> None:
    old, new = edit_of(PROGRAMS["segments"])
    history = history_of(old, 400)
    again = dry_run(new, history, before=dry_run(old, history))
    with pytest.raises(ValueError, match="not known after an edit"):
        liabilities(again)
    with pytest.raises(KeyError):
        again.awards.standings  # noqa: B018 - what is asked for is the error
