"""Programs: what they declare, what was in force when, and the compiled form of it."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import unicodedata
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from threading import Lock

from sqlalchemy import func, select
from sqlalchemy.orm import Session

import dsl
from app.models import (
    DeclarationsVersion,
    Program,
    ProgramVersion,
    ProgramVersionRule,
    RuleVersion,
    User,
)
from app.services.access import ADMINS, require
from app.services.errors import Conflict, Invalid, NotFound, Problem
from app.services.gaps import refuse_gaps
from dsl import Compiled, Part
from dsl.meaning import checked

NAME_MOST = 200
DECLARATIONS = "declarations"
COMPILED_MOST = 64


class _CompiledTexts:
    """The last used compiled programs of this process, by the hash of their texts."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Compiled] = OrderedDict()
        self._lock = Lock()

    def get(self, key: str) -> Compiled | None:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def put(self, key: str, compiled: Compiled) -> None:
        with self._lock:
            self._kept[key] = compiled
            if len(self._kept) > COMPILED_MOST:
                self._kept.popitem(last=False)


_COMPILED = _CompiledTexts()


def create_program(session: Session, name: str, *, actor: User, now: dt.datetime) -> Program:
    """Add a program that declares its name alone (so UTC, USD) and has no rules."""
    require(actor, ADMINS)
    name = name.strip()
    if not name or len(name) > NAME_MOST or not name.isprintable():
        raise Invalid([Problem("name", "name", "A program has a name of 1 to 200 characters.")])
    if session.scalar(select(Program.id).where(Program.name == name)) is not None:
        raise Conflict("There is already a program named %(name)s.", name=name)
    program = Program(name=name, slug=_free_slug(session, name), created_at=now)
    session.add(program)
    session.flush()
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    add_declarations(session, program, f'program "{quoted}"\n', author=actor, now=now)
    return program


def get_program(session: Session, slug_or_id: str | int) -> Program:
    """The program of a slug or an id."""
    column = Program.id if isinstance(slug_or_id, int) else Program.slug
    program = session.scalar(select(Program).where(column == slug_or_id))
    if program is None:
        raise NotFound("There is no such program.")
    return program


def list_programs(session: Session) -> Sequence[Program]:
    """All programs by name."""
    return session.scalars(select(Program).order_by(Program.name)).all()


def save_declarations(
    session: Session, program: Program, text: str, *, actor: User, now: dt.datetime
) -> DeclarationsVersion:
    """Keep a new version of what the program declares; it is in force only once published.

    It must check without an error together with the rules now published.
    """
    require(actor, ADMINS)
    lock_program(session, program)
    published = latest_version(session, program)
    check_or_raise(texts(text, rule_versions(session, published)))
    if text == latest_declarations(session, program).text:
        raise Conflict("Nothing has changed since it was last saved.")
    return add_declarations(session, program, text, author=actor, now=now)


def add_declarations(
    session: Session, program: Program, text: str, *, author: User, now: dt.datetime
) -> DeclarationsVersion:
    """Write the next version of the declarations as it is, without checking it."""
    number = select(func.coalesce(func.max(DeclarationsVersion.number), 0)).where(
        DeclarationsVersion.program_id == program.id
    )
    version = DeclarationsVersion(
        program_id=program.id,
        number=(session.scalar(number) or 0) + 1,
        text=text,
        hash=parts_hash(texts(text)),
        author=author,
        created_at=now,
    )
    session.add(version)
    session.flush()
    return version


def latest_declarations(session: Session, program: Program) -> DeclarationsVersion:
    """The declarations saved last, published or not."""
    return session.scalars(
        select(DeclarationsVersion)
        .where(DeclarationsVersion.program_id == program.id)
        .order_by(DeclarationsVersion.number.desc())
        .limit(1)
    ).one()


def list_versions(session: Session, program: Program) -> Sequence[ProgramVersion]:
    """What was published, the newest first."""
    return session.scalars(
        select(ProgramVersion)
        .where(ProgramVersion.program_id == program.id)
        .order_by(ProgramVersion.number.desc())
    ).all()


def latest_version(session: Session, program: Program) -> ProgramVersion | None:
    """What was published last."""
    return session.scalar(
        select(ProgramVersion)
        .where(ProgramVersion.program_id == program.id)
        .order_by(ProgramVersion.number.desc())
        .limit(1)
    )


def live_version(session: Session, program: Program, at: dt.datetime) -> ProgramVersion | None:
    """What is in force at an instant; None before the first publication."""
    return session.scalar(
        select(ProgramVersion)
        .where(ProgramVersion.program_id == program.id, ProgramVersion.in_force_from <= at)
        .order_by(ProgramVersion.in_force_from.desc(), ProgramVersion.number.desc())
        .limit(1)
    )


