"""What waits for a second person, and the packet on which they decide."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask_admin.base import expose
from flask_babel import gettext
from werkzeug.wrappers import Response

from admin.base import KEY, ProgramView, actor, allowed, commit, needs, program
from admin.editing import told
from admin.forms import NoteForm, is_good
from admin.lazy import lazy_gettext
from admin.previews import STRINGS
from admin.problems import words
from app.models import Approval
from app.services import approvals, rules
from app.services.access import APPROVERS
from app.services.errors import ServiceError
from app.web import now, session

DECISION_LABELS = {
    "approved": lazy_gettext("Approved"),
    "rejected": lazy_gettext("Sent back"),
    "superseded": lazy_gettext("Replaced by a later version"),
}


class ApprovalsView(ProgramView):
    """The queue, then one packet."""

    path = "approvals"
    icon = "approvals"
    in_menu = True

    def __init__(self) -> None:
        super().__init__(name=lazy_gettext("Approvals"))

    def count(self) -> int | None:
        """How many wait for this very person."""
        if not allowed(APPROVERS):
            return None
        waiting = approvals.pending(session(), program())
        return sum(approvals.may_decide(one, actor()) for one in waiting) or None

    @expose("/")
    def index(self) -> str:
        """What waits, the longest waiting first."""
        return self.render("tally/approvals.html", waiting=approvals.pending(session(), program()))

    @expose(f"/<{KEY}:approval_id>/")
    def packet(self, approval_id: int) -> str:
        """One packet, the same for everybody; who may decide finds the buttons on it."""
        approval = approvals.get_approval(session(), program(), approval_id)
        return self._packet(approval, NoteForm())

    @expose(f"/<{KEY}:approval_id>/decide", methods=("POST",))
    @needs(APPROVERS)
    def decide(self, approval_id: int) -> str | Response:
        """Approve and publish, or send back; what was written stays where it cannot be done."""
        approval = approvals.get_approval(session(), program(), approval_id)
        form = NoteForm(request.form)
        comment = (form.note.data or "").strip()
        is_approved = request.form.get("decision") == "approve"
        if not is_approved and not comment:
            form.validate()
            form.note.errors = [gettext("Say what should be different.")]
            return self._packet(approval, form)
        if not is_good(form):
            return self._packet(approval, form)
        version = approval.rule_version
        try:
            if is_approved:
                approvals.approve(session(), approval, comment, actor=actor(), now=now())
                approvals.publish(session(), version, actor=actor(), now=now(), note=comment)
            else:
                approvals.reject(session(), approval, comment, actor=actor(), now=now())
            commit()
        except ServiceError as error:
            session().rollback()
            flash(words(error), "danger")
            return self._packet(approval, form)
        done = (
            gettext("%(name)s is live from now on.", name=version.name)
            if is_approved
            else gettext("%(name)s is sent back with your comment.", name=version.name)
        )
        flash(done, "success")
        return redirect(url_for("rules.rule", rule_id=version.rule_id))

    def _packet(self, approval: Approval, form: NoteForm) -> str:
        version = approval.rule_version
        rule = version.rule
        row = rules.rule_row(session(), rule, now())
        against = row.live.text if row.live and row.live.id != version.id else ""
        result = rules.check_draft(session(), rule, program(), version.name, version.text, now())
        return self.render(
            "tally/packet.html",
            approval=approval,
            version=version,
            rule=rule,
            row=row,
            segments=rules.version_difference(against, version.text) if against else [],
            plain=rules.in_words(result.program, version.name, version.text),
            problems=[told(one, version.text) for one in result.diagnostics],
            elsewhere=result.program is None and not result.diagnostics,
            form=form,
            decision_labels=DECISION_LABELS,
            may_decide=allowed(APPROVERS) and approvals.may_decide(approval, actor()),
            packet={
                "url": url_for("studio.preview"),
                "question": {"rule": rule.id, "name": version.name, "text": version.text},
                "strings": {name: str(text) for name, text in STRINGS.items()},
            },
        )
