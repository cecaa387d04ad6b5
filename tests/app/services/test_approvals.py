from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy.orm import Session

from app.models import Program, Rule, RuleVersion, User
from app.services import approvals, programs, rules
from app.services.errors import Conflict, Forbidden, Invalid, NotFound
from tests.app.given import person

BASE = "on purchase award 1 point per 1 spent"
TWICE = "on purchase award 2 points per 1 spent"


@pytest.fixture
def rule(session: Session, program: Program, marketer: User, now: dt.datetime) -> Rule:
    return rules.create_rule(session, program, "Base", BASE, actor=marketer, now=now)


def go_live(
    session: Session, rule: Rule, marketer: User, approver: User, now: dt.datetime, text: str = BASE
) -> RuleVersion:
    """The rule's draft submitted, approved and published."""
    rules.save_draft(session, rule, text, rule.draft_revision, actor=marketer, now=now)
    approval = approvals.submit(session, rule, "please", actor=marketer, now=now)
    approvals.approve(session, approval, "fine", actor=approver, now=now)
    approvals.publish(session, approval.rule_version, actor=approver, now=now, note="go")
    return approval.rule_version


def actions(session: Session, rule: Rule) -> list[str]:
    return [change.action for change in reversed(rules.rule_history(session, rule))]


def live_texts(session: Session, program: Program, at: dt.datetime) -> list[str]:
    version = programs.live_version(session, program, at)
    return [one.text for one in programs.rule_versions(session, version)]


def status(session: Session, rule: Rule, at: dt.datetime) -> str:
    return rules.rule_row(session, rule, at).status


def test_a_draft_comes_into_force_by_a_second_persons_word(
    session: Session,
    program: Program,
    rule: Rule,
    marketer: User,
    approver: User,
    now: dt.datetime,
) -> None:
    approval = approvals.submit(session, rule, "for spring", actor=marketer, now=now)
    assert approvals.pending(session, program) == [approval]
    assert status(session, rule, now) == "waiting"
    assert live_texts(session, program, now) == []
    approvals.approve(session, approval, "fine", actor=approver, now=now)
    assert approvals.pending(session, program) == []
    assert status(session, rule, now) == "approved"
    approvals.publish(session, approval.rule_version, actor=approver, now=now, note="go")
    assert status(session, rule, now) == "live"
    assert live_texts(session, program, now) == [BASE]
    assert live_texts(session, program, now - dt.timedelta(microseconds=1)) == []
    history = [(c.action, c.actor.name, c.note) for c in rules.rule_history(session, rule)]
    assert history == [
        ("published", "abel", "go"),
        ("approved", "abel", "fine"),
        ("submitted", "mara", "for spring"),
        ("created", "mara", ""),
    ]


def test_nobody_decides_on_their_own_version(
    session: Session, program: Program, admin: User, now: dt.datetime
) -> None:
    rule = rules.create_rule(session, program, "Base", BASE, actor=admin, now=now)
    approval = approvals.submit(session, rule, "", actor=admin, now=now)
    assert not approvals.may_decide(approval, admin)
    for decide in (approvals.approve, approvals.reject):
        with pytest.raises(Forbidden):
            decide(session, approval, "", actor=admin, now=now)
    assert approval.decision is None


def test_only_approvers_decide_and_publish(
    session: Session,
    rule: Rule,
    marketer: User,
    approver: User,
    auditor: User,
    now: dt.datetime,
) -> None:
    other = person(session, "milo", "marketer")
    approval = approvals.submit(session, rule, "", actor=marketer, now=now)
    for actor in (other, auditor):
        with pytest.raises(Forbidden):
            approvals.approve(session, approval, "", actor=actor, now=now)
    approvals.approve(session, approval, "", actor=approver, now=now)
    for actor in (marketer, other, auditor):
        with pytest.raises(Forbidden):
            approvals.publish(session, approval.rule_version, actor=actor, now=now)
        with pytest.raises(Forbidden):
            approvals.pause(session, rule, "", actor=actor, now=now)
        with pytest.raises(Forbidden):
            approvals.retire(session, rule, "", actor=actor, now=now)


