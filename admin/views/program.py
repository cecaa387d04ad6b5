"""A program: what it declares, what was published when, how much history it has."""

from __future__ import annotations

from flask import Response as FlaskResponse
from flask import flash, redirect, request, url_for
from flask_admin.base import expose
from flask_babel import gettext
from werkzeug.wrappers import Response

import dsl
from admin.base import (
    OVERSEERS,
    ProgramView,
    Question,
    TallyView,
    actor,
    allowed,
    answer,
    commit,
    needs,
    program,
)
from admin.editing import all_told, offered, strings, to_points
from admin.forms import NameForm, NoteForm, is_good
from admin.lazy import lazy_gettext
from admin.problems import show_on, tell, words
from app.models import Program
from app.services import approvals, events, programs
from app.services.access import ADMINS, APPROVERS
from app.services.errors import Conflict, Invalid, ServiceError
from app.web import now, session
from dsl import Part


class ProgramsView(TallyView):
    """Starting a program."""

    roles = OVERSEERS
    icon = "programs"
    in_menu = True

    def __init__(self) -> None:
        super().__init__(name=lazy_gettext("Programs"), endpoint="programs", url="/programs")

    @expose("/")
    def index(self) -> str:
        """All programs."""
        return self._page(NameForm())

    @expose("/new", methods=("POST",))
    @needs(ADMINS)
    def new(self) -> str | Response:
        """Start a program, then go on to what it declares."""
        form = NameForm(request.form)
        made = self._made(form) if is_good(form) else None
        if made is None:
            return self._page(form)
        said = gettext("%(name)s is there; say what it declares.", name=made.name)
        flash(said, "success")
        return redirect(url_for("program.index", program_slug=made.slug))

    def _page(self, form: NameForm) -> str:
        return self.render(
            "tally/programs.html",
            form=form,
            programs=[
                (one, programs.latest_version(session(), one), events.loaded(session(), one))
                for one in programs.list_programs(session())
            ],
        )

    @staticmethod
    def _made(form: NameForm) -> Program | None:
        try:
            made = programs.create_program(
                session(), form.name.data or "", actor=actor(), now=now()
            )
            commit()
        except Invalid as error:
            session().rollback()
            show_on(form, error)
            return None
        except Conflict as error:
            session().rollback()
            form.name.errors = [words(error)]
            return None
        return made


class ProgramPage(ProgramView):
    """One program."""

    path = "program"
    icon = "program"
    in_menu = True

    def __init__(self) -> None:
        super().__init__(name=lazy_gettext("Program"))

    @expose("/")
    def index(self) -> str:
        """The declarations, the versions published, the history."""
        latest = programs.latest_declarations(session(), program())
        published = programs.latest_version(session(), program())
        is_live = published is not None and published.declarations_version_id == latest.id
        may_write = allowed(ADMINS)
        return self.render(
            "tally/program.html",
            latest=latest,
            published=published,
            is_live=is_live,
            versions=programs.list_versions(session(), program()),
            loaded=events.loaded(session(), program()),
            may_write=may_write,
            may_publish=allowed(APPROVERS) and latest.author_id != actor().id,
            is_author=latest.author_id == actor().id,
            words=dsl.keywords(),
            declarations={
                "mayWrite": may_write,
                "urls": {
                    name: url_for(f".{name}") for name in ("check", "complete", "format", "save")
                },
                "strings": strings(),
            },
        )

    @expose("/check", methods=("POST",))
    @needs(ADMINS, only_reads=True)
    def check(self) -> FlaskResponse:
        """The problems of the declarations together with the rules in force."""
        text = Question().text("text")
        result = dsl.check(self._parts(text))
        return answer(**all_told(result.of(0), text, result.program, declares=True))

    @expose("/complete", methods=("POST",))
    @needs(ADMINS, only_reads=True)
    def complete(self) -> FlaskResponse:
        """What could stand at a place of the declarations."""
        question = Question()
        text = question.text("text")
        found = dsl.complete(self._parts(text), 0, to_points(text, question.number("offset")))
        return answer(completions=[offered(one, text) for one in found])

    @expose("/format", methods=("POST",))
    @needs(ADMINS, only_reads=True)
    def format(self) -> FlaskResponse:
        """The declarations as they are written canonically."""
        try:
            return answer(text=dsl.format_text(Question().text("text")))
        except dsl.FormatError:
            return answer(text=None)

    @staticmethod
    def _parts(text: str) -> tuple[Part, ...]:
        published = programs.latest_version(session(), program())
        return programs.texts(text, programs.rule_versions(session(), published))

    @expose("/save", methods=("POST",))
    @needs(ADMINS)
    def save(self) -> FlaskResponse | tuple[FlaskResponse, int]:
        """Keep a new version of the declarations, for somebody else to publish."""
        text = Question().text("text")
        try:
            programs.save_declarations(session(), program(), text, actor=actor(), now=now())
            commit()
        except ServiceError as error:
            session().rollback()
            return answer(detail=words(error)), 409
        flash(gettext("Saved. As soon as somebody else publishes it, it is live."), "success")
        return answer(url=url_for(".index"))

    @expose("/publish", methods=("POST",))
    @needs(APPROVERS)
    def publish(self) -> Response:
        """Put the declarations saved last in force."""
        form = NoteForm(request.form)
        latest = programs.latest_declarations(session(), program())
        try:
            approvals.publish_declarations(
                session(), latest, actor=actor(), now=now(), note=(form.note.data or "").strip()
            )
            commit()
        except ServiceError as error:
            tell(error)
        else:
            flash(gettext("The declarations are live."), "success")
        return redirect(url_for(".index"))
