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
from dsl.engine.columns.collected import STATUSES
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
        assert awards_of(again) == awards_of(dry_run(new, history, until=until, secret=secret))
        event("decided in part" if again.balances is None else "decided anew")


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
    assert awards_of(again) == awards_of(anew)
    assert again.by_rule() == anew.by_rule()
    assert again.by_day() == anew.by_day()
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
