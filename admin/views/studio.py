"""Where a rule is written: its page, and what its script asks for as one types."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, current_app, g, stream_with_context, url_for
from flask_admin.base import expose
from flask_babel import gettext

import dsl
from admin import previews
from admin.base import (
    KEY,
    READERS,
    ProgramView,
    Question,
    actor,
    allowed,
    answer,
    commit,
    needs,
    program,
    zone,
)
from admin.editing import all_told, offered, strings, to_points
from admin.formatters import locale
from admin.forms import NOTE_MOST
from admin.lazy import lazy_gettext
from admin.problems import words
from app.models import Rule
from app.services import approvals, rules
from app.services.access import WRITERS
from app.services.errors import Conflict, Invalid, ServiceError
from app.web import now, session

# The language that the rules' own sentences are told in.
DEFAULT_LANGUAGE = "en"
STRINGS = {
    "hint": lazy_gettext("on purchase where amount >= 200 award 2x points to gold"),
    "unsaved": lazy_gettext("Not saved yet"),
    "saving": lazy_gettext("Saving …"),
    "not_saved": lazy_gettext("Not saved: the server does not answer"),
    "name_first": lazy_gettext("Name the rule to save it"),
    "take_theirs": lazy_gettext("Take theirs (undo brings yours back)"),
    "keep_mine": lazy_gettext("Keep mine"),
}


class StudioView(ProgramView):
    """The editor with its preview; readers may look and try, writers may keep and submit."""

    path = "studio"
    icon = "rules"

    def __init__(self) -> None:
        super().__init__(name=lazy_gettext("Rule studio"))

    @expose("/")
    @needs(WRITERS)
    def index(self) -> str:
        """Start a rule; it is kept once it has a name."""
        return self._page(None)

    @expose(f"/<{KEY}:rule_id>/")
    def edit(self, rule_id: int) -> str:
        """Go on with a rule."""
        return self._page(rules.get_rule(session(), program(), rule_id))

    def _page(self, rule: Rule | None) -> str:
        may_write = allowed(WRITERS) and (rule is None or rule.retired_at is None)
        return self.render(
            "tally/studio.html",
            rule=rule,
            row=rules.rule_row(session(), rule, now()) if rule else None,
            may_write=may_write,
            note_most=NOTE_MOST,
            words=dsl.keywords(),
            studio={
                "rule": {
                    "id": rule.id if rule else None,
                    "name": rule.name if rule else "",
                    "revision": rule.draft_revision if rule else 0,
                },
                "mayWrite": may_write,
                "urls": {
                    name: url_for(f".{name}")
                    for name in ("check", "complete", "format", "save", "preview", "submit")
                },
                "strings": _strings(),
            },
        )

    @expose("/check", methods=("POST",))
    @needs(READERS, only_reads=True)
    def check(self) -> Response:
        """The problems of a draft among the rules in force."""
        question = Question()
        text = question.text("text")
        name = question.text("name")
        result = rules.check_draft(session(), _rule(question), program(), name, text, now())
        return answer(
            **all_told(result.diagnostics, text, result.program, declares=False),
            plain=rules.in_words(result.program, name, text),
        )

    @expose("/complete", methods=("POST",))
    @needs(READERS, only_reads=True)
    def complete(self) -> Response:
        """What could stand at a place of a draft."""
        question = Question()
        text = question.text("text")
        parts, index = rules.draft_parts(
            session(), program(), _rule(question), question.text("name"), text, now()
        )
        found = dsl.complete(parts, index, to_points(text, question.number("offset")))
        return answer(completions=[offered(one, text) for one in found])

    @expose("/format", methods=("POST",))
    @needs(READERS, only_reads=True)
    def format(self) -> Response:
        """The draft as it is written canonically; nothing where it does not parse."""
        text = Question().text("text")
        try:
            return answer(text=dsl.format_text(text, rule=True))
        except dsl.FormatError:
            return answer(text=None)

    @expose("/save", methods=("POST",))
    @needs(WRITERS)
    def save(self) -> Response | tuple[Response, int]:
        """Keep the draft; without a rule yet, start one. 409 with the other's text where it moved.

        A name that cannot be had does not keep the text from being saved.
        """
        question = Question()
        name, text = question.text("name"), question.text("text")
        rule = _rule(question)
        problem = None
        if rule is None:
            try:
                rule = rules.create_rule(session(), program(), name, text, actor=actor(), now=now())
            except (Conflict, Invalid) as error:
                session().rollback()
                status = 409 if isinstance(error, Conflict) else 422
                return answer(detail=words(error), field="name"), status
            revision = rule.draft_revision
        else:
            try:
                revision = rules.save_draft(
                    session(), rule, text, question.number("revision"), actor=actor(), now=now()
                )
            except Conflict as error:
                return self._conflict(rule, error), 409
            commit()
            problem = self._rename(rule, name)
        commit()
        return answer(
            rule=rule.id,
            revision=revision,
            name_problem=problem,
            saved=gettext("Draft saved"),
            url=url_for(".edit", rule_id=rule.id),
        )

    @staticmethod
    def _conflict(rule: Rule, error: Conflict) -> Response:
        """What the other wrote, so that nothing of either is lost."""
        detail, theirs, revision = words(error), rule.draft_text, rule.draft_revision
        is_gone = rule.retired_at is not None
        session().rollback()
        if is_gone:
            return answer(detail=detail)
        return answer(detail=detail, theirs=theirs, revision=revision)

    @staticmethod
    def _rename(rule: Rule, name: str) -> str | None:
        """Give the rule its name; where it cannot have it, say why."""
        try:
            rules.rename_rule(session(), rule, name, actor=actor(), now=now())
        except (Conflict, Invalid) as error:
            session().rollback()
            return words(error)
        return None

    @expose("/submit", methods=("POST",))
    @needs(WRITERS)
    def submit(self) -> Response | tuple[Response, int]:
        """Ask for approval of the draft, as the page that asks has seen it."""
        question = Question()
        rule = rules.get_rule(session(), program(), question.number("rule"))
        note = question.text("note").strip()[:NOTE_MOST]
        if rule.draft_revision != question.number("revision"):
            return answer(detail=gettext("Somebody changed the draft meanwhile; look again.")), 409
        try:
            approval = approvals.submit(session(), rule, note, actor=actor(), now=now())
            commit()
        except ServiceError as error:
            session().rollback()
            return answer(detail=words(error)), 409
        return answer(url=url_for("approvals.packet", approval_id=approval.id))

    @expose("/preview", methods=("POST",))
    @needs(READERS, only_reads=True)
    def preview(self) -> Response:
        """What the draft would have done, as lines of JSON: progress, then the preview."""
        question = Question()
        rule = _rule(question)
        asked = previews.Asked(
            program_id=program().id,
            rule_id=rule.id if rule else None,
            name=question.text("name"),
            text=question.text("text"),
            language=DEFAULT_LANGUAGE,
        )
        # The app itself, not the proxy of it, goes to the thread.
        app = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001
        lines = previews.stream(app, asked, now())
        surrounded = stream_with_context(_surrounded(lines, zone(), program().slug))
        # Found now, while the person's language can still be looked up.
        locale()
        return Response(surrounded, mimetype="application/x-ndjson")


def _rule(question: Question) -> Rule | None:
    """The rule a script asks about; None for one that is not kept yet."""
    rule_id = question.optional_number("rule")
    return rules.get_rule(session(), program(), rule_id) if rule_id is not None else None


def _surrounded(lines: Iterator[str], zone: ZoneInfo, slug: str) -> Iterator[str]:
    """The lines, made where the program's zone and address are known as in the request."""
    g.zone, g.program_slug = zone, slug
    yield from lines


def _strings() -> dict[str, Any]:
    """What the page's script says."""
    own = {**STRINGS, **previews.STRINGS}
    return {**strings(), **{name: str(text) for name, text in own.items()}}
