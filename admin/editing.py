"""What an editor in a browser is told: problems, completions, its words for people.

The language counts code points, browsers count UTF-16 units.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

from flask_babel import gettext

import dsl
from admin.lazy import lazy_gettext
from app.services.gaps import Gap, gaps
from dsl import Completion, Diagnostic
from dsl.meaning.checked import Program

STRINGS = {
    "checking": lazy_gettext("Checking …"),
    "empty": lazy_gettext("Nothing here yet"),
    "good": lazy_gettext("No problems"),
    "elsewhere": lazy_gettext("Nothing wrong here, but another text of the program has an error"),
    "offline": lazy_gettext("The server does not answer; what you typed stays here"),
    "fix": lazy_gettext("Change to “%(text)s”"),
    "not_formatted": lazy_gettext("Mend the errors first, then it can be laid out"),
}


class Told(TypedDict):
    """A problem in words, and where: UTF-16 offsets. `fix` would stand right in its place."""

    start: int
    end: int
    severity: str
    code: str
    message: str
    help: str | None
    fix: str | None


class Offered(TypedDict):
    """Something that could stand at `start`, a UTF-16 offset."""

    start: int
    label: str
    kind: str
    apply: str
    detail: str
    doc: str


def told(problem: Diagnostic, text: str) -> Told:
    """The problem as a page shows it."""
    message = dsl.render(problem)
    return Told(
        start=to_units(text, problem.span.start),
        end=to_units(text, problem.span.end),
        severity=problem.severity,
        code=problem.code,
        message=message.text,
        help=message.help,
        fix=problem.suggestion,
    )


class Problems(TypedDict):
    """The problems of a text; `elsewhere` where only another text of its program has an error."""

    diagnostics: list[Told]
    elsewhere: bool


def all_told(
    found: Sequence[Diagnostic], text: str, program: Program | None, *, declares: bool
) -> Problems:
    """The problems of one text of a program, which is None where it has errors anywhere.

    Where there are none, also what of the text live decisions do not run yet: of the declarations,
    or of a rule, since no other rule in force has any of it.
    """
    has_errors = any(one.severity == "error" for one in found)
    every = gaps(program) if program is not None else ()
    missing = [gap for gap in every if (gap.rule is None) is declares]
    return Problems(
        diagnostics=[*(told(one, text) for one in found), *(missed(gap, text) for gap in missing)],
        elsewhere=program is None and not has_errors,
    )


def missed(gap: Gap, text: str) -> Told:
    """A form that live decisions do not run yet, as a page shows it: as a hint, at its place."""
    return Told(
        start=to_units(text, gap.span.start),
        end=to_units(text, gap.span.end),
        severity="warning",
        code="not-live-yet",
        message=gettext("live decisions do not run `%(form)s` yet", form=gap.form),
        help=gettext("previews, cases and dry runs do; it cannot be submitted or published yet"),
        fix=None,
    )


def offered(one: Completion, text: str) -> Offered:
    """The completion as a page offers it."""
    return Offered(
        start=to_units(text, one.span.start),
        label=one.label,
        kind=one.kind,
        apply=one.apply,
        detail=one.detail,
        doc=one.doc,
    )


def strings() -> dict[str, str | list[str]]:
    """What an editor says, with singular and plural where it counts."""
    return {
        **{name: str(text) for name, text in STRINGS.items()},
        "errors": [gettext("1 error"), gettext("%(count)s errors", count="%(count)s")],
        "warnings": [gettext("1 hint"), gettext("%(count)s hints", count="%(count)s")],
    }


def to_units(text: str, offset: int) -> int:
    """An offset in code points as one in UTF-16 units."""
    return offset + sum(char > "\uffff" for char in text[:offset])


def to_points(text: str, units: int) -> int:
    """An offset in UTF-16 units as one in code points, within the text."""
    before = text.encode("utf-16-le")[: units * 2]
    return len(before.decode("utf-16-le", "ignore"))