def parts_of(session: Session, version: ProgramVersion) -> tuple[Part, ...]:
    """The texts of a version: its declarations, then its rules in order."""
    declarations = session.get_one(DeclarationsVersion, version.declarations_version_id)
    rules = rule_versions(session, version)
    return texts(declarations.text, rules)


def rule_versions(session: Session, version: ProgramVersion | None) -> Sequence[RuleVersion]:
    """The rule versions of a program version in text order; none of no version."""
    if version is None:
        return ()
    return session.scalars(
        select(RuleVersion)
        .join(ProgramVersionRule, ProgramVersionRule.rule_version_id == RuleVersion.id)
        .where(ProgramVersionRule.program_version_id == version.id)
        .order_by(ProgramVersionRule.position)
    ).all()


def texts(declarations: str, rules: Sequence[RuleVersion] = ()) -> tuple[Part, ...]:
    """The parts of a program, as they are checked."""
    return (
        Part(declarations, DECLARATIONS),
        *(Part(rule.text, rule=rule.name) for rule in rules),
    )


def compiled_for(session: Session, version: ProgramVersion) -> Compiled:
    """The version compiled; kept by the process, since a version never changes."""
    compiled = _COMPILED.get(version.hash)
    if compiled is None:
        compiled = dsl.compile_program(check_or_raise(parts_of(session, version)))
        _COMPILED.put(version.hash, compiled)
    return compiled


def current_parts(session: Session, program: Program, now: dt.datetime) -> tuple[Part, ...]:
    """The texts in force now; the declarations saved last where nothing is in force yet."""
    version = live_version(session, program, now)
    if version is not None:
        return parts_of(session, version)
    return texts(latest_declarations(session, program).text)


def current_compiled(session: Session, program: Program, now: dt.datetime) -> Compiled:
    """What is in force now, compiled; without a rule where nothing is in force yet."""
    version = live_version(session, program, now)
    if version is not None:
        return compiled_for(session, version)
    declarations = latest_declarations(session, program)
    compiled = _COMPILED.get(declarations.hash)
    if compiled is None:
        compiled = dsl.compile_program(check_or_raise(texts(declarations.text)))
        _COMPILED.put(declarations.hash, compiled)
    return compiled


def current_program(session: Session, program: Program, now: dt.datetime) -> checked.Program:
    """What is in force now, checked: what texts and events may name."""
    return current_compiled(session, program, now).program


def check_or_raise(parts: Sequence[Part]) -> checked.Program:
    """The checked program of texts; Invalid with every diagnostic where there is an error."""
    result = dsl.check(parts)
    if result.program is None:
        raise Invalid(result.diagnostics, "The program does not check.")
    return result.program


def add_version(
    session: Session,
    program: Program,
    declarations: DeclarationsVersion,
    rules: Sequence[RuleVersion],
    *,
    in_force_from: dt.datetime,
    actor: User,
    now: dt.datetime,
    note: str,
) -> ProgramVersion:
    """Put an ordered set of rule versions in force from an instant, if it checks as a whole.

    What live decisions do not run yet is refused (Invalid). Whoever calls holds the program's lock.
    Transactions that take events in are waited for, so that each sees all of a version or nothing.
    """
    parts = texts(declarations.text, rules)
    refuse_gaps(check_or_raise(parts))
    last = latest_version(session, program)
    if last is not None:
        in_force_from = max(in_force_from, last.in_force_from)
    session.execute(select(Program.id).where(Program.id == program.id).with_for_update())
    version = ProgramVersion(
        program_id=program.id,
        number=last.number + 1 if last else 1,
        declarations=declarations,
        hash=parts_hash(parts),
        in_force_from=in_force_from,
        published_at=now,
        publisher=actor,
        note=note,
        rules=[
            ProgramVersionRule(position=position, rule_version=rule)
            for position, rule in enumerate(rules)
        ],
    )
    session.add(version)
    session.flush()
    return version


def lock_program(session: Session, program: Program) -> None:
    """Wait for whoever changes rules too, so that numbers and places follow one another.

    Taking events in goes on meanwhile.
    """
    statement = select(Program.id).where(Program.id == program.id)
    session.execute(statement.with_for_update(key_share=True))


def parts_hash(parts: Iterable[Part]) -> str:
    """The hash of a program's texts: equal hashes decide alike."""
    return text_hash(text for part in parts for text in (part.rule or "", part.text))


def text_hash(texts: Iterable[str]) -> str:
    """The SHA-256 of texts in order, which tells apart where each ends."""
    digest = hashlib.sha256()
    for text in texts:
        data = text.encode()
        digest.update(len(data).to_bytes(8, "big"))
        digest.update(data)
    return digest.hexdigest()


def _free_slug(session: Session, name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    base = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60] or "program"
    taken = set(session.scalars(select(Program.slug).where(Program.slug.startswith(base))))
    number, slug = 1, base
    while slug in taken:
        number += 1
        slug = f"{base}-{number}"
    return slug