def test_an_inactive_approver_decides_nothing(
    session: Session, rule: Rule, marketer: User, approver: User, now: dt.datetime
) -> None:
    approval = approvals.submit(session, rule, "", actor=marketer, now=now)
    approver.active = False
    with pytest.raises(Forbidden):
        approvals.approve(session, approval, "", actor=approver, now=now)


def test_a_version_that_was_not_approved_is_not_published(
    session: Session, rule: Rule, marketer: User, approver: User, now: dt.datetime
) -> None:
    approval = approvals.submit(session, rule, "", actor=marketer, now=now)
    with pytest.raises(Conflict, match="not been approved"):
        approvals.publish(session, approval.rule_version, actor=approver, now=now)
    approvals.reject(session, approval, "too much", actor=approver, now=now)
    with pytest.raises(Conflict, match="not been approved"):
        approvals.publish(session, approval.rule_version, actor=approver, now=now)
    with pytest.raises(Conflict, match="decided already"):
        approvals.approve(session, approval, "", actor=approver, now=now)
    assert status(session, rule, now) == "draft"


def test_a_draft_with_errors_is_not_submitted(
    session: Session, program: Program, rule: Rule, marketer: User, now: dt.datetime
) -> None:
    rules.save_draft(session, rule, "on purchase where amout > 1", 1, actor=marketer, now=now)
    with pytest.raises(Invalid) as refused:
        approvals.submit(session, rule, "", actor=marketer, now=now)
    assert len(refused.value.problems) > 0
    assert rules.rule_versions(session, rule) == []
    assert approvals.pending(session, program) == []


def test_a_later_version_supersedes_one_that_waits(
    session: Session, program: Program, rule: Rule, marketer: User, now: dt.datetime
) -> None:
    first = approvals.submit(session, rule, "", actor=marketer, now=now)
    with pytest.raises(Conflict, match="already submitted"):
        approvals.submit(session, rule, "", actor=marketer, now=now)
    rules.save_draft(session, rule, TWICE, 1, actor=marketer, now=now)
    second = approvals.submit(session, rule, "", actor=marketer, now=now)
    assert first.decision == "superseded"
    assert approvals.pending(session, program) == [second]
    assert actions(session, rule) == ["created", "submitted", "edited", "submitted"]


def test_a_live_rule_stays_in_force_while_the_next_version_waits(
    session: Session,
    program: Program,
    rule: Rule,
    marketer: User,
    approver: User,
    now: dt.datetime,
) -> None:
    go_live(session, rule, marketer, approver, now)
    rules.save_draft(session, rule, TWICE, rule.draft_revision, actor=marketer, now=now)
    assert rules.rule_row(session, rule, now).draft_differs
    approvals.submit(session, rule, "", actor=marketer, now=now)
    row = rules.rule_row(session, rule, now)
    assert (row.status, row.waiting is not None, row.draft_differs) == ("live", True, False)
    assert live_texts(session, program, now) == [BASE]


def test_publishing_the_same_or_an_earlier_version_again_is_refused(
    session: Session, rule: Rule, marketer: User, approver: User, now: dt.datetime
) -> None:
    first = go_live(session, rule, marketer, approver, now)
    go_live(session, rule, marketer, approver, now, TWICE)
    with pytest.raises(Conflict, match="roll back"):
        approvals.publish(session, first, actor=approver, now=now)


