from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy.orm import Session

import dsl
from app.models import Program, Rule, User
from app.services import approvals, rules
from app.services.errors import Conflict, Forbidden, Invalid, NotFound
from app.services.rules import Segment

BASE = "on purchase award 1 point per 1 spent"
DOUBLE = "on purchase where amount >= 200 award 2x points"


@pytest.fixture
def rule(session: Session, program: Program, marketer: User, now: dt.datetime) -> Rule:
    return rules.create_rule(session, program, "Base", BASE, actor=marketer, now=now)


def test_a_new_rule_is_a_draft_with_its_creation_on_record(
    session: Session, program: Program, rule: Rule, marketer: User, now: dt.datetime
) -> None:
    [row] = rules.list_rules(session, program, now)
    assert (row.rule, row.status, row.live, row.waiting) == (rule, "draft", None, None)
    [change] = rules.rule_history(session, rule)
    assert (change.action, change.actor, change.at) == ("created", marketer, now)


@pytest.mark.usefixtures("rule")
def test_names_are_unique_in_a_program(
    session: Session, program: Program, marketer: User, now: dt.datetime
) -> None:
    with pytest.raises(Conflict, match="Base"):
        rules.create_rule(session, program, " Base ", "", actor=marketer, now=now)


@pytest.mark.parametrize("name", ["", "  ", "x" * 201, "a\x07b"])
def test_a_rule_needs_a_name_that_can_be_shown(
    session: Session, program: Program, marketer: User, now: dt.datetime, name: str
) -> None:
    with pytest.raises(Invalid):
        rules.create_rule(session, program, name, "", actor=marketer, now=now)


def test_a_draft_saved_by_another_is_not_overwritten(
    session: Session, rule: Rule, marketer: User, admin: User, now: dt.datetime
) -> None:
    revision = rules.save_draft(session, rule, "on pur", 1, actor=marketer, now=now)
    assert revision == 2
    with pytest.raises(Conflict, match="mara"):
        rules.save_draft(session, rule, "on visit", 1, actor=admin, now=now)
    assert (rule.draft_text, rule.draft_revision, rule.saver) == ("on pur", 2, marketer)


def test_who_only_reads_or_approves_writes_nothing(
    session: Session,
    program: Program,
    rule: Rule,
    auditor: User,
    approver: User,
    now: dt.datetime,
) -> None:
    for actor in (auditor, approver):
        with pytest.raises(Forbidden):
            rules.create_rule(session, program, "Other", BASE, actor=actor, now=now)
        with pytest.raises(Forbidden):
            rules.save_draft(session, rule, "", 1, actor=actor, now=now)
        with pytest.raises(Forbidden):
            rules.rename_rule(session, rule, "Other", actor=actor, now=now)


def test_a_rule_can_be_renamed_to_a_free_name(
    session: Session, program: Program, rule: Rule, marketer: User, now: dt.datetime
) -> None:
    rules.create_rule(session, program, "Double", DOUBLE, actor=marketer, now=now)
    rules.rename_rule(session, rule, "Basic", actor=marketer, now=now)
    rules.rename_rule(session, rule, " Basic", actor=marketer, now=now)
    assert rule.name == "Basic"
    with pytest.raises(Conflict):
        rules.rename_rule(session, rule, "Double", actor=marketer, now=now)


def test_a_rule_is_found_in_its_program_only(
    session: Session, program: Program, rule: Rule, now: dt.datetime
) -> None:
    other = Program(name="Other", slug="other", created_at=now)
    session.add(other)
    session.flush()
    assert rules.get_rule(session, program, rule.id) == rule
    with pytest.raises(NotFound):
        rules.get_rule(session, other, rule.id)


def test_a_draft_is_checked_in_its_place_among_what_is_live(
    session: Session, program: Program, marketer: User, approver: User, now: dt.datetime
) -> None:
    approvals.publish_program(
        session,
        program,
        'program "Coffee Club"',
        [("Base", BASE), ("Double", DOUBLE), ("Visit", "on visit award 1 point")],
        now,
        actor=marketer,
        approver=approver,
        now=now,
    )
    double = rules.list_rules(session, program, now)[1].rule
    parts, index = rules.draft_parts(session, program, double, "Double", "on visit", now)
    assert [part.rule for part in parts] == [None, "Base", "Double", "Visit"]
    assert (index, parts[index].text) == (2, "on visit")
    parts, index = rules.draft_parts(session, program, None, "New", BASE, now)
    assert [part.rule for part in parts] == [None, "Base", "Double", "Visit", "New"]
    assert index == 4


def test_only_the_drafts_own_problems_are_given(
    session: Session, program: Program, rule: Rule, now: dt.datetime
) -> None:
    good = rules.check_draft(session, rule, program, "Base", BASE, now)
    assert (good.program is not None, good.diagnostics) == (True, ())
    bad = rules.check_draft(session, rule, program, "Base", "on purchase where amout > 1", now)
    assert bad.program is None
    assert all(one.part == 1 for one in bad.diagnostics)
    alone = rules.check_draft(session, None, program, "Double", DOUBLE, now)
    assert [one.code for one in alone.diagnostics] == ["no-base-rate"]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("a b", "a b", [Segment("equal", "a b")]),
        ("", "a", [Segment("insert", "a")]),
        ("a", "", [Segment("delete", "a")]),
        ("", "", []),
        (
            "award 2x points",
            "award 3x points",
            [
                Segment("equal", "award "),
                Segment("delete", "2x"),
                Segment("insert", "3x"),
                Segment("equal", " points"),
            ],
        ),
    ],
)
def test_a_difference_is_told_in_words(old: str, new: str, expected: list[Segment]) -> None:
    assert rules.version_difference(old, new) == expected


def test_a_version_is_hashed_by_its_canonical_text(
    session: Session, rule: Rule, marketer: User, now: dt.datetime
) -> None:
    one = rules.add_rule_version(session, rule, BASE, author=marketer, now=now)
    loud = "ON purchase\n  AWARD 1 point PER 1 SPENT"
    two = rules.add_rule_version(session, rule, loud, author=marketer, now=now)
    assert (one.number, two.number) == (1, 2)
    assert one.hash == two.hash
    assert rules.rule_versions(session, rule) == [two, one]
    assert dsl.format_text(one.text, rule=True) == dsl.format_text(two.text, rule=True)
