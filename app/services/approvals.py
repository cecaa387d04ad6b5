"""How a rule comes into force and goes out of it: a second person's word, and a version each time.

Every function writes a line of the rule's history; those after which something else is in force
write a program version.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import (
    Approval,
    DeclarationsVersion,
    Program,
    ProgramVersion,
    Rule,
    RuleChange,
    RuleVersion,
    User,
)
from app.services import programs, rules
from app.services.access import APPROVERS, WRITERS, require
from app.services.errors import Conflict, Forbidden, Invalid, NotFound
from app.services.gaps import refuse_gaps


def submit(session: Session, rule: Rule, note: str, *, actor: User, now: dt.datetime) -> Approval:
    """Ask for approval of the draft: it becomes an immutable version, if it checks.

    An earlier version of the rule that still waits is superseded.
    """
    require(actor, WRITERS)
    _not_retired(rule)
    program = session.get_one(Program, rule.program_id)
    programs.lock_program(session, program)
    result = rules.check_draft(session, rule, program, rule.name, rule.draft_text, now)
    if any(one.severity == "error" for one in result.diagnostics):
        raise Invalid(result.diagnostics, "The rule has errors.")
    if result.program is not None:
        refuse_gaps(result.program)
    row = rules.rule_row(session, rule, now)
    shown = row.live or row.latest
    if shown is not None and (shown.text, shown.name) == (rule.draft_text, rule.name):
        raise Conflict("This text was already submitted; change it first.")
    if row.waiting is not None:
        row.waiting.decision, row.waiting.decided_at = "superseded", now
    version = rules.add_rule_version(session, rule, rule.draft_text, author=actor, now=now)
    if row.latest is not None:
        versions = (row.latest, version)
        rules.add_change(session, rule, "edited", actor=actor, now=now, versions=versions)
    return _request(session, version, note, actor=actor, now=now)


def pending(session: Session, program: Program) -> Sequence[Approval]:
    """What waits for a second person, the longest waiting first."""
    return session.scalars(
        select(Approval)
        .join(Approval.rule_version)
        .join(RuleVersion.rule)
        .where(Rule.program_id == program.id, Approval.decision.is_(None))
        .order_by(Approval.id)
    ).all()


def get_approval(session: Session, program: Program, approval_id: int) -> Approval:
    """The approval of an id, in its program only."""
    approval = session.get(Approval, approval_id)
    if approval is None or approval.rule_version.rule.program_id != program.id:
        raise NotFound("There is no such approval.")
    return approval


def may_decide(approval: Approval, actor: User) -> bool:
    """True where the person is neither who wrote the version nor who submitted it."""
    return actor.id not in (approval.rule_version.author_id, approval.requested_by)


def approve(
    session: Session, approval: Approval, comment: str, *, actor: User, now: dt.datetime
) -> None:
    """Let a version through: by another person than who wrote or submitted it."""
    _decide(session, approval, "approved", comment, actor=actor, now=now)


def reject(
    session: Session, approval: Approval, comment: str, *, actor: User, now: dt.datetime
) -> None:
    """Send a version back, with the reason in the comment."""
    _decide(session, approval, "rejected", comment, actor=actor, now=now)


def publish(
    session: Session, version: RuleVersion, *, actor: User, now: dt.datetime, note: str = ""
) -> ProgramVersion:
    """Put an approved version in force from now on, in place of what is live of its rule."""
    require(actor, APPROVERS)
    rule = version.rule
    _not_retired(rule)
    program, _published = _locked(session, rule)
    if not _is_approved(session, version):
        raise Conflict("This version has not been approved.")
    was_out = (
        select(RuleVersion.id)
        .join(RuleChange, RuleChange.to_version_id == RuleVersion.id)
        .where(
            RuleChange.rule_id == rule.id,
            RuleChange.action.in_(rules.MOVES),
            RuleVersion.number >= version.number,
        )
    )
    if session.scalars(was_out).first() is not None:
        raise Conflict("This version or a later one was published before; use roll back.")
    return _put(session, program, rule, version, "published", actor=actor, now=now, note=note)


def publish_declarations(
    session: Session,
    declarations: DeclarationsVersion,
    *,
    actor: User,
    now: dt.datetime,
    note: str = "",
) -> ProgramVersion:
    """Put saved declarations in force from now on: by another person than who wrote them."""
    require(actor, APPROVERS)
    if actor.id == declarations.author_id:
        raise Forbidden("Somebody else than who wrote them publishes declarations.")
    program = session.get_one(Program, declarations.program_id)
    programs.lock_program(session, program)
    if declarations.number < programs.latest_declarations(session, program).number:
        raise Conflict("These declarations have been replaced by later ones.")
    published = programs.latest_version(session, program)
    if published is not None and published.declarations_version_id == declarations.id:
        raise Conflict("These declarations are live already.")
    return programs.add_version(
        session,
        program,
        declarations,
        programs.rule_versions(session, published),
        in_force_from=now,
        actor=actor,
        now=now,
        note=note,
    )


def pause(
    session: Session, rule: Rule, note: str, *, actor: User, now: dt.datetime
) -> ProgramVersion:
    """Take a live rule out of force from now on, until it is resumed."""
    require(actor, APPROVERS)
    program, published = _locked(session, rule)
    if rules.live_rule_version(session, published, rule) is None:
        raise Conflict("%(name)s is not live.", name=rule.name)
    return _put(session, program, rule, None, "paused", actor=actor, now=now, note=note)


def resume(
    session: Session, rule: Rule, note: str, *, actor: User, now: dt.datetime
) -> ProgramVersion:
    """Put a paused rule back in force, in the version it was paused in."""
    require(actor, APPROVERS)
    _not_retired(rule)
    program, published = _locked(session, rule)
    last = session.scalars(
        select(RuleChange)
        .where(RuleChange.rule_id == rule.id, RuleChange.action.in_(rules.MOVES))
        .order_by(RuleChange.id.desc())
        .limit(1)
    ).first()
    is_paused = last is not None and last.action == "paused"
    if not is_paused or rules.live_rule_version(session, published, rule) is not None:
        raise Conflict("%(name)s is not paused.", name=rule.name)
    version = last.from_version if last is not None else None
    return _put(session, program, rule, version, "resumed", actor=actor, now=now, note=note)


def roll_back(
    session: Session,
    rule: Rule,
    to_version: RuleVersion,
    note: str,
    *,
    actor: User,
    now: dt.datetime,
) -> ProgramVersion:
    """Put an earlier version that was once approved back in force."""
    require(actor, APPROVERS)
    _not_retired(rule)
    program, published = _locked(session, rule)
    live = rules.live_rule_version(session, published, rule)
    if to_version.rule_id != rule.id or not _is_approved(session, to_version):
        raise Conflict("This version has not been approved.")
    if live is None or to_version.number >= live.number:
        raise Conflict("Choose a version earlier than the live one.")
    return _put(session, program, rule, to_version, "rolled_back", actor=actor, now=now, note=note)


def retire(session: Session, rule: Rule, note: str, *, actor: User, now: dt.datetime) -> None:
    """Take a rule out of use for good; what it awarded and its history stay."""
    require(actor, APPROVERS)
    _not_retired(rule)
    program, published = _locked(session, rule)
    row = rules.rule_row(session, rule, now)
    if row.waiting is not None:
        row.waiting.decision, row.waiting.decided_at = "superseded", now
    rule.retired_at = now
    if rules.live_rule_version(session, published, rule) is None:
        rules.add_change(session, rule, "retired", actor=actor, now=now, note=note)
    else:
        _put(session, program, rule, None, "retired", actor=actor, now=now, note=note)


def publish_program(
    session: Session,
    program: Program,
    declarations_text: str,
    named_rules: Sequence[tuple[str, str]],
    in_force_from: dt.datetime,
    *,
    actor: User,
    approver: User,
    now: dt.datetime,
) -> ProgramVersion:
    """Set up a program whole: each rule written by one person, approved and published by another.

    Only a program that has published nothing takes it; `in_force_from` may be in the past.
    """
    require(actor, WRITERS)
    require(approver, APPROVERS)
    if actor.id == approver.id:
        raise Forbidden("Somebody else than who wrote the rules approves them.")
    programs.lock_program(session, program)
    if programs.latest_version(session, program) is not None:
        raise Conflict("%(name)s has been published already.", name=program.name)
    declarations = programs.add_declarations(
        session, program, declarations_text, author=actor, now=now
    )
    versions = []
    for name, text in named_rules:
        rule = rules.create_rule(session, program, name, text, actor=actor, now=now)
        version = rules.add_rule_version(session, rule, text, author=actor, now=now)
        approval = _request(session, version, "", actor=actor, now=now)
        approve(session, approval, "", actor=approver, now=now)
        versions.append(version)
    published = programs.add_version(
        session,
        program,
        declarations,
        versions,
        in_force_from=in_force_from,
        actor=approver,
        now=now,
        note="",
    )
    for version in versions:
        rules.add_change(
            session,
            version.rule,
            "published",
            actor=approver,
            now=now,
            versions=(None, version),
            program_version=published,
        )
    return published


def _request(
    session: Session, version: RuleVersion, note: str, *, actor: User, now: dt.datetime
) -> Approval:
    approval = Approval(rule_version=version, requester=actor, requested_at=now, note=note)
    session.add(approval)
    versions = (None, version)
    rules.add_change(
        session, version.rule, "submitted", actor=actor, now=now, note=note, versions=versions
    )
    return approval


def _decide(
    session: Session,
    approval: Approval,
    decision: str,
    comment: str,
    *,
    actor: User,
    now: dt.datetime,
) -> None:
    require(actor, APPROVERS)
    if not may_decide(approval, actor):
        raise Forbidden("Somebody else than who wrote or submitted a version decides on it.")
    session.refresh(approval, with_for_update={"of": Approval})
    if approval.decision is not None:
        raise Conflict("This has been decided already.")
    approval.decision, approval.comment = decision, comment
    approval.decider, approval.decided_at = actor, now
    version = approval.rule_version
    versions = (None, version)
    rules.add_change(
        session, version.rule, decision, actor=actor, now=now, note=comment, versions=versions
    )


def _put(
    session: Session,
    program: Program,
    rule: Rule,
    version: RuleVersion | None,
    action: str,
    *,
    actor: User,
    now: dt.datetime,
    note: str,
) -> ProgramVersion:
    """Publish the program with this version of the rule in its place, or without the rule."""
    published = programs.latest_version(session, program)
    live = rules.live_rule_version(session, published, rule)
    others = [one for one in programs.rule_versions(session, published) if one.rule_id != rule.id]
    kept = [*others, version] if version is not None else others
    program_version = programs.add_version(
        session,
        program,
        published.declarations if published else programs.latest_declarations(session, program),
        sorted(kept, key=lambda one: one.rule.position),
        in_force_from=now,
        actor=actor,
        now=now,
        note=note,
    )
    rules.add_change(
        session,
        rule,
        action,
        actor=actor,
        now=now,
        note=note,
        versions=(live, version),
        program_version=program_version,
    )
    return program_version


def _locked(session: Session, rule: Rule) -> tuple[Program, ProgramVersion | None]:
    program = session.get_one(Program, rule.program_id)
    programs.lock_program(session, program)
    return program, programs.latest_version(session, program)


def _is_approved(session: Session, version: RuleVersion) -> bool:
    statement = select(Approval.id).where(
        Approval.rule_version_id == version.id, Approval.decision == "approved"
    )
    return session.scalar(statement) is not None


def _not_retired(rule: Rule) -> None:
    if rule.retired_at is not None:
        raise Conflict("%(name)s is retired.", name=rule.name)