def test_pause_and_resume_bring_the_same_version_back(
    session: Session,
    program: Program,
    rule: Rule,
    marketer: User,
    approver: User,
    now: dt.datetime,
) -> None:
    with pytest.raises(Conflict, match="not live"):
        approvals.pause(session, rule, "", actor=approver, now=now)
    go_live(session, rule, marketer, approver, now)
    one, two = now + dt.timedelta(hours=1), now + dt.timedelta(hours=2)
    with pytest.raises(Conflict, match="not paused"):
        approvals.resume(session, rule, "", actor=approver, now=one)
    approvals.pause(session, rule, "stock is out", actor=approver, now=one)
    assert status(session, rule, one) == "paused"
    approvals.resume(session, rule, "back", actor=approver, now=two)
    assert status(session, rule, two) == "live"
    texts = [live_texts(session, program, at) for at in (now, one, two)]
    assert texts == [[BASE], [], [BASE]]
    assert actions(session, rule)[-3:] == ["published", "paused", "resumed"]


def test_roll_back_takes_an_earlier_approved_version(
    session: Session,
    program: Program,
    rule: Rule,
    marketer: User,
    approver: User,
    now: dt.datetime,
) -> None:
    first = go_live(session, rule, marketer, approver, now)
    second = go_live(session, rule, marketer, approver, now, TWICE)
    later = now + dt.timedelta(hours=1)
    with pytest.raises(Conflict, match="earlier"):
        approvals.roll_back(session, rule, second, "", actor=approver, now=later)
    approvals.roll_back(session, rule, first, "too dear", actor=approver, now=later)
    assert live_texts(session, program, later) == [BASE]
    change = rules.rule_history(session, rule)[0]
    assert (change.action, change.from_version, change.to_version, change.note) == (
        "rolled_back",
        second,
        first,
        "too dear",
    )


def test_roll_back_to_a_rejected_version_is_refused(
    session: Session, rule: Rule, marketer: User, approver: User, now: dt.datetime
) -> None:
    approval = approvals.submit(session, rule, "", actor=marketer, now=now)
    approvals.reject(session, approval, "", actor=approver, now=now)
    go_live(session, rule, marketer, approver, now, TWICE)
    with pytest.raises(Conflict, match="not been approved"):
        approvals.roll_back(session, rule, approval.rule_version, "", actor=approver, now=now)


def test_a_retired_rule_is_out_for_good(
    session: Session,
    program: Program,
    rule: Rule,
    marketer: User,
    approver: User,
    now: dt.datetime,
) -> None:
    version = go_live(session, rule, marketer, approver, now)
    later = now + dt.timedelta(hours=1)
    approvals.retire(session, rule, "done", actor=approver, now=later)
    assert status(session, rule, later) == "retired"
    assert live_texts(session, program, later) == []
    with pytest.raises(Conflict, match="retired"):
        rules.save_draft(session, rule, BASE, rule.draft_revision, actor=marketer, now=later)
    with pytest.raises(Conflict, match="retired"):
        approvals.submit(session, rule, "", actor=marketer, now=later)
    with pytest.raises(Conflict, match="retired"):
        approvals.resume(session, rule, "", actor=approver, now=later)
    with pytest.raises(Conflict, match="retired"):
        approvals.retire(session, rule, "", actor=approver, now=later)
    with pytest.raises(Conflict, match="retired"):
        approvals.publish(session, version, actor=approver, now=later)


def test_publication_checks_the_program_that_would_be_in_force(
    session: Session,
    program: Program,
    rule: Rule,
    marketer: User,
    approver: User,
    now: dt.datetime,
) -> None:
    go_live(session, rule, marketer, approver, now)
    double = rules.create_rule(
        session, program, "Double", "on purchase award 2x points", actor=marketer, now=now
    )
    approval = approvals.submit(session, double, "", actor=marketer, now=now)
    approvals.approve(session, approval, "", actor=approver, now=now)
    approvals.pause(session, rule, "", actor=approver, now=now)
    with pytest.raises(Invalid) as refused:
        approvals.publish(session, approval.rule_version, actor=approver, now=now)
    assert [getattr(one, "code", "") for one in refused.value.problems] == ["no-base-rate"]
    assert live_texts(session, program, now) == []


