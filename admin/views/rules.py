"""The rules of a program, and each rule's page: where it stands, its versions, its history."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from flask import flash, redirect, request, url_for
from flask_admin.base import expose
from flask_babel import gettext
from werkzeug.wrappers import Response

from admin.base import KEY, ProgramView, actor, chosen_key, commit, needs, program
from admin.forms import NoteForm, ReasonForm, is_good
from admin.lazy import lazy_gettext
from admin.problems import tell
from app.models import RuleVersion
from app.services import approvals, rules
from app.services.access import APPROVERS
from app.services.errors import Conflict, ServiceError
from app.web import now, session

STATUS_LABELS = {
    "draft": lazy_gettext("Draft"),
    "waiting": lazy_gettext("Waiting for approval"),
    "approved": lazy_gettext("Approved"),
    "live": lazy_gettext("Live"),
    "paused": lazy_gettext("Paused"),
    "retired": lazy_gettext("Retired"),
}
ACTION_LABELS = {
    "created": lazy_gettext("started the rule"),
    "edited": lazy_gettext("changed the text"),
    "submitted": lazy_gettext("asked for approval"),
    "approved": lazy_gettext("approved"),
    "rejected": lazy_gettext("sent back"),
    "published": lazy_gettext("put live"),
    "paused": lazy_gettext("paused"),
    "resumed": lazy_gettext("resumed"),
    "rolled_back": lazy_gettext("rolled back"),
    "retired": lazy_gettext("retired"),
}


class RulesView(ProgramView):
    """All rules at a glance, then one."""

    path = "rules"
    icon = "rules"
    in_menu = True

    def __init__(self) -> None:
        super().__init__(name=lazy_gettext("Rules"))

    @expose("/")
    def index(self) -> str:
        """Every rule with its sentence and where it stands; `status` narrows it down."""
        rows = rules.list_rules(session(), program(), now())
        wanted = request.args.get("status", "")
        wanted = wanted if wanted in STATUS_LABELS else ""
        counts = Counter(row.status for row in rows)
        shown = [
            row for row in rows if row.status == wanted or (not wanted and row.status != "retired")
        ]
        return self.render(
            "tally/rules.html",
            rows=shown,
            counts=counts,
            wanted=wanted,
            total=len(rows) - counts["retired"],
            status_labels=STATUS_LABELS,
            action_labels=ACTION_LABELS,
        )

    @expose(f"/<{KEY}:rule_id>/")
    def rule(self, rule_id: int) -> str:
        """A rule's page; `old` and `new` choose the versions to tell apart."""
        rule = rules.get_rule(session(), program(), rule_id)
        row = rules.rule_row(session(), rule, now())
        versions = rules.rule_versions(session(), rule)
        old, new = self._chosen(versions, row.live)
        return self.render(
            "tally/rule.html",
            rule=rule,
            row=row,
            versions=versions,
            old=old,
            new=new,
            segments=rules.version_difference(old.text, new.text) if old and new else [],
            changes=rules.rule_history(session(), rule),
            status_labels=STATUS_LABELS,
            action_labels=ACTION_LABELS,
            is_approver=bool(APPROVERS & actor().role_names),
        )

    @staticmethod
    def _chosen(
        versions: Any,  # noqa: ANN401
        live: RuleVersion | None,
    ) -> tuple[RuleVersion | None, RuleVersion | None]:
        """The two versions asked for; else the newest, and what is live or came before it."""
        by_id = {version.id: version for version in versions}
        newest = versions[0] if versions else None
        new = by_id.get(chosen_key(request.args, "new"), newest)
        earlier = [version for version in versions if new and version.number < new.number]
        default = live if live in earlier else (earlier[0] if earlier else None)
        return by_id.get(chosen_key(request.args, "old"), default), new

    @expose(f"/<{KEY}:rule_id>/publish", methods=("POST",))
    @needs(APPROVERS)
    def publish(self, rule_id: int) -> Response:
        """Put the approved version live."""
        rule = rules.get_rule(session(), program(), rule_id)
        ready = rules.rule_row(session(), rule, now()).ready

        def act(note: str) -> None:
            if ready is None:
                raise Conflict("No approved version waits to be published.")
            approvals.publish(session(), ready, actor=actor(), now=now(), note=note)

        return self._do(rule_id, act, NoteForm(request.form), gettext("The rule is live."))

    @expose(f"/<{KEY}:rule_id>/pause", methods=("POST",))
    @needs(APPROVERS)
    def pause(self, rule_id: int) -> Response:
        """Take the rule out of force until it is resumed."""
        return self._move(rule_id, approvals.pause, gettext("The rule is paused."))

    @expose(f"/<{KEY}:rule_id>/resume", methods=("POST",))
    @needs(APPROVERS)
    def resume(self, rule_id: int) -> Response:
        """Put the paused version back in force."""
        return self._move(rule_id, approvals.resume, gettext("The rule is live again."))

    @expose(f"/<{KEY}:rule_id>/retire", methods=("POST",))
    @needs(APPROVERS)
    def retire(self, rule_id: int) -> Response:
        """Take the rule out of use for good."""
        return self._move(rule_id, approvals.retire, gettext("The rule is retired."))

    @expose(f"/<{KEY}:rule_id>/roll-back", methods=("POST",))
    @needs(APPROVERS)
    def roll_back(self, rule_id: int) -> Response:
        """Put an earlier approved version back in force."""
        rule = rules.get_rule(session(), program(), rule_id)
        version_id = chosen_key(request.form, "version") or 0
        version = rules.get_rule_version(session(), program(), version_id)

        def act(note: str) -> None:
            approvals.roll_back(session(), rule, version, note, actor=actor(), now=now())

        done = gettext("Version %(number)s is live again.", number=version.number)
        return self._do(rule_id, act, ReasonForm(request.form), done)

    def _move(self, rule_id: int, service: Callable[..., object], done: str) -> Response:
        rule = rules.get_rule(session(), program(), rule_id)

        def act(note: str) -> None:
            service(session(), rule, note, actor=actor(), now=now())

        return self._do(rule_id, act, ReasonForm(request.form), done)

    @staticmethod
    def _do(
        rule_id: int,
        act: Callable[[str], None],
        form: NoteForm | ReasonForm,
        done: str,
    ) -> Response:
        """Do it with the note given, say how it went, and come back to the rule's page."""
        if not is_good(form):
            flash(" ".join(str(one) for one in form.note.errors), "danger")
            return redirect(url_for(".rule", rule_id=rule_id))
        try:
            act((form.note.data or "").strip())
            commit()
        except ServiceError as error:
            tell(error)
        else:
            flash(done, "success")
        return redirect(url_for(".rule", rule_id=rule_id))
