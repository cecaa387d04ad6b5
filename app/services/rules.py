"""Rules as they are written: drafts, versions, states, and what changed when."""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

import dsl
from app.models import Approval, Program, ProgramVersion, Rule, RuleChange, RuleVersion, User
from app.services import programs
from app.services.access import WRITERS, require
from app.services.errors import Conflict, Invalid, NotFound, Problem
from dsl import Checked, Part
from dsl.meaning import checked

NAME_MOST = 200
# The changes after which another version is in force, or none.
MOVES = ("published", "paused", "resumed", "rolled_back", "retired")
Status = Literal["draft", "waiting", "approved", "live", "paused", "retired"]


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule with where it stands: what is live of it, what waits, who changed it last.

    `status` is live wherever a version of it is in force, whatever else waits. `ready` is an
    approved version that is not published yet; `draft_differs` is true where the draft is neither
    what is live nor what was submitted last.
    """

    rule: Rule
    status: Status
    live: RuleVersion | None
    waiting: Approval | None
    ready: RuleVersion | None
    latest: RuleVersion | None
    changed: RuleChange | None
    draft_differs: bool


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a difference: in both texts, only in the old one, or only in the new one."""

    op: Literal["equal", "delete", "insert"]
    text: str


def create_rule(
    session: Session, program: Program, name: str, text: str, *, actor: User, now: dt.datetime
) -> Rule:
    """Start a rule with a draft, which may still be wrong."""
    require(actor, WRITERS)
    programs.lock_program(session, program)
    name = _free_name(session, program.id, name)
    last = select(func.coalesce(func.max(Rule.position), 0)).where(Rule.program_id == program.id)
    rule = Rule(
        program_id=program.id,
        name=name,
        position=(session.scalar(last) or 0) + 1,
        draft_text=text,
        draft_revision=1,
        draft_saved_at=now,
        saver=actor,
        created_at=now,
        creator=actor,
    )
    session.add(rule)
    session.flush()
    add_change(session, rule, "created", actor=actor, now=now)
    return rule


