from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy.orm import Session

from app.models import Program, User
from app.services import approvals, programs
from app.services.errors import Conflict, Forbidden, Invalid, NotFound
from dsl import Part

BASE = "on purchase award 1 point per 1 spent"


def publish(
    session: Session, program: Program, text: str, marketer: User, approver: User, now: dt.datetime
) -> None:
    approvals.publish_program(
        session, program, text, [("Base", BASE)], now, actor=marketer, approver=approver, now=now
    )


@pytest.mark.parametrize(
    ("name", "slug"),
    [("Corner Grocery", "corner-grocery"), ("Café № 7", "cafe-no-7"), ("咖啡", "program")],
)
def test_a_program_has_a_slug_of_its_name(
    session: Session, admin: User, now: dt.datetime, name: str, slug: str
) -> None:
    program = programs.create_program(session, name, actor=admin, now=now)
    assert program.slug == slug
    assert programs.get_program(session, slug) == program
    assert programs.get_program(session, program.id) == program


def test_slugs_of_names_alike_differ(session: Session, admin: User, now: dt.datetime) -> None:
    made = [
        programs.create_program(session, name, actor=admin, now=now).slug
        for name in ("Club", "club!", "CLUB?")
    ]
    assert made == ["club", "club-2", "club-3"]
    assert [one.name for one in programs.list_programs(session)] == sorted(
        ["Club", "club!", "CLUB?"]
    )


@pytest.mark.usefixtures("program")
def test_a_name_is_taken_once_and_must_be_one(
    session: Session, admin: User, marketer: User, now: dt.datetime
) -> None:
    with pytest.raises(Conflict):
        programs.create_program(session, "Coffee Club", actor=admin, now=now)
    with pytest.raises(Invalid):
        programs.create_program(session, " ", actor=admin, now=now)
    with pytest.raises(Forbidden):
        programs.create_program(session, "Other", actor=marketer, now=now)
    with pytest.raises(NotFound):
        programs.get_program(session, "other")


def test_a_new_program_declares_its_name(session: Session, admin: User, now: dt.datetime) -> None:
    program = programs.create_program(session, 'The "Club" \\', actor=admin, now=now)
    current = programs.current_program(session, program, now)
    assert (current.name, current.timezone, current.currency) == ('The "Club" \\', "UTC", "USD")
    assert (current.rules, programs.live_version(session, program, now)) == ((), None)


def test_the_texts_of_a_version_are_its_declarations_and_rules(
    session: Session, program: Program, marketer: User, approver: User, now: dt.datetime
) -> None:
    publish(session, program, 'program "Club"', marketer, approver, now)
    version = programs.live_version(session, program, now)
    assert version is not None
    parts = (Part('program "Club"', "declarations"), Part(BASE, rule="Base"))
    assert programs.parts_of(session, version) == parts
    assert programs.current_parts(session, program, now) == parts


def test_a_version_is_compiled_once_in_a_process(
    session: Session, program: Program, marketer: User, approver: User, now: dt.datetime
) -> None:
    publish(session, program, 'program "Club"', marketer, approver, now)
    version = programs.live_version(session, program, now)
    assert version is not None
    compiled = programs.compiled_for(session, version)
    assert programs.compiled_for(session, version) is compiled
    assert [rule.name for rule in compiled.program.rules] == ["Base"]


def test_declarations_that_break_a_live_rule_are_not_saved(
    session: Session,
    program: Program,
    admin: User,
    marketer: User,
    approver: User,
    now: dt.datetime,
) -> None:
    approvals.publish_program(
        session,
        program,
        'program "Club"\ntier gold: 100 spent ever',
        [("Gold", "on purchase award 1 point to gold")],
        now,
        actor=marketer,
        approver=approver,
        now=now,
    )
    with pytest.raises(Invalid) as refused:
        programs.save_declarations(session, program, 'program "Club"', actor=admin, now=now)
    assert [getattr(one, "code", "") for one in refused.value.problems] == ["unknown-name"]


def test_declarations_are_saved_as_numbered_versions(
    session: Session, program: Program, admin: User, approver: User, now: dt.datetime
) -> None:
    saved = programs.save_declarations(session, program, 'program "Club"', actor=admin, now=now)
    assert saved.number == 2
    assert programs.latest_declarations(session, program) == saved
    with pytest.raises(Conflict, match="Nothing has changed"):
        programs.save_declarations(session, program, 'program "Club"', actor=admin, now=now)
    with pytest.raises(Forbidden):
        programs.save_declarations(session, program, "", actor=approver, now=now)


def test_texts_hash_apart_however_they_are_cut() -> None:
    assert programs.text_hash(["ab", "c"]) != programs.text_hash(["a", "bc"])
    assert programs.text_hash([]) != programs.text_hash([""])