def test_a_base_others_multiply_is_not_paused_alone(
    session: Session,
    program: Program,
    rule: Rule,
    marketer: User,
    approver: User,
    now: dt.datetime,
) -> None:
    go_live(session, rule, marketer, approver, now)
    double = rules.create_rule(
        session, program, "Double", "on purchase award 2x points", actor=marketer, now=now
    )
    go_live(session, double, marketer, approver, now, "on purchase award 2x points")
    with pytest.raises(Invalid):
        approvals.pause(session, rule, "", actor=approver, now=now)


def test_rules_keep_their_order_whatever_is_published_first(
    session: Session, program: Program, marketer: User, approver: User, now: dt.datetime
) -> None:
    first = rules.create_rule(session, program, "A", BASE, actor=marketer, now=now)
    second = rules.create_rule(session, program, "B", TWICE, actor=marketer, now=now)
    go_live(session, second, marketer, approver, now, TWICE)
    go_live(session, first, marketer, approver, now, BASE)
    assert live_texts(session, program, now) == [BASE, TWICE]


def test_versions_follow_one_another_in_time(
    session: Session,
    program: Program,
    rule: Rule,
    marketer: User,
    approver: User,
    now: dt.datetime,
) -> None:
    go_live(session, rule, marketer, approver, now)
    before = now - dt.timedelta(hours=1)
    approvals.pause(session, rule, "", actor=approver, now=before)
    versions = programs.list_versions(session, program)
    assert [(one.number, one.in_force_from) for one in versions] == [(2, now), (1, now)]
    assert live_texts(session, program, now) == []


def test_an_approval_is_found_in_its_program_only(
    session: Session, program: Program, rule: Rule, marketer: User, now: dt.datetime
) -> None:
    approval = approvals.submit(session, rule, "", actor=marketer, now=now)
    other = Program(name="Other", slug="other", created_at=now)
    session.add(other)
    session.flush()
    assert approvals.get_approval(session, program, approval.id) == approval
    with pytest.raises(NotFound):
        approvals.get_approval(session, other, approval.id)


def test_a_whole_program_is_published_once_by_two_people(
    session: Session, program: Program, marketer: User, approver: User, now: dt.datetime
) -> None:
    start = now - dt.timedelta(days=365)
    given = [("Base", BASE), ("Twice", TWICE)]
    version = approvals.publish_program(
        session, program, 'program "Club"', given, start, actor=marketer, approver=approver, now=now
    )
    assert (version.number, version.in_force_from, version.published_at) == (1, start, now)
    assert live_texts(session, program, start) == [BASE, TWICE]
    for row in rules.list_rules(session, program, now):
        assert row.status == "live"
        assert actions(session, row.rule) == ["created", "submitted", "approved", "published"]
    with pytest.raises(Conflict, match="already"):
        approvals.publish_program(
            session, program, "", given, start, actor=marketer, approver=approver, now=now
        )
    with pytest.raises(Forbidden):
        approvals.publish_program(
            session, program, "", given, start, actor=marketer, approver=marketer, now=now
        )


def test_declarations_are_published_by_another_than_who_saved_them(
    session: Session,
    program: Program,
    rule: Rule,
    admin: User,
    marketer: User,
    approver: User,
    now: dt.datetime,
) -> None:
    go_live(session, rule, marketer, approver, now)
    text = 'program "Coffee Club" timezone "Asia/Shanghai" currency CNY'
    saved = programs.save_declarations(session, program, text, actor=admin, now=now)
    assert programs.current_program(session, program, now).timezone == "UTC"
    with pytest.raises(Forbidden):
        approvals.publish_declarations(session, saved, actor=admin, now=now)
    approvals.publish_declarations(session, saved, actor=approver, now=now)
    assert programs.current_program(session, program, now).timezone == "Asia/Shanghai"
    assert live_texts(session, program, now) == [BASE]
    with pytest.raises(Conflict, match="live already"):
        approvals.publish_declarations(session, saved, actor=approver, now=now)