def save_draft(
    session: Session, rule: Rule, text: str, revision: int, *, actor: User, now: dt.datetime
) -> int:
    """Keep a draft as it is typed and give its new revision; Conflict where another saved since."""
    require(actor, WRITERS)
    _not_retired(rule)
    saved = session.execute(
        update(Rule)
        .where(Rule.id == rule.id, Rule.draft_revision == revision)
        .values(
            draft_text=text,
            draft_revision=revision + 1,
            draft_saved_at=now,
            draft_saved_by=actor.id,
        )
        .returning(Rule.draft_revision)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    session.refresh(rule)
    if saved is None:
        raise Conflict(
            "%(name)s saved another draft meanwhile; nothing of either is lost.",
            name=rule.saver.name,
        )
    return saved


def rename_rule(session: Session, rule: Rule, name: str, *, actor: User, now: dt.datetime) -> None:
    """Give the rule another name; what is published keeps the old one until the next version."""
    require(actor, WRITERS)
    _not_retired(rule)
    if name.strip() == rule.name:
        return
    rule.name = _free_name(session, rule.program_id, name)
    rule.draft_saved_at, rule.draft_saved_by = now, actor.id
    session.flush()


def get_rule(session: Session, program: Program, rule_id: int) -> Rule:
    """The rule of an id, in its program only."""
    rule = session.get(Rule, rule_id)
    if rule is None or rule.program_id != program.id:
        raise NotFound("There is no such rule.")
    return rule


def draft_parts(
    session: Session, program: Program, rule: Rule | None, name: str, text: str, now: dt.datetime
) -> tuple[tuple[Part, ...], int]:
    """The texts in force with this draft in its rule's place, or last; and the draft's index."""
    version = programs.live_version(session, program, now)
    if version is None:
        parts = [*programs.current_parts(session, program, now), Part(text, rule=name)]
        return tuple(parts), len(parts) - 1
    before = [*programs.texts(version.declarations.text)]
    after: list[Part] = []
    for other in programs.rule_versions(session, version):
        if rule is not None and other.rule_id == rule.id:
            continue
        is_after = rule is not None and other.rule.position > rule.position
        (after if is_after else before).append(Part(other.text, rule=other.name))
    return (*before, Part(text, rule=name), *after), len(before)


def check_draft(
    session: Session, rule: Rule | None, program: Program, name: str, text: str, now: dt.datetime
) -> Checked:
    """The draft checked among the rules in force: the whole program, and the draft's diagnostics.

    Diagnostics of the other texts are left out; where only those have errors, the program is None
    and there are no diagnostics.
    """
    parts, index = draft_parts(session, program, rule, name, text, now)
    result = dsl.check(parts, as_of=now.date())
    return Checked(result.program, result.of(index))


def in_words(program: checked.Program | None, name: str, text: str) -> str | None:
    """What a draft among the rules in force says, as a paragraph; None where it has errors."""
    if program is None:
        return None
    named = [rule.name for rule in program.rules if rule.name == name or rule.text == text]
    return dsl.describe(program, named[-1]) if named else None


def list_rules(session: Session, program: Program, now: dt.datetime) -> list[RuleRow]:
    """All rules in text order, with where each stands."""
    rules = session.scalars(
        select(Rule).where(Rule.program_id == program.id).order_by(Rule.position)
    ).all()
    return _rows(session, rules, programs.live_version(session, program, now))


def rule_row(session: Session, rule: Rule, now: dt.datetime) -> RuleRow:
    """Where one rule stands."""
    program = session.get_one(Program, rule.program_id)
    return _rows(session, [rule], programs.live_version(session, program, now))[0]


def _rows(session: Session, rules: Sequence[Rule], version: ProgramVersion | None) -> list[RuleRow]:
    ids = [rule.id for rule in rules]
    live = {one.rule_id: one for one in programs.rule_versions(session, version)}
    latest: dict[int, RuleVersion] = {}
    for one in session.scalars(
        select(RuleVersion).where(RuleVersion.rule_id.in_(ids)).order_by(RuleVersion.number)
    ):
        latest[one.rule_id] = one
    approvals: dict[int, Approval] = {}
    for approval in session.scalars(
        select(Approval)
        .where(Approval.rule_version_id.in_([one.id for one in latest.values()]))
        .order_by(Approval.id)
    ):
        approvals[approval.rule_version.rule_id] = approval
    changes: dict[int, list[RuleChange]] = {rule.id: [] for rule in rules}
    for change in session.scalars(
        select(RuleChange).where(RuleChange.rule_id.in_(ids)).order_by(RuleChange.id)
    ):
        changes[change.rule_id].append(change)
    return [
        _row(
            rule,
            live.get(rule.id),
            latest.get(rule.id),
            approvals.get(rule.id),
            changes[rule.id],
        )
        for rule in rules
    ]


def _row(
    rule: Rule,
    live: RuleVersion | None,
    latest: RuleVersion | None,
    approval: Approval | None,
    changes: Sequence[RuleChange],
) -> RuleRow:
    waiting = approval if approval is not None and approval.decision is None else None
    moves = [change for change in changes if change.action in MOVES]
    was_out = latest is None or any(move.to_version_id == latest.id for move in moves)
    is_approved = approval is not None and approval.decision == "approved"
    ready = latest if is_approved and not was_out else None
    status: Status
    if rule.retired_at is not None:
        status = "retired"
    elif live is not None:
        status = "live"
    elif waiting is not None:
        status = "waiting"
    elif ready is not None:
        status = "approved"
    elif moves and moves[-1].action == "paused":
        status = "paused"
    else:
        status = "draft"
    differs = all(one is None or one.text != rule.draft_text for one in (live, latest))
    changed = changes[-1] if changes else None
    return RuleRow(rule, status, live, waiting, ready, latest, changed, differs)


def rule_history(session: Session, rule: Rule) -> Sequence[RuleChange]:
    """Every change of the rule, the newest first."""
    return session.scalars(
        select(RuleChange).where(RuleChange.rule_id == rule.id).order_by(RuleChange.id.desc())
    ).all()


def rule_versions(session: Session, rule: Rule) -> Sequence[RuleVersion]:
    """Every version of the rule, the newest first."""
    return session.scalars(
        select(RuleVersion)
        .where(RuleVersion.rule_id == rule.id)
        .order_by(RuleVersion.number.desc())
    ).all()


def get_rule_version(session: Session, program: Program, version_id: int) -> RuleVersion:
    """The rule version of an id, in its program only."""
    version = session.get(RuleVersion, version_id)
    if version is None or version.rule.program_id != program.id:
        raise NotFound("There is no such version.")
    return version


def live_rule_version(
    session: Session, version: ProgramVersion | None, rule: Rule
) -> RuleVersion | None:
    """The version of a rule that a program version holds."""
    held = programs.rule_versions(session, version)
    return next((one for one in held if one.rule_id == rule.id), None)


def version_difference(old: str, new: str) -> list[Segment]:
    """The words that went and came between two texts, in order; joined they give both texts."""
    before, after = (re.findall(r"\s+|\w+|[^\w\s]", text) for text in (old, new))
    segments: list[Segment] = []
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    for _tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if before[i1:i2] == after[j1:j2]:
            segments.append(Segment("equal", "".join(before[i1:i2])))
            continue
        if i1 < i2:
            segments.append(Segment("delete", "".join(before[i1:i2])))
        if j1 < j2:
            segments.append(Segment("insert", "".join(after[j1:j2])))
    return segments


def add_change(
    session: Session,
    rule: Rule,
    action: str,
    *,
    actor: User,
    now: dt.datetime,
    note: str = "",
    versions: tuple[RuleVersion | None, RuleVersion | None] = (None, None),
    program_version: ProgramVersion | None = None,
) -> RuleChange:
    """Write a line of the rule's history; `versions` is the one before and the one after."""
    before, after = versions
    change = RuleChange(
        rule_id=rule.id,
        action=action,
        at=now,
        actor=actor,
        note=note,
        from_version=before,
        to_version=after,
        program_version_id=program_version.id if program_version else None,
    )
    session.add(change)
    session.flush()
    return change


def add_rule_version(
    session: Session, rule: Rule, text: str, *, author: User, now: dt.datetime
) -> RuleVersion:
    """Write the next version of a rule: the text as typed, the hash of its canonical form."""
    number = select(func.coalesce(func.max(RuleVersion.number), 0)).where(
        RuleVersion.rule_id == rule.id
    )
    version = RuleVersion(
        rule=rule,
        number=(session.scalar(number) or 0) + 1,
        name=rule.name,
        text=text,
        hash=programs.text_hash([dsl.format_text(text, rule=True)]),
        author=author,
        created_at=now,
    )
    session.add(version)
    session.flush()
    return version


def _free_name(session: Session, program_id: int, name: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > NAME_MOST or not name.isprintable():
        raise Invalid([Problem("name", "name", "A rule has a name of 1 to 200 characters.")])
    taken = select(Rule.id).where(Rule.program_id == program_id, Rule.name == name)
    if session.scalar(taken) is not None:
        raise Conflict("There is already a rule named %(name)s.", name=name)
    return name


def _not_retired(rule: Rule) -> None:
    if rule.retired_at is not None:
        raise Conflict("%(name)s is retired.", name=rule.name)
